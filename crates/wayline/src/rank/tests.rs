use super::*;
use crate::config::Config;

fn candidate(last_ms: i64) -> Candidate {
    Candidate {
        units: vec![0, 1, 2],
        keywords: vec![(0, 0.5), (1, 0.3), (2, 0.2)],
        interests: Vec::new(),
        boards: Vec::new(),
        times: vec![Timestamp::from_millis(last_ms)],
        events: 10,
        visits: 4,
        searches: 2,
        items: 1,
        weight: 12.0,
        navigational: 0.0,
        cohesion: 0.6,
        nearest: 0.2,
        confidence: sure(0.0),
    }
}

/// A confidence of these log-odds.
fn sure(log_odds: f64) -> Scored {
    Scored::of([("baseline", 1.0, log_odds)])
}

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
const DAY: i64 = 86_400_000;

fn scored(candidate: &Candidate) -> f64 {
    score(candidate, NOW, &Config::builtin().rank).value
}

#[test]
fn what_was_done_lately_ranks_above_what_was_done_long_ago() {
    let days_ago = |days| scored(&candidate(NOW.millis() - days * DAY));
    let scores = [0, 1, 30, 300].map(days_ago);
    assert!(
        scores.is_sorted_by(|left, right| left > right),
        "{scores:?}"
    );
    assert_eq!(days_ago(-1), scores[0], "later than now is now");
}

#[test]
fn recency_halves_with_every_half_life() {
    let config = Config::builtin().rank;
    let recency = |days: f64| {
        let last = NOW.millis() - (days * DAY as f64) as i64;
        let scored = score(&candidate(last), NOW, &config);
        let part = scored
            .contributions
            .iter()
            .find(|part| part.feature == "recency");
        part.expect("recency").value
    };
    assert_eq!(recency(0.0), 1.0);
    assert!((recency(config.recency_half_life_days) - 0.5).abs() < 1e-9);
}

#[test]
fn more_keywords_and_a_surer_journey_rank_higher() {
    let plain = candidate(NOW.millis());
    let mut more = plain.clone();
    more.keywords.extend((3..20).map(|keyword| (keyword, 0.1)));
    assert!(scored(&more) > scored(&plain));
    let surer = Candidate {
        confidence: sure(2.0),
        ..plain.clone()
    };
    assert!(scored(&surer) > scored(&plain));
    let site = Candidate {
        navigational: 1.0,
        ..plain.clone()
    };
    assert!(scored(&site) < scored(&plain));
}

#[test]
fn the_summands_explain_the_value() {
    let config = Config::builtin().rank;
    let scored = score(&candidate(NOW.millis() - 3 * DAY), NOW, &config);
    let log_odds: f64 = scored.contributions.iter().map(|part| part.adds).sum();
    let value = 1.0 / (1.0 + (-log_odds).exp());
    assert!((scored.value - value).abs() < 1e-12);
    assert!((0.0..=1.0).contains(&scored.value));
}

#[test]
fn an_empty_candidate_has_a_score_too() {
    let empty = Candidate {
        units: Vec::new(),
        keywords: Vec::new(),
        times: Vec::new(),
        events: 0,
        visits: 0,
        weight: 0.0,
        ..candidate(0)
    };
    assert!((0.0..=1.0).contains(&scored(&empty)));
}
