//! What is to be done by one who ends when all is read that was there at the start.

use std::collections::BTreeMap;

use anyhow::Result;
use wayline::keep::{Changes, Store, StoreError};

use super::consumer::Incomings;
use super::positions::{Position, Positions, Step};
use super::topics::Reach;

/// What was there to be read.
#[derive(Default)]
pub(super) struct Task {
    /// Where partitions ended that had something.
    pub(super) ends: Vec<(i32, i64)>,
    /// Where those of them stood of which messages are lost.
    stood: BTreeMap<i32, i64>,
}

impl Task {
    /// What there is to read now. Of partitions of which messages are lost the first one that is there
    /// comes next, where lost ones are passed over.
    pub(super) fn of(incomings: &Incomings, store: &dyn Store) -> Result<Self> {
        let mut task = Self::default();
        let positions = incomings.positions();
        for mut reach in incomings.reaches()? {
            let mut before = positions.of(store, reach.partition)?;
            if is_lost(before, &reach) {
                // Another member may have taken what came since that was asked.
                reach = incomings.reach(reach.partition)?;
                before = positions.of(store, reach.partition)?;
            }
            let is_lost = is_lost(before, &reach);
            let Reach {
                partition,
                begin,
                end,
            } = reach;
            if is_lost {
                incomings.may_skip("the store says that more was read, or less")?;
                tracing::error!(partition, first = begin, "messages are lost; it goes on");
                incomings.skip_to(partition, before, begin);
            }
            if begin < end {
                task.ends.push((partition, end));
                let stood = before.filter(|_| is_lost);
                task.stood.extend(stood.map(|it| (partition, it)));
            } else if is_lost {
                // Nothing will be read that could move it.
                let step = Step {
                    partition,
                    from: before,
                    to: end,
                };
                move_to(store, positions, step)?;
            }
        }
        Ok(task)
    }

    /// Whether everything was read, by whichever member.
    pub(super) fn is_done(&self, store: &dyn Store, positions: &Positions) -> Result<bool> {
        for (partition, end) in &self.ends {
            let position = positions.of(store, *partition)?;
            if !self.is_read(*partition, *end, position) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn is_read(&self, partition: i32, end: i64, position: Position) -> bool {
        let stood = self.stood.get(&partition).copied();
        position.is_some_and(|it| it >= end) && (stood.is_none() || position != stood)
    }
}

/// Whether a partition stands where nothing is that could be read next.
fn is_lost(position: Position, reach: &Reach) -> bool {
    position.is_some_and(|it| it < reach.begin || it > reach.end)
}

/// Moves where a partition stands, though nothing of it was read.
fn move_to(store: &dyn Store, positions: &Positions, step: Step) -> Result<()> {
    let (expects, notes) = positions.notes(&[step]);
    let moved = store.commit(&Changes {
        expects,
        notes,
        ..Changes::default()
    });
    match moved {
        // Another member did.
        Ok(()) | Err(StoreError::Moved { .. }) => Ok(()),
        Err(other) => Err(other.into()),
    }
}
