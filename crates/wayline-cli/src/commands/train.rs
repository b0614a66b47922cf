//! `wayline train`: remakes the model files.

use anyhow::Result;
use clap::Subcommand;

/// Remake the models that ship inside Wayline, or make your own
#[derive(Subcommand, Debug)]
pub(crate) enum TrainCommand {}

pub(crate) fn run(command: &TrainCommand) -> Result<()> {
    match *command {}
}
