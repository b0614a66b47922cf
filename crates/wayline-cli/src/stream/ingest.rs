//! What was gathered, into the store: each message once, whatever the store and the group do meanwhile.
//!
//! What was gathered stays here until the store has it; nothing more is read before. So an error of the
//! store loses nothing, and nothing needs to be read again.

use std::sync::Arc;

use anyhow::{Result, bail};
use wayline::keep::{Changes, Store, StoreError};
use wayline::nouns::{Actions, Timestamp};
use wayline_files::read::{EventRow, ReadOptions, RowError};

use super::Hopeless;
use super::consumer::{Gathered, Incoming, Incomings};
use super::positions::{Positions, Step};
use super::tell::Teller;
use crate::live::{Batches, newest_number};

/// Takes what was gathered.
pub(super) struct Ingest<'a> {
    store: Arc<dyn Store>,
    positions: Positions,
    actions: &'a Actions,
    topic: &'a str,
    in_hand: InHand,
}

/// What was gathered and isn't in the store. What is an event was decided once, when it came: one that is
/// a dead letter doesn't become an event while the store is away.
#[derive(Default)]
struct InHand {
    events: Vec<Heard>,
    /// What is no event, and why.
    letters: Vec<(Incoming, RowError)>,
    /// Whether the dead letters were sent.
    is_sent: bool,
    steps: Vec<Step>,
}

/// An event, and where it was; none that the config leaves out.
struct Heard {
    partition: i32,
    offset: i64,
    event: Option<EventRow>,
}

/// What was taken.
#[derive(Default)]
pub(super) struct Taken {
    /// Whose events, as often as they came.
    pub(super) heard: Vec<String>,
    pub(super) left_out: u64,
    pub(super) dead_letters: u64,
}

impl<'a> Ingest<'a> {
    pub(super) fn new(
        store: &Arc<dyn Store>,
        positions: &Positions,
        actions: &'a Actions,
        topic: &'a str,
    ) -> Self {
        Self {
            store: Arc::clone(store),
            positions: positions.clone(),
            actions,
            topic,
            in_hand: InHand::default(),
        }
    }

    pub(super) fn has_something(&self) -> bool {
        !self.in_hand.steps.is_empty()
    }

    pub(super) fn gather(&mut self, gathered: Gathered, tomorrow: Timestamp) {
        let options = ReadOptions {
            newest_allowed: Some(tomorrow),
            ..ReadOptions::new(self.actions)
        };
        let mut in_hand = InHand {
            steps: gathered.steps,
            ..InHand::default()
        };
        for message in gathered.messages {
            match message.event(&options) {
                Ok(event) => in_hand.events.push(Heard {
                    partition: message.partition,
                    offset: message.offset,
                    event,
                }),
                Err(reason) => in_hand.letters.push((message, reason)),
            }
        }
        self.in_hand = in_hand;
    }

    /// Lets what is in hand wait in the store, in one commit with how far it goes. After an error it is
    /// still in hand.
    pub(super) fn take(&mut self, incomings: &Incomings, teller: &Teller) -> Result<Taken> {
        self.send_letters(teller)?;
        let mut taken = Taken::default();
        let all: Vec<&Heard> = self.in_hand.events.iter().collect();
        match self.commit(&all, &self.in_hand.steps, &mut taken) {
            Ok(()) => incomings.taken(&self.in_hand.steps),
            Err(StoreError::Moved { .. }) => {
                for step in &self.in_hand.steps {
                    self.take_alone(*step, incomings, &mut taken)?;
                }
            }
            Err(other) => return Err(other.into()),
        }
        taken.dead_letters = self.in_hand.letters.len() as u64;
        self.in_hand = InHand::default();
        Ok(taken)
    }

    /// Sends what is no event to the dead letters, before the store says that it was read; after a crash
    /// it may come there twice.
    fn send_letters(&mut self, teller: &Teller) -> Result<()> {
        if self.in_hand.is_sent || self.in_hand.letters.is_empty() {
            return Ok(());
        }
        for (message, reason) in &self.in_hand.letters {
            teller.dead_letter(self.topic, message, reason)?;
        }
        teller.arrived()?;
        self.in_hand.is_sent = true;
        Ok(())
    }

    /// One partition, which doesn't stand where it was: another member has it by now, or a commit went
    /// through of which that wasn't known.
    fn take_alone(&self, mut step: Step, incomings: &Incomings, taken: &mut Taken) -> Result<()> {
        loop {
            let first = step.from.unwrap_or(0);
            let rest = self.in_hand.events.iter();
            let rest = rest.filter(|it| it.partition == step.partition && it.offset >= first);
            match self.commit(&rest.collect::<Vec<_>>(), &[step], taken) {
                Ok(()) => break,
                Err(StoreError::Moved { .. }) => {}
                Err(other) => return Err(other.into()),
            }
            let stands = self.positions.of(&*self.store, step.partition)?;
            if stands.unwrap_or(0) < first {
                bail!(Hopeless(format!(
                    "partition {} stands at {} in the store, which it had left behind at {first}; was a \
                     backup put in its place? Start the stream anew",
                    step.partition,
                    stands.unwrap_or(0)
                )));
            }
            if stands >= Some(step.to) {
                step.to = stands.unwrap_or(step.to);
                break;
            }
            step.from = stands;
        }
        incomings.taken(&[step]);
        Ok(())
    }

    fn commit(&self, all: &[&Heard], steps: &[Step], taken: &mut Taken) -> Result<(), StoreError> {
        let (mut batches, mut heard) = (Batches::default(), Vec::new());
        for event in all.iter().filter_map(|it| it.event.as_ref()) {
            batches.add(event);
            heard.push(event.user_id.clone());
        }
        let (expects, notes) = self.positions.notes(steps);
        self.store.commit(&Changes {
            expects,
            notes,
            highest: batches.newest().map(newest_number).into_iter().collect(),
            waiting: batches.into_waiting(self.actions),
            ..Changes::default()
        })?;
        taken.left_out += (all.len() - heard.len()) as u64;
        taken.heard.extend(heard);
        Ok(())
    }
}
