//! The arithmetic on vectors. Every sum has a fixed order, so results are the
//! same bits everywhere: elementwise steps do not depend on the vector width,
//! and lengths are summed in sixteen fixed lanes.

use crate::vectorised::vectorised;

vectorised! {
    "x86_64+avx512f+avx512bw+avx512vl+avx2", "x86_64+avx2";
    /// Adds `scale` times the signed bytes of `row` to `out`, number by number.
    pub(super) fn add_scaled(out: &mut [f32], row: &[u8], scale: f32) {
        for (to, &from) in out.iter_mut().zip(row) {
            *to += scale * f32::from(from as i8);
        }
    }
}

/// Scales `vector` to length 1; all zeros stay zeros.
pub(super) fn scale_to_unit(vector: &mut [f32]) {
    let mut lanes = [0.0_f32; 16];
    for chunk in vector.chunks(16) {
        for (lane, number) in lanes.iter_mut().zip(chunk) {
            *lane += number * number;
        }
    }
    let squared: f32 = lanes.iter().sum();
    if squared.partial_cmp(&0.0) != Some(std::cmp::Ordering::Greater) {
        return;
    }
    let factor = 1.0 / squared.sqrt();
    for number in vector {
        *number *= factor;
    }
}
