use super::*;
use crate::config::Config;

const DAY: i64 = 86_400_000;
const NOW: Timestamp = Timestamp::from_millis(20_000 * DAY);

fn candidate(days_ago: &[i64]) -> Candidate {
    Candidate {
        times: days_ago
            .iter()
            .map(|days| Timestamp::from_millis(NOW.millis() - days * DAY))
            .collect(),
        keywords: vec![(0, 1.0)],
        ..Candidate::default()
    }
}

fn opinion(evergreen: f64, ended: f64, phases: [f32; 3]) -> Opinion {
    let sure = |log_odds| Scored::of([("baseline", 1.0, log_odds)]);
    Opinion {
        evergreen: sure(evergreen),
        ended: sure(ended),
        phases,
    }
}

fn staged(days_ago: &[i64], opinion: Opinion) -> Staged {
    stage(&candidate(days_ago), NOW, opinion, &Config::builtin().stage)
}

#[test]
fn learned_parts_decide_where_there_is_a_rhythm() {
    let staged = staged(&[30, 3], opinion(-1.0, 2.0, [0.1, 0.2, 0.7]));
    assert_eq!(staged.stage.lifecycle, Lifecycle::Situational);
    assert_eq!(staged.stage.status, Status::Ended);
    assert_eq!(staged.stage.phase, None, "what has ended has no phase");
    assert!(staged.ended.is_some());
}

#[test]
fn rules_decide_where_there_is_none() {
    let once = staged(&[2, 2], opinion(5.0, 5.0, [0.0, 1.0, 0.0]));
    assert_eq!(once.stage.lifecycle, Lifecycle::Situational);
    assert_eq!(once.stage.status, Status::Ongoing);
    assert!(once.evergreen.is_none() && once.ended.is_none());
    let old = staged(&[200], opinion(-5.0, -5.0, [0.4, 0.3, 0.3]));
    assert_eq!(old.stage.status, Status::Ended);
}

#[test]
fn a_phase_is_named_where_it_is_clear() {
    let phase = |phases| staged(&[9, 1], opinion(-1.0, -1.0, phases)).stage.phase;
    assert_eq!(phase([0.2, 0.6, 0.2]), Some(Phase::Planning));
    assert_eq!(phase([0.4, 0.35, 0.25]), None);
    let evergreen = staged(&[9, 1], opinion(1.0, -1.0, [0.0, 1.0, 0.0]));
    assert_eq!(evergreen.stage.phase, None);
}

#[test]
fn features_are_finite_for_anybody() {
    let nobody = Extracted::default();
    let of_rank = [0.0; crate::rank::FEATURES.len()];
    for days in [&[][..], &[0], &[400, 399, 0]] {
        let values = of_journey(&nobody, &candidate(days), &of_rank, 0.5, -0.5, NOW);
        assert!(values.iter().all(|value| value.is_finite()), "{values:?}");
    }
}
