//! How often journeys of about one confidence are right: what a reliability diagram shows.

use super::Interval;
use super::calibration::{BINS, Judged, Pool};

/// Journeys of about one confidence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReliabilityBin {
    /// How many they are.
    pub journeys: u64,
    /// The mean of their confidence: how many should be right.
    pub said: f64,
    /// Which share of them was right.
    pub was: f64,
    /// Where the share of right ones lies with 95 % ([`wilson`]), as if journeys were independent.
    pub interval: Interval,
}

/// The journeys of a pool by confidence in up to ten bins of equal mass, the least confident first,
/// each journey counted once. Unlike in [`Pool::ece`] journeys of one confidence stay together, in
/// the bin of their middle: nothing says which of them should come first, so a cut among them would
/// show what isn't there. Bins differ in mass then, and those that are empty are left out.
#[must_use]
pub fn reliability(pool: &Pool) -> Vec<ReliabilityBin> {
    let all = pool.journeys();
    let mut bins: [Vec<Judged>; BINS] = Default::default();
    let mut below = 0;
    for tied in all.chunk_by(|a, b| a.confidence == b.confidence) {
        let middle = (2 * below + tied.len()) * BINS / (2 * all.len());
        bins[middle.min(BINS - 1)].extend_from_slice(tied);
        below += tied.len();
    }
    let filled = bins.iter().filter(|bin| !bin.is_empty());
    filled.map(|bin| ReliabilityBin::of(bin)).collect()
}

impl ReliabilityBin {
    fn of(bin: &[Judged]) -> Self {
        let journeys = bin.len() as u64;
        let right = bin.iter().filter(|it| it.right).count() as u64;
        let said = bin.iter().fold(0.0, |sum, it| sum + it.confidence);
        Self {
            journeys,
            said: said / journeys as f64,
            was: right as f64 / journeys as f64,
            interval: wilson(right, journeys),
        }
    }
}

/// The 95 % interval of a share of `part` in `whole` independent trials (E. B. Wilson 1927): of use
/// where the share is near 0 or 1 too, where resampling gives an interval without width. From 0 to
/// 1 without trials.
#[must_use]
pub fn wilson(part: u64, whole: u64) -> Interval {
    /// The 97.5th percentile of the normal distribution.
    const Z: f64 = 1.959_963_984_540_054;
    if whole == 0 {
        return Interval {
            low: 0.0,
            high: 1.0,
        };
    }
    let n = whole as f64;
    let share = part as f64 / n;
    let middle = share + Z * Z / (2.0 * n);
    let reach = Z * libm::sqrt(share * (1.0 - share) / n + Z * Z / (4.0 * n * n));
    let scale = 1.0 + Z * Z / n;
    Interval {
        low: ((middle - reach) / scale).max(0.0),
        high: ((middle + reach) / scale).min(1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(list: impl IntoIterator<Item = (f64, bool)>) -> Pool {
        let judged = list.into_iter().map(|(confidence, right)| Judged {
            confidence,
            right,
            person: 0,
        });
        Pool::new(judged.collect())
    }

    #[test]
    fn the_interval_is_the_textbooks() {
        let interval = wilson(8, 10);
        assert!((interval.low - 0.490_162).abs() < 1e-5, "{interval:?}");
        assert!((interval.high - 0.943_318).abs() < 1e-5, "{interval:?}");
        let interval = wilson(10, 10);
        assert!((interval.low - 0.722_467).abs() < 1e-5, "{interval:?}");
        assert!((interval.high - 1.0).abs() < 1e-12, "{interval:?}");
        assert_eq!(wilson(0, 0).high, 1.0);
    }

    #[test]
    fn ten_bins_hold_as_much_each() {
        let bins = reliability(&pool((0..50).map(|i| (f64::from(i) / 50.0, i % 5 == 0))));
        assert_eq!(bins.len(), 10);
        assert!(bins.iter().all(|bin| bin.journeys == 5 && bin.was == 0.2));
        assert!((bins[0].said - 0.04).abs() < 1e-12);
    }

    #[test]
    fn journeys_of_one_confidence_stay_together() {
        let bins = reliability(&pool((0..20).map(|i| (0.5, i % 2 == 0))));
        assert_eq!(bins.len(), 1);
        assert_eq!((bins[0].journeys, bins[0].was), (20, 0.5));
        assert!(reliability(&pool([])).is_empty());
    }
}
