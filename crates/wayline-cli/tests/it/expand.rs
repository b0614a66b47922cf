//! `wayline expand` and the field `related`.

use std::collections::BTreeSet;

use crate::support::{Folder, text};

#[test]
fn the_table_that_ships_is_what_the_catalogue_makes() {
    let folder = Folder::new();
    folder.run("expand build -o @out/related.jsonl").ok();
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/../wayline/data/related.jsonl");
    let shipped = std::fs::read(shipped).expect("it ships");
    assert!(
        folder.read("out/related.jsonl") == shipped,
        "make it again: wayline expand build -o crates/wayline/data/related.jsonl"
    );
}

#[test]
fn journeys_say_what_their_person_could_go_on_to() {
    let folder = Folder::simulated("--people 20 --seed 12");
    folder.inferred("events.jsonl", "");
    let mut offered = BTreeSet::new();
    for journey in folder.journeys() {
        let related = journey["related"].as_array().expect("a list");
        assert!(related.len() <= 5);
        let score = |it: &serde_json::Value| it["score"].as_f64().expect("a number");
        assert!(related.windows(2).all(|it| score(&it[0]) >= score(&it[1])));
        for it in related {
            assert!(score(it) <= journey["score"].as_f64().expect("a number"));
            let name = it["name"].as_str().expect("a name").to_lowercase();
            let person = text(&journey, "user_id").to_owned();
            assert!(offered.insert((person, name)), "{it} is offered twice");
        }
    }
    assert!(offered.len() > 100, "{}", offered.len());
    for journey in folder.journeys() {
        let own = (
            text(&journey, "user_id").to_owned(),
            text(&journey, "name").to_lowercase(),
        );
        assert!(!offered.contains(&own), "{own:?} is done already");
    }
    folder.write("none.toml", "[expand]\nmost = 0\n");
    folder.inferred("events.jsonl", "--config @none.toml");
    let is_bare = |it: &crate::support::Row| it["related"] == serde_json::json!([]);
    assert!(folder.journeys().iter().all(is_bare));
}

#[test]
fn a_table_of_one_s_own_and_what_is_wrong_with_one() {
    let folder = Folder::simulated("--people 3 --seed 12");
    folder.write(
        "bad.jsonl",
        "{\"name\":\"x\",\"related\":[]}\n{\"name\":\"y\"}\n",
    );
    folder
        .run("expand build @bad.jsonl -o @out/t.jsonl")
        .fails_with("bad.jsonl:2");
    folder
        .run("infer @events.jsonl -o @out/j.jsonl --related @events.jsonl")
        .fails_with("expand build");
    let journey = r#"{"name":"Gardening","keywords":["garden"],"related":["Beekeeping"],"more":1}"#;
    folder.write("own.jsonl", journey);
    folder.run("expand build @own.jsonl -o @out/t.jsonl").ok();
    // What may not be shown by the config stands in no table.
    folder.write(
        "no-bees.toml",
        "[safety]\nwithhold_words = [\"beekeeping\"]\n",
    );
    let line = "expand build @own.jsonl -o @out/without.jsonl --config @no-bees.toml";
    assert_eq!(folder.run(line).ok().count("withheld"), 1);
    let table = String::from_utf8(folder.read("out/without.jsonl")).expect("UTF-8");
    assert!(!table.contains("Beekeeping"), "{table}");
    folder.write("any.toml", "[expand]\nmin_similarity = -1.0\n");
    folder.inferred("events.jsonl", "--related @out/t.jsonl --config @any.toml");
    let journeys = folder.journeys();
    let of_first = &journeys[0]["related"][0];
    assert_eq!(of_first["name"], "Beekeeping");
    assert_eq!(of_first["because"], "Gardening");
}
