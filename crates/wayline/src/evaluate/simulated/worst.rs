use super::{Gold, LARGE, Label, Predictions, SAME, SMALL, group};
use crate::compare::Named;
use crate::evaluate::predictions::PersonRows;
use crate::evaluate::worst::{Account, Golden, worst};

/// The `most` people whose inferred journeys are least like the simulated ones, told by name, over
/// the keywords that count. Gold journeys of fewer than 5 of them that aren't found are left out:
/// they need not be.
#[must_use]
pub fn worst_people(gold: &Gold, predictions: &Predictions, most: usize) -> Vec<Account> {
    let rows = predictions.by_person(|id| id);
    let nothing = PersonRows::default();
    let accounts = gold.people.iter().map(|person| {
        let rows = rows.get(&person.user_id).unwrap_or(&nothing);
        let grouping = group(person, rows);
        let golden = grouping
            .goals_of(|size| size >= SMALL)
            .map(|(goal, keywords)| {
                let journeys = &person.journeys;
                let name = journeys.iter().rfind(|journey| journey.gold_id == *goal);
                Golden {
                    named: Named {
                        name: name.map_or_else(|| goal.clone(), |journey| journey.name.clone()),
                        keywords: keywords.clone(),
                    },
                    wanted: keywords.len() >= LARGE,
                }
            });
        let shown = rows.journeys.iter().map(|row| {
            let own = Label::Journey(&row.journey_id);
            let group = grouping.groups.iter().find(|(label, _)| *label == own);
            Named {
                name: row.name.clone(),
                keywords: group
                    .map(|(_, keywords)| keywords.clone())
                    .unwrap_or_default(),
            }
        });
        let user = person.user_id.to_string();
        Account::of(&user, golden.collect(), &shown.collect::<Vec<_>>(), SAME)
    });
    worst(accounts, most)
}
