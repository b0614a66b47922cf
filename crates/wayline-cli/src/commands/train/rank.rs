//! `wayline train rank`: fits the ranker's weights.

use std::collections::HashSet;

use anyhow::Result;
use clap::Args;
use wayline::affinity::{AffinityModel, Weights};
use wayline::embed::{Embedder, EmbeddingCache};
use wayline::evaluate::annotated;
use wayline::rank::{self, Scored};
use wayline::{Rooms, walk};

use super::affinity::{SearchData, fit_searches};
use super::labels::{self, fold_of};
use super::logistic::{fit, rounded};
use crate::run::RunArgs;

/// Fit the weights of the score that journeys are ranked by
///
/// The label of an inferred journey is the gain of the annotated one that it finds (2^relevance - 1;
/// none: 0). Each person's journeys are inferred by a model that hasn't seen that person. Prints
/// the section [rank] of the config.
#[derive(Args, Debug)]
pub(crate) struct RankArgs {
    #[command(flatten)]
    data: SearchData,

    #[command(flatten)]
    run: RunArgs,
}

/// The gain of a journey of the highest relevance, 2⁵ − 1.
const HIGHEST_GAIN: usize = 31;
/// From this Jaccard coefficient of distinct queries on an annotated journey is found.
const FOUND: f64 = 0.4;

pub(super) fn run(args: &RankArgs) -> Result<()> {
    let config = args.run.config()?;
    let missions = labels::missions(&args.data.missions, &args.run, &config)?;
    let annotated = labels::annotated(&args.data.log, &args.data.annotated, &args.run, &config)?;
    let folds = args.data.folds as usize;
    let mut names: Vec<&'static str> = Vec::new();
    let (mut features, mut labels) = (Vec::new(), Vec::new());
    for held_back in 0..folds {
        let weights = fit_searches(&missions, &annotated, &config, |user| {
            fold_of(user, folds) != held_back
        })?;
        let model = AffinityModel::fitted(Embedder::builtin(), Weights::zero(), weights);
        let rooms = Rooms {
            config: &config,
            corpus: &annotated.corpus,
            affinity: &model,
            as_of: annotated.as_of,
        };
        let mut embeddings = EmbeddingCache::new(Embedder::builtin(), 100_000);
        for labelled in annotated
            .people
            .iter()
            .filter(|labelled| fold_of(&labelled.person.user_id, folds) == held_back)
        {
            let person = &labelled.person;
            for candidate in &walk(person, &rooms, &mut embeddings).assigned.candidates {
                let scored = rank::score(candidate, annotated.as_of, &config.rank);
                let queries = candidate
                    .keywords
                    .iter()
                    .map(|(keyword, _)| person.keywords[*keyword as usize].text.as_str());
                let gain = gain(&annotated.gold, &person.user_id, &queries.collect());
                names = learned(&scored).map(|(name, _)| name).collect();
                // A fraction of a label is so many of 31 equal rows.
                for row in 0..HIGHEST_GAIN {
                    features.extend(learned(&scored).map(|(_, value)| value as f32));
                    labels.push(row < gain);
                }
            }
        }
    }
    let (weights, bias) = fit(&features, &labels, names.len())?;
    println!("[rank]\nbias = {}", rounded(bias));
    for (name, weight) in names.iter().zip(weights) {
        println!("{name} = {}", rounded(weight));
    }
    Ok(())
}

/// The features that a log of searches can teach: without the constant, and without saves, which
/// it doesn't have.
fn learned(scored: &Scored) -> impl Iterator<Item = (&'static str, f64)> {
    scored
        .contributions
        .iter()
        .filter(|part| !matches!(part.feature, "baseline" | "saves"))
        .map(|part| (part.feature, part.value))
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
        Some((overlap, relevance)) if overlap >= FOUND => (relevance.exp2() - 1.0) as usize,
        _ => 0,
    }
}
