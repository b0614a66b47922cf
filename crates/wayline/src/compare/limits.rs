//! How much may change.

use serde::Serialize;

use super::Comparison;

/// What is allowed; none is no limit. All but `psi` are shares, 0..1.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Limits {
    /// The largest population stability index of any distribution. Where a run has no value and
    /// the other has some, no limit holds.
    pub psi: Option<f64>,
    /// Gone journeys, of the first run's.
    pub gone: Option<f64>,
    /// New journeys, of the second run's.
    pub new: Option<f64>,
    /// Split journeys, of the first run's.
    pub split: Option<f64>,
    /// Merged journeys, of the first run's.
    pub merged: Option<f64>,
    /// Renamed journeys, of the kept ones.
    pub renamed: Option<f64>,
    /// Kept journeys with another id, of the kept ones.
    pub other_id: Option<f64>,
    /// People whose list changed, of all people.
    pub changed: Option<f64>,
}

/// Whether a limit holds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    /// What is limited.
    pub what: String,
    /// How much was allowed.
    pub allowed: f64,
    /// How much it is; none where it can't be measured.
    pub found: Option<f64>,
    /// Whether it is no more than was allowed.
    pub holds: bool,
}

impl Limits {
    /// A verdict for each limit that is set, for `psi` one for each distribution.
    #[must_use]
    pub fn verdicts(&self, comparison: &Comparison) -> Vec<Verdict> {
        let (people, journeys) = (&comparison.people, &comparison.journeys);
        let other_id = journeys.kept - journeys.kept_same_id;
        let shares = [
            ("gone journeys", self.gone, journeys.gone, journeys.a),
            ("new journeys", self.new, journeys.new, journeys.b),
            ("split journeys", self.split, journeys.split, journeys.a),
            ("merged journeys", self.merged, journeys.merged, journeys.a),
            (
                "renamed journeys",
                self.renamed,
                journeys.renamed,
                journeys.kept,
            ),
            (
                "kept journeys with another id",
                self.other_id,
                other_id,
                journeys.kept,
            ),
            (
                "people whose list changed",
                self.changed,
                people.changed,
                people.all(),
            ),
        ];
        let mut verdicts = Vec::new();
        for drift in &comparison.drift {
            if let Some(allowed) = self.psi {
                let nothing_at_all = drift.values_a == 0 && drift.values_b == 0;
                let found = drift.psi.or(nothing_at_all.then_some(0.0));
                verdicts.push(Verdict {
                    what: format!("population stability index of {}", drift.what),
                    allowed,
                    found,
                    holds: found.is_some_and(|found| found <= allowed),
                });
            }
        }
        for (what, allowed, part, whole) in shares {
            if let Some(allowed) = allowed {
                let found = part as f64 / whole.max(1) as f64;
                verdicts.push(Verdict {
                    what: format!("share of {what}"),
                    allowed,
                    found: Some(found),
                    holds: found <= allowed,
                });
            }
        }
        verdicts
    }
}
