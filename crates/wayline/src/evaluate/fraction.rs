/// `part / whole`; not a number where there is no whole, so that resamples without any case can be
/// left out of intervals. A figure's value shows 0 then, as the reference scorers do.
pub(super) fn share(part: f64, whole: f64) -> f64 {
    if whole == 0.0 { f64::NAN } else { part / whole }
}

/// The harmonic mean of precision and recall, 2pr / (p + r); 0 where both are 0. If one of them is
/// not a number (nothing predicted, or nothing to find) it counts as 0; if both are, so is the mean.
pub(super) fn f1(precision: f64, recall: f64) -> f64 {
    if precision.is_nan() && recall.is_nan() {
        return f64::NAN;
    }
    // The maximum with something that is not a number is the other one.
    let (precision, recall) = (precision.max(0.0), recall.max(0.0));
    if precision + recall == 0.0 {
        return 0.0;
    }
    2.0 * precision * recall / (precision + recall)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_predicted_is_zero_and_nothing_at_all_is_undefined() {
        assert_eq!(f1(f64::NAN, 0.0), 0.0);
        assert_eq!(f1(0.0, 0.0), 0.0);
        assert!(f1(f64::NAN, f64::NAN).is_nan());
        assert_eq!(f1(0.5, 1.0), 2.0 / 3.0);
    }
}
