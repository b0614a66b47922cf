//! What became of a person's journeys, told by their names.

use serde::Serialize;

use super::lists::{After, Before, Matching, match_lists};

/// A journey as a story names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// What it is called.
    pub name: String,
    /// Its keywords as distinct numbers, ascending.
    pub keywords: Vec<u32>,
}

/// Two lists of journeys of one person and what became of each.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Story {
    /// How much the list changed ([`Matching::change`]).
    pub change: f64,
    /// The first list, in its order.
    pub before: Vec<StoryLine>,
    /// The second list, in its order.
    pub after: Vec<StoryLine>,
}

/// One journey and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StoryLine {
    /// What it is called.
    pub name: String,
    /// How many keywords it has.
    pub keywords: usize,
    /// `kept`, `split`, `merged` or `gone`; in the second list `kept`, `part`, `merged` or `new`.
    pub fate: &'static str,
    /// Names of the other list's journeys that it is, became or comes from.
    pub others: Vec<String>,
}

impl Story {
    /// Matches two lists, with `same` as in [`match_lists`].
    #[must_use]
    pub fn of(before: &[Named], after: &[Named], same: f64) -> Self {
        let matching = match_lists(&keywords(before), &keywords(after), same);
        Self::tell(before, after, &matching)
    }

    /// Tells what was matched already.
    #[must_use]
    pub fn tell(before: &[Named], after: &[Named], matching: &Matching) -> Self {
        let line = |own: &Named, fate, list: &[Named], others: &[usize]| StoryLine {
            name: own.name.clone(),
            keywords: own.keywords.len(),
            fate,
            others: others.iter().map(|it| list[*it].name.clone()).collect(),
        };
        let had = before
            .iter()
            .zip(&matching.before)
            .map(|(own, it)| match it {
                Before::Kept { after: one, .. } => line(own, "kept", after, &[*one]),
                Before::Split { into } => line(own, "split", after, into),
                Before::Merged { into } => line(own, "merged", after, &[*into]),
                Before::Gone => line(own, "gone", after, &[]),
            });
        let has = after.iter().zip(&matching.after).map(|(own, it)| match it {
            After::Kept { before: one, .. } => line(own, "kept", before, &[*one]),
            After::PartOf { whole } => line(own, "part", before, &[*whole]),
            After::Merged { of } => line(own, "merged", before, of),
            After::New => line(own, "new", before, &[]),
        });
        Self {
            change: matching.change(),
            before: had.collect(),
            after: has.collect(),
        }
    }
}

/// The keywords of each journey, as [`match_lists`] takes them.
pub(super) fn keywords(list: &[Named]) -> Vec<&[u32]> {
    list.iter().map(|it| it.keywords.as_slice()).collect()
}
