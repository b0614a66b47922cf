//! Room *expand*: where could a person go from here? Journeys related to theirs, out of a table that was
//! made before.
//!
//! A person's journey is looked up by its meaning: the known journey nearest to it, if one is near
//! enough. What is related to that one is offered, unless the person does it already, and once a person;
//! it is ordered by the ranker's score of the journey that it follows from, by how near that is to the
//! known one, and by the weight in the table.
//!
//! Way in: journeys with their meanings; a [`RelatedTable`], of which one ships. Way out: [`Related`] of
//! each journey.

pub mod asked;
mod build;
mod config;
mod table;
#[cfg(test)]
mod tests;

pub use build::{BuildCounts, KnownJourneys, SourceJourney, build_table};
pub use config::ExpandConfig;
pub use table::{RelatedTable, TableError};

use std::collections::BTreeSet;

use crate::affinity::product;
use crate::nouns::{Related, normalize};

/// One journey of a person.
pub struct Here<'a> {
    /// What it is called.
    pub name: &'a str,
    /// The mean of its keywords' vectors, of unit length.
    pub meaning: &'a [f32],
    /// The ranker's score, 0 to 1.
    pub score: f64,
    /// Whether the person took it away: nothing follows from it, and nothing like it is offered.
    pub is_hidden: bool,
}

/// What is related to each of a person's journeys, which come in the order in which they are shown.
#[must_use]
pub fn related(
    table: &RelatedTable,
    journeys: &[Here<'_>],
    config: &ExpandConfig,
) -> Vec<Vec<Related>> {
    if config.most == 0 || table.is_empty() {
        return journeys.iter().map(|_| Vec::new()).collect();
    }
    let found: Vec<Option<(usize, f64)>> = journeys
        .iter()
        .map(|here| table.nearest(here.meaning))
        .map(|found| found.filter(|(_, similarity)| *similarity >= config.min_similarity))
        .collect();
    let mut known: BTreeSet<String> = BTreeSet::new();
    for (here, found) in journeys.iter().zip(&found) {
        known.insert(normal(here.name));
        known.extend(
            found
                .iter()
                .flat_map(|(entry, _)| table.names(*entry))
                .cloned(),
        );
    }
    let does_already = |meaning: &[f32]| {
        journeys
            .iter()
            .any(|here| f64::from(product(here.meaning, meaning)) >= config.done_similarity)
    };
    let mut all = Vec::with_capacity(journeys.len());
    for (here, found) in journeys.iter().zip(&found) {
        let mut offers: Vec<Related> = Vec::new();
        if let Some((entry, similarity)) = found.filter(|_| !here.is_hidden) {
            for offer in table.related(entry) {
                if known.contains(offer.normal) || does_already(offer.meaning) {
                    continue;
                }
                offers.push(Related {
                    name: offer.name.to_owned(),
                    score: here.score * similarity * offer.weight,
                    because: table.name(entry).to_owned(),
                });
            }
        }
        offers.sort_by(|left, right| right.score.total_cmp(&left.score));
        offers.truncate(config.most);
        // Once a person: with the journey that is shown first.
        known.extend(offers.iter().map(|offer| normal(&offer.name)));
        all.push(offers);
    }
    all
}

fn normal(text: &str) -> String {
    let mut out = String::new();
    normalize(text, &mut out);
    out
}
