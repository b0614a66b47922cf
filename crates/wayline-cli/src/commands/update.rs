//! `wayline update`: new events into a store, and a look at the people who have any.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use wayline::keep::Store;
use wayline::nouns::{LineageKind, PersonResult, Timestamp};
use wayline_files::group::Grouping;
use wayline_files::write::ResultsWriter;
use wayline_store::Open;

use crate::live::{
    LineageFile, Live, Pins, RenewCounts, Renewed, Renewing, gather_events, open_store,
    renew_everybody,
};
use crate::run::{
    Counts, InputArgs, Job, Models, RunArgs, SaidArgs, Summary, grouped, line, line_unless_zero,
    no_event, parse_time,
};

/// Add new events to a store and bring the journeys of the people in them up to date
///
/// Takes what happened since the last time, in the form that `wayline infer` takes, and looks anew at
/// those people alone. What is kept afterwards is what one run over all events gives, but for journeys
/// that were known: they keep their ids and names while their evidence carries over.
///
/// The same events count once: an input that is in the store to its end is not added unless --again is
/// given, and a run that was killed goes on where it was. Either run again writes -o and --lineage whole:
/// of people who had the input before, their journeys and what the last look told of them. Several
/// updates may run at once.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  wayline infer 2025.parquet --store journeys/          the first time, with a corpus of its own
  wayline update today.jsonl --store journeys/
  wayline update today.jsonl --store journeys/ --feedback today-feedback.csv --lineage today.lineage.jsonl
  wayline store export --store journeys/ -o journeys.parquet --keywords keywords.parquet")]
pub(crate) struct UpdateArgs {
    #[command(flatten)]
    input: InputArgs,

    /// Where people are kept: a folder, which is made if it isn't there, or memory: for a trial
    #[arg(long, value_name = "STORE")]
    store: String,

    /// Add an input again that is in the store already: its events count once more
    #[arg(long)]
    again: bool,

    /// Where the journeys of the people in the input go: a .jsonl or .parquet file
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Where their keywords go: a .jsonl or .parquet file
    #[arg(long, value_name = "FILE", requires = "output")]
    keywords: Option<PathBuf>,

    /// Where goes what became of journeys (started, continued, paused, revived, ended, split, merged):
    /// a .jsonl file
    #[arg(long, value_name = "FILE")]
    lineage: Option<PathBuf>,

    /// The corpus that a new store goes by from now on (default: the general one)
    #[arg(long, value_name = "FILE")]
    corpus: Option<PathBuf>,

    /// The moment for which journeys are reckoned; later events are kept, and looked at when it is their
    /// time (default: the newest event of the store and the input)
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    as_of: Option<Timestamp>,

    #[command(flatten)]
    said: SaidArgs,

    #[command(flatten)]
    run: RunArgs,
}

/// Everything that a run into a store is given.
pub(crate) struct Renewal<'a> {
    pub(crate) job: &'a Job<'a>,
    pub(crate) store: &'a str,
    pub(crate) output: Option<&'a Path>,
    pub(crate) keywords: Option<&'a Path>,
    pub(crate) lineage: Option<&'a Path>,
    pub(crate) corpus: Option<&'a Path>,
    pub(crate) said: &'a SaidArgs,
}

const IN_IT: &str =
    "These events are in the store already: nothing was added. --again adds them once more.\n";

impl Renewal<'_> {
    /// Whether files are to be written.
    fn wants_something(&self) -> bool {
        self.output.is_some() || self.lineage.is_some()
    }
}

/// Whether a run adds to what is there or takes its place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    Adds { again: bool },
    Replaces,
}

pub(crate) fn run(args: &UpdateArgs) -> Result<()> {
    let started = Instant::now();
    let config = args.run.config()?;
    let job = Job {
        input: &args.input,
        run: &args.run,
        config: &config,
        as_of: args.as_of,
    };
    let outputs = [&args.output, &args.keywords, &args.lineage];
    job.check_outputs(
        &outputs.map(|path| path.as_deref()),
        &[args.corpus.as_deref(), args.said.path()],
    )?;
    let renewal = Renewal {
        job: &job,
        store: &args.store,
        output: args.output.as_deref(),
        keywords: args.keywords.as_deref(),
        lineage: args.lineage.as_deref(),
        corpus: args.corpus.as_deref(),
        said: &args.said,
    };
    let store = open_store(&args.store, Open::OrCreate)?;
    let how = How::Adds { again: args.again };
    attempt(&renewal, &*store, how, started)
}

/// `wayline infer --store`: everybody of the input anew, with the input's own corpus or a given one.
pub(crate) fn renew_all_of(renewal: &Renewal<'_>, started: Instant) -> Result<()> {
    let store = open_store(renewal.store, Open::OrCreate)?;
    attempt(renewal, &*store, How::Replaces, started)
}

fn attempt(renewal: &Renewal<'_>, store: &dyn Store, how: How, started: Instant) -> Result<()> {
    // Once, whatever attempts it takes: a language model's budget is that of the run.
    let models = renewal.job.run.models()?;
    models.warn_of_strangers();
    models.is_model_there(false)?;
    let renew = |grouping| renew(renewal, store, &models, how, grouping, started);
    let summary = renewal.job.attempt(renew)?;
    eprint!("{summary}");
    Ok(())
}

fn renew(
    renewal: &Renewal<'_>,
    store: &dyn Store,
    models: &Models,
    how: How,
    grouping: Grouping,
    started: Instant,
) -> Result<String> {
    let job = renewal.job;
    let said = renewal.said.rows(job.as_of)?;
    let replaces = how == How::Replaces;
    let gathered = gather_events(job, grouping, replaces && renewal.corpus.is_none())?;
    let pins = Pins(store);
    let (times, note) = pins.times(gathered.fingerprint)?;
    let input = match how {
        How::Adds { again: false }
            if times > 0 && said.is_empty() && !renewal.wants_something() =>
        {
            return Ok(IN_IT.to_owned());
        }
        How::Adds { again: true } => gathered.fingerprint.again(times),
        How::Adds { again: false } | How::Replaces => gathered.fingerprint,
    };
    let corpus = match (how, gathered.corpus) {
        (How::Adds { .. }, _) => pins.corpus_or(renewal.corpus)?,
        (How::Replaces, Some(counts)) => pins.pin_corpus(&counts)?,
        (How::Replaces, None) => match renewal.corpus {
            Some(path) => pins.pin_corpus_file(path)?,
            None => pins.corpus_or(None)?,
        },
    };
    // Before people are looked at, so that nobody else looks as of a moment before their last events.
    pins.has_newest(gathered.read.newest)?;
    let newest = pins.newest()?;
    let as_of = job.as_of.or(newest);
    let as_of = as_of.ok_or_else(|| no_event(&gathered.read))?;
    let live = Live::new(store, job.config, models, corpus, as_of)?;
    let renewing = Renewing {
        live: &live,
        run: job.run,
        input,
        is_in_it: times > 0 && how == How::Adds { again: false },
        note: (gathered.fingerprint.note(), note),
        finished: pins.finished_inputs()?,
        replaces_until: gathered.read.newest.filter(|_| replaces),
        said,
        lineage: renewal
            .lineage
            .map(LineageFile::create)
            .transpose()?
            .map(Mutex::new),
        wants_results: renewal.output.is_some(),
    };
    let info = live.models.run_info(&live.rooms());
    let writer = renewal
        .output
        .map(|output| ResultsWriter::create(output, renewal.keywords, &info));
    let writer = writer.transpose()?;
    let Renewed {
        results,
        tally,
        counts,
        of_said,
    } = renew_everybody(&renewing, &gathered.people, gathered.person_count)?;
    if let Some(mut writer) = writer {
        let mut write = |person: &PersonResult| -> Result<()> { Ok(writer.write(person)?) };
        results.merge(&mut write)?;
        writer.finish()?;
    }
    if let Some(lineage) = renewing.lineage {
        lineage
            .into_inner()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .finish()?;
    }
    if !renewing.is_in_it && counts.unreadable == 0 {
        pins.finished(gathered.fingerprint, times)?;
    }
    if counts.unreadable > 0 {
        bail!(
            "the records of {} people can't be read, and were left as they are; `wayline doctor --store` \
             says why",
            counts.unreadable
        );
    }
    let summary = Summary {
        read: &gathered.read,
        counts: &Counts::default(),
        tally: &tally,
        said: None,
        models: live.models,
        elapsed: started.elapsed(),
    };
    let mut text = summary.text();
    if renewing.is_in_it && counts.added == 0 {
        text.push_str(IN_IT);
    }
    line_unless_zero(&mut text, "later than --as-of", gathered.later);
    kept_lines(&counts, &mut text);
    line_unless_zero(&mut text, "people who said something", of_said.people);
    line_unless_zero(&mut text, "  unknown", of_said.unknown);
    Ok(text)
}

/// What became of the store.
fn kept_lines(counts: &RenewCounts, out: &mut String) {
    line(out, "kept: events added", &grouped(counts.added));
    for (name, count) in [
        ("  repeated ids", counts.repeated),
        ("  fell out", counts.dropped),
        ("  journeys withheld", counts.withheld),
        ("  people new to it", counts.new_people),
        ("  people who had them", counts.already),
    ] {
        line_unless_zero(out, name, count);
    }
    lineage_lines(&counts.lineage, out);
}

/// What became of journeys.
pub(crate) fn lineage_lines(lineage: &BTreeMap<LineageKind, u64>, out: &mut String) {
    for (kind, count) in lineage {
        line(out, &format!("  {}", kind.as_str()), &grouped(*count));
    }
}

/// The models of a command that looks at a store's people.
pub(crate) fn live_of<'a>(
    store: &'a dyn Store,
    config: &'a wayline::config::Config,
    models: &'a Models,
    as_of: Option<Timestamp>,
) -> Result<Live<'a>> {
    models.warn_of_strangers();
    let pins = Pins(store);
    let as_of = match as_of {
        Some(as_of) => as_of,
        None => pins.newest()?.context(
            "the store doesn't know its newest event yet: give --as-of, or end the first update",
        )?,
    };
    Live::new(
        store,
        config,
        models,
        pins.corpus()?.unwrap_or_default(),
        as_of,
    )
}
