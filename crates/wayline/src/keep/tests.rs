use proptest::prelude::*;

use super::*;
use crate::config::Config;
use crate::nouns::{
    Channel, EventFields, Feedback, KnownJourney, Lifecycle, LineageKind, NameSource, PersonLog,
    Reaction, Stage, Standing, Status, Timestamp,
};

const DAY: i64 = 86_400_000;
const START: i64 = 1_700_000_000_000;

/// An event by a few small numbers: day, what, and perhaps an id.
type Small = (i64, u8, Option<u8>);

fn log(events: &[Small]) -> PersonLog {
    let config = Config::builtin();
    let mut log = PersonLog::new("p");
    for (day, what, id) in events {
        let (query, item) = (format!("query {what}"), format!("item {what}"));
        let id = id.map(|id| {
            if id % 7 == 0 {
                format!("{id}-x")
            } else {
                format!("e{id}")
            }
        });
        let is_search = what % 2 == 0;
        log.push(&EventFields {
            time: Timestamp::from_millis(START + day * DAY),
            action: config
                .actions
                .find(if is_search { "search" } else { "save" })
                .unwrap(),
            event_id: id.as_deref(),
            query: is_search.then_some(query.as_str()),
            item_id: (!is_search).then_some(item.as_str()),
            title: (!is_search).then_some("A title"),
            annotations: if is_search { &[] } else { &["oak", "tree"] },
            interests: if is_search { &[] } else { &["Trees"] },
            board: (what % 3 == 1).then_some("board"),
            url: (what % 5 == 2).then_some("https://a.example/x"),
        });
    }
    log
}

/// Every column of the events as text, in their order.
fn rows(log: &PersonLog) -> Vec<String> {
    let text = |id: Option<crate::nouns::TextId>| id.map(|id| log.texts.get(id));
    let list = |range| -> Vec<&str> {
        log.list(range)
            .iter()
            .map(|id| log.texts.get(*id))
            .collect()
    };
    let row = |it: &crate::nouns::Event| {
        format!(
            "{} {} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
            it.time,
            it.action.index(),
            text(it.event_id),
            text(it.query),
            text(it.item_id),
            text(it.title),
            list(it.annotations),
            list(it.interests),
            text(it.board),
            text(it.url)
        )
    };
    log.events.iter().map(row).collect()
}

fn bounds(max_events: usize, max_days: u32) -> KeepConfig {
    KeepConfig {
        max_events,
        max_days,
        max_lineage: 5,
        max_feedback: 3,
    }
}

fn small_events() -> impl Strategy<Value = Vec<Small>> {
    prop::collection::vec((0..40_i64, 0..12_u8, prop::option::of(0..200_u8)), 0..40)
}

proptest! {
    #[test]
    fn any_parts_in_any_order_are_kept_alike(
        events in small_events(),
        cuts in prop::collection::vec(0..40_usize, 0..4),
        max_events in 3..50_usize,
        max_days in 1..40_u32,
    ) {
        // Of ids that come again, the one that stays could have fallen out.
        let mut seen = std::collections::BTreeSet::new();
        let events: Vec<Small> = events.into_iter().filter(|it| it.2.is_none_or(|id| seen.insert(id))).collect();
        let config = bounds(max_events, max_days);
        let mut whole = Kept::new("p");
        let mut log_of_all = log(&events);
        log_of_all.sort();
        whole.fold(&log_of_all, &config);
        let mut cuts: Vec<usize> = cuts.into_iter().map(|it| it.min(events.len())).collect();
        cuts.extend([0, events.len()]);
        cuts.sort_unstable();
        let mut parts = Kept::new("p");
        let mut added = 0;
        for part in cuts.windows(2).rev() {
            added += parts.fold(&log(&events[part[0]..part[1]]), &config).added;
            // Through bytes, as a store does it.
            let actions = Config::builtin().actions;
            parts = Kept::from_bytes("p", &parts.to_bytes(&actions), &actions).unwrap();
        }
        prop_assert_eq!(rows(&parts.log), rows(&whole.log));
        prop_assert_eq!(parts.dropped_events, whole.dropped_events);
        prop_assert_eq!(added, events.len() as u64);
        prop_assert_eq!(parts.all_events(), events.len() as u64);
    }

    #[test]
    fn bytes_that_are_no_record_are_an_error(
        mut bytes in prop::collection::vec(any::<u8>(), 0..200),
        events in small_events(),
        at in 0..1_000_usize,
        flip in 1..255_u8,
    ) {
        let actions = Config::builtin().actions;
        let _ = Kept::from_bytes("p", &bytes, &actions);
        if let Some(first) = bytes.first_mut() {
            *first = FORMAT_VERSION;
        }
        let _ = Kept::from_bytes("p", &bytes, &actions);
        let mut kept = Kept::new("p");
        kept.fold(&log(&events), &bounds(50, 50));
        let mut record = kept.to_bytes(&actions);
        let length = record.len();
        let _ = Kept::from_bytes("p", &record[..at % length], &actions);
        record[at % length] ^= flip;
        let _ = Kept::from_bytes("p", &record, &actions);
    }
}

fn remembered() -> Kept {
    let mut kept = Kept::new("p");
    kept.fold(
        &log(&[(0, 1, Some(1)), (1, 2, None), (1, 3, None), (2, 1, Some(4))]),
        &bounds(50, 50),
    );
    kept.version = 7;
    kept.inputs = vec![u64::MAX, 3];
    kept.known = vec![KnownJourney {
        journey_id: "j".to_owned(),
        name: "Oak Trees".to_owned(),
        name_source: NameSource::Llm,
        named_for: vec!["oak".to_owned(), "acorn".to_owned()],
        held: vec![("oak".to_owned(), 1.0), ("tree".to_owned(), 0.0)],
        stage: Stage {
            lifecycle: Lifecycle::Evergreen,
            status: Status::Ended,
            phase: None,
        },
        started_at: Timestamp::from_millis(START),
        last_active_at: Timestamp::from_millis(START + DAY),
        events: 3,
        standing: Standing::Merged,
    }];
    let event = |kind, version| crate::nouns::LineageEvent {
        key: crate::identify::key_of("p", "j", kind, version),
        user_id: "p".to_owned(),
        journey_id: "j".to_owned(),
        event: kind,
        others: vec!["k".to_owned()],
        at: Timestamp::from_millis(START),
        version,
    };
    kept.lineage = vec![
        event(LineageKind::Started, 1),
        event(LineageKind::Merged, 2),
    ];
    kept
}

fn said(days: i64, reaction: Reaction) -> Feedback {
    Feedback {
        user_id: "p".to_owned(),
        journey_id: "j".to_owned(),
        channel: Channel::Push,
        time: Timestamp::from_millis(START + days * DAY),
        reaction,
        position: Some(2),
    }
}

#[test]
fn a_record_comes_back_from_bytes_as_it_was() {
    let actions = Config::builtin().actions;
    let mut kept = remembered();
    kept.say(&said(3, Reaction::Dismiss), &bounds(9, 9));
    let back = Kept::from_bytes("p", &kept.to_bytes(&actions), &actions).unwrap();
    assert_eq!(rows(&back.log), rows(&kept.log));
    assert_eq!((back.version, &back.inputs), (7, &kept.inputs));
    assert_eq!(back.known, kept.known);
    assert_eq!(back.lineage, kept.lineage);
    assert_eq!(back.feedback, kept.feedback);
    assert_eq!(back.stances, kept.stances);
    assert!(
        back.stances[0].held.contains("oak"),
        "what it held is known"
    );
}

#[test]
fn other_versions_and_lost_actions_are_told() {
    let actions = Config::builtin().actions;
    let mut bytes = remembered().to_bytes(&actions);
    let fewer = crate::nouns::Actions::new([("search", 1.0)]).unwrap();
    let told = |bytes: &[u8], actions| match Kept::from_bytes("p", bytes, actions) {
        Ok(_) => panic!("read"),
        Err(error) => error.to_string(),
    };
    assert!(told(&bytes, &fewer).contains("`save`"));
    assert!(told(&bytes[..bytes.len() - 1], &actions).contains("damaged"));
    bytes.push(0);
    assert!(told(&bytes, &actions).contains("something follows"));
    bytes[0] = 99;
    assert!(told(&bytes, &actions).contains("form 99"));
    assert!(told(&[], &actions).contains("empty"));
}

#[test]
fn the_last_word_counts_once() {
    let config = bounds(9, 9);
    let mut kept = remembered();
    assert!(kept.say(&said(3, Reaction::Dismiss), &config));
    assert!(
        !kept.say(&said(3, Reaction::Dismiss), &config),
        "the same again"
    );
    assert!(kept.say(&said(1, Reaction::Positive), &config));
    assert!(!kept.stances[0].wants, "an earlier word");
    assert!(kept.say(&said(5, Reaction::Positive), &config));
    assert!(kept.stances[0].wants);
    assert!(kept.say(&said(6, Reaction::Open), &config));
    assert_eq!((kept.stances.len(), kept.feedback.len()), (1, 3));
    assert_eq!(
        kept.feedback[0].time,
        Timestamp::from_millis(START + 3 * DAY),
        "the oldest fell out"
    );
}

#[test]
fn of_one_event_id_the_first_stays() {
    let mut kept = Kept::new("p");
    let config = bounds(50, 50);
    assert_eq!(
        kept.fold(&log(&[(5, 2, Some(1))]), &config),
        Folded {
            added: 1,
            repeated: 0,
            dropped: 0
        }
    );
    let again = kept.fold(&log(&[(3, 2, Some(1)), (4, 2, None)]), &config);
    assert_eq!(
        again,
        Folded {
            added: 1,
            repeated: 1,
            dropped: 0
        }
    );
    assert_eq!(
        kept.log.events[0].time,
        Timestamp::from_millis(START + 3 * DAY)
    );
}
