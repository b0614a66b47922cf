use super::{Gold, Predictions, RELEVANT, SAME, lists};
use crate::compare::Named;
use crate::evaluate::worst::{Account, Golden, worst};

/// The `most` people whose inferred journeys are least like the annotated ones, told by name, with
/// each gold journey's relevance behind its name. Gold journeys of relevance below 3 that aren't
/// found are left out: they need not be.
#[must_use]
pub fn worst_people(gold: &Gold, predictions: &Predictions, most: usize) -> Vec<Account> {
    let people = lists::of_everybody(gold, predictions);
    let accounts = people.into_iter().map(|(person, lists)| {
        let golden = person.journeys.iter().zip(lists.gold);
        let golden = golden.map(|(journey, keywords)| Golden {
            named: Named {
                name: format!("{}, relevance {}", journey.name, journey.relevance),
                keywords,
            },
            wanted: journey.relevance >= RELEVANT,
        });
        let shown = lists.shown.into_iter().map(|(row, keywords)| Named {
            name: row.name.clone(),
            keywords,
        });
        Account::of(
            &person.user_id,
            golden.collect(),
            &shown.collect::<Vec<_>>(),
            SAME,
        )
    });
    worst(accounts, most)
}
