//! What is true of a simulated person: journeys with their keywords, and noise.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::catalogue::{Catalogue, JourneyKind};
use super::schedule::Schedule;
use super::text::normalise;

const DAY_MS: f64 = 86_400_000.0;

/// Whether a journey goes on at the end of the simulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GoldStatus {
    /// It goes on, though it may pause.
    Ongoing,
    /// Situational, its plan is complete and its last event long past.
    Ended,
}

/// A journey that a simulated person is on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoldJourney {
    /// The id in the catalogue.
    pub gold_id: String,
    /// The catalogue's name.
    pub name: String,
    /// Other names just as good.
    pub alt_names: Vec<String>,
    /// Whether it is expected to conclude.
    pub kind: JourneyKind,
    /// Whether it goes on at `as_of`; evergreen journeys always do.
    pub status: GoldStatus,
    /// Its queries and annotations as they stand in the events: normalised, sorted, at least one.
    pub keywords: Vec<String>,
}

/// What is true of one simulated person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoldPerson {
    /// Whose gold it is.
    pub user_id: String,
    /// The end of the simulation, RFC 3339: when the statuses are true.
    pub as_of: String,
    /// The journeys that left at least one keyword in the events. A keyword that two journeys of
    /// the person could have caused stands in both.
    pub journeys: Vec<GoldJourney>,
    /// Queries and annotations that no event carries for a journey; normalised, sorted.
    pub noise: Vec<String>,
}

/// Notes who caused each keyword while events are made.
#[derive(Default)]
pub(super) struct Ledger {
    /// Keyword → plans that caused it; empty: noise.
    causes: BTreeMap<String, BTreeSet<usize>>,
    /// Plan → time of its last event.
    last_ms: BTreeMap<usize, i64>,
}

impl Ledger {
    pub(super) fn note(&mut self, keyword: &str, plan: Option<usize>) {
        let causes = self.causes.entry(normalise(keyword)).or_default();
        causes.extend(plan);
    }

    pub(super) fn seen(&mut self, plan: usize, ms: i64) {
        let last = self.last_ms.entry(plan).or_insert(ms);
        *last = (*last).max(ms);
    }

    pub(super) fn close(
        self,
        catalogue: &Catalogue,
        schedule: &Schedule,
        user_id: String,
        as_of: String,
        end_ms: i64,
    ) -> GoldPerson {
        let mut keywords: Vec<Vec<String>> = vec![Vec::new(); schedule.plans.len()];
        let mut noise = Vec::new();
        for (keyword, causes) in self.causes {
            if causes.is_empty() {
                noise.push(keyword.clone());
            }
            for (i, plan) in schedule.plans.iter().enumerate() {
                if causes.contains(&i) || catalogue.says(plan.journey, &keyword) {
                    keywords[i].push(keyword.clone());
                }
            }
        }
        let mut journeys = Vec::new();
        for (i, (plan, keywords)) in schedule.plans.iter().zip(keywords).enumerate() {
            let (Some(about), Some(last)) =
                (catalogue.journeys().get(plan.journey), self.last_ms.get(&i))
            else {
                continue;
            };
            if keywords.is_empty() {
                continue;
            }
            // A week at least, and longer where the whole thing takes longer.
            let quiet_days = (end_ms - last) as f64 / DAY_MS;
            let long_past = quiet_days > ((plan.end - plan.start) / 6.0).clamp(7.0, 30.0);
            let complete = plan.end <= schedule.days;
            let ended = plan.kind == JourneyKind::Situational && complete && long_past;
            journeys.push(GoldJourney {
                gold_id: about.id.clone(),
                name: about.name.clone(),
                alt_names: about.alt_names.clone(),
                kind: plan.kind,
                status: if ended {
                    GoldStatus::Ended
                } else {
                    GoldStatus::Ongoing
                },
                keywords,
            });
        }
        GoldPerson {
            user_id,
            as_of,
            journeys,
            noise,
        }
    }
}
