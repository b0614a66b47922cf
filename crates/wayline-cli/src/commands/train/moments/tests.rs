use std::fmt::Write as _;

use wayline::config::Config;
use wayline::model::{GroupingModel, NamingModel, RankModel, StageModel};
use wayline::simulate::people;

use super::*;

const LOOKING: Moments = Moments {
    count: 3,
    horizon_days: 14,
    most_people: 1_000,
};

/// The events of some simulated people as (time, user, query or title), by time.
fn events() -> Vec<(i64, String, String)> {
    let simulation = SimulationConfig {
        people: 12,
        seed: 5,
        journeys_per_person: 2..=4,
        ..SimulationConfig::default()
    };
    let mut events: Vec<_> = people(Catalogue::builtin(), &simulation)
        .flat_map(|person| person.events)
        .filter_map(|event| Some((event.timestamp_ms, event.user_id, event.query?)))
        .collect();
    events.sort();
    events
}

/// What is seen of a log of these events, the latest moment first.
fn seen(events: &[(i64, String, String)]) -> Vec<Moment> {
    let directory = tempfile::tempdir().expect("a folder");
    let path = directory.path().join("events.jsonl");
    let mut text = String::new();
    for (time, user, query) in events {
        let row = serde_json::json!({"user_id": user, "timestamp": time, "query": query});
        writeln!(text, "{row}").expect("a string");
    }
    std::fs::write(&path, text).expect("written");
    let models = Models {
        asked: None,
        safety: wayline::safety::Safety::new(
            &wayline::config::Config::builtin().safety,
            &wayline::model::SafetyModel::builtin().classifier,
        )
        .expect("the shipped lists"),
        grouping: GroupingModel::builtin(),
        ranking: RankModel::builtin(),
        naming: NamingModel::builtin(),
        staging: StageModel::builtin(),
        related: None,
    };
    let run = RunArgs {
        config: None,
        model: None,
        safety: None,
        naming: None,
        ranker: None,
        stage: None,
        related: None,
        threads: Some(1),
        memory: 64,
        temp_dir: None,
    };
    let with = Inference {
        run: &run,
        config: &Config::builtin(),
        models: &models,
    };
    LOOKING
        .of_log(&input_of(&path, &[]), with)
        .expect("moments")
}

/// Whose future is exchanged, the past keeps its features, and the returns change.
#[test]
fn nothing_of_the_future_is_in_a_feature() {
    let mut events = events();
    let plain = seen(&events);
    let newest = events.last().expect("events").0;
    let since = newest - LOOKING.horizon_ms();
    let first = events.partition_point(|(time, ..)| *time <= since);
    // Queries after the latest moment change their owners; the last stays, so that the log ends
    // when it did.
    let last = events.len() - 1;
    let mut queries: Vec<String> = events[first..last].iter().map(|it| it.2.clone()).collect();
    assert!(queries.len() > 20, "{}", queries.len());
    let half = queries.len() / 2;
    queries.rotate_left(half);
    for (event, query) in events[first..last].iter_mut().zip(queries) {
        event.2 = query;
    }
    let shuffled = seen(&events);
    assert_eq!(plain.len(), shuffled.len());
    let mut returns = [0, 0];
    for (before, after) in plain.iter().zip(&shuffled) {
        assert_eq!((&before.user_id, before.age), (&after.user_id, after.age));
        assert_eq!(before.journeys.len(), after.journeys.len());
        for (before, after) in before.journeys.iter().zip(&after.journeys) {
            assert_eq!(before.features, after.features);
            returns[0] += before.returns;
            returns[1] += after.returns;
        }
    }
    assert!(
        returns[0] > returns[1],
        "{returns:?}: people return to their own journeys"
    );
}

#[test]
fn a_log_too_short_to_split_is_refused() {
    let start = Timestamp::from_millis(0);
    let end = |days: i64| Timestamp::from_millis(days * DAY_MS);
    assert_eq!(LOOKING.of(start, end(42)).expect("two").len(), 2);
    assert_eq!(LOOKING.of(start, end(400)).expect("three").len(), 3);
    let refused = LOOKING.of(start, end(41)).expect_err("too short");
    assert!(refused.to_string().contains("42 days or more"), "{refused}");
}
