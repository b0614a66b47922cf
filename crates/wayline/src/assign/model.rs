//! The learned parts of assignment.

use serde::{Deserialize, Serialize};

use crate::logistic::Logistic;

use super::{belonging, confidence};

/// What decides whether keywords belong to groups, and groups are goals.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssignModel {
    /// Whether a keyword that the person typed belongs, over [`super::BELONGING_FEATURES`].
    pub query: Logistic,
    /// Whether an annotation or interest belongs, over the same.
    pub label: Logistic,
    /// Whether a group is one real goal, over [`super::CONFIDENCE_FEATURES`].
    pub confidence: Logistic,
}

impl AssignModel {
    /// One that says nothing: everything is as likely as not.
    #[must_use]
    pub fn unknowing() -> Self {
        Self {
            query: Logistic::unknowing(belonging::FEATURES.len()),
            label: Logistic::unknowing(belonging::FEATURES.len()),
            confidence: Logistic::unknowing(confidence::FEATURES.len()),
        }
    }

    /// The probability that a keyword belongs to the group that it is nominated for.
    #[must_use]
    pub fn belonging(&self, nominee: &belonging::Nominee) -> f32 {
        let model = if nominee.typed {
            &self.query
        } else {
            &self.label
        };
        model.probability(&nominee.features)
    }

    /// Whether the weights match their features.
    pub(crate) fn fits(&self) -> bool {
        self.query.fits(belonging::FEATURES.len())
            && self.label.fits(belonging::FEATURES.len())
            && self.confidence.fits(confidence::FEATURES.len())
    }
}
