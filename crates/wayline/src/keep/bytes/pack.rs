//! From a record to columns.

use std::collections::HashMap;

use crate::nouns::{ActionId, Actions, Channel, ListRange, PersonLog, Reaction, TextId, TextTable};

use super::{
    Events, FORMAT_VERSION, Packed, PackedFeedback, PackedJourney, PackedLineage, PackedStance,
    Text, Things, WHOLE,
};
use crate::keep::Kept;

impl Kept {
    /// The record as bytes, without the person's id.
    #[must_use]
    pub fn to_bytes(&self, actions: &Actions) -> Vec<u8> {
        let mut texts = TextTable::default();
        let (events, things, used) = pack_events(&self.log, &mut texts);
        let mut text = |value: &str| texts.intern(value).index() as u32 + 1;
        let known = self.known.iter().map(|it| PackedJourney {
            journey_id: text(&it.journey_id),
            name: text(&it.name),
            name_source: it.name_source,
            named_for: it.named_for.iter().map(|keyword| text(keyword)).collect(),
            held: it
                .held
                .iter()
                .map(|(keyword, share)| (text(keyword), (share * WHOLE).round() as u16))
                .collect(),
            stage: it.stage,
            started_at: it.started_at.millis(),
            last_active_at: it.last_active_at.millis(),
            events: it.events,
            standing: it.standing,
        });
        let known: Vec<_> = known.collect();
        let lineage = self.lineage.iter().map(|it| PackedLineage {
            journey_id: text(&it.journey_id),
            event: it.event,
            others: it.others.iter().map(|other| text(other)).collect(),
            at: it.at.millis(),
            version: it.version,
        });
        let lineage: Vec<_> = lineage.collect();
        let feedback = self.feedback.iter().map(|it| PackedFeedback {
            journey_id: text(&it.journey_id),
            channel: place(&Channel::ALL, it.channel),
            time: it.time.millis(),
            reaction: place(&Reaction::ALL, it.reaction),
            position: it.position,
        });
        let feedback: Vec<_> = feedback.collect();
        let stances = self.stances.iter().map(|it| PackedStance {
            journey_id: text(&it.journey_id),
            at: it.at.millis(),
            wants: it.wants,
            held: it.held.iter().map(|keyword| text(keyword)).collect(),
        });
        let stances: Vec<_> = stances.collect();
        let all_texts: String = texts.iter().collect();
        let packed = Packed {
            version: self.version,
            dropped_events: self.dropped_events,
            repeated_events: self.repeated_events,
            inputs: self.inputs.clone(),
            texts: &all_texts,
            lengths: texts.iter().map(|it| it.len() as u32).collect(),
            actions: used
                .iter()
                .map(|id| actions.names()[id.index()].as_str())
                .collect(),
            things,
            events,
            known,
            lineage,
            feedback,
            stances,
        };
        // Writing to a vector can't fail, and every length is known.
        postcard::to_extend(&packed, vec![FORMAT_VERSION]).unwrap_or_default()
    }
}

fn place<T: PartialEq + Copy>(all: &[T], one: T) -> u8 {
    all.iter().position(|it| *it == one).unwrap_or(0) as u8
}

/// The events, what they are about, and the actions that occur.
fn pack_events(log: &PersonLog, texts: &mut TextTable) -> (Events, Things, Vec<ActionId>) {
    let (mut events, mut things) = (Events::default(), Things::default());
    let mut used: Vec<ActionId> = Vec::new();
    let mut seen: HashMap<_, u32> = HashMap::new();
    let mut before = 0;
    let numbered = |texts: &mut TextTable, id: Option<TextId>| -> Text {
        id.map_or(0, |id| texts.intern(log.texts.get(id)).index() as u32 + 1)
    };
    let listed = |texts: &mut TextTable, range: ListRange| -> Vec<Text> {
        let ids = log.list(range).iter();
        ids.map(|id| numbered(texts, Some(*id))).collect()
    };
    for event in &log.events {
        events.gaps.push(event.time.millis() - before);
        before = event.time.millis();
        let action = used
            .iter()
            .position(|it| *it == event.action)
            .unwrap_or_else(|| {
                used.push(event.action);
                used.len() - 1
            });
        events.actions.push(action as u8);
        events.queries.push(numbered(texts, event.query));
        let thing = (
            numbered(texts, event.item_id),
            numbered(texts, event.title),
            numbered(texts, event.url),
            listed(texts, event.annotations),
            listed(texts, event.interests),
        );
        let is_nothing =
            thing.0 + thing.1 + thing.2 == 0 && thing.3.is_empty() && thing.4.is_empty();
        let next = seen.len() as u32 + 1;
        events.things.push(if is_nothing {
            0
        } else {
            *seen.entry(thing).or_insert_with_key(|thing| {
                things.push(thing);
                next
            })
        });
        events.boards.push(numbered(texts, event.board));
    }
    let mut before = 0;
    for event in &log.events {
        let id = event.event_id.map(|id| log.texts.get(id));
        events.event_ids.push(id, texts, &mut before);
    }
    (events, things, used)
}

impl Things {
    fn push(&mut self, thing: &(Text, Text, Text, Vec<Text>, Vec<Text>)) {
        let (item_id, title, url, annotations, interests) = thing;
        self.item_ids.push(*item_id);
        self.titles.push(*title);
        self.urls.push(*url);
        self.annotation_counts.push(annotations.len() as u32);
        self.annotations.extend(annotations);
        self.interest_counts.push(interests.len() as u32);
        self.interests.extend(interests);
    }
}
