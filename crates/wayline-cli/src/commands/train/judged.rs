//! Journeys of which somebody said, or showed, how relevant they are; the score learned from them.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use wayline::evaluate::Figure;
use wayline::evaluate::ranking::ndcg;
use wayline::logistic::Logistic;
use wayline::nouns::Timestamp;
use wayline::rank::{FEATURES, Features};
use wayline::train::{Ridge, Weighted};

use super::differences::mean_over_people;
use super::labels::fold_of;
use super::moments::Moment;
use super::ranker::fit_returns;

/// The feature of the score that no journey has by itself.
pub(super) const RETURN_LOG_ODDS: &str = "return_log_odds";
/// What a few hundred judgements can teach: with all features people held back came out worse.
pub(super) const LEARNED: [&str; 11] = [
    "log_events",
    "log_keywords",
    "share_of_events",
    "recency_60",
    "log_active_days",
    "cohesion",
    "isolation",
    "confidence",
    "rarity",
    "navigational",
    RETURN_LOG_ODDS,
];
/// How much weights are held where they start; the penalty that is best held back is taken.
pub(super) const PENALTIES: [f64; 7] = [0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0];
/// [`gain_of`] the highest relevance.
pub(super) const HIGHEST_GAIN: f64 = 31.0;
const DEPTH: usize = 5;

/// A journey as it was at a moment, with what was said of it.
#[derive(Clone)]
pub(super) struct Judged {
    pub(super) user_id: String,
    /// Journeys of a person at one moment are one list.
    pub(super) at: Timestamp,
    pub(super) features: Features,
    /// The weight of what was said, and of what was said for it.
    pub(super) total: f64,
    pub(super) positive: f64,
    /// What it is worth in a list, from 0; corrected for position, it may be above
    /// [`HIGHEST_GAIN`].
    pub(super) gain: f64,
}

/// The gain of a relevance from 1 to 5.
pub(super) fn gain_of(relevance: f64) -> f64 {
    relevance.exp2() - 1.0
}

impl Judged {
    /// The relevance for NDCG, whose gain is 2 to that power, minus 1.
    fn relevance(&self) -> f64 {
        (1.0 + self.gain).log2()
    }

    fn values(&self, returns: &Logistic) -> impl Iterator<Item = f32> + Clone {
        let values = self.features.into_iter();
        values.chain([returns.log_odds(&self.features)])
    }
}

/// Scores and relevances of the journeys that a person had at one moment.
type List = Vec<(f64, f64)>;

/// A score that is the probability of a return.
pub(super) fn as_likely_as_returns() -> Logistic {
    let mut score = Logistic::unknowing(FEATURES.len() + 1);
    score.weights[FEATURES.len()] = 1.0;
    score
}

/// Fits a score that starts from a known one and is held there by a penalty.
pub(super) fn fit_score<'j>(
    judged: impl Iterator<Item = &'j Judged>,
    returns: &Logistic,
    start: &Logistic,
    penalty: f64,
) -> Result<Logistic> {
    let mut examples = Weighted::new(FEATURES.len() + 1);
    for journey in judged {
        examples.push(journey.values(returns), journey.total, journey.positive);
    }
    let names = FEATURES.into_iter().chain([RETURN_LOG_ODDS]);
    let learned = names.enumerate().filter(|(_, name)| LEARNED.contains(name));
    let free: Vec<usize> = learned.map(|(place, _)| place).collect();
    let ridge = Ridge {
        penalty,
        towards: start,
        free: &free,
    };
    let fitted = ridge.fit(&examples);
    fitted.context("nothing can be learned of what is relevant")
}

/// The parts of a cross-validation over people.
pub(super) struct Folds<'j> {
    pub(super) judged: &'j [Judged],
    /// The returns as fitted without each fold.
    pub(super) returns: Vec<Logistic>,
}

impl<'j> Folds<'j> {
    pub(super) fn new(judged: &'j [Judged], moments: &[&Moment], folds: usize) -> Result<Self> {
        let without = |fold: usize| {
            let others = moments.iter().copied();
            fit_returns(others.filter(move |it| fold_of(&it.user_id, folds) != fold))
        };
        let returns: Result<Vec<Logistic>> = (0..folds).map(without).collect();
        Ok(Self {
            judged,
            returns: returns?,
        })
    }

    pub(super) fn fold_of(&self, user_id: &str) -> usize {
        fold_of(user_id, self.returns.len())
    }

    /// A score for each fold, fitted on the people of the others.
    pub(super) fn scores(&self, start: &Logistic, penalty: f64) -> Result<Vec<Logistic>> {
        let without = |(fold, returns): (usize, &Logistic)| {
            let others = self.judged.iter();
            let others = others.filter(|it| self.fold_of(&it.user_id) != fold);
            fit_score(others, returns, start, penalty)
        };
        self.returns.iter().enumerate().map(without).collect()
    }

    /// Everybody judged by the score of the fold that holds them back.
    pub(super) fn held_back(&self, scores: &[Logistic]) -> HeldBack {
        let mut people: BTreeMap<&str, BTreeMap<Timestamp, List>> = BTreeMap::new();
        let mut loss = (0.0, 0.0);
        for journey in self.judged {
            let fold = self.fold_of(&journey.user_id);
            let values: Vec<f32> = journey.values(&self.returns[fold]).collect();
            let odds = f64::from(scores[fold].log_odds(&values));
            let softplus = odds.max(0.0) + (-odds.abs()).exp().ln_1p();
            loss.0 += journey.total * softplus - journey.positive * odds;
            loss.1 += journey.total;
            let lists = people.entry(&journey.user_id).or_default();
            let list = lists.entry(journey.at).or_default();
            list.push((odds, journey.relevance()));
        }
        let of_person = |lists: BTreeMap<Timestamp, List>| {
            let all: Vec<f64> = lists.into_values().filter_map(list_quality).collect();
            (!all.is_empty()).then(|| all.iter().sum::<f64>() / all.len() as f64)
        };
        let people = people.into_iter();
        HeldBack {
            log_loss: loss.0 / loss.1,
            ndcg: people
                .filter_map(|(user_id, lists)| Some((user_id.to_owned(), of_person(lists)?)))
                .collect(),
        }
    }
}

/// How good scores are on people whom they weren't fitted on.
pub(super) struct HeldBack {
    /// The mean log loss of a judgement.
    pub(super) log_loss: f64,
    /// NDCG@5 of each person of whom there is a list with something relevant.
    pub(super) ndcg: BTreeMap<String, f64>,
}

impl HeldBack {
    /// The mean NDCG@5 over people.
    pub(super) fn mean(&self) -> f64 {
        self.ndcg.values().sum::<f64>() / self.ndcg.len().max(1) as f64
    }

    /// The mean difference to another order of the same lists, with its 95 % interval over people.
    pub(super) fn better_than(&self, other: &Self) -> Figure {
        let pairs = self.ndcg.values().zip(other.ndcg.values());
        let differences = pairs.map(|(own, others)| [own - others, 1.0]);
        mean_over_people(&differences.collect::<Vec<_>>())
    }
}

/// NDCG@5 of a list of scores with relevances; none where nothing in it is relevant.
fn list_quality(mut list: List) -> Option<f64> {
    list.sort_by(|left, right| right.0.total_cmp(&left.0));
    let relevances: Vec<f64> = list.iter().map(|(_, relevance)| *relevance).collect();
    ndcg(&relevances, &relevances, DEPTH)
}
