//! From columns to a record.

use crate::feedback::Stance;
use crate::identify::key_of;
use crate::nouns::{
    ActionId, Actions, Channel, EventFields, Feedback, KnownJourney, LineageEvent, PersonLog,
    Reaction, Timestamp,
};

use super::{FORMAT_VERSION, KeptError, Packed, Text, WHOLE};
use crate::keep::Kept;

impl Kept {
    /// The record behind bytes. Anything may stand in them: what is no record is an error.
    ///
    /// # Errors
    /// Another version, no record, or an action that `actions` lacks.
    pub fn from_bytes(user_id: &str, bytes: &[u8], actions: &Actions) -> Result<Self, KeptError> {
        let damaged = |reason: &str| KeptError::Damaged {
            user_id: user_id.to_owned(),
            reason: reason.to_owned(),
        };
        let (found, rest) = bytes.split_first().ok_or_else(|| damaged("it is empty"))?;
        if *found != FORMAT_VERSION {
            let user_id = user_id.to_owned();
            return Err(KeptError::Version {
                user_id,
                found: *found,
            });
        }
        let (packed, left): (Packed<'_>, &[u8]) =
            postcard::take_from_bytes(rest).map_err(|error| damaged(&error.to_string()))?;
        if !left.is_empty() {
            return Err(damaged("something follows it"));
        }
        let mut known_actions = Vec::with_capacity(packed.actions.len());
        for name in &packed.actions {
            let id = actions.find(name).ok_or_else(|| KeptError::UnknownAction {
                user_id: user_id.to_owned(),
                action: (*name).to_owned(),
            })?;
            known_actions.push(id);
        }
        let read = Reading::new(&packed).and_then(|it| it.kept(user_id, &packed, &known_actions));
        read.ok_or_else(|| damaged("a number points nowhere"))
    }
}

/// The list of a thing; an empty one where there is none.
fn list<'l, 'a>(lists: &'l [Vec<&'a str>], thing: Option<usize>) -> Option<&'l [&'a str]> {
    thing.map_or(Some(&[][..]), |thing| lists.get(thing).map(Vec::as_slice))
}

/// The texts of a record that is being read. Everything is none where a number points nowhere.
pub(super) struct Reading<'a> {
    texts: Vec<&'a str>,
}

impl<'a> Reading<'a> {
    fn new(packed: &Packed<'a>) -> Option<Self> {
        let mut rest = packed.texts;
        let mut texts = Vec::with_capacity(packed.lengths.len());
        for length in &packed.lengths {
            let (text, after) = rest.split_at_checked(*length as usize)?;
            texts.push(text);
            rest = after;
        }
        rest.is_empty().then_some(Self { texts })
    }

    fn text(&self, number: Text) -> Option<&'a str> {
        self.texts.get((number as usize).checked_sub(1)?).copied()
    }

    /// None inside where there is no text.
    pub(super) fn maybe(&self, number: Text) -> Option<Option<&'a str>> {
        if number == 0 {
            return Some(None);
        }
        self.text(number).map(Some)
    }

    fn owned(&self, number: Text) -> Option<String> {
        self.text(number).map(str::to_owned)
    }

    fn lists(&self, counts: &[u32], texts: &[Text]) -> Option<Vec<Vec<&'a str>>> {
        let mut rest = texts;
        let lists = counts.iter().map(|count| {
            let (list, after) = rest.split_at_checked(*count as usize)?;
            rest = after;
            list.iter().map(|number| self.text(*number)).collect()
        });
        let lists: Option<Vec<_>> = lists.collect();
        lists.filter(|_| rest.is_empty())
    }

    fn log(&self, user_id: &str, packed: &Packed<'a>, actions: &[ActionId]) -> Option<PersonLog> {
        let (events, things) = (&packed.events, &packed.things);
        let annotations = self.lists(&things.annotation_counts, &things.annotations)?;
        let interests = self.lists(&things.interest_counts, &things.interests)?;
        let mut log = PersonLog::new(user_id);
        let mut time = 0_i64;
        let mut id_before = 0;
        for (place, gap) in events.gaps.iter().enumerate() {
            time = time.checked_add(*gap)?;
            let thing = (*events.things.get(place)? as usize).checked_sub(1);
            let of_thing = |column: &[Text]| match thing {
                None => Some(None),
                Some(thing) => self.maybe(*column.get(thing)?),
            };
            let id = events.event_ids.get(place, self, &mut id_before)?;
            log.push(&EventFields {
                time: Timestamp::from_millis(time),
                action: *actions.get(usize::from(*events.actions.get(place)?))?,
                event_id: id.as_deref(),
                query: self.maybe(*events.queries.get(place)?)?,
                item_id: of_thing(&things.item_ids)?,
                title: of_thing(&things.titles)?,
                annotations: list(&annotations, thing)?,
                interests: list(&interests, thing)?,
                board: self.maybe(*events.boards.get(place)?)?,
                url: of_thing(&things.urls)?,
            });
        }
        Some(log)
    }

    fn kept(&self, user_id: &str, packed: &Packed<'a>, actions: &[ActionId]) -> Option<Kept> {
        let known = packed.known.iter().map(|it| {
            let held = it
                .held
                .iter()
                .map(|(keyword, share)| Some((self.owned(*keyword)?, f64::from(*share) / WHOLE)));
            let named_for = it.named_for.iter().map(|keyword| self.owned(*keyword));
            Some(KnownJourney {
                journey_id: self.owned(it.journey_id)?,
                name: self.owned(it.name)?,
                name_source: it.name_source,
                named_for: named_for.collect::<Option<_>>()?,
                held: held.collect::<Option<_>>()?,
                stage: it.stage,
                started_at: Timestamp::from_millis(it.started_at),
                last_active_at: Timestamp::from_millis(it.last_active_at),
                events: it.events,
                standing: it.standing,
            })
        });
        let lineage = packed.lineage.iter().map(|it| {
            let journey_id = self.owned(it.journey_id)?;
            let others = it.others.iter().map(|other| self.owned(*other));
            Some(LineageEvent {
                key: key_of(user_id, &journey_id, it.event, it.version),
                user_id: user_id.to_owned(),
                journey_id,
                event: it.event,
                others: others.collect::<Option<_>>()?,
                at: Timestamp::from_millis(it.at),
                version: it.version,
            })
        });
        let feedback = packed.feedback.iter().map(|it| {
            Some(Feedback {
                user_id: user_id.to_owned(),
                journey_id: self.owned(it.journey_id)?,
                channel: *Channel::ALL.get(usize::from(it.channel))?,
                time: Timestamp::from_millis(it.time),
                reaction: *Reaction::ALL.get(usize::from(it.reaction))?,
                position: it.position,
            })
        });
        let stances = packed.stances.iter().map(|it| {
            Some(Stance {
                journey_id: self.owned(it.journey_id)?,
                at: Timestamp::from_millis(it.at),
                wants: it.wants,
                held: it
                    .held
                    .iter()
                    .map(|keyword| self.owned(*keyword))
                    .collect::<Option<_>>()?,
            })
        });
        Some(Kept {
            log: self.log(user_id, packed, actions)?,
            version: packed.version,
            dropped_events: packed.dropped_events,
            repeated_events: packed.repeated_events,
            known: known.collect::<Option<_>>()?,
            lineage: lineage.collect::<Option<_>>()?,
            feedback: feedback.collect::<Option<_>>()?,
            stances: stances.collect::<Option<_>>()?,
            inputs: packed.inputs.clone(),
        })
    }
}
