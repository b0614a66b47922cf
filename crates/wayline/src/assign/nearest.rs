//! The keywords of a group that are nearest to each of them.

use multiversion::multiversion;

/// So many count.
const NEAREST: usize = 3;
/// Products of one vector with so many others are taken at a time, so that it is loaded once.
const BLOCK: usize = 4;
/// Sums of a product that run side by side.
const LANES: usize = 8;

/// Finds the mean of the three highest cosines of each vector of a set to the others. Keeps its
/// memory for the next set.
#[derive(Default)]
pub(super) struct Nearest {
    vectors: Vec<[f32; LANES]>,
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
        self.highest.clear();
        self.highest.resize(count, [0.0; NEAREST]);
        for one in 0..count {
            let (vector, later) = self.vectors[one * length..].split_at(length);
            self.cosines.resize(count - one - 1, 0.0);
            products(vector, later, &mut self.cosines);
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

/// Inner products of one vector with others that lie back to back. Lane by lane: the same bits
/// with every instruction set.
#[multiversion(targets("x86_64+avx2"))]
fn products(one: &[[f32; LANES]], others: &[[f32; LANES]], out: &mut [f32]) {
    let length = one.len();
    let (blocks, rest) = out.as_chunks_mut::<BLOCK>();
    let (in_blocks, others) = others.split_at(blocks.len() * BLOCK * length);
    for (others, out) in in_blocks.chunks_exact(BLOCK * length).zip(blocks) {
        let (a, others) = others.split_at(length);
        let (b, others) = others.split_at(length);
        let (c, d) = others.split_at(length);
        let mut sums = [[0.0_f32; LANES]; BLOCK];
        for ((((one, a), b), c), d) in one.iter().zip(a).zip(b).zip(c).zip(d) {
            for lane in 0..LANES {
                sums[0][lane] += one[lane] * a[lane];
                sums[1][lane] += one[lane] * b[lane];
                sums[2][lane] += one[lane] * c[lane];
                sums[3][lane] += one[lane] * d[lane];
            }
        }
        for (out, sums) in out.iter_mut().zip(sums) {
            *out = sums.iter().sum();
        }
    }
    for (other, out) in others.chunks_exact(length).zip(rest) {
        let mut sums = [0.0_f32; LANES];
        for (one, other) in one.iter().zip(other) {
            for lane in 0..LANES {
                sums[lane] += one[lane] * other[lane];
            }
        }
        *out = sums.iter().sum();
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
