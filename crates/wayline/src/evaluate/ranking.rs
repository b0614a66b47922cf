//! How well the best stands first.

/// Discounted cumulative gain Σ (2^gain − 1) / log₂(place + 1) of gains from the first place on
/// (Järvelin & Kekäläinen 2002, with the exponential gain of Burges et al. 2005).
#[must_use]
pub fn dcg(gains: &[f64]) -> f64 {
    let terms = gains
        .iter()
        .enumerate()
        .map(|(i, gain)| (gain.exp2() - 1.0) / (i as f64 + 2.0).log2());
    // From zero: an empty sum of floats is −0 otherwise.
    terms.fold(0.0, |sum, term| sum + term)
}

/// NDCG of the first `depth` places, 0..1: the [`dcg`] of the gains in the order shown, over that
/// of the gains there are to have, best first. None where there is nothing to gain.
#[must_use]
pub fn ndcg(shown: &[f64], available: &[f64], depth: usize) -> Option<f64> {
    let mut ideal = available.to_vec();
    ideal.sort_by(|a, b| b.total_cmp(a));
    let ideal = dcg(&ideal[..depth.min(ideal.len())]);
    (ideal != 0.0).then(|| dcg(&shown[..depth.min(shown.len())]) / ideal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn by_hand() {
        assert_eq!(dcg(&[3.0, 0.0, 1.0]), 7.0 + 1.0 / 2.0);
        assert_eq!(ndcg(&[], &[], 5), None);
        assert_eq!(ndcg(&[1.0], &[0.0], 5), None);
        assert_eq!(ndcg(&[], &[2.0], 5), Some(0.0));
    }

    proptest! {
        #[test]
        fn the_best_order_has_one(gains in prop::collection::vec(1u8..6, 1..12)) {
            let mut gains: Vec<f64> = gains.into_iter().map(f64::from).collect();
            let shuffled = ndcg(&gains, &gains, 5);
            gains.sort_by(|a, b| b.total_cmp(a));
            prop_assert_eq!(ndcg(&gains, &gains, 5), Some(1.0));
            prop_assert!(shuffled.is_some_and(|value| value <= 1.0 + 1e-12));
        }
    }
}
