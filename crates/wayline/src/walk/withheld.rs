//! What must not be shown, taken out before anything is made of it.
//!
//! A keyword that is withheld is in no journey. A journey whose evidence is mostly withheld is none: it has
//! no id, no name and no lineage, and its other keywords are withheld with it.

use crate::assign::{Assigned, Candidate, Placement};
use crate::extract::Extracted;
use crate::nouns::{Checked, LeftOver, Reason, Verdict};
use crate::safety::Safety;

/// From this share of its evidence on a journey is what the share is.
const MOSTLY_WITHHELD: f64 = 0.5;
const MOSTLY_SENSITIVE: f64 = 0.3;

/// Takes what is withheld out of a person's candidates. Returns the verdict on each that is left, and how
/// many are not.
pub(super) fn withhold(
    person: &Extracted,
    assigned: &mut Assigned,
    safety: &Safety,
) -> (Vec<Checked>, u32) {
    let mut verdicts = Vec::with_capacity(assigned.candidates.len());
    let mut place_of: Vec<Option<u32>> = Vec::with_capacity(assigned.candidates.len());
    let mut left = Vec::with_capacity(assigned.candidates.len());
    let mut withheld_journeys = 0;
    for mut candidate in std::mem::take(&mut assigned.candidates) {
        let keywords = candidate.keywords.iter();
        let checked: Vec<Checked> = keywords
            .map(|(keyword, _)| safety.check(&person.keywords[*keyword as usize].text))
            .collect();
        let verdict = of_evidence(&candidate, &checked);
        if verdict.verdict == Verdict::Withhold {
            withheld_journeys += 1;
            place_of.push(None);
            continue;
        }
        place_of.push(Some(left.len() as u32));
        for (keyword, checked) in candidate.keywords.iter().zip(&checked) {
            if checked.verdict == Verdict::Withhold {
                assigned.placements[keyword.0 as usize] = Placement::LeftOver(LeftOver::Withheld);
            }
        }
        take_out(&mut candidate, &checked);
        let interest = |index: u32| safety.may_show(&person.keywords[index as usize].text);
        candidate.interests.retain(|(index, _)| interest(*index));
        let board = |index: u32| safety.may_show(&person.boards[index as usize]);
        candidate.boards.retain(|(index, _)| board(*index));
        verdicts.push(verdict);
        left.push(candidate);
    }
    for placement in &mut assigned.placements {
        if let Placement::Candidate(place) = placement {
            *placement = place_of[*place as usize].map_or(
                Placement::LeftOver(LeftOver::Withheld),
                Placement::Candidate,
            );
        }
    }
    assigned.candidates = left;
    (verdicts, withheld_journeys)
}

/// The verdict on a journey by the shares of its evidence.
fn of_evidence(candidate: &Candidate, checked: &[Checked]) -> Checked {
    let share = |verdict: Verdict| -> f64 {
        let weights = candidate.keywords.iter().zip(checked);
        let weights = weights.filter(|(_, it)| it.verdict == verdict);
        weights.map(|((_, weight), _)| weight).sum()
    };
    let verdict = if share(Verdict::Withhold) >= MOSTLY_WITHHELD {
        Verdict::Withhold
    } else if share(Verdict::Sensitive) >= MOSTLY_SENSITIVE {
        Verdict::Sensitive
    } else {
        return Checked::default();
    };
    let mut weights: Vec<(Reason, f64)> = Vec::new();
    for ((_, weight), it) in candidate.keywords.iter().zip(checked) {
        let Some(reason) = it.reason.filter(|_| it.verdict == verdict) else {
            continue;
        };
        match weights.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, sum)) => *sum += weight,
            None => weights.push((reason, *weight)),
        }
    }
    let most = weights
        .iter()
        .max_by(|left, right| left.1.total_cmp(&right.1).then(right.0.cmp(&left.0)));
    let reason = most.map(|(reason, _)| *reason);
    Checked { verdict, reason }
}

/// Takes its withheld keywords out; the shares of the others sum to 1 again.
fn take_out(candidate: &mut Candidate, checked: &[Checked]) {
    if checked.iter().all(|it| it.verdict != Verdict::Withhold) {
        return;
    }
    let mut of_keyword = checked.iter();
    candidate.keywords.retain(|_| {
        of_keyword
            .next()
            .is_some_and(|it| it.verdict != Verdict::Withhold)
    });
    let sum: f64 = candidate.keywords.iter().map(|(_, weight)| weight).sum();
    if sum > 0.0 {
        for (_, weight) in &mut candidate.keywords {
            *weight /= sum;
        }
    }
}
