//! Configs that say what can't be.

use crate::support::{Folder, wayline};

const ROW: &str = "{\"user_id\":\"u\",\"timestamp\":1700000000,\"query\":\"barn\"}\n";

#[test]
fn a_wrong_config_is_refused_with_its_key() {
    for (config, message) in [
        ("[extract", "the config is not valid"),
        ("[extract]\nmax_unit = 3", "unknown key `extract.max_unit`"),
        ("[extrakt]\nmax_units = 3", "unknown key `extrakt"),
        (
            "[extract]\nmax_units = 1",
            "`extract.max_units` is 1, it must be between 2 and 4000",
        ),
        ("[extract]\nmax_units = \"x\"", "extract.max_units"),
        ("[assign]\nmin_share = nan", "assign.min_share"),
        ("[actions]\nsave = \"much\"", "save"),
        ("extract = 3", "extract"),
    ] {
        let folder = Folder::with("x.jsonl", ROW);
        folder.write("c.toml", config);
        folder.refuses("x.jsonl", "--config @c.toml", message);
        let ran = folder.infer("x.jsonl", "--config @c.toml");
        assert!(ran.stderr.contains("c.toml"), "{}", ran.stderr);
    }
}

#[test]
fn a_missing_or_binary_config_is_refused() {
    let folder = Folder::with("x.jsonl", ROW);
    folder.refuses("x.jsonl", "--config @none.toml", "can't read the config");
    folder.write("c.toml", b"\xff\xfe");
    folder.refuses("x.jsonl", "--config @c.toml", "can't read the config");
}

#[test]
fn what_config_prints_is_a_config_that_changes_nothing() {
    let folder = Folder::with("x.jsonl", ROW.repeat(3));
    let before = folder.inferred("x.jsonl", "");
    folder.write("c.toml", wayline(["config"]).ok().stdout);
    assert_eq!(folder.inferred("x.jsonl", "--config @c.toml"), before);
    folder.write("empty.toml", "");
    assert_eq!(folder.inferred("x.jsonl", "--config @empty.toml"), before);
}

#[test]
fn nonsense_on_the_command_line_is_refused() {
    let folder = Folder::with("x.jsonl", ROW);
    for options in ["--memory 1", "--threads x", "--nope", "--max-rejects -1"] {
        let ran = folder.infer("x.jsonl", options);
        assert_eq!(ran.code, Some(2), "{options}: {}", ran.stderr);
    }
    folder.refuses("x.jsonl", "--map query", "query");
    folder.refuses("x.jsonl", "--map qery=term", "qery");
}

/// The model that ships.
const MODEL: &str = include_str!("../../../../wayline/models/grouping.json");

#[test]
fn a_model_that_does_not_fit_is_refused_with_what_to_do() {
    let embedder = serde_json::from_str::<serde_json::Value>(MODEL).expect("JSON")["embedder"]
        .as_str()
        .expect("a hash")
        .to_owned();
    for (model, message) in [
        (MODEL[..MODEL.len() / 2].to_owned(), "can't be read"),
        (
            MODEL.replace("\"version\": 4", "\"version\": 99"),
            "has version 99",
        ),
        (
            MODEL.replace(&embedder, "0123456789abcdef"),
            "was fitted with the embedder 0123456789abcdef",
        ),
        (
            MODEL.replace("\"log_gap\"", "\"log_gasp\""),
            "has other features",
        ),
    ] {
        let folder = Folder::with("x.jsonl", ROW);
        folder.write("m.json", model);
        folder.refuses("x.jsonl", "--model @m.json", message);
        let ran = folder.infer("x.jsonl", "--model @m.json");
        assert!(
            ran.stderr.contains("wayline train affinity"),
            "{}",
            ran.stderr
        );
    }
    let folder = Folder::with("x.jsonl", ROW);
    folder.refuses("x.jsonl", "--model @none.json", "can't read the model");
    folder.write("m.json", MODEL);
    let ran = folder.infer("x.jsonl", "--model @m.json").ok();
    // The hash is of the bytes, so this is the model that ranking and stage were fitted with.
    assert!(!ran.stderr.contains("was fitted to"), "{}", ran.stderr);
}

#[test]
fn a_model_of_another_kind_or_encoding_is_told() {
    let folder = Folder::with("x.jsonl", ROW);
    folder.write("m.json", MODEL);
    let told = "this is a grouping model, where a";
    for option in ["--ranker", "--stage", "--naming"] {
        folder.refuses("x.jsonl", &format!("{option} @m.json"), told);
    }
    folder.write("utf16.json", [0xff, 0xfe, b'{', 0]);
    folder.refuses("x.jsonl", "--model @utf16.json", "this is not UTF-8");
    folder.write("empty.json", "");
    folder.refuses("x.jsonl", "--model @empty.json", "can't be read");
    folder.write("bom.json", format!("\u{feff}{MODEL}"));
    folder.infer("x.jsonl", "--model @bom.json").ok();
}

#[test]
fn ranking_fitted_to_other_journeys_is_told() {
    let folder = Folder::with("x.jsonl", ROW);
    folder.write("m.json", MODEL.replacen("0.", "0.0", 1));
    let ran = folder.infer("x.jsonl", "--model @m.json").ok();
    for command in ["train ranker", "train stage"] {
        assert!(ran.stderr.contains(command), "{}", ran.stderr);
    }
}
