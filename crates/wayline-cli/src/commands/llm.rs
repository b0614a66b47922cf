//! `wayline llm`: examples for a model of one's own, and how well it learned.

mod evaluate;
mod export;
mod taught;
mod teacher;

use anyhow::Result;
use clap::Subcommand;

/// Make a small language model of your own that finds journeys, and see how well it does
///
/// `export` writes what a teacher found as examples; any program that fine-tunes chat models takes them,
/// and recipes/distil in Wayline's repository is one. `evaluate` says how far the student agrees with its
/// teacher. Nothing here asks a language model or needs one.
#[derive(Subcommand, Debug)]
#[command(after_help = "Example:
  wayline llm export events.parquet -o examples
  python recipes/distil/train.py examples --model Qwen/Qwen2.5-0.5B-Instruct -o student
  python recipes/distil/reply.py examples/validation.jsonl --model student -o replies.jsonl
  wayline llm evaluate --teacher examples/validation.jsonl --student replies.jsonl")]
pub(crate) enum LlmCommand {
    Export(Box<export::ExportArgs>),
    Evaluate(evaluate::EvaluateArgs),
}

pub(crate) fn run(command: &LlmCommand) -> Result<()> {
    match command {
        LlmCommand::Export(args) => export::run(args),
        LlmCommand::Evaluate(args) => evaluate::run(args),
    }
}
