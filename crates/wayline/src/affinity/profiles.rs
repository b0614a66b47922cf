//! Sparse profiles of units (interests, annotations, words, the searches around them) and the
//! cosine of all pairs of them.

/// For each unit a sparse vector of unit length over some vocabulary of the person.
pub(super) struct Profiles {
    /// (key, unit, weight), by key and unit: an inverted index.
    entries: Vec<(u32, u32, f32)>,
    present: Vec<bool>,
}

impl Profiles {
    /// From weights per unit over `keys` keys; `weights_of` hands each unit's weights to its
    /// second argument. Repeated keys of a unit are added up, weights ≤ 0 are dropped.
    pub(super) fn new(
        units: usize,
        keys: usize,
        weights_of: impl Fn(usize, &mut dyn FnMut(u32, f32)),
    ) -> Self {
        // Dense sums of one unit at a time, then a counting sort by key: linear in the entries.
        let mut sums = vec![0.0_f32; keys];
        let mut touched: Vec<u32> = Vec::new();
        let mut by_unit: Vec<(u32, u32, f32)> = Vec::new();
        let mut present = vec![false; units];
        let mut starts = vec![0_u32; keys + 1];
        for (unit, present) in present.iter_mut().enumerate() {
            weights_of(unit, &mut |key, weight| {
                if weight > 0.0 {
                    if sums[key as usize] == 0.0 {
                        touched.push(key);
                    }
                    sums[key as usize] += weight;
                }
            });
            let squares: f32 = touched.iter().map(|key| sums[*key as usize].powi(2)).sum();
            *present = squares > 0.0;
            let factor = 1.0 / squares.sqrt();
            for key in touched.drain(..) {
                let weight = std::mem::take(&mut sums[key as usize]) * factor;
                by_unit.push((key, unit as u32, weight));
                starts[key as usize + 1] += 1;
            }
        }
        for key in 0..keys {
            starts[key + 1] += starts[key];
        }
        let mut entries = vec![(0, 0, 0.0); by_unit.len()];
        for entry in by_unit {
            let place = &mut starts[entry.0 as usize];
            entries[*place as usize] = entry;
            *place += 1;
        }
        Self { entries, present }
    }

    /// Which units have anything in their profile.
    pub(super) fn present(&self) -> &[bool] {
        &self.present
    }

    /// The cosine of all pairs as a square matrix, row by row; only the part right of the
    /// diagonal is filled. The cost is that of the pairs that share something.
    pub(super) fn cosines(&self) -> Vec<f32> {
        let units = self.present.len();
        let mut matrix = vec![0.0_f32; units * units];
        for same_key in self.entries.chunk_by(|left, right| left.0 == right.0) {
            for (position, (_, left, left_weight)) in same_key.iter().enumerate() {
                let row = &mut matrix[*left as usize * units..][..units];
                for (_, right, right_weight) in &same_key[position + 1..] {
                    row[*right as usize] += left_weight * right_weight;
                }
            }
        }
        matrix
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cosine_of_shared_keys() {
        let weights: [&[(u32, f32)]; 3] =
            [&[(7, 3.0), (8, 4.0)], &[(7, 1.0), (7, 1.0)], &[(8, 0.0)]];
        let profiles = Profiles::new(3, 9, |unit, add| {
            weights[unit]
                .iter()
                .for_each(|(key, weight)| add(*key, *weight));
        });
        let cosines = profiles.cosines();
        assert!((cosines[1] - 0.6).abs() < 1e-6);
        assert_eq!(cosines[2], 0.0);
        assert_eq!(profiles.present(), [true, true, false]);
    }
}
