//! The features of a pair of units: one piece of code for training and for inference.

use foldhash::{HashMap, HashMapExt};
use multiversion::multiversion;

use crate::corpus::{Corpus, KeywordFacts, words};
use crate::extract::{Extracted, Unit, UnitKind};
use crate::nouns::normalize;

use super::math::ln;
use super::profiles::Profiles;
use super::signature::TrigramSignature;
use super::space::{SCALE, UnitSpace};
use super::timelines::{Nearness, Timelines};

/// The names of the features, in their order. Changing one changes the version of the model file.
pub const FEATURES: [&str; 14] = [
    "cosine",
    "cosine_above_chance",
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
    words: Profiles,
    interests: Profiles,
    annotations: Profiles,
    searches: Profiles,
    timelines: Timelines<'a>,
    nearness: Vec<Nearness>,
    row: FeatureRow,
    next: usize,
}

impl<'a> PairRows<'a> {
    /// Prepares everything that is reckoned once a person.
    #[must_use]
    pub fn new(
        person: &'a Extracted,
        corpus: &Corpus,
        facts: &KeywordFacts,
        space: &'a UnitSpace,
    ) -> Self {
        let searches = person
            .units
            .iter()
            .filter(|unit| unit.kind == UnitKind::Search);
        Self {
            person,
            space,
            signatures: searches
                .map(|unit| TrigramSignature::of(&unit.key))
                .collect(),
            words: word_profiles(person, corpus),
            interests: label_profiles(person, facts, |unit| &unit.interests),
            annotations: label_profiles(person, facts, |unit| &unit.annotations),
            searches: search_profiles(person),
            timelines: Timelines::of(person),
            nearness: Vec::new(),
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
        let [cosine, above_chance, trigrams, ..] = &mut self.row.columns;
        let space = self.space;
        cosines_of_row(space.vector(left), space.vectors_after(left), cosine);
        let hub = space.hubness(left);
        let chance = space.hubness_after(left);
        for ((out, cosine), other) in above_chance.iter_mut().zip(&*cosine).zip(chance) {
            *out = cosine - 0.5 * (hub + other);
        }
        // Searches stand before all items; an item's title says little letter by letter.
        if left < self.signatures.len() {
            jaccards_of_row(&self.signatures, left, trigrams);
        }
    }

    fn fill_profiles(&mut self, left: usize) {
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
        self.words.add_cosines(left, words);
        self.interests.add_cosines(left, interest);
        self.annotations.add_cosines(left, annotation);
        self.searches.add_cosines(left, search);
        let on_both = |profiles: &Profiles, out: &mut [f32]| {
            if profiles.has(left) {
                for (offset, out) in out.iter_mut().enumerate() {
                    *out = f32::from(u8::from(profiles.has(left + 1 + offset)));
                }
            }
        };
        on_both(&self.interests, interests_on_both);
        on_both(&self.annotations, annotations_on_both);
    }

    fn fill_behaviour(&mut self, left: usize) {
        let [.., gap, same_visit, same_host, same_board, both_items] = &mut self.row.columns;
        let unit = &self.person.units[left];
        self.timelines.nearness_of_row(left, &mut self.nearness);
        fill_times(&self.nearness, gap, same_visit);
        let others = &self.person.units[left + 1..];
        if !unit.hosts.is_empty() {
            for (out, other) in same_host.iter_mut().zip(others) {
                *out = shared(&unit.hosts, &other.hosts);
            }
        }
        if !unit.boards.is_empty() {
            for (out, other) in same_board.iter_mut().zip(others) {
                *out = shared(&unit.boards, &other.boards);
            }
        }
        if unit.kind == UnitKind::Item {
            // Items stand behind all searches, so what follows an item is an item.
            both_items.fill(1.0);
        }
    }
}

#[multiversion(targets("x86_64+avx512f+avx512dq", "x86_64+avx2"))]
fn fill_times(nearness: &[Nearness], gap: &mut [f32], same_visit: &mut [f32]) {
    for ((near, gap), same_visit) in nearness.iter().zip(gap).zip(same_visit) {
        // ln of minutes, a week is 9.2: brought to about 0 to 1.
        *gap = ln(1.0 + near.gap as f32 / 60_000.0) * 0.1;
        *same_visit = near.visits.min(3) as f32 / 3.0;
    }
}

fn shared(left: &[(u32, u32)], right: &[(u32, u32)]) -> f32 {
    let any = left
        .iter()
        .any(|(key, _)| right.iter().any(|(other, _)| key == other));
    f32::from(u8::from(any))
}

fn label_profiles(
    person: &Extracted,
    facts: &KeywordFacts,
    labels: impl Fn(&Unit) -> &Vec<(u32, u32)>,
) -> Profiles {
    let units = &person.units;
    Profiles::new(units.len(), person.keywords.len(), |unit, add| {
        let unit = &units[unit];
        for (keyword, _) in labels(unit) {
            add(*keyword, facts.rarity(*keyword));
        }
        // What an item's search led to says little beyond the item's own labels; a search has
        // none of its own and is known by the items it led to.
        if unit.kind == UnitKind::Search {
            for (other, led) in &unit.context {
                for (keyword, _) in labels(&units[*other as usize]) {
                    add(*keyword, led * facts.rarity(*keyword));
                }
            }
        }
    })
}

fn word_profiles(person: &Extracted, corpus: &Corpus) -> Profiles {
    let mut ids: HashMap<String, u32> = HashMap::new();
    let mut rarity: Vec<f32> = Vec::new();
    let mut all: Vec<u32> = Vec::new();
    let mut starts = vec![0];
    let mut normal = String::new();
    for unit in &person.units {
        let text = match (&unit.title, unit.kind) {
            (_, UnitKind::Search) => unit.key.as_str(),
            (Some(title), UnitKind::Item) => {
                normalize(title, &mut normal);
                normal.as_str()
            }
            (None, UnitKind::Item) => "",
        };
        for word in words(text) {
            let id = match ids.get(word) {
                Some(id) => *id,
                None => {
                    rarity.push(corpus.word_rarity(word));
                    ids.insert(word.to_owned(), rarity.len() as u32 - 1);
                    rarity.len() as u32 - 1
                }
            };
            all.push(id);
        }
        starts.push(all.len());
    }
    Profiles::new(person.units.len(), rarity.len(), |unit, add| {
        for word in &all[starts[unit]..starts[unit + 1]] {
            add(*word, rarity[*word as usize]);
        }
    })
}

/// A search is around itself, an item is around the searches that led to it.
fn search_profiles(person: &Extracted) -> Profiles {
    let units = &person.units;
    Profiles::new(units.len(), units.len(), |index, add| {
        match units[index].kind {
            UnitKind::Search => add(index as u32, 1.0),
            UnitKind::Item => {
                for (search, weight) in &units[index].context {
                    add(*search, *weight);
                }
            }
        }
    })
}

/// Cosines of one vector with all that follow it, back to back in `rest`. Integer arithmetic: the
/// same result with every instruction set.
#[multiversion(targets("x86_64+avx512f+avx512bw", "x86_64+avx2", "x86_64+sse4.1"))]
fn cosines_of_row(left: &[i16], rest: &[i16], out: &mut [f32]) {
    for (right, out) in rest.chunks_exact(left.len()).zip(out) {
        let dot: i32 = left
            .iter()
            .zip(right)
            .map(|(left, right)| i32::from(*left) * i32::from(*right))
            .sum();
        *out = dot as f32 * (1.0 / (SCALE * SCALE));
    }
}

#[multiversion(targets("x86_64+popcnt"))]
fn jaccards_of_row(signatures: &[TrigramSignature], left: usize, out: &mut [f32]) {
    let signature = signatures[left];
    for (out, other) in out.iter_mut().zip(&signatures[left + 1..]) {
        *out = signature.jaccard(other);
    }
}
