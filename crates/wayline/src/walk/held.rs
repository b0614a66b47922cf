//! What journeys held when the person took them away.

use std::collections::BTreeMap;

use super::Rooms;
use super::grouped::Grouped;
use crate::embed::EmbeddingCache;
use crate::extract::Extracted;
use crate::feedback::Stance;
use crate::identify::founding_keyword;

/// The stances, those against a journey with the keywords that it held then. Where nothing was kept of that
/// time, the person is grouped anew from what was there by the last word of the day; the journey is
/// the one that its founding keyword is in. One whose founding keyword the person doesn't have held
/// nothing that is known.
pub(super) fn with_what_was_held(
    stances: &[Stance],
    person: &Extracted,
    rooms: &Rooms<'_>,
    embeddings: &mut EmbeddingCache<'_>,
) -> Vec<Stance> {
    let mut known = stances.to_vec();
    let mut days: BTreeMap<i64, Vec<(&mut Stance, &str)>> = BTreeMap::new();
    for stance in known
        .iter_mut()
        .filter(|it| !it.wants && it.held.is_empty())
    {
        if let Some(founding) = founding_keyword(person, &stance.journey_id) {
            let of_day = days.entry(stance.at.day()).or_default();
            of_day.push((stance, &person.keywords[founding as usize].text));
        }
    }
    for of_day in days.into_values() {
        let last = of_day.iter().map(|(stance, _)| stance.at).max();
        let then = person.until(last.unwrap_or_default());
        let candidates = Grouped::of(&then, rooms, None, embeddings)
            .assigned
            .candidates;
        for (stance, founding) in of_day {
            let mut groups = candidates.iter().map(|candidate| {
                let keywords = candidate.keywords.iter();
                keywords.map(|(keyword, _)| &then.keywords[*keyword as usize].text)
            });
            let its = groups.find(|texts| texts.clone().any(|text| text == founding));
            stance.held = its.into_iter().flatten().cloned().collect();
            stance.held.insert(founding.to_owned());
        }
    }
    known
}
