//! Annotated journeys: somebody read a person's whole history and wrote down the journeys in it,
//! with names, stage and how relevant each is. Say with every score who annotated: where a language
//! model did, the figures measure agreement with it.
//!
//! An inferred journey is the set of its keywords, compared with a gold journey's queries by the
//! Jaccard index; from .4 on they are the same journey.

mod curve;
mod gold;
mod lists;
mod worst;

pub use curve::ranking_curve;
pub use gold::{Gold, GoldJourney, Person};
pub use worst::worst_people;

use super::bootstrap::{self, Resampling, weighted_sum};
use super::calibration::{Judged, Pool};
use super::figures::{Figure, figures};
use super::fraction::{f1, share};
use super::journey_level::{best_match, jaccard};
use super::numbering::Numbering;
use super::{Id, Predictions, Report, bcubed, names, pairwise, ranking};
use lists::{Lists, Shown};
use std::collections::HashMap;

/// The Jaccard index from which an inferred journey is a gold one.
pub const SAME: f64 = 0.4;
/// From which relevance (1..5) on a gold journey should be found.
pub const RELEVANT: f64 = 3.0;
/// How many journeys of a person are looked at.
pub const SHOWN: usize = 8;
/// How many places NDCG looks at.
pub const DEPTH: usize = 5;
/// Among how many places the most important journey should stand.
pub const FIRST: usize = 3;

figures! {
    /// How well the journeys that a person would see are the annotated ones.
    AnnotatedFigures {
        /// Share of gold journeys of relevance ≥ 3 that some inferred journey is the same as.
        recall: "recall",
        /// Share of the inferred journeys in each person's first 8 that are a gold journey of
        /// relevance ≥ 3 which none before them is.
        precision_top8: "precision of the top 8",
        /// Harmonic mean of the two.
        f1: "F1",
        /// Mean over people of NDCG over 5 places ([`ranking::ndcg`]): the gain of an inferred
        /// journey is the relevance of the gold journey that it is, 0 if there is none or one
        /// before it is that already.
        ndcg5: "NDCG@5",
        /// Share of people whose most important journey is among their first 3.
        main_in_top3: "main journey in the top 3",
        /// Mean over found gold journeys of the best token F1 with one of its names ([`names`]).
        name_token_f1: "name token F1",
        /// Share of found gold journeys whose lifecycle is right.
        lifecycle_accuracy: "lifecycle accuracy",
        /// Share of found gold journeys whose status is right; none given counts as `ongoing`.
        status_accuracy: "status accuracy",
        /// Harmonic mean of B-cubed precision and recall ([`bcubed`]) over the queries that stand
        /// in exactly one gold journey. A query is in the journey of its last keyword row, or alone.
        keyword_b3: "keyword B³ F1",
        /// B-cubed precision over those queries.
        b3_p: "keyword B³ precision",
        /// B-cubed recall over those queries.
        b3_r: "keyword B³ recall",
        /// Harmonic mean of pairwise precision and recall ([`pairwise`]) over those queries.
        pair_f1: "keyword pair F1",
        /// Share of the pairs of those queries put together that belong together.
        pair_p: "keyword pair precision",
        /// Share of the pairs of those queries that belong together that are put together.
        pair_r: "keyword pair recall",
        /// Area under the ROC curve ([`Pool::auc`]) of the first 8 journeys' confidence; right is
        /// what is a gold journey, of any relevance, which none before it is.
        confidence_auc: "confidence AUC",
        /// Expected calibration error ([`Pool::ece`]) of the same.
        ece: "confidence ECE (low is good)",
    }
}

/// The scores of journeys against annotations.
#[derive(Debug, Clone, PartialEq)]
pub struct AnnotatedScores {
    /// People annotated.
    pub people: u64,
    /// Gold journeys of relevance ≥ 3.
    pub gold: u64,
    /// The figures.
    pub figures: AnnotatedFigures<Figure>,
    /// The first 8 journeys of everybody: their confidence and whether they were right.
    pub judged: Pool,
    /// How intervals were drawn.
    pub resampling: Resampling,
}

/// What a person adds to the sums behind the figures.
type Sums = [f64; 17];

#[derive(Default)]
struct PersonScore {
    relevant: u64,
    shown: u64,
    good: u64,
    /// Of found journeys.
    names: Vec<f64>,
    lifecycles_right: u64,
    statuses_right: u64,
    ndcg: Option<f64>,
    main_first: Option<bool>,
    keywords: Vec<bcubed::ItemScore>,
    pairs: pairwise::PairCounts,
    judged: Vec<(f64, bool)>,
}

/// Scores journeys. People that the gold doesn't know are ignored; people are compared by the text
/// of their ids.
#[must_use]
pub fn evaluate(gold: &Gold, predictions: &Predictions, resampling: Resampling) -> AnnotatedScores {
    let people: Vec<PersonScore> = lists::of_everybody(gold, predictions)
        .iter()
        .map(|(person, lists)| score_person(person, lists))
        .collect();
    let judged = people.iter().enumerate().flat_map(|(index, person)| {
        let of_person = person.judged.iter();
        of_person.map(move |&(confidence, right)| Judged {
            confidence,
            right,
            person: index,
        })
    });
    let pool = Pool::new(judged.collect());
    let sums: Vec<Sums> = people.iter().map(PersonScore::sums).collect();

    let everybody = vec![1; people.len()];
    let mut totals = weighted_sum(sums.iter().copied(), &everybody);
    // Name by name, as the reference adds, so that not even the last digit differs.
    totals[4] = people
        .iter()
        .flat_map(|person| &person.names)
        .fold(0.0, |sum, name| sum + name);
    let values = measure(totals, &pool, &everybody).values();
    let figures = bootstrap::figures(people.len(), resampling, values, |weights| {
        measure(weighted_sum(sums.iter().copied(), weights), &pool, weights).values()
    });
    AnnotatedScores {
        people: people.len() as u64,
        gold: people.iter().map(|person| person.relevant).sum(),
        figures: AnnotatedFigures::from_list(figures),
        judged: pool,
        resampling,
    }
}

fn score_person(person: &Person, lists: &Lists<'_>) -> PersonScore {
    let (gold, shown) = (&lists.gold, &lists.shown);
    let mut score = PersonScore::default();
    score.find_relevant(person, gold, shown);
    score.look_at_top(person, lists);
    score.main_first = person.main.filter(|_| !shown.is_empty()).map(|main| {
        shown
            .iter()
            .take(FIRST)
            .any(|(_, keywords)| jaccard(&gold[main], keywords) >= SAME)
    });
    score.compare_grouping(gold, &lists.last_journey);
    score
}

impl PersonScore {
    /// Recall, and names and stage of what is found.
    fn find_relevant(&mut self, person: &Person, gold: &[Vec<u32>], shown: &[Shown<'_>]) {
        for (journey, queries) in person.journeys.iter().zip(gold) {
            if journey.relevance < RELEVANT {
                continue;
            }
            self.relevant += 1;
            let candidates = shown.iter().map(|(_, keywords)| keywords.as_slice());
            let Some((best, overlap)) = best_match(queries, candidates) else {
                continue;
            };
            if overlap < SAME {
                continue;
            }
            let row = shown[best].0;
            self.names
                .push(names::best_token_f1(&row.name, journey.names()));
            self.lifecycles_right += u64::from(row.lifecycle == journey.lifecycle);
            let status = row.status.as_deref().filter(|status| !status.is_empty());
            let right = Some(status.unwrap_or("ongoing")) == journey.status.as_deref();
            self.statuses_right += u64::from(right);
        }
    }

    /// Precision, order and confidence of the first journeys.
    fn look_at_top(&mut self, person: &Person, lists: &Lists<'_>) {
        let mut gains = Vec::new();
        for (row, hit) in lists.hits().take(SHOWN) {
            let relevance = hit.map(|index| person.journeys[index].relevance);
            self.shown += 1;
            self.good += u64::from(relevance.is_some_and(|relevance| relevance >= RELEVANT));
            gains.push(relevance.unwrap_or(0.0));
            self.judged
                .push((row.confidence.unwrap_or(0.0), hit.is_some()));
        }
        self.ndcg = ranking::ndcg(&gains, &person.relevances(), DEPTH);
    }

    /// B-cubed and pairs over the queries of exactly one gold journey.
    fn compare_grouping(&mut self, gold: &[Vec<u32>], last_journey: &HashMap<u32, Option<&Id>>) {
        #[derive(PartialEq, Eq, Hash)]
        enum Label<'a> {
            Alone(u32),
            Journey(&'a Id),
        }
        let mut owners: HashMap<u32, u32> = HashMap::new();
        for query in gold.iter().flatten() {
            *owners.entry(*query).or_default() += 1;
        }
        let mut labels = Numbering::default();
        let (mut of_gold, mut predicted) = (Vec::new(), Vec::new());
        for (index, queries) in gold.iter().enumerate() {
            for query in queries.iter().filter(|query| owners[query] == 1) {
                let journey = last_journey.get(query).copied().flatten();
                of_gold.push(index as u32);
                predicted.push(labels.number(journey.map_or(Label::Alone(*query), Label::Journey)));
            }
        }
        self.keywords = bcubed::per_item(&of_gold, &predicted);
        self.pairs = pairwise::count(&of_gold, &predicted);
    }

    fn sums(&self) -> Sums {
        let (precision, recall) = bcubed::add((0.0, 0.0), &self.keywords);
        let count = |given: bool| f64::from(u8::from(given));
        [
            self.relevant as f64,
            self.names.len() as f64,
            self.shown as f64,
            self.good as f64,
            self.names.iter().fold(0.0, |sum, name| sum + name),
            self.lifecycles_right as f64,
            self.statuses_right as f64,
            self.ndcg.unwrap_or(0.0),
            count(self.ndcg.is_some()),
            count(self.main_first == Some(true)),
            count(self.main_first.is_some()),
            precision,
            recall,
            self.keywords.len() as f64,
            self.pairs.both as f64,
            self.pairs.predicted as f64,
            self.pairs.gold as f64,
        ]
    }
}

fn measure(sums: Sums, pool: &Pool, weights: &[u32]) -> AnnotatedFigures<f64> {
    let [
        relevant,
        found,
        shown,
        good,
        names,
        lifecycles,
        statuses,
        ndcg,
        ndcg_people,
        main_first,
        main_people,
        b3_precision,
        b3_recall,
        keywords,
        both,
        pairs,
        gold_pairs,
    ] = sums;
    let (recall, precision_top8) = (share(found, relevant), share(good, shown));
    let (b3_p, b3_r) = (share(b3_precision, keywords), share(b3_recall, keywords));
    let (pair_p, pair_r) = (share(both, pairs), share(both, gold_pairs));
    AnnotatedFigures {
        recall,
        precision_top8,
        f1: f1(precision_top8, recall),
        ndcg5: share(ndcg, ndcg_people),
        main_in_top3: share(main_first, main_people),
        name_token_f1: share(names, found),
        lifecycle_accuracy: share(lifecycles, found),
        status_accuracy: share(statuses, found),
        keyword_b3: f1(b3_p, b3_r),
        b3_p,
        b3_r,
        pair_f1: f1(pair_p, pair_r),
        pair_p,
        pair_r,
        confidence_auc: pool.auc(weights),
        ece: pool.ece(weights),
    }
}

impl AnnotatedScores {
    /// The scores as a table or JSON.
    #[must_use]
    pub fn report(&self) -> Report {
        Report {
            title: "annotated journeys".to_owned(),
            counts: vec![
                ("people", "people", self.people),
                ("gold", "gold journeys of relevance ≥ 3", self.gold),
            ],
            figures: self.figures.list(),
            resampling: self.resampling,
        }
    }
}
