//! Everybody's examples, in the order of ids.

use anyhow::Result;
use serde::{Deserialize, Serialize};
use wayline::distil::{Example, Lesson, Untaught};
use wayline::embed::EmbeddingCache;
use wayline::extract::Extracted;
use wayline::profile::Profiling;
use wayline::{Rooms, walk};
use wayline_files::write::{Keyed, OrderedResults, SpillSettings};

use super::teacher::{Taught, of_walk};
use crate::run::{Gathered, Job, Models, Progress};

/// Texts whose vectors each thread remembers: at 1 KiB each, 32 MiB.
const CACHED_TEXTS: usize = 32_768;

/// One person's example, or why there is none.
#[derive(Serialize, Deserialize)]
pub(super) struct OfPerson {
    user_id: String,
    pub(super) example: Result<Example, Untaught>,
}

impl Keyed for OfPerson {
    fn user_id(&self) -> &str {
        &self.user_id
    }
}

/// How examples are made.
#[derive(Clone, Copy)]
pub(super) struct Teaching<'a> {
    pub(super) rooms: &'a Rooms<'a>,
    pub(super) models: &'a Models,
    /// A run that was read; without one the rooms are the teacher.
    pub(super) run: Option<&'a Taught>,
    pub(super) validation: f64,
    pub(super) seed: u64,
    pub(super) may_tell: &'a (dyn Fn(&str) -> bool + Sync),
}

impl Teaching<'_> {
    /// Everybody's.
    pub(super) fn teach(
        self,
        gathered: &Gathered,
        job: &Job<'_>,
    ) -> Result<OrderedResults<OfPerson>> {
        let threads = match self.run {
            Some(_) => job.run.threads(),
            None => self.models.threads(job.run),
        };
        let examples = OrderedResults::new(SpillSettings {
            memory_bytes: job.run.memory_bytes() as usize / 8,
            threads,
            directory: Some(job.run.temp_dir()),
        });
        let progress = Progress::people(gathered.person_count);
        let one_thread = || -> Result<()> {
            let mut embeddings = self.models.embeddings(CACHED_TEXTS);
            let mut part = examples.part();
            for person in gathered.people.records()? {
                let person = person?;
                let example = self.example(&person, &mut embeddings)?;
                let user_id = person.user_id;
                part.push(&OfPerson { user_id, example })?;
                progress.add(1);
            }
            Ok(())
        };
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..threads).map(|_| scope.spawn(one_thread)).collect();
            let ends = threads.into_iter().map(|thread| {
                thread
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            });
            ends.collect::<Result<Vec<()>>>()
        })?;
        Ok(examples)
    }

    fn example(
        self,
        person: &Extracted,
        embeddings: &mut EmbeddingCache<'_>,
    ) -> Result<Result<Example, Untaught>> {
        let of_here;
        let labels = match self.run {
            Some(run) => match run.of(&person.user_id) {
                Ok(labels) => labels,
                Err(untaught) => return Ok(Err(untaught)),
            },
            None => {
                let walked = walk(person, self.rooms, embeddings)?;
                let models = self.models;
                models.go_on_after(&walked.asked, "nothing was written")?;
                of_here = of_walk(&walked, &walked.result(person));
                if of_here.is_unanswered {
                    return Ok(Err(Untaught::Unanswered));
                }
                &of_here
            }
        };
        let profiling = Profiling {
            person,
            as_of: self.rooms.as_of,
            config: &self.rooms.config.profile,
            may_tell: self.may_tell,
        };
        let lesson = Lesson {
            user_id: &person.user_id,
            profile: &profiling.profile(embeddings),
            journeys: &labels.journeys,
            unnamed: labels.unnamed,
            validation: self.validation,
            seed: self.seed,
            may_tell: self.may_tell,
        };
        Ok(lesson.example())
    }
}
