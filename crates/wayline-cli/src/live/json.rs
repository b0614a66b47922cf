//! All that is kept of a person as one JSON object, and back.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, anyhow};
use serde::{Deserialize, Serialize};
use wayline::config::Config;
use wayline::feedback::Stance;
use wayline::keep::Kept;
use wayline::nouns::{
    Actions, Channel, EventFields, Feedback, KnownJourney, LineageEvent, NameSource, PersonLog,
    Reaction, Stage, Standing, Timestamp,
};

use super::Pins;

/// What a store holds beside people: the first line of a file of people.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoreJson {
    /// How often each input was added, by its fingerprint.
    inputs: BTreeMap<String, i64>,
    newest_event: Option<Timestamp>,
    /// How far each partition was read, by group, topic and partition.
    #[serde(default)]
    streams: BTreeMap<String, i64>,
    /// Versions up to this one may have been those of people who were erased.
    #[serde(default)]
    erased_until: u64,
}

impl StoreJson {
    pub(crate) fn of(pins: &Pins<'_>) -> Result<Self> {
        Ok(Self {
            inputs: pins.all_inputs()?,
            newest_event: pins.newest()?,
            streams: pins.all_positions()?,
            erased_until: pins.0.erased_until()?,
        })
    }

    /// The line, if it is one.
    pub(crate) fn from_line(line: &str) -> Option<Self> {
        serde_json::from_str(line).ok()
    }

    pub(crate) fn put_into(&self, pins: &Pins<'_>) -> Result<()> {
        pins.have_inputs(&self.inputs)?;
        pins.have_positions(&self.streams)?;
        pins.have_erased(self.erased_until)?;
        pins.has_newest(self.newest_event)
    }
}

/// A person as `wayline store get` prints them.
#[derive(Serialize, Deserialize)]
pub(crate) struct PersonJson {
    user_id: String,
    version: u64,
    dropped_events: u64,
    repeated_events: u64,
    inputs: Vec<String>,
    journeys: Vec<JourneyJson>,
    lineage: Vec<LineageEvent>,
    feedback: Vec<FeedbackJson>,
    stances: Vec<StanceJson>,
    events: Vec<EventJson>,
}

#[derive(Serialize, Deserialize)]
struct JourneyJson {
    journey_id: String,
    name: String,
    name_source: NameSource,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    named_for: Vec<String>,
    standing: Standing,
    stage: Stage,
    started_at: Timestamp,
    last_active_at: Timestamp,
    events: u32,
    keywords: Vec<HeldJson>,
}

#[derive(Serialize, Deserialize)]
struct HeldJson {
    keyword: String,
    weight: f64,
}

#[derive(Serialize, Deserialize)]
struct FeedbackJson {
    journey_id: String,
    timestamp: Timestamp,
    channel: String,
    event: String,
    position: Option<u32>,
}

#[derive(Serialize, Deserialize)]
struct StanceJson {
    journey_id: String,
    timestamp: Timestamp,
    wants: bool,
    keywords: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct EventJson {
    timestamp: Timestamp,
    action: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    event_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    query: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    item_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    title: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    annotations: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    interests: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    board: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    url: Option<String>,
}

/// A record for people and programs to read.
pub(crate) fn person_json(kept: &Kept, actions: &Actions) -> PersonJson {
    let journeys = kept.known.iter().map(|it| JourneyJson {
        journey_id: it.journey_id.clone(),
        name: it.name.clone(),
        name_source: it.name_source,
        named_for: it.named_for.clone(),
        standing: it.standing,
        stage: it.stage,
        started_at: it.started_at,
        last_active_at: it.last_active_at,
        events: it.events,
        keywords: it
            .held
            .iter()
            .map(|(keyword, weight)| HeldJson {
                keyword: keyword.clone(),
                weight: *weight,
            })
            .collect(),
    });
    let feedback = kept.feedback.iter().map(|it| FeedbackJson {
        journey_id: it.journey_id.clone(),
        timestamp: it.time,
        channel: it.channel.as_str().to_owned(),
        event: it.reaction.as_str().to_owned(),
        position: it.position,
    });
    let stances = kept.stances.iter().map(|it| StanceJson {
        journey_id: it.journey_id.clone(),
        timestamp: it.at,
        wants: it.wants,
        keywords: it.held.iter().cloned().collect(),
    });
    PersonJson {
        user_id: kept.user_id().to_owned(),
        version: kept.version,
        dropped_events: kept.dropped_events,
        repeated_events: kept.repeated_events,
        // JSON's numbers don't hold 64 bits everywhere.
        inputs: kept.inputs.iter().map(|it| format!("{it:016x}")).collect(),
        journeys: journeys.collect(),
        lineage: kept.lineage.clone(),
        feedback: feedback.collect(),
        stances: stances.collect(),
        events: events_json(&kept.log, actions),
    }
}

fn events_json(log: &PersonLog, actions: &Actions) -> Vec<EventJson> {
    let text = |id| log.texts.get(id).to_owned();
    let texts = |range| log.list(range).iter().map(|id| text(*id)).collect();
    let events = log.events.iter().map(|it| EventJson {
        timestamp: it.time,
        action: actions.names()[it.action.index()].clone(),
        event_id: it.event_id.map(text),
        query: it.query.map(text),
        item_id: it.item_id.map(text),
        title: it.title.map(text),
        annotations: texts(it.annotations),
        interests: texts(it.interests),
        board: it.board.map(text),
        url: it.url.map(text),
    });
    events.collect()
}

/// The record behind a row that [`person_json`] made, within the bounds of the config.
pub(crate) fn kept_from_json(row: &str, config: &Config) -> Result<Kept> {
    let person: PersonJson = serde_json::from_str(row)?;
    let mut log = PersonLog::new(person.user_id.clone());
    for event in &person.events {
        log.push(&EventFields {
            time: event.timestamp,
            action: config.actions.find(&event.action).with_context(|| {
                format!(
                    "unknown action `{}`; give it a weight in [actions]",
                    event.action
                )
            })?,
            event_id: event.event_id.as_deref(),
            query: event.query.as_deref(),
            item_id: event.item_id.as_deref(),
            title: event.title.as_deref(),
            annotations: &event
                .annotations
                .iter()
                .map(String::as_str)
                .collect::<Vec<_>>(),
            interests: &event
                .interests
                .iter()
                .map(String::as_str)
                .collect::<Vec<_>>(),
            board: event.board.as_deref(),
            url: event.url.as_deref(),
        });
    }
    let mut kept = Kept::new(&person.user_id);
    kept.dropped_events = person.dropped_events;
    kept.repeated_events = person.repeated_events;
    kept.version = person.version;
    kept.fold(&log, &config.keep);
    let inputs = person.inputs.iter().map(|it| u64::from_str_radix(it, 16));
    kept.inputs = inputs
        .collect::<Result<_, _>>()
        .context("`inputs` are hexadecimal numbers")?;
    kept.known = person.journeys.into_iter().map(known).collect();
    kept.lineage = person.lineage;
    for row in person.feedback {
        let unknown = |what: &str| anyhow!("unknown feedback `{what}`");
        kept.feedback.push(Feedback {
            user_id: person.user_id.clone(),
            journey_id: row.journey_id,
            channel: Channel::from_name(&row.channel).ok_or_else(|| unknown(&row.channel))?,
            time: row.timestamp,
            reaction: Reaction::from_name(&row.event).ok_or_else(|| unknown(&row.event))?,
            position: row.position,
        });
    }
    let stances = person.stances.into_iter().map(|it| Stance {
        journey_id: it.journey_id,
        at: it.timestamp,
        wants: it.wants,
        held: it.keywords.into_iter().collect(),
    });
    kept.stances = stances.collect();
    Ok(kept)
}

fn known(journey: JourneyJson) -> KnownJourney {
    let held = journey.keywords.into_iter();
    KnownJourney {
        journey_id: journey.journey_id,
        name: journey.name,
        name_source: journey.name_source,
        named_for: journey.named_for,
        held: held.map(|it| (it.keyword, it.weight)).collect(),
        stage: journey.stage,
        started_at: journey.started_at,
        last_active_at: journey.last_active_at,
        events: journey.events,
        standing: journey.standing,
    }
}
