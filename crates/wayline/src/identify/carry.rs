//! Which known journey a candidate is, from the keywords that carried over.

use std::collections::BTreeMap;

use crate::assign::Candidate;
use crate::extract::Extracted;
use crate::nouns::{KnownJourney, Standing};

use super::{journey_id, unused_id};

/// What a candidate is, beside the journeys that are remembered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// Its id: that of the journey that it is, or a new one.
    pub journey_id: String,
    /// The known journey that it is, by its place.
    pub is: Option<usize>,
    /// Of a new one, the known journey that most of it was part of.
    pub from: Option<usize>,
    /// Known journeys that went into it and live nowhere else, by their places.
    pub took: Vec<usize>,
}

/// From this share on evidence counts as carried over.
const MOST: f64 = 0.5;

/// What passed from a known journey to a candidate.
#[derive(Clone, Copy, Default)]
struct Passed {
    /// The share of what the known one held and the person still has, 0 to 1.
    of_known: f64,
    /// The share of the candidate's evidence.
    of_candidate: f64,
}

impl Passed {
    fn carries(self) -> bool {
        self.of_known > MOST || self.of_candidate > MOST
    }

    fn both(self) -> f64 {
        self.of_known + self.of_candidate
    }
}

/// What each candidate is. A candidate and a known journey are one where most of the evidence of
/// either is in the other; of several such pairs those with the largest shares are made first, and
/// each is one with one other only. Of what is left, a candidate most of which was part of a known
/// journey split from it, and a known journey most of which is in a candidate went into it.
#[must_use]
pub fn identities(
    person: &Extracted,
    candidates: &[Candidate],
    known: &[KnownJourney],
) -> Vec<Identity> {
    let mut found: Vec<Identity> = candidates
        .iter()
        .map(|candidate| Identity {
            journey_id: journey_id(person, candidate),
            ..Identity::default()
        })
        .collect();
    if known.is_empty() {
        return found;
    }
    let passed = passed(person, candidates, known);
    let is_live = |place: usize| known[place].standing == Standing::Live;
    let mut pairs: Vec<(usize, usize, f64)> = passed
        .iter()
        .filter(|(_, passed)| passed.carries())
        .map(|((known, candidate), passed)| (*known, *candidate, passed.both()))
        .collect();
    pairs.sort_by(|left, right| {
        let by_share = right.2.total_cmp(&left.2);
        let by_life = is_live(right.0).cmp(&is_live(left.0));
        let by_place = (left.0, left.1).cmp(&(right.0, right.1));
        by_share.then(by_life).then(by_place)
    });
    let mut is_found = vec![false; known.len()];
    for (known, candidate, _) in &pairs {
        if !is_found[*known] && found[*candidate].is.is_none() {
            is_found[*known] = true;
            found[*candidate].is = Some(*known);
        }
    }
    // The likeliest pairs come first, so the first that fits is the best.
    for (place, candidate, _) in &pairs {
        let passed = passed[&(*place, *candidate)];
        let its = &mut found[*candidate];
        if its.is.is_none() && its.from.is_none() && is_live(*place) && passed.of_candidate > MOST {
            its.from = Some(*place);
        }
        if !is_found[*place] && is_live(*place) && passed.of_known > MOST {
            is_found[*place] = true;
            its.took.push(*place);
        }
    }
    name_them(person, &mut found, known);
    found
}

/// How much of each known journey is in each candidate.
fn passed(
    person: &Extracted,
    candidates: &[Candidate],
    known: &[KnownJourney],
) -> BTreeMap<(usize, usize), Passed> {
    // Keywords come in the order of their texts, and each is in one candidate at most.
    let mut where_now: BTreeMap<u32, (usize, f64)> = BTreeMap::new();
    for (place, candidate) in candidates.iter().enumerate() {
        let keywords = candidate.keywords.iter();
        where_now.extend(keywords.map(|(keyword, share)| (*keyword, (place, *share))));
    }
    let mut all: BTreeMap<(usize, usize), Passed> = BTreeMap::new();
    for (place, journey) in known.iter().enumerate() {
        let mut still_there = 0.0;
        for (text, share) in &journey.held {
            let keywords = &person.keywords;
            let Ok(keyword) = keywords.binary_search_by(|it| it.text.as_str().cmp(text)) else {
                continue;
            };
            still_there += share;
            if let Some((candidate, now)) = where_now.get(&(keyword as u32)) {
                let passed = all.entry((place, *candidate)).or_default();
                passed.of_known += share;
                passed.of_candidate += now;
            }
        }
        for (_, passed) in all.range_mut((place, 0)..(place + 1, 0)) {
            passed.of_known /= still_there;
        }
    }
    all
}

fn name_them(person: &Extracted, found: &mut [Identity], known: &[KnownJourney]) {
    for identity in found.iter_mut() {
        if let Some(place) = identity.is {
            identity.journey_id.clone_from(&known[place].journey_id);
        }
    }
    for place in 0..found.len() {
        if found[place].is.is_some() {
            continue;
        }
        let is_used = |id: &str| {
            let of_known = known.iter().any(|it| it.journey_id == id);
            let others = found.iter().enumerate();
            of_known
                || others
                    .into_iter()
                    .any(|(other, it)| other != place && it.journey_id == id)
        };
        let id = unused_id(&person.user_id, &found[place].journey_id, is_used);
        found[place].journey_id = id;
    }
}

#[cfg(test)]
#[path = "carry_tests.rs"]
mod tests;
