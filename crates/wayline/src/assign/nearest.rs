//! The keywords of a group that are nearest to each of them.

use multiversion::multiversion;

/// So many count.
const NEAREST: usize = 3;
/// Length of a vector in integers: the product of two is below 2³¹, and its error below 10⁻⁴.
const SCALE: f32 = 32_000.0;
/// Products of one vector with so many others are taken at a time, so that it is loaded once.
const BLOCK: usize = 4;

/// Finds the mean of the three highest cosines of each vector of a set to the others. Keeps its
/// memory for the next set.
#[derive(Default)]
pub(super) struct Nearest {
    vectors: Vec<i16>,
    dots: Vec<i32>,
    highest: Vec<[i32; NEAREST]>,
}

impl Nearest {
    /// For each of some vectors of unit length the mean of the three highest cosines to the
    /// others; a cosine below 0, or one that isn't there, counts as 0. Integer products of each
    /// pair once: the same with every instruction set.
    pub(super) fn of<'a>(
        &mut self,
        vectors: impl Iterator<Item = &'a [f32]>,
        dimensions: usize,
    ) -> impl Iterator<Item = f32> {
        self.vectors.clear();
        for vector in vectors {
            let start = self.vectors.len();
            self.vectors.resize(start + dimensions, 0);
            quantize(vector, &mut self.vectors[start..]);
        }
        let count = self.vectors.len() / dimensions.max(1);
        self.highest.clear();
        self.highest.resize(count, [0; NEAREST]);
        for one in 0..count {
            let (vector, later) = self.vectors[one * dimensions..].split_at(dimensions);
            self.dots.resize(count - one - 1, 0);
            products(vector, later, &mut self.dots);
            let (highest, later) = self.highest[one..].split_at_mut(1);
            for (dot, other) in self.dots.iter().zip(later) {
                keep(&mut highest[0], *dot);
                keep(other, *dot);
            }
        }
        let mean = |highest: &[i32; NEAREST]| {
            let sum: f32 = highest.iter().map(|dot| *dot as f32).sum();
            sum / (SCALE * SCALE * NEAREST as f32)
        };
        self.highest.iter().map(mean)
    }
}

/// Keeps the highest, ascending.
fn keep(highest: &mut [i32; NEAREST], dot: i32) {
    let [third, second, first] = *highest;
    if dot > third {
        *highest = if dot > first {
            [second, first, dot]
        } else if dot > second {
            [second, dot, first]
        } else {
            [dot, second, first]
        };
    }
}

/// To the nearest integer.
#[multiversion(targets("x86_64+avx2"))]
fn quantize(vector: &[f32], out: &mut [i16]) {
    for (value, out) in vector.iter().zip(out) {
        let scaled = value * SCALE;
        *out = (scaled + 0.5_f32.copysign(scaled)) as i16;
    }
}

/// Inner products of one vector with others that lie back to back.
#[multiversion(targets("x86_64+avx512f+avx512bw", "x86_64+avx2", "x86_64+sse4.1"))]
fn products(one: &[i16], others: &[i16], out: &mut [i32]) {
    let length = one.len();
    let done = out.len() / BLOCK * BLOCK;
    let (blocks, rest) = out.split_at_mut(done);
    for (others, out) in others
        .chunks_exact(BLOCK * length)
        .zip(blocks.chunks_exact_mut(BLOCK))
    {
        let (a, others) = others.split_at(length);
        let (b, others) = others.split_at(length);
        let (c, d) = others.split_at(length);
        let mut sums = [0_i32; BLOCK];
        for index in 0..length {
            let value = i32::from(one[index]);
            sums[0] += value * i32::from(a[index]);
            sums[1] += value * i32::from(b[index]);
            sums[2] += value * i32::from(c[index]);
            sums[3] += value * i32::from(d[index]);
        }
        out.copy_from_slice(&sums);
    }
    for (other, out) in others[done * length..].chunks_exact(length).zip(rest) {
        let products = one.iter().zip(other);
        *out = products
            .map(|(left, right)| i32::from(*left) * i32::from(*right))
            .sum();
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
                assert!((found - wanted).abs() < 1e-4, "{found} {wanted}");
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
