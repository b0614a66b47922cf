use super::*;
use crate::assign::Candidate;
use crate::extract::Extracted;
use crate::logistic::Scored;
use crate::nouns::Timestamp;

const DAY: i64 = 86_400_000;
const NOW: Timestamp = Timestamp::from_millis(20_000 * DAY);

fn days_ago(days: i64) -> Timestamp {
    Timestamp::from_millis(NOW.millis() - days * DAY)
}

fn candidate(days: &[i64]) -> Candidate {
    Candidate {
        units: vec![0, 1, 2],
        keywords: vec![(0, 0.5), (1, 0.3), (2, 0.2)],
        interests: Vec::new(),
        boards: Vec::new(),
        times: days.iter().map(|days| days_ago(*days)).collect(),
        events: days.len() as u32,
        visits: 4,
        searches: 2,
        items: 1,
        weight: 12.0,
        navigational: 0.0,
        rarity: 3.0,
        cohesion: 0.6,
        nearest: 0.2,
        confidence: Scored::of([("baseline", 1.0, 0.0)]),
    }
}

fn person() -> Extracted {
    Extracted {
        events: 20,
        first_event: days_ago(100),
        last_event: days_ago(0),
        ..Extracted::default()
    }
}

fn value(values: &Features, name: &str) -> f32 {
    let place = FEATURES.iter().position(|known| *known == name);
    values[place.expect("a feature")]
}

#[test]
fn recency_and_places() {
    let candidates = [
        candidate(&[40, 30]),
        candidate(&[60, 50, 14]),
        candidate(&[3]),
    ];
    let all = features(&person(), &candidates, NOW);
    let of = |name| [0, 1, 2].map(|index| value(&all[index], name));
    assert_eq!(of("silence_place"), [1.0 / 3.0, 0.5, 1.0]);
    assert_eq!(of("events_place"), [0.5, 1.0, 1.0 / 3.0]);
    assert_eq!(of("recency_14")[1], 0.5);
    assert_eq!(of("recency_3")[2], 0.5);
    assert_eq!(of("share_of_events"), [0.1, 0.15, 0.05]);
    assert_eq!(of("log_lately"), [0.0, 2.0_f32.ln(), 2.0_f32.ln()]);
}

#[test]
fn rhythm_and_bursts() {
    let weekly = candidate(&[28, 21, 14, 7, 0]);
    let burst = candidate(&[30, 2, 2, 2]);
    let uneven = candidate(&[40, 39, 38, 2]);
    let all = features(&person(), &[weekly, burst, uneven], NOW);
    let of = |name| [0, 1, 2].map(|index| value(&all[index], name));
    assert_eq!(of("irregularity")[..2], [0.0, 0.0]);
    assert!(of("irregularity")[2] > 1.0);
    assert_eq!(of("burst"), [0.2, 0.75, 0.25]);
    assert_eq!(of("share_of_weeks")[0], 1.0);
    assert!(of("silence_in_gaps")[0] < 0.0);
}

#[test]
fn nothing_and_one_event_have_finite_features() {
    assert!(features(&person(), &[], NOW).is_empty());
    let mut empty = candidate(&[]);
    empty.units.clear();
    empty.keywords.clear();
    let nobody = Extracted::default();
    for candidate in [empty, candidate(&[0]), candidate(&[-1])] {
        let all = features(&nobody, &[candidate], NOW);
        assert!(all[0].iter().all(|value| value.is_finite()), "{all:?}");
    }
}
