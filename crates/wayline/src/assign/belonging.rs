//! Does a keyword belong to the group that holds most of its occurrences? A group collects what
//! happened beside it too: errands between two searches, annotations that have nothing to do with
//! the goal. The features of a second small model, one set of weights for what a person typed and
//! one for what items carry.

use std::ops::Range;

use foldhash::HashMap;

use crate::affinity::UnitSpace;
use crate::cluster::Clustering;
use crate::corpus::KeywordFacts;
use crate::extract::{Extracted, UnitKind};
use crate::nouns::Source;

use super::carriers::Carriers;
use super::middles::Middles;
use super::standings::Standings;

/// The names of the features, in their order. Logarithms are natural and level off, that of units
/// and visits at 20, of the group's units at 150; "inside" is the group.
///
/// | feature | what it measures |
/// |---|---|
/// | `log_units`, `log_units_elsewhere` | ln of the units that carry the keyword inside; ln(1 + those in other groups) |
/// | `log_visits` | ln of the visits in which it was seen |
/// | `affinity`, `margin` | mean affinity of its units to the rest of the group; that minus their affinity to the nearest other group |
/// | `cohesion`, `log_group` | mean affinity within the group; ln of its units |
/// | `unit_share` | share of the group's units that carry it |
/// | `cosine`, `cosine_margin` | to the middle of the group's other keywords; that minus the mean to the middles of other groups |
/// | `nearest_cosine` | mean of the three highest cosines to keywords of the group |
/// | `query_cosine` | to the middle of the group's other queries |
/// | `log_led`, `led_elsewhere` | ln(1 + weight of the items that the search led to inside); share of that weight elsewhere |
/// | `rarity_1` … `rarity_4` | rarity over people, cut at 1, 2, 3 and 4 nats: a curve of straight pieces, flat for what few people have, so that it holds for logs of any size |
/// | `together_share`, `together_none`, `log_together` | share of its associations among the person's keywords that lie inside; 1 if it has none; ln(1 + those inside) |
/// | `noisy_labels` | share of the person's rarer labels that one unit alone carries |
/// | … `_squared`, `_times_` … | products of those above, for what is not straight |
pub const FEATURES: [&str; 29] = [
    "log_units",
    "log_units_elsewhere",
    "log_visits",
    "affinity",
    "margin",
    "cohesion",
    "log_group",
    "unit_share",
    "cosine",
    "cosine_margin",
    "nearest_cosine",
    "query_cosine",
    "log_led",
    "led_elsewhere",
    "rarity_1",
    "rarity_2",
    "rarity_3",
    "rarity_4",
    "together_share",
    "together_none",
    "log_together",
    "noisy_labels",
    "log_units_squared",
    "affinity_squared",
    "cosine_margin_squared",
    "log_led_squared",
    "log_group_squared",
    "log_units_times_cosine_margin",
    "log_units_times_affinity",
];

const TOGETHER_SHARE: usize = 18;
/// The places of the curve over rarity.
pub const RARITY: Range<usize> = 14..18;

/// A keyword beside the group that holds most of its occurrences.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nominee {
    /// Index of the keyword.
    pub keyword: u32,
    /// The group.
    pub group: u32,
    /// Whether the person typed it.
    pub typed: bool,
    /// The group's share of its occurrences.
    pub share: f64,
    /// Values of [`FEATURES`].
    pub features: [f32; FEATURES.len()],
}

impl Nominee {
    /// The share of its associations among the person's keywords that lie inside the group; 0 if
    /// it has none.
    #[must_use]
    pub fn together_share(&self) -> f32 {
        self.features[TOGETHER_SHARE]
    }
}

/// Every keyword that some unit carries, with the group that holds most of its occurrences, in the
/// order of keywords.
#[must_use]
pub fn nominees(
    person: &Extracted,
    facts: &KeywordFacts,
    space: &UnitSpace,
    clustering: &Clustering,
    standings: &Standings,
) -> Vec<Nominee> {
    let carriers = Carriers::of(person);
    let placed: Vec<(u32, u32, f64)> = (0..person.keywords.len() as u32)
        .filter_map(|keyword| {
            let (group, share) = carriers.main_group(keyword, clustering)?;
            Some((keyword, group, share))
        })
        .collect();
    let view = View {
        person,
        facts,
        clustering,
        standings,
        middles: Middles::of(person, facts, space, standings, clustering.len(), &placed),
        groups: GroupsByCorpusId::of(facts, &placed),
        noisy_labels: noisy_labels(person, facts, &carriers, &placed),
        carriers,
    };
    placed
        .into_iter()
        .map(|(keyword, group, share)| Nominee {
            keyword,
            group,
            typed: is_typed(person, keyword),
            share,
            features: view.features(keyword, group),
        })
        .collect()
}

/// Whether the person typed a keyword.
pub(super) fn is_typed(person: &Extracted, keyword: u32) -> bool {
    person.keywords[keyword as usize]
        .sources
        .contains(Source::Query)
}

/// Labels that fewer than this share of people have (1/e²) should come back within a goal.
const RARER: f32 = 2.0;

/// The share of a person's rarer labels that one unit alone carries: high where annotations are
/// noise. One half where there are none.
fn noisy_labels(
    person: &Extracted,
    facts: &KeywordFacts,
    carriers: &Carriers,
    placed: &[(u32, u32, f64)],
) -> f32 {
    let (mut labels, mut single) = (0_u32, 0_u32);
    for (keyword, _, _) in placed {
        if !is_typed(person, *keyword) && facts.rarity(*keyword) > RARER {
            labels += 1;
            single += u32::from(carriers.of_keyword(*keyword).len() == 1);
        }
    }
    match labels {
        0 => 0.5,
        _ => single as f32 / labels as f32,
    }
}

/// ln, flat beyond `most`: a model must not go on where it has hardly seen anybody.
fn log_up_to(most: f32, value: f32) -> f32 {
    libm::logf(value.min(most))
}

/// What features are taken from.
struct View<'a> {
    person: &'a Extracted,
    facts: &'a KeywordFacts,
    clustering: &'a Clustering,
    standings: &'a Standings,
    carriers: Carriers,
    middles: Middles<'a>,
    groups: GroupsByCorpusId,
    noisy_labels: f32,
}

/// The groups of a person's keywords by their ids in the corpus. Most ids that are asked for are
/// of other people's keywords, which a few bits of the id tell nearly always.
struct GroupsByCorpusId {
    some: [u64; 64],
    groups: HashMap<u32, u32>,
}

impl GroupsByCorpusId {
    fn of(facts: &KeywordFacts, placed: &[(u32, u32, f64)]) -> Self {
        let mut it = Self {
            some: [0; 64],
            groups: HashMap::default(),
        };
        it.groups.reserve(placed.len());
        for (keyword, group, _) in placed {
            if let Some(id) = facts.corpus_id(*keyword) {
                it.some[(id / 64 % 64) as usize] |= 1 << (id % 64);
                it.groups.insert(id, *group);
            }
        }
        it
    }

    fn get(&self, id: u32) -> Option<u32> {
        let may_be = self.some[(id / 64 % 64) as usize] >> (id % 64) & 1 == 1;
        may_be.then(|| self.groups.get(&id).copied()).flatten()
    }
}

impl View<'_> {
    fn features(&self, keyword: u32, group: u32) -> [f32; FEATURES.len()] {
        let carriers = self.carriers.of_keyword(keyword);
        let inside = || {
            let units = carriers.iter().map(|(unit, _)| *unit);
            units.filter(|unit| self.clustering.cluster_of()[*unit as usize] == group)
        };
        let units = inside().count() as f32;
        let affinity = inside().map(|unit| self.standings.own(unit)).sum::<f32>() / units;
        let nearest = inside().map(|unit| self.standings.nearest(unit));
        let margin = affinity - nearest.sum::<f32>() / units;
        let group_units = self.standings.size(group) as f32;
        let near = self.middles.nearness(keyword, group);
        let (led, led_elsewhere) = self.led(carriers, group);
        let (together, together_all) = self.together(keyword, group);
        let rarity = self.facts.rarity(keyword);
        let visits = self.person.keywords[keyword as usize].visits.max(1) as f32;
        let (log_units, log_group) = (log_up_to(20.0, units), log_up_to(150.0, group_units));
        let log_led = log_up_to(20.0, 1.0 + led);
        [
            log_units,
            log_up_to(20.0, 1.0 + carriers.len() as f32 - units),
            log_up_to(20.0, visits),
            affinity,
            margin,
            self.standings.cohesion(group),
            log_group,
            units / group_units,
            near.cosine,
            near.margin,
            near.nearest,
            near.queries,
            log_led,
            led_elsewhere / (led + led_elsewhere).max(0.1),
            rarity.min(1.0),
            rarity.min(2.0),
            rarity.min(3.0),
            rarity.min(4.0),
            if together_all > 0.0 {
                together / together_all
            } else {
                0.0
            },
            f32::from(u8::from(together_all == 0.0)),
            log_up_to(50.0, 1.0 + together),
            self.noisy_labels,
            log_units * log_units,
            affinity * affinity,
            near.margin * near.margin,
            log_led * log_led,
            log_group * log_group,
            log_units * near.margin,
            log_units * affinity,
        ]
    }

    /// The weight of the items that a search led to, inside a group and elsewhere.
    fn led(&self, carriers: &[(u32, u32)], group: u32) -> (f32, f32) {
        let (mut inside, mut elsewhere) = (0.0, 0.0);
        for (unit, _) in carriers {
            let unit = &self.person.units[*unit as usize];
            if unit.kind == UnitKind::Search {
                for (item, weight) in &unit.context {
                    if self.clustering.cluster_of()[*item as usize] == group {
                        inside += weight;
                    } else {
                        elsewhere += weight;
                    }
                }
            }
        }
        (inside, elsewhere)
    }

    /// A keyword's associations with the person's keywords of a group, and with all of them.
    fn together(&self, keyword: u32, group: u32) -> (f32, f32) {
        let (mut inside, mut all) = (0.0, 0.0);
        for partner in self.facts.partners(keyword) {
            if let Some(other) = self.groups.get(partner.keyword) {
                all += partner.association;
                if other == group {
                    inside += partner.association;
                }
            }
        }
        (inside, all)
    }
}
