use super::*;
use crate::config::Config;
use crate::samples::{Act, DAY, closeup, corpus_of, person, search};

/// Assigns the keywords of a person whose units have these groups, by unit (searches first, then
/// items, each by key).
fn assigned(person: &Extracted, groups: &[usize], config: &AssignConfig) -> Assigned {
    let units = person.units.len();
    assert_eq!(units, groups.len());
    let mut pairs = Vec::new();
    for left in 0..units {
        for right in left + 1..units {
            pairs.push(if groups[left] == groups[right] {
                0.9
            } else {
                0.1
            });
        }
    }
    let affinities = Affinities::from_pairs(units, pairs);
    let clustering = Clustering::from_labels(groups);
    let facts = KeywordFacts::of(person, &corpus_of(&[]));
    assign(person, &facts, &clustering, &affinities, config)
}

fn at_least(keywords: usize) -> AssignConfig {
    AssignConfig {
        min_keywords_with_items: keywords,
        min_keywords_searches_only: keywords,
        ..Config::builtin().assign
    }
}

fn placement(person: &Extracted, assigned: &Assigned, text: &str) -> Placement {
    let keyword = person.keywords.iter().position(|known| known.text == text);
    assigned.placements[keyword.expect("a keyword")]
}

const NOTES: [&[&str]; 3] = [
    &["lace", "veil", "shared"],
    &["lace", "veil", "shared"],
    &["boots", "tent", "shared"],
];

fn three_items() -> Extracted {
    let items = ["i1", "i2", "i3"];
    let acts: Vec<Act<'_>> = items
        .into_iter()
        .zip(NOTES)
        .enumerate()
        .map(|(day, (item, notes))| closeup(day as i64 * DAY, item, notes))
        .collect();
    person("p", &acts)
}

#[test]
fn a_keyword_goes_where_most_of_its_occurrences_are() {
    let person = three_items();
    let result = assigned(&person, &[0, 0, 1], &at_least(1));
    assert_eq!(result.candidates.len(), 2);
    for (text, candidate) in [("lace", 0), ("shared", 0), ("boots", 1)] {
        let expected = Placement::Candidate(candidate);
        assert_eq!(placement(&person, &result, text), expected, "{text}");
    }
}

#[test]
fn a_tie_goes_to_the_group_that_comes_first() {
    let acts = [closeup(0, "i1", &["both"]), closeup(DAY, "i2", &["both"])];
    let person = person("p", &acts);
    let result = assigned(&person, &[0, 1], &at_least(1));
    assert_eq!(placement(&person, &result, "both"), Placement::Candidate(0));
}

#[test]
fn a_keyword_spread_over_groups_says_nothing() {
    let person = three_items();
    let result = assigned(&person, &[0, 1, 2], &at_least(1));
    let generic = Placement::LeftOver(LeftOver::Generic);
    assert_eq!(placement(&person, &result, "shared"), generic);
    assert_eq!(
        placement(&person, &result, "boots"),
        Placement::Candidate(1)
    );
}

#[test]
fn a_group_of_too_few_keywords_is_no_candidate() {
    let person = three_items();
    let result = assigned(&person, &[0, 0, 1], &at_least(3));
    assert_eq!(result.candidates.len(), 1);
    assert_eq!(placement(&person, &result, "lace"), Placement::Candidate(0));
    let once = Placement::LeftOver(LeftOver::OneOff);
    assert_eq!(placement(&person, &result, "boots"), once);
}

#[test]
fn what_comes_back_without_company_is_weak_and_not_a_one_off() {
    let acts = [
        search(0, "barn"),
        search(DAY, "barn"),
        search(2 * DAY, "engine"),
    ];
    let person = person("p", &acts);
    let result = assigned(&person, &[0, 1], &at_least(2));
    assert!(result.candidates.is_empty());
    let weak = Placement::LeftOver(LeftOver::WeakEvidence);
    assert_eq!(placement(&person, &result, "barn"), weak);
    let once = Placement::LeftOver(LeftOver::OneOff);
    assert_eq!(placement(&person, &result, "engine"), once);
}

#[test]
fn a_search_for_a_site_is_navigational() {
    let visit = |seconds| Act {
        url: Some("http://www.example.com/"),
        ..search(seconds, "example.com")
    };
    let person = person("p", &[visit(0), visit(DAY), visit(2 * DAY)]);
    let result = assigned(&person, &[0], &at_least(2));
    let site = Placement::LeftOver(LeftOver::Navigational);
    assert_eq!(placement(&person, &result, "example.com"), site);
}

#[test]
fn a_hidden_keyword_keeps_its_reason() {
    let hide = Act {
        action: "hide",
        ..closeup(9, "i1", &["clown"])
    };
    let acts = [
        closeup(0, "i1", &["clown"]),
        hide,
        closeup(20, "i2", &["lace"]),
    ];
    let person = person("p", &acts);
    let result = assigned(&person, &[0], &at_least(1));
    let hidden = Placement::LeftOver(LeftOver::Hidden);
    assert_eq!(placement(&person, &result, "clown"), hidden);
}

#[test]
fn candidates_hold_exactly_the_keywords_placed_there() {
    let person = three_items();
    let result = assigned(&person, &[0, 0, 1], &at_least(1));
    for (index, candidate) in result.candidates.iter().enumerate() {
        let mut held: Vec<u32> = candidate
            .keywords
            .iter()
            .map(|(keyword, _)| *keyword)
            .collect();
        held.sort_unstable();
        let placed: Vec<u32> = (0..person.keywords.len() as u32)
            .filter(|keyword| {
                result.placements[*keyword as usize] == Placement::Candidate(index as u32)
            })
            .collect();
        assert_eq!(held, placed);
        let weights: Vec<f64> = candidate
            .keywords
            .iter()
            .map(|(_, weight)| *weight)
            .collect();
        assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        assert!(weights.is_sorted_by(|left, right| left >= right));
    }
    let sizes = result
        .candidates
        .iter()
        .map(|candidate| candidate.units.len());
    assert_eq!(sizes.collect::<Vec<_>>(), [2, 1]);
    assert!((result.candidates[0].cohesion - 0.9).abs() < 1e-6);
    assert!((result.candidates[0].nearest - 0.1).abs() < 1e-6);
}

#[test]
fn nobody_without_units_has_a_candidate() {
    let result = assigned(&Extracted::default(), &[], &at_least(1));
    assert!(result.candidates.is_empty() && result.placements.is_empty());
}
