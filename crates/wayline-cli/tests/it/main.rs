//! The command from outside: logs in, results and messages out.

mod annotate;
mod bad_input;
mod compare;
mod contract;
mod embedder;
mod evaluate;
mod expand;
mod feedback;
mod injections;
mod interrupted;
mod judge;
mod judged_before;
mod language_model;
mod llm;
mod memory;
mod properties;
mod quality_report;
mod real_server;
mod safety;
mod serve;
mod store;
#[cfg(feature = "kafka")]
mod stream;
mod support;
mod train;
