//! The command from outside: logs in, results and messages out.

mod bad_input;
mod compare;
mod contract;
mod evaluate;
mod interrupted;
mod memory;
mod properties;
mod quality_report;
mod support;
mod train;
