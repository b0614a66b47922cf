//! A file for each command.

pub(crate) mod annotate;
pub(crate) mod compare;
mod compare_judged;
mod compare_text;
pub(crate) mod config;
pub(crate) mod corpus;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod evaluate;
mod evaluate_judged;
mod evaluate_report;
mod evaluate_texts;
pub(crate) mod expand;
pub(crate) mod explain;
pub(crate) mod infer;
pub(crate) mod judge;
#[cfg_attr(not(feature = "kafka"), allow(dead_code))]
mod kafka_args;
pub(crate) mod llm;
pub(crate) mod safety;
pub(crate) mod serve;
pub(crate) mod simulate;
pub(crate) mod store;
pub(crate) mod stream;
pub(crate) mod sweep;
pub(crate) mod train;
pub(crate) mod update;
