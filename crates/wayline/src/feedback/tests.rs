use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::assign::Candidate;
use crate::config::Config;
use crate::extract::{Extracted, Keyword};
use crate::nouns::{Channel, Feedback, Reaction, Timestamp};

const DAY: i64 = 86_400_000;

fn at(day: i64) -> Timestamp {
    Timestamp::from_millis(1_700_006_400_000 + day * DAY)
}

fn row(journey: &str, day: i64, reaction: Reaction, position: Option<u32>) -> Feedback {
    Feedback {
        user_id: "u".to_owned(),
        journey_id: journey.to_owned(),
        channel: Channel::App,
        time: at(day),
        reaction,
        position,
    }
}

/// A person with a keyword for each day, and a candidate of some of them, by equal weights.
fn person(keywords: &[(&str, i64)]) -> Extracted {
    let keyword = |(text, day): &(&str, i64)| Keyword {
        text: (*text).to_owned(),
        first_seen: at(*day),
        ..Keyword::default()
    };
    Extracted {
        user_id: "u".to_owned(),
        keywords: keywords.iter().map(keyword).collect(),
        ..Extracted::default()
    }
}

fn candidate(keywords: &[u32], days: &[i64]) -> Candidate {
    let share = 1.0 / keywords.len() as f64;
    Candidate {
        keywords: keywords.iter().map(|it| (*it, share)).collect(),
        times: days.iter().map(|day| at(*day)).collect(),
        ..Candidate::default()
    }
}

fn away(journey: &str, day: i64, held: &[&str]) -> Stance {
    Stance {
        journey_id: journey.to_owned(),
        at: at(day),
        wants: false,
        held: held.iter().map(|it| (*it).to_owned()).collect(),
    }
}

fn hides(person: &Extracted, candidate: Candidate, id: &str, stances: &[Stance]) -> bool {
    let config = Config::builtin().feedback;
    hidden(person, &[candidate], &[id], stances, &config)[0].is_some()
}

#[test]
fn what_was_taken_away_is_hidden_until_it_is_taken_up_again() {
    let person = person(&[("a", 0)]);
    let taken = [away("j", 10, &[])];
    let hidden = |days: &[i64]| hides(&person, candidate(&[0], days), "j", &taken);
    assert!(hidden(&[0, 5, 9]));
    assert!(hidden(&[0, 5, 11]), "one day says little");
    assert!(hidden(&[0, 11, 11, 11, 11, 11]), "however often on it");
    assert!(hidden(&[0, 11, 12, 13]), "three days");
    assert!(!hidden(&[0, 11, 12, 20, 30]), "four");
    assert!(!hides(&person, candidate(&[0], &[0]), "other", &taken));
}

#[test]
fn a_later_word_for_it_shows_it_again() {
    let person = person(&[("a", 0)]);
    let wanted = |day| Stance {
        wants: true,
        ..away("j", day, &[])
    };
    let hidden = |stances: &[Stance]| hides(&person, candidate(&[0], &[0]), "j", stances);
    assert!(!hidden(&[wanted(3)]));
    let older = away("old", 10, &["a"]);
    assert!(!hidden(&[older.clone(), wanted(11)]));
    assert!(hidden(&[older.clone(), wanted(9)]));
    assert!(hidden(&[older, wanted(10)]), "at one time the word against");
}

#[test]
fn what_took_over_is_hidden_too() {
    let person = person(&[("a", 0), ("b", 1), ("c", 2), ("new", 20), ("newer", 21)]);
    let taken = [away("gone", 10, &["a", "b"])];
    let hidden = |keywords: &[u32]| hides(&person, candidate(keywords, &[0]), "j", &taken);
    assert!(hidden(&[0, 1]));
    assert!(hidden(&[0, 1, 2]), "most of it");
    assert!(hidden(&[0]), "a part that split off");
    assert!(hidden(&[0, 1, 3, 4]), "what came up since doesn't count");
    assert!(!hidden(&[0, 2]), "half is not most");
    assert!(!hidden(&[3, 4]), "nothing of it is left");
}

#[test]
fn the_last_word_counts_in_any_order() {
    let rows = [
        row("a", 1, Reaction::Dismiss, None),
        row("a", 2, Reaction::Positive, None),
        row("b", 1, Reaction::Positive, None),
        row("b", 1, Reaction::Negative, None),
        row("c", 1, Reaction::Click, Some(1)),
    ];
    for turn in 0..rows.len() {
        let mut turned = rows.clone();
        turned.rotate_left(turn);
        let mut stances = Stances::default();
        turned.iter().for_each(|row| stances.add(row));
        let found = stances.of("u");
        let found: Vec<_> = found
            .iter()
            .map(|it| (it.journey_id.as_str(), it.at, it.wants))
            .collect();
        assert_eq!(found, [("a", at(2), true), ("b", at(1), false)]);
        assert_eq!(stances.taken_away(), 1);
        assert!(stances.of("nobody").is_empty());
    }
}

#[test]
fn reactions_belong_to_the_showing_before_them() {
    let rows = vec![
        row("j", 9, Reaction::Dismiss, None),
        row("j", 5, Reaction::Sent, Some(40)),
        row("j", 1, Reaction::Sent, Some(2)),
        row("j", 1, Reaction::Click, None),
        row("j", 1, Reaction::Click, None),
        row("j", 2, Reaction::Open, None),
        row("i", 3, Reaction::Click, Some(4)),
    ];
    let found = impressions(rows);
    let found: Vec<_> = found
        .iter()
        .map(|it| (it.journey_id.as_str(), it.position, it.reactions.as_slice()))
        .collect();
    assert_eq!(
        found,
        [
            ("i", Some(4), &[Reaction::Click][..]),
            (
                "j",
                Some(2),
                &[Reaction::Sent, Reaction::Open, Reaction::Click][..]
            ),
            (
                "j",
                Some(LAST_POSITION),
                &[Reaction::Sent, Reaction::Dismiss][..]
            ),
        ]
    );
}

#[test]
fn reactions_count_by_how_likely_they_were_to_happen() {
    let config = Config::builtin().feedback;
    let says = |reactions: &[Reaction], propensity: f64| {
        let showing = Impression {
            user_id: String::new(),
            journey_id: String::new(),
            channel: Channel::Email,
            at: at(0),
            position: None,
            reactions: reactions.to_vec(),
        };
        let said = showing.says(propensity, &config);
        (said.total, said.positive)
    };
    assert_eq!(says(&[Reaction::Sent], 0.25), (1.0, 0.0));
    assert_eq!(says(&[Reaction::Sent, Reaction::Click], 1.0), (1.0, 1.0));
    assert_eq!(says(&[Reaction::Sent, Reaction::Click], 0.25), (4.0, 4.0));
    assert_eq!(says(&[Reaction::Positive], 0.5), (4.0, 4.0));
    assert_eq!(says(&[Reaction::Dismiss], 0.5), (5.0, 0.0));
    assert_eq!(
        says(&[Reaction::Click, Reaction::Negative], 1.0),
        (5.0, 0.0)
    );
    assert_eq!(says(&[Reaction::Click], 0.0), (20.0, 20.0), "clipped");
}

proptest! {
    #[test]
    fn rows_make_the_same_showings_in_any_order(
        picks in prop::collection::vec((0..2_usize, 0..4_i64, 0..6_usize, 0..4_u32), 1..20),
        turn in 0..20_usize,
    ) {
        let rows: Vec<Feedback> = picks.iter().map(|(journey, day, reaction, position)| {
            let position = (*position > 0).then_some(*position);
            row(["a", "b"][*journey], *day, Reaction::ALL[*reaction], position)
        }).collect();
        let mut turned = rows.clone();
        turned.rotate_left(turn % rows.len());
        let showings = impressions(rows.clone());
        prop_assert_eq!(&impressions(turned), &showings);
        let sent: BTreeSet<&Feedback> = rows.iter().filter(|it| it.reaction == Reaction::Sent).collect();
        prop_assert!(showings.len() >= sent.len());
    }
}
