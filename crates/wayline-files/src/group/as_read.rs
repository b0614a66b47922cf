//! People of an input that is grouped by person already, as a stream.

use std::collections::{HashSet, VecDeque};
use std::hash::BuildHasher;
use std::ops::{ControlFlow, Range};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use arrow::array::RecordBatch;
use crossbeam_channel::{Receiver, Sender, bounded};
use foldhash::fast::FixedState;
use wayline::nouns::PersonLog;

use super::options::Tally;
use super::rows::{EventColumns, Scratch};
use super::{GroupError, GroupOptions, PartitionError};
use crate::read::{Inputs, Items, ReadOptions, ReadSummary};

/// How many people that are done are remembered, to notice one who comes up again. About 30 MiB.
const REMEMBERED: usize = 1 << 20;
/// People are handed to a worker in parcels of about so many rows.
const PARCEL_ROWS: usize = 1_024;

/// The rows of one person, which may lie in several batches.
#[derive(Default)]
struct PersonRows {
    pieces: Vec<(Arc<RecordBatch>, Range<usize>)>,
}

type Parcel = Vec<PersonRows>;

pub(crate) fn for_each_person<S: Send, E: Send>(
    inputs: &Inputs,
    read: &ReadOptions<'_>,
    group: &GroupOptions,
    states: Vec<S>,
    each: impl Fn(&mut S, &mut PersonLog) -> Result<(), E> + Sync,
) -> Result<(Vec<S>, ReadSummary), GroupError<E>> {
    let failure = Mutex::new(None);
    let stop = AtomicBool::new(false);
    let (send, receive) = bounded::<Parcel>(states.len().max(1));
    let (done, summary, again) = thread::scope(|scope| {
        let workers: Vec<_> = states
            .into_iter()
            .map(|mut state| {
                let receive = receive.clone();
                let (each, failure, stop) = (&each, &failure, &stop);
                scope.spawn(move || {
                    let (summary, result) = work(&receive, read.items, &mut state, each);
                    if let Err(error) = result {
                        stop.store(true, Ordering::Relaxed);
                        let mut first = failure.lock().unwrap_or_else(PoisonError::into_inner);
                        first.get_or_insert(error);
                    }
                    (state, summary)
                })
            })
            .collect();
        drop(receive);
        let mut stream = Stream::new(group, &send, &stop);
        let summary = crate::read::read_events(inputs, read, &mut |batch| stream.push(batch));
        if summary.is_ok() && stream.again.is_none() {
            stream.finish();
        }
        let (again, over_cap) = (stream.again, stream.over_cap);
        drop(send);
        let mut done = Vec::with_capacity(workers.len());
        let mut of_people = over_cap;
        for worker in workers {
            match worker.join() {
                Ok((state, summary)) => {
                    done.push(state);
                    of_people.merge(summary);
                }
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        let summary = summary.map(|mut summary| {
            summary.merge(of_people);
            summary
        });
        (done, summary, again)
    });
    let failure = failure.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some(error) = failure {
        return Err(GroupError::Person(error));
    }
    if let Some(user_id) = again {
        return Err(GroupError::NotGrouped { user_id });
    }
    Ok((done, summary.map_err(PartitionError::from)?))
}

/// Works until there are no more parcels or the work on a person fails.
fn work<S, E>(
    parcels: &Receiver<Parcel>,
    items: Option<&Items>,
    state: &mut S,
    each: &impl Fn(&mut S, &mut PersonLog) -> Result<(), E>,
) -> (ReadSummary, Result<(), E>) {
    let mut summary = ReadSummary::default();
    let mut log = PersonLog::default();
    for parcel in parcels {
        for person in parcel {
            let Some((batch, range)) = person.pieces.first() else {
                continue;
            };
            log.reset(EventColumns::of(batch).user_id.value(range.start));
            for (batch, range) in &person.pieces {
                let columns = EventColumns::of(batch);
                let mut scratch = Scratch::default();
                for row in range.clone() {
                    columns.push_row(row, items, &mut scratch, &mut log);
                }
            }
            summary.repeated_event_ids += log.sort() as u64;
            summary.people += 1;
            if let Err(error) = each(state, &mut log) {
                return (summary, Err(error));
            }
        }
    }
    (summary, Ok(()))
}

/// Cuts the stream of batches into people.
struct Stream<'a> {
    group: &'a GroupOptions,
    parcels: &'a Sender<Parcel>,
    /// The work on a person has failed.
    stop: &'a AtomicBool,
    parcel: Parcel,
    parcel_rows: usize,
    user_id: String,
    open: PersonRows,
    tally: Tally,
    closed: Closed,
    again: Option<String>,
    over_cap: ReadSummary,
}

impl<'a> Stream<'a> {
    fn new(group: &'a GroupOptions, parcels: &'a Sender<Parcel>, stop: &'a AtomicBool) -> Self {
        Self {
            group,
            parcels,
            stop,
            parcel: Parcel::new(),
            parcel_rows: 0,
            user_id: String::new(),
            open: PersonRows::default(),
            tally: Tally::default(),
            closed: Closed::default(),
            again: None,
            over_cap: ReadSummary::default(),
        }
    }

    fn push(&mut self, batch: RecordBatch) -> ControlFlow<()> {
        let batch = Arc::new(batch);
        let columns = EventColumns::of(&batch);
        let sizes = columns.row_bytes();
        let mut start = 0;
        while start < sizes.len() {
            let user_id = columns.user_id.value(start);
            let mut end = start + 1;
            while end < sizes.len() && columns.user_id.value(end) == user_id {
                end += 1;
            }
            if self.tally.events == 0 || self.user_id != user_id {
                self.close()?;
                self.open_person(user_id)?;
            }
            for size in &sizes[start..end] {
                self.tally.add(u64::from(*size));
            }
            if self.tally.is_over(self.group) {
                self.open.pieces.clear();
            } else {
                self.open.pieces.push((Arc::clone(&batch), start..end));
            }
            start = end;
        }
        ControlFlow::Continue(())
    }

    fn open_person(&mut self, user_id: &str) -> ControlFlow<()> {
        self.user_id.clear();
        self.user_id.push_str(user_id);
        if self.closed.contains(user_id) {
            self.again = Some(user_id.to_owned());
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }

    fn close(&mut self) -> ControlFlow<()> {
        let tally = std::mem::take(&mut self.tally);
        let person = std::mem::take(&mut self.open);
        if tally.events == 0 {
            return ControlFlow::Continue(());
        }
        self.closed.insert(&self.user_id);
        if tally.is_over(self.group) {
            self.over_cap.people_over_cap += 1;
            self.over_cap.events_over_cap += tally.events;
            return ControlFlow::Continue(());
        }
        self.parcel.push(person);
        self.parcel_rows += tally.events as usize;
        if self.parcel_rows >= PARCEL_ROWS {
            self.send()?;
        }
        ControlFlow::Continue(())
    }

    fn send(&mut self) -> ControlFlow<()> {
        self.parcel_rows = 0;
        let parcel = std::mem::take(&mut self.parcel);
        match self.parcels.send(parcel) {
            Ok(()) if !self.stop.load(Ordering::Relaxed) => ControlFlow::Continue(()),
            // A worker has stopped and knows why.
            _ => ControlFlow::Break(()),
        }
    }

    fn finish(&mut self) {
        if self.close().is_continue() && !self.parcel.is_empty() {
            // Nobody to tell when all workers have stopped: they know why.
            let _ = self.send();
        }
    }
}

/// The people who were closed last, by hash.
#[derive(Default)]
struct Closed {
    hasher: FixedState,
    hashes: HashSet<u64, FixedState>,
    order: VecDeque<u64>,
}

impl Closed {
    fn contains(&self, user_id: &str) -> bool {
        self.hashes.contains(&self.hasher.hash_one(user_id))
    }

    fn insert(&mut self, user_id: &str) {
        let hash = self.hasher.hash_one(user_id);
        if self.order.len() == REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.hashes.remove(&oldest);
        }
        self.hashes.insert(hash);
        self.order.push_back(hash);
    }
}
