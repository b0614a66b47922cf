//! How relevant a journey is now, learned from judgements.

use std::collections::HashSet;
use std::io::Write;
use std::path::Path;

use anyhow::Result;
use wayline::embed::{Embedder, EmbeddingCache};
use wayline::evaluate::{Predictions, Resampling, annotated};
use wayline::logistic::Logistic;
use wayline::model::RankModel;
use wayline::nouns::PersonResult;
use wayline::rank::{FEATURES, Features, features};
use wayline::train::Examples;
use wayline::{Rooms, walk};

use super::affinity::{SIMULATED_SEARCHES, SearchData};
use super::fitting::{Fitting, HeldBack};
use super::labels::fold_of;
use super::logistic::fit_shrunk;
use super::moments::{Inference, Moment};
use super::ranker::fit_returns;
use super::searches::Searches;

/// The gain of a journey of the highest relevance, 2⁵ − 1.
const HIGHEST_GAIN: usize = 31;
/// What a few hundred judgements can teach: with all features people held back came out worse.
const LEARNED: [&str; 11] = [
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
    "return_log_odds",
];
/// How much weights are held down; the one that is best held back is taken.
const PENALTIES: [f64; 5] = [10.0, 100.0, 1_000.0, 10_000.0, 100_000.0];

/// Judged journeys with what finds them: models that had not seen the person.
pub(super) struct Relevance<'a> {
    searches: Searches,
    held_back: HeldBack,
    with: Inference<'a>,
}

/// A journey with its gain.
struct Judged {
    user_id: String,
    features: Features,
    gain: usize,
}

impl<'a> Relevance<'a> {
    pub(super) fn read(
        log: &Path,
        missions: &Path,
        annotated: &Path,
        folds: usize,
        with: Inference<'a>,
    ) -> Result<Self> {
        let data = SearchData {
            missions: missions.to_owned(),
            log: log.to_owned(),
            annotated: annotated.to_owned(),
            simulated_searches: SIMULATED_SEARCHES,
            folds: folds as u64,
        };
        let searches = Searches::read(&data, with.run, with.config)?;
        let held_back = searches.cross_validate(&Fitting::default(), with.config)?;
        Ok(Self {
            searches,
            held_back,
            with,
        })
    }

    /// Fits the score. Prints what it is worth on people that no part had seen, for each penalty.
    pub(super) fn fit(
        &self,
        out: &mut impl Write,
        moments: &[&Moment],
        returns: &Logistic,
    ) -> Result<Logistic> {
        let folds = self.searches.folds;
        let judged = self.judged()?;
        let of_fold = |fold: usize| {
            let others = moments.iter().copied();
            fit_returns(others.filter(move |it| fold_of(&it.user_id, folds) != fold))
        };
        let returns_of_folds: Vec<Logistic> = (0..folds).map(of_fold).collect::<Result<_>>()?;
        writeln!(
            out,
            "annotated journeys, people held back from all parts: F1 / NDCG@5, with 95 % intervals"
        )?;
        let baseline = |name: &'static str| {
            let mut score = Logistic::unknowing(FEATURES.len() + 1);
            let names = FEATURES.into_iter().chain(["return_log_odds"]);
            let place = names.into_iter().position(|known| known == name);
            score.weights[place.unwrap_or(0)] = 1.0;
            score
        };
        for (name, feature) in [
            ("by keywords", "log_keywords"),
            ("by events", "log_events"),
            ("by confidence", "confidence"),
            ("by return", "return_log_odds"),
        ] {
            let scores = vec![baseline(feature); folds];
            self.line(out, name, &returns_of_folds, &scores)?;
        }
        let mut best: Option<(f64, f64)> = None;
        for penalty in PENALTIES {
            let scores: Result<Vec<Logistic>> = (0..folds)
                .map(|fold| {
                    let others = judged.iter();
                    let others = others.filter(|it| fold_of(&it.user_id, folds) != fold);
                    fit_score(others, &returns_of_folds[fold], penalty)
                })
                .collect();
            let name = format!("penalty {penalty}");
            let figures = self.line(out, &name, &returns_of_folds, &scores?)?;
            let value = figures.f1.value + figures.ndcg5.value;
            if best.is_none_or(|(known, _)| value > known) {
                best = Some((value, penalty));
            }
        }
        let penalty = best.map_or(PENALTIES[0], |(_, penalty)| penalty);
        fit_score(judged.iter(), returns, penalty)
    }

    fn line(
        &self,
        out: &mut impl Write,
        name: &str,
        returns: &[Logistic],
        scores: &[Logistic],
    ) -> Result<annotated::AnnotatedFigures<wayline::evaluate::Figure>> {
        let models = returns.iter().zip(scores);
        let models: Vec<RankModel> = models
            .map(|(returns, score)| {
                RankModel::fitted(
                    Embedder::builtin(),
                    self.with.models.grouping.hash(),
                    returns.clone(),
                    score.clone(),
                )
            })
            .collect();
        let results = self.results(&models);
        let predictions = Predictions::from_results(&results);
        let gold = &self.searches.annotated.gold;
        let figures = annotated::evaluate(gold, &predictions, Resampling::default()).figures;
        let cell = |figure: &wayline::evaluate::Figure| match figure.interval {
            Some(it) => format!("{:.3} ({:.3} .. {:.3})", figure.value, it.low, it.high),
            None => format!("{:.3}", figure.value),
        };
        writeln!(
            out,
            "  {name:<22} {:>24} {:>24}",
            cell(&figures.f1),
            cell(&figures.ndcg5)
        )?;
        Ok(figures)
    }

    /// Everybody's journeys, found and ranked by the models of the fold that holds them back.
    fn results(&self, ranking: &[RankModel]) -> Vec<PersonResult> {
        let mut results = Vec::new();
        self.each(ranking, |person, walked| {
            results.push(walked.result(person));
        });
        results
    }

    fn judged(&self) -> Result<Vec<Judged>> {
        let gold = &self.searches.annotated.gold;
        let as_of = self.searches.annotated.as_of;
        let nothing = vec![RankModel::builtin(); self.searches.folds];
        let mut judged = Vec::new();
        self.each(&nothing, |person, walked| {
            let candidates = &walked.assigned.candidates;
            let measured = features(person, candidates, as_of);
            for (candidate, features) in candidates.iter().zip(measured) {
                let queries = candidate
                    .keywords
                    .iter()
                    .map(|(keyword, _)| person.keywords[*keyword as usize].text.as_str());
                judged.push(Judged {
                    user_id: person.user_id.clone(),
                    features,
                    gain: gain(gold, &person.user_id, &queries.collect()),
                });
            }
        });
        Ok(judged)
    }

    fn each(
        &self,
        ranking: &[RankModel],
        mut take: impl FnMut(&wayline::extract::Extracted, &wayline::Walked),
    ) {
        let annotated = &self.searches.annotated;
        let mut embeddings = EmbeddingCache::new(Embedder::builtin(), 100_000);
        for (fold, (grouping, ranking)) in self.held_back.models.iter().zip(ranking).enumerate() {
            let rooms = Rooms {
                config: self.with.config,
                corpus: &annotated.corpus,
                grouping,
                ranking,
                naming: &self.with.models.naming,
                staging: &self.with.models.staging,
                as_of: annotated.as_of,
            };
            for labelled in &annotated.people {
                let person = &labelled.person;
                if fold_of(&person.user_id, self.searches.folds) == fold {
                    take(person, &walk(person, &rooms, &mut embeddings));
                }
            }
        }
    }
}

fn fit_score<'j>(
    judged: impl Iterator<Item = &'j Judged>,
    returns: &Logistic,
    penalty: f64,
) -> Result<Logistic> {
    let mut examples = Examples::new(FEATURES.len() + 1);
    for journey in judged {
        let values = journey.features.into_iter();
        let values = values.chain([returns.log_odds(&journey.features)]);
        // A fraction of a label is so many of 31 equal rows.
        for row in 0..HIGHEST_GAIN {
            examples.push(values.clone(), row < journey.gain);
        }
    }
    let names = FEATURES.into_iter().chain(["return_log_odds"]);
    let left_out = names
        .enumerate()
        .filter(|(_, name)| !LEARNED.contains(name));
    let left_out: Vec<usize> = left_out.map(|(place, _)| place).collect();
    fit_shrunk(&examples, &[0; FEATURES.len() + 1], &left_out, penalty)
}

fn gain(gold: &annotated::Gold, user_id: &str, queries: &HashSet<&str>) -> usize {
    let person = gold.people.iter().find(|person| person.user_id == user_id);
    let journeys = person.map_or(&[][..], |person| &person.journeys);
    let best = journeys
        .iter()
        .map(|journey| {
            let theirs: HashSet<&str> = journey.queries.iter().map(String::as_str).collect();
            let both = queries.intersection(&theirs).count();
            let any = queries.len() + theirs.len() - both;
            (both as f64 / any.max(1) as f64, journey.relevance)
        })
        .max_by(|left, right| left.0.total_cmp(&right.0));
    match best {
        Some((overlap, relevance)) if overlap >= annotated::SAME => {
            (relevance.exp2() - 1.0) as usize
        }
        _ => 0,
    }
}
