//! What a teacher found, read from the files of a run.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use wayline::distil::{Teacher, TeacherJourney};
use wayline::nouns::{PersonResult, Timestamp};
use wayline_files::write::ResultRows;

/// A run's journeys, by person.
pub(super) struct Taught {
    people: HashMap<String, Vec<TeacherJourney>>,
    pub(super) teacher: Teacher,
    /// The moment for which the run was reckoned.
    pub(super) as_of: Timestamp,
}

impl Taught {
    /// What the run found of a person; none where it didn't see them.
    pub(super) fn of(&self, user_id: &str) -> Option<&[TeacherJourney]> {
        self.people.get(user_id).map(Vec::as_slice)
    }

    /// Reads both files. All of it is in memory, as names and texts of keywords.
    pub(super) fn read(journeys: &Path, keywords: &Path) -> Result<Self> {
        let mut found: HashMap<String, HashMap<String, Found>> = HashMap::new();
        let mut runs = Runs::default();
        let columns = ["user_id", "journey_id", "name", "rank", "hidden", "run"];
        each(journeys, &columns, "-o", |row: JourneyRow| {
            runs.add(&row.run, journeys)?;
            let of_person = found.entry(row.user_id).or_default();
            of_person.insert(
                row.journey_id,
                Found {
                    rank: row.rank,
                    is_hidden: row.hidden,
                    journey: TeacherJourney {
                        name: row.name,
                        keywords: Vec::new(),
                    },
                },
            );
            Ok(())
        })?;
        let columns = ["user_id", "keyword", "journey_id"];
        each(keywords, &columns, "--keywords", |row: KeywordRow| {
            // Who has keyword rows was seen, with journeys or without.
            let of_person = found.entry(row.user_id).or_default();
            let Some(journey_id) = row.journey_id else {
                return Ok(());
            };
            let Some(journey) = of_person.get_mut(&journey_id) else {
                bail!(
                    "{} names the journey {journey_id}, which isn't in {}; give two files of one run",
                    keywords.display(),
                    journeys.display()
                );
            };
            journey.journey.keywords.push(row.keyword);
            Ok(())
        })?;
        let Some(as_of) = runs.as_of else {
            bail!("{} holds no journey", journeys.display());
        };
        let people = found.into_iter();
        Ok(Self {
            people: people
                .map(|(user_id, journeys)| (user_id, ranked(journeys)))
                .collect(),
            teacher: Teacher::Run {
                run_ids: runs.ids.into_iter().collect(),
                models: runs.models.into_iter().collect(),
            },
            as_of,
        })
    }
}

/// What this run's own rooms found.
pub(super) fn of_rooms(person: &PersonResult) -> Vec<TeacherJourney> {
    let mut found: HashMap<String, Found> = HashMap::new();
    for journey in &person.journeys {
        found.insert(
            journey.journey_id.clone(),
            Found {
                rank: journey.rank,
                is_hidden: journey.hidden,
                journey: TeacherJourney {
                    name: journey.name.clone(),
                    keywords: Vec::new(),
                },
            },
        );
    }
    for row in &person.keywords {
        let journey = row.journey_id.as_ref().and_then(|id| found.get_mut(id));
        if let Some(journey) = journey {
            journey.journey.keywords.push(row.keyword.clone());
        }
    }
    ranked(found)
}

struct Found {
    rank: u32,
    is_hidden: bool,
    journey: TeacherJourney,
}

/// By rank, without those that the person took away.
fn ranked(journeys: HashMap<String, Found>) -> Vec<TeacherJourney> {
    let mut journeys: Vec<(u32, String, Found)> = journeys
        .into_iter()
        .filter(|(_, found)| !found.is_hidden)
        .map(|(id, found)| (found.rank, id, found))
        .collect();
    // Rows that aren't Wayline's may share a rank.
    journeys.sort_by(|left, right| (left.0, &left.1).cmp(&(right.0, &right.1)));
    journeys
        .into_iter()
        .map(|(_, _, found)| found.journey)
        .collect()
}

#[derive(Deserialize)]
struct JourneyRow {
    user_id: String,
    journey_id: String,
    name: String,
    rank: u32,
    #[serde(default)]
    hidden: bool,
    run: RunRow,
}

#[derive(Deserialize)]
struct RunRow {
    run_id: String,
    models: String,
    as_of: Timestamp,
}

#[derive(Deserialize)]
struct KeywordRow {
    user_id: String,
    keyword: String,
    journey_id: Option<String>,
}

/// Which runs the journeys are of. A store's results are of several, of one moment.
#[derive(Default)]
struct Runs {
    ids: BTreeSet<String>,
    models: BTreeSet<String>,
    as_of: Option<Timestamp>,
}

impl Runs {
    fn add(&mut self, row: &RunRow, journeys: &Path) -> Result<()> {
        let as_of = *self.as_of.get_or_insert(row.as_of);
        if as_of != row.as_of {
            bail!(
                "{} holds journeys of {as_of} and of {}; give a run of one moment",
                journeys.display(),
                row.as_of
            );
        }
        if !self.ids.contains(&row.run_id) {
            self.ids.insert(row.run_id.clone());
            self.models.insert(row.models.clone());
        }
        Ok(())
    }
}

/// Hands each row of a file of results to `take`.
fn each<R: DeserializeOwned>(
    path: &Path,
    columns: &[&str],
    option: &str,
    mut take: impl FnMut(R) -> Result<()>,
) -> Result<()> {
    for (number, row) in (1..).zip(ResultRows::open(path, Some(columns))?) {
        let row = row?;
        if row.trim().is_empty() {
            continue;
        }
        let row = serde_json::from_str(&row).with_context(|| {
            format!(
                "{} row {number} is no result; give the file that `wayline infer {option}` wrote",
                path.display()
            )
        })?;
        take(row)?;
    }
    Ok(())
}
