use super::{Gold, Person};
use crate::evaluate::journey_level::{ascending, jaccard};
use crate::evaluate::numbering::Numbering;
use crate::evaluate::{PredictedKeyword, Predictions};

/// Each distinct query of a person is a journey of its own. The least that a grouping must beat.
/// Names, ranks and confidences are not predicted: there are keywords only.
#[must_use]
pub fn baseline_exact_query(gold: &Gold) -> Predictions {
    predict(gold, |queries| (0..queries.len()).collect())
}

/// Connected components of a person's distinct queries, two of which are connected when the
/// Jaccard index of their character trigrams is at least `threshold` (0..1; .2 is a strong one).
/// Trigrams are those of two spaces, the query and one space. There are keywords only.
#[must_use]
pub fn baseline_char_trigram_components(gold: &Gold, threshold: f64) -> Predictions {
    predict(gold, |queries| components(queries, threshold))
}

/// Rows for all people: `group` says of each distinct query of a person which group it is in.
fn predict(gold: &Gold, group: impl Fn(&[&str]) -> Vec<usize>) -> Predictions {
    let mut keywords = Vec::new();
    for person in &gold.people {
        let queries = distinct(person);
        for (query, group) in queries.iter().zip(group(&queries)) {
            keywords.push(PredictedKeyword {
                user_id: person.user_id.as_str().into(),
                keyword: (*query).to_owned(),
                journey_id: Some(format!("g{group}").into()),
            });
        }
    }
    Predictions {
        journeys: Vec::new(),
        keywords,
    }
}

fn distinct(person: &Person) -> Vec<&str> {
    let mut queries: Vec<&str> = person
        .events
        .iter()
        .map(|event| event.query.as_str())
        .collect();
    queries.sort_unstable();
    queries.dedup();
    queries
}

fn components(queries: &[&str], threshold: f64) -> Vec<usize> {
    let mut numbers = Numbering::default();
    let trigrams: Vec<Vec<u32>> = queries
        .iter()
        .map(|query| {
            let characters: Vec<char> = format!("  {query} ").chars().collect();
            let windows = characters.windows(3);
            ascending(
                windows
                    .map(|w| numbers.number([w[0], w[1], w[2]]))
                    .collect(),
            )
        })
        .collect();
    // The group of a query is the first query that it is connected with.
    let mut group: Vec<usize> = (0..queries.len()).collect();
    for i in 0..queries.len() {
        for j in 0..i {
            let (a, b) = (group[i], group[j]);
            if a != b && jaccard(&trigrams[i], &trigrams[j]) >= threshold {
                let (first, merged) = (a.min(b), a.max(b));
                for entry in group.iter_mut().filter(|entry| **entry == merged) {
                    *entry = first;
                }
            }
        }
    }
    group
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_reach_over_others() {
        let queries = ["lawn mower", "lawn mower repair", "zebra", "repair shop"];
        assert_eq!(components(&queries, 0.2), [0, 0, 2, 0]);
        assert_eq!(components(&queries, 0.9), [0, 1, 2, 3]);
        assert_eq!(components(&[""], 0.2), [0]);
    }
}
