//! Where each unit stands: its own text, and its text with what stands around it.

use crate::corpus::Corpus;
use crate::embed::EmbeddingCache;
use crate::extract::{Extracted, UnitKind};

use super::AffinityConfig;

/// Vectors of one person's units, as 16-bit integers of unit length `SCALE`.
#[derive(Clone, Debug, Default)]
pub struct UnitSpace {
    dimensions: usize,
    own: Vec<i16>,
    with_context: Vec<i16>,
    /// Mean cosine of each unit (with context) to all units of the person.
    hubness: Vec<f32>,
}

/// Length of a vector. The product of two is below 2²⁴, far from overflow.
pub(super) const SCALE: f32 = 4096.0;

impl UnitSpace {
    /// Embeds all units of a person.
    ///
    /// A search is its query. An item is its title plus its annotations and interests, these
    /// weighted by rarity over people. With context means plus `context_weight` × the weighted
    /// mean of the units that it led to or that led to it.
    #[must_use]
    pub fn of(
        person: &Extracted,
        corpus: &Corpus,
        embeddings: &mut EmbeddingCache<'_>,
        config: &AffinityConfig,
    ) -> Self {
        let dimensions = embeddings.dimensions();
        let units = person.units.len();
        let mut own = vec![0.0_f32; units * dimensions];
        let mut vector = vec![0.0_f32; dimensions];
        let mut labels = vec![0.0_f32; dimensions];
        let mut normal = String::new();
        // Annotations repeat over items; embed each keyword once.
        let mut keyword_vectors: Vec<f32> = vec![0.0; person.keywords.len() * dimensions];
        let mut rarity = vec![-1.0_f32; person.keywords.len()];
        for (unit, out) in person.units.iter().zip(own.chunks_exact_mut(dimensions)) {
            match unit.kind {
                UnitKind::Search => embeddings.embed(&unit.key, out),
                UnitKind::Item => {
                    if let Some(title) = &unit.title {
                        crate::nouns::normalize(title, &mut normal);
                        embeddings.embed(&normal, out);
                    }
                    labels.fill(0.0);
                    for (keyword, _) in unit.annotations.iter().chain(&unit.interests) {
                        let keyword = *keyword as usize;
                        let slot = &mut keyword_vectors[keyword * dimensions..][..dimensions];
                        if rarity[keyword] < 0.0 {
                            let text = &person.keywords[keyword].text;
                            rarity[keyword] = corpus.rarity(text);
                            embeddings.embed(text, slot);
                        }
                        add_scaled(&mut labels, rarity[keyword], slot);
                    }
                    to_unit_length(&mut labels);
                    add_scaled(out, 1.0, &labels);
                    to_unit_length(out);
                }
            }
        }
        let mut with_context = own.clone();
        for (unit, out) in person
            .units
            .iter()
            .zip(with_context.chunks_exact_mut(dimensions))
        {
            if unit.context.is_empty() {
                continue;
            }
            vector.fill(0.0);
            for (other, weight) in &unit.context {
                add_scaled(
                    &mut vector,
                    *weight,
                    &own[*other as usize * dimensions..][..dimensions],
                );
            }
            to_unit_length(&mut vector);
            add_scaled(out, config.context_weight, &vector);
            to_unit_length(out);
        }
        let hubness = hubness(&with_context, dimensions);
        Self {
            dimensions,
            own: quantize(&own),
            with_context: quantize(&with_context),
            hubness,
        }
    }

    /// Length of one vector.
    #[must_use]
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// The vector of a unit's own text.
    #[must_use]
    pub fn own(&self, unit: usize) -> &[i16] {
        &self.own[unit * self.dimensions..][..self.dimensions]
    }

    /// The vector of a unit with what stands around it.
    #[must_use]
    pub fn with_context(&self, unit: usize) -> &[i16] {
        &self.with_context[unit * self.dimensions..][..self.dimensions]
    }

    /// Mean cosine of a unit (with context) to all units of the person.
    #[must_use]
    pub fn hubness(&self, unit: usize) -> f32 {
        self.hubness[unit]
    }
}

fn add_scaled(sum: &mut [f32], factor: f32, vector: &[f32]) {
    for (sum, value) in sum.iter_mut().zip(vector) {
        *sum += factor * value;
    }
}

fn to_unit_length(vector: &mut [f32]) {
    let square: f32 = vector.iter().map(|value| value * value).sum();
    if square > 0.0 {
        let factor = 1.0 / square.sqrt();
        for value in vector {
            *value *= factor;
        }
    }
}

fn hubness(vectors: &[f32], dimensions: usize) -> Vec<f32> {
    let units = (vectors.len() / dimensions.max(1)).max(1);
    let mut mean = vec![0.0_f32; dimensions];
    for vector in vectors.chunks_exact(dimensions) {
        add_scaled(&mut mean, 1.0 / units as f32, vector);
    }
    vectors
        .chunks_exact(dimensions)
        .map(|vector| {
            vector
                .iter()
                .zip(&mean)
                .map(|(left, right)| left * right)
                .sum()
        })
        .collect()
}

fn quantize(vectors: &[f32]) -> Vec<i16> {
    vectors
        .iter()
        .map(|value| (value * SCALE).round() as i16)
        .collect()
}
