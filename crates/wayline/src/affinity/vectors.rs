//! Arithmetic on vectors in an order that vector units can follow: the same bits with every
//! instruction set.

use crate::vectorised::vectorised;

vectorised! {
    /// Adds lane by lane.
    pub(crate) fn add(sums: &mut [f32], more: &[f32]) {
        for (sum, more) in sums.iter_mut().zip(more) {
            *sum += more;
        }
    }
}

vectorised! {
    /// Adds `factor` × `vector`, lane by lane.
    pub(crate) fn add_scaled(sum: &mut [f32], factor: f32, vector: &[f32]) {
        for (sum, value) in sum.iter_mut().zip(vector) {
            *sum += factor * value;
        }
    }
}

/// To length 1; zeros stay zeros.
pub(super) fn to_unit_length(vector: &mut [f32]) {
    let square = product(vector, vector);
    if square > 0.0 {
        scale(vector, 1.0 / square.sqrt());
    }
}

vectorised! {
    fn scale(vector: &mut [f32], factor: f32) {
        for value in vector {
            *value *= factor;
        }
    }
}

/// Inner product in 32 interleaved sums: enough that additions needn't wait for each other.
pub(crate) fn product(left: &[f32], right: &[f32]) -> f32 {
    let [a, b, c, d, e, f, g, h] = eight_sums(left, right);
    let sum = ((a + e) + (c + g)) + ((b + f) + (d + h));
    let (_, left_rest) = left.as_chunks::<32>();
    if left_rest.is_empty() {
        return sum;
    }
    let (_, right_rest) = right.as_chunks::<32>();
    let rest = left_rest.iter().zip(right_rest);
    sum + rest.map(|(left, right)| left * right).sum::<f32>()
}

vectorised! {
    /// Apart from their addition: together the compiler finds no vectors in it.
    fn eight_sums(left: &[f32], right: &[f32]) -> [f32; 8] {
        let mut sums = [[0.0_f32; 8]; 4];
        let (lefts, _) = left.as_chunks::<32>();
        let (rights, _) = right.as_chunks::<32>();
        for (left, right) in lefts.iter().zip(rights) {
            let (left, _) = left.as_chunks::<8>();
            let (right, _) = right.as_chunks::<8>();
            for part in 0..4 {
                for lane in 0..8 {
                    sums[part][lane] += left[part][lane] * right[part][lane];
                }
            }
        }
        let [mut eight, b, c, d] = sums;
        for lane in 0..8 {
            eight[lane] = (eight[lane] + b[lane]) + (c[lane] + d[lane]);
        }
        eight
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inner_products_of_any_length() {
        for length in [0, 1, 31, 32, 33, 256, 300] {
            let left: Vec<f32> = (0..length).map(|i| (i % 7) as f32 - 3.0).collect();
            let right: Vec<f32> = (0..length).map(|i| (i % 5) as f32 - 1.0).collect();
            let plain: f32 = left.iter().zip(&right).map(|(a, b)| a * b).sum();
            assert_eq!(product(&left, &right), plain, "{length}");
        }
    }

    #[test]
    fn unit_length_but_for_zeros() {
        let mut vector = [3.0, 4.0];
        to_unit_length(&mut vector);
        assert!((product(&vector, &vector) - 1.0).abs() < 1e-6);
        let mut nothing = [0.0; 2];
        to_unit_length(&mut nothing);
        assert_eq!(nothing, [0.0; 2]);
    }
}
