//! Whether confidence says how often a journey is right.

/// Bins of the expected calibration error.
pub const BINS: usize = 10;

/// One journey: what was said of it and what it was.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged {
    /// How likely it was said to be right, 0..1.
    pub confidence: f64,
    /// Whether it was right.
    pub right: bool,
    /// Whose it is: an index into the weights that the measures take.
    pub person: usize,
}

/// Judged journeys of all people, sorted once so that each resample of people takes one pass.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Pool(Vec<Judged>);

impl Pool {
    /// A pool of journeys in any order.
    #[must_use]
    pub fn new(mut judged: Vec<Judged>) -> Self {
        judged.sort_by(|a, b| {
            let order = a.confidence.partial_cmp(&b.confidence);
            // People last: the order in which journeys came must not show in any digit.
            order
                .unwrap_or(std::cmp::Ordering::Equal)
                .then(a.right.cmp(&b.right))
                .then(a.person.cmp(&b.person))
        });
        Self(judged)
    }

    /// The area under the ROC curve, 0..1: how often a right journey has the higher confidence of
    /// the two when paired with a wrong one, ties as one half (the Mann-Whitney U by midranks).
    /// Each journey counts `weights[person]` times. Not a number without both right and wrong ones.
    #[must_use]
    pub fn auc(&self, weights: &[u32]) -> f64 {
        let (mut rank_sum, mut right, mut below) = (0.0, 0.0, 0.0);
        for tied in self.0.chunk_by(|a, b| a.confidence == b.confidence) {
            let (mut all_here, mut right_here) = (0.0, 0.0);
            for judged in tied {
                let weight = f64::from(weights[judged.person]);
                all_here += weight;
                right_here += if judged.right { weight } else { 0.0 };
            }
            rank_sum += right_here * (below + below + all_here + 1.0) / 2.0;
            right += right_here;
            below += all_here;
        }
        let pairs = right * (below - right);
        if pairs == 0.0 {
            return f64::NAN;
        }
        (rank_sum - right * (right + 1.0) / 2.0) / pairs
    }

    /// The expected calibration error, 0..1: journeys by confidence (wrong before right where it
    /// ties) in [`BINS`] bins of equal mass, the `i`th from `n·i/10` to `n·(i+1)/10` rounded down;
    /// Σ |Σ confidence − Σ right| over bins, divided by n (Naeini et al. 2015, equal mass). Each
    /// journey counts `weights[person]` times. Not a number without journeys.
    #[must_use]
    pub fn ece(&self, weights: &[u32]) -> f64 {
        let weight = |judged: &Judged| u64::from(weights[judged.person]);
        let total: u64 = self.0.iter().map(weight).sum();
        if total == 0 {
            return f64::NAN;
        }
        let bins = BINS as u64;
        let (mut bin, mut seen, mut error) = (0, 0, 0.0);
        let (mut said, mut was) = (0.0, 0.0);
        for judged in &self.0 {
            let mut left = weight(judged);
            // A journey that counts several times may reach over the ends of bins.
            while left > 0 {
                let end = total * (bin + 1) / bins;
                let here = left.min(end - seen);
                said += judged.confidence * here as f64;
                was += if judged.right { here as f64 } else { 0.0 };
                seen += here;
                left -= here;
                if seen == end {
                    error += f64::abs(said - was);
                    (said, was) = (0.0, 0.0);
                    bin += 1;
                }
            }
        }
        error / total as f64
    }

    /// The journeys, sorted by confidence.
    #[must_use]
    pub fn journeys(&self) -> &[Judged] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pool(list: &[(f64, bool)]) -> Pool {
        let judged = list.iter().enumerate();
        Pool::new(
            judged
                .map(|(person, &(confidence, right))| Judged {
                    confidence,
                    right,
                    person,
                })
                .collect(),
        )
    }

    #[test]
    fn area_by_hand() {
        assert_eq!(pool(&[(0.1, false), (0.9, true)]).auc(&[1, 1]), 1.0);
        assert_eq!(pool(&[(0.5, false), (0.5, true)]).auc(&[1, 1]), 0.5);
        assert_eq!(pool(&[(0.9, false), (0.1, true)]).auc(&[2, 3]), 0.0);
        assert!(pool(&[(0.9, true)]).auc(&[1]).is_nan());
    }

    #[test]
    fn error_by_hand() {
        assert_eq!(pool(&[(0.75, true)]).ece(&[1]), 0.25);
        assert_eq!(pool(&[(0.0, false), (1.0, true)]).ece(&[1, 1]), 0.0);
        assert!(pool(&[]).ece(&[]).is_nan());
    }

    #[test]
    fn wrong_comes_before_right_where_confidence_ties() {
        let alternating: Vec<_> = (0..20).map(|i| (0.5, i % 2 == 0)).collect();
        assert_eq!(pool(&alternating).ece(&[1; 20]), 0.5);
    }

    proptest! {
        /// A weight is nothing but repeats.
        #[test]
        fn weights_repeat(list in prop::collection::vec((0u8..9, any::<bool>(), 0u32..4), 1..40)) {
            let rows: Vec<(f64, bool)> = list.iter().map(|row| (f64::from(row.0) / 8.0, row.1)).collect();
            let weights: Vec<u32> = list.iter().map(|row| row.2).collect();
            let repeated: Vec<_> = rows.iter().zip(&weights)
                .flat_map(|(row, n)| std::iter::repeat_n(*row, *n as usize)).collect();
            let ones = vec![1; repeated.len()];
            let (a, b) = (pool(&rows), pool(&repeated));
            let same = |x: f64, y: f64| (x.is_nan() && y.is_nan()) || (x - y).abs() < 1e-12;
            prop_assert!(same(a.auc(&weights), b.auc(&ones)));
            prop_assert!(same(a.ece(&weights), b.ece(&ones)));
        }
    }
}
