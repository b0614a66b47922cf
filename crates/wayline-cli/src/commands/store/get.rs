//! `wayline store get`: all that is kept of a person.

use std::io::Write as _;

use anyhow::{Result, bail};
use clap::Args;

use super::StoreArgs;
use crate::live::{load, person_json};
use crate::run::RunArgs;

/// Print all that is kept of a person, as one JSON object
///
/// Events in the form in which `wayline infer` takes them, journeys as they were at the last look,
/// lineage, feedback, and counts of what fell out.
#[derive(Args, Debug)]
pub(crate) struct GetArgs {
    #[command(flatten)]
    store: StoreArgs,

    /// Who
    #[arg(long, value_name = "ID")]
    user: String,

    #[command(flatten)]
    run: RunArgs,
}

pub(crate) fn run(args: &GetArgs) -> Result<()> {
    let config = args.run.config()?;
    let store = args.store.open()?;
    let loaded = load(&*store, &args.user, &config)?;
    if !loaded.is_there() {
        bail!(
            "the store knows nobody `{}`; is the id written as in the log?",
            args.user
        );
    }
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, &person_json(&loaded.kept, &config.actions))?;
    Ok(writeln!(out)?)
}
