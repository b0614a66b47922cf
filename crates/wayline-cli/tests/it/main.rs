//! The command from outside: logs in, results and messages out.

mod annotate;
mod bad_input;
mod compare;
mod contract;
mod evaluate;
mod expand;
mod feedback;
mod interrupted;
mod memory;
mod properties;
mod quality_report;
mod safety;
mod serve;
mod store;
#[cfg(feature = "kafka")]
mod stream;
mod support;
mod train;
