//! `wayline sweep`: a look at everybody in a store, so that who stays away is noticed.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::Result;
use clap::Args;
use wayline::embed::{Embedder, EmbeddingCache};
use wayline::keep::{Changes, Look, look_at};
use wayline::nouns::{LineageEvent, LineageKind, Timestamp};
use wayline_store::Open;

use super::update::{lineage_lines, live_of};
use crate::live::{LineageFile, Live, Loaded, commit_anew, load, open_store, over_everybody};
use crate::run::{RunArgs, grouped, line, parse_time};

/// Look anew at everybody in a store as of a moment, so that journeys of people who stay away become
/// paused or ended
///
/// Changes the records of those alone for whom something happened. Run it daily, and after a new
/// version of Wayline, a new model or a new config: journeys keep their ids.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  wayline sweep --store journeys/ --as-of 2025-07-01T00:00:00Z --lineage july.lineage.jsonl")]
pub(crate) struct SweepArgs {
    /// Where people are kept
    #[arg(long, value_name = "STORE")]
    store: String,

    /// The moment for which journeys are reckoned (default: the newest event of the store)
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    as_of: Option<Timestamp>,

    /// Where goes what became of journeys: a .jsonl file
    #[arg(long, value_name = "FILE")]
    lineage: Option<PathBuf>,

    #[command(flatten)]
    run: RunArgs,
}

pub(crate) fn run(args: &SweepArgs) -> Result<()> {
    let started = Instant::now();
    let config = args.run.config()?;
    let models = args.run.models()?;
    let store = open_store(&args.store, Open::Existing)?;
    let live = live_of(&*store, &config, &models, args.as_of)?;
    let mut file = args
        .lineage
        .as_deref()
        .map(LineageFile::create)
        .transpose()?;
    let mut swept = Swept::default();
    let look = |loaded: &Loaded, embeddings: &mut EmbeddingCache<'_>| {
        let mut now = loaded.clone();
        let look = look_at(&mut now.kept, &live.rooms(), embeddings);
        // Most people are as they were: their records needn't be written.
        let is_news = loaded.has_news() || now.kept.known != loaded.kept.known;
        let journeys = look.result.journeys.len() as u64;
        (
            journeys,
            (is_news || !look.events.is_empty()).then_some((now, look)),
        )
    };
    over_everybody(&live, look, &mut |loaded, (journeys, news)| {
        swept.people += 1;
        swept.journeys += journeys;
        let Some(first) = news else { return Ok(()) };
        let events = put_back(&live, loaded.kept.user_id(), first)?;
        swept.changed += 1;
        for event in &events {
            *swept.told.entry(event.event).or_default() += 1;
        }
        file.as_mut().map_or(Ok(()), |file| file.write(&events))
    })?;
    if let Some(file) = file {
        file.finish()?;
    }
    let mut text = String::new();
    line(&mut text, "people", &grouped(swept.people));
    line(&mut text, "  changed", &grouped(swept.changed));
    line(&mut text, "journeys", &grouped(swept.journeys));
    lineage_lines(&swept.told, &mut text);
    line(
        &mut text,
        "seconds",
        &format!("{:.2}", started.elapsed().as_secs_f64()),
    );
    eprint!("{text}");
    Ok(())
}

#[derive(Default)]
struct Swept {
    people: u64,
    changed: u64,
    journeys: u64,
    told: BTreeMap<LineageKind, u64>,
}

/// Puts a person back who was looked at; looks anew where another process was faster.
fn put_back(live: &Live<'_>, user_id: &str, first: (Loaded, Look)) -> Result<Vec<LineageEvent>> {
    let mut turn = first;
    let mut is_first = true;
    commit_anew(live.store, || {
        if !std::mem::take(&mut is_first) {
            let mut loaded = load(live.store, user_id, live.config)?;
            let mut embeddings = EmbeddingCache::new(Embedder::builtin(), 0);
            let look = look_at(&mut loaded.kept, &live.rooms(), &mut embeddings);
            turn = (loaded, look);
        }
        Ok(Some(Changes {
            people: vec![turn.0.put(live.config)],
            ..Changes::default()
        }))
    })?;
    Ok(turn.1.events)
}
