//! `wayline store`: what a store holds, and what can be done with it.

mod erase;
mod export;
mod get;
mod import;
mod stats;

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::live::{open_store, tell_no_more};

/// Look into a store, take people out, put them in, erase them
///
/// A store holds each person's newest events, the journeys that they are on, and what became of these.
/// `wayline infer --store` and `wayline update --store` fill it.
#[derive(Subcommand, Debug)]
pub(crate) enum StoreCommand {
    Stats(stats::StatsArgs),
    Get(get::GetArgs),
    Export(export::ExportArgs),
    Import(import::ImportArgs),
    Delete(erase::DeleteArgs),
    Merge(erase::MergeArgs),
    Compact(CompactArgs),
}

/// Which store.
#[derive(Args, Clone, Debug)]
pub(crate) struct StoreArgs {
    /// Where people are kept: a folder
    #[arg(long, value_name = "STORE")]
    pub(crate) store: String,
}

/// Give room that is free back to the system
///
/// Needs about as much free disk as the store has, and writers wait until it is done.
#[derive(Args, Debug)]
pub(crate) struct CompactArgs {
    #[command(flatten)]
    store: StoreArgs,

    /// Let go of changes that wait to be told, and note none any more: no `wayline stream` will tell
    /// others of this store
    #[arg(long)]
    forget_untold: bool,
}

impl StoreArgs {
    /// The store, which must be there.
    fn open(&self) -> Result<Box<dyn wayline::keep::Store>> {
        Ok(open_store(&self.store, wayline_store::Open::Existing)?)
    }
}

pub(crate) fn run(command: &StoreCommand) -> Result<()> {
    match command {
        StoreCommand::Stats(args) => stats::run(args),
        StoreCommand::Get(args) => get::run(args),
        StoreCommand::Export(args) => export::run(args),
        StoreCommand::Import(args) => import::run(args),
        StoreCommand::Delete(args) => erase::delete(args),
        StoreCommand::Merge(args) => erase::merge(args),
        StoreCommand::Compact(args) => {
            let store = args.store.open()?;
            if args.forget_untold {
                tell_no_more(&*store)?;
            }
            let before = store.counts()?.disk_bytes;
            store.compact()?;
            if let (Some(before), Some(after)) = (before, store.counts()?.disk_bytes) {
                eprintln!("{:.1} MiB, {:.1} before", mib(after), mib(before));
            }
            Ok(())
        }
    }
}

fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
