//! Events from Kafka into a store, journeys and lineage from there to Kafka.
//!
//! A member of a group reads the partitions that are its own. What it has read waits in the store, in one
//! commit with how far that was, so each message counts once. When nothing has come of a person for a
//! while they are looked at; the commit of that leaves a note that others are to be told, and the note
//! goes when the brokers have it. More members over one store share the work: Kafka shares the partitions
//! out, the store keeps people apart.

mod consumer;
mod ingest;
mod member;
mod membership;
mod positions;
mod quiet;
mod strangers;
mod task;
mod tell;
mod topics;
mod untold;
mod watch;

pub(crate) use member::{Counts, Pace, Stream, run_member};
pub(crate) use tell::Topics;
pub(crate) use topics::{Brokers, found_topics};
pub(crate) use watch::{Watch, routes};

/// An error after which it makes no sense to go on.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Hopeless(String);
