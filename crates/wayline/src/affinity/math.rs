//! exp and ln for loops over pairs: plain arithmetic that the compiler can vectorise, so the same
//! bits on every x86-64, a few units in the last place from the exact value's f32.

/// e to the power of `x`, for |x| ≤ 80 (clamped). Cody–Waite reduction to |r| ≤ ln 2 / 2 and a
/// Taylor polynomial of degree 6; relative error below 3·10⁻⁷.
#[inline(always)]
pub(super) fn exp(x: f32) -> f32 {
    const LN2_HIGH: f32 = 0.693_359_4;
    const LN2_LOW: f32 = -2.121_944_4e-4;
    // Adding and subtracting 1.5·2²³ rounds to the nearest integer.
    const ROUNDER: f32 = 12_582_912.0;
    let x = x.clamp(-80.0, 80.0);
    let rounded = x * std::f32::consts::LOG2_E + ROUNDER;
    let power = rounded - ROUNDER;
    let r = x - power * LN2_HIGH - power * LN2_LOW;
    let series = 1.0
        + r * (1.0
            + r * (0.5
                + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * (1.0 / 120.0 + r * (1.0 / 720.0))))));
    // 2^power by its exponent bits; the rounder's last bits count ones, so hold the power.
    let scale = f32::from_bits(rounded.to_bits().wrapping_add(127) << 23);
    series * scale
}

/// The logistic function.
#[inline(always)]
pub(super) fn logistic(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// The natural logarithm of `x` ≥ 1. Exponent from the bits, atanh series for the mantissa;
/// absolute error below 10⁻⁵.
#[inline(always)]
pub(super) fn ln(x: f32) -> f32 {
    let bits = x.to_bits();
    let exponent = ((bits >> 23) as i32 - 127) as f32;
    let mantissa = f32::from_bits((bits & 0x007f_ffff) | 0x3f80_0000);
    let t = (mantissa - 1.0) / (mantissa + 1.0);
    let t2 = t * t;
    let series = 2.0 * t * (1.0 + t2 * (1.0 / 3.0 + t2 * (0.2 + t2 * (1.0 / 7.0 + t2 / 9.0))));
    exponent * std::f32::consts::LN_2 + series
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_to_the_exact_functions() {
        for step in -8_000..=8_000 {
            let x = step as f32 * 0.01;
            let exact = libm::exp(f64::from(x));
            assert!((f64::from(exp(x)) / exact - 1.0).abs() < 1e-6, "exp({x})");
        }
        for step in 0..100_000 {
            let x = 1.0 + step as f32 * 1.37;
            assert!(
                (f64::from(ln(x)) - libm::log(f64::from(x))).abs() < 2e-5,
                "ln({x})"
            );
        }
        assert_eq!(logistic(0.0), 0.5);
        assert!(logistic(-1e9) > 0.0 && logistic(1e9) <= 1.0);
    }
}
