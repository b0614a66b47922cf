//! Sparse profiles of units (interests, annotations, words, the searches around them) and the
//! cosine of all pairs of them.

/// For each unit a sparse vector of unit length over some vocabulary of the person.
pub(super) struct Profiles {
    /// (key, unit, weight), by key and unit: an inverted index.
    entries: Vec<(u32, u32, f32)>,
    present: Vec<bool>,
}

impl Profiles {
    /// From weights per unit; repeated keys of a unit are added up, weights ≤ 0 are dropped.
    pub(super) fn new(units: usize, weights: impl IntoIterator<Item = (u32, u32, f32)>) -> Self {
        // (key, unit, weight)
        let mut entries: Vec<(u32, u32, f32)> = weights
            .into_iter()
            .map(|(unit, key, weight)| (key, unit, weight))
            .filter(|(_, _, weight)| *weight > 0.0)
            .collect();
        // Stable, so that equal entries are added up in the order in which they came.
        entries.sort_by_key(|(key, unit, _)| (*key, *unit));
        entries.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0 && later.1 == earlier.1;
            if same {
                earlier.2 += later.2;
            }
            same
        });
        let mut squares = vec![0.0_f32; units];
        for (_, unit, weight) in &entries {
            squares[*unit as usize] += weight * weight;
        }
        for (_, unit, weight) in &mut entries {
            *weight /= squares[*unit as usize].sqrt();
        }
        Self {
            entries,
            present: squares.iter().map(|square| *square > 0.0).collect(),
        }
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
        let profiles = Profiles::new(3, [(0, 7, 3.0), (0, 8, 4.0), (1, 7, 1.0), (1, 7, 1.0)]);
        let cosines = profiles.cosines();
        assert!((cosines[1] - 0.6).abs() < 1e-6);
        assert_eq!(cosines[2], 0.0);
        assert_eq!(profiles.present(), [true, true, false]);
    }
}
