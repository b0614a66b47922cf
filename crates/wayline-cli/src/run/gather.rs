//! The first time over people: read, extract, count.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, anyhow, bail};
use wayline::Rooms;
use wayline::config::Config;
use wayline::corpus::{Corpus, CorpusCounts, Snapshot};
use wayline::extract::{Extracted, extract};
use wayline::nouns::{PersonLog, Timestamp};
use wayline_files::corpus::{CorpusCounter, CorpusPart, general_corpus, read_corpus};
use wayline_files::group::{GroupError, GroupOptions, Grouping, for_each_person};
use wayline_files::read::{ColumnNames, Inputs, Items, ReadOptions, ReadSummary};
use wayline_files::write::{
    OrderError, SpillPart, SpillQueue, SpillReader, SpillSettings, same_file,
};

use super::{InputArgs, Models, Progress, RunArgs};

/// What one pass over the log gives.
pub(crate) struct Gathered {
    /// Everybody, extracted, in no particular order.
    pub(crate) people: SpillReader<Extracted>,
    /// How many they are.
    pub(crate) person_count: u64,
    /// What everybody's log says.
    pub(crate) corpus: Corpus,
    /// The moment for which results are reckoned.
    pub(crate) as_of: Timestamp,
    /// What was read.
    pub(crate) read: ReadSummary,
    /// What was left out on the way.
    pub(crate) counts: Counts,
}

impl Gathered {
    /// The rooms for this log.
    pub(crate) fn rooms<'a>(&'a self, config: &'a Config, models: &'a Models) -> Rooms<'a> {
        models.rooms(config, &self.corpus, self.as_of)
    }
}

/// What extraction left out, and what it found.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    /// People whose activity looks automated.
    pub(crate) automated_people: u64,
    /// Their events.
    pub(crate) automated_events: u64,
    /// Events of ignored actions.
    pub(crate) ignored_events: u64,
    /// Units beyond the cap of a person.
    pub(crate) units_over_cap: u64,
    /// People who have more units than the cap.
    pub(crate) people_over_cap: u64,
}

impl Counts {
    fn add(&mut self, other: Self) {
        self.automated_people += other.automated_people;
        self.automated_events += other.automated_events;
        self.ignored_events += other.ignored_events;
        self.units_over_cap += other.units_over_cap;
        self.people_over_cap += other.people_over_cap;
    }
}

/// A log to read, and how.
pub(crate) struct Job<'a> {
    pub(crate) input: &'a InputArgs,
    pub(crate) run: &'a RunArgs,
    pub(crate) config: &'a Config,
    /// Events after this are left out.
    pub(crate) as_of: Option<Timestamp>,
}

impl Job<'_> {
    /// Refuses outputs that would overwrite what is read, or each other.
    pub(crate) fn check_outputs(
        &self,
        outputs: &[Option<&Path>],
        also_read: &[Option<&Path>],
    ) -> Result<()> {
        let inputs = Inputs::find(&self.input.inputs)?;
        let items = self.input.items.as_ref().map(Path::new);
        let config = self.run.config.as_deref();
        let read = inputs
            .paths()
            .chain(items)
            .chain(config)
            .chain(also_read.iter().copied().flatten());
        let rejects = self.input.rejects.as_deref();
        refuse_overwriting(read, outputs.iter().copied().chain([rejects]))
    }

    /// Streams a grouped log; one that turns out not to be grouped is partitioned first, and the
    /// attempt starts anew.
    pub(crate) fn attempt<R>(&self, attempt: impl Fn(Grouping) -> Result<R>) -> Result<R> {
        match attempt(Grouping::AsRead) {
            Err(error) if says_not_grouped(&error) => attempt(Grouping::Partitioned),
            other => other,
        }
    }

    /// Hands every person, extracted, to `each`, on as many threads as there are `states`.
    fn for_each<S: Send>(
        &self,
        grouping: Grouping,
        states: Vec<S>,
        each: impl Fn(&mut S, Result<Extracted, u64>) -> Result<()> + Sync,
    ) -> Result<(Vec<S>, ReadSummary)> {
        let config = self.config;
        self.for_each_log(grouping, states, |state, log| {
            let person = extract(log, &config.actions, &config.extract);
            each(state, person.map_err(|_| log.events.len() as u64))
        })
    }

    /// Hands every person's sorted log to `each`, likewise.
    pub(crate) fn for_each_log<S: Send>(
        &self,
        grouping: Grouping,
        states: Vec<S>,
        each: impl Fn(&mut S, &mut PersonLog) -> Result<()> + Sync,
    ) -> Result<(Vec<S>, ReadSummary)> {
        let (input, config) = (self.input, self.config);
        let inputs = Inputs::find(&input.inputs)?;
        let columns = ColumnNames::parse(&input.renamings)?;
        let items = input
            .items
            .as_ref()
            .map(|path| read_items(path, &columns))
            .transpose()?;
        let progress = Progress::bytes(inputs.total_bytes());
        let count_bytes = |bytes: u64| progress.set(bytes);
        let options = ReadOptions {
            columns,
            items: items.as_ref(),
            until: self.as_of,
            newest_allowed: Some(tomorrow()),
            max_rejects: input.max_rejects,
            rejects: input.rejects.clone(),
            parse_threads: states.len(),
            progress: Some(&count_bytes),
            ..ReadOptions::new(&config.actions)
        };
        let group = GroupOptions {
            grouping,
            memory_bytes: self.run.memory_bytes() / 2,
            spill_dir: self.run.temp_dir(),
            max_events_per_person: config.extract.max_events_per_person as u64,
            ..GroupOptions::default()
        };
        let (states, read) = for_each_person(&inputs, &options, &group, states, each)?;
        drop(progress);
        if read.events == 0 {
            bail!(no_event(&read));
        }
        Ok((states, read))
    }
}

/// Refuses outputs that would overwrite what is read, or each other.
pub(crate) fn refuse_overwriting<'p>(
    read: impl IntoIterator<Item = &'p Path>,
    written: impl IntoIterator<Item = Option<&'p Path>>,
) -> Result<()> {
    let read: Vec<&Path> = read.into_iter().collect();
    let written: Vec<&Path> = written.into_iter().flatten().collect();
    for (place, output) in written.iter().enumerate() {
        if read.iter().any(|input| same_file(input, output)) {
            bail!(
                "{} is read by this run and would be overwritten; name another output",
                output.display()
            );
        }
        if written[..place]
            .iter()
            .any(|other| same_file(other, output))
        {
            bail!(
                "{} is named for two outputs; name two files",
                output.display()
            );
        }
    }
    Ok(())
}

/// Reads the log, extracts everybody, counts the corpus unless one is given.
///
/// `all_results` says that everybody's results will be brought into order, where a person who came
/// twice is noticed.
pub(crate) fn gather(
    job: &Job<'_>,
    corpus: Option<&Path>,
    grouping: Grouping,
    all_results: bool,
) -> Result<Gathered> {
    let given = corpus.map(read_corpus).transpose()?;
    let threads = job.run.threads();
    let share = job.run.memory_bytes() as usize / 8;
    let queue = SpillQueue::new(SpillSettings {
        memory_bytes: share,
        threads,
        directory: Some(job.run.temp_dir()),
    });
    let counter = CorpusCounter::new(&job.config.corpus, share, threads, &job.run.temp_dir())?;
    let workers: Result<Vec<Worker<'_>>> = (0..threads)
        .map(|_| {
            Ok(Worker {
                queue: queue.part()?,
                counter: given.is_none().then(|| counter.part()),
                people: 0,
                counts: Counts::default(),
            })
        })
        .collect();
    let (workers, read) = job.for_each(grouping, workers?, Worker::take)?;
    let mut counts = Counts::default();
    let mut person_count = 0;
    if !all_results {
        refuse_if_uncertain(grouping, &read)?;
    }
    for worker in workers {
        counts.add(worker.counts);
        person_count += worker.people;
        worker.queue.finish()?;
        if let Some(part) = worker.counter {
            part.finish();
        }
    }
    let log = match given {
        Some(snapshot) => snapshot,
        None => Snapshot::new(&counter.finish()?),
    };
    let as_of = job.as_of.or(read.newest).ok_or_else(|| no_event(&read))?;
    let prior = Arc::new(general_corpus()?);
    Ok(Gathered {
        people: queue.into_reader()?,
        person_count,
        corpus: Corpus::with_prior(Arc::new(log), prior, job.config.corpus.clone()),
        as_of,
        read,
        counts,
    })
}

/// The counts of a log's corpus.
pub(crate) fn count_corpus(job: &Job<'_>, grouping: Grouping) -> Result<CorpusCounts> {
    let threads = job.run.threads();
    let memory = job.run.memory_bytes() as usize / 2;
    let counter = CorpusCounter::new(&job.config.corpus, memory, threads, &job.run.temp_dir())?;
    let parts = (0..threads).map(|_| counter.part()).collect();
    let count = |part: &mut CorpusPart<'_>, person: Result<Extracted, u64>| {
        person.map_or(Ok(()), |person| Ok(part.add(&person)?))
    };
    let (parts, read) = job.for_each(grouping, parts, count)?;
    refuse_if_uncertain(grouping, &read)?;
    parts.into_iter().for_each(CorpusPart::finish);
    Ok(counter.finish()?)
}

/// Streaming notices a person who comes up again among this many others.
const CERTAIN_PEOPLE: u64 = 1 << 20;

/// With more people than that a log may not be grouped although it looked so.
fn refuse_if_uncertain(grouping: Grouping, read: &ReadSummary) -> Result<()> {
    if grouping == Grouping::AsRead && read.people > CERTAIN_PEOPLE {
        bail!(Uncertain);
    }
    Ok(())
}

/// Nobody sees this: the log is partitioned then.
#[derive(Debug, thiserror::Error)]
#[error("too many people to be sure that the log is grouped")]
struct Uncertain;

/// Whether the error says that the input must be partitioned by person first.
fn says_not_grouped(error: &anyhow::Error) -> bool {
    let while_reading = error.downcast_ref::<GroupError<anyhow::Error>>();
    let while_merging = error.downcast_ref::<OrderError>();
    error.is::<Uncertain>()
        || matches!(while_reading, Some(GroupError::NotGrouped { .. }))
        || matches!(while_merging, Some(OrderError::SamePersonTwice { .. }))
}

/// What one thread fills.
struct Worker<'a> {
    queue: SpillPart<'a, Extracted>,
    counter: Option<CorpusPart<'a>>,
    people: u64,
    counts: Counts,
}

impl Worker<'_> {
    fn take(&mut self, person: Result<Extracted, u64>) -> Result<()> {
        let person = match person {
            Ok(person) => person,
            Err(events) => {
                self.counts.automated_people += 1;
                self.counts.automated_events += events;
                return Ok(());
            }
        };
        self.people += 1;
        self.counts.ignored_events += u64::from(person.ignored_events);
        self.counts.units_over_cap += u64::from(person.units_over_cap);
        self.counts.people_over_cap += u64::from(person.units_over_cap > 0);
        if let Some(counter) = &mut self.counter {
            counter.add(&person)?;
        }
        self.queue.push(&person)?;
        Ok(())
    }
}

fn read_items(path: &str, columns: &ColumnNames) -> Result<Items> {
    let (items, _) = Items::read(&Inputs::find([path])?, columns)
        .with_context(|| format!("can't read the items {path}"))?;
    Ok(items)
}

/// An event of later than this has a wrong clock.
fn tomorrow() -> Timestamp {
    let day = Duration::from_secs(86_400);
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_millis((now + day).as_millis() as i64)
}

pub(crate) fn no_event(read: &ReadSummary) -> anyhow::Error {
    if read.after_as_of > 0 {
        return anyhow!(
            "all {} events are later than --as-of; give a later moment",
            read.after_as_of
        );
    }
    let rejects: Vec<String> = read
        .rejects
        .iter()
        .map(|(reason, count)| format!("{count} {reason}"))
        .collect();
    anyhow!(
        "no event could be used ({} rows read; {}); --rejects FILE keeps them with reasons",
        read.rows,
        rejects.join(", ")
    )
}
