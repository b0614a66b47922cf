//! Sparse profiles of units (interests, annotations, what goes together with them) and the cosine
//! of all pairs of them.

/// For each unit a sparse vector of unit length over some vocabulary of the person.
pub(super) struct Profiles {
    /// (key, weight) of each unit, unit by unit.
    by_unit: Vec<(u32, f32)>,
    unit_starts: Vec<u32>,
    /// (unit, weight) of each key, key by key, units ascending: an inverted index.
    by_key: Vec<(u32, f32)>,
    key_starts: Vec<u32>,
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
        let mut by_unit: Vec<(u32, f32)> = Vec::new();
        let mut unit_starts = vec![0_u32];
        let mut key_starts = vec![0_u32; keys + 1];
        for unit in 0..units {
            weights_of(unit, &mut |key, weight| {
                if weight > 0.0 {
                    if sums[key as usize] == 0.0 {
                        touched.push(key);
                    }
                    sums[key as usize] += weight;
                }
            });
            let squares: f32 = touched.iter().map(|key| sums[*key as usize].powi(2)).sum();
            let factor = 1.0 / squares.sqrt();
            for key in touched.drain(..) {
                by_unit.push((key, std::mem::take(&mut sums[key as usize]) * factor));
                key_starts[key as usize + 1] += 1;
            }
            unit_starts.push(by_unit.len() as u32);
        }
        for key in 0..keys {
            key_starts[key + 1] += key_starts[key];
        }
        let mut next = key_starts.clone();
        let mut by_key = vec![(0, 0.0); by_unit.len()];
        for unit in 0..units {
            for (key, weight) in
                &by_unit[unit_starts[unit] as usize..unit_starts[unit + 1] as usize]
            {
                let place = &mut next[*key as usize];
                by_key[*place as usize] = (unit as u32, *weight);
                *place += 1;
            }
        }
        Self {
            by_unit,
            unit_starts,
            by_key,
            key_starts,
        }
    }

    /// Whether a unit has anything in its profile.
    fn has(&self, unit: usize) -> bool {
        self.unit_starts[unit] < self.unit_starts[unit + 1]
    }

    /// Fills `cosines` of a unit with all units after it, and whether both have anything at all;
    /// both start at 0.
    pub(super) fn fill(&self, left: usize, cosines: &mut [f32], on_both: &mut [f32]) {
        if !self.has(left) {
            return;
        }
        self.add_cosines(left, cosines);
        for (offset, out) in on_both.iter_mut().enumerate() {
            *out = f32::from(u8::from(self.has(left + 1 + offset)));
        }
    }

    /// Adds to `out`, which starts at 0, the cosines of a unit with all units after it. The cost
    /// is that of the pairs that share something.
    fn add_cosines(&self, left: usize, out: &mut [f32]) {
        let own =
            &self.by_unit[self.unit_starts[left] as usize..self.unit_starts[left + 1] as usize];
        for (key, left_weight) in own {
            let start = self.key_starts[*key as usize] as usize;
            let end = self.key_starts[*key as usize + 1] as usize;
            // Units ascend, so those after the left one stand at the end.
            for (right, right_weight) in self.by_key[start..end].iter().rev() {
                let Some(offset) = (*right as usize).checked_sub(left + 1) else {
                    break;
                };
                out[offset] += left_weight * right_weight;
            }
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
        let profiles = Profiles::new(3, 9, |unit, add| {
            weights[unit]
                .iter()
                .for_each(|(key, weight)| add(*key, *weight));
        });
        let mut cosines = [0.0; 2];
        profiles.add_cosines(0, &mut cosines);
        assert!((cosines[0] - 0.6).abs() < 1e-6);
        assert_eq!(cosines[1], 0.0);
        assert_eq!(
            [0, 1, 2].map(|unit| profiles.has(unit)),
            [true, true, false]
        );
    }
}
