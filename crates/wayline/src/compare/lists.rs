//! Matches two lists of journeys of one person by the overlap of their keywords.

/// The Jaccard index from which two journeys are the same.
pub const SAME: f64 = 0.5;
/// A part of a journey holds at least one in so many of its keywords.
const PART_AT_LEAST_ONE_IN: usize = 10;

/// What became of a journey of the first list.
#[derive(Debug, Clone, PartialEq)]
pub enum Before {
    /// It is still there.
    Kept {
        /// Which journey of the second list it is.
        after: usize,
        /// Their Jaccard index.
        overlap: f64,
    },
    /// Its keywords are in several journeys now.
    Split {
        /// Which, ascending.
        into: Vec<usize>,
    },
    /// It is in one journey with others of the first list now.
    Merged {
        /// Which.
        into: usize,
    },
    /// Nothing like it is there.
    Gone,
}

/// Where a journey of the second list comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum After {
    /// It was there before.
    Kept {
        /// Which journey of the first list it is.
        before: usize,
        /// Their Jaccard index.
        overlap: f64,
    },
    /// It is one of the parts that a journey was split into.
    PartOf {
        /// Which journey of the first list.
        whole: usize,
    },
    /// It was made of several.
    Merged {
        /// Which journeys of the first list, ascending.
        of: Vec<usize>,
    },
    /// Nothing like it was there.
    New,
}

/// What became of every journey of two lists.
#[derive(Debug, Clone, PartialEq)]
pub struct Matching {
    /// Of the first list, in its order.
    pub before: Vec<Before>,
    /// Of the second list, in its order.
    pub after: Vec<After>,
}

impl Matching {
    /// How much the list changed, 0 (the same journeys with the same keywords) to 1 (nothing was
    /// kept): 1 − Σ overlap of kept journeys / (journeys of both lists − kept ones), which is the
    /// Jaccard distance of two sets of journeys that may be the same by degrees.
    #[must_use]
    pub fn change(&self) -> f64 {
        let overlaps: Vec<f64> = self.overlaps().collect();
        let all = self.before.len() + self.after.len() - overlaps.len();
        if all == 0 {
            return 0.0;
        }
        let kept = overlaps.iter().fold(0.0, |sum, overlap| sum + overlap);
        1.0 - kept / all as f64
    }

    /// Whether every journey of both lists was kept.
    #[must_use]
    pub fn all_kept(&self) -> bool {
        let kept = self.overlaps().count();
        kept == self.before.len() && kept == self.after.len()
    }

    fn overlaps(&self) -> impl Iterator<Item = f64> {
        self.before.iter().filter_map(|it| match it {
            Before::Kept { overlap, .. } => Some(*overlap),
            _ => None,
        })
    }
}

/// Matches two lists of journeys, each journey given by its keywords as distinct numbers,
/// ascending. The order of a list decides only between journeys that tie.
///
/// * A journey is a *part* of another if more than half of its keywords are in it, and if these are
///   at least a tenth of the other's.
/// * A journey *was split* if at least two of the other list are parts of it, and if these together
///   have a Jaccard index of at least `same` with it. A journey of the second list *was merged* if
///   the same holds the other way round. Where a journey was both split and merged, the first list
///   says split and the second merged.
/// * Of the journeys that are left, those most alike are the same, one to one, as long as their
///   Jaccard index is at least `same`: *kept*.
/// * What then is left is *gone* or *new*.
#[must_use]
pub fn match_lists(before: &[&[u32]], after: &[&[u32]], same: f64) -> Matching {
    let splits = parts_of_each(before, after, same);
    let merges = parts_of_each(after, before, same);
    let mut matching = Matching {
        before: splits
            .iter()
            .enumerate()
            .map(
                |(own, parts)| match merges.iter().position(|of| of.contains(&own)) {
                    _ if !parts.is_empty() => Before::Split {
                        into: parts.clone(),
                    },
                    Some(into) => Before::Merged { into },
                    None => Before::Gone,
                },
            )
            .collect(),
        after: merges
            .iter()
            .enumerate()
            .map(
                |(own, of)| match splits.iter().position(|into| into.contains(&own)) {
                    _ if !of.is_empty() => After::Merged { of: of.clone() },
                    Some(whole) => After::PartOf { whole },
                    None => After::New,
                },
            )
            .collect(),
    };
    matching.keep_the_likest(before, after, same);
    matching
}

impl Matching {
    fn keep_the_likest(&mut self, before: &[&[u32]], after: &[&[u32]], same: f64) {
        let mut pairs = Vec::new();
        for (i, a) in before.iter().enumerate() {
            for (j, b) in after.iter().enumerate() {
                let overlap = jaccard(a, b);
                if overlap >= same && overlap > 0.0 {
                    pairs.push((overlap, i, j));
                }
            }
        }
        // A stable sort: of those that tie the first comes first.
        pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
        for (overlap, i, j) in pairs {
            if self.before[i] == Before::Gone && self.after[j] == After::New {
                self.before[i] = Before::Kept { after: j, overlap };
                self.after[j] = After::Kept { before: i, overlap };
            }
        }
    }
}

/// For each whole the parts that it fell apart into; none where it didn't.
fn parts_of_each(wholes: &[&[u32]], others: &[&[u32]], same: f64) -> Vec<Vec<usize>> {
    let parts_of = |whole: &&[u32]| {
        let parts: Vec<usize> = (0..others.len())
            .filter(|other| is_part(others[*other], whole))
            .collect();
        if parts.len() < 2 {
            return Vec::new();
        }
        let mut together: Vec<u32> = parts
            .iter()
            .flat_map(|part| others[*part])
            .copied()
            .collect();
        together.sort_unstable();
        together.dedup();
        if jaccard(&together, whole) >= same {
            parts
        } else {
            Vec::new()
        }
    };
    wholes.iter().map(parts_of).collect()
}

fn is_part(part: &[u32], whole: &[u32]) -> bool {
    let shared = shared(part, whole);
    2 * shared > part.len() && PART_AT_LEAST_ONE_IN * shared >= whole.len()
}

/// How many entries two ascending lists of distinct items have in common.
fn shared(a: &[u32], b: &[u32]) -> usize {
    let (mut i, mut j, mut shared) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                shared += 1;
                i += 1;
                j += 1;
            }
        }
    }
    shared
}

/// The Jaccard index |a ∩ b| / |a ∪ b| of two ascending lists of distinct items, 0..1; 0 if both
/// are empty.
#[must_use]
pub fn jaccard(a: &[u32], b: &[u32]) -> f64 {
    let shared = shared(a, b);
    let union = a.len() + b.len() - shared;
    if union == 0 {
        0.0
    } else {
        shared as f64 / union as f64
    }
}
