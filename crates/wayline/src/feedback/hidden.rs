//! Journeys that the person took away stay hidden, as do those that took over from them, until the
//! person clearly takes them up again.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::FeedbackConfig;
use crate::assign::Candidate;
use crate::extract::Extracted;
use crate::nouns::{Feedback, Reaction, Timestamp};

/// The last word that a person said of a journey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stance {
    /// Of which.
    pub journey_id: String,
    /// When.
    pub at: Timestamp,
    /// Whether they want it.
    pub wants: bool,
    /// The keywords that the journey held then; none where that isn't known.
    pub held: BTreeSet<String>,
}

/// The last word of everybody on every journey. Memory grows with the number of such journeys.
#[derive(Clone, Debug, Default)]
pub struct Stances {
    people: HashMap<String, BTreeMap<String, (Timestamp, bool)>>,
}

impl Stances {
    /// Takes a row into account, in any order; what isn't said in so many words (`positive`,
    /// `dismiss`, `negative`) is none. Of two words at one time the one against it counts.
    pub fn add(&mut self, row: &Feedback) {
        let wants = match row.reaction {
            Reaction::Positive => true,
            Reaction::Dismiss | Reaction::Negative => false,
            Reaction::Sent | Reaction::Open | Reaction::Click => return,
        };
        let of_person = self.people.entry(row.user_id.clone()).or_default();
        let last = of_person.entry(row.journey_id.clone());
        let last = last.or_insert((row.time, wants));
        if (row.time, !wants) > (last.0, !last.1) {
            *last = (row.time, wants);
        }
    }

    /// What a person said, in the order of the journeys' ids; what the journeys held isn't known yet.
    #[must_use]
    pub fn of(&self, user_id: &str) -> Vec<Stance> {
        let of_person = self.people.get(user_id).into_iter().flatten();
        let stances = of_person.map(|(journey_id, (at, wants))| Stance {
            journey_id: journey_id.clone(),
            at: *at,
            wants: *wants,
            held: BTreeSet::new(),
        });
        stances.collect()
    }

    /// How many journeys their person took away.
    #[must_use]
    pub fn taken_away(&self) -> u64 {
        let stances = self.people.values().flat_map(BTreeMap::values);
        stances.filter(|(_, wants)| !wants).count() as u64
    }
}

/// For each candidate, whose ids are given, since when it is hidden; none where it is to be seen.
///
/// The last word on a journey decides, on itself or, where it was taken away, on one that it took
/// over from: a journey most of whose old keywords, by weight, that one held. Of keywords that came
/// up since, nothing is asked, so what grew out of a hidden journey stays hidden; one that merely
/// took in a smaller one that was taken away doesn't.
#[must_use]
pub fn hidden(
    person: &Extracted,
    candidates: &[Candidate],
    ids: &[&str],
    stances: &[Stance],
    config: &FeedbackConfig,
) -> Vec<Option<Timestamp>> {
    let of_one = |(candidate, id): (&Candidate, &&str)| {
        let own = stances.iter().filter(|it| it.journey_id == *id);
        let of_others = stances
            .iter()
            .filter(|it| !it.wants && took_over(person, candidate, it));
        let last = own.chain(of_others).max_by_key(|it| (it.at, !it.wants))?;
        let is_hidden = !last.wants && !is_taken_up(candidate, last.at, config);
        is_hidden.then_some(last.at)
    };
    candidates.iter().zip(ids).map(of_one).collect()
}

fn took_over(person: &Extracted, candidate: &Candidate, stance: &Stance) -> bool {
    let (mut old, mut shared) = (0.0, 0.0);
    for (index, weight) in &candidate.keywords {
        let keyword = &person.keywords[*index as usize];
        if keyword.first_seen <= stance.at {
            old += weight;
            if stance.held.contains(&keyword.text) {
                shared += weight;
            }
        }
    }
    shared > 0.5 * old
}

fn is_taken_up(candidate: &Candidate, since: Timestamp, config: &FeedbackConfig) -> bool {
    let later = candidate.times.iter().map(|time| time.day());
    let days: BTreeSet<i64> = later.filter(|day| *day > since.day()).collect();
    days.len() >= config.back_days as usize
}
