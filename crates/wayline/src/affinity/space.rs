//! Where each unit stands: its own text, and its text with what stands around it.

use multiversion::multiversion;

use crate::corpus::KeywordFacts;
use crate::embed::EmbeddingCache;
use crate::extract::{Extracted, Keyword, Unit};
use crate::nouns::normalize;

use super::AffinityConfig;

/// Vectors of one person's units, as 16-bit integers of unit length `SCALE`.
#[derive(Clone, Debug, Default)]
pub struct UnitSpace {
    dimensions: usize,
    /// Vectors of the keywords that units carry, of unit length.
    keywords: Vec<f32>,
    /// The vector of each keyword; that of index 0 is zeros, for those that no unit carries.
    vector_of_keyword: Vec<u32>,
    units: Vec<i16>,
}

/// Length of a vector. The product of two is below 2²⁴, far from overflow.
pub(super) const SCALE: f32 = 4096.0;

impl UnitSpace {
    /// Embeds all keywords and units of a person; each text once.
    ///
    /// A search is its query plus `host_weight` × the names of the sites that were clicked. An item is its title plus its annotations and interests, these
    /// weighted by rarity over people. With context means plus `context_weight` × the weighted
    /// mean of the units that it led to or that led to it.
    #[must_use]
    pub fn of(
        person: &Extracted,
        facts: &KeywordFacts,
        embeddings: &mut EmbeddingCache<'_>,
        config: &AffinityConfig,
    ) -> Self {
        let dimensions = embeddings.dimensions();
        let (keywords, vector_of_keyword) = embed_keywords(person, embeddings);
        let keyword_vector = |keyword: u32| {
            &keywords[vector_of_keyword[keyword as usize] as usize * dimensions..][..dimensions]
        };
        let mut own = vec![0.0_f32; person.units.len() * dimensions];
        let mut labels = vec![0.0_f32; dimensions];
        let mut normal = String::new();
        for (unit, out) in person.units.iter().zip(own.chunks_exact_mut(dimensions)) {
            if let Some(query) = unit.query {
                out.copy_from_slice(keyword_vector(query));
                if !unit.hosts.is_empty() {
                    embed_hosts(person, unit, embeddings, &mut labels);
                    add_scaled(out, config.host_weight, &labels);
                    to_unit_length(out);
                }
                continue;
            }
            labels.fill(0.0);
            for (keyword, _) in unit.annotations.iter().chain(&unit.interests) {
                add_scaled(
                    &mut labels,
                    facts.rarity(*keyword),
                    keyword_vector(*keyword),
                );
            }
            to_unit_length(&mut labels);
            if let Some(title) = &unit.title {
                normalize(title, &mut normal);
                embeddings.embed(&normal, out);
            }
            add_scaled(out, 1.0, &labels);
            to_unit_length(out);
        }
        let with_context = with_context(person, &own, dimensions, config.context_weight);
        Self {
            dimensions,
            units: quantize(&with_context),
            keywords,
            vector_of_keyword,
        }
    }

    /// The vector of a keyword, of unit length (or zeros).
    #[must_use]
    pub fn keyword(&self, keyword: u32) -> &[f32] {
        let index = self.vector_of_keyword[keyword as usize] as usize;
        &self.keywords[index * self.dimensions..][..self.dimensions]
    }

    /// Length of one vector.
    #[must_use]
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// The weighted mean direction of keywords, of unit length (or zeros).
    #[must_use]
    pub fn meaning(&self, keywords: &[(u32, f64)]) -> Vec<f32> {
        let mut sum = vec![0.0; self.dimensions];
        for (keyword, weight) in keywords {
            add_scaled(&mut sum, *weight as f32, self.keyword(*keyword));
        }
        to_unit_length(&mut sum);
        sum
    }

    /// The vector of a unit: its own text and what stands around it.
    #[must_use]
    pub fn vector(&self, unit: usize) -> &[i16] {
        &self.units[unit * self.dimensions..][..self.dimensions]
    }

    /// The vectors of all units after one, back to back.
    pub(super) fn vectors_after(&self, unit: usize) -> &[i16] {
        &self.units[(unit + 1) * self.dimensions..]
    }
}

/// Vectors of the keywords that units carry (a person may have many more), and where each
/// keyword's is. The first is zeros.
fn embed_keywords(person: &Extracted, embeddings: &mut EmbeddingCache<'_>) -> (Vec<f32>, Vec<u32>) {
    let dimensions = embeddings.dimensions();
    let carried = person
        .keywords
        .iter()
        .filter(|keyword| keyword.unsupported.is_none());
    let mut vectors = vec![0.0; (carried.count() + 1) * dimensions];
    let mut slots = vectors.chunks_exact_mut(dimensions).enumerate().skip(1);
    let vector_of = |keyword: &Keyword| {
        if keyword.unsupported.is_some() {
            return 0;
        }
        slots.next().map_or(0, |(index, slot)| {
            embeddings.embed(&keyword.text, slot);
            index as u32
        })
    };
    let vector_of_keyword = person.keywords.iter().map(vector_of).collect();
    (vectors, vector_of_keyword)
}

/// The names of a search's clicked sites, as one vector of unit length: they say in other words
/// what the query is about.
fn embed_hosts(
    person: &Extracted,
    unit: &Unit,
    embeddings: &mut EmbeddingCache<'_>,
    out: &mut [f32],
) {
    let mut one = vec![0.0; out.len()];
    out.fill(0.0);
    for (host, clicks) in &unit.hosts {
        embeddings.embed(&site_name(&person.hosts[*host as usize]), &mut one);
        add_scaled(out, *clicks as f32, &one);
    }
    to_unit_length(out);
}

/// `www.barn-weddings.co.uk` → `barn weddings`.
fn site_name(host: &str) -> String {
    let host = host.strip_prefix("www.").unwrap_or(host);
    let name = host.rsplit_once('.').map_or(host, |(name, _)| name);
    let name = name.strip_suffix(".co").unwrap_or(name);
    name.replace(['.', '-'], " ")
}

fn with_context(person: &Extracted, own: &[f32], dimensions: usize, weight: f32) -> Vec<f32> {
    let mut vectors = own.to_vec();
    let mut around = vec![0.0_f32; dimensions];
    for (unit, out) in person
        .units
        .iter()
        .zip(vectors.chunks_exact_mut(dimensions))
    {
        if unit.context.is_empty() {
            continue;
        }
        around.fill(0.0);
        for (other, link) in &unit.context {
            add_scaled(
                &mut around,
                *link,
                &own[*other as usize * dimensions..][..dimensions],
            );
        }
        to_unit_length(&mut around);
        add_scaled(out, weight, &around);
        to_unit_length(out);
    }
    vectors
}

/// Plain products and sums, lane by lane: the same bits with every instruction set.
#[multiversion(targets("x86_64+avx2"))]
fn add_scaled(sum: &mut [f32], factor: f32, vector: &[f32]) {
    for (sum, value) in sum.iter_mut().zip(vector) {
        *sum += factor * value;
    }
}

fn to_unit_length(vector: &mut [f32]) {
    let square = product(vector, vector);
    if square > 0.0 {
        let factor = 1.0 / square.sqrt();
        for value in vector {
            *value *= factor;
        }
    }
}

/// Inner product in eight interleaved sums, an order that vector units can follow: the same bits
/// with every instruction set.
#[multiversion(targets("x86_64+avx2"))]
pub(crate) fn product(left: &[f32], right: &[f32]) -> f32 {
    let mut sums = [0.0_f32; 8];
    let (lefts, left_rest) = left.as_chunks::<8>();
    let (rights, right_rest) = right.as_chunks::<8>();
    for (left, right) in lefts.iter().zip(rights) {
        for lane in 0..8 {
            sums[lane] += left[lane] * right[lane];
        }
    }
    let rest: f32 = left_rest
        .iter()
        .zip(right_rest)
        .map(|(left, right)| left * right)
        .sum();
    sums.iter().sum::<f32>() + rest
}

/// To the nearest integer.
fn quantize(vectors: &[f32]) -> Vec<i16> {
    vectors
        .iter()
        .map(|value| {
            let scaled = value * SCALE;
            (scaled + 0.5_f32.copysign(scaled)) as i16
        })
        .collect()
}
