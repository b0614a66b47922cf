//! The features of a pair of units: one piece of code for training and for inference.

use foldhash::{HashMap, HashMapExt};
use multiversion::multiversion;

use crate::corpus::{Corpus, words};
use crate::extract::{Extracted, Unit, UnitKind};
use crate::nouns::normalize;

use super::math::ln;
use super::profiles::Profiles;
use super::signature::TrigramSignature;
use super::space::{SCALE, UnitSpace};

/// The names of the features, in their order. Changing one changes the version of the model file.
pub const FEATURES: [&str; 14] = [
    "text_cosine",
    "context_cosine_above_chance",
    "trigram_jaccard",
    "word_cosine",
    "interest_cosine",
    "interests_on_both",
    "annotation_cosine",
    "annotations_on_both",
    "search_context_cosine",
    "log_gap",
    "same_visit",
    "same_host",
    "same_board",
    "both_items",
];

/// The features of the pairs (i, i + 1), (i, i + 2), … of one unit i: a column per feature, in
/// the order of [`FEATURES`].
#[derive(Clone, Debug, Default)]
pub struct FeatureRow {
    columns: [Vec<f32>; FEATURES.len()],
}

impl FeatureRow {
    /// How many pairs there are.
    #[must_use]
    pub fn pairs(&self) -> usize {
        self.columns[0].len()
    }

    /// One feature of all pairs.
    #[must_use]
    pub fn column(&self, feature: usize) -> &[f32] {
        &self.columns[feature]
    }

    fn resize(&mut self, pairs: usize) {
        for column in &mut self.columns {
            column.clear();
            column.resize(pairs, 0.0);
        }
    }
}

/// Computes the features of all pairs of a person's units, row by row.
pub struct PairRows<'a> {
    person: &'a Extracted,
    space: &'a UnitSpace,
    signatures: Vec<TrigramSignature>,
    words: Vec<f32>,
    interests: Cosines,
    annotations: Cosines,
    searches: Vec<f32>,
    row: FeatureRow,
    next: usize,
}

struct Cosines {
    matrix: Vec<f32>,
    present: Vec<bool>,
}

impl Cosines {
    fn of(profiles: &Profiles) -> Self {
        Self {
            matrix: profiles.cosines(),
            present: profiles.present().to_vec(),
        }
    }
}

impl<'a> PairRows<'a> {
    /// Prepares everything that is reckoned once a person.
    #[must_use]
    pub fn new(person: &'a Extracted, corpus: &Corpus, space: &'a UnitSpace) -> Self {
        let rarity: Vec<f32> = person
            .keywords
            .iter()
            .map(|keyword| corpus.rarity(&keyword.text))
            .collect();
        let interests = label_profiles(person, &rarity, |unit| &unit.interests);
        let annotations = label_profiles(person, &rarity, |unit| &unit.annotations);
        let mut normal = String::new();
        let texts: Vec<String> = person
            .units
            .iter()
            .map(|unit| match (&unit.title, unit.kind) {
                (Some(title), UnitKind::Item) => {
                    normalize(title, &mut normal);
                    normal.clone()
                }
                (_, UnitKind::Search) => unit.key.clone(),
                (None, UnitKind::Item) => String::new(),
            })
            .collect();
        Self {
            person,
            space,
            signatures: texts
                .iter()
                .map(|text| TrigramSignature::of(text))
                .collect(),
            words: word_profiles(&texts, corpus).cosines(),
            interests: Cosines::of(&interests),
            annotations: Cosines::of(&annotations),
            searches: search_profiles(person).cosines(),
            row: FeatureRow::default(),
            next: 0,
        }
    }

    /// The features of the pairs of the next unit with all units after it.
    pub fn next_row(&mut self) -> Option<&FeatureRow> {
        let units = self.person.units.len();
        let left = self.next;
        if left + 1 >= units {
            return None;
        }
        self.next += 1;
        self.row.resize(units - left - 1);
        self.fill_vectors(left);
        self.fill_profiles(left);
        self.fill_behaviour(left);
        Some(&self.row)
    }

    fn fill_vectors(&mut self, left: usize) {
        let [text, context, trigrams, ..] = &mut self.row.columns;
        let space = self.space;
        cosines_of_row(space.own(left), left, |unit| space.own(unit), text);
        cosines_of_row(
            space.with_context(left),
            left,
            |unit| space.with_context(unit),
            context,
        );
        let hub = space.hubness(left);
        for (offset, value) in context.iter_mut().enumerate() {
            *value -= 0.5 * (hub + space.hubness(left + 1 + offset));
        }
        jaccards_of_row(&self.signatures, left, trigrams);
    }

    fn fill_profiles(&mut self, left: usize) {
        let units = self.person.units.len();
        let [
            _,
            _,
            _,
            words,
            interest,
            interests_on_both,
            annotation,
            annotations_on_both,
            search,
            ..,
        ] = &mut self.row.columns;
        let right_of = |matrix: &[f32], out: &mut [f32]| {
            out.copy_from_slice(&matrix[left * units + left + 1..][..out.len()]);
        };
        right_of(&self.words, words);
        right_of(&self.interests.matrix, interest);
        right_of(&self.annotations.matrix, annotation);
        right_of(&self.searches, search);
        let on_both = |present: &[bool], out: &mut [f32]| {
            if present[left] {
                for (out, present) in out.iter_mut().zip(&present[left + 1..]) {
                    *out = f32::from(u8::from(*present));
                }
            }
        };
        on_both(&self.interests.present, interests_on_both);
        on_both(&self.annotations.present, annotations_on_both);
    }

    fn fill_behaviour(&mut self, left: usize) {
        let [.., gap, same_visit, same_host, same_board, both_items] = &mut self.row.columns;
        let unit = &self.person.units[left];
        for (offset, other) in self.person.units[left + 1..].iter().enumerate() {
            let (nearest, visits) = nearest_occurrences(unit, other);
            // ln of minutes, a week is 9.2: brought to about 0 to 1.
            gap[offset] = ln(1.0 + nearest as f32 / 60_000.0) * 0.1;
            same_visit[offset] = visits.min(3) as f32 / 3.0;
            same_host[offset] = shared(&unit.hosts, &other.hosts);
            same_board[offset] = shared(&unit.boards, &other.boards);
            let items = unit.kind == UnitKind::Item && other.kind == UnitKind::Item;
            both_items[offset] = f32::from(u8::from(items));
        }
    }
}

/// Milliseconds between the nearest occurrences of two units, and how many of the right one's
/// occurrences fall into a visit of the left one.
fn nearest_occurrences(left: &Unit, right: &Unit) -> (i64, u32) {
    let (mut i, mut j) = (0, 0);
    let mut nearest = i64::MAX;
    let mut same_visit = 0;
    while let (Some(a), Some(b)) = (left.occurrences.get(i), right.occurrences.get(j)) {
        nearest = nearest.min((a.time.millis() - b.time.millis()).abs());
        same_visit += u32::from(a.visit == b.visit);
        if a.time <= b.time {
            i += 1;
        } else {
            j += 1;
        }
    }
    (nearest, same_visit)
}

fn shared(left: &[(u32, u32)], right: &[(u32, u32)]) -> f32 {
    let any = left
        .iter()
        .any(|(key, _)| right.iter().any(|(other, _)| key == other));
    f32::from(u8::from(any))
}

fn label_profiles(
    person: &Extracted,
    rarity: &[f32],
    labels: impl Fn(&Unit) -> &Vec<(u32, u32)>,
) -> Profiles {
    let own = |unit: &Unit| -> Vec<(u32, f32)> {
        labels(unit)
            .iter()
            .map(|(keyword, _)| (*keyword, rarity[*keyword as usize]))
            .collect()
    };
    let mut weights = Vec::new();
    for (index, unit) in person.units.iter().enumerate() {
        for (keyword, weight) in own(unit) {
            weights.push((index as u32, keyword, weight));
        }
        // What an item's search led to says little beyond the item's own labels; a search has
        // none of its own and is known by the items it led to.
        if unit.kind == UnitKind::Search {
            for (other, led) in &unit.context {
                for (keyword, weight) in own(&person.units[*other as usize]) {
                    weights.push((index as u32, keyword, led * weight));
                }
            }
        }
    }
    Profiles::new(person.units.len(), weights)
}

fn word_profiles(texts: &[String], corpus: &Corpus) -> Profiles {
    let mut ids: HashMap<&str, (u32, f32)> = HashMap::new();
    let mut weights = Vec::new();
    for (unit, text) in texts.iter().enumerate() {
        for word in words(text) {
            let next = ids.len() as u32;
            let (id, rarity) = *ids
                .entry(word)
                .or_insert_with(|| (next, corpus.word_rarity(word)));
            weights.push((unit as u32, id, rarity));
        }
    }
    Profiles::new(texts.len(), weights)
}

/// A search is around itself, an item is around the searches that led to it.
fn search_profiles(person: &Extracted) -> Profiles {
    let weights = person.units.iter().enumerate().flat_map(|(index, unit)| {
        let index = index as u32;
        let itself = (unit.kind == UnitKind::Search).then_some((index, index, 1.0));
        let around = (unit.kind == UnitKind::Item).then_some(&unit.context);
        let around = around.into_iter().flatten();
        itself
            .into_iter()
            .chain(around.map(move |(search, weight)| (index, *search, *weight)))
    });
    Profiles::new(person.units.len(), weights)
}

fn cosines_of_row<'v>(
    left: &[i16],
    index: usize,
    vector: impl Fn(usize) -> &'v [i16],
    out: &mut [f32],
) {
    for (offset, out) in out.iter_mut().enumerate() {
        *out = dot(left, vector(index + 1 + offset)) as f32 * (1.0 / (SCALE * SCALE));
    }
}

/// Integer arithmetic: the same result with every instruction set.
#[multiversion(targets("x86_64+avx2+fma", "x86_64+sse4.1"))]
fn dot(left: &[i16], right: &[i16]) -> i32 {
    left.iter()
        .zip(right)
        .map(|(left, right)| i32::from(*left) * i32::from(*right))
        .sum()
}

#[multiversion(targets("x86_64+popcnt"))]
fn jaccards_of_row(signatures: &[TrigramSignature], left: usize, out: &mut [f32]) {
    let signature = signatures[left];
    for (out, other) in out.iter_mut().zip(&signatures[left + 1..]) {
        *out = signature.jaccard(other);
    }
}
