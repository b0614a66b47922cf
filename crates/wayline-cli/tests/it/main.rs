//! The command from outside: logs in, results and messages out.

mod bad_input;
mod contract;
mod evaluate;
mod interrupted;
mod memory;
mod properties;
mod support;
mod train;
