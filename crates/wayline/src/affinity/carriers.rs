//! Who else carries what a unit carries: an inverted index that is walked from unit to unit.

/// For each unit its keys, and for each of them the later units that carry it too.
pub(super) struct Carriers {
    /// (unit, weight) of each key, key by key, units ascending.
    by_key: Vec<(u32, f32)>,
    /// Keys of units that a later unit shares, unit by unit. The others, which are most, concern
    /// no pair.
    shared: Vec<Shared>,
    shared_ends: Vec<u32>,
}

/// A key that later units carry as well.
struct Shared {
    /// The unit's own weight.
    weight: f32,
    /// The later carriers in `by_key`.
    from: u32,
    to: u32,
}

impl Carriers {
    /// From (key, weight) of each unit, unit by unit, each unit's up to its end.
    pub(super) fn new(keys: usize, entries: &[(u32, f32)], ends: &[u32]) -> Self {
        // A counting sort by key: linear in the entries.
        let mut starts = vec![0_u32; keys + 1];
        for (key, _) in entries {
            starts[*key as usize + 1] += 1;
        }
        for key in 0..keys {
            starts[key + 1] += starts[key];
        }
        let mut next = starts.clone();
        let mut by_key = vec![(0, 0.0); entries.len()];
        let mut shared = Vec::with_capacity(entries.len());
        let mut shared_ends = Vec::with_capacity(ends.len());
        let mut start = 0;
        for (unit, end) in ends.iter().enumerate() {
            for (key, weight) in &entries[start..*end as usize] {
                let to = starts[*key as usize + 1];
                let next = &mut next[*key as usize];
                by_key[*next as usize] = (unit as u32, *weight);
                *next += 1;
                if *next < to {
                    shared.push(Shared {
                        weight: *weight,
                        from: *next,
                        to,
                    });
                }
            }
            start = *end as usize;
            shared_ends.push(shared.len() as u32);
        }
        Self {
            by_key,
            shared,
            shared_ends,
        }
    }

    fn shared_of(&self, unit: usize) -> &[Shared] {
        let start = unit
            .checked_sub(1)
            .map_or(0, |before| self.shared_ends[before]);
        &self.shared[start as usize..self.shared_ends[unit] as usize]
    }

    /// Adds the products of a unit's weights with those of later units, by their index.
    pub(super) fn add_products(&self, left: usize, out: &mut [f32]) {
        for shared in self.shared_of(left) {
            let later = &self.by_key[shared.from as usize..shared.to as usize];
            let (fours, rest) = later.as_chunks::<4>();
            for [a, b, c, d] in fours {
                out[a.0 as usize] += shared.weight * a.1;
                out[b.0 as usize] += shared.weight * b.1;
                out[c.0 as usize] += shared.weight * c.1;
                out[d.0 as usize] += shared.weight * d.1;
            }
            for (right, weight) in rest {
                out[*right as usize] += shared.weight * weight;
            }
        }
    }

    /// Raises each later unit's value to the highest weight that the unit gives a key of both.
    pub(super) fn raise(&self, left: usize, out: &mut [f32]) {
        for shared in self.shared_of(left) {
            for (right, _) in &self.by_key[shared.from as usize..shared.to as usize] {
                let out = &mut out[*right as usize];
                *out = out.max(shared.weight);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_later_carriers_count() {
        let entries = [(0, 1.0), (2, 0.5), (2, 2.0), (1, 3.0), (0, 4.0), (2, 0.25)];
        let carriers = Carriers::new(3, &entries, &[2, 4, 6]);
        let rows = [0, 1, 2].map(|left| {
            let (mut sums, mut highest) = ([0.0; 3], [0.0; 3]);
            carriers.add_products(left, &mut sums);
            carriers.raise(left, &mut highest);
            (sums, highest)
        });
        assert_eq!(rows[0], ([0.0, 1.0, 4.125], [0.0, 0.5, 1.0]));
        assert_eq!(rows[1], ([0.0, 0.0, 0.5], [0.0, 0.0, 2.0]));
        assert_eq!(rows[2], ([0.0; 3], [0.0; 3]));
    }
}
