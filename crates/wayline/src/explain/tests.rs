use super::*;
use crate::affinity::Affinities;
use crate::config::Config;
use crate::embed::{Embedder, EmbeddingCache};
use crate::samples::{Act, DAY, closeup, corpus_of, person, rooms, search, simulated};
use crate::walk::walk;

#[test]
fn one_simulated_person_is_explained() {
    let people = simulated(12, 1);
    let corpus = corpus_of(&people);
    let config = Config::builtin();
    let rooms = rooms(
        &config,
        &corpus,
        "2025-06-30T23:59:59Z".parse().expect("a time"),
    );
    let mut embeddings = EmbeddingCache::new(Embedder::builtin(), 0);
    let shortest = people.iter().min_by_key(|person| person.events);
    let person = shortest.expect("somebody");
    let walked = walk(person, &rooms, &mut embeddings).expect("embedded");
    let text = explain(person, &walked, &rooms, &mut embeddings).expect("embedded");
    // The first line is as long as the person's id makes it.
    let wide = text.lines().skip(1).find(|line| line.chars().count() > 100);
    assert_eq!(wide, None);
    insta::assert_snapshot!(text);
}

#[test]
fn ties_say_what_was_opened_and_what_is_shared() {
    let item = |seconds, id| Act {
        interests: &["beach weddings"],
        ..closeup(seconds, id, &["barefoot bride"])
    };
    let acts = [
        search(0, "barefoot sandals"),
        item(30, "i1"),
        search(DAY, "barefoot sandals"),
        item(DAY + 30, "i1"),
        item(9 * DAY, "i2"),
    ];
    let person = person("p", &acts);
    // Thirty others, of whom nobody has the interest.
    let mut people = vec![crate::samples::person("q", &[search(0, "engine oil")]); 30];
    people.push(person.clone());
    let corpus = corpus_of(&people);
    let config = Config::builtin();
    let rooms = rooms(&config, &corpus, person.last_event);
    let mut embeddings = EmbeddingCache::new(Embedder::builtin(), 0);
    let ties = Ties::of(&person, &rooms, &mut embeddings).expect("embedded");
    let affinities = |pairs: Vec<f32>| Affinities::from_pairs(3, pairs);
    // Units: the search, then both items.
    let led = ties.strongest(&affinities(vec![0.9, 0.1, 0.1]), &[0, 1, 2], 1);
    assert!(
        led[0]
            .reasons
            .contains(&"opened after this search twice".to_owned()),
        "{led:?}"
    );
    let alike = ties.strongest(&affinities(vec![0.1, 0.1, 0.9]), &[0, 1, 2], 1);
    let text = alike[0].to_string();
    assert!(
        text.contains("share the rare interest “beach weddings”"),
        "{text}"
    );
    assert!(text.contains("annotation “barefoot bride”"), "{text}");
}

#[test]
fn ties_tell_different_things_and_no_text_twice() {
    let item = |seconds, id| Act {
        interests: &["weddings"],
        ..closeup(seconds, id, &["weddings"])
    };
    let acts = [
        item(0, "lace veil"),
        item(10, "lace veils"),
        item(DAY, "lace veil"),
        item(DAY + 10, "barn lights"),
        item(2 * DAY, "lace veil"),
        item(2 * DAY + 10, "barn lights"),
        search(9 * DAY, "engine oil"),
        search(11 * DAY, "engine oil"),
        search(13 * DAY, "engine oil"),
        search(20 * DAY, "weather"),
    ];
    let person = person("p", &acts);
    let corpus = corpus_of(std::slice::from_ref(&person));
    let config = Config::builtin();
    let rooms = rooms(&config, &corpus, person.last_event);
    let mut embeddings = EmbeddingCache::new(Embedder::builtin(), 0);
    let ties = Ties::of(&person, &rooms, &mut embeddings).expect("embedded");
    // Units: two searches, then the items by key; nearly equal keys have the highest affinity.
    let pairs = vec![0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.9, 0.8, 0.99];
    let affinities = Affinities::from_pairs(5, pairs);
    let found = ties.strongest(&affinities, &[2, 3, 4], 1);
    let text = found[0].to_string();
    assert!(
        text.starts_with("item barn lights about “weddings” + item lace veil about “weddings”"),
        "{text}"
    );
    assert!(text.contains("in the same visit twice, expected"), "{text}");
    assert_eq!(text.matches("share the").count(), 1, "{text}");
    // One person is no people to have shares of.
    assert!(!text.contains('%'), "{text}");
}

#[test]
fn a_name_by_a_language_model_is_told_as_such() {
    let config = Config::builtin();
    let corpus = corpus_of(&[]);
    let rooms = rooms(&config, &corpus, Timestamp::default());
    let name = |source, runner_up: Option<&str>| Name {
        text: "A Wedding in a Barn".to_owned(),
        source,
        score: 0.5,
        runner_up: runner_up.map(str::to_owned),
        reason: None,
        named_for: Vec::new(),
    };
    let told = why_so_called(&name(NameSource::Llm, Some("barn wedding")), &rooms);
    assert!(told.starts_with("by a language model"), "{told}");
    assert!(told.ends_with("; without it “barn wedding”"), "{told}");
    let told = why_so_called(&name(NameSource::Llm, Some("4111 1111 1111 1111")), &rooms);
    assert!(!told.contains("4111"), "{told}");
    let told = why_so_called(&name(NameSource::Keyword, Some("barn")), &rooms);
    assert!(told.ends_with("; “barn” came second"), "{told}");
}

#[test]
fn what_must_not_be_shown_is_in_no_explanation() {
    let mut acts = vec![search(9 * DAY, "4111 1111 1111 1111")];
    let searches = [
        "barn wedding",
        "barn wedding table",
        "rustic barn wedding",
        "barn wedding hay bales",
    ];
    for day in 1..9 {
        for (place, query) in (0..).zip(searches) {
            acts.push(search(day * DAY + 40 * place, query));
        }
        acts.push(closeup(
            day * DAY + 10,
            "i1",
            &["barn wedding", "rustic wedding"],
        ));
        acts.push(closeup(day * DAY + 50, "i2", &["jane@example.com"]));
    }
    let person = person("p", &acts);
    let corpus = corpus_of(std::slice::from_ref(&person));
    let config = Config::builtin();
    let rooms = rooms(&config, &corpus, person.last_event);
    let mut embeddings = EmbeddingCache::new(Embedder::builtin(), 0);
    let walked = walk(&person, &rooms, &mut embeddings).expect("a walk");
    assert_eq!(walked.order.len(), 1, "{:?}", walked.assigned.placements);
    let text = explain(&person, &walked, &rooms, &mut embeddings).expect("a text");
    for withheld in ["@example.com", "4111", "0132"] {
        assert!(!text.contains(withheld), "{text}");
    }
    assert!(text.contains("[withheld]"), "{text}");
    assert!(text.contains("that must not be shown"), "{text}");
}
