//! From batches of events to people, in bounded memory.
//!
//! A log that is already grouped by person is streamed ([`Grouping::AsRead`]). Any other is cut
//! into parts by a hash of the person, on disk when it is too large for memory, and each part is
//! then grouped in memory ([`Partitions`]). Both give the same people with the same events,
//! whatever the order of the input and the number of threads.

mod as_read;
mod error;
mod options;
mod order;
mod partition;
mod partitioner;
mod rows;
mod settle;
mod spill;

pub use error::{GroupError, PartitionError};
pub use options::{GroupOptions, Grouping};
pub use partition::{Partitions, partition};

use wayline::nouns::PersonLog;

use crate::read::{Inputs, ReadOptions, ReadSummary};

/// Hands every person's sorted log to `each`, on as many threads as there are `states`; each
/// thread works on its own state. People come in no particular order.
///
/// Standard input can be read once only and so is always partitioned.
///
/// # Errors
/// The input can't be read, parts can't be written, the input isn't grouped although it should be,
/// or `each` fails.
pub fn for_each_person<S: Send, E: Send>(
    inputs: &Inputs,
    read: &ReadOptions<'_>,
    group: &GroupOptions,
    states: Vec<S>,
    each: impl Fn(&mut S, &mut PersonLog) -> Result<(), E> + Sync,
) -> Result<(Vec<S>, ReadSummary), GroupError<E>> {
    if group.grouping == Grouping::AsRead && !inputs.reads_stdin() {
        as_read::for_each_person(inputs, read, group, states, each)
    } else {
        let partitions = partition(inputs, read, group, states.len())?;
        partitions.for_each_person(read.items, states, each)
    }
}
