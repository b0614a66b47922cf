use super::*;
use crate::extract::{Keyword, Occurrence};
use crate::nouns::{LeftOver, Timestamp};

fn keywords(count: u32) -> Vec<Keyword> {
    let keyword = |number| Keyword {
        text: format!("keyword {number:05}"),
        count: 1,
        visits: 1,
        ..Keyword::default()
    };
    (0..count).map(keyword).collect()
}

fn unit(kind: UnitKind, query: Option<u32>, labels: &[u32]) -> Unit {
    Unit {
        kind,
        query,
        annotations: labels.iter().map(|label| (*label, 1)).collect(),
        visits: 1,
        events: 1,
        weight: 1.0,
        ..Unit::default()
    }
}

fn item(labels: &[u32]) -> Unit {
    unit(UnitKind::Item, None, labels)
}

/// A search at the given seconds of visits.
fn search(query: u32, times: &[(i64, u32)]) -> Unit {
    let occurrences = times.iter().map(|(seconds, visit)| Occurrence {
        time: Timestamp::from_millis(seconds * 1_000),
        visit: *visit,
    });
    Unit {
        occurrences: occurrences.collect(),
        ..unit(UnitKind::Search, Some(query), &[])
    }
}

fn pairs(keyword_count: u32, units: Vec<Unit>) -> Vec<(u32, u32)> {
    let person = Extracted {
        keywords: keywords(keyword_count),
        units,
        ..Extracted::default()
    };
    Moments::default().pairs(&person).to_vec()
}

#[test]
fn searches_pair_with_the_next_two_of_the_visit() {
    let searches = vec![
        search(0, &[(0, 0)]),
        search(1, &[(30, 0)]),
        search(2, &[(60, 0)]),
        search(3, &[(90, 0), (5_000, 1)]),
        search(4, &[(100, 1)]),
    ];
    // The nearest first; not 0 with 3 (two came in between), not 4 with another visit's or with
    // what came more than ten minutes later.
    let expected = [(0, 1), (1, 2), (2, 3), (0, 2), (1, 3)];
    assert_eq!(pairs(5, searches), expected);
}

#[test]
fn a_search_said_twice_is_no_pair_and_a_pair_counts_once() {
    let searches = vec![
        search(0, &[(0, 0), (5, 0), (700, 1)]),
        search(1, &[(10, 0), (705, 1)]),
    ];
    assert_eq!(pairs(2, searches), [(0, 1)]);
}

#[test]
fn a_search_pairs_with_labels_of_what_it_led_to_and_labels_with_each_other() {
    let mut shoes = search(4, &[(0, 0)]);
    shoes.context = vec![(1, 0.9), (2, 0.1)];
    let units = vec![shoes, item(&[0, 1]), item(&[2, 3])];
    // The weak link to the second item doesn't count, its own labels do.
    assert_eq!(pairs(5, units), [(0, 4), (1, 4), (0, 1), (2, 3)]);
}

#[test]
fn keywords_without_support_are_no_pair() {
    let mut person = Extracted {
        keywords: keywords(3),
        units: vec![item(&[0, 1, 2])],
        ..Extracted::default()
    };
    person.keywords[1].unsupported = Some(LeftOver::Hidden);
    assert_eq!(Moments::default().pairs(&person), [(0, 2)]);
}

#[test]
fn one_person_has_bounded_pairs_and_the_strongest_stay() {
    let mut units = vec![search(4_999, &[(0, 0)])];
    for number in 0..200 {
        let labels: Vec<u32> = (0..20).map(|label| number * 20 + label).collect();
        units.push(item(&labels));
    }
    units[0].context = vec![(200, 3.0)];
    let pairs = pairs(5_000, units);
    assert_eq!(pairs.len(), MOST_PAIRS);
    assert!(
        pairs[..MOST_LABELS]
            .iter()
            .all(|(_, query)| *query == 4_999)
    );
    // The memory of one person doesn't change the next.
    let mut moments = Moments::default();
    let next = Extracted {
        keywords: keywords(2),
        units: vec![item(&[0, 1])],
        ..Extracted::default()
    };
    moments.pairs(&next);
    assert_eq!(moments.pairs(&next), [(0, 1)]);
}
