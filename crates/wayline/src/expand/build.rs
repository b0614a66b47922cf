//! From journeys that somebody knows, with what is related to each, to a table.

use serde::Deserialize;

use super::normal;
use super::table::{Head, RelatedRow, Row, TABLE, VERSION};
use crate::affinity::{add_scaled, product};
use crate::embed::Embedder;

/// A journey as a file for [`build_table`] tells it; other fields are passed over.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct SourceJourney {
    /// What it is called.
    pub name: String,
    /// Other names of it.
    #[serde(default, alias = "alt_names")]
    pub also: Vec<String>,
    /// What people search and see who are on it.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// Names of journeys that come next or go with it, the likeliest first.
    #[serde(default, alias = "related_journeys")]
    pub related: Vec<String>,
}

/// What was made of the journeys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BuildCounts {
    /// Journeys in the table.
    pub journeys: usize,
    /// Names that are related to one.
    pub related: usize,
    /// Names that were left out, since the journey itself, or another that is related to it, says nearly
    /// the same.
    pub duplicates: usize,
    /// Names that were replaced by the name of a known journey that says nearly the same, so that what
    /// follows from there can be looked up too.
    pub linked: usize,
    /// Names that must not be shown.
    pub withheld: usize,
    /// Journeys of a name that was there already, whose related ones were added to the first.
    pub merged: usize,
}

/// Two names say nearly the same from this cosine on.
const SAME: f32 = 0.92;
/// Keywords that are kept of each journey: those nearest to the mean of all.
const MOST_KEYWORDS: usize = 16;
/// Each further place in a list is worth this much less.
const LATER: f64 = 0.95;

/// Known journeys that may stand in a table: those of one name as one, and none whose name must not be
/// shown.
#[derive(Clone, Debug, Default)]
pub struct KnownJourneys {
    /// In their order.
    pub journeys: Vec<SourceJourney>,
    counts: BuildCounts,
}

impl KnownJourneys {
    /// Of journeys as somebody wrote them down.
    #[must_use]
    pub fn new(journeys: &[SourceJourney], may_show: &dyn Fn(&str) -> bool) -> Self {
        let mut counts = BuildCounts::default();
        let mut merged = merged(journeys, &mut counts);
        let before = merged.len();
        merged.retain(|journey| may_show(&journey.name));
        counts.withheld += before - merged.len();
        Self {
            journeys: merged,
            counts,
        }
    }
}

/// The text of a table's file, and what became of all journeys; `made_with` names the language model that
/// was asked, where one was. Names that must not be shown are left out.
#[must_use]
pub fn build_table(
    known: &KnownJourneys,
    embedder: &Embedder,
    made_with: Option<&str>,
    may_show: &dyn Fn(&str) -> bool,
) -> (String, BuildCounts) {
    let mut counts = known.counts;
    let merged = &known.journeys;
    let names: Vec<Vec<f32>> = merged.iter().map(|it| vector(&it.name, embedder)).collect();
    let head = Head {
        table: TABLE.to_owned(),
        version: VERSION,
        embedder: embedder.hash().to_owned(),
        made_with: made_with.map(str::to_owned),
    };
    let mut text = as_line(&head);
    for (place, journey) in merged.iter().enumerate() {
        let mut taken: Vec<Vec<f32>> = vec![names[place].clone()];
        taken.extend(journey.also.iter().map(|name| vector(name, embedder)));
        let mut related = Vec::new();
        for name in &journey.related {
            if !may_show(name) {
                counts.withheld += 1;
                continue;
            }
            let own = vector(name, embedder);
            let (name, own) = match nearest(&own, &names) {
                Some(known) if names[known] != own => {
                    counts.linked += 1;
                    (&merged[known].name, &names[known])
                }
                _ => (name, &own),
            };
            if nearest(own, &taken).is_some() {
                counts.duplicates += 1;
                continue;
            }
            taken.push(own.clone());
            let weight = LATER.powi(related.len() as i32);
            related.push(RelatedRow {
                name: name.clone(),
                weight: (weight * 1e4).round() / 1e4,
            });
        }
        counts.journeys += 1;
        counts.related += related.len();
        text.push_str(&as_line(&Row {
            name: journey.name.clone(),
            also: journey.also.clone(),
            keywords: central(&journey.keywords, embedder),
            related,
        }));
    }
    (text, counts)
}

/// Journeys of one name as one.
fn merged(journeys: &[SourceJourney], counts: &mut BuildCounts) -> Vec<SourceJourney> {
    let mut merged: Vec<SourceJourney> = Vec::new();
    for journey in journeys {
        let name = normal(&journey.name);
        if let Some(there) = merged.iter_mut().find(|it| normal(&it.name) == name) {
            counts.merged += 1;
            there.also.extend(journey.also.iter().cloned());
            there.keywords.extend(journey.keywords.iter().cloned());
            there.related.extend(journey.related.iter().cloned());
        } else {
            merged.push(journey.clone());
        }
    }
    merged
}

/// The first of the vectors that says nearly the same, among the nearest.
fn nearest(own: &[f32], others: &[Vec<f32>]) -> Option<usize> {
    let near = others.iter().map(|other| product(own, other)).enumerate();
    let best = near.max_by(|left, right| left.1.total_cmp(&right.1).then(right.0.cmp(&left.0)));
    best.filter(|(_, similarity)| *similarity >= SAME)
        .map(|(place, _)| place)
}

fn vector(text: &str, embedder: &Embedder) -> Vec<f32> {
    let mut out = vec![0.0; embedder.dimensions()];
    embedder.embed(&normal(text), &mut out);
    out
}

/// The keywords nearest to the mean of all, each once.
fn central(keywords: &[String], embedder: &Embedder) -> Vec<String> {
    let mut texts: Vec<String> = keywords.iter().map(|it| normal(it)).collect();
    texts.sort();
    texts.dedup();
    let vectors: Vec<Vec<f32>> = texts.iter().map(|it| vector(it, embedder)).collect();
    let mut mean = vec![0.0; embedder.dimensions()];
    for vector in &vectors {
        add_scaled(&mut mean, 1.0, vector);
    }
    let mut order: Vec<usize> = (0..texts.len()).collect();
    let near = |place: usize| product(&vectors[place], &mean);
    order.sort_by(|left, right| near(*right).total_cmp(&near(*left)));
    order.truncate(MOST_KEYWORDS);
    order
        .into_iter()
        .map(|place| texts[place].clone())
        .collect()
}

fn as_line(value: &impl serde::Serialize) -> String {
    // Texts and numbers, which always have a form.
    serde_json::to_string(value).unwrap_or_default() + "\n"
}
