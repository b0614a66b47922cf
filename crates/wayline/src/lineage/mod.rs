//! What became of journeys since their person was last looked at: what is remembered of them from now
//! on, and what there is to tell.
//!
//! The way itself tells which known journey each candidate is ([`crate::identify`]); here follows what
//! that means.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::extract::Extracted;
use crate::identify::key_of;
use crate::nouns::{
    KnownJourney, Lifecycle, LineageEvent, LineageKind, Stage, Standing, Status, Timestamp,
};
use crate::walk::{Fate, Walked};

/// Journeys that are remembered although they aren't there any more, so that they can come back: the
/// last active ones.
const MOST_FORMER: usize = 50;

/// What is known of a person's journeys after a look at them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lineage {
    /// The journeys, those that are there in the order of the candidates, then former ones.
    pub known: Vec<KnownJourney>,
    /// What happened since the last look, in the order of the journeys' ids.
    pub events: Vec<LineageEvent>,
}

/// What became of the journeys that were `known`, by a walk as of `as_of` that remembered them.
/// `version` says which look at the person this is, from 1.
#[must_use]
pub fn lineage(
    known: &[KnownJourney],
    person: &Extracted,
    walked: &Walked,
    as_of: Timestamp,
    version: u64,
) -> Lineage {
    let mut telling = Telling {
        user_id: &person.user_id,
        at: as_of,
        version,
        events: Vec::new(),
    };
    let mut now: Vec<KnownJourney> = Vec::with_capacity(walked.fates.len());
    let mut standings: Vec<Option<Standing>> = vec![None; known.len()];
    for (fate, candidate) in walked.fates.iter().zip(&walked.assigned.candidates) {
        let held = candidate.keywords.iter();
        let held = held.map(|(keyword, share)| {
            (
                person.keywords[*keyword as usize].text.clone(),
                in_steps(*share),
            )
        });
        let journey = KnownJourney {
            journey_id: fate.journey_id().to_owned(),
            name: fate.name.text.clone(),
            name_source: fate.name.source,
            named_for: fate.name.named_for.clone(),
            held: held.collect(),
            stage: fate.stage.stage,
            started_at: candidate.started_at(person),
            last_active_at: candidate.last_active_at(),
            events: candidate.events,
            standing: Standing::Live,
        };
        telling.of_one(known, fate, &journey);
        if let Some(place) = fate.identity.is {
            standings[place] = Some(Standing::Live);
        }
        for place in &fate.identity.took {
            standings[*place] = Some(Standing::Merged);
            let into = vec![journey.journey_id.clone()];
            telling.tell(&known[*place].journey_id, LineageKind::Merged, into);
        }
        now.push(journey);
    }
    telling.splits(known, &walked.fates);
    let former = known
        .iter()
        .zip(standings)
        .filter_map(|(journey, standing)| {
            let standing = match (standing, journey.standing) {
                (Some(Standing::Live), _) => return None,
                (Some(other), _) => other,
                (None, Standing::Live) => {
                    // One that was over ends no second time.
                    if !is_over(journey.stage) {
                        telling.tell(&journey.journey_id, LineageKind::Ended, Vec::new());
                    }
                    Standing::Gone
                }
                (None, former) => former,
            };
            Some(KnownJourney {
                standing,
                ..journey.clone()
            })
        });
    let former: Vec<KnownJourney> = former.collect();
    now.extend(worth_remembering(former, person));
    let mut events = telling.events;
    events.sort_by(|left, right| {
        (&left.journey_id, left.event).cmp(&(&right.journey_id, right.event))
    });
    Lineage { known: now, events }
}

/// The same where the person's activity looks automated, so that there are no journeys any more.
#[must_use]
pub fn all_ended(known: &[KnownJourney], user_id: &str, as_of: Timestamp, version: u64) -> Lineage {
    let mut telling = Telling {
        user_id,
        at: as_of,
        version,
        events: Vec::new(),
    };
    let former = known.iter().map(|journey| {
        let is_live = journey.standing == Standing::Live;
        if is_live && !is_over(journey.stage) {
            telling.tell(&journey.journey_id, LineageKind::Ended, Vec::new());
        }
        let standing = if is_live {
            Standing::Gone
        } else {
            journey.standing
        };
        KnownJourney {
            standing,
            ..journey.clone()
        }
    });
    let known = last_active(former.collect());
    let mut events = telling.events;
    events.sort_by(|left, right| left.journey_id.cmp(&right.journey_id));
    Lineage { known, events }
}

/// A share as it is kept, in 65,535ths: so that a journey that comes back from a store is the same.
fn in_steps(share: f64) -> f64 {
    (share * 65_535.0).round() / 65_535.0
}

/// Former journeys of which the person still has a keyword, without which none can come back.
fn worth_remembering(mut former: Vec<KnownJourney>, person: &Extracted) -> Vec<KnownJourney> {
    let texts: BTreeSet<&str> = person.keywords.iter().map(|it| it.text.as_str()).collect();
    former.retain(|journey| {
        journey
            .held
            .iter()
            .any(|(text, _)| texts.contains(text.as_str()))
    });
    last_active(former)
}

fn last_active(mut former: Vec<KnownJourney>) -> Vec<KnownJourney> {
    former.sort_by(|left, right| {
        let by_time = right.last_active_at.cmp(&left.last_active_at);
        by_time.then_with(|| left.journey_id.cmp(&right.journey_id))
    });
    former.truncate(MOST_FORMER);
    former
}

struct Telling<'a> {
    user_id: &'a str,
    at: Timestamp,
    version: u64,
    events: Vec<LineageEvent>,
}

impl Telling<'_> {
    fn tell(&mut self, journey_id: &str, event: LineageKind, others: Vec<String>) {
        self.events.push(LineageEvent {
            key: key_of(self.user_id, journey_id, event, self.version),
            user_id: self.user_id.to_owned(),
            journey_id: journey_id.to_owned(),
            event,
            others,
            at: self.at,
            version: self.version,
        });
    }

    /// What happened to a journey that is there.
    fn of_one(&mut self, known: &[KnownJourney], fate: &Fate, now: &KnownJourney) {
        let is_ended = now.stage.status == Status::Ended;
        let Some(before) = fate.identity.is.map(|place| &known[place]) else {
            let from = fate
                .identity
                .from
                .map(|place| known[place].journey_id.clone());
            self.tell(
                &now.journey_id,
                LineageKind::Started,
                from.into_iter().collect(),
            );
            if is_ended {
                self.tell(&now.journey_id, ending(now.stage), Vec::new());
            }
            return;
        };
        let was_ended = before.stage.status == Status::Ended;
        // What fell out is no evidence.
        let has_new_evidence =
            now.events > before.events || now.last_active_at > before.last_active_at;
        let revived = before.standing != Standing::Live || was_ended;
        if is_ended && !was_ended || is_over(now.stage) && !is_over(before.stage) {
            self.tell(&now.journey_id, ending(now.stage), Vec::new());
        } else if !is_ended && revived {
            self.tell(&now.journey_id, LineageKind::Revived, Vec::new());
        } else if has_new_evidence {
            self.tell(&now.journey_id, LineageKind::Continued, Vec::new());
        }
    }

    /// For each known journey that others split from, what they are.
    fn splits(&mut self, known: &[KnownJourney], fates: &[Fate]) {
        for (place, journey) in known.iter().enumerate() {
            let parts = fates
                .iter()
                .filter(|fate| fate.identity.from == Some(place));
            let parts: Vec<String> = parts.map(|fate| fate.journey_id().to_owned()).collect();
            if !parts.is_empty() {
                self.tell(&journey.journey_id, LineageKind::Split, parts);
            }
        }
    }
}

/// An evergreen journey that rests may be taken up again; any other is over.
fn ending(stage: Stage) -> LineageKind {
    match stage.lifecycle {
        Lifecycle::Evergreen => LineageKind::Paused,
        Lifecycle::Situational => LineageKind::Ended,
    }
}

fn is_over(stage: Stage) -> bool {
    stage.status == Status::Ended && stage.lifecycle == Lifecycle::Situational
}
