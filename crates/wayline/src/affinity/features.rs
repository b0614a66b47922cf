//! The features of a pair of units: one piece of code for training and for inference.

use foldhash::{HashMap, HashMapExt};
use multiversion::multiversion;

use crate::corpus::KeywordFacts;
use crate::extract::{Extracted, Unit, UnitKind};

use super::math::ln;
use super::profiles::Profiles;
use super::space::{SCALE, UnitSpace};
use super::timelines::{Nearness, Timelines};

/// The names of the features, in their order.
///
/// | feature | what it measures |
/// |---|---|
/// | `cosine` | of the units' [places](UnitSpace): own text, clicked site, what stands around |
/// | `interest_cosine` | of interests weighted by rarity, a search's being those of what it led to |
/// | `interests_on_both` | 1 if both have any, else 0: what is missing must not look like distance |
/// | `annotation_cosine`, `annotations_on_both` | likewise, of annotations |
/// | `rarest_label` | rarity of the rarest annotation or interest that both items carry; 0.2 a nat |
/// | `together_cosine`, `together_on_both` | likewise, of what everybody's log says goes together with the units' keywords |
/// | `log_gap` | ln(1 + minutes between the nearest occurrences), 0.1 a nat |
/// | `visits_above_chance` | ln of shared visits over those expected if the person's visits were drawn at random, 0.3 a nat; not below 0 |
/// | `same_board` | 1 if saved to one board |
pub const FEATURES: [&str; 11] = [
    "cosine",
    "interest_cosine",
    "interests_on_both",
    "annotation_cosine",
    "annotations_on_both",
    "rarest_label",
    "together_cosine",
    "together_on_both",
    "log_gap",
    "visits_above_chance",
    "same_board",
];

/// Which way each feature may speak: 1 only for one goal, −1 only against, 0 either way.
pub const SIGNS: [i8; FEATURES.len()] = [1, 1, 0, 1, 0, 1, 1, 0, -1, 1, 1];

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
    interests: Profiles,
    annotations: Profiles,
    together: Profiles,
    labels: RarestLabels,
    timelines: Timelines<'a>,
    nearness: Vec<Nearness>,
    row: FeatureRow,
    next: usize,
}

impl<'a> PairRows<'a> {
    /// Prepares everything that is reckoned once a person.
    #[must_use]
    pub fn new(person: &'a Extracted, facts: &KeywordFacts, space: &'a UnitSpace) -> Self {
        Self {
            person,
            space,
            interests: label_profiles(person, facts, |unit| &unit.interests),
            annotations: label_profiles(person, facts, |unit| &unit.annotations),
            together: together_profiles(person, facts),
            labels: RarestLabels::of(person, facts),
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
        let [
            cosine,
            interest,
            interests_on_both,
            annotation,
            annotations_on_both,
            rarest_label,
            together,
            together_on_both,
            gap,
            visits,
            board,
        ] = &mut self.row.columns;
        let space = self.space;
        cosines_of_row(space.vector(left), space.vectors_after(left), cosine);
        self.interests.fill(left, interest, interests_on_both);
        self.annotations.fill(left, annotation, annotations_on_both);
        self.together.fill(left, together, together_on_both);
        self.labels.fill(left, rarest_label);
        self.timelines.nearness_of_row(left, &mut self.nearness);
        fill_gaps(&self.nearness, gap);
        fill_visits(self.person, left, &self.nearness, visits);
        let unit = &self.person.units[left];
        if !unit.boards.is_empty() {
            for (out, other) in board.iter_mut().zip(&self.person.units[left + 1..]) {
                *out = f32::from(u8::from(share_any(&unit.boards, &other.boards)));
            }
        }
        Some(&self.row)
    }
}

#[multiversion(targets("x86_64+avx512f+avx512dq", "x86_64+avx2"))]
fn fill_gaps(nearness: &[Nearness], gap: &mut [f32]) {
    for (near, gap) in nearness.iter().zip(gap) {
        // ln of minutes, a week is 9.2: brought to about 0 to 1.
        *gap = ln(1.0 + near.gap as f32 / 60_000.0) * 0.1;
    }
}

/// Few pairs share a visit, so this is no loop for vector units.
fn fill_visits(person: &Extracted, left: usize, nearness: &[Nearness], out: &mut [f32]) {
    let visits = person.visits.max(1) as f32;
    let own = person.units[left].visits as f32;
    let others = &person.units[left + 1..];
    for ((near, other), out) in nearness.iter().zip(others).zip(out) {
        if near.visits > 0 {
            let expected = own * other.visits as f32 / visits;
            let above = (near.visits as f32 + 0.3) / (expected + 0.3);
            *out = ln(above.max(1.0)) * 0.3;
        }
    }
}

fn share_any(left: &[(u32, u32)], right: &[(u32, u32)]) -> bool {
    left.iter()
        .any(|(key, _)| right.iter().any(|(other, _)| key == other))
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

/// The strongest association that the corpus gives: a partner's weight is its share of it.
const STRONGEST: f32 = 4.0;

/// A unit's keywords and what goes together with them over all people. Two units are near when
/// the one's keyword goes together with the other's, or both with the same third.
fn together_profiles(person: &Extracted, facts: &KeywordFacts) -> Profiles {
    let mut places: HashMap<u32, u32> = HashMap::new();
    let mut entries: Vec<(u32, f32)> = Vec::new();
    let mut ends: Vec<usize> = Vec::new();
    for unit in &person.units {
        let labels = unit.annotations.iter().chain(&unit.interests);
        let keywords = unit
            .query
            .into_iter()
            .chain(labels.map(|(label, _)| *label));
        for keyword in keywords {
            let partners = facts.partners(keyword);
            let Some(id) = facts.corpus_id(keyword).filter(|_| !partners.is_empty()) else {
                continue;
            };
            let rarity = facts.rarity(keyword);
            let itself = std::iter::once((id, STRONGEST));
            let partners = partners.iter().map(|it| (it.keyword, it.association));
            for (id, association) in itself.chain(partners) {
                let next = places.len() as u32;
                let place = *places.entry(id).or_insert(next);
                entries.push((place, rarity * association / STRONGEST));
            }
        }
        ends.push(entries.len());
    }
    Profiles::new(person.units.len(), places.len(), |unit, add| {
        let start = unit.checked_sub(1).map_or(0, |before| ends[before]);
        for (place, weight) in &entries[start..ends[unit]] {
            add(*place, *weight);
        }
    })
}

/// For each annotation and interest the items that carry it, and how rare it is.
struct RarestLabels {
    /// (label, rarity) of each unit.
    of_unit: Vec<Vec<(u32, f32)>>,
    /// Units of each label, ascending.
    carriers: Vec<Vec<u32>>,
}

impl RarestLabels {
    fn of(person: &Extracted, facts: &KeywordFacts) -> Self {
        let mut carriers: Vec<Vec<u32>> = vec![Vec::new(); person.keywords.len()];
        let mut of_unit = Vec::with_capacity(person.units.len());
        for (index, unit) in person.units.iter().enumerate() {
            let labels: Vec<(u32, f32)> = unit
                .annotations
                .iter()
                .chain(&unit.interests)
                .map(|(label, _)| (*label, facts.rarity(*label)))
                .collect();
            for (label, _) in &labels {
                carriers[*label as usize].push(index as u32);
            }
            of_unit.push(labels);
        }
        Self { of_unit, carriers }
    }

    fn fill(&self, left: usize, out: &mut [f32]) {
        for (label, rarity) in &self.of_unit[left] {
            // Units ascend, so those after the left one stand at the end.
            for unit in self.carriers[*label as usize].iter().rev() {
                let Some(offset) = (*unit as usize).checked_sub(left + 1) else {
                    break;
                };
                out[offset] = out[offset].max(rarity * 0.2);
            }
        }
    }
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
