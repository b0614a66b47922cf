//! How relevant a journey is now, learned from judgements.

use std::collections::HashSet;
use std::io::Write;
use std::path::Path;

use anyhow::Result;
use wayline::embed::Embedder;
use wayline::evaluate::{Predictions, Resampling, annotated};
use wayline::logistic::Logistic;
use wayline::model::RankModel;
use wayline::nouns::PersonResult;
use wayline::rank::{FEATURES, features};
use wayline::{Rooms, walk};

use super::affinity::{SIMULATED_SEARCHES, SearchData};
use super::fitting::{Fitting, HeldBack};
use super::judged::{
    Folds, HIGHEST_GAIN, Judged, PENALTIES, RETURN_LOG_ODDS, as_likely_as_returns, gain_of,
};
use super::labels::fold_of;
use super::moments::Inference;
use super::searches::Searches;

/// Judged journeys with what finds them: models that had not seen the person.
pub(super) struct Relevance<'a> {
    searches: Searches,
    held_back: HeldBack,
    with: Inference<'a>,
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
            missions: Some(missions.to_owned()),
            log: Some(log.to_owned()),
            annotated: Some(annotated.to_owned()),
            simulated_searches: SIMULATED_SEARCHES,
            folds: folds as u64,
        };
        let searches =
            Searches::read(&data, with.run, with.config, with.models.embedding.embedder)?;
        let held_back = searches.cross_validate(&Fitting::default(), with.config)?;
        Ok(Self {
            searches,
            held_back,
            with,
        })
    }

    /// The penalty by which a score that starts from the return is the best one on people that no part
    /// had seen. Prints what each is worth.
    pub(super) fn best_penalty(&self, out: &mut impl Write, folds: &Folds<'_>) -> Result<f64> {
        writeln!(
            out,
            "annotated journeys, people held back from all parts: F1 / NDCG@5, with 95 % intervals"
        )?;
        let by = |name: &str| {
            let mut score = Logistic::unknowing(FEATURES.len() + 1);
            let mut names = FEATURES.into_iter().chain([RETURN_LOG_ODDS]);
            let place = names.position(|known| known == name);
            score.weights[place.unwrap_or(0)] = 1.0;
            vec![score; folds.returns.len()]
        };
        for (name, feature) in [
            ("by keywords", "log_keywords"),
            ("by events", "log_events"),
            ("by confidence", "confidence"),
            ("by return", RETURN_LOG_ODDS),
        ] {
            self.line(out, name, &folds.returns, &by(feature))?;
        }
        let mut best = (f64::NEG_INFINITY, PENALTIES[0]);
        for penalty in PENALTIES {
            let scores = folds.scores(&as_likely_as_returns(), penalty)?;
            let name = format!("penalty {penalty}");
            let figures = self.line(out, &name, &folds.returns, &scores)?;
            let value = figures.f1.value + figures.ndcg5.value;
            if value > best.0 {
                best = (value, penalty);
            }
        }
        Ok(best.1)
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
        let results = self.results(&models)?;
        let predictions = Predictions::from_results(&results);
        let gold = &self.searches.annotated.gold;
        let figures = annotated::evaluate(gold, &predictions, Resampling::default()).figures;
        writeln!(out, "  {name:<22} {:>24} {:>24}", figures.f1, figures.ndcg5)?;
        Ok(figures)
    }

    /// Everybody's journeys, found and ranked by the models of the fold that holds them back.
    fn results(&self, ranking: &[RankModel]) -> Result<Vec<PersonResult>> {
        let mut results = Vec::new();
        self.each(ranking, |person, walked| {
            results.push(walked.result(person));
        })?;
        Ok(results)
    }

    /// What was said of the journeys that the models of the fold that holds a person back found.
    pub(super) fn judged(&self) -> Result<Vec<Judged>> {
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
                let gain = gain(gold, &person.user_id, &queries.collect());
                judged.push(Judged {
                    user_id: person.user_id.clone(),
                    at: as_of,
                    features,
                    total: 1.0,
                    positive: gain / HIGHEST_GAIN,
                    gain,
                });
            }
        })?;
        Ok(judged)
    }

    fn each(
        &self,
        ranking: &[RankModel],
        mut take: impl FnMut(&wayline::extract::Extracted, &wayline::Walked),
    ) -> Result<()> {
        let annotated = &self.searches.annotated;
        let mut embeddings = annotated.embeddings();
        for (fold, (grouping, ranking)) in self.held_back.models.iter().zip(ranking).enumerate() {
            let with = &self.with;
            let rooms = Rooms {
                grouping,
                ranking,
                safety: wayline::model::shows_everything(),
                ..with
                    .models
                    .rooms(with.config, &annotated.corpus, annotated.as_of)
            };
            for labelled in &annotated.people {
                let person = &labelled.person;
                if fold_of(&person.user_id, self.searches.folds) == fold {
                    take(person, &walk(person, &rooms, &mut embeddings)?);
                }
            }
        }
        Ok(())
    }
}

fn gain(gold: &annotated::Gold, user_id: &str, queries: &HashSet<&str>) -> f64 {
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
        Some((overlap, relevance)) if overlap >= annotated::SAME => gain_of(relevance),
        _ => 0.0,
    }
}
