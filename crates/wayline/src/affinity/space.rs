//! Where each unit stands: its own text, and its text with what stands around it.

use std::borrow::Cow;
use std::convert::Infallible;

use crate::corpus::KeywordFacts;
use crate::embed::{EmbedError, EmbeddingCache, TableCache};
use crate::extract::{Extracted, Unit};
use crate::nouns::normalize;

use super::AffinityConfig;
use super::places::{CosineRow, Places};
use super::vectors::{add_scaled, to_unit_length};

/// Vectors of one person's keywords and units.
#[derive(Clone, Debug, Default)]
pub struct UnitSpace {
    dimensions: usize,
    /// Vectors of the keywords that units carry, of unit length.
    keywords: Vec<f32>,
    /// The vector of each keyword; that of index 0 is zeros, for those that no unit carries.
    vector_of_keyword: Vec<u32>,
    units: Places,
}

impl UnitSpace {
    /// Embeds all keywords and units of a person; each text once.
    ///
    /// A search is its query plus `host_weight` × the names of the sites that were clicked. An item is its title plus its annotations and interests, these
    /// weighted by rarity over people. With context means plus `context_weight` × the weighted
    /// mean of the units that it led to or that led to it.
    ///
    /// # Errors
    /// The embedder can't be asked, or gives something else than vectors.
    pub fn of(
        person: &Extracted,
        facts: &KeywordFacts,
        embeddings: &mut EmbeddingCache<'_>,
        config: &AffinityConfig,
    ) -> Result<Self, EmbedError> {
        if !embeddings.is_inside() {
            embeddings.prepare(texts(person))?;
        }
        Self::by(person, facts, embeddings, config)
    }

    /// The same by the table inside.
    #[must_use]
    pub fn inside(
        person: &Extracted,
        facts: &KeywordFacts,
        embeddings: &mut EmbeddingCache<'_>,
        config: &AffinityConfig,
    ) -> Self {
        let Ok(space) = Self::by(person, facts, embeddings.inside(), config);
        space
    }

    fn by<V: Vectors>(
        person: &Extracted,
        facts: &KeywordFacts,
        embeddings: &mut V,
        config: &AffinityConfig,
    ) -> Result<Self, V::Error> {
        let dimensions = embeddings.dimensions();
        let (keywords, vector_of_keyword) = embed_keywords(person, embeddings)?;
        let keyword_vector = |keyword: u32| {
            &keywords[vector_of_keyword[keyword as usize] as usize * dimensions..][..dimensions]
        };
        let mut own: Vec<f32> = Vec::with_capacity(person.units.len() * dimensions);
        let mut labels = vec![0.0_f32; dimensions];
        let mut normal = String::new();
        for unit in &person.units {
            let start = own.len();
            if let Some(query) = unit.query {
                own.extend_from_slice(keyword_vector(query));
                if !unit.hosts.is_empty() {
                    embed_hosts(person, unit, embeddings, &mut labels)?;
                    add_scaled(&mut own[start..], config.host_weight, &labels);
                    to_unit_length(&mut own[start..]);
                }
                continue;
            }
            labels.fill(0.0);
            for (keyword, _) in unit.annotations.iter().chain(&unit.interests) {
                let rarity = facts.rarity(*keyword);
                add_scaled(&mut labels, rarity, keyword_vector(*keyword));
            }
            to_unit_length(&mut labels);
            if let Some(title) = &unit.title {
                normalize(title, &mut normal);
                embeddings.append(&normal, &mut own)?;
                add_scaled(&mut own[start..], 1.0, &labels);
                to_unit_length(&mut own[start..]);
            } else {
                own.extend_from_slice(&labels);
            }
        }
        Ok(Self {
            dimensions,
            units: with_context(person, &own, dimensions, config.context_weight),
            keywords,
            vector_of_keyword,
        })
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

    /// The vector of a unit: its own text and what stands around it. All have one length (or are
    /// zeros).
    #[must_use]
    pub fn vector(&self, unit: usize) -> &[i16] {
        self.units.vector(unit)
    }

    /// The cosines of a unit with all after it.
    pub(super) fn cosines_of_row(&self, left: usize, row: &mut CosineRow) {
        self.units.cosines_of_row(left, row);
    }
}

/// Vectors of the keywords that units carry (a person may have many more), and where each
/// keyword's is. The first is zeros.
fn embed_keywords<V: Vectors>(
    person: &Extracted,
    embeddings: &mut V,
) -> Result<(Vec<f32>, Vec<u32>), V::Error> {
    let dimensions = embeddings.dimensions();
    let carried = person
        .keywords
        .iter()
        .filter(|keyword| keyword.unsupported.is_none());
    let mut vectors = Vec::with_capacity((carried.count() + 1) * dimensions);
    vectors.resize(dimensions, 0.0);
    let mut vector_of_keyword = Vec::with_capacity(person.keywords.len());
    for keyword in &person.keywords {
        if keyword.unsupported.is_some() {
            vector_of_keyword.push(0);
        } else {
            vector_of_keyword.push((vectors.len() / dimensions) as u32);
            embeddings.append(&keyword.text, &mut vectors)?;
        }
    }
    Ok((vectors, vector_of_keyword))
}

/// The names of a search's clicked sites, as one vector of unit length: they say in other words
/// what the query is about.
fn embed_hosts<V: Vectors>(
    person: &Extracted,
    unit: &Unit,
    embeddings: &mut V,
    out: &mut [f32],
) -> Result<(), V::Error> {
    let mut one = Vec::with_capacity(out.len());
    out.fill(0.0);
    for (host, clicks) in &unit.hosts {
        one.clear();
        embeddings.append(&site_name(&person.hosts[*host as usize]), &mut one)?;
        add_scaled(out, *clicks as f32, &one);
    }
    to_unit_length(out);
    Ok(())
}

/// All texts of a person that are embedded, each maybe more than once.
fn texts(person: &Extracted) -> impl Iterator<Item = Cow<'_, str>> {
    let keywords = person.keywords.iter();
    let keywords = keywords.filter(|keyword| keyword.unsupported.is_none());
    let of_units = person.units.iter().flat_map(|unit| {
        let title = unit.title.as_ref().filter(|_| unit.query.is_none());
        let title = title.map(|title| {
            let mut normal = String::new();
            normalize(title, &mut normal);
            Cow::Owned(normal)
        });
        let searched = unit.hosts.iter().filter(|_| unit.query.is_some());
        let hosts = searched.map(|(host, _)| Cow::Owned(site_name(&person.hosts[*host as usize])));
        title.into_iter().chain(hosts)
    });
    let keywords = keywords.map(|keyword| Cow::Borrowed(keyword.text.as_str()));
    keywords.chain(of_units)
}

/// Where vectors come from.
trait Vectors {
    type Error;
    fn dimensions(&self) -> usize;
    fn append(&mut self, text: &str, out: &mut Vec<f32>) -> Result<(), Self::Error>;
}

impl Vectors for EmbeddingCache<'_> {
    type Error = EmbedError;

    fn dimensions(&self) -> usize {
        self.dimensions()
    }

    fn append(&mut self, text: &str, out: &mut Vec<f32>) -> Result<(), EmbedError> {
        self.append(text, out)
    }
}

impl Vectors for TableCache<'_> {
    type Error = Infallible;

    fn dimensions(&self) -> usize {
        self.dimensions()
    }

    fn append(&mut self, text: &str, out: &mut Vec<f32>) -> Result<(), Infallible> {
        self.append(text, out);
        Ok(())
    }
}

/// `www.barn-weddings.co.uk` → `barn weddings`.
fn site_name(host: &str) -> String {
    let host = host.strip_prefix("www.").unwrap_or(host);
    let name = host.rsplit_once('.').map_or(host, |(name, _)| name);
    let name = name.strip_suffix(".co").unwrap_or(name);
    name.replace(['.', '-'], " ")
}

/// Units by their own vector plus `weight` × the mean direction of what stands around.
fn with_context(person: &Extracted, own: &[f32], dimensions: usize, weight: f32) -> Places {
    let of_unit = |unit: usize| &own[unit * dimensions..][..dimensions];
    let mut places = Places::new(person.units.len(), dimensions);
    let mut around = vec![0.0_f32; dimensions];
    let mut place = vec![0.0_f32; dimensions];
    for (index, unit) in person.units.iter().enumerate() {
        if unit.context.is_empty() {
            places.push(of_unit(index));
            continue;
        }
        around.fill(0.0);
        for (other, link) in &unit.context {
            add_scaled(&mut around, *link, of_unit(*other as usize));
        }
        to_unit_length(&mut around);
        place.copy_from_slice(of_unit(index));
        add_scaled(&mut place, weight, &around);
        to_unit_length(&mut place);
        places.push(&place);
    }
    places
}
