//! Counts of what changed.

use serde::Serialize;

use super::lists::{After, Before, Matching};
use super::people::Person;

/// People of two runs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PeopleTally {
    /// In both runs.
    pub both: u64,
    /// In the first run only.
    pub only_a: u64,
    /// In the second run only.
    pub only_b: u64,
    /// Whose journeys weren't all kept, or who has new ones; of all people of either run.
    pub changed: u64,
}

impl PeopleTally {
    /// People of either run.
    #[must_use]
    pub fn all(&self) -> u64 {
        self.both + self.only_a + self.only_b
    }
}

/// Journeys of two runs. Of the first run's each is in one of `kept`, `split`, `merged` and `gone`,
/// of the second run's in one of `kept`, `parts`, `merged_into` and `new`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct JourneyTally {
    /// Of the first run.
    pub a: u64,
    /// Of the second run.
    pub b: u64,
    /// Still there.
    pub kept: u64,
    /// Kept ones with the same keywords.
    pub kept_whole: u64,
    /// Kept ones with the same `journey_id`.
    pub kept_same_id: u64,
    /// Kept ones with another name.
    pub renamed: u64,
    /// Of the first run, those that fell apart.
    pub split: u64,
    /// Of the second run, what they fell apart into.
    pub parts: u64,
    /// Of the first run, those that are in one with others.
    pub merged: u64,
    /// Of the second run, what was made of them.
    pub merged_into: u64,
    /// Of the first run, those that nothing is like.
    pub gone: u64,
    /// Of the second run, those that nothing was like.
    pub new: u64,
    /// Of the first run, those that the person had taken away.
    pub hidden_a: u64,
    /// Of the second run, likewise.
    pub hidden_b: u64,
    /// Kept ones that are hidden in the second run only.
    pub newly_hidden: u64,
    /// Kept ones that were hidden in the first run only.
    pub shown_again: u64,
}

impl JourneyTally {
    /// Adds one person's.
    pub(super) fn add(&mut self, a: &Person, b: &Person, matching: &Matching) {
        self.a += a.journeys.len() as u64;
        self.b += b.journeys.len() as u64;
        let hidden = |person: &Person| person.journeys.iter().filter(|row| row.hidden).count();
        self.hidden_a += hidden(a) as u64;
        self.hidden_b += hidden(b) as u64;
        for (before, row) in matching.before.iter().zip(&a.journeys) {
            match before {
                Before::Kept { after, overlap } => {
                    let now = &b.journeys[*after];
                    self.kept += 1;
                    self.kept_whole += u64::from(*overlap == 1.0);
                    self.kept_same_id += u64::from(row.journey_id == now.journey_id);
                    self.renamed += u64::from(row.name != now.name);
                    self.newly_hidden += u64::from(!row.hidden && now.hidden);
                    self.shown_again += u64::from(row.hidden && !now.hidden);
                }
                Before::Split { .. } => self.split += 1,
                Before::Merged { .. } => self.merged += 1,
                Before::Gone => self.gone += 1,
            }
        }
        for after in &matching.after {
            match after {
                After::Kept { .. } => {}
                After::PartOf { .. } => self.parts += 1,
                After::Merged { .. } => self.merged_into += 1,
                After::New => self.new += 1,
            }
        }
    }
}

/// Keywords of two runs, each counted once a person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct KeywordTally {
    /// In both runs.
    pub both: u64,
    /// Of these, in a journey in the second run only.
    pub came_in: u64,
    /// Of these, in a journey in the first run only.
    pub fell_out: u64,
    /// In the first run only.
    pub only_a: u64,
    /// In the second run only.
    pub only_b: u64,
}

impl KeywordTally {
    /// Adds one person's.
    pub(super) fn add(&mut self, a: &Person, b: &Person) {
        let mut both = 0;
        for (keyword, fate) in &a.keywords {
            let Some(now) = b.keywords.get(keyword) else {
                self.only_a += 1;
                continue;
            };
            both += 1;
            match (fate.is_none(), now.is_none()) {
                (true, false) => self.fell_out += 1,
                (false, true) => self.came_in += 1,
                _ => {}
            }
        }
        self.both += both;
        self.only_b += b.keywords.len() as u64 - both;
    }
}
