//! A student beside its teacher: does a small model keep to the form, does it group as the teacher does,
//! and does it call things the same?
//!
//! That is agreement, not quality: a teacher may be wrong, and a student that agrees is wrong too.
//!
//! Two things can be compared: replies ([`of_replies`]), as conversations that ask the same, and runs
//! ([`of_runs`]), whose rows say nothing of replies that broke their form.

mod replies;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::bootstrap::{self, Resampling, weighted_sum};
use super::figures::figures;
use super::fraction::{f1, share};
use super::journey_level::{SAME, best_match};
use super::numbering::Numbering;
use super::{Predictions, ReadError, Report, bcubed, names, normalise};

figures! {
    /// How far a student agrees with its teacher.
    StudentFigures {
        /// Share of the teacher's questions to which the student's reply is JSON of the schema and
        /// nothing else, with names and with numbers that are there, each once. Of runs it isn't known.
        format_obedience: "format obedience",
        /// Harmonic mean of B-cubed precision and recall ([`bcubed`]) over the keywords that either puts
        /// into a journey; one that the other leaves out is a group of its own there. Of people whose
        /// reply can be used, as all that follows.
        b3: "B³ F1",
        /// B-cubed precision: of the keywords that the student puts together, the teacher does too.
        b3_p: "B³ precision",
        /// B-cubed recall.
        b3_r: "B³ recall",
        /// Share of the teacher's journeys whose likest one of the student has Jaccard ≥ .5.
        journey_recall: "teacher's journeys found",
        /// Share of the student's journeys whose likest one of the teacher has Jaccard ≥ .5.
        journey_precision: "student's journeys that are the teacher's",
        /// Mean over found journeys of the token F1 of both names ([`names`]); 1 where they are the same
        /// but for spaces and capitals, in any script.
        name_token_f1: "name token F1",
    }
}

/// How far a student agrees with its teacher.
#[derive(Debug, Clone, PartialEq)]
pub struct StudentScores {
    /// People of the teacher.
    pub people: u64,
    /// What became of the student's replies; none of runs.
    pub replies: Option<ReplyCounts>,
    /// Journeys of the teacher, of people whose reply can be used.
    pub teacher_journeys: u64,
    /// Journeys of the student.
    pub student_journeys: u64,
    /// The figures.
    pub figures: StudentFigures,
    /// How intervals were drawn.
    pub resampling: Resampling,
}

/// What became of a student's replies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReplyCounts {
    /// Replies that keep to the form.
    pub good: u64,
    /// Replies that aren't JSON alone, or aren't whole.
    pub not_json: u64,
    /// JSON that isn't of the schema.
    pub not_schema: u64,
    /// Replies with a name that is none, a number that isn't there, or one that stands twice.
    pub not_checked: u64,
    /// Questions of the teacher without a reply of the student.
    pub missing: u64,
    /// Replies to what the teacher wasn't asked, which are ignored.
    pub strangers: u64,
}

/// One person's journeys: names and numbers of keywords, each number in one of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Journeys(pub(super) Vec<(String, Vec<u32>)>);

/// What a person adds to the sums behind the figures.
type Sums = [f64; 11];

/// Compares conversations that ask the same: the teacher's, as `wayline llm export` writes them, and the
/// student's, whose last message is its own reply as it came. A question without a reply of the student
/// counts as one whose reply broke its form.
///
/// # Errors
/// A line is no conversation, or the teacher's own reply breaks the form.
pub fn of_replies(
    teacher: &str,
    student: &str,
    resampling: Resampling,
) -> Result<StudentScores, ReadError> {
    let (pairs, counts) = replies::pairs(teacher, student)?;
    let sums: Vec<Sums> = pairs
        .iter()
        .map(|(teacher, student)| match student {
            Some(student) => sums(teacher, student),
            None => [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        })
        .collect();
    Ok(scores(&sums, Some(counts), resampling))
}

/// Compares two runs over the same people. Keywords are compared by their normal form, people by their
/// ids as text; people whom only the student knows are ignored.
#[must_use]
pub fn of_runs(
    teacher: &Predictions,
    student: &Predictions,
    resampling: Resampling,
) -> StudentScores {
    let mut of_student = by_person(student);
    let sums: Vec<Sums> = by_person(teacher)
        .into_iter()
        .map(|(person, teacher)| {
            let student = of_student.remove(&person).unwrap_or_default();
            let mut numbers = Numbering::default();
            let teacher = numbered(teacher, &mut numbers);
            sums(&teacher, &numbered(student, &mut numbers))
        })
        .collect();
    scores(&sums, None, resampling)
}

/// A journey's id with its name and keywords.
type NamedKeywords = BTreeMap<String, (String, BTreeSet<String>)>;

/// In the order of ids, so that intervals don't depend on the order of rows.
fn by_person(predictions: &Predictions) -> BTreeMap<String, NamedKeywords> {
    let mut people: BTreeMap<String, NamedKeywords> = BTreeMap::new();
    for row in &predictions.journeys {
        let journeys = people.entry(row.user_id.to_string()).or_default();
        journeys.entry(row.journey_id.to_string()).or_default().0 = row.name.clone();
    }
    for row in &predictions.keywords {
        let journeys = people.entry(row.user_id.to_string()).or_default();
        if let Some(journey) = &row.journey_id {
            let journey = journeys.entry(journey.to_string()).or_default();
            journey.1.insert(normalise(&row.keyword));
        }
    }
    people
}

fn numbered(journeys: NamedKeywords, numbers: &mut Numbering<String>) -> Journeys {
    let mut taken = BTreeSet::new();
    let journeys = journeys.into_values().map(|(name, keywords)| {
        let numbers = keywords.into_iter().map(|it| numbers.number(it));
        // In rows that aren't Wayline's a keyword may be in two journeys: it counts in the first.
        (name, numbers.filter(|it| taken.insert(*it)).collect())
    });
    let mut journeys: Vec<(String, Vec<u32>)> = journeys.collect();
    journeys.retain(|(_, keywords)| !keywords.is_empty());
    for (_, keywords) in &mut journeys {
        keywords.sort_unstable();
    }
    Journeys(journeys)
}

fn sums(teacher: &Journeys, student: &Journeys) -> Sums {
    let items: BTreeSet<u32> = teacher.keywords().chain(student.keywords()).collect();
    let scores = bcubed::per_item(&teacher.labels(&items), &student.labels(&items));
    let (precision, recall) = bcubed::add((0.0, 0.0), &scores);
    let found: Vec<f64> = teacher
        .matched(student)
        .map(|(left, right)| same_name(left, right))
        .collect();
    let right = student.matched(teacher).count();
    [
        1.0,
        1.0,
        items.len() as f64,
        precision,
        recall,
        teacher.0.len() as f64,
        found.len() as f64,
        student.0.len() as f64,
        right as f64,
        found.len() as f64,
        found.iter().sum(),
    ]
}

fn same_name(left: &str, right: &str) -> f64 {
    if normalise(left) == normalise(right) {
        1.0
    } else {
        names::token_f1(left, right)
    }
}

impl Journeys {
    fn keywords(&self) -> impl Iterator<Item = u32> {
        self.0
            .iter()
            .flat_map(|(_, keywords)| keywords.iter().copied())
    }

    /// The group of each item; one of its own where it is in no journey.
    fn labels(&self, items: &BTreeSet<u32>) -> Vec<u32> {
        let groups = (0_u32..).zip(&self.0);
        let groups =
            groups.flat_map(|(group, (_, keywords))| keywords.iter().map(move |it| (*it, group)));
        let groups: HashMap<u32, u32> = groups.collect();
        let alone = (0_u32..).skip(self.0.len());
        let labels = items.iter().zip(alone);
        labels
            .map(|(item, alone)| groups.get(item).copied().unwrap_or(alone))
            .collect()
    }

    /// The names of the journeys that have their like among others, with the name of the likest.
    fn matched<'a>(&'a self, others: &'a Self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0.iter().filter_map(|(name, keywords)| {
            let candidates = others.0.iter().map(|(_, keywords)| keywords.as_slice());
            let (place, overlap) = best_match(keywords, candidates)?;
            (overlap >= SAME).then(|| (name.as_str(), others.0[place].0.as_str()))
        })
    }
}

fn scores(people: &[Sums], replies: Option<ReplyCounts>, resampling: Resampling) -> StudentScores {
    let measure = |weights: &[u32]| {
        let sums = weighted_sum(people.iter().copied(), weights);
        let [
            all,
            usable,
            items,
            precision,
            recall,
            theirs,
            found,
            ours,
            right,
            named,
            same,
        ] = sums;
        let (b3_p, b3_r) = (share(precision, items), share(recall, items));
        let figures = StudentFigures {
            format_obedience: share(usable, all),
            b3: f1(b3_p, b3_r),
            b3_p,
            b3_r,
            journey_recall: share(found, theirs),
            journey_precision: share(right, ours),
            name_token_f1: share(same, named),
        };
        figures.values()
    };
    let everybody = vec![1; people.len()];
    let figures = bootstrap::figures(people.len(), resampling, measure(&everybody), measure);
    let totals = weighted_sum(people.iter().copied(), &everybody);
    StudentScores {
        people: people.len() as u64,
        replies,
        teacher_journeys: totals[5] as u64,
        student_journeys: totals[7] as u64,
        figures: StudentFigures::from_list(figures),
        resampling,
    }
}

impl StudentScores {
    /// For people and for programs.
    #[must_use]
    pub fn report(&self) -> Report {
        let mut counts = vec![("people", "people", self.people)];
        if let Some(it) = &self.replies {
            counts.extend([
                ("good_replies", "replies that keep to the form", it.good),
                ("not_json", "replies that aren't JSON alone", it.not_json),
                ("not_schema", "JSON that isn't of the schema", it.not_schema),
                ("not_checked", "wrong names or numbers", it.not_checked),
                ("missing", "questions without a reply", it.missing),
                ("strangers", "replies to other questions", it.strangers),
            ]);
        }
        counts.extend([
            (
                "teacher_journeys",
                "journeys of the teacher",
                self.teacher_journeys,
            ),
            (
                "student_journeys",
                "journeys of the student",
                self.student_journeys,
            ),
        ]);
        let mut figures = self.figures.list();
        figures.retain(|(key, _, _)| self.replies.is_some() || *key != "format_obedience");
        Report {
            title: "a student beside its teacher".to_owned(),
            counts,
            figures,
            resampling: self.resampling,
        }
    }
}
