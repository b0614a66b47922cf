use std::collections::BTreeSet;

use super::*;
use crate::config::Config;
use crate::corpus::Corpus;
use crate::embed::{Embedder, EmbeddingCache};
use crate::extract::extract;
use crate::keep::{KeepConfig, Kept, Look, look_at};
use crate::nouns::{Journey, NameSource, PersonLog, PersonResult};
use crate::samples::{corpus_of, rooms, simulated, simulated_logs};

const DAY: i64 = 86_400_000;

/// Looks at a person as of a moment, after the events since the last look were added.
fn look(kept: &mut Kept, log: &PersonLog, corpus: &Corpus, at: Timestamp) -> Look {
    let config = Config::builtin();
    kept.fold(log, &config.keep);
    let rooms = rooms(&config, corpus, at);
    look_at(
        kept,
        &rooms,
        &mut EmbeddingCache::new(Embedder::builtin(), 4_096),
    )
    .expect("embedded")
}

/// The events of a log from one moment until another.
fn part(log: &PersonLog, from: Timestamp, until: Timestamp) -> PersonLog {
    let mut part = PersonLog::new(log.user_id.clone());
    for event in log
        .events
        .iter()
        .filter(|it| from < it.time && it.time <= until)
    {
        part.push_from(log, event);
    }
    part
}

#[test]
fn over_thirty_days_of_updates_journeys_stay_themselves() {
    let corpus = corpus_of(&simulated(40, 3));
    let (mut kept_ids, mut other_ids, mut same_names, mut other_names) = (0, 0, 0, 0);
    let mut told = BTreeSet::new();
    for log in simulated_logs(12, 3) {
        let end = log
            .events
            .last()
            .map(|it| it.time.millis())
            .unwrap_or_default();
        let at = |day: i64| Timestamp::from_millis(end - (30 - day) * DAY);
        let mut kept = Kept::new(&log.user_id);
        let long_ago = Timestamp::from_millis(0);
        let mut before = look(&mut kept, &part(&log, long_ago, at(0)), &corpus, at(0)).result;
        for day in 1..=30 {
            let now = look(
                &mut kept,
                &part(&log, at(day - 1), at(day)),
                &corpus,
                at(day),
            );
            told.extend(now.events.iter().map(|it| it.event));
            let keys: BTreeSet<&str> = now.events.iter().map(|it| it.key.as_str()).collect();
            assert_eq!(keys.len(), now.events.len(), "keys differ");
            for old in &before.journeys {
                // The goal is unchanged where its keywords are.
                let words = |it: &Journey| -> BTreeSet<String> {
                    it.keywords.iter().map(|it| it.keyword.clone()).collect()
                };
                let same = now
                    .result
                    .journeys
                    .iter()
                    .find(|it| words(it) == words(old));
                let Some(same) = same else { continue };
                kept_ids += u32::from(same.journey_id == old.journey_id);
                other_ids += u32::from(same.journey_id != old.journey_id);
                let new_evidence = same.events != old.events;
                same_names += u32::from(same.name == old.name);
                other_names += u32::from(same.name != old.name && !new_evidence);
            }
            before = now.result;
        }
    }
    assert!(kept_ids > 200, "{kept_ids}");
    assert!(
        f64::from(other_ids) <= 0.01 * f64::from(kept_ids),
        "{other_ids} of {kept_ids}"
    );
    assert!(
        f64::from(other_names) <= 0.01 * f64::from(same_names),
        "{other_names}"
    );
    for kind in [
        LineageKind::Started,
        LineageKind::Continued,
        LineageKind::Ended,
    ] {
        assert!(told.contains(&kind), "{kind:?} of {told:?}");
    }
}

#[test]
fn updates_give_what_one_look_at_all_of_it_gives() {
    let config = Config::builtin();
    let corpus = corpus_of(&simulated(40, 3));
    for log in simulated_logs(8, 5) {
        let end = log.events.last().map(|it| it.time).unwrap_or_default();
        let long_ago = Timestamp::from_millis(0);
        let mut whole = Kept::new(&log.user_id);
        let all_at_once = look(&mut whole, &part(&log, long_ago, end), &corpus, end).result;
        let mut parts = Kept::new(&log.user_id);
        // The later half first, so that all of the earlier one is late.
        let middle = log.events[log.events.len() / 2].time;
        look(&mut parts, &part(&log, middle, end), &corpus, end);
        let in_parts = look(&mut parts, &part(&log, long_ago, middle), &corpus, end).result;
        // All but ids and names, which may depend on what happened.
        let bare = |result: &PersonResult| {
            let mut result = result.clone();
            for journey in &mut result.journeys {
                journey.journey_id.clear();
                journey.name.clear();
                journey.name_source = NameSource::Keyword;
            }
            for keyword in &mut result.keywords {
                keyword.journey_id = keyword.journey_id.is_some().then(String::new);
            }
            result
        };
        assert_eq!(bare(&in_parts), bare(&all_at_once));
        // And to look again without anything new tells nothing and changes nothing.
        let again = look(&mut parts, &part(&log, end, end), &corpus, end);
        assert_eq!((again.result, again.events), (in_parts, Vec::new()));
        assert!(extract(&parts.log, &config.actions, &config.extract).is_ok());
    }
}

#[test]
fn what_happens_is_told() {
    let corpus = corpus_of(&simulated(40, 3));
    let log = &simulated_logs(1, 3)[0];
    let end = log.events.last().map(|it| it.time).unwrap_or_default();
    let long_ago = Timestamp::from_millis(0);
    let mut kept = Kept::new(&log.user_id);
    let first = look(&mut kept, &part(log, long_ago, end), &corpus, end);
    let of_kind = |look: &Look, kind| look.events.iter().filter(|it| it.event == kind).count();
    assert_eq!(
        of_kind(&first, LineageKind::Started),
        first.result.journeys.len()
    );
    assert!(
        first
            .events
            .iter()
            .all(|it| it.version == 1 && it.at == end)
    );
    let ongoing = |look: &Look| {
        let ongoing = |it: &&Journey| it.stage.status == Status::Ongoing;
        look.result.journeys.iter().filter(ongoing).count()
    };
    assert!(ongoing(&first) > 0);
    // Two years on nobody is expected back, without a single event.
    let late = Timestamp::from_millis(end.millis() + 730 * DAY);
    let later = look(&mut kept, &part(log, end, end), &corpus, late);
    assert_eq!(ongoing(&later), 0);
    let over = of_kind(&later, LineageKind::Ended) + of_kind(&later, LineageKind::Paused);
    assert!(over >= ongoing(&first), "{:?}", later.events);
    // A look in the past tells nothing of what is known since.
    let past = look(&mut kept, &part(log, end, end), &corpus, end);
    assert_eq!((past.as_of, past.events.len()), (late, 0));
    // And they take things up again.
    let month_ago = Timestamp::from_millis(end.millis() - 30 * DAY);
    let mut again = part(log, month_ago, end);
    for event in &mut again.events {
        event.time = Timestamp::from_millis(event.time.millis() + 731 * DAY);
        event.event_id = None;
    }
    let later_still = Timestamp::from_millis(end.millis() + 731 * DAY);
    let back = look(&mut kept, &again, &corpus, later_still);
    assert!(
        of_kind(&back, LineageKind::Revived) > 0,
        "{:?}",
        back.events
    );
    // Where all evidence is gone, so are the journeys; one that was over ends no second time.
    let running = kept.live().filter(|it| !is_over(it.stage)).count();
    let nothing = KeepConfig {
        max_events: 1,
        ..Config::builtin().keep
    };
    kept.fold(&part(log, end, end), &nothing);
    let gone = look(&mut kept, &part(log, end, end), &corpus, later_still);
    assert!(gone.result.journeys.is_empty());
    assert_eq!(of_kind(&gone, LineageKind::Ended), running);
}
