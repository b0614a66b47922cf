//! A person's annotated journeys and inferred ones as sets of numbered keywords.

use super::{Gold, Person, SAME};
use crate::evaluate::journey_level::{ascending, best_match};
use crate::evaluate::numbering::Numbering;
use crate::evaluate::predictions::PersonRows;
use crate::evaluate::{Id, PredictedJourney, Predictions, hashed_key, normalise};
use std::collections::{HashMap, HashSet};

/// An inferred journey and the numbers of its keywords, ascending.
pub(super) type Shown<'a> = (&'a PredictedJourney, Vec<u32>);

/// What one person's scores are made of.
pub(super) struct Lists<'a> {
    /// The queries of each annotated journey, ascending.
    pub(super) gold: Vec<Vec<u32>>,
    /// The inferred journeys, the first to show first.
    pub(super) shown: Vec<Shown<'a>>,
    /// The journey of each keyword's last row.
    pub(super) last_journey: HashMap<u32, Option<&'a Id>>,
}

/// The lists of all people of the gold.
pub(super) fn of_everybody<'a>(
    gold: &'a Gold,
    predictions: &'a Predictions,
) -> Vec<(&'a Person, Lists<'a>)> {
    let rows = predictions.by_person(Id::to_string);
    let nothing = PersonRows::default();
    let key = if gold.hashed { hashed_key } else { normalise };
    let people = gold.people.iter().map(|person| {
        let rows = rows.get(&person.user_id).unwrap_or(&nothing);
        (person, Lists::of(person, rows, key))
    });
    people.collect()
}

impl<'a> Lists<'a> {
    fn of(person: &Person, rows: &PersonRows<'a>, key: fn(&str) -> String) -> Self {
        let mut numbers = Numbering::default();
        let mut members: HashMap<&Id, Vec<u32>> = HashMap::new();
        let mut last_journey: HashMap<u32, Option<&Id>> = HashMap::new();
        for row in &rows.keywords {
            let keyword = numbers.number(key(&row.keyword));
            last_journey.insert(keyword, row.journey_id.as_ref());
            if let Some(journey) = &row.journey_id {
                members.entry(journey).or_default().push(keyword);
            }
        }
        let mut numbered = |queries: &[String]| {
            let numbers = queries.iter().map(|query| numbers.number(query.clone()));
            ascending(numbers.collect())
        };
        let gold = person.journeys.iter().map(|it| numbered(&it.queries));
        let gold = gold.collect();
        let mut journeys = rows.journeys.clone();
        journeys.sort_by(|a, b| {
            place(a)
                .partial_cmp(&place(b))
                .unwrap_or(std::cmp::Ordering::Equal)
        });
        let shown = journeys.into_iter().map(|row| {
            let keywords = members.get(&row.journey_id).cloned();
            (row, ascending(keywords.unwrap_or_default()))
        });
        Self {
            gold,
            shown: shown.collect(),
            last_journey,
        }
    }

    /// The inferred journeys in their order, each with the annotated one that it is, if any and if
    /// none before it is that already.
    pub(super) fn hits(&self) -> impl Iterator<Item = (&'a PredictedJourney, Option<usize>)> {
        let mut matched = HashSet::new();
        self.shown.iter().map(move |(row, keywords)| {
            let best = best_match(keywords, self.gold.iter().map(Vec::as_slice));
            let hit = best.filter(|(index, overlap)| *overlap >= SAME && matched.insert(*index));
            (*row, hit.map(|(index, _)| index))
        })
    }
}

/// Where a journey stands: at its rank, or behind all ranks, the most confident first. One
/// subtraction from a large number, as in the reference: confidences within 10⁻⁷ tie.
fn place(row: &PredictedJourney) -> f64 {
    row.rank
        .unwrap_or_else(|| 1e9 - row.confidence.unwrap_or(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(rank: &str, confidence: &str) -> PredictedJourney {
        let fields = format!("{{\"user_id\":1,\"journey_id\":\"j\"{rank}{confidence}}}");
        Predictions::from_jsonl(&fields, "")
            .unwrap()
            .journeys
            .remove(0)
    }

    #[test]
    fn rows_without_a_rank_stand_last_by_confidence() {
        let ranked = row(",\"rank\":900", ",\"confidence\":0.1");
        let sure = row("", ",\"confidence\":0.9");
        let unsure = row(",\"rank\":null", "");
        assert!(place(&ranked) < place(&sure) && place(&sure) < place(&unsure));
        // As near as that is a tie, which the order of the rows decides.
        let nearly = row("", ",\"confidence\":0.90000001");
        assert_eq!(place(&sure), place(&nearly));
    }
}
