//! Where the keywords of each group stand in meaning.

use crate::affinity::{UnitSpace, add_scaled, product};
use crate::corpus::KeywordFacts;
use crate::extract::Extracted;

use super::belonging::is_typed;
use super::nearest::Nearest;
use super::standings::Standings;

/// The middle of each group's keywords, of all and of those that the person typed.
pub(super) struct Middles<'a> {
    space: &'a UnitSpace,
    /// Weight of each keyword; 0 for those in no group.
    weights: Vec<f32>,
    typed: Vec<bool>,
    all: Sums,
    queries: Sums,
    /// Of each keyword the mean of the three highest cosines to others of its group.
    nearest: Vec<f32>,
    /// Mean over all larger groups of the unit vectors of their middles, and how many they are.
    mean: Vec<f32>,
    larger: Vec<bool>,
    larger_groups: usize,
}

/// Weighted sums of keyword vectors, group by group, with the squares of their lengths.
struct Sums {
    vectors: Vec<f32>,
    squares: Vec<f32>,
}

/// How near a keyword is to a group.
pub(super) struct Nearness {
    /// Cosine to the middle of the group's other keywords.
    pub(super) cosine: f32,
    /// That minus the mean cosine to the middles of the other groups.
    pub(super) margin: f32,
    /// Mean of the three highest cosines to the group's other keywords.
    pub(super) nearest: f32,
    /// Cosine to the middle of the group's other queries.
    pub(super) queries: f32,
}

/// Groups of fewer units are no alternative that a keyword is measured against.
const LARGER: u32 = 4;

impl<'a> Middles<'a> {
    /// `placed` are keywords with their groups. A keyword weighs ln(1 + events) × rarity, one
    /// that the person typed twice that.
    pub(super) fn of(
        person: &Extracted,
        facts: &KeywordFacts,
        space: &'a UnitSpace,
        standings: &Standings,
        groups: usize,
        placed: &[(u32, u32, f64)],
    ) -> Self {
        let dimensions = space.dimensions();
        let mut middles = Self {
            space,
            weights: vec![0.0; person.keywords.len()],
            typed: vec![false; person.keywords.len()],
            all: Sums::new(groups, dimensions),
            queries: Sums::new(groups, dimensions),
            nearest: nearest(person.keywords.len(), space, groups, placed),
            mean: vec![0.0; dimensions],
            larger: (0..groups as u32)
                .map(|group| standings.size(group) >= LARGER)
                .collect(),
            larger_groups: 0,
        };
        middles.larger_groups = middles.larger.iter().filter(|larger| **larger).count();
        for (keyword, group, _) in placed {
            let typed = is_typed(person, *keyword);
            let events = person.keywords[*keyword as usize].count as f32;
            let rarity = facts.rarity(*keyword).max(0.01);
            let weight = libm::logf(1.0 + events) * rarity * if typed { 2.0 } else { 1.0 };
            middles.weights[*keyword as usize] = weight;
            middles.typed[*keyword as usize] = typed;
            let vector = space.keyword(*keyword);
            middles.all.add(*group, weight, vector);
            if typed {
                middles.queries.add(*group, weight, vector);
            }
        }
        middles.all.measure(dimensions);
        middles.queries.measure(dimensions);
        for group in 0..groups {
            if middles.larger[group] && middles.all.squares[group] > 0.0 {
                let scale = 1.0 / middles.all.squares[group].sqrt();
                let middle = &middles.all.vectors[group * dimensions..][..dimensions];
                add_scaled(&mut middles.mean, scale, middle);
            }
        }
        middles
    }

    pub(super) fn nearness(&self, keyword: u32, group: u32) -> Nearness {
        let vector = self.space.keyword(keyword);
        let weight = self.weights[keyword as usize];
        let along = self.all.along(group, vector);
        let cosine = self.all.cosine(group, along, weight);
        let own_query = if self.typed[keyword as usize] {
            weight
        } else {
            0.0
        };
        let along_queries = self.queries.along(group, vector);
        Nearness {
            cosine,
            margin: cosine - self.mean_to_others(vector, group, along),
            nearest: self.nearest[keyword as usize],
            queries: self.queries.cosine(group, along_queries, own_query),
        }
    }

    /// Mean cosine to the middles of the larger groups but one: the cosines to all of them are one
    /// product with the sum of their unit vectors.
    fn mean_to_others(&self, vector: &[f32], group: u32, along: f32) -> f32 {
        let is_one = self.larger[group as usize];
        let others = self.larger_groups - usize::from(is_one);
        if others == 0 {
            return 0.0;
        }
        let own = if is_one {
            self.all.cosine(group, along, 0.0)
        } else {
            0.0
        };
        (product(vector, &self.mean) - own) / others as f32
    }
}

/// Keywords of one group that are compared with each other. A larger group is compared in parts,
/// so that its cost grows linearly.
const COMPARED: usize = 512;

/// For each keyword the mean of the three highest cosines to others of its group.
fn nearest(
    keywords: usize,
    space: &UnitSpace,
    groups: usize,
    placed: &[(u32, u32, f64)],
) -> Vec<f32> {
    let mut members = vec![Vec::new(); groups];
    for (keyword, group, _) in placed {
        members[*group as usize].push(*keyword);
    }
    let mut nearest = vec![0.0; keywords];
    let mut room = Nearest::default();
    for members in members.iter().flat_map(|group| group.chunks(COMPARED)) {
        let vectors = members.iter().map(|keyword| space.keyword(*keyword));
        let means = room.of(vectors, space.dimensions());
        for (keyword, mean) in members.iter().zip(means) {
            nearest[*keyword as usize] = mean;
        }
    }
    nearest
}

impl Sums {
    fn new(groups: usize, dimensions: usize) -> Self {
        Self {
            vectors: vec![0.0; groups * dimensions],
            squares: vec![0.0; groups],
        }
    }

    fn add(&mut self, group: u32, weight: f32, vector: &[f32]) {
        let sum = &mut self.vectors[group as usize * vector.len()..][..vector.len()];
        add_scaled(sum, weight, vector);
    }

    fn measure(&mut self, dimensions: usize) {
        let sums = self.vectors.chunks_exact(dimensions.max(1));
        for (square, sum) in self.squares.iter_mut().zip(sums) {
            *square = product(sum, sum);
        }
    }

    /// Product of a vector with a group's sum.
    fn along(&self, group: u32, vector: &[f32]) -> f32 {
        if self.squares[group as usize] == 0.0 {
            return 0.0;
        }
        product(
            vector,
            &self.vectors[group as usize * vector.len()..][..vector.len()],
        )
    }

    /// Cosine of a vector of unit length, that goes so far along a group's sum, to that sum
    /// without `own` × the vector itself.
    fn cosine(&self, group: u32, along: f32, own: f32) -> f32 {
        let square = self.squares[group as usize] + own * (own - 2.0 * along);
        if square > 1e-6 {
            (along - own) / square.sqrt()
        } else {
            0.0
        }
    }
}
