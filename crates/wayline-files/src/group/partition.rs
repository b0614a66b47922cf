//! People of an input in any order.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use arrow::array::RecordBatch;
use tempfile::TempDir;
use wayline::nouns::PersonLog;

use super::order::PartOrder;
use super::partitioner::{Part, Partitioner};
use super::rows::{EventColumns, Scratch};
use super::settle::Settler;
use super::{GroupError, GroupOptions, PartitionError};
use crate::read::{Inputs, Items, ReadOptions, ReadSummary, read_events};

/// Parts when nothing is known about the size of the input.
const PARTS_OF_UNKNOWN: u64 = 64;
/// Each part is an open file while the input is read, and systems allow about a thousand.
const MOST_PARTS: u64 = 256;

/// An input cut into parts, each with all rows of some people. Its people can be gone through any
/// number of times. Files are removed when it is dropped.
pub struct Partitions {
    parts: Vec<Part>,
    summary: ReadSummary,
    group: GroupOptions,
    // Dropped last: its files are the parts.
    _folder: TempDir,
}

/// Reads an input and cuts it into parts, each small enough that `workers` of them fit into
/// memory at once.
///
/// # Errors
/// The input can't be read, or parts can't be written.
pub fn partition(
    inputs: &Inputs,
    read: &ReadOptions<'_>,
    group: &GroupOptions,
    workers: usize,
) -> Result<Partitions, PartitionError> {
    let folder = tempfile::Builder::new()
        .prefix("wayline-")
        .tempdir_in(&group.spill_dir)
        .map_err(|error| PartitionError::io(&group.spill_dir, &error))?;
    let workers = workers.max(1) as u64;
    // Half of the memory for rows, the rest for what is made of them.
    let most_bytes = (group.memory_bytes / 2 / workers).max(1 << 16);
    let most_waiting = group.memory_bytes / 4;
    let parts = match inputs.unpacked_bytes() {
        Some(bytes) => (bytes / (most_bytes / 2)).clamp(workers * 4, MOST_PARTS),
        None => PARTS_OF_UNKNOWN,
    };
    let mut partitioner = Partitioner::new(
        folder.path(),
        "part".to_owned(),
        0,
        parts as usize,
        most_waiting,
    );
    let mut failure = None;
    let summary = read_events(inputs, read, &mut |batch| match partitioner.push(batch) {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => {
            failure = Some(error);
            ControlFlow::Break(())
        }
    });
    if let Some(error) = failure {
        return Err(error);
    }
    let mut summary = summary?;
    let mut settler = Settler::new(folder.path(), group, most_bytes, most_waiting);
    for part in partitioner.finish()? {
        settler.settle(part, 0)?;
    }
    let mut parts = settler.settled;
    summary.merge(settler.summary);
    // The largest first, so that no worker is left alone with one at the end.
    parts.sort_by_key(|part| std::cmp::Reverse(part.bytes));
    Ok(Partitions {
        parts,
        summary,
        group: group.clone(),
        _folder: folder,
    })
}

impl Partitions {
    /// What was read. People are counted in what [`Partitions::for_each_person`] returns.
    #[must_use]
    pub fn summary(&self) -> &ReadSummary {
        &self.summary
    }

    /// Hands every person's sorted log to `each`, on as many threads as there are `states`; each
    /// thread works on its own state. The people of a part come in order of `user_id`, one thread
    /// after the other takes a part.
    ///
    /// # Errors
    /// A part can't be read back, or `each` fails.
    pub fn for_each_person<S: Send, E: Send>(
        &self,
        items: Option<&Items>,
        states: Vec<S>,
        each: impl Fn(&mut S, &mut PersonLog) -> Result<(), E> + Sync,
    ) -> Result<(Vec<S>, ReadSummary), GroupError<E>> {
        let next = AtomicUsize::new(0);
        let stop = AtomicBool::new(false);
        let results: Vec<_> = thread::scope(|scope| {
            let workers: Vec<_> = states
                .into_iter()
                .map(|mut state| {
                    let (next, stop, each) = (&next, &stop, &each);
                    scope.spawn(move || {
                        let mut summary = ReadSummary::default();
                        let mut log = PersonLog::default();
                        while !stop.load(Ordering::Relaxed)
                            && let Some(part) = self.parts.get(next.fetch_add(1, Ordering::Relaxed))
                        {
                            let mut each = |log: &mut PersonLog| each(&mut state, log);
                            let done = self.work(part, items, &mut log, &mut summary, &mut each);
                            if let Err(error) = done {
                                stop.store(true, Ordering::Relaxed);
                                return Err(error);
                            }
                        }
                        Ok((state, summary))
                    })
                })
                .collect();
            workers
                .into_iter()
                .map(|worker| match worker.join() {
                    Ok(result) => result,
                    Err(panic) => std::panic::resume_unwind(panic),
                })
                .collect()
        });
        let mut summary = self.summary.clone();
        let mut states = Vec::with_capacity(results.len());
        for result in results {
            let (state, of_people) = result?;
            states.push(state);
            summary.merge(of_people);
        }
        Ok((states, summary))
    }

    fn work<E>(
        &self,
        part: &Part,
        items: Option<&Items>,
        log: &mut PersonLog,
        summary: &mut ReadSummary,
        each: &mut impl FnMut(&mut PersonLog) -> Result<(), E>,
    ) -> Result<(), GroupError<E>> {
        let batches: Vec<RecordBatch> = part.batches()?.collect::<Result<_, _>>()?;
        let columns: Vec<EventColumns<'_>> = batches.iter().map(EventColumns::of).collect();
        let order = PartOrder::new(&columns);
        let mut scratch = Scratch::default();
        for person in order.people() {
            if person.tally.is_over(&self.group) {
                summary.people_over_cap += 1;
                summary.events_over_cap += person.tally.events;
                continue;
            }
            log.reset(person.user_id);
            for (batch, row) in order.rows(person) {
                columns[*batch as usize].push_row(*row as usize, items, &mut scratch, log);
            }
            summary.repeated_event_ids += log.sort() as u64;
            summary.people += 1;
            each(log).map_err(GroupError::Person)?;
        }
        Ok(())
    }
}
