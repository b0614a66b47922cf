//! What is promised of simulated people.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use super::dice::Dice;
use super::text::normalise;
use super::*;

fn config(kind: LogKind) -> SimulationConfig {
    SimulationConfig {
        people: 60,
        seed: 7,
        kind,
        ..SimulationConfig::default()
    }
}

fn some(kind: LogKind) -> Vec<SimulatedPerson> {
    people(Catalogue::builtin(), &config(kind)).collect()
}

fn bytes(person: &SimulatedPerson) -> Vec<u8> {
    let mut out = serde_json::to_vec(&person.events).unwrap();
    out.extend(serde_json::to_vec(&person.gold).unwrap());
    out
}

fn keywords(person: &SimulatedPerson) -> BTreeSet<String> {
    person
        .events
        .iter()
        .flat_map(|e| e.query.iter().chain(&e.annotations))
        .map(|k| normalise(k))
        .collect()
}

/// Per person: events, keywords, units (distinct searches and items), journeys, noise.
fn means(people: &[SimulatedPerson]) -> [f64; 5] {
    let mut sums = [0usize; 5];
    for p in people {
        let searches: BTreeSet<String> = p
            .events
            .iter()
            .filter_map(|e| e.query.as_deref())
            .map(normalise)
            .collect();
        let items: BTreeSet<&str> = p
            .events
            .iter()
            .filter_map(|e| e.item_id.as_deref())
            .collect();
        let now = [
            p.events.len(),
            keywords(p).len(),
            searches.len() + items.len(),
            p.gold.journeys.len(),
            p.gold.noise.len(),
        ];
        for (sum, n) in sums.iter_mut().zip(now) {
            *sum += n;
        }
    }
    sums.map(|sum| sum as f64 / people.len() as f64)
}

#[test]
fn the_builtin_catalogue_is_whole() {
    let text = include_str!("../../data/catalogue.jsonl");
    assert_eq!(Catalogue::from_jsonl(text).unwrap().journeys().len(), 251);
    assert_eq!(Catalogue::builtin().journeys().len(), 251);
}

#[test]
fn the_same_seed_gives_the_same_people_everywhere() {
    let mut hash = blake3::Hasher::new();
    for kind in LogKind::ALL {
        for index in [0, 1, 99_999] {
            hash.update(&bytes(&person(Catalogue::builtin(), &config(kind), index)));
        }
    }
    // Changes with the catalogue and with what people do: then take the new one.
    assert_eq!(&hash.finalize().to_hex()[..16], "e291f77d88b451a8");
}

#[test]
fn a_person_depends_on_seed_and_number_alone() {
    let catalogue = Catalogue::builtin();
    let base = config(LogKind::RepeatingTitles);
    let many = SimulationConfig {
        people: 1_000_000,
        ..base.clone()
    };
    let streamed: Vec<SimulatedPerson> = people(catalogue, &base).take(5).collect();
    for index in [4, 0, 2] {
        assert_eq!(streamed[index as usize], person(catalogue, &many, index));
    }
    let other = SimulationConfig { seed: 8, ..base };
    assert_ne!(streamed[0].events, person(catalogue, &other, 0).events);
}

#[test]
fn every_keyword_stands_in_gold_and_nothing_else_does() {
    for kind in LogKind::ALL {
        for p in some(kind) {
            let gold: BTreeSet<String> = p
                .gold
                .journeys
                .iter()
                .flat_map(|j| &j.keywords)
                .chain(&p.gold.noise)
                .cloned()
                .collect();
            assert_eq!(keywords(&p), gold, "{kind} {}", p.gold.user_id);
            assert!(p.gold.journeys.iter().all(|j| !j.keywords.is_empty()));
        }
    }
}

#[test]
fn events_are_sorted_and_within_the_log() {
    let config = config(LogKind::RepeatingTitles);
    for p in some(LogKind::RepeatingTitles) {
        assert!(p.events.is_sorted_by_key(|e| e.timestamp_ms));
        let first = config.as_of_ms - 365 * 86_400_000;
        assert!(
            p.events
                .iter()
                .all(|e| (first..=config.as_of_ms).contains(&e.timestamp_ms))
        );
        let ids: BTreeSet<&Option<String>> = p.events.iter().map(|e| &e.event_id).collect();
        assert_eq!(ids.len(), p.events.len());
        assert_eq!(p.gold.as_of, "2025-06-30T23:59:59Z");
    }
}

#[test]
fn people_are_as_large_as_promised() {
    // People differ widely, so it takes many of them for a steady mean.
    let many = |kind| -> Vec<SimulatedPerson> {
        let config = SimulationConfig {
            people: 400,
            ..config(kind)
        };
        people(Catalogue::builtin(), &config).collect()
    };
    let within = |what: &str, value: f64, low: f64, high: f64| {
        assert!(
            (low..=high).contains(&value),
            "{what}: {value} is not in {low}..{high}"
        );
    };
    let [events, keywords, units, journeys, noise] = means(&many(LogKind::RepeatingTitles));
    within("events", events, 330.0, 470.0);
    within("keywords", keywords, 170.0, 230.0);
    within("units", units, 125.0, 175.0);
    within("journeys", journeys, 5.5, 7.5);
    within("noise", noise / keywords, 0.2, 0.4);
    let [events, keywords, ..] = means(&many(LogKind::SearchesOnly));
    within("events of searches", events, 90.0, 170.0);
    within("keywords of searches", keywords, 60.0, 110.0);
}

#[test]
fn each_kind_lacks_what_it_says() {
    let events = |kind| {
        some(kind)
            .into_iter()
            .flat_map(|p| p.events)
            .collect::<Vec<_>>()
    };
    for e in events(LogKind::SearchesOnly) {
        assert!(e.query.is_some() && e.item_id.is_none() && e.annotations.is_empty());
    }
    for e in events(LogKind::AnnotationsOnly)
        .iter()
        .filter(|e| e.query.is_none())
    {
        assert!(e.item_id.is_some() && !e.annotations.is_empty());
        assert!(
            e.title.is_none() && e.interests.is_empty() && e.board.is_none() && e.url.is_none()
        );
    }
    let without = |kind, lacks: fn(&SimulatedEvent) -> bool| {
        let shown = events(kind);
        assert!(shown.iter().all(lacks));
        assert_eq!(shown.len(), events(LogKind::RepeatingTitles).len());
    };
    without(LogKind::NoInterests, |e| e.interests.is_empty());
    without(LogKind::NoBoards, |e| e.board.is_none());

    let items: Vec<SimulatedEvent> = events(LogKind::OffTopic)
        .into_iter()
        .filter(|e| e.item_id.is_some())
        .collect();
    let bare = items.iter().filter(|e| e.interests.is_empty()).count();
    let share = bare as f64 / items.len() as f64;
    assert!(
        (0.45..0.55).contains(&share),
        "{share} of the items without interests"
    );
}

#[test]
fn annotations_off_topic_are_as_many_as_promised() {
    let catalogue = Catalogue::builtin();
    let share = |kind| {
        let items = items::Items {
            catalogue,
            seed: 3,
            kind,
        };
        let drawn: Vec<items::Bearing> = (0..200)
            .flat_map(|j| (0..items::SHELF).step_by(5).map(move |p| (j, p)))
            .filter_map(|(j, p)| items.shared(j, p))
            .flat_map(|item| item.annotations)
            .map(|(_, bearing)| bearing)
            .filter(|b| *b != items::Bearing::Generic)
            .collect();
        drawn
            .iter()
            .filter(|b| **b == items::Bearing::OffTopic)
            .count() as f64
            / drawn.len() as f64
    };
    let (often, seldom) = (share(LogKind::OffTopic), share(LogKind::RepeatingTitles));
    assert!((0.33..0.37).contains(&often), "{often}");
    assert!((0.01..0.05).contains(&seldom), "{seldom}");
}

#[test]
fn unique_titles_never_come_twice() {
    let mut owner = std::collections::BTreeMap::new();
    for e in some(LogKind::UniqueTitles).iter().flat_map(|p| &p.events) {
        if let (Some(title), Some(item)) = (&e.title, &e.item_id) {
            assert_eq!(
                owner.entry(title.clone()).or_insert_with(|| item.clone()),
                item
            );
        }
    }
    assert!(owner.len() > 1_000);
}

#[test]
fn journeys_end_and_go_on() {
    let all: Vec<GoldJourney> = some(LogKind::RepeatingTitles)
        .into_iter()
        .flat_map(|p| p.gold.journeys)
        .collect();
    let situational: Vec<&GoldJourney> = all
        .iter()
        .filter(|j| j.kind == JourneyKind::Situational)
        .collect();
    let ended = situational
        .iter()
        .filter(|j| j.status == GoldStatus::Ended)
        .count();
    let share = ended as f64 / situational.len() as f64;
    assert!((0.3..0.7).contains(&share), "{share} ended");
    let evergreen = all.iter().filter(|j| j.kind == JourneyKind::Evergreen);
    assert!(
        evergreen
            .into_iter()
            .all(|j| j.status == GoldStatus::Ongoing)
    );
}

#[test]
fn nobody_is_on_one_goal_twice() {
    for p in some(LogKind::RepeatingTitles) {
        let names: BTreeSet<String> = p.gold.journeys.iter().map(|j| normalise(&j.name)).collect();
        assert_eq!(names.len(), p.gold.journeys.len());
    }
}

#[test]
fn people_share_as_many_journeys_as_wanted() {
    let config = SimulationConfig {
        people: 40,
        people_per_journey: Some(11.0),
        ..config(LogKind::SearchesOnly)
    };
    config.check(Catalogue::builtin()).unwrap();
    let mut ids: Vec<String> = people(Catalogue::builtin(), &config)
        .flat_map(|p| p.gold.journeys)
        .map(|j| j.gold_id)
        .collect();
    let all = ids.len() as f64;
    ids.sort_unstable();
    ids.dedup();
    let density = all / ids.len() as f64;
    assert!((8.5..13.5).contains(&density), "{density} people a journey");
}

#[test]
fn bad_lines_of_a_catalogue_are_named() {
    let good = include_str!("../../data/catalogue.jsonl")
        .lines()
        .next()
        .unwrap();
    let line = |text: &str| match Catalogue::from_jsonl(text) {
        Err(CatalogueError::BadLine { line, what }) => (line, what),
        other => (0, format!("{other:?}")),
    };
    assert_eq!(line(&format!("{good}\n\n{{\"id\": 3}}\n")).0, 3);
    let (at, what) = line(&format!("{good}\n{good}\n"));
    assert!(at == 2 && what.contains("line 1"), "{at} {what}");
    let (at, what) = line(&good.replacen("\"typical_days\": 340", "\"typical_days\": 0", 1));
    assert!(at == 1 && what.contains("typical_days"), "{at} {what}");
    let (at, what) = line(&good.replacen("\"phase\": \"inspire\"", "\"phase\": \"dream\"", 1));
    assert!(at == 1 && what.contains("dream"), "{at} {what}");
    assert_eq!(
        Catalogue::from_jsonl("\n").unwrap_err(),
        CatalogueError::Empty
    );
}

#[test]
fn what_can_not_be_simulated_is_refused() {
    let refused = |change: fn(&mut SimulationConfig)| {
        let mut config = SimulationConfig::default();
        change(&mut config);
        // And yet a person of it can be made.
        let _ = person(Catalogue::builtin(), &config, 3);
        config.check(Catalogue::builtin()).unwrap_err().to_string()
    };
    assert!(
        SimulationConfig::default()
            .check(Catalogue::builtin())
            .is_ok()
    );
    assert!(refused(|c| c.people = 0).contains("people"));
    assert!(refused(|c| c.journeys_per_person = 0..=3).contains("1-40"));
    assert!(refused(|c| c.journeys_per_person = 2..=41).contains("1-40"));
    assert!(refused(|c| c.people_per_journey = Some(0.1)).contains("25.90-541.67"));
    assert!(refused(|c| c.people_per_journey = Some(f64::NAN)).contains("NaN"));
    assert!(refused(|c| c.history_days = 3..=9).contains("14-1500"));
    assert!(refused(|c| c.as_of_ms = i64::MAX).contains("1980"));
}

#[test]
fn a_small_or_empty_catalogue_makes_people_too() {
    let small = Catalogue::builtin().subset(|id| id.starts_with("a-wedding"));
    assert!(small.journeys().len() < 12 && !small.journeys().is_empty());
    let p = person(&small, &config(LogKind::RepeatingTitles), 1);
    assert!(p.gold.journeys.len() <= small.journeys().len());
    let empty = Catalogue::builtin().subset(|_| false);
    assert!(
        person(&empty, &config(LogKind::OffTopic), 1)
            .gold
            .journeys
            .is_empty()
    );
}

#[test]
fn folds_are_even_and_keep_twins_together() {
    let journeys = Catalogue::builtin().journeys();
    let folds = catalogue_folds(Catalogue::builtin(), 4);
    for fold in 0..4 {
        let size = folds.iter().filter(|f| **f == fold).count();
        assert!((55..=70).contains(&size), "fold {fold} holds {size}");
    }
    for (a, x) in journeys.iter().zip(&folds) {
        for (b, y) in journeys.iter().zip(&folds) {
            let mutual = a.near_misses.contains(&b.name) && b.near_misses.contains(&a.name);
            if a.name == b.name || mutual {
                assert_eq!(x, y, "{} and {}", a.id, b.id);
            }
        }
    }
    assert!(
        catalogue_folds(Catalogue::builtin(), 0)
            .iter()
            .all(|f| *f == 0)
    );
}

#[test]
fn kinds_are_read_as_they_are_written() {
    for kind in LogKind::ALL {
        assert_eq!(kind.to_string().parse(), Ok(kind));
    }
    let told = "titles".parse::<LogKind>().unwrap_err().to_string();
    assert!(LogKind::ALL.iter().all(|kind| told.contains(kind.name())));
}

#[test]
fn events_are_written_as_the_contract_says() {
    let p = person(Catalogue::builtin(), &config(LogKind::RepeatingTitles), 0);
    for e in &p.events {
        let row = serde_json::to_value(e).unwrap();
        let time: jiff::Timestamp = row["timestamp"].as_str().unwrap().parse().unwrap();
        assert_eq!(time.as_millisecond(), e.timestamp_ms);
        assert!(row.as_object().unwrap().values().all(|v| !v.is_null()));
    }
    let gold: GoldPerson = serde_json::from_slice(&serde_json::to_vec(&p.gold).unwrap()).unwrap();
    assert_eq!(gold, p.gold);
}

#[test]
fn dice_are_fair_enough() {
    let mut dice = Dice::new(1, dice::Stream::Person, 2, 3);
    let mut seen = [0u32; 6];
    for _ in 0..6_000 {
        seen[dice.below(6)] += 1;
    }
    assert!(seen.iter().all(|n| (850..1150).contains(n)), "{seen:?}");
    assert_eq!(dice.below(0), 0);
    assert_eq!(dice.weighted(&[0, 5, 0]), 1);
}
