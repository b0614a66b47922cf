//! The features of a pair of units: one piece of code for training and for inference.

use std::ops::Range;

use crate::corpus::KeywordFacts;
use crate::extract::Extracted;
use crate::logistic::Logistic;

use super::carriers::Carriers;
use super::labels::{label_profiles, rare_labels};
use super::places::CosineRow;
use super::profiles::Profiles;
use super::space::UnitSpace;
use super::timelines::{Gaps, SharedVisits};
use super::together::Together;

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
/// | `log_gap` | ln(1 + minutes between the nearest occurrences), 0.1 a nat; not less than a third of the day or hour that all times are whole numbers of |
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

/// The places of those that come from everybody's log.
pub const TOGETHER: Range<usize> = 6..8;

/// The features of the pairs (i, i + 1), (i, i + 2), … of one unit i: a column per feature, in
/// the order of [`FEATURES`].
#[derive(Clone, Debug, Default)]
pub struct FeatureRow {
    /// The first feature's column.
    cosines: CosineRow,
    /// The others'. As that one, they are indexed by the other unit, so hold something without
    /// meaning up to the first.
    columns: [Vec<f32>; FEATURES.len() - 1],
    first: usize,
    units: usize,
}

impl FeatureRow {
    fn new(units: usize) -> Self {
        Self {
            columns: std::array::from_fn(|_| vec![0.0; units]),
            units,
            ..Self::default()
        }
    }

    /// How many pairs there are.
    #[must_use]
    pub fn pairs(&self) -> usize {
        self.units - self.first
    }

    /// One feature of all pairs.
    #[must_use]
    pub fn column(&self, feature: usize) -> &[f32] {
        let column = feature
            .checked_sub(1)
            .map_or(self.cosines.cosines(), |other| &self.columns[other]);
        &column[self.first..self.units]
    }
}

/// Computes the features of all pairs of a person's units, row by row.
pub struct PairRows<'a> {
    person: &'a Extracted,
    space: &'a UnitSpace,
    interests: Option<Profiles>,
    annotations: Option<Profiles>,
    together: Option<Together>,
    labels: Option<Carriers>,
    gaps: Option<Gaps>,
    visits: Option<SharedVisits>,
    boards: bool,
    row: FeatureRow,
    next: usize,
}

impl<'a> PairRows<'a> {
    /// Prepares everything that is reckoned once a person.
    #[must_use]
    pub fn new(person: &'a Extracted, facts: &KeywordFacts, space: &'a UnitSpace) -> Self {
        Self::of(person, facts, space, [true; FEATURES.len()])
    }

    /// As [`Self::new`], but features that have no weight in a model may be left at 0.
    #[must_use]
    pub fn for_model(
        person: &'a Extracted,
        facts: &KeywordFacts,
        space: &'a UnitSpace,
        model: &Logistic,
    ) -> Self {
        let weight = |feature: usize| model.weights.get(feature).copied();
        let wanted = std::array::from_fn(|feature| weight(feature).is_some_and(|it| it != 0.0));
        Self::of(person, facts, space, wanted)
    }

    fn of(
        person: &'a Extracted,
        facts: &KeywordFacts,
        space: &'a UnitSpace,
        wanted: [bool; FEATURES.len()],
    ) -> Self {
        let [
            _,
            interest,
            interests_on_both,
            annotation,
            annotations_on_both,
            rarest_label,
            together,
            together_on_both,
            gap,
            visits,
            boards,
        ] = wanted;
        Self {
            person,
            space,
            interests: (interest || interests_on_both)
                .then(|| label_profiles(person, facts, |unit| &unit.interests)),
            annotations: (annotation || annotations_on_both)
                .then(|| label_profiles(person, facts, |unit| &unit.annotations)),
            together: (together || together_on_both).then(|| Together::of(person, facts)),
            labels: rarest_label.then(|| rare_labels(person, facts)),
            gaps: gap.then(|| Gaps::of(person)),
            visits: visits.then(|| SharedVisits::of(person)),
            boards,
            row: FeatureRow::new(person.units.len()),
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
        let row = &mut self.row;
        row.first = left + 1;
        let [
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
        ] = &mut row.columns;
        self.space.cosines_of_row(left, &mut row.cosines);
        if let Some(interests) = &self.interests {
            interests.fill(left, interest, interests_on_both);
        }
        if let Some(annotations) = &self.annotations {
            annotations.fill(left, annotation, annotations_on_both);
        }
        if let Some(of_keywords) = &self.together {
            of_keywords.fill(left, together, together_on_both);
        }
        if let Some(labels) = &self.labels {
            rarest_label[left + 1..].fill(0.0);
            labels.raise(left, rarest_label);
        }
        if let Some(gaps) = &mut self.gaps {
            gaps.fill(left, gap);
        }
        if let Some(of_units) = &mut self.visits {
            of_units.fill(left, visits);
        }
        board[left + 1..].fill(0.0);
        let unit = &self.person.units[left];
        if self.boards && !unit.boards.is_empty() {
            for (out, other) in board.iter_mut().zip(&self.person.units).skip(left + 1) {
                *out = f32::from(u8::from(share_any(&unit.boards, &other.boards)));
            }
        }
        Some(&self.row)
    }
}

fn share_any(left: &[(u32, u32)], right: &[(u32, u32)]) -> bool {
    left.iter()
        .any(|(key, _)| right.iter().any(|(other, _)| key == other))
}
