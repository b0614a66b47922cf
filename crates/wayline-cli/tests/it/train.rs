//! `wayline train`, as a user meets it.

use crate::support::{Folder, Ran, wayline};

fn train_ranker(folder: &Folder, log: &str, options: &str) -> Ran {
    let line = format!("train ranker @{log} -o @out/ranker.json {options}");
    wayline(folder.words(&line))
}

#[test]
fn a_log_trains_a_ranker_that_runs_with_it() {
    let folder = Folder::simulated("--people 30 --seed 3");
    let first = train_ranker(&folder, "events.jsonl", "--moments 2 --folds 2").ok();
    for order in ["recency × frequency", "logistic", "boosted trees"] {
        assert!(first.stdout.contains(order), "{}", first.stdout);
    }
    let model = folder.read("out/ranker.json");
    let again = train_ranker(&folder, "events.jsonl", "--moments 2 --folds 2 --threads 1").ok();
    assert_eq!(again.stdout, first.stdout);
    assert_eq!(folder.read("out/ranker.json"), model);
    folder.write("ranker.json", &model);
    let before = folder.inferred("events.jsonl", "");
    let after = folder.inferred("events.jsonl", "--ranker @ranker.json");
    assert!(before != after, "the model is used");
}

#[test]
fn without_labelled_logs_simulated_people_teach_grouping() {
    let folder = Folder::simulated("--people 12 --seed 3");
    let mut words = folder.words(
        "train affinity --simulated 10 --simulated-searches 2 --ablation everything -o @out/grouping.json",
    );
    words.extend(["--ablation", "text alone"].map(std::path::PathBuf::from));
    let ran = wayline(words).ok();
    for line in ["crowd of 60", "everything", "text alone"] {
        assert!(ran.stdout.contains(line), "{line}: {}", ran.stdout);
    }
    folder.write("grouping.json", folder.read("out/grouping.json"));
    folder.inferred("events.jsonl", "--model @grouping.json");
    assert!(!folder.journeys().is_empty());
}

#[test]
fn what_cannot_teach_is_refused() {
    let row = |user: &str, day: u32, query: &str| {
        format!(
            "{{\"user_id\":\"{user}\",\"timestamp\":{},\"query\":\"{query}\"}}\n",
            1_700_000_000 + day * 86_400
        )
    };
    let folder = Folder::with("short.jsonl", row("u", 0, "barn") + &row("u", 9, "barn"));
    train_ranker(&folder, "short.jsonl", "").fails_with("the log is too short");
    // Two people who were active long ago, and one who keeps the log going.
    let mut long = row("a", 0, "barn wedding") + &row("a", 1, "wedding barn");
    long += &(row("b", 0, "engine oil") + &row("b", 2, "oil of engine"));
    long += &row("c", 100, "weather");
    folder.write("silent.jsonl", long);
    train_ranker(&folder, "silent.jsonl", "")
        .fails_with("nothing can be learned of who comes back");
    folder.write("empty.jsonl", "");
    train_ranker(&folder, "empty.jsonl", "").fails_with("the files are empty");
    assert_eq!(folder.outputs(), Vec::<String>::new());
}

#[test]
fn models_that_do_not_fit_are_refused_with_what_to_do() {
    let folder = Folder::with(
        "x.jsonl",
        "{\"user_id\":\"u\",\"timestamp\":1,\"query\":\"barn\"}\n",
    );
    folder.write("cut.json", "{\"version\": 1, \"embedder\": ");
    folder.write("old.json", "{\"version\": 0}");
    for (option, command) in [
        ("--ranker", "wayline train ranker"),
        ("--stage", "wayline train stage"),
    ] {
        folder.refuses("x.jsonl", &format!("{option} @cut.json"), "can't be read");
        folder.refuses("x.jsonl", &format!("{option} @old.json"), "has version 0");
        folder.refuses("x.jsonl", &format!("{option} @old.json"), command);
        folder.refuses(
            "x.jsonl",
            &format!("{option} @none.json"),
            "can't read the model",
        );
    }
}

#[test]
fn judgements_need_missions_and_one_log() {
    let folder = Folder::simulated("--people 12 --seed 3");
    let ran = train_ranker(&folder, "events.jsonl", "--annotated x.jsonl");
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("--missions"), "{}", ran.stderr);
}

#[test]
fn names_are_learned_from_the_catalogue_alone_and_the_same_each_time() {
    let folder = Folder::new();
    let train = |name: &str, options: &str| {
        let line = format!("train names --simulated 2 -o @{name} {options}");
        wayline(folder.words(&line)).ok()
    };
    let first = train("first.json", "");
    assert!(first.stdout.contains("off-topic"), "{}", first.stdout);
    train("again.json", "--threads 1");
    let model = folder.read("first.json");
    assert_eq!(folder.read("again.json"), model);
    folder.simulate(".", "--people 12 --seed 3");
    let before = folder.inferred("events.jsonl", "");
    let after = folder.inferred("events.jsonl", "--naming @first.json");
    assert!(before != after, "the model is used");
    let other = String::from_utf8(model).expect("UTF-8");
    folder.write(
        "other.json",
        other.replacen("\"grouping\": \"", "\"grouping\": \"x", 1),
    );
    let ran = folder.infer("events.jsonl", "--naming @other.json").ok();
    let said = "the naming model was fitted with the grouping model x";
    assert!(ran.stderr.contains(said), "{}", ran.stderr);
}
