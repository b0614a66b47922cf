use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::config::Config;
use crate::corpus::{
    Corpus, CorpusCounts, InMemoryCounter, KeywordFacts, PairBuilder, Partner, Snapshot,
};
use crate::extract::{Extracted, Keyword, Unit, UnitKind};

/// A person who saw items with these labels.
fn person(number: usize, items: &[&[&str]]) -> Extracted {
    let mut texts: Vec<&str> = items.concat();
    texts.sort_unstable();
    texts.dedup();
    let number_of = |text: &&str| texts.binary_search(text).expect("listed") as u32;
    let item = |labels: &&[&str]| Unit {
        kind: UnitKind::Item,
        key: labels.concat(),
        annotations: labels.iter().map(|label| (number_of(label), 1)).collect(),
        visits: 1,
        events: 1,
        weight: 1.0,
        ..Unit::default()
    };
    let keyword = |text: &&str| Keyword {
        text: (*text).to_owned(),
        count: 1,
        visits: 1,
        ..Keyword::default()
    };
    Extracted {
        user_id: format!("person {number}"),
        units: items.iter().map(item).collect(),
        keywords: texts.iter().map(keyword).collect(),
        ..Extracted::default()
    }
}

fn count<'a>(people: impl Iterator<Item = &'a Extracted>, config: &CorpusConfig) -> CorpusCounts {
    let mut counter = InMemoryCounter::new(config);
    people.for_each(|person| counter.add(person));
    counter.finish()
}

/// Pairs with the number of people, as texts.
fn pairs(counts: &CorpusCounts) -> Vec<(&str, &str, u32)> {
    let text = |keyword: u32| counts.entries[keyword as usize].text.as_str();
    (0..counts.together.keyword_count())
        .flat_map(|keyword| {
            let partners = counts.together.partners(keyword).iter();
            partners.map(move |it| (text(keyword), text(it.keyword), it.people))
        })
        .collect()
}

/// Four people of the sea and three of the woods, with what only two have together.
fn people() -> Vec<Extracted> {
    let sea: &[&[&str]] = &[&["sand", "shells"], &["sand", "waves"]];
    let woods: &[&[&str]] = &[&["moss", "pines"]];
    let both: &[&[&str]] = &[&["moss", "pines"], &["moss", "sand", "secret"]];
    [sea, sea, sea, sea, woods, both, both]
        .into_iter()
        .enumerate()
        .map(|(number, items)| person(number, items))
        .collect()
}

#[test]
fn a_pair_of_fewer_than_three_people_is_not_kept() {
    let counts = count(people().iter(), &Config::builtin().corpus);
    let expected = [
        ("moss", "pines", 3),
        ("pines", "moss", 3),
        ("sand", "shells", 4),
        ("sand", "waves", 4),
        ("shells", "sand", 4),
        ("waves", "sand", 4),
    ];
    assert_eq!(pairs(&counts), expected, "no moss with sand, no secret");
    // What is dropped still counts where chance is reckoned: 4·2 + 3 + 2·3 pairs, from two sides.
    assert_eq!(counts.together.all_moments(), 34);
    let moss = 0;
    assert_eq!(counts.entries[moss].text, "moss");
    assert_eq!(counts.together.moments(moss as u32), 3 + 2 + 2);
}

#[test]
fn rooms_see_the_strongest_partner_first() {
    let people = people();
    let config = Config::builtin().corpus;
    let log = Snapshot::new(&count(people.iter(), &config));
    let corpus = Corpus::with_prior(Arc::new(log), Arc::default(), config);
    let facts = KeywordFacts::of(&people[5], &corpus);
    let number_of = |text: &str| {
        let mut keywords = people[5].keywords.iter();
        keywords.position(|it| it.text == text).expect("there") as u32
    };
    assert_eq!(
        facts.corpus_id(number_of("sand")),
        corpus.keyword_id("sand")
    );
    let partners = facts.partners(number_of("moss"));
    let Some(pines) = corpus.keyword_id("pines") else {
        unreachable!("pines is kept");
    };
    let expected = association(3, (7, 3), 34);
    let pines = Partner {
        keyword: pines,
        association: expected,
    };
    assert_eq!(partners, [pines]);
    assert_eq!(facts.corpus_id(number_of("secret")), None);
    assert!(facts.partners(number_of("secret")).is_empty());
    let id = corpus.keyword_id("sand").expect("kept");
    let sand = corpus.partners(id);
    assert_eq!(sand.len(), 2);
    assert!(sand[0].association >= sand[1].association);
}

#[test]
fn each_keyword_keeps_so_many_partners_and_none_turns_counting_off() {
    let config = CorpusConfig {
        max_partners: 1,
        ..Config::builtin().corpus
    };
    let one = count(people().iter(), &config);
    let sand = pairs(&one).into_iter().filter(|pair| pair.0 == "sand");
    assert_eq!(sand.collect::<Vec<_>>(), [("sand", "shells", 4)]);
    let off = CorpusConfig {
        max_partners: 0,
        ..config
    };
    assert!(count(people().iter(), &off).together.is_empty());
}

#[test]
fn of_too_many_pairs_those_of_most_people_stay() {
    let config = CorpusConfig {
        max_pairs: 2,
        ..Config::builtin().corpus
    };
    let counts = count(people().iter(), &config);
    assert!(pairs(&counts).iter().all(|(_, _, people)| *people == 4));
    assert_eq!(pairs(&counts).len(), 4);
}

#[test]
fn a_sample_depends_on_who_the_people_are_not_on_their_order() {
    let config = CorpusConfig {
        max_pair_people: 100,
        ..Config::builtin().corpus
    };
    let labels: &[&[&str]] = &[&["sand", "shells"]];
    let people: Vec<Extracted> = (0..1_000).map(|number| person(number, labels)).collect();
    let forth = count(people.iter(), &config);
    assert_eq!(count(people.iter().rev(), &config), forth);
    // A sixteenth of a thousand.
    let sampled = forth.together.moments(0);
    assert!((40..90).contains(&sampled), "{sampled} people");
    assert_eq!(forth.entries[0].counts.people, 1_000);
}

proptest! {
    #[test]
    fn any_split_counts_the_same(
        logs in prop::collection::vec(prop::collection::vec(prop::collection::vec("[a-f]", 0..4), 0..4), 1..30),
        parts in 1_usize..5,
        most_people in 1_u64..40,
    ) {
        let people: Vec<Extracted> = logs.iter().enumerate().map(|(number, items)| {
            let items: Vec<Vec<&str>> = items.iter().map(|labels| {
                let mut labels: Vec<&str> = labels.iter().map(String::as_str).collect();
                labels.sort_unstable();
                labels.dedup();
                labels
            }).collect();
            let items: Vec<&[&str]> = items.iter().map(Vec::as_slice).collect();
            person(number, &items)
        }).collect();
        let config = CorpusConfig { max_pair_people: most_people, ..Config::builtin().corpus };
        let whole = count(people.iter(), &config);
        let mut builders: Vec<PairBuilder> = (0..parts).map(|_| PairBuilder::new(&config)).collect();
        for (number, person) in people.iter().enumerate() {
            builders[number % parts].add(person, number as u64 + 1);
        }
        let mut seen: Vec<PairSeen> = builders.into_iter().flat_map(PairBuilder::finish).collect();
        seen.sort_unstable();
        let mut together = TogetherCounts::new(whole.people, &whole.entries, &config);
        seen.into_iter().for_each(|seen| together.push(seen));
        let merged = together.finish();
        for keyword in 0..merged.keyword_count() {
            for partner in merged.partners(keyword) {
                prop_assert!(partner.people >= config.min_people);
            }
        }
        prop_assert_eq!(merged, whole.together);
    }
}
