//! What a teacher found, read from the files of a run.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use wayline::Walked;
use wayline::distil::{Teacher, TeacherJourney, Untaught};
use wayline::nouns::{GroupedBy, NameReason, PersonResult, Timestamp};
use wayline_files::write::ResultRows;

/// A run's journeys, by person.
pub(super) struct Taught {
    people: HashMap<String, Labels>,
    /// Whether a language model was the teacher, and there is somebody of whom it gave nothing.
    has_failures: bool,
    pub(super) teacher: Teacher,
    /// The moment for which the run was reckoned.
    pub(super) as_of: Timestamp,
}

impl Taught {
    /// What the run found of a person, or why that is no label.
    pub(super) fn of(&self, user_id: &str) -> Result<&Labels, Untaught> {
        let labels = self.people.get(user_id).ok_or(Untaught::Unseen)?;
        // Of people without a journey no row says whether the model was heard.
        let may_be_unheard = labels.is_empty() && self.has_failures;
        match labels.is_unanswered || may_be_unheard {
            true => Err(Untaught::Unanswered),
            false => Ok(labels),
        }
    }

    /// Reads both files. All of it is in memory, as names and texts of keywords.
    pub(super) fn read(journeys: &Path, keywords: &Path) -> Result<Self> {
        let mut found: HashMap<String, HashMap<String, Found>> = HashMap::new();
        let mut runs = Runs::default();
        let columns = [
            "user_id",
            "journey_id",
            "name",
            "name_reason",
            "rank",
            "hidden",
            "grouped_by",
            "run",
        ];
        each(journeys, &columns, "-o", |row: JourneyRow| {
            runs.add(&row.run, journeys)?;
            let of_person = found.entry(row.user_id).or_default();
            of_person.insert(
                row.journey_id,
                Found {
                    rank: row.rank,
                    is_hidden: row.hidden,
                    by: By {
                        was_named: row.name_reason.is_none(),
                        groups: asks_model(&row.run.models).then_some(row.grouped_by),
                    },
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
        let all = found.values().flat_map(HashMap::values);
        let mut groups = all.filter_map(|it| it.by.groups);
        // A model that was asked for names alone leaves the groups to the rooms everywhere.
        let is_grouped_by_model = groups.any(|it| it != GroupedBy::Rooms);
        let people = found.into_iter().map(|(user_id, journeys)| {
            let labels = Labels::of(journeys, is_grouped_by_model);
            (user_id, labels)
        });
        let people: HashMap<String, Labels> = people.collect();
        Ok(Self {
            has_failures: people.values().any(|it| it.is_unanswered || it.unnamed > 0),
            people,
            teacher: Teacher::Run {
                run_ids: runs.ids.into_iter().collect(),
                models: runs.models.into_iter().collect(),
            },
            as_of,
        })
    }
}

/// What this very run found.
pub(super) fn of_walk(walked: &Walked, person: &PersonResult) -> Labels {
    let mut found: HashMap<String, Found> = HashMap::new();
    for journey in &person.journeys {
        found.insert(
            journey.journey_id.clone(),
            Found {
                rank: journey.rank,
                is_hidden: journey.hidden,
                by: By {
                    was_named: journey.name_reason.is_none(),
                    groups: None,
                },
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
    Labels {
        is_unanswered: walked.was_asked_to_group && walked.grouped_by != GroupedBy::Llm,
        ..Labels::of(found, false)
    }
}

/// What a teacher said of a person.
pub(super) struct Labels {
    /// By rank, without those that the person took away.
    pub(super) journeys: Vec<TeacherJourney>,
    /// Journeys that a language model was to name, and didn't: they aren't among these.
    pub(super) unnamed: u64,
    /// Whether the groups are somebody else's than the language model's, which was asked for them.
    pub(super) is_unanswered: bool,
}

impl Labels {
    fn of(found: HashMap<String, Found>, is_grouped_by_model: bool) -> Self {
        let is_strange = |it: &Found| it.by.groups.is_some_and(|it| it != GroupedBy::Llm);
        let is_unanswered = is_grouped_by_model && found.values().any(is_strange);
        let (named, not): (HashMap<_, _>, HashMap<_, _>) =
            found.into_iter().partition(|(_, it)| it.by.was_named);
        Self {
            journeys: ranked(named),
            unnamed: not.values().filter(|it| !it.is_hidden).count() as u64,
            is_unanswered,
        }
    }

    fn is_empty(&self) -> bool {
        self.journeys.is_empty() && self.unnamed == 0
    }
}

/// Whether a run's models name one that is asked.
fn asks_model(models: &str) -> bool {
    models.split(',').any(|it| it.starts_with("text_model:"))
}

/// Who said what is known of a journey.
#[derive(Clone, Copy)]
struct By {
    /// Whether its name is the one that whoever was to name it gave.
    was_named: bool,
    /// Who grouped its keywords, in a run that asks a language model.
    groups: Option<GroupedBy>,
}

struct Found {
    rank: u32,
    is_hidden: bool,
    by: By,
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
    #[serde(default)]
    name_reason: Option<NameReason>,
    #[serde(default)]
    grouped_by: GroupedBy,
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
