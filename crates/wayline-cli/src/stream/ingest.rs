//! What was gathered, into the store: each message once, whatever the store and the group do meanwhile.
//!
//! What was gathered stays here until the store has it; nothing more is read before. So an error of the
//! store loses nothing, and nothing needs to be read again.

use std::sync::Arc;

use anyhow::{Result, bail};
use wayline::keep::{Changes, Store, StoreError};
use wayline::nouns::{Actions, Timestamp};
use wayline_files::read::{EventRow, ReadOptions};

use super::Hopeless;
use super::consumer::{Gathered, Incoming, Incomings};
use super::positions::{Positions, Step};
use super::tell::Teller;
use crate::live::{Batches, newest_number};

/// What a member has in hand.
pub(super) struct Ingest<'a> {
    store: Arc<dyn Store>,
    positions: Positions,
    actions: &'a Actions,
    topic: &'a str,
    in_hand: Gathered,
    /// Whether what is no event was sent to the dead letters.
    is_sifted: bool,
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
            in_hand: Gathered::default(),
            is_sifted: false,
        }
    }

    pub(super) fn has_something(&self) -> bool {
        !self.in_hand.steps.is_empty()
    }

    pub(super) fn gather(&mut self, gathered: Gathered) {
        self.in_hand = gathered;
        self.is_sifted = false;
    }

    /// Lets what is in hand wait in the store, in one commit with how far it goes. After an error it is
    /// still in hand.
    pub(super) fn take(
        &mut self,
        incomings: &Incomings,
        teller: &Teller,
        tomorrow: Timestamp,
    ) -> Result<Taken> {
        let mut taken = Taken::default();
        if !self.is_sifted {
            taken.dead_letters = self.sift(teller, tomorrow)?;
            self.is_sifted = true;
        }
        let all: Vec<&Incoming> = self.in_hand.messages.iter().collect();
        match self.commit(&all, &self.in_hand.steps, tomorrow, &mut taken) {
            Ok(()) => incomings.taken(&self.in_hand.steps),
            Err(StoreError::Moved { .. }) => {
                for step in &self.in_hand.steps {
                    self.take_alone(*step, incomings, tomorrow, &mut taken)?;
                }
            }
            Err(other) => return Err(other.into()),
        }
        self.in_hand = Gathered::default();
        Ok(taken)
    }

    /// Sends what is no event to the dead letters, before the store says that it was read; after a crash
    /// it may come there twice.
    fn sift(&self, teller: &Teller, tomorrow: Timestamp) -> Result<u64> {
        let mut letters = 0;
        let options = self.options(tomorrow);
        for message in &self.in_hand.messages {
            if let Err(reason) = message.event(&options) {
                teller.dead_letter(self.topic, message, &reason)?;
                letters += 1;
            }
        }
        if letters > 0 {
            teller.arrived()?;
        }
        Ok(letters)
    }

    /// One partition, which doesn't stand where it was: another member has it by now, or a commit went
    /// through of which that wasn't known.
    fn take_alone(
        &self,
        mut step: Step,
        incomings: &Incomings,
        tomorrow: Timestamp,
        taken: &mut Taken,
    ) -> Result<()> {
        loop {
            let first = step.from.unwrap_or(0);
            let rest = self.in_hand.messages.iter();
            let rest = rest.filter(|it| it.partition == step.partition && it.offset >= first);
            match self.commit(&rest.collect::<Vec<_>>(), &[step], tomorrow, taken) {
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

    fn commit(
        &self,
        messages: &[&Incoming],
        steps: &[Step],
        tomorrow: Timestamp,
        taken: &mut Taken,
    ) -> Result<(), StoreError> {
        let options = self.options(tomorrow);
        let (mut batches, mut heard, mut left_out) = (Batches::default(), Vec::new(), 0);
        let events = messages
            .iter()
            .filter_map(|message| message.event(&options).ok());
        for event in events {
            let Some(event): Option<EventRow> = event else {
                left_out += 1;
                continue;
            };
            batches.add(&event);
            heard.push(event.user_id);
        }
        let (expects, notes) = self.positions.notes(steps);
        self.store.commit(&Changes {
            expects,
            notes,
            highest: batches.newest().map(newest_number).into_iter().collect(),
            waiting: batches.into_waiting(self.actions),
            ..Changes::default()
        })?;
        taken.heard.extend(heard);
        taken.left_out += left_out;
        Ok(())
    }

    fn options(&self, tomorrow: Timestamp) -> ReadOptions<'_> {
        ReadOptions {
            newest_allowed: Some(tomorrow),
            ..ReadOptions::new(self.actions)
        }
    }
}
