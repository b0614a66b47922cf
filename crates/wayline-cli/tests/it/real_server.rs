//! Every step that asks a language model asks a real server, which `scripts/with-text-model` starts. Its
//! model is small: whether a reply can be used is its matter, that the way is gone to the end is ours.

use crate::support::{Folder, Ran, rows, text};

/// The same steps with llama-cpp-python's server, which knows no `json_schema`, and with llama.cpp's.
const SERVERS: [&str; 2] = ["WAYLINE_TEST_TEXT_MODEL", "WAYLINE_TEST_TEXT_MODEL_LLAMA"];

const INFER: &str =
    "infer @events.jsonl -o @out/j.jsonl --keywords @out/k.jsonl --config @model.toml";

/// Three people with short histories, since two cores take in about a hundred words a second.
fn folder(server: &str, more: &str) -> Folder {
    let folder = Folder::simulated("--people 3 --seed 77 --history-days 30-60 --journeys 2-3");
    let url = std::env::var(server).expect("scripts/with-text-model runs this");
    let config = format!(
        "[text_model]\nurl = \"{url}\"\nmodel = \"smollm2\"\nconcurrency = 2\ntimeout_s = 300\n\
         max_tokens = 200\ncache = \"{}\"\n[profile]\nmax_tokens = 500\n{more}",
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
        folder
            .run("expand build @own.jsonl --ask 3 --config @model.toml -o @out/t.jsonl")
            .ok();
        let table = rows(&folder.read("out/t.jsonl"));
        assert!(table[0]["made_with"].to_string().contains("smollm2"));
        assert_eq!(table.len(), 3, "a head and two journeys");
    }
}

#[test]
#[ignore = "scripts/with-text-model runs it"]
fn lists_are_judged() {
    for server in SERVERS {
        let folder = folder(server, "");
        folder.infer("events.jsonl", "").ok();
        let line = "judge @out/j.jsonl --input @events.jsonl --people 2 --top 2 --config @model.toml \
                    -o @out/judged.jsonl";
        let ran = folder.run(line);
        // A reply that breaks the form twice is told as failed, and the judgement with it.
        assert!(matches!(ran.code, Some(0 | 1)), "{}", ran.stderr);
        assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
        let judged = rows(&folder.read("out/judged.jsonl"));
        assert_eq!(judged.len(), 2, "{}", ran.stderr);
        for row in judged {
            assert!(!text(&row, "model").is_empty());
        }
    }
}
