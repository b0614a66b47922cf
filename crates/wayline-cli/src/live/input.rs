//! The first time over people: read, let new events wait, count the corpus where it is wanted.

use anyhow::Result;
use wayline::corpus::CorpusCounts;
use wayline::extract::extract;
use wayline::keep::Kept;
use wayline::nouns::{Event, PersonLog};
use wayline_files::corpus::{CorpusCounter, CorpusPart};
use wayline_files::group::Grouping;
use wayline_files::read::ReadSummary;
use wayline_files::write::{SpillPart, SpillQueue, SpillReader, SpillSettings};

use super::Fingerprint;
use crate::run::Job;

/// A person with events that aren't in the store yet, as [`Kept::to_bytes`] writes them.
pub(crate) type NewEvents = (String, Vec<u8>);

/// What one time over the input gives.
pub(crate) struct Gathering {
    /// Everybody, in no particular order.
    pub(crate) people: SpillReader<NewEvents>,
    pub(crate) person_count: u64,
    pub(crate) fingerprint: Fingerprint,
    /// What everybody's log says, where it was to be counted.
    pub(crate) corpus: Option<CorpusCounts>,
    pub(crate) read: ReadSummary,
    /// Events later than the moment for which journeys are reckoned: kept, but not looked at yet.
    pub(crate) later: u64,
}

struct Worker<'a> {
    queue: SpillPart<'a, NewEvents>,
    counter: Option<CorpusPart<'a>>,
    fingerprint: Fingerprint,
    people: u64,
    later: u64,
}

/// Reads an input; `counts_corpus` says whether its corpus is wanted. All events are kept, also those
/// later than the job's moment, so that an input is the same whenever it is looked at; its corpus is of
/// those until then.
pub(crate) fn gather_events(
    job: &Job<'_>,
    grouping: Grouping,
    counts_corpus: bool,
) -> Result<Gathering> {
    let (config, threads) = (job.config, job.run.threads());
    let until = job.as_of;
    let job = &Job {
        as_of: None,
        ..*job
    };
    let share = job.run.memory_bytes() as usize / 8;
    let queue = SpillQueue::new(SpillSettings {
        memory_bytes: share,
        threads,
        directory: Some(job.run.temp_dir()),
    });
    let counter = CorpusCounter::new(&config.corpus, share, threads, &job.run.temp_dir())?;
    let worker = |_| -> Result<Worker<'_>> {
        Ok(Worker {
            queue: queue.part()?,
            counter: counts_corpus.then(|| counter.part()),
            fingerprint: Fingerprint::default(),
            people: 0,
            later: 0,
        })
    };
    let workers: Result<Vec<Worker<'_>>> = (0..threads).map(worker).collect();
    let take = |worker: &mut Worker<'_>, log: &mut PersonLog| -> Result<()> {
        let is_later = |event: &Event| until.is_some_and(|until| event.time > until);
        let later = log.events.iter().filter(|event| is_later(event)).count();
        worker.later += later as u64;
        let mut new = Kept::new(&log.user_id);
        new.log = log.clone();
        // As it was read, before any bounds.
        let mut bytes = new.to_bytes(&config.actions);
        worker.fingerprint.add(&log.user_id, &bytes);
        if let Some(counter) = &mut worker.counter {
            if later > 0 {
                log.events.retain(|event| !is_later(event));
            }
            if let Ok(person) = extract(log, &config.actions, &config.extract) {
                counter.add(&person)?;
            }
        }
        let all = std::mem::replace(&mut new.log, PersonLog::new(&log.user_id));
        if new.fold(&all, &config.keep).dropped > 0 {
            bytes = new.to_bytes(&config.actions);
        }
        worker.people += 1;
        Ok(worker.queue.push(&(log.user_id.clone(), bytes))?)
    };
    let (workers, read) = job.for_each_log(grouping, workers?, take)?;
    let (mut fingerprint, mut person_count, mut later) = (Fingerprint::default(), 0, 0);
    for worker in workers {
        fingerprint.0 = fingerprint.0.wrapping_add(worker.fingerprint.0);
        person_count += worker.people;
        later += worker.later;
        worker.queue.finish()?;
        if let Some(part) = worker.counter {
            part.finish();
        }
    }
    Ok(Gathering {
        people: queue.into_reader()?,
        person_count,
        fingerprint,
        corpus: counts_corpus.then(|| counter.finish()).transpose()?,
        read,
        later,
    })
}
