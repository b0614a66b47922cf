//! Vectors of units as small integers, and the cosines of one with all that follow it.

use crate::vectorised::vectorised;

/// Units whose products with another are reckoned at once.
const TILE: usize = 32;
/// Eight times two neighbouring dimensions.
type Lanes = [i16; 16];
/// Two neighbouring dimensions of a tile's units.
type Slab = [Lanes; 4];

/// Vectors of length [`scale_of`] in integers.
///
/// They stand there twice: row by row, and in tiles of 32 units, two dimensions of all before the
/// next two. With tiles every lane of a vector register sums products of one unit and nothing
/// has to be added up across lanes in the end.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    dimensions: usize,
    units: usize,
    scale: f32,
    rows: Vec<i16>,
    /// `dimensions` / 2 of each tile, tile by tile.
    slabs: Vec<Slab>,
}

/// The length that vectors get. Rounding adds at most √dimensions / 2 to it, so no inner product
/// exceeds 181² and fits 16 bits; sums in between may wrap. 173 in 256 dimensions: the cosine's
/// error is then .002 in root mean square.
fn scale_of(dimensions: usize) -> f32 {
    (181.0 - (dimensions as f32).sqrt() / 2.0).floor()
}

impl Places {
    /// Room for so many units; dimensions are even in number.
    pub(super) fn new(units: usize, dimensions: usize) -> Self {
        Self {
            dimensions,
            units: 0,
            scale: scale_of(dimensions),
            rows: Vec::with_capacity(units * dimensions),
            slabs: vec![[[0; 16]; 4]; units.div_ceil(TILE) * (dimensions / 2)],
        }
    }

    /// The next unit's vector, of unit length (or zeros).
    pub(super) fn push(&mut self, vector: &[f32]) {
        let (tile, place) = (self.units / TILE, self.units % TILE);
        let (start, slabs) = (self.rows.len(), self.dimensions / 2);
        self.units += 1;
        self.rows.resize(start + self.dimensions, 0);
        let row = &mut self.rows[start..];
        round(vector, self.scale, row);
        let (pairs, _) = row.as_chunks::<2>();
        let slabs = &mut self.slabs[tile * slabs..][..slabs];
        for (pair, slab) in pairs.iter().zip(slabs) {
            slab.as_flattened_mut().as_chunks_mut::<2>().0[place] = *pair;
        }
    }

    /// A unit's vector.
    pub(super) fn vector(&self, unit: usize) -> &[i16] {
        &self.rows[unit * self.dimensions..][..self.dimensions]
    }

    /// The cosines of a unit with those after it, each at its unit's index; what stands before
    /// them or after them in `out` is of no meaning.
    pub(super) fn cosines_of_row(&self, left: usize, row: &mut CosineRow) {
        let slabs = self.dimensions / 2;
        row.repeated.resize(slabs, [0; 16]);
        row.cosines.resize(self.units.next_multiple_of(TILE), 0.0);
        repeat(self.vector(left), &mut row.repeated);
        let first = (left + 1) / TILE;
        let factor = 1.0 / (self.scale * self.scale);
        let tiles = self.slabs.chunks_exact(slabs.max(1)).skip(first);
        let (out, _) = row.cosines.as_chunks_mut::<TILE>();
        for (tile, out) in tiles.zip(&mut out[first..]) {
            let mut sums = [[0; 16]; 4];
            products(&row.repeated, tile, &mut sums);
            to_cosines(&sums, factor, out);
        }
    }
}

/// Room for the cosines of one unit, used for one unit after the other.
#[derive(Clone, Debug, Default)]
pub(super) struct CosineRow {
    repeated: Vec<Lanes>,
    cosines: Vec<f32>,
}

impl CosineRow {
    /// By index of the other unit.
    pub(super) fn cosines(&self) -> &[f32] {
        &self.cosines
    }
}

vectorised! {
    /// To the nearest integers, by a number whose last digit counts ones.
    fn round(vector: &[f32], scale: f32, out: &mut [i16]) {
        const ROUNDER: f32 = 12_582_912.0;
        for (value, out) in vector.iter().zip(out) {
            *out = (value * scale + ROUNDER).to_bits() as i16;
        }
    }
}

vectorised! {
    /// Each two neighbouring dimensions eight times.
    fn repeat(vector: &[i16], out: &mut [Lanes]) {
        let (pairs, _) = vector.as_chunks::<2>();
        for (pair, out) in pairs.iter().zip(out) {
            for lane in 0..16 {
                out[lane] = pair[lane % 2];
            }
        }
    }
}

vectorised! {
    /// Sums of products over dimensions of equal parity, of all units of a tile.
    fn products(left: &[Lanes], tile: &[Slab], out: &mut Slab) {
        let mut sums = [[0_i16; 16]; 4];
        let (lefts, left_rest) = left.as_chunks::<4>();
        let (slabs, slab_rest) = tile.as_chunks::<4>();
        for (left, slab) in lefts.iter().zip(slabs) {
            for step in 0..4 {
                for part in 0..4 {
                    for lane in 0..16 {
                        let product = left[step][lane].wrapping_mul(slab[step][part][lane]);
                        sums[part][lane] = sums[part][lane].wrapping_add(product);
                    }
                }
            }
        }
        for (left, slab) in left_rest.iter().zip(slab_rest) {
            for part in 0..4 {
                for lane in 0..16 {
                    let product = left[lane].wrapping_mul(slab[part][lane]);
                    sums[part][lane] = sums[part][lane].wrapping_add(product);
                }
            }
        }
        *out = sums;
    }
}

vectorised! {
    fn to_cosines(sums: &Slab, factor: f32, out: &mut [f32; TILE]) {
        let (pairs, _) = sums.as_flattened().as_chunks::<2>();
        for (pair, out) in pairs.iter().zip(out) {
            *out = f32::from(pair[0].wrapping_add(pair[1])) * factor;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::vectors::{product, to_unit_length};
    use super::*;

    /// Unit vectors that look random.
    fn vectors(units: usize, dimensions: usize) -> Vec<Vec<f32>> {
        let mut state = 1_u32;
        let mut number = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 24) as f32 - 0.5
        };
        (0..units)
            .map(|_| {
                let mut vector: Vec<f32> = (0..dimensions).map(|_| number()).collect();
                to_unit_length(&mut vector);
                vector
            })
            .collect()
    }

    #[test]
    fn integer_cosines_are_exact_and_near_the_true_ones() {
        for (units, dimensions) in [(1, 32), (32, 256), (33, 256), (70, 32), (40, 4096)] {
            let vectors = vectors(units, dimensions);
            let mut places = Places::new(units, dimensions);
            vectors.iter().for_each(|vector| places.push(vector));
            let mut row = CosineRow::default();
            for left in 0..units {
                places.cosines_of_row(left, &mut row);
                for right in left + 1..units {
                    let pairs = places.vector(left).iter().zip(places.vector(right));
                    let sum: i32 = pairs.map(|(a, b)| i32::from(*a) * i32::from(*b)).sum();
                    let plain = sum as f32 * (1.0 / (places.scale * places.scale));
                    let cosine = row.cosines()[right];
                    assert_eq!(cosine, plain, "{left} {right} of {units}");
                    let exact = product(&vectors[left], &vectors[right]);
                    assert!((cosine - exact).abs() < 0.02, "{cosine} for {exact}");
                }
            }
        }
    }

    /// The largest products that there can be: of a vector with itself or its opposite.
    #[test]
    fn no_product_leaves_sixteen_bits() {
        for dimensions in [32, 64, 256, 4096] {
            let mut even = vec![1.0_f32; dimensions];
            to_unit_length(&mut even);
            let mut single = vec![0.0; dimensions];
            single[1] = 1.0;
            for vector in [even, single] {
                let opposite: Vec<f32> = vector.iter().map(|value| -value).collect();
                let mut places = Places::new(3, dimensions);
                for vector in [&vector, &vector, &opposite] {
                    places.push(vector);
                }
                let mut row = CosineRow::default();
                places.cosines_of_row(0, &mut row);
                let [same, other] = [row.cosines()[1], row.cosines()[2]];
                assert!((0.7..1.3).contains(&same), "{same} in {dimensions}");
                assert_eq!(same, -other);
            }
        }
    }
}
