//! `wayline simulate`: people whose journeys are known.

use std::fs;
use std::io::{BufWriter, Write};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, anyhow};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use tempfile::NamedTempFile;
use wayline::simulate::{
    Catalogue, LogKind, SimulatedEvent, SimulatedPerson, SimulationConfig, person,
};
use wayline_files::write::events::{EventRow, EventsParquetWriter};

/// So many people are in memory at a time (some 100 MiB), and with --scatter so many are mixed.
const BLOCK: u64 = 256;

/// Make up people whose journeys are known
///
/// Writes into DIR a log of made-up people, events.jsonl (or events.parquet), as `wayline infer`
/// reads it, and gold.jsonl, a line per person with what is true of them: journeys with name, kind,
/// status and keywords, and the keywords that are noise. `wayline evaluate` compares the two.
///
/// People are on several goals of a catalogue of journeys at once, over 3 to 12 months up to the end
/// of June 2025, and hard on purpose: visits mix journeys and interrupt them with errands; searches
/// are repeated, reworded and mistyped; items carry generic and wrong annotations; boards mix;
/// journeys resemble each other, pause, come back and end.
///
/// The same options give the same bytes on every machine. A person depends on the seed and on their
/// number only: more people are the same people and others.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  wayline simulate --people 1000 --seed 1 -o sim
  wayline simulate --people 1000 --seed 1 --kind searches-only -o sim-searches
  wayline simulate --people 200 --seed 2 --people-per-journey 20 --scatter --format parquet -o sim-dense")]
pub(crate) struct SimulateArgs {
    /// How many people; a person has about 400 events
    #[arg(long, value_name = "N")]
    pub(crate) people: u64,

    /// Another seed gives other people and other items
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub(crate) seed: u64,

    /// What the log's items say about themselves
    #[arg(long, value_name = "KIND", default_value_t = LogKind::default(), value_parser = kinds())]
    pub(crate) kind: LogKind,

    /// Journeys to make people from, one JSON object a line (default: the 251 built in)
    ///
    /// Each line needs id, name, alt_names, category, interests, kind (situational or evergreen),
    /// typical_days, queries ({q, phase}, phase one of inspire, plan, act, after) and annotations;
    /// boards, item_titles, near_misses, related_journeys and intents may be left out.
    #[arg(long, value_name = "FILE")]
    pub(crate) catalogue: Option<PathBuf>,

    /// How many people share a journey on average
    ///
    /// Only so many journeys of the catalogue are used, drawn by the seed, as make this true. By
    /// default all are used.
    #[arg(long, value_name = "X")]
    pub(crate) people_per_journey: Option<f64>,

    /// How many journeys a person is on, each number as likely
    #[arg(long, value_name = "A-B", default_value = "1-12", value_parser = range::<usize>)]
    pub(crate) journeys_per_person: RangeInclusive<usize>,

    /// How many days a person's log covers, each number as likely
    #[arg(long, value_name = "A-B", default_value = "90-365", value_parser = range::<u32>)]
    pub(crate) history_days: RangeInclusive<u32>,

    /// The format of the events; gold is always JSON lines
    #[arg(long, value_enum, default_value = "jsonl")]
    pub(crate) format: EventFormat,

    /// Scatter people's rows through the file: 256 people at a time in the order of time
    ///
    /// Without it, each person's rows stand together. The rows are the same.
    #[arg(long)]
    pub(crate) scatter: bool,

    /// Where to write; made if missing, and files of the same names are replaced
    #[arg(short, long = "output", value_name = "DIR")]
    pub(crate) output: PathBuf,
}

/// How events are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum EventFormat {
    /// events.jsonl
    Jsonl,
    /// events.parquet, zstd
    Parquet,
}

/// Runs `wayline simulate`.
///
/// # Errors
/// When the catalogue can't be read, an option is out of range, or the output can't be written;
/// no output file is left or replaced then.
pub(crate) fn run(args: SimulateArgs) -> Result<()> {
    let begun = Instant::now();
    let own = args.catalogue.as_deref().map(read_catalogue).transpose()?;
    let catalogue = own.as_ref().unwrap_or_else(|| Catalogue::builtin());
    let config = SimulationConfig {
        people: args.people,
        seed: args.seed,
        kind: args.kind,
        journeys_per_person: args.journeys_per_person,
        people_per_journey: args.people_per_journey,
        history_days: args.history_days,
        ..SimulationConfig::default()
    };
    config.check(catalogue)?;

    let dir = &args.output;
    fs::create_dir_all(dir).with_context(|| format!("can't make the folder {}", dir.display()))?;
    let (mut sink, name) = match args.format {
        EventFormat::Jsonl => (Sink::Jsonl(aside(dir)?), "events.jsonl"),
        EventFormat::Parquet => (
            Sink::Parquet(Box::new(EventsParquetWriter::new(aside(dir)?)?)),
            "events.parquet",
        ),
    };
    let mut gold = aside(dir)?;

    let bar = ProgressBar::new(config.people);
    bar.set_style(ProgressStyle::with_template(
        "{wide_bar} {human_pos}/{human_len} people · {per_sec} · {eta} left",
    )?);
    let mut events = 0u64;
    let mut first = 0;
    while first < config.people {
        let block = first..config.people.min(first + BLOCK);
        first = block.end;
        let people: Vec<SimulatedPerson> = side_by_side(&block.collect::<Vec<u64>>(), |numbers| {
            Ok(numbers
                .iter()
                .map(|n| person(catalogue, &config, *n))
                .collect::<Vec<_>>())
        })?
        .into_iter()
        .flatten()
        .collect();
        let rows = in_order(&people, args.scatter);
        events += rows.len() as u64;
        sink.write(&rows)?;
        for person in &people {
            serde_json::to_writer(&mut gold, &person.gold)?;
            gold.write_all(b"\n")?;
        }
        bar.set_position(first);
    }
    let written = sink.finish()?;
    // Gold first: whoever waits for events finds both.
    persist(gold, &dir.join("gold.jsonl"))?;
    persist(written, &dir.join(name))?;
    bar.finish_and_clear();
    eprintln!(
        "{} people, {events} events, {:.1} s: {} and gold.jsonl in {}",
        config.people,
        begun.elapsed().as_secs_f64(),
        name,
        dir.display()
    );
    Ok(())
}

fn read_catalogue(path: &Path) -> Result<Catalogue> {
    let text = fs::read_to_string(path)
        .with_context(|| format!("can't read the catalogue {}", path.display()))?;
    Catalogue::from_jsonl(&text).with_context(|| format!("in {}", path.display()))
}

/// The rows of a block: person by person, or all by time.
fn in_order(people: &[SimulatedPerson], scatter: bool) -> Vec<&SimulatedEvent> {
    let mut rows: Vec<&SimulatedEvent> = people.iter().flat_map(|p| &p.events).collect();
    if scatter {
        // Stable: a person's events at one time stay in their order.
        rows.sort_by(|a, b| (a.timestamp_ms, &a.user_id).cmp(&(b.timestamp_ms, &b.user_id)));
    }
    rows
}

/// Does `work` on a part of `all` per core, and gives the results in the order of the parts.
fn side_by_side<T: Sync, R: Send>(
    all: &[T],
    work: impl Fn(&[T]) -> Result<R> + Sync,
) -> Result<Vec<R>> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let part = all.len().div_ceil(cores).max(1);
    std::thread::scope(|scope| {
        let work = &work;
        let running: Vec<_> = all
            .chunks(part)
            .map(|part| scope.spawn(move || work(part)))
            .collect();
        running
            .into_iter()
            .map(|thread| {
                thread
                    .join()
                    .map_err(|_| anyhow!("a worker stopped unexpectedly"))?
            })
            .collect()
    })
}

type Aside = BufWriter<NamedTempFile>;

/// A file beside the one that it is to become, gone unless it is persisted.
fn aside(dir: &Path) -> Result<Aside> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".wayline-").suffix(".tmp");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Results are readable as any other new file is: the umask decides.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let file = builder
        .tempfile_in(dir)
        .with_context(|| format!("can't write into {}", dir.display()))?;
    Ok(BufWriter::with_capacity(1 << 18, file))
}

fn persist(file: Aside, path: &Path) -> Result<()> {
    let file = file.into_inner().map_err(|e| e.into_error())?;
    file.persist(path)
        .with_context(|| format!("can't write {}", path.display()))?;
    Ok(())
}

enum Sink {
    Jsonl(Aside),
    Parquet(Box<EventsParquetWriter<Aside>>),
}

impl Sink {
    fn write(&mut self, rows: &[&SimulatedEvent]) -> Result<()> {
        match self {
            Sink::Jsonl(file) => {
                let parts = side_by_side(rows, |rows| {
                    let mut bytes = Vec::with_capacity(rows.len() * 400);
                    for row in rows {
                        serde_json::to_writer(&mut bytes, row)?;
                        bytes.push(b'\n');
                    }
                    Ok(bytes)
                })?;
                for bytes in parts {
                    file.write_all(&bytes)?;
                }
            }
            Sink::Parquet(file) => {
                for row in rows {
                    file.write(&row_of(row))?;
                }
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<Aside> {
        match self {
            Sink::Jsonl(file) => Ok(file),
            Sink::Parquet(file) => Ok(file.finish()?),
        }
    }
}

fn row_of(event: &SimulatedEvent) -> EventRow<'_> {
    EventRow {
        user_id: &event.user_id,
        timestamp_ms: event.timestamp_ms,
        event_id: event.event_id.as_deref(),
        action: Some(event.action),
        query: event.query.as_deref(),
        item_id: event.item_id.as_deref(),
        title: event.title.as_deref(),
        annotations: &event.annotations,
        interests: &event.interests,
        board: event.board.as_deref(),
        url: event.url.as_deref(),
    }
}

fn kinds() -> impl TypedValueParser<Value = LogKind> {
    let named = LogKind::ALL.map(|kind| PossibleValue::new(kind.name()).help(kind.about()));
    PossibleValuesParser::new(named).try_map(|name| name.parse::<LogKind>())
}

/// Reads `A-B`, or `A` for a range of one.
fn range<T: std::str::FromStr + Copy + Send + Sync>(
    text: &str,
) -> Result<RangeInclusive<T>, String> {
    let (low, high) = text.split_once('-').unwrap_or((text, text));
    match (low.trim().parse(), high.trim().parse()) {
        (Ok(low), Ok(high)) => Ok(low..=high),
        _ => Err(format!("{text:?} is no range such as 2-8")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn args(dir: &Path, scatter: bool) -> SimulateArgs {
        SimulateArgs {
            people: 300,
            seed: 5,
            kind: LogKind::RepeatingTitles,
            catalogue: None,
            people_per_journey: Some(100.0),
            journeys_per_person: 1..=3,
            history_days: 14..=30,
            format: EventFormat::Jsonl,
            scatter,
            output: dir.to_owned(),
        }
    }

    #[test]
    fn scattering_keeps_every_row() {
        let dir = tempfile::tempdir().unwrap();
        let (a, b) = (dir.path().join("a"), dir.path().join("b"));
        run(args(&a, false)).unwrap();
        run(args(&b, true)).unwrap();
        let lines = |d: &Path| -> Vec<String> {
            let text = fs::read_to_string(d.join("events.jsonl")).unwrap();
            text.lines().map(str::to_owned).collect()
        };
        let (mut together, mut scattered) = (lines(&a), lines(&b));
        assert_ne!(together, scattered);
        together.sort_unstable();
        scattered.sort_unstable();
        assert_eq!(together, scattered);
        let gold = |d: &Path| fs::read(d.join("gold.jsonl")).unwrap();
        assert_eq!(gold(&a), gold(&b));
        assert_eq!(
            fs::read_dir(&a).unwrap().count(),
            2,
            "no temporary file is left"
        );
    }

    #[test]
    fn a_bad_catalogue_leaves_no_output() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("catalogue.jsonl");
        fs::write(&file, "\n{}\n").unwrap();
        let out = dir.path().join("out");
        let args = SimulateArgs {
            catalogue: Some(file),
            ..args(&out, false)
        };
        let told = format!("{:#}", run(args).unwrap_err());
        assert!(told.contains("line 2"), "{told}");
        assert!(!out.exists());
    }

    #[test]
    fn ranges_are_read() {
        assert_eq!(range::<usize>("2-8"), Ok(2..=8));
        assert_eq!(range::<usize>("4"), Ok(4..=4));
        assert!(range::<usize>("a-b").is_err());
    }
}
