//! Cuts parts that are too large for memory once more.

use std::collections::HashMap;
use std::path::Path;

use arrow::array::{BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use foldhash::fast::FixedState;

use super::options::Tally;
use super::partitioner::{Part, Partitioner};
use super::rows::EventColumns;
use super::{GroupOptions, PartitionError};
use crate::read::ReadSummary;

/// After so many cuts a part holds one person, or people whose hashes never differ.
const MOST_CUTS: u64 = 8;

/// Cuts parts until each fits.
pub(crate) struct Settler<'a> {
    pub(crate) folder: &'a Path,
    pub(crate) group: &'a GroupOptions,
    /// What a part may take in memory.
    pub(crate) most_bytes: u64,
    /// What may wait in memory to be written.
    pub(crate) most_waiting: u64,
    pub(crate) settled: Vec<Part>,
    pub(crate) summary: ReadSummary,
    names: u64,
}

impl<'a> Settler<'a> {
    pub(crate) fn new(
        folder: &'a Path,
        group: &'a GroupOptions,
        most_bytes: u64,
        most_waiting: u64,
    ) -> Self {
        Self {
            folder,
            group,
            most_bytes,
            most_waiting,
            settled: Vec::new(),
            summary: ReadSummary::default(),
            names: 0,
        }
    }

    /// Cuts a part until its pieces fit.
    pub(crate) fn settle(&mut self, part: Part, cuts: u64) -> Result<(), PartitionError> {
        if part.bytes <= self.most_bytes || cuts >= MOST_CUTS {
            self.settled.push(part);
            return Ok(());
        }
        let before = part.bytes;
        for piece in self.cut(part, cuts + 1, |_| true)? {
            // Cutting hardly helped: one person is most of it. People with too many events are left
            // out here, before anyone has to hold them in memory.
            if piece.bytes > self.most_bytes && piece.bytes > before / 2 {
                let tallies = self.tallies(&piece)?;
                let over: Vec<_> = tallies
                    .values()
                    .filter(|tally| tally.is_over(self.group))
                    .collect();
                self.summary.people_over_cap += over.len() as u64;
                self.summary.events_over_cap += over.iter().map(|tally| tally.events).sum::<u64>();
                if over.is_empty() && tallies.len() == 1 {
                    self.settled.push(piece);
                    continue;
                }
                let group = self.group;
                let kept = self.cut(piece, cuts + 2, |user_id| {
                    tallies
                        .get(user_id)
                        .is_some_and(|tally| !tally.is_over(group))
                })?;
                for piece in kept {
                    self.settle(piece, cuts + 2)?;
                }
            } else {
                self.settle(piece, cuts + 1)?;
            }
        }
        Ok(())
    }

    fn cut(
        &mut self,
        part: Part,
        seed: u64,
        keep: impl Fn(&str) -> bool,
    ) -> Result<Vec<Part>, PartitionError> {
        let pieces = (part.bytes / (self.most_bytes / 2).max(1) + 1).clamp(2, 128) as usize;
        self.names += 1;
        let name = format!("cut{}", self.names);
        let mut partitioner = Partitioner::new(self.folder, name, seed, pieces, self.most_waiting);
        for batch in part.batches()? {
            partitioner.push(kept_rows(batch?, &keep, self.folder)?)?;
        }
        let pieces = partitioner.finish()?;
        part.discard();
        Ok(pieces)
    }

    fn tallies(&self, part: &Part) -> Result<HashMap<String, Tally, FixedState>, PartitionError> {
        let mut tallies: HashMap<String, Tally, FixedState> = HashMap::default();
        for batch in part.batches()? {
            let batch = batch?;
            let columns = EventColumns::of(&batch);
            for (row, bytes) in columns.row_bytes().into_iter().enumerate() {
                let user_id = columns.user_id.value(row);
                match tallies.get_mut(user_id) {
                    Some(tally) => tally.add(u64::from(bytes)),
                    None => {
                        let mut tally = Tally::default();
                        tally.add(u64::from(bytes));
                        tallies.insert(user_id.to_owned(), tally);
                    }
                }
            }
        }
        Ok(tallies)
    }
}

fn kept_rows(
    batch: RecordBatch,
    keep: &impl Fn(&str) -> bool,
    folder: &Path,
) -> Result<RecordBatch, PartitionError> {
    let kept: BooleanArray = EventColumns::of(&batch)
        .user_id
        .iter()
        .map(|user_id| Some(keep(user_id.unwrap_or_default())))
        .collect();
    if kept.true_count() == batch.num_rows() {
        return Ok(batch);
    }
    filter_record_batch(&batch, &kept).map_err(|error| PartitionError::arrow(folder, &error))
}
