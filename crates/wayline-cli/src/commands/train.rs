//! `wayline train`: remakes the model files.

mod affinity;
mod fitting;
mod labels;
mod logistic;
mod rank;
mod searches;
mod simulations;
mod tables;

use anyhow::Result;
use clap::Subcommand;

/// Remake the models that ship inside Wayline, or fit your own
///
/// Each command prints what its choice is worth by cross-validation over people before it writes.
#[derive(Subcommand, Debug)]
pub(crate) enum TrainCommand {
    Affinity(affinity::AffinityArgs),
    Rank(rank::RankArgs),
}

pub(crate) fn run(command: &TrainCommand) -> Result<()> {
    match command {
        TrainCommand::Affinity(args) => affinity::run(args),
        TrainCommand::Rank(args) => rank::run(args),
    }
}
