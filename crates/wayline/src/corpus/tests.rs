use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::config::Config;
use crate::extract::{Extracted, Keyword};
use crate::nouns::{Source, Sources};

fn keyword(text: &str, clicks: u32, home_clicks: u32) -> Keyword {
    Keyword {
        text: text.to_owned(),
        sources: Sources::from_iter([Source::Query]),
        count: 2,
        visits: 1,
        clicks,
        home_clicks,
        ..Keyword::default()
    }
}

fn person(texts: &[&str]) -> Extracted {
    Extracted {
        keywords: texts.iter().map(|text| keyword(text, 0, 0)).collect(),
        ..Extracted::default()
    }
}

fn corpus_of(people: &[Extracted]) -> Corpus {
    let log = Snapshot::new(&counts_of(people));
    Corpus::with_prior(
        Arc::new(log),
        Arc::new(Snapshot::default()),
        Config::builtin().corpus,
    )
}

fn counts_of(people: &[Extracted]) -> CorpusCounts {
    let config = Config::builtin().corpus;
    let mut counter = InMemoryCounter::new(&config);
    people.iter().for_each(|person| counter.add(person));
    counter.finish()
}

#[test]
fn a_word_counts_once_a_person_and_texts_of_two_people_are_not_kept() {
    let people = [
        person(&["red barn", "red shed"]),
        person(&["red barn"]),
        person(&["red house", "barn"]),
    ];
    let counts = counts_of(&people);
    let texts: Vec<(&str, u32)> = counts
        .entries
        .iter()
        .map(|entry| (entry.text.as_str(), entry.counts.people))
        .collect();
    assert_eq!(texts, [("barn", 3), ("red", 3)]);
}

#[test]
fn what_many_have_is_less_rare() {
    let people: Vec<Extracted> = (0..40)
        .map(|i| {
            if i < 30 {
                person(&["ideas"])
            } else {
                person(&["lace"])
            }
        })
        .collect();
    let corpus = corpus_of(&people);
    assert!(corpus.rarity("ideas") < corpus.rarity("lace"));
    assert!(corpus.rarity("lace") < corpus.rarity("never seen"));
    let annotation = Sources::from_iter([Source::Annotation]);
    assert!(corpus.is_generic(annotation, corpus.share_of_keyword("ideas")));
    assert!(!corpus.is_generic(annotation, corpus.share_of_keyword("lace")));
    assert!(!corpus.is_generic(
        Sources::from_iter([Source::Query]),
        corpus.share_of_keyword("ideas")
    ));
}

#[test]
fn a_way_to_a_site_is_known_by_its_clicks() {
    let corpus = corpus_of(&[]);
    assert!(corpus.is_navigational(&keyword("example", 3, 3)));
    assert!(!corpus.is_navigational(&keyword("example", 3, 1)));
    assert!(!corpus.is_navigational(&keyword("example", 0, 0)));
}

#[test]
fn at_most_so_many_texts_are_kept_and_ties_go_together() {
    let people: Vec<Extracted> = (0..5)
        .map(|i| {
            if i < 4 {
                person(&["a", "b", "c"])
            } else {
                person(&["c"])
            }
        })
        .collect();
    let mut builder = CorpusBuilder::default();
    people.iter().for_each(|person| builder.add(person));
    let mut cut = SupportCut::new(3, 3);
    builder
        .drain()
        .into_iter()
        .for_each(|entry| cut.push(entry));
    assert!(
        cut.finish().iter().all(|entry| entry.text == "c"),
        "a and b tie and would not both fit"
    );
}

proptest! {
    #[test]
    fn any_split_counts_the_same(texts in prop::collection::vec(prop::collection::vec("[a-c]( [a-c])?", 0..4), 1..12), split in 0_usize..12) {
        let people: Vec<Extracted> = texts.iter().map(|texts| {
            let mut texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            texts.sort_unstable();
            texts.dedup();
            person(&texts)
        }).collect();
        let mut whole = CorpusBuilder::default();
        people.iter().for_each(|person| whole.add(person));
        let mut parts = CorpusBuilder::default();
        let mut drained = Vec::new();
        for (index, person) in people.iter().enumerate() {
            if index == split { drained.extend(parts.drain()); }
            parts.add(person);
        }
        drained.extend(parts.drain());
        drained.sort_by(|left, right| left.key().cmp(&right.key()));
        let mut merged: Vec<CorpusEntry> = Vec::new();
        for entry in drained {
            match merged.last_mut() {
                Some(last) if last.key() == entry.key() => last.absorb(&entry.counts),
                _ => merged.push(entry),
            }
        }
        prop_assert_eq!(merged, whole.drain());
    }
}
