//! The rows that a run gives out for a person.

use super::Walked;
use crate::assign::{Candidate, Placement};
use crate::extract::{Extracted, UnitKind};
use crate::nouns::{Journey, JourneyKeyword, KeywordRow, PersonResult};

/// At most this many items, interests and boards stand on a journey.
const A_FEW: usize = 5;

impl Walked {
    /// The rows that a run gives out for this person.
    #[must_use]
    pub fn result(&self, person: &Extracted) -> PersonResult {
        let journeys = self
            .order
            .iter()
            .enumerate()
            .map(|(place, candidate)| self.journey(person, *candidate, place as u32 + 1))
            .collect();
        let keywords = person
            .keywords
            .iter()
            .zip(&self.assigned.placements)
            .map(|(keyword, placement)| {
                let (journey_id, reason) = match placement {
                    Placement::Candidate(candidate) => {
                        let fate = &self.fates[*candidate as usize];
                        (Some(fate.journey_id().to_owned()), None)
                    }
                    Placement::LeftOver(reason) => (None, Some(*reason)),
                };
                KeywordRow {
                    user_id: person.user_id.clone(),
                    keyword: keyword.text.clone(),
                    journey_id,
                    reason,
                    sources: keyword.sources,
                    count: keyword.count,
                    first_seen: keyword.first_seen,
                    last_seen: keyword.last_seen,
                }
            })
            .collect();
        PersonResult {
            user_id: person.user_id.clone(),
            journeys,
            keywords,
        }
    }

    fn journey(&self, person: &Extracted, index: usize, rank: u32) -> Journey {
        let candidate = &self.assigned.candidates[index];
        let fate = &self.fates[index];
        let keyword = |index: u32| &person.keywords[index as usize];
        Journey {
            user_id: person.user_id.clone(),
            journey_id: fate.journey_id().to_owned(),
            rank,
            name: fate.name.text.clone(),
            name_source: fate.name.source,
            name_reason: fate.name.reason,
            keywords: candidate
                .keywords
                .iter()
                .map(|(index, weight)| JourneyKeyword {
                    keyword: keyword(*index).text.clone(),
                    sources: keyword(*index).sources,
                    count: keyword(*index).count,
                    weight: rounded(*weight),
                })
                .collect(),
            interests: candidate
                .interests
                .iter()
                .take(A_FEW)
                .map(|(index, _)| keyword(*index).text.clone())
                .collect(),
            stage: fate.stage.stage,
            confidence: rounded(candidate.confidence.value),
            score: rounded(fate.score.value),
            return_probability: rounded(fate.return_probability.value),
            started_at: candidate.started_at(person),
            last_active_at: candidate.last_active_at(),
            events: candidate.events,
            visits: candidate.visits,
            boards: candidate
                .boards
                .iter()
                .take(A_FEW)
                .map(|(board, _)| person.boards[*board as usize].clone())
                .collect(),
            items: top_items(person, candidate),
            hidden: fate.hidden_since.is_some(),
            related: self.related[index].clone(),
            grouped_by: self.grouped_by,
            safety: fate.safety,
        }
    }
}

/// Its most used items, by their ids or what stands for one.
fn top_items(person: &Extracted, candidate: &Candidate) -> Vec<String> {
    let mut items: Vec<_> = candidate
        .units
        .iter()
        .map(|unit| &person.units[*unit as usize])
        .filter(|unit| unit.kind == UnitKind::Item)
        .collect();
    items.sort_by(|left, right| right.weight.total_cmp(&left.weight));
    items
        .iter()
        .take(A_FEW)
        .map(|unit| unit.key.clone())
        .collect()
}

/// Six decimals: more would only pretend, and cost bytes.
fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}
