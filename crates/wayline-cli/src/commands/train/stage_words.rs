//! What words alone say of a journey's stage, learned from the catalogue.

use std::io::Write;

use anyhow::Result;
use wayline::embed::Embedder;
use wayline::logistic::Logistic;
use wayline::nouns::normalize;
use wayline::simulate::{CatalogueJourney, JourneyKind, Phase};
use wayline::train::Examples;

use super::logistic::fit_shrunk;

/// Weights over dimensions of a meaning are many.
const TEXT_PENALTY: f64 = 30.0;
/// What words say, learned from journeys of the catalogue.
pub(super) struct Words {
    pub(super) lasts: Logistic,
    pub(super) phases: [Logistic; 3],
}

impl Words {
    pub(super) fn fit(journeys: &[&CatalogueJourney]) -> Result<Self> {
        let lasts = lasting(journeys);
        let phase = |phase: Phase| -> Result<Logistic> { fit_text(&phases(journeys, phase)) };
        Ok(Self {
            lasts: fit_text(&lasts)?,
            phases: [
                phase(Phase::Inspire)?,
                phase(Phase::Plan)?,
                phase(Phase::Act)?,
            ],
        })
    }

    /// How well words alone tell journeys that they were not learned from.
    pub(super) fn write(
        &self,
        out: &mut impl Write,
        half: usize,
        journeys: &[&CatalogueJourney],
    ) -> Result<()> {
        let right = |model: &Logistic, examples: &Examples| {
            let rows = (0..examples.len()).filter(|row| {
                (model.probability(examples.row(*row)) >= 0.5) == examples.labels()[*row]
            });
            rows.count() as f64 / examples.len().max(1) as f64
        };
        let of_phases =
            [Phase::Inspire, Phase::Plan, Phase::Act].map(|phase| phases(journeys, phase));
        let best = (0..of_phases[0].len()).filter(|row| {
            let probabilities =
                [0, 1, 2].map(|it| self.phases[it].probability(of_phases[it].row(*row)));
            let best = (1..3).fold(0, |best, it| {
                if probabilities[it] > probabilities[best] {
                    it
                } else {
                    best
                }
            });
            of_phases[best].labels()[*row]
        });
        let queries = of_phases[0].len();
        writeln!(
            out,
            "words alone, half {half} of the catalogue by the other: a goal lasts {:.3} of journeys, phase {:.3} of {queries} queries",
            right(&self.lasts, &lasting(journeys)),
            best.count() as f64 / queries.max(1) as f64,
        )?;
        Ok(())
    }
}

fn fit_text(examples: &Examples) -> Result<Logistic> {
    fit_shrunk(examples, &vec![0; examples.width()], &[], TEXT_PENALTY)
}

/// Meanings of parts of each journey's texts: what one person types and sees of it.
fn lasting(journeys: &[&CatalogueJourney]) -> Examples {
    let embedder = Embedder::builtin();
    let mut examples = Examples::new(embedder.dimensions());
    for journey in journeys {
        let queries = journey.queries.iter().map(|query| query.text.as_str());
        let texts: Vec<&str> = queries
            .chain(journey.annotations.iter().map(String::as_str))
            .collect();
        for part in 0..PARTS {
            let texts = texts.iter().skip(part).step_by(PARTS);
            examples.push(
                meaning(texts.copied(), embedder),
                journey.kind == JourneyKind::Evergreen,
            );
        }
    }
    examples
}

/// Each journey of the catalogue is shown in so many parts.
const PARTS: usize = 4;

/// The meaning of each query, and whether it is of a phase.
fn phases(journeys: &[&CatalogueJourney], phase: Phase) -> Examples {
    let embedder = Embedder::builtin();
    let mut examples = Examples::new(embedder.dimensions());
    for query in journeys.iter().flat_map(|journey| &journey.queries) {
        if query.phase != Phase::After {
            examples.push(
                meaning([query.text.as_str()], embedder),
                query.phase == phase,
            );
        }
    }
    examples
}

/// The mean direction of texts.
fn meaning<'t>(texts: impl IntoIterator<Item = &'t str>, embedder: &Embedder) -> Vec<f32> {
    let mut sum = vec![0.0; embedder.dimensions()];
    let mut one = sum.clone();
    let mut normal = String::new();
    for text in texts {
        normalize(text, &mut normal);
        embedder.embed(&normal, &mut one);
        for (sum, value) in sum.iter_mut().zip(&one) {
            *sum += value;
        }
    }
    let length = sum.iter().map(|value| value * value).sum::<f32>().sqrt();
    if length > 0.0 {
        sum.iter_mut().for_each(|value| *value /= length);
    }
    sum
}
