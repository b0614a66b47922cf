//! The part of the way that says what belongs together.

use super::Rooms;
use super::told::Told;
use crate::affinity::{Affinities, UnitSpace};
use crate::assign::{Assigned, Assignment};
use crate::cluster::{Clustering, cluster};
use crate::corpus::KeywordFacts;
use crate::embed::EmbeddingCache;
use crate::extract::{Evidence, Extracted};

/// A person's candidates, with all that led to them.
pub(super) struct Grouped {
    pub(super) space: UnitSpace,
    pub(super) affinities: Affinities,
    pub(super) clustering: Clustering,
    pub(super) assigned: Assigned,
}

impl Grouped {
    /// Through the rooms from the affinity of units to the assignment of keywords; where somebody tells
    /// which keywords are one goal, the groups are theirs.
    pub(super) fn of(
        person: &Extracted,
        rooms: &Rooms<'_>,
        told: Option<&Told>,
        embeddings: &mut EmbeddingCache<'_>,
    ) -> Self {
        let config = rooms.config;
        let facts = KeywordFacts::of(person, rooms.corpus);
        let space = UnitSpace::of(person, &facts, embeddings, &config.affinity);
        let evidence = Evidence::of(person);
        let grouping = rooms.grouping.of(evidence);
        let affinities = Affinities::of(person, &facts, &space, &grouping.affinity);
        let (clustering, told) = match told {
            Some(told) => told.clustering(person),
            None => {
                let threshold = config.cluster.join(evidence);
                (cluster(&affinities, &grouping.join, threshold), Vec::new())
            }
        };
        let assignment = Assignment {
            person,
            facts: &facts,
            space: &space,
            clustering: &clustering,
            affinities: &affinities,
            model: &grouping.assign,
            config: &config.assign,
        };
        let assigned = if told.is_empty() {
            assignment.assign()
        } else {
            assignment.assign_as_told(&told)
        };
        Self {
            space,
            affinities,
            clustering,
            assigned,
        }
    }
}
