//! Which keywords go together, over all people.

use foldhash::{HashMap, HashMapExt};

use super::association::association;
use super::builder::{SupportCut, Supported};
use super::pairs::{PairSeen, hash_of, least_level};
use super::{CorpusConfig, CorpusEntry, EntryKind};

/// Pairs of kept keywords with the number of people who had both in one moment. A keyword is its
/// place among the keyword entries, from 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Together {
    all_moments: u64,
    moments: Vec<u64>,
    ends: Vec<u32>,
    partners: Vec<PartnerCount>,
}

/// One keyword that goes together with another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartnerCount {
    /// Which.
    pub keyword: u32,
    /// People who had both in one moment.
    pub people: u32,
}

impl Together {
    /// No keyword yet; `all_moments` is the sum of [`Self::moments`] over all keywords, those
    /// that are not kept too.
    #[must_use]
    pub fn new(all_moments: u64) -> Self {
        Self {
            all_moments,
            ..Self::default()
        }
    }

    /// Appends the next keyword with its partners.
    pub fn push(&mut self, moments: u64, partners: impl IntoIterator<Item = PartnerCount>) {
        self.moments.push(moments);
        self.partners.extend(partners);
        self.ends.push(self.partners.len() as u32);
    }

    /// Whether no pair was counted at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all_moments == 0
    }

    /// Keywords pushed.
    #[must_use]
    pub fn keyword_count(&self) -> u32 {
        self.moments.len() as u32
    }

    /// The sum of [`Self::moments`] over all keywords, kept or not.
    #[must_use]
    pub fn all_moments(&self) -> u64 {
        self.all_moments
    }

    /// People summed over all pairs of a keyword, before anything was cut.
    #[must_use]
    pub fn moments(&self, keyword: u32) -> u64 {
        self.moments.get(keyword as usize).copied().unwrap_or(0)
    }

    /// The keyword's partners, in the order of their texts.
    #[must_use]
    pub fn partners(&self, keyword: u32) -> &[PartnerCount] {
        let keyword = keyword as usize;
        let Some(end) = self.ends.get(keyword) else {
            return &[];
        };
        let start = keyword.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.partners[start as usize..*end as usize]
    }

    /// Partners of all keywords, a pair being two.
    #[must_use]
    pub fn partner_count(&self) -> usize {
        self.partners.len()
    }

    /// The association of a keyword with one of its partners.
    pub(super) fn association(&self, keyword: u32, partner: &PartnerCount) -> f32 {
        let moments = (self.moments(keyword), self.moments(partner.keyword));
        association(partner.people, moments, self.all_moments)
    }
}

/// A pair that enough people have.
#[derive(Clone, Copy)]
struct Pair {
    a: u32,
    b: u32,
    people: u32,
}

impl Supported for Pair {
    fn people(&self) -> u32 {
        self.people
    }
}

/// Counts what people's pairs were seen, all of one pair after the other.
pub struct TogetherCounts {
    keywords: HashMap<u64, u32>,
    least_level: u8,
    max_partners: usize,
    moments: Vec<u64>,
    all_moments: u64,
    cut: SupportCut<Pair>,
    texts: (u64, u64),
    /// The keyword of the first text.
    first: Option<u32>,
    people: u32,
}

impl TogetherCounts {
    /// For the keywords among `entries`, which are in order and cut, of this many `people`.
    #[must_use]
    pub fn new(people: u64, entries: &[CorpusEntry], config: &CorpusConfig) -> Self {
        let kept = entries
            .iter()
            .filter(|entry| entry.kind == EntryKind::Keyword);
        let mut keywords = HashMap::new();
        let mut count = 0;
        for entry in kept {
            keywords.entry(hash_of(&entry.text)).or_insert(count as u32);
            count += 1;
        }
        Self {
            moments: vec![0; count],
            first: keywords.get(&0).copied(),
            keywords,
            least_level: least_level(people, config.max_pair_people),
            max_partners: config.max_partners,
            all_moments: 0,
            cut: SupportCut::new(config.min_people, config.max_pairs),
            texts: (0, 0),
            people: 0,
        }
    }

    /// Takes what is next in order over all people.
    pub fn push(&mut self, seen: PairSeen) {
        if seen.level() < self.least_level {
            return;
        }
        let texts = seen.texts();
        if texts != self.texts {
            self.close();
            // Pairs of one first text lie side by side.
            if texts.0 != self.texts.0 {
                self.first = self.keywords.get(&texts.0).copied();
            }
            self.texts = texts;
        }
        self.people = self.people.saturating_add(1);
    }

    /// All of one pair came.
    fn close(&mut self) {
        let people = std::mem::take(&mut self.people);
        if people == 0 {
            return;
        }
        self.all_moments += 2 * u64::from(people);
        let a = self.first;
        let b = self.keywords.get(&self.texts.1).copied();
        for keyword in [a, b].into_iter().flatten() {
            self.moments[keyword as usize] += u64::from(people);
        }
        if let (Some(a), Some(b)) = (a, b) {
            self.cut.push(Pair { a, b, people });
        }
    }

    /// The pairs that are kept: of each keyword the partners of highest association.
    #[must_use]
    pub fn finish(mut self) -> Together {
        self.close();
        let mut together = Together::new(self.all_moments);
        if self.all_moments == 0 {
            return together;
        }
        let pairs = self.cut.finish();
        let grouped = Grouped::new(self.moments.len(), &pairs);
        for (keyword, moments) in (0..).zip(&self.moments) {
            let partners = grouped.partners(keyword);
            let associated = |partner: &PartnerCount| {
                let both = (*moments, self.moments[partner.keyword as usize]);
                association(partner.people, both, self.all_moments)
            };
            let mut best: Vec<(f32, PartnerCount)> = partners
                .iter()
                .map(|partner| (associated(partner), *partner))
                .filter(|(association, _)| *association > 0.0)
                .collect();
            best.sort_unstable_by(|(left_association, left), (right_association, right)| {
                right_association
                    .total_cmp(left_association)
                    .then(right.people.cmp(&left.people))
                    .then(left.keyword.cmp(&right.keyword))
            });
            best.truncate(self.max_partners);
            best.sort_unstable_by_key(|(_, partner)| partner.keyword);
            together.push(*moments, best.into_iter().map(|(_, partner)| partner));
        }
        together
    }
}

/// Pairs from the side of each of their keywords.
struct Grouped {
    ends: Vec<usize>,
    partners: Vec<PartnerCount>,
}

impl Grouped {
    fn new(keywords: usize, pairs: &[Pair]) -> Self {
        let mut ends = vec![0; keywords];
        let sides = |pair: &Pair| [(pair.a, pair.b), (pair.b, pair.a)];
        for (keyword, _) in pairs.iter().flat_map(sides) {
            ends[keyword as usize] += 1;
        }
        let mut before = 0;
        for end in &mut ends {
            // The start first; it moves to the end as the group fills.
            before += std::mem::replace(end, before);
        }
        let nobody = PartnerCount {
            keyword: 0,
            people: 0,
        };
        let mut partners = vec![nobody; before];
        for pair in pairs {
            for (keyword, partner) in sides(pair) {
                let place = &mut ends[keyword as usize];
                partners[*place] = PartnerCount {
                    keyword: partner,
                    people: pair.people,
                };
                *place += 1;
            }
        }
        Self { ends, partners }
    }

    fn partners(&self, keyword: u32) -> &[PartnerCount] {
        let keyword = keyword as usize;
        let start = keyword.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.partners[start..self.ends[keyword]]
    }
}

#[cfg(test)]
mod tests;
