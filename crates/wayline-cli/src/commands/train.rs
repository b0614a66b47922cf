//! `wayline train`: remakes the model files.

mod affinity;
mod boosting;
mod fitting;
mod labels;
mod logistic;
mod moments;
mod ranker;
mod ranking_table;
mod relevance;
mod searches;
mod simulations;
mod stage_labels;
mod stage_words;
mod stages;
mod tables;

use anyhow::Result;
use clap::Subcommand;

/// Remake the models that ship inside Wayline, or fit your own
///
/// Each command prints what its choice is worth by cross-validation over people before it writes.
#[derive(Subcommand, Debug)]
pub(crate) enum TrainCommand {
    Affinity(affinity::AffinityArgs),
    Ranker(ranker::RankerArgs),
    Stage(stages::StageArgs),
}

pub(crate) fn run(command: &TrainCommand) -> Result<()> {
    match command {
        TrainCommand::Affinity(args) => affinity::run(args),
        TrainCommand::Ranker(args) => ranker::run(args),
        TrainCommand::Stage(args) => stages::run(args),
    }
}
