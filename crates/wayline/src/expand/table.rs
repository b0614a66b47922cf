//! The table of known journeys and what is related to each: its file, and its vectors.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::normal;
use crate::affinity::{add_scaled, product};
use crate::embed::Embedder;

/// The first line of a table's file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {
    /// What the file is.
    pub(super) table: String,
    /// Version of its form.
    pub(super) version: u32,
    /// The embedder by which near duplicates were told.
    pub(super) embedder: String,
    /// The language model that said what is related, with the hash of what it was told to do; none where
    /// nobody was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) made_with: Option<String>,
}

/// Every further line: a known journey.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    /// What it is called.
    pub(super) name: String,
    /// Other names of it.
    #[serde(default)]
    pub(super) also: Vec<String>,
    /// What people search and see who are on it.
    #[serde(default)]
    pub(super) keywords: Vec<String>,
    /// Names of journeys that come next or go with it, the likeliest first.
    pub(super) related: Vec<RelatedRow>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RelatedRow {
    pub(super) name: String,
    /// How closely, above 0 and at most 1.
    pub(super) weight: f64,
}

pub(super) const TABLE: &str = "wayline related journeys";
pub(super) const VERSION: u32 = 1;

/// Why a table is refused.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// It isn't one, or of another version.
    #[error(
        "no table of related journeys of version {VERSION}; make one with `wayline expand build`"
    )]
    Other,
    /// Its duplicates were told by another embedder.
    #[error(
        "the table was made with the embedder {found}, this Wayline has {own}; make it again with `wayline expand build`"
    )]
    Embedder {
        /// The table's.
        found: String,
        /// This program's.
        own: String,
    },
    /// A line is wrong.
    #[error("line {line}: {what}")]
    Line {
        /// Which, from 1.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
}

#[derive(Debug)]
struct Entry {
    name: String,
    /// All its names in normal form.
    names: Vec<String>,
    /// Where what is related to it begins and ends.
    related: std::ops::Range<usize>,
}

#[derive(Debug)]
struct Offered {
    name: String,
    normal: String,
    weight: f64,
}

/// What is related to a known journey.
pub(super) struct Offer<'a> {
    pub(super) name: &'a str,
    pub(super) normal: &'a str,
    pub(super) meaning: &'a [f32],
    pub(super) weight: f64,
}

/// Known journeys, and what is related to each.
#[derive(Debug)]
pub struct RelatedTable {
    dimensions: usize,
    entries: Vec<Entry>,
    /// A vector for each entry: of its names and keywords.
    meanings: Vec<f32>,
    offered: Vec<Offered>,
    /// A vector for each that is offered: of its name.
    offered_meanings: Vec<f32>,
    hash: String,
}

static BUILTIN: LazyLock<RelatedTable> = LazyLock::new(|| {
    #[allow(clippy::expect_used)]
    RelatedTable::from_jsonl(
        include_str!("../../data/related.jsonl"),
        Embedder::builtin(),
    )
    .expect("a test reads the shipped table")
});

impl RelatedTable {
    /// The table inside the library, made of the catalogue.
    #[must_use]
    pub fn builtin() -> &'static Self {
        &BUILTIN
    }

    /// From the text of a table's file: a head, then a JSON object a line.
    ///
    /// # Errors
    /// It is no such table, of another version or for another embedder, or a line is wrong.
    pub fn from_jsonl(text: &str, embedder: &Embedder) -> Result<Self, TableError> {
        let mut lines = text.lines();
        let head = lines.next().unwrap_or_default();
        let head: Head = serde_json::from_str(head).map_err(|_| TableError::Other)?;
        if head.table != TABLE || head.version != VERSION {
            return Err(TableError::Other);
        }
        if head.embedder != embedder.hash() {
            let (found, own) = (head.embedder, embedder.hash().to_owned());
            return Err(TableError::Embedder { found, own });
        }
        let mut table = Self {
            dimensions: embedder.dimensions(),
            entries: Vec::new(),
            meanings: Vec::new(),
            offered: Vec::new(),
            offered_meanings: Vec::new(),
            hash: blake3::hash(text.as_bytes()).to_hex()[..16].to_owned(),
        };
        for (line, row) in (2..).zip(lines) {
            if row.trim().is_empty() {
                continue;
            }
            let wrong = |what: String| TableError::Line { line, what };
            let row: Row = serde_json::from_str(row).map_err(|error| wrong(error.to_string()))?;
            table
                .push(row, embedder)
                .map_err(|what| wrong(what.to_owned()))?;
        }
        Ok(table)
    }

    fn push(&mut self, row: Row, embedder: &Embedder) -> Result<(), &'static str> {
        if normal(&row.name).is_empty() {
            return Err("`name` is empty");
        }
        let first = self.offered.len();
        for offered in row.related {
            let normal = normal(&offered.name);
            if normal.is_empty() || !(offered.weight > 0.0 && offered.weight <= 1.0) {
                return Err("what is related needs a `name`, and a `weight` above 0 and at most 1");
            }
            append(&[&normal], embedder, &mut self.offered_meanings);
            self.offered.push(Offered {
                name: offered.name,
                normal,
                weight: offered.weight,
            });
        }
        let names: Vec<String> = std::iter::once(&row.name)
            .chain(&row.also)
            .map(|name| normal(name))
            .collect();
        let keywords: Vec<String> = row.keywords.iter().map(|it| normal(it)).collect();
        let texts: Vec<&String> = names.iter().chain(&keywords).collect();
        append(&texts, embedder, &mut self.meanings);
        self.entries.push(Entry {
            name: row.name,
            names,
            related: first..self.offered.len(),
        });
        Ok(())
    }

    /// Whether it knows no journey.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many journeys it knows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// The first 16 hex digits of the BLAKE3 hash of its file.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The known journey that is nearest to a meaning, and their cosine; the first of equals. Costs one
    /// inner product a known journey.
    #[must_use]
    pub fn nearest(&self, meaning: &[f32]) -> Option<(usize, f64)> {
        let mut best: Option<(usize, f32)> = None;
        for (entry, its) in self.meanings.chunks_exact(self.dimensions).enumerate() {
            let similarity = product(its, meaning);
            if best.is_none_or(|(_, before)| similarity > before) {
                best = Some((entry, similarity));
            }
        }
        best.map(|(entry, similarity)| (entry, f64::from(similarity)))
    }

    /// What a known journey is called.
    ///
    /// # Panics
    /// Where it has no such journey.
    #[must_use]
    pub fn name(&self, entry: usize) -> &str {
        &self.entries[entry].name
    }

    pub(super) fn names(&self, entry: usize) -> &[String] {
        &self.entries[entry].names
    }

    pub(super) fn related(&self, entry: usize) -> impl Iterator<Item = Offer<'_>> {
        self.entries[entry].related.clone().map(|place| {
            let offered = &self.offered[place];
            Offer {
                name: &offered.name,
                normal: &offered.normal,
                meaning: &self.offered_meanings[place * self.dimensions..][..self.dimensions],
                weight: offered.weight,
            }
        })
    }
}

/// The mean of texts' vectors, of unit length, at the end of `out`.
fn append(texts: &[impl AsRef<str>], embedder: &Embedder, out: &mut Vec<f32>) {
    let mut one = vec![0.0; embedder.dimensions()];
    let start = out.len();
    out.resize(start + one.len(), 0.0);
    for text in texts {
        embedder.embed(text.as_ref(), &mut one);
        add_scaled(&mut out[start..], 1.0, &one);
    }
    let length = product(&out[start..], &out[start..]).sqrt();
    if length > 0.0 {
        out[start..].iter_mut().for_each(|value| *value /= length);
    }
}
