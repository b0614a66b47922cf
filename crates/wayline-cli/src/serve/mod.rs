//! The service over HTTP: events and feedback in, journeys out.
//!
//! An event is accepted when it is durable in the store; it waits there until its person is looked at in
//! the background. Whoever asks gets journeys that what waits is in. A request's work with the store and
//! the rooms runs on threads that may block, a part of which is for writing, so that a long writer keeps
//! nobody from reading; the other threads only carry bytes.

mod access;
mod admission;
mod app;
mod connections;
mod ingest;
mod look;
mod people;
mod problem;
mod routes;
mod watch;

pub(crate) use access::Access;
pub(crate) use app::{App, Limits};
pub(crate) use connections::serve;
pub(crate) use watch::log_to_stderr;
