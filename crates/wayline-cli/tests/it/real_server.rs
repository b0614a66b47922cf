//! Every step that asks a language model asks a real server, which `scripts/with-text-model` starts. Its
//! model is small: whether a reply can be used is its matter, that the way is gone to the end is ours.

use crate::support::{Folder, Ran, Row, rows, text};

/// The same steps with llama-cpp-python's server, which knows no `json_schema`, and with llama.cpp's.
const SERVERS: [&str; 2] = ["WAYLINE_TEST_TEXT_MODEL", "WAYLINE_TEST_TEXT_MODEL_LLAMA"];

const INFER: &str =
    "infer @events.jsonl -o @out/j.jsonl --keywords @out/k.jsonl --config @model.toml";

/// Two people with short histories, since two cores take in about a hundred words a second.
fn folder(server: &str, more: &str) -> Folder {
    let folder =
        Folder::simulated("--people 2 --seed 77 --history-days 30-60 --journeys-per-person 2-3");
    let url = std::env::var(server).expect("scripts/with-text-model runs this");
    let config = format!(
        "[text_model]\nurl = \"{url}\"\nmodel = \"smollm2\"\nconcurrency = 2\ntimeout_s = 300\n\
         max_tokens = 128\ncache = \"{}\"\n[profile]\nmax_tokens = 300\n{more}",
        folder.path("cache").display()
    );
    folder.write("model.toml", config);
    folder
}

/// What was answered is kept: the second run asks nobody and writes the same.
fn runs_again_from_the_cache(folder: &Folder, ran: &Ran) {
    assert!(ran.stderr.contains("asked of the model"), "{}", ran.stderr);
    let first = folder.results();
    let again = folder.run(INFER).ok();
    assert!(folder.results() == first);
    assert!(again.stderr.contains(" 0 calls"), "{}", again.stderr);
}

#[test]
#[ignore = "scripts/with-text-model runs it"]
fn journeys_are_named() {
    for server in SERVERS {
        let folder = folder(server, "[asking]\nnames = true\n");
        let ran = folder.run(INFER).ok();
        for journey in folder.journeys() {
            // Named by the model, or it is said why not; never that no reply came.
            let by_model = journey["name_source"] == "llm";
            assert_eq!(by_model, journey["name_reason"].is_null(), "{journey:?}");
            assert_ne!(journey["name_reason"], "no_reply", "{}", ran.stderr);
        }
        runs_again_from_the_cache(&folder, &ran);
    }
}

#[test]
#[ignore = "scripts/with-text-model runs it"]
fn journeys_are_found_at_once() {
    for server in SERVERS {
        let folder = folder(server, "[asking]\njourneys = true\n");
        let ran = folder.run(INFER).ok();
        assert!(!folder.journeys().is_empty());
        for journey in folder.journeys() {
            assert_ne!(journey["name_reason"], "no_reply", "{}", ran.stderr);
        }
        runs_again_from_the_cache(&folder, &ran);
        examples_are_of_what_the_model_said(&folder);
        // Into a store, in full and with new events.
        folder
            .run("infer @events.jsonl --store @s --config @model.toml")
            .ok();
        folder.write("one.jsonl", &folder.lines()[0]);
        folder
            .run("update @one.jsonl --again --store @s --config @model.toml")
            .ok();
        folder.exported("s", "--config @model.toml");
        assert!(!folder.journeys().is_empty());
    }
}

#[test]
#[ignore = "scripts/with-text-model runs it"]
fn a_table_of_related_journeys_is_made() {
    for server in SERVERS {
        let folder = folder(server, "");
        folder.write(
            "own.jsonl",
            "{\"name\":\"Barn Wedding\",\"keywords\":[\"rustic wedding\"],\"related\":[\"Honeymoon\"]}\n\
             {\"name\":\"Beekeeping\",\"keywords\":[\"bee hive\"],\"related\":[]}\n",
        );
        let ran =
            folder.run("expand build @own.jsonl --ask 3 --config @model.toml -o @out/t.jsonl");
        if ran.code == Some(1) {
            ran.fails_with("gave nothing that can be used, for any journey");
            assert!(!folder.path("out/t.jsonl").exists());
            continue;
        }
        ran.ok();
        let table = rows(&folder.read("out/t.jsonl"));
        assert!(table[0]["made_with"].to_string().contains("smollm2"));
        assert_eq!(table.len(), 3, "a head and two journeys");
    }
}

/// The examples ask in the very words in which journeys were asked for, so the cache knows the replies.
fn examples_are_of_what_the_model_said(folder: &Folder) {
    let grouped = folder.journeys();
    let grouped = grouped.iter().filter(|it| it["grouped_by"] == "llm");
    let line = "llm export @events.jsonl --config @model.toml -o @out/ex --validation 0";
    let ran = folder.run(line);
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    if ran.code == Some(0) {
        assert!(ran.stderr.contains(" 0 calls"), "{}", ran.stderr);
        let sheet = String::from_utf8(folder.read("out/ex/DATASHEET.md")).expect("UTF-8");
        assert!(sheet.contains("text_model:smollm2"), "{sheet}");
        let examples = rows(&folder.read("out/ex/train.jsonl")).len() as u64;
        assert_eq!(examples, ran.count("to learn from"));
    } else {
        // Nothing of the rooms' own in its place.
        let none = grouped.filter(|it| it["name_reason"].is_null()).count();
        assert_eq!(none, 0, "{}", ran.stderr);
        ran.fails_with("a language model gave nothing that can be used");
        assert!(!folder.path("out/ex/train.jsonl").exists());
    }
}

/// What came of asking: judgements, or only failures, which the command tells as one of its own.
fn judged(folder: &Folder, line: &str, output: &str) -> Vec<Row> {
    let ran = folder.run(&format!("{line} -o @{output}"));
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    assert!(matches!(ran.code, Some(0 | 1)), "{}", ran.stderr);
    let mut file = output.to_owned();
    if ran.code == Some(1) {
        let said = "no question got a reply that can be used";
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
        file += ".partial";
    }
    let rows = rows(&folder.read(&file));
    for row in &rows {
        assert_eq!(row["asked"]["model"], "smollm2");
        // What breaks the form twice is told as failed, with what the model said.
        let exchanges = row["asked"]["exchanges"].as_array().map(Vec::len);
        assert!(matches!(exchanges, Some(1 | 2)), "{row:?}");
    }
    rows
}

const LISTS: &str =
    "judge @out/j.jsonl --input @events.jsonl --people 1 --top 2 --config @model.toml";

#[test]
#[ignore = "scripts/with-text-model runs it"]
fn lists_are_judged() {
    for server in SERVERS {
        let folder = folder(server, "");
        folder.infer("events.jsonl", "").ok();
        let first = judged(&folder, LISTS, "out/judged.jsonl");
        assert_eq!(first.len(), 1);
        // Once is enough for what follows.
        if server == SERVERS[0] {
            lists_are_judged_again(&folder, &first[0]);
        }
    }
}

/// Word for word what was asked, which the cache doesn't know with another limit.
fn lists_are_judged_again(folder: &Folder, first: &Row) {
    folder.write("first.jsonl", format!("{}\n", serde_json::json!(first)));
    let config = String::from_utf8(folder.read("model.toml")).expect("UTF-8");
    let url = config.lines().find_map(|it| it.strip_prefix("url = "));
    let url = url.expect("the server's").trim_matches('"');
    folder.write(
        "limit.toml",
        "[text_model]\nmax_tokens = 150\ntimeout_s = 300\n",
    );
    let line = format!(
        "judge repeat @first.jsonl --config @limit.toml --text-model {url} --text-model-name smollm2"
    );
    let again = judged(folder, &line, "out/again.jsonl");
    assert_eq!(again[0]["asked"]["hash"], first["asked"]["hash"]);
}

#[test]
#[ignore = "scripts/with-text-model runs it"]
fn two_lists_are_judged() {
    // The other server: each is slow.
    let folder = folder(SERVERS[1], "");
    folder.infer("events.jsonl", "").ok();
    let others = folder.journeys().into_iter().map(|mut journey| {
        journey.insert("name".to_owned(), "something else".into());
        format!("{}\n", serde_json::json!(journey))
    });
    folder.write("other.jsonl", others.collect::<String>());
    let line = "judge pair @other.jsonl @out/j.jsonl --input @events.jsonl --people 1 --top 2 \
                --config @model.toml";
    let pairs = judged(&folder, line, "out/pairs.jsonl");
    assert_eq!(pairs.len(), 1);
    assert!(!text(&pairs[0], "user_id").is_empty());
}

#[test]
#[ignore = "scripts/with-text-model runs it"]
fn texts_are_checked() {
    for server in SERVERS {
        let folder = folder(server, "");
        folder.write("texts.txt", "barn wedding\nchemo hats\n");
        let ran = folder
            .run("safety check @texts.txt --ask --config @model.toml")
            .ok();
        let verdicts = rows(ran.stdout.as_bytes());
        assert_eq!(verdicts.len(), 2);
        // Whatever the model says of it, it is no less strict than without.
        assert_ne!(verdicts[1]["verdict"], "ok");
        assert!(ran.stderr.contains("asked of the model"), "{}", ran.stderr);
    }
}
