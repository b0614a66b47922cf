//! The keywords of a group that are nearest to each of them.

use crate::vectorised::vectorised;

/// So many count.
const NEAREST: usize = 3;
/// Products of one vector with so many others are taken at a time, so that it is loaded once.
const BLOCK: usize = 4;
/// Sums of a product that run side by side.
const LANES: usize = 8;
type Lanes = [f32; LANES];

/// Finds the mean of the three highest cosines of each vector of a set to the others. Keeps its
/// memory for the next set.
#[derive(Default)]
pub(super) struct Nearest {
    vectors: Vec<Lanes>,
    sums: Vec<[Lanes; BLOCK]>,
    cosines: Vec<f32>,
    highest: Vec<[f32; NEAREST]>,
}

impl Nearest {
    /// For each of some vectors of unit length the mean of the three highest cosines to the
    /// others; a cosine below 0, or one that isn't there, counts as 0. Takes the product of each
    /// pair once.
    pub(super) fn of<'a>(
        &mut self,
        vectors: impl Iterator<Item = &'a [f32]>,
        dimensions: usize,
    ) -> impl Iterator<Item = f32> {
        self.vectors.clear();
        let least = vectors.size_hint().0 + BLOCK - 1;
        self.vectors.reserve(least * dimensions.div_ceil(LANES));
        for vector in vectors {
            let (whole, rest) = vector.as_chunks();
            self.vectors.extend_from_slice(whole);
            if !rest.is_empty() {
                let mut last = [0.0; LANES];
                last[..rest.len()].copy_from_slice(rest);
                self.vectors.push(last);
            }
        }
        let length = dimensions.div_ceil(LANES).max(1);
        let count = self.vectors.len() / length;
        // The last block may be of fewer: zeros fill it.
        let filled = self.vectors.len() + (BLOCK - 1) * length;
        self.vectors.resize(filled, [0.0; LANES]);
        self.highest.clear();
        self.highest.resize(count, [0.0; NEAREST]);
        for one in 0..count {
            let (vector, later) = self.vectors[one * length..].split_at(length);
            self.cosines.resize(count - one - 1, 0.0);
            let blocks = self.cosines.len().div_ceil(BLOCK);
            self.sums.resize(blocks, [[0.0; LANES]; BLOCK]);
            products(vector, later, &mut self.sums);
            add_up(self.sums.as_flattened(), &mut self.cosines);
            let (highest, later) = self.highest[one..].split_at_mut(1);
            for (cosine, other) in self.cosines.iter().zip(later) {
                keep(&mut highest[0], *cosine);
                keep(other, *cosine);
            }
        }
        let mean = |highest: &[f32; NEAREST]| highest.iter().sum::<f32>() / NEAREST as f32;
        self.highest.iter().map(mean)
    }
}

/// Keeps the highest, ascending.
fn keep(highest: &mut [f32; NEAREST], cosine: f32) {
    let [third, second, first] = *highest;
    if cosine > third {
        *highest = if cosine > first {
            [second, first, cosine]
        } else if cosine > second {
            [second, cosine, first]
        } else {
            [cosine, second, first]
        };
    }
}

vectorised! {
    /// Inner products of one vector with others that lie back to back, as sums that are still to be
    /// [added up](add_up). Lane by lane: the same bits with every instruction set.
    fn products(one: &[Lanes], others: &[Lanes], out: &mut [[Lanes; BLOCK]]) {
        let length = one.len();
        for (others, out) in others.chunks_exact(BLOCK * length).zip(out) {
            let (a, others) = others.split_at(length);
            let (b, others) = others.split_at(length);
            let (c, d) = others.split_at(length);
            // A loop for each vector: this is what compilers turn into vector instructions.
            let mut sums = [[0.0; LANES]; BLOCK];
            for ((((one, a), b), c), d) in one.iter().zip(a).zip(b).zip(c).zip(d) {
                for lane in 0..LANES {
                    sums[0][lane] += one[lane] * a[lane];
                }
                for lane in 0..LANES {
                    sums[1][lane] += one[lane] * b[lane];
                }
                for lane in 0..LANES {
                    sums[2][lane] += one[lane] * c[lane];
                }
                for lane in 0..LANES {
                    sums[3][lane] += one[lane] * d[lane];
                }
            }
            *out = sums;
        }
    }
}

vectorised! {
    fn add_up(sums: &[Lanes], out: &mut [f32]) {
        for (sums, out) in sums.iter().zip(out) {
            *out = sums.iter().sum();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_of_the_three_highest() {
        // Directions by their angles in degrees.
        let vectors = [0.0_f32, 60.0, 0.0, 180.0, 90.0, 0.0].map(|angle| {
            let angle = f64::from(angle).to_radians();
            [libm::cos(angle) as f32, libm::sin(angle) as f32]
        });
        let nearest = |count: usize| -> Vec<f32> {
            let vectors = vectors[..count].iter().map(<[f32; 2]>::as_slice);
            Nearest::default().of(vectors, 2).collect()
        };
        let close = |found: &[f32], wanted: &[f32]| {
            assert_eq!(found.len(), wanted.len());
            for (found, wanted) in found.iter().zip(wanted) {
                assert!((found - wanted).abs() < 1e-6, "{found} {wanted}");
            }
        };
        close(&nearest(0), &[]);
        close(&nearest(1), &[0.0]);
        close(&nearest(2), &[0.5 / 3.0; 2]);
        let root = 0.75_f32.sqrt();
        close(
            &nearest(6),
            &[
                2.5 / 3.0,
                (root + 1.0) / 3.0,
                2.5 / 3.0,
                0.0,
                root / 3.0,
                2.5 / 3.0,
            ],
        );
    }
}
