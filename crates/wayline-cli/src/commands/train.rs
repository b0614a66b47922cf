//! `wayline train`: remakes the model files.

mod ablations;
mod affinity;
mod boosting;
mod differences;
mod fitting;
mod judged;
mod labels;
mod learning_curve;
mod logistic;
mod moments;
mod names;
mod ranker;
mod ranking_table;
mod relevance;
mod safety;
mod searches;
mod shown;
mod simulations;
mod stage_labels;
mod stage_words;
mod stages;
mod tables;

use std::io::Write;
use std::path::Path;

use anyhow::Result;
use clap::Subcommand;
use wayline_files::write::AsideFile;

/// Remake the models that ship inside Wayline, or fit your own
///
/// Each command prints what its choice is worth by cross-validation over people before it writes.
#[derive(Subcommand, Debug)]
pub(crate) enum TrainCommand {
    Affinity(affinity::AffinityArgs),
    Names(names::NamesArgs),
    Ranker(ranker::RankerArgs),
    Stage(stages::StageArgs),
    Safety(safety::SafetyArgs),
}

pub(crate) fn run(command: &TrainCommand) -> Result<()> {
    match command {
        TrainCommand::Affinity(args) => affinity::run(args),
        TrainCommand::Names(args) => names::run(args),
        TrainCommand::Ranker(args) => ranker::run(args),
        TrainCommand::Stage(args) => stages::run(args),
        TrainCommand::Safety(args) => safety::run(args),
    }
}

/// Writes a model, or a drawing, aside and gives it its name when it is complete.
fn write_text(path: &Path, text: &str) -> Result<()> {
    let mut file = AsideFile::create(path)?;
    file.write_all(text.as_bytes())?;
    file.write_all(b"\n")?;
    file.finish()?;
    Ok(())
}
