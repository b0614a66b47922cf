//! The second time over people: walk each through the rooms.

use std::collections::HashSet;

use anyhow::Result;
use wayline::feedback::Stances;
use wayline::nouns::{GroupedBy, LeftOver, NameReason, NameSource, PersonResult};
use wayline::{Remembered, Rooms, walk_with};
use wayline_files::write::{OrderedResults, SpillSettings};

use super::{Gathered, Job, Models, Progress, RunArgs, not_embedded};

/// Texts whose vectors a thread remembers for each core, at 1 KiB each: 32 MiB.
const CACHED_TEXTS: usize = 32_768;

/// The texts whose vectors each of so many threads remembers.
pub(crate) fn cached_texts(run: &RunArgs, threads: usize) -> usize {
    CACHED_TEXTS * run.threads() / threads.max(1)
}

/// Results in order, waiting to be handed out, and what they are made of.
pub(crate) struct Finished {
    /// Everybody's results.
    pub(crate) results: OrderedResults<PersonResult>,
    /// What they count.
    pub(crate) tally: Tally,
}

/// What results count.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) people: u64,
    pub(crate) journeys: u64,
    pub(crate) keywords: u64,
    pub(crate) keywords_in_journeys: u64,
    /// Journeys that their person doesn't want to see.
    pub(crate) hidden: u64,
    /// Journeys taken away that are known of the people who were walked.
    pub(crate) known_stances: u64,
    /// By the place of the reason in [`LeftOver::ALL`].
    pub(crate) left_over: [u64; LeftOver::ALL.len()],
    /// Journeys that must not be shown, so that they are none.
    pub(crate) withheld: u64,
    /// Journeys that a language model named.
    pub(crate) named_by_model: u64,
    /// Those that it didn't, though it was asked; by the place of the reason in [`NameReason::ALL`].
    pub(crate) not_named: [u64; NameReason::ALL.len()],
    /// People whose journeys a language model grouped, and those of whom it gave nothing that can be used.
    pub(crate) grouped_by_model: u64,
    pub(crate) grouped_without: u64,
}

impl Tally {
    /// Counts a person's result.
    pub(crate) fn count(&mut self, person: &PersonResult) {
        self.people += 1;
        self.journeys += person.journeys.len() as u64;
        self.hidden += person.journeys.iter().filter(|it| it.hidden).count() as u64;
        for journey in &person.journeys {
            self.named_by_model += u64::from(journey.name_source == NameSource::Llm);
            let place = NameReason::ALL.iter();
            if let Some(place) = place
                .clone()
                .position(|it| Some(*it) == journey.name_reason)
            {
                self.not_named[place] += 1;
            }
        }
        self.keywords += person.keywords.len() as u64;
        for keyword in &person.keywords {
            match keyword.reason {
                None => self.keywords_in_journeys += 1,
                Some(reason) => {
                    let place = LeftOver::ALL.iter().position(|known| *known == reason);
                    self.left_over[place.unwrap_or(0)] += 1;
                }
            }
        }
    }

    /// Counts what grouped a person's keywords, where a language model was asked to.
    pub(crate) fn count_groups(&mut self, grouped_by: GroupedBy, was_asked: bool) {
        match grouped_by {
            GroupedBy::Llm => self.grouped_by_model += 1,
            GroupedBy::Memory => self.grouped_without += 1,
            GroupedBy::Rooms => self.grouped_without += u64::from(was_asked),
        }
    }

    /// Adds what another thread counted.
    pub(crate) fn add(&mut self, other: &Self) {
        self.people += other.people;
        self.journeys += other.journeys;
        self.keywords += other.keywords;
        self.keywords_in_journeys += other.keywords_in_journeys;
        self.hidden += other.hidden;
        self.known_stances += other.known_stances;
        self.withheld += other.withheld;
        self.named_by_model += other.named_by_model;
        self.grouped_by_model += other.grouped_by_model;
        self.grouped_without += other.grouped_without;
        for (sum, more) in self.not_named.iter_mut().zip(other.not_named) {
            *sum += more;
        }
        for (sum, more) in self.left_over.iter_mut().zip(other.left_over) {
            *sum += more;
        }
    }
}

/// Walks everybody (or only `users`, if any are named) through the rooms, with what they said of
/// journeys that they were shown.
pub(crate) fn walk_everybody(
    gathered: &Gathered,
    job: &Job<'_>,
    rooms: &Rooms<'_>,
    users: &HashSet<String>,
    stances: &Stances,
    models: &Models,
) -> Result<Finished> {
    let run = job.run;
    let threads = models.threads(run);
    let results = OrderedResults::new(SpillSettings {
        memory_bytes: run.memory_bytes() as usize / 8,
        threads,
        directory: Some(run.temp_dir()),
    });
    let progress = Progress::people(gathered.person_count);
    let one_thread = || -> Result<Tally> {
        let mut embeddings = models.embeddings(cached_texts(run, threads));
        let mut part = results.part();
        let mut tally = Tally::default();
        for person in gathered.people.records()? {
            let person = person?;
            progress.add(1);
            if !users.is_empty() && !users.contains(&person.user_id) {
                continue;
            }
            let said = stances.of(&person.user_id);
            let remembered = Remembered {
                known: &[],
                stances: &said,
            };
            let walked = walk_with(&person, rooms, remembered, &mut embeddings)
                .map_err(|error| not_embedded(&error))?;
            models.go_on_after(&walked.asked, "nothing was written")?;
            let result = walked.result(&person);
            tally.count_groups(walked.grouped_by, walked.was_asked_to_group);
            tally.withheld += u64::from(walked.withheld_journeys);
            tally.known_stances += u64::from(walked.known_stances);
            tally.count(&result);
            part.push(&result)?;
        }
        Ok(tally)
    };
    let tallies: Vec<Result<Tally>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(one_thread)).collect();
        threads
            .into_iter()
            .map(|thread| {
                thread
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
            .collect()
    });
    let mut tally = Tally::default();
    for one in tallies {
        tally.add(&one?);
    }
    drop(progress);
    Ok(Finished { results, tally })
}
