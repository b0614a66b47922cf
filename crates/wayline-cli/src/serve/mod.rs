//! The service over HTTP: events and feedback in, journeys out.
//!
//! An event is accepted when it is durable in the store; it waits there until its person is looked at:
//! at once for whoever asks, and for all others in the background. A request's work with the store and
//! the rooms runs on threads that may block; the others only carry bytes.

mod access;
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
