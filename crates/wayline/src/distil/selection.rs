//! Which examples are kept.

use std::collections::HashSet;

use super::{Example, Lengths, Part, Untaught, Unused};

/// Takes examples in the order of people's ids, and says which are kept.
pub struct Selection {
    most_without: f64,
    seen: HashSet<[u8; 16]>,
    counts: Counts,
}

/// What was kept, what wasn't and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// People who were looked at.
    pub people: u64,
    /// People without a keyword that may be told.
    pub nothing_to_tell: u64,
    /// People all of whose journeys can't be told.
    pub no_journey_to_tell: u64,
    /// People whom the teacher didn't see.
    pub unseen: u64,
    /// People of whom a language model, as the teacher, gave nothing that can be used.
    pub unanswered: u64,
    /// People with the keywords of another one.
    pub same: u64,
    /// People without a journey, beyond the share of such.
    pub beyond_without: u64,
    /// What of the teacher's isn't in the examples that are kept.
    pub unused: Unused,
    /// Those that are kept to learn from.
    pub train: Kept,
    /// Those that are kept to see how well it was learned.
    pub validation: Kept,
}

/// Examples that are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// How many.
    pub examples: u64,
    /// Those of them without a journey.
    pub without: u64,
    /// How long they are.
    pub lengths: Lengths,
}

impl Selection {
    /// Keeps people without any journey up to this share of all (0 to 1): a model that sees too many
    /// learns to say nothing.
    #[must_use]
    pub fn new(most_without: f64) -> Self {
        Self {
            most_without,
            seen: HashSet::new(),
            counts: Counts::default(),
        }
    }

    /// Whether the example is kept. Of people with the same keywords the first is, whichever part they
    /// are in: what is asked in validation must not be learned by heart.
    pub fn keeps(&mut self, example: Result<&Example, Untaught>) -> bool {
        let counts = &mut self.counts;
        counts.people += 1;
        let example = match example {
            Ok(example) => example,
            Err(untaught) => {
                *match untaught {
                    Untaught::NothingToTell => &mut counts.nothing_to_tell,
                    Untaught::NoJourneyToTell => &mut counts.no_journey_to_tell,
                    Untaught::Unseen => &mut counts.unseen,
                    Untaught::Unanswered => &mut counts.unanswered,
                } += 1;
                return false;
            }
        };
        if self.seen.contains(&example.sameness) {
            counts.same += 1;
            return false;
        }
        let kept = match example.part {
            Part::Train => &mut counts.train,
            Part::Validation => &mut counts.validation,
        };
        let is_without = example.journeys == 0;
        if is_without {
            let with_this = (kept.without + 1) as f64 / (kept.examples + 1) as f64;
            if with_this > self.most_without {
                counts.beyond_without += 1;
                return false;
            }
        }
        self.seen.insert(example.sameness);
        kept.examples += 1;
        kept.without += u64::from(is_without);
        kept.lengths.add(example);
        counts.unused += example.unused;
        true
    }

    /// What was kept and what wasn't.
    #[must_use]
    pub fn counts(&self) -> &Counts {
        &self.counts
    }
}

impl std::ops::AddAssign for Unused {
    fn add_assign(&mut self, other: Self) {
        self.journeys_untold += other.journeys_untold;
        self.journeys_withheld += other.journeys_withheld;
        self.journeys_misnamed += other.journeys_misnamed;
        self.journeys_unnamed += other.journeys_unnamed;
        self.keywords_untold += other.keywords_untold;
        self.keywords_withheld += other.keywords_withheld;
    }
}
