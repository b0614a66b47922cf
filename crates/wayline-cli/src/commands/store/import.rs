//! `wayline store import`: people as `store export --people` wrote them.

use std::collections::BTreeSet;
use std::io::BufRead as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Args;
use wayline::config::Config;
use wayline::keep::{Changes, Kept, Store};
use wayline_store::Open;

use crate::live::{Pins, StoreJson, commit_anew, kept_from_json, load_place_of_record, open_store};
use crate::run::{Progress, RunArgs, grouped};

/// Put people into a store whom `wayline store export --people` took out of another
///
/// Each takes the place of the record that the store has of them; events that wait there, accepted by a
/// service or a stream, go on waiting and are added to it. Inputs that were in the other store count as
/// added, and streams go on from where they had read for it. The same file may be imported twice, but not
/// after people of it have got new events here: those would be gone, and would count as read.
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
    let mut others = Vec::new();
    let (mut turns, mut in_hand) = (Vec::new(), BTreeSet::new());
    let (mut people, mut bytes) = (0_u64, 0_u64);
    for (number, row) in (1_u64..).zip(std::io::BufReader::new(file).lines()) {
        let row = row.with_context(|| format!("{name}:{number}: can't be read"))?;
        bytes += row.len() as u64 + 1;
        progress.set(bytes);
        if row.trim().is_empty() {
            continue;
        }
        if let Some(of_store) = StoreJson::from_line(&row) {
            others.push(of_store);
            continue;
        }
        let kept: Kept = kept_from_json(&row, &config).with_context(|| {
            format!("{name}:{number}: no person as `wayline store get` prints one")
        })?;
        newest = newest.max(kept.log.events.last().map(|event| event.time));
        // Of two of one person the later counts.
        if !in_hand.insert(kept.user_id().to_owned()) {
            put(&*store, &mut turns, &config)?;
            in_hand = BTreeSet::from([kept.user_id().to_owned()]);
        }
        turns.push(kept);
        people += 1;
        if turns.len() == PEOPLE_AT_ONCE {
            put(&*store, &mut turns, &config)?;
            in_hand.clear();
        }
    }
    put(&*store, &mut turns, &config)?;
    pins.has_newest(newest)?;
    // Only now that the people are there: an input that counts as added isn't added again.
    others.iter().try_for_each(|it| it.put_into(&pins))?;
    drop(progress);
    eprintln!("{:<24} {}", "people", grouped(people));
    Ok(())
}

/// Puts people in the places of what is there, anew where another process was faster.
fn put(store: &dyn Store, turns: &mut Vec<Kept>, config: &Config) -> Result<()> {
    let people = std::mem::take(turns);
    commit_anew(store, || {
        let changes = people.iter().map(|kept| {
            let there = load_place_of_record(store, kept.user_id())?;
            Ok(there.replaced_by(kept.clone()).put(config))
        });
        Ok(Some(Changes {
            people: changes.collect::<Result<_>>()?,
            ..Changes::default()
        }))
    })
}
