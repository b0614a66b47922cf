//! `wayline store stats`.

use std::io::Write as _;

use anyhow::Result;
use clap::Args;
use serde::Serialize;
use wayline::nouns::Timestamp;

use super::{StoreArgs, mib};
use crate::live::{Pins, count_untold};
use crate::run::{grouped, line, line_unless_zero};

/// Say how much a store holds
#[derive(Args, Debug)]
pub(crate) struct StatsArgs {
    #[command(flatten)]
    store: StoreArgs,

    /// Print one JSON object instead of text
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Stats {
    people: u64,
    record_bytes: u64,
    disk_bytes: Option<u64>,
    disk_bytes_per_person: Option<f64>,
    waiting_batches: u64,
    /// Changes of people that a stream has still to tell.
    untold: u64,
    inputs: u64,
    newest_event: Option<Timestamp>,
    corpus_hash: Option<String>,
    corpus_people: Option<u64>,
    record_format: u8,
}

pub(crate) fn run(args: &StatsArgs) -> Result<()> {
    let store = args.store.open()?;
    let counts = store.counts()?;
    let pins = Pins(&*store);
    let corpus = pins.corpus()?;
    let per_person = |bytes: u64| bytes as f64 / counts.people.max(1) as f64;
    let stats = Stats {
        people: counts.people,
        record_bytes: counts.record_bytes,
        disk_bytes: counts.disk_bytes,
        disk_bytes_per_person: counts.disk_bytes.map(per_person),
        waiting_batches: counts.waiting,
        untold: count_untold(&*store)?,
        inputs: pins.inputs()?,
        newest_event: pins.newest()?,
        corpus_hash: corpus.as_ref().map(|it| it.hash().to_owned()),
        corpus_people: corpus.as_ref().map(wayline::corpus::Snapshot::people),
        record_format: wayline::keep::FORMAT_VERSION,
    };
    let mut out = std::io::stdout().lock();
    if args.json {
        serde_json::to_writer(&mut out, &stats)?;
        return Ok(writeln!(out)?);
    }
    Ok(out.write_all(stats.text().as_bytes())?)
}

impl Stats {
    fn text(&self) -> String {
        let mut out = String::new();
        line(&mut out, "people", &grouped(self.people));
        line(
            &mut out,
            "records",
            &format!("{:.1} MiB", mib(self.record_bytes)),
        );
        if let (Some(disk), Some(each)) = (self.disk_bytes, self.disk_bytes_per_person) {
            let text = format!("{:.1} MiB, {each:.0} bytes a person", mib(disk));
            line(&mut out, "on disk", &text);
        }
        line(&mut out, "waiting batches", &grouped(self.waiting_batches));
        line_unless_zero(&mut out, "untold changes", self.untold);
        line(&mut out, "inputs", &grouped(self.inputs));
        if let Some(newest) = self.newest_event {
            line(&mut out, "newest event", &newest.to_string());
        }
        let corpus = match (&self.corpus_hash, self.corpus_people) {
            (Some(hash), Some(people)) if people > 0 => {
                format!("{hash}, of {} people", grouped(people))
            }
            (Some(_), _) => "the general one".to_owned(),
            (None, _) => "none yet".to_owned(),
        };
        line(&mut out, "corpus", &corpus);
        line(&mut out, "form of records", &self.record_format.to_string());
        out
    }
}
