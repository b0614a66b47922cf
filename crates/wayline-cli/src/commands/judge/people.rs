//! What the log says of the people who are judged, and how they are drawn.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use wayline::embed::{Embedder, EmbeddingCache};
use wayline::extract::extract;
use wayline::judge::Evidence;
use wayline::nouns::Timestamp;
use wayline::profile::Profiling;
use wayline_files::group::Grouping;
use wayline_files::read::Inputs;

use crate::run::{InputArgs, Job, RunArgs};

/// Texts whose vectors each thread remembers.
const CACHED_TEXTS: usize = 4_096;

/// The log that journeys were made from.
#[derive(Args, Clone, Debug)]
pub(super) struct EventsArgs {
    /// The event log that the journeys were made from, as `wayline infer` takes it; may be given several
    /// times. Events after the run's own moment are left out
    #[arg(long, value_name = "EVENTS", required = true)]
    input: Vec<String>,

    /// A table of items, for events that lack titles, annotations or interests
    #[arg(long, value_name = "FILE")]
    items: Option<String>,

    /// Read column B of the input as Wayline's column A, as in query=search_term
    #[arg(long = "map", value_name = "A=B")]
    renamings: Vec<String>,
}

/// Who is judged.
#[derive(Args, Clone, Debug)]
pub(super) struct SampleArgs {
    /// People to judge, if there are so many
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..=20_000))]
    pub(super) people: u64,

    /// Journeys of each person, the first to show
    #[arg(long, value_name = "K", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=50))]
    pub(super) top: u64,

    /// Draws the people and the order in which lists are shown; another seed draws others
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub(super) seed: u32,
}

/// What the log says of people: nothing of whom there is nothing that may be told.
pub(super) type Told = BTreeMap<String, Option<Evidence>>;

/// What one thread holds.
struct Reader {
    embeddings: EmbeddingCache<'static>,
    told: Vec<(String, Option<Evidence>)>,
}

impl EventsArgs {
    /// Reads the log, and what it says at `as_of` of everybody whom `wanted` holds. Who isn't in the
    /// log, or looks automated, isn't in the answer.
    pub(super) fn tell<T>(
        &self,
        run: &RunArgs,
        wanted: &BTreeMap<String, T>,
        as_of: Timestamp,
    ) -> Result<Told>
    where
        T: Sync,
    {
        let input = self.input();
        let (config, safety) = (run.config()?, run.safety()?);
        let job = Job {
            input: &input,
            run,
            config: &config,
            as_of: Some(as_of),
        };
        let read = |grouping: Grouping| -> Result<Vec<(String, Option<Evidence>)>> {
            let readers = (0..run.threads()).map(|_| Reader {
                embeddings: EmbeddingCache::new(Embedder::builtin(), CACHED_TEXTS),
                told: Vec::new(),
            });
            let (readers, _) = job.for_each_log(grouping, readers.collect(), |reader, log| {
                if !wanted.contains_key(&log.user_id) {
                    return Ok(());
                }
                let Ok(person) = extract(log, &config.actions, &config.extract) else {
                    return Ok(());
                };
                let profiling = Profiling {
                    person: &person,
                    as_of,
                    config: &config.profile,
                    may_tell: &|text| safety.may_show(text),
                };
                let profile = profiling.profile(&mut reader.embeddings);
                let evidence = Evidence::of(&person, &profile, as_of);
                reader.told.push((person.user_id, evidence));
                Ok(())
            })?;
            Ok(readers.into_iter().flat_map(|it| it.told).collect())
        };
        let told = job.attempt(read)?;
        let by_person: Told = told.iter().cloned().collect();
        if by_person.len() == told.len() {
            return Ok(by_person);
        }
        // Among very many people one who came twice isn't noticed while the log is read.
        Ok(read(Grouping::Partitioned)?.into_iter().collect())
    }

    /// The files that are read.
    pub(super) fn paths(&self) -> Result<Vec<PathBuf>> {
        let inputs = Inputs::find(&self.input)?;
        let items = self.items.iter().map(PathBuf::from);
        Ok(inputs.paths().map(Path::to_owned).chain(items).collect())
    }

    fn input(&self) -> InputArgs {
        InputArgs {
            inputs: self.input.clone(),
            items: self.items.clone(),
            renamings: self.renamings.clone(),
            rejects: None,
            max_rejects: None,
        }
    }
}

/// Says of whom nothing could be asked, and leaves the others.
pub(super) fn with_evidence<T>(
    sample: BTreeMap<String, T>,
    mut told: Told,
) -> Result<Vec<(String, T, Evidence)>> {
    let all = sample.len();
    let (mut missing, mut untold) = (0, 0);
    let mut people = Vec::with_capacity(all);
    for (user_id, of_person) in sample {
        match told.remove(&user_id) {
            None => missing += 1,
            Some(None) => untold += 1,
            Some(Some(evidence)) => people.push((user_id, of_person, evidence)),
        }
    }
    if missing > 0 {
        eprintln!("not in the log: {missing} of {all} people; is it the log of this run?");
    }
    if untold > 0 {
        eprintln!("nothing in the log that can be told: {untold} of {all} people");
    }
    if people.is_empty() {
        anyhow::bail!(
            "nobody of the sample is in the log; give the log that the journeys were made from"
        );
    }
    Ok(people)
}
