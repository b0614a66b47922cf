//! `wayline train rank`: fits the ranker's weights.

use std::collections::HashSet;

use anyhow::Result;
use clap::Args;
use wayline::embed::{Embedder, EmbeddingCache};
use wayline::evaluate::annotated;
use wayline::logistic::Scored;
use wayline::train::Examples;
use wayline::{Rooms, rank, walk};

use super::affinity::SearchData;
use super::fitting::Fitting;
use super::labels::fold_of;
use super::logistic::fit;
use super::searches::Searches;
use crate::run::RunArgs;

/// Fit the weights of the score that journeys are ranked by
///
/// The label of an inferred journey is the gain of the annotated one that it finds (2^relevance - 1;
/// none: 0). More of a feature can only speak for a journey, of `navigational` against it. Each person's journeys are inferred by a model that hasn't seen that person. Prints
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
    let searches = Searches::read(&args.data, &args.run, &config)?;
    let held_back = searches.cross_validate(&Fitting::default(), &config)?;
    let annotated = &searches.annotated;
    let mut names: Vec<&'static str> = Vec::new();
    let mut examples: Option<Examples> = None;
    for (fold, model) in held_back.models.iter().enumerate() {
        let rooms = Rooms {
            config: &config,
            corpus: &annotated.corpus,
            grouping: model,
            as_of: annotated.as_of,
        };
        let mut embeddings = EmbeddingCache::new(Embedder::builtin(), 100_000);
        let people = annotated.people.iter();
        for labelled in
            people.filter(|labelled| fold_of(&labelled.person.user_id, searches.folds) == fold)
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
                let examples = examples.get_or_insert_with(|| Examples::new(names.len()));
                // A fraction of a label is so many of 31 equal rows.
                for row in 0..HIGHEST_GAIN {
                    examples.push(learned(&scored).map(|(_, value)| value as f32), row < gain);
                }
            }
        }
    }
    let examples = examples.unwrap_or_else(|| Examples::new(0));
    let sign = |name: &&str| if *name == "navigational" { -1 } else { 1 };
    let signs: Vec<i8> = names.iter().map(sign).collect();
    let model = fit(&examples, &signs, &[])?;
    println!("[rank]\nbias = {}", model.bias);
    for (name, weight) in names.iter().zip(&model.weights) {
        println!("{name} = {weight}");
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
