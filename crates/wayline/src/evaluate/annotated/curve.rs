use super::{Gold, lists};
use crate::evaluate::bootstrap::{self, Resampling, weighted_sum};
use crate::evaluate::figures::Figure;
use crate::evaluate::fraction::share;
use crate::evaluate::{Predictions, ranking};

/// How many places the ranking curve looks at.
const PLACES: usize = 10;

/// NDCG of the first 1, 2, … 10 places ([`ranking::ndcg`]): means over the people who have anything
/// to gain, with gains as of [`AnnotatedFigures::ndcg5`](super::AnnotatedFigures).
#[must_use]
pub fn ranking_curve(
    gold: &Gold,
    predictions: &Predictions,
    resampling: Resampling,
) -> Vec<Figure> {
    let people = lists::of_everybody(gold, predictions);
    // NDCG at each depth, and last whether there is anything to gain.
    let rows: Vec<[f64; PLACES + 1]> = people
        .iter()
        .map(|(person, lists)| {
            let relevance =
                |hit: Option<usize>| hit.map_or(0.0, |it| person.journeys[it].relevance);
            let gains: Vec<f64> = lists
                .hits()
                .take(PLACES)
                .map(|(_, hit)| relevance(hit))
                .collect();
            let available = person.relevances();
            let mut row = [0.0; PLACES + 1];
            for (place, value) in row[..PLACES].iter_mut().enumerate() {
                let ndcg = ranking::ndcg(&gains, &available, place + 1);
                *value = ndcg.unwrap_or(0.0);
            }
            row[PLACES] = f64::from(u8::from(ranking::ndcg(&gains, &available, 1).is_some()));
            row
        })
        .collect();
    let measure = |weights: &[u32]| -> Vec<f64> {
        let sums = weighted_sum(rows.iter().copied(), weights);
        sums[..PLACES]
            .iter()
            .map(|sum| share(*sum, sums[PLACES]))
            .collect()
    };
    let values = measure(&vec![1; rows.len()]);
    bootstrap::figures(rows.len(), resampling, values, measure)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_second_counts_from_the_second_place_on() {
        let gold = Gold::from_jsonl(
            "{\"user_id\":\"u\",\"journeys\":[{\"name\":\"Oak\",\"queries\":[\"oak\"],\"relevance\":4}]}",
        )
        .unwrap();
        let predictions = Predictions::from_jsonl(
            "{\"user_id\":\"u\",\"journey_id\":\"1\",\"rank\":1}\n\
             {\"user_id\":\"u\",\"journey_id\":\"2\",\"rank\":2}",
            "{\"user_id\":\"u\",\"keyword\":\"elm\",\"journey_id\":\"1\"}\n\
             {\"user_id\":\"u\",\"keyword\":\"oak\",\"journey_id\":\"2\"}",
        )
        .unwrap();
        let curve = ranking_curve(&gold, &predictions, Resampling::default());
        assert_eq!(curve.len(), 10);
        assert_eq!(curve[0].value, 0.0);
        // 15 / log₂ 3 over 15.
        assert!((curve[1].value - 0.630_929_8).abs() < 1e-6, "{curve:?}");
        assert_eq!(curve[9].value, curve[1].value);
    }
}
