//! Sparse profiles of units (interests, annotations, what goes together with them) and the cosine
//! of all pairs of them.

use super::carriers::Carriers;

/// For each unit a sparse vector of unit length over some vocabulary of the person.
pub(super) struct Profiles {
    carriers: Carriers,
    /// 1 for units that have anything in their profile, else 0.
    has: Vec<f32>,
}

/// Sums by key of one unit at a time.
pub(super) struct Sums {
    weights: Vec<f32>,
    touched: Vec<u32>,
}

impl Sums {
    /// Adds to a key's sum; weights ≤ 0 are dropped.
    #[inline]
    pub(super) fn add(&mut self, key: u32, weight: f32) {
        if weight > 0.0 {
            let sum = &mut self.weights[key as usize];
            if *sum == 0.0 {
                self.touched.push(key);
            }
            *sum += weight;
        }
    }
}

impl Profiles {
    /// From weights per unit over `keys` keys; `weights_of` adds each unit's weights up.
    pub(super) fn new(units: usize, keys: usize, weights_of: impl Fn(usize, &mut Sums)) -> Self {
        let mut sums = Sums {
            weights: vec![0.0; keys],
            touched: Vec::new(),
        };
        let mut entries: Vec<(u32, f32)> = Vec::new();
        let mut ends = Vec::with_capacity(units);
        let mut has = Vec::with_capacity(units);
        for unit in 0..units {
            weights_of(unit, &mut sums);
            let start = entries.len();
            let mut square = 0.0;
            for key in sums.touched.drain(..) {
                let weight = std::mem::take(&mut sums.weights[key as usize]);
                square += weight * weight;
                entries.push((key, weight));
            }
            let factor = 1.0 / f32::sqrt(square);
            for (_, weight) in &mut entries[start..] {
                *weight *= factor;
            }
            has.push(f32::from(u8::from(start < entries.len())));
            ends.push(entries.len() as u32);
        }
        Self {
            carriers: Carriers::new(keys, &entries, &ends),
            has,
        }
    }

    /// The cosines of a unit with all units after it, and whether both have anything at all; by
    /// index of the other unit.
    pub(super) fn fill(&self, left: usize, cosines: &mut [f32], on_both: &mut [f32]) {
        cosines[left + 1..].fill(0.0);
        if self.has[left] > 0.0 {
            on_both[left + 1..].copy_from_slice(&self.has[left + 1..]);
            self.carriers.add_products(left, cosines);
        } else {
            on_both[left + 1..].fill(0.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cosine_of_shared_keys() {
        let weights: [&[(u32, f32)]; 3] =
            [&[(7, 3.0), (8, 4.0)], &[(7, 1.0), (7, 1.0)], &[(8, 0.0)]];
        let profiles = Profiles::new(3, 9, |unit, sums| {
            weights[unit]
                .iter()
                .for_each(|(key, weight)| sums.add(*key, *weight));
        });
        let (mut cosines, mut on_both) = ([9.0; 3], [9.0; 3]);
        profiles.fill(0, &mut cosines, &mut on_both);
        assert!((cosines[1] - 0.6).abs() < 1e-6);
        assert_eq!(cosines[2], 0.0);
        assert_eq!(on_both[1..], [1.0, 0.0]);
        assert_eq!(profiles.has, [1.0, 1.0, 0.0]);
    }
}
