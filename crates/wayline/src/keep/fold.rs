//! A person's record, and how events are added to it.

use crate::feedback::Stance;
use crate::nouns::{
    Event, Feedback, KnownJourney, LineageEvent, PersonLog, Reaction, Standing, Timestamp,
};

use super::KeepConfig;

/// All that is kept of one person.
#[derive(Clone, Default)]
pub struct Kept {
    /// The newest events, in canonical order.
    pub log: PersonLog,
    /// How many times the person was looked at.
    pub version: u64,
    /// Events that fell out, since they were too old or too many.
    pub dropped_events: u64,
    /// Events that came again with an `event_id` that was there.
    pub repeated_events: u64,
    /// The journeys that are remembered.
    pub known: Vec<KnownJourney>,
    /// What became of them, the newest last.
    pub lineage: Vec<LineageEvent>,
    /// What the person did with journeys that they were shown, in the order of time.
    pub feedback: Vec<Feedback>,
    /// The last word of the person on each journey that they gave one on.
    pub stances: Vec<Stance>,
    /// The inputs that have been added and whose run may not have ended, by their fingerprints.
    pub inputs: Vec<u64>,
}

/// What adding events did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Folded {
    /// Events that are there now and weren't before. Some that were there may have fallen out.
    pub added: u64,
    /// Events with an `event_id` that was there.
    pub repeated: u64,
    /// Events, new or old, that fell out.
    pub dropped: u64,
}

const DAY: i64 = 86_400_000;

impl Kept {
    /// A person of whom nothing is kept yet.
    #[must_use]
    pub fn new(user_id: &str) -> Self {
        Self {
            log: PersonLog::new(user_id),
            ..Self::default()
        }
    }

    /// Who.
    #[must_use]
    pub fn user_id(&self) -> &str {
        &self.log.user_id
    }

    /// All events that there ever were, those that fell out too.
    #[must_use]
    pub fn all_events(&self) -> u64 {
        self.log.events.len() as u64 + self.dropped_events
    }

    /// Adds the events of a log, in whatever order they come: what is kept afterwards is the same for
    /// any order and any parts, but for the `event_id`s of events that fell out.
    pub fn fold(&mut self, log: &PersonLog, config: &KeepConfig) -> Folded {
        let before = self.log.events.len();
        for event in &log.events {
            self.log.push_from(log, event);
        }
        let repeated = self.log.sort() as u64;
        let dropped = self.keep_the_newest(config);
        self.repeated_events += repeated;
        self.dropped_events += dropped;
        Folded {
            added: (self.log.events.len() as u64 + dropped).saturating_sub(before as u64),
            repeated,
            dropped,
        }
    }

    /// Adds what is kept of the same person elsewhere, or what came in since: events and what was said.
    /// The journeys that are remembered, and their lineage, stay this record's own.
    pub fn absorb(&mut self, other: &Self, config: &KeepConfig) -> Folded {
        let mut folded = self.fold(&other.log, config);
        self.dropped_events += other.dropped_events;
        self.repeated_events += other.repeated_events;
        folded.dropped += other.dropped_events;
        folded.repeated += other.repeated_events;
        folded.added += other.dropped_events;
        for row in &other.feedback {
            self.say(row, config);
        }
        folded
    }

    /// Puts what is in another batch of the same person beside what is in this one, unsorted and without
    /// bounds, to be absorbed together.
    pub fn gather(&mut self, other: &Self) {
        for event in &other.log.events {
            self.log.push_from(&other.log, event);
        }
        self.dropped_events += other.dropped_events;
        self.repeated_events += other.repeated_events;
        self.feedback.extend(other.feedback.iter().cloned());
    }

    /// Adds all of another person, who turned out to be the same: events, what was said, and journeys,
    /// of which those of this person come first.
    pub fn join(&mut self, other: &Self, config: &KeepConfig) -> Folded {
        let own: Vec<String> = self.known.iter().map(|it| it.journey_id.clone()).collect();
        let others = other
            .known
            .iter()
            .filter(|it| !own.contains(&it.journey_id));
        self.known.extend(others.cloned());
        let mut other = other.clone();
        let user_id = self.user_id().to_owned();
        for row in &mut other.feedback {
            row.user_id.clone_from(&user_id);
        }
        let folded = self.absorb(&other, config);
        // With what their journeys held when it was said.
        for stance in &other.stances {
            match self
                .stances
                .iter_mut()
                .find(|it| it.journey_id == stance.journey_id)
            {
                Some(own) if own.at <= stance.at => *own = stance.clone(),
                Some(_) => {}
                None => self.stances.push(stance.clone()),
            }
        }
        self.bound_stances(config);
        // Not the inputs: of one that was killed this person's own events may still be to come.
        folded
    }

    /// Lets go of all events until a moment, and of what was counted: a log that holds all until then
    /// comes anew. Later events, and what is remembered of journeys, stay.
    pub fn forget_events(&mut self, until: Timestamp) {
        let mut later = PersonLog::new(self.log.user_id.clone());
        for event in self.log.events.iter().filter(|event| event.time > until) {
            later.push_from(&self.log, event);
        }
        self.log = later;
        self.dropped_events = 0;
        self.repeated_events = 0;
        self.inputs.clear();
    }

    /// Until when it is known what became of the journeys. A look as of a moment before that would take
    /// for gone what wasn't there yet.
    #[must_use]
    pub fn known_until(&self) -> Option<Timestamp> {
        let told = self.lineage.last().map(|event| event.at);
        let active = self.live().map(|journey| journey.last_active_at).max();
        told.max(active)
    }

    /// Of what was said only so much is remembered, the last words.
    fn bound_stances(&mut self, config: &KeepConfig) {
        while self.stances.len() > config.max_feedback {
            let oldest = self.stances.iter().enumerate();
            let oldest = oldest.min_by_key(|(place, stance)| (stance.at, *place));
            let Some((place, _)) = oldest else { return };
            self.stances.remove(place);
        }
    }

    /// Lets go of what is too old or too much, and of its texts.
    fn keep_the_newest(&mut self, config: &KeepConfig) -> u64 {
        let events = &self.log.events;
        let newest = events.last().map_or(0, |event| event.time.millis());
        let oldest = newest.saturating_sub(i64::from(config.max_days) * DAY);
        let too_old = events.partition_point(|event| event.time.millis() < oldest);
        let too_many = events.len().saturating_sub(config.max_events);
        let first = too_old.max(too_many);
        if first > 0 {
            let mut kept = PersonLog::new(self.log.user_id.clone());
            for event in &events[first..] {
                kept.push_from(&self.log, event);
            }
            self.log = kept;
        }
        first as u64
    }

    /// The log up to a moment, as it stands where nothing is later.
    #[must_use]
    pub fn until(&self, at: Timestamp) -> PersonLog {
        let mut log = self.log.clone();
        log.events.retain(|event: &Event| event.time <= at);
        log
    }

    /// Takes a row of feedback into account; one that is there already changes nothing. A journey that
    /// is taken away is remembered with what it holds now.
    pub fn say(&mut self, row: &Feedback, config: &KeepConfig) -> bool {
        if self.feedback.contains(row) {
            return false;
        }
        let place = self.feedback.partition_point(|it| it.time <= row.time);
        self.feedback.insert(place, row.clone());
        let too_many = self.feedback.len().saturating_sub(config.max_feedback);
        self.feedback.drain(..too_many);
        let wants = match row.reaction {
            Reaction::Positive => true,
            Reaction::Dismiss | Reaction::Negative => false,
            Reaction::Sent | Reaction::Open | Reaction::Click => return true,
        };
        let known = self.known.iter().find(|it| it.journey_id == row.journey_id);
        let held = known.into_iter().flat_map(|it| &it.held);
        let stance = Stance {
            journey_id: row.journey_id.clone(),
            at: row.time,
            wants,
            held: held.map(|(text, _)| text.clone()).collect(),
        };
        let places = self.stances.iter();
        let mut places = places.map(|it| it.journey_id == row.journey_id);
        match places.position(|is_it| is_it) {
            None => self.stances.push(stance),
            Some(place) => {
                let last = &mut self.stances[place];
                if (stance.at, !stance.wants) > (last.at, !last.wants) {
                    *last = stance;
                }
            }
        }
        self.bound_stances(config);
        true
    }

    /// The journeys that were there at the last look.
    pub fn live(&self) -> impl Iterator<Item = &KnownJourney> {
        let live = |it: &&KnownJourney| it.standing == Standing::Live;
        self.known.iter().filter(live)
    }
}
