//! `wayline sweep`: a look at everybody in a store, so that who stays away is noticed.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::Result;
use clap::Args;
use wayline::embed::EmbeddingCache;
use wayline::keep::{Changes, Look, StoreError, look_at};
use wayline::nouns::{LineageEvent, LineageKind, Timestamp};
use wayline_store::Open;

use super::update::{lineage_lines, live_of};
use crate::live::{
    IS_KEPT, LineageFile, Live, Loaded, commit_anew, load, open_store, over_everybody,
    refuse_unreadable,
};
use crate::run::{RunArgs, grouped, line, parse_time};

/// Look anew at everybody in a store as of a moment, so that journeys of people who stay away become
/// paused or ended
///
/// Changes the records of those alone for whom something happened. Run it daily, and after a new
/// version of Wayline, a new model or a new config: journeys keep their ids. One that was killed may be
/// run again for the same moment: what was told of that moment before stands in --lineage again.
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
    models.is_model_there(false)?;
    let store = open_store(&args.store, Open::Existing)?;
    let live = live_of(&*store, &config, &models, args.as_of)?;
    let mut file = args
        .lineage
        .as_deref()
        .map(LineageFile::create)
        .transpose()?;
    let mut swept = Swept::default();
    // What was told of the same moment before.
    let mut again: Vec<Vec<LineageEvent>> = Vec::new();
    let look = |loaded: &Loaded, embeddings: &mut EmbeddingCache<'_>| {
        let mut now = loaded.clone();
        let rooms = if loaded.has_news() {
            live.rooms_asking()
        } else {
            live.rooms()
        };
        let look = look_at(&mut now.kept, &rooms, embeddings)?;
        // Most people are as they were: their records needn't be written.
        let is_news = loaded.has_news() || now.kept.known != loaded.kept.known;
        let journeys = look.result.journeys.len() as u64;
        if is_news || !look.events.is_empty() {
            return Ok((journeys, Some((now, look)), Vec::new()));
        }
        let told = loaded.kept.lineage.iter();
        let told = told.filter(|it| it.version == loaded.kept.version && it.at == live.as_of);
        Ok((journeys, None, told.cloned().collect()))
    };
    let mut turns: Vec<(Loaded, Look)> = Vec::new();
    let mut write = |events: &[LineageEvent]| -> Result<()> {
        file.as_mut().map_or(Ok(()), |file| file.write(events))
    };
    let mut tell = |events: Vec<Vec<LineageEvent>>, swept: &mut Swept| -> Result<()> {
        for event in events.iter().flatten() {
            *swept.told.entry(event.event).or_default() += 1;
        }
        events.iter().try_for_each(|events| write(events))
    };
    let unreadable = over_everybody(&live, look, &mut |_, (journeys, news, told)| {
        swept.people += 1;
        swept.journeys += journeys;
        swept.changed += u64::from(news.is_some());
        let may_go_on = news
            .as_ref()
            .map_or(Ok(()), |(_, look)| models.go_on_after(&look.asked, IS_KEPT));
        if may_go_on.is_ok() {
            turns.extend(news);
        }
        if !told.is_empty() {
            again.push(told);
        }
        if turns.len() >= PEOPLE_AT_ONCE || may_go_on.is_err() {
            tell(put_back(&live, std::mem::take(&mut turns))?, &mut swept)?;
        }
        may_go_on
    })?;
    tell(put_back(&live, turns)?, &mut swept)?;
    again.iter().try_for_each(|events| write(events))?;
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
    refuse_unreadable(unreadable)
}

/// People in one commit.
const PEOPLE_AT_ONCE: usize = 64;

#[derive(Default)]
struct Swept {
    people: u64,
    changed: u64,
    journeys: u64,
    told: BTreeMap<LineageKind, u64>,
}

/// Puts people back who were looked at; looks anew at those for whom another process was faster. Returns
/// what there is to tell of each.
fn put_back(live: &Live<'_>, turns: Vec<(Loaded, Look)>) -> Result<Vec<Vec<LineageEvent>>> {
    if turns.is_empty() {
        return Ok(Vec::new());
    }
    let people = turns.iter().map(|(loaded, _)| loaded.put(live.config));
    let committed = live.store.commit(&Changes {
        people: people.collect(),
        ..Changes::default()
    });
    match committed {
        Ok(()) => Ok(turns.into_iter().map(|(_, look)| look.events).collect()),
        Err(StoreError::Conflict { .. }) => {
            let users = turns.iter().map(|(loaded, _)| loaded.kept.user_id());
            users.map(|user_id| look_again(live, user_id)).collect()
        }
        Err(other) => Err(other.into()),
    }
}

fn look_again(live: &Live<'_>, user_id: &str) -> Result<Vec<LineageEvent>> {
    let mut events = Vec::new();
    commit_anew(live.store, || {
        events.clear();
        let mut loaded = load(live.store, user_id, live.config)?;
        // Erased meanwhile.
        if !loaded.is_there() {
            return Ok(None);
        }
        let mut embeddings = live.models.embeddings(0);
        events = look_at(&mut loaded.kept, &live.rooms_asking(), &mut embeddings)?.events;
        Ok(Some(Changes {
            people: vec![loaded.put(live.config)],
            ..Changes::default()
        }))
    })?;
    Ok(events)
}
