//! `wayline safety check`, as a user meets it.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::json;

use crate::support::{Folder, Ran, command, rows, wayline};

fn check(folder: &Folder, options: &str) -> Ran {
    wayline(folder.words(&format!("safety check {options}")))
}

#[test]
fn every_text_gets_a_line_in_its_place() {
    let texts = [
        ("barn wedding ideas", "ok", None),
        ("chemo hats", "sensitive", Some("health")),
        ("buy c0c@ine online", "withhold", Some("drugs")),
        (
            "call +44 7700 900123",
            "withhold",
            Some("personal_data.phone"),
        ),
    ];
    let expected: Vec<serde_json::Value> = texts
        .iter()
        .map(|(text, verdict, reason)| json!({"text": text, "verdict": verdict, "reason": reason}))
        .collect();
    let folder = Folder::new();
    let plain: Vec<&str> = texts.iter().map(|(text, _, _)| *text).collect();
    folder.write("texts.txt", plain.join("\n\n"));
    let objects = texts.map(|(text, _, _)| json!({"more": 1, "text": text}).to_string());
    folder.write("texts.jsonl", objects.join("\n"));
    // Some editors put a byte order mark before a file.
    folder.write("marked.jsonl", format!("\u{feff}{}", objects.join("\r\n")));
    for file in ["texts.txt", "texts.jsonl", "marked.jsonl"] {
        let ran = check(&folder, &format!("@{file}")).ok();
        let said: Vec<serde_json::Value> = ran
            .stdout
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect();
        assert_eq!(said, expected, "{file}");
        assert_eq!(ran.count("texts"), 4);
        assert_eq!(ran.count("  to be withheld"), 2);
    }
}

#[test]
fn standard_input_is_read_and_any_text_has_a_verdict() {
    let mut child = command(["safety", "check", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let long = "very ".repeat(100_000);
    let texts = format!("…\n🙂\n\u{200b}x\n{long}\n\0\n");
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(texts.as_bytes()).expect("it reads");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success());
    let said = rows(&output.stdout);
    assert_eq!(said.len(), 5);
    assert!(said.iter().all(|row| row["verdict"] == "ok"));
}

#[test]
fn the_config_says_what_follows_from_what() {
    let folder = Folder::with("texts.txt", "chemo hats\nacme rockets\nnude heels\nporn\n");
    folder.write(
        "own.toml",
        "[safety]\nwithhold_words = [\"acme*\"]\nallow_words = [\"porn\"]\n\
         [safety.verdicts]\nhealth = \"ok\"\n",
    );
    let ran = check(&folder, "@texts.txt --config @own.toml").ok();
    let said = rows(ran.stdout.as_bytes());
    let verdicts: Vec<&serde_json::Value> = said.iter().map(|row| &row["verdict"]).collect();
    assert_eq!(verdicts, ["ok", "withhold", "ok", "ok"]);
    assert_eq!(said[1]["reason"], "word");
    for (config, message) in [
        ("[safety]\nwithhold_words = [\"…\"]\n", "withhold_words"),
        ("[safety]\nwithhold_from = 2.0\n", "withhold_from"),
        ("[safety.verdicts]\nhelth = \"ok\"\n", "helth"),
        ("[safety.verdicts]\nhealth = \"fine\"\n", "fine"),
    ] {
        folder.write("bad.toml", config);
        check(&folder, "@texts.txt --config @bad.toml").fails_with(message);
    }
}

#[test]
fn lines_without_a_text_are_named() {
    let folder = Folder::with(
        "texts.jsonl",
        "{\"text\":\"porn\"}\n{\"txt\":\"x\"}\nplain\n{\"text\":\"lamp\"}\n",
    );
    let ran = check(&folder, "@texts.jsonl");
    assert_eq!(ran.code, Some(1));
    assert_eq!(rows(ran.stdout.as_bytes()).len(), 2);
    for place in ["texts.jsonl:2: ", "texts.jsonl:3: "] {
        assert!(ran.stderr.contains(place), "{}", ran.stderr);
    }
    assert_eq!(ran.count("lines without a text"), 2);
    check(&folder, "@none.txt").fails_with("none.txt");
    folder.write("cut.json", "{\"version\": 1, \"classifier\": ");
    check(&folder, "@texts.jsonl --safety @cut.json").fails_with("wayline train safety");
}
