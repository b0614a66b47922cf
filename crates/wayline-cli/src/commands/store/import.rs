//! `wayline store import`: people as `store export --people` wrote them.

use std::io::BufRead as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Args;
use wayline::keep::{Changes, Kept};
use wayline_store::Open;

use crate::live::{Pins, kept_from_json, load, open_store};
use crate::run::{Progress, RunArgs, grouped};

/// Put people into a store whom `wayline store export --people` took out of another
///
/// Each takes the place of what the store has of them; the same file may be imported twice.
#[derive(Args, Debug)]
pub(crate) struct ImportArgs {
    /// A .jsonl file of people
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Where people are kept: a folder, which is made if it isn't there
    #[arg(long, value_name = "STORE")]
    store: String,

    /// The corpus that a new store goes by from now on: the other's, as `wayline store export --corpus`
    /// wrote it (default: the general one)
    #[arg(long, value_name = "FILE")]
    corpus: Option<PathBuf>,

    #[command(flatten)]
    run: RunArgs,
}

/// People in one commit.
const PEOPLE_AT_ONCE: usize = 64;

pub(crate) fn run(args: &ImportArgs) -> Result<()> {
    let config = args.run.config()?;
    let name = args.file.display();
    let file = std::fs::File::open(&args.file).with_context(|| format!("can't open {name}"))?;
    let progress = Progress::bytes(file.metadata().ok().map(|it| it.len()));
    let store = open_store(&args.store, Open::OrCreate)?;
    let pins = Pins(&*store);
    pins.corpus_or(args.corpus.as_deref())?;
    let mut newest = None;
    let mut changes = Changes::default();
    let (mut people, mut bytes) = (0_u64, 0_u64);
    for (number, row) in (1_u64..).zip(std::io::BufReader::new(file).lines()) {
        let row = row.with_context(|| format!("{name}:{number}: can't be read"))?;
        bytes += row.len() as u64 + 1;
        progress.set(bytes);
        if row.trim().is_empty() {
            continue;
        }
        let kept: Kept = kept_from_json(&row, &config).with_context(|| {
            format!("{name}:{number}: no person as `wayline store get` prints one")
        })?;
        newest = newest.max(kept.log.events.last().map(|event| event.time));
        let there = load(&*store, kept.user_id(), &config)?;
        changes.people.push(there.replaced_by(kept).put(&config));
        people += 1;
        if changes.people.len() == PEOPLE_AT_ONCE {
            store.commit(&std::mem::take(&mut changes))?;
        }
    }
    store.commit(&changes)?;
    pins.has_newest(newest)?;
    drop(progress);
    eprintln!("{:<24} {}", "people", grouped(people));
    Ok(())
}
