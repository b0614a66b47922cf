//! What ties two units, in plain words: the features that spoke most for them, and what stands
//! behind each.

use std::collections::{HashMap, HashSet};
use std::fmt;

use crate::affinity::{Affinities, FEATURES, PairRows, UnitSpace};
use crate::corpus::{KeywordFacts, STRONGEST_ASSOCIATION};
use crate::embed::{EmbedError, EmbeddingCache};
use crate::extract::{Evidence, Extracted, Unit, UnitKind};
use crate::profile::shortened;
use crate::walk::Rooms;

use super::twins::UnitWords;
use super::wording::{apart, percent, times};

/// Two units of a journey and what speaks for their being one goal.
#[derive(Clone, Debug, PartialEq)]
pub struct Tie {
    /// The one, as a person would call it.
    pub left: String,
    /// The other.
    pub right: String,
    /// The probability that both serve one goal.
    pub affinity: f32,
    /// What speaks for it, in words, the strongest first.
    pub reasons: Vec<String>,
}

impl fmt::Display for Tie {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} + {} ({:.2}): {}",
            self.left,
            self.right,
            self.affinity,
            self.reasons.join("; ")
        )
    }
}

/// Finds the evidence of one person.
pub struct Ties<'a> {
    person: &'a Extracted,
    rooms: &'a Rooms<'a>,
    facts: KeywordFacts,
    space: UnitSpace,
}

impl<'a> Ties<'a> {
    /// Reckons anew what the affinity was made of.
    ///
    /// # Errors
    /// The embedder can't be asked.
    pub fn of(
        person: &'a Extracted,
        rooms: &'a Rooms<'a>,
        embeddings: &mut EmbeddingCache<'_>,
    ) -> Result<Self, EmbedError> {
        let facts = KeywordFacts::of(person, rooms.corpus);
        let space = UnitSpace::of(person, &facts, embeddings, &rooms.config.affinity)?;
        Ok(Self {
            person,
            rooms,
            facts,
            space,
        })
    }

    /// The ties with the highest affinity among `units`, each unit in at most one of them, so that
    /// they show different sides of the journey.
    #[must_use]
    pub fn strongest(&self, affinities: &Affinities, units: &[u32], most: usize) -> Vec<Tie> {
        let mut pairs: Vec<(f32, u32, u32)> = Vec::new();
        for (place, left) in units.iter().enumerate() {
            for right in &units[place + 1..] {
                let affinity = affinities.get(*left as usize, *right as usize);
                pairs.push((affinity, *left, *right));
            }
        }
        pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        let chosen = self.choose(&pairs, units, CANDIDATES * most);
        let features = self.features(&chosen);
        let (mut new, mut known) = (Vec::new(), Vec::new());
        let mut told: HashSet<Fact> = HashSet::new();
        for ((affinity, left, right), values) in chosen.into_iter().zip(features) {
            let (facts, reasons): (Vec<Fact>, Vec<String>) = self
                .reasons(left as usize, right as usize, &values)
                .into_iter()
                .unzip();
            let tells_more = facts.iter().any(|fact| !told.contains(fact));
            told.extend(facts);
            let tie = Tie {
                left: self.label(left),
                right: self.label(right),
                affinity,
                reasons,
            };
            if tells_more { &mut new } else { &mut known }.push(tie);
        }
        // What tells nothing new comes after all others.
        new.append(&mut known);
        new.truncate(most);
        new
    }

    /// The first pairs, each unit in one of them, that aren't nearly the same text, which explains
    /// nothing; then those that are.
    fn choose(&self, pairs: &[Pair], units: &[u32], most: usize) -> Vec<Pair> {
        let texts: HashMap<u32, UnitWords> = units
            .iter()
            .map(|unit| (*unit, UnitWords::of(&self.person.units[*unit as usize])))
            .collect();
        let mut used = vec![false; self.person.units.len()];
        let mut chosen = Vec::new();
        for twins in [false, true] {
            for pair in pairs {
                let (_, left, right) = *pair;
                if chosen.len() >= most {
                    return chosen;
                }
                if !used[left as usize]
                    && !used[right as usize]
                    && texts[&left].is_twin_of(&texts[&right]) == twins
                {
                    used[left as usize] = true;
                    used[right as usize] = true;
                    chosen.push(*pair);
                }
            }
        }
        chosen
    }

    /// What the features that spoke for a pair say, the strongest first.
    fn reasons(&self, left: usize, right: usize, values: &[f32]) -> Vec<(Fact, String)> {
        let (a, b) = (&self.person.units[left], &self.person.units[right]);
        let model = &self.rooms.grouping.of(Evidence::of(self.person)).affinity;
        let mut parts: Vec<(f32, usize)> = (0..FEATURES.len())
            .map(|place| (model.weights[place] * values[place], place))
            .filter(|(adds, _)| *adds > 0.05)
            .collect();
        parts.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(&y.1)));
        let led = led(a, b, right as u32).map(|text| (Fact::Led, text));
        let mut reasons: Vec<(Fact, String)> = led.into_iter().collect();
        for (_, place) in parts {
            let reason = match FEATURES[place] {
                "cosine" => {
                    let cosine = values[place].min(1.0);
                    let text = format!("alike in words and surroundings ({cosine:.2})");
                    Some((Fact::Alike, text))
                }
                "interest_cosine" => self.shared_label("interest", &a.interests, &b.interests),
                "annotation_cosine" => {
                    self.shared_label("annotation", &a.annotations, &b.annotations)
                }
                "together_cosine" => Some(self.together(a, b)),
                "visits_above_chance" => Some((Fact::Visits, self.visits(a, b))),
                "same_board" => shared(&a.boards, &b.boards).map(|board| {
                    let name = self.shown(&self.person.boards[board as usize]);
                    (Fact::Board(board), format!("on the board “{name}”"))
                }),
                // The rarest label is named with its kind; being far apart speaks for nothing.
                _ => None,
            };
            // One text can be an interest and an annotation.
            reasons
                .extend(reason.filter(|(fact, _)| !reasons.iter().any(|(told, _)| told == fact)));
        }
        let together = visits_together(a, b);
        if together > 1
            && together as f64 > MORE_THAN_CHANCE * self.expected_visits(a, b)
            && !reasons.iter().any(|(fact, _)| *fact == Fact::Visits)
        {
            reasons.push((Fact::Visits, self.visits(a, b)));
        }
        if reasons.is_empty() {
            reasons.push((Fact::Apart, format!("{} apart", apart(a, b))));
        }
        reasons
    }

    /// The values of [`FEATURES`] of some pairs, from one pass over the person's rows.
    fn features(&self, pairs: &[(f32, u32, u32)]) -> Vec<Vec<f32>> {
        let mut rows = PairRows::new(self.person, &self.facts, &self.space);
        let mut values = vec![vec![0.0; FEATURES.len()]; pairs.len()];
        let last = pairs.iter().map(|(_, left, _)| *left).max();
        for unit in 0..last.map_or(0, |last| last + 1) {
            let Some(row) = rows.next_row() else { break };
            for ((_, left, right), values) in pairs.iter().zip(&mut values) {
                if *left == unit {
                    let pair = (right - left - 1) as usize;
                    for (feature, value) in values.iter_mut().enumerate() {
                        *value = row.column(feature)[pair];
                    }
                }
            }
        }
        values
    }

    /// The rarest label that both carry themselves.
    fn shared_label(
        &self,
        kind: &str,
        left: &[(u32, u32)],
        right: &[(u32, u32)],
    ) -> Option<(Fact, String)> {
        let shared = left.iter().map(|(label, _)| *label);
        let shared = shared.filter(|label| right.iter().any(|(other, _)| other == label));
        let rarity = |label: &u32| self.facts.rarity(*label);
        let label = shared.max_by(|x, y| rarity(x).total_cmp(&rarity(y)))?;
        let text = &self.person.keywords[label as usize].text;
        let shown = self.shown(text);
        let corpus = self.rooms.corpus;
        if corpus.people() < ENOUGH_PEOPLE {
            return Some((Fact::Label(label), format!("share the {kind} “{shown}”")));
        }
        let share = corpus.share_of_keyword(text);
        let rare = if share < RARE { "rare " } else { "" };
        let share = percent(share);
        let text = format!("share the {rare}{kind} “{shown}” ({share} of people have it)");
        Some((Fact::Label(label), text))
    }

    /// The two keywords that go together most over all people.
    fn together(&self, a: &Unit, b: &Unit) -> (Fact, String) {
        let mut best: Option<(f32, u32, u32)> = None;
        for left in keywords(a) {
            for partner in self.facts.partners(left) {
                let right =
                    keywords(b).find(|it| self.facts.corpus_id(*it) == Some(partner.keyword));
                if let Some(right) = right
                    && best.is_none_or(|(association, ..)| partner.association > association)
                {
                    best = Some((partner.association, left, right));
                }
            }
        }
        let text = |keyword: u32| self.shown(&self.person.keywords[keyword as usize].text);
        let fact = Fact::Together(best.map(|(_, left, right)| (left, right)));
        let told = match best {
            Some((association, left, right)) => format!(
                "“{}” and “{}” go together for {:.0} times as many people as by chance{}",
                text(left),
                text(right),
                libm::expf(association),
                if association >= STRONGEST_ASSOCIATION {
                    " or more"
                } else {
                    ""
                }
            ),
            None => "go with the same things for other people".to_owned(),
        };
        (fact, told)
    }

    fn label(&self, unit: u32) -> String {
        label(self.person, &self.person.units[unit as usize], self.rooms)
    }

    fn shown<'t>(&self, text: &'t str) -> &'t str {
        shown(text, self.rooms)
    }

    fn visits(&self, a: &Unit, b: &Unit) -> String {
        format!(
            "in the same visit {}, expected {:.1}",
            times(visits_together(a, b)),
            self.expected_visits(a, b)
        )
    }

    /// Visits in common if the person's visits were drawn at random.
    fn expected_visits(&self, a: &Unit, b: &Unit) -> f64 {
        f64::from(a.visits) * f64::from(b.visits) / f64::from(self.person.visits.max(1))
    }
}

/// Affinity and units of a pair.
type Pair = (f32, u32, u32);

/// What a reason tells, whatever its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Fact {
    Led,
    Alike,
    /// That both carry a label.
    Label(u32),
    /// That two keywords go together, or what goes with both.
    Together(Option<(u32, u32)>),
    Visits,
    Board(u32),
    Apart,
}

/// For each tie that is shown so many are looked at: some tell nothing new.
const CANDIDATES: usize = 3;
/// Visits in common are told, whatever the model makes of them, when they are so many times those
/// expected.
const MORE_THAN_CHANCE: f64 = 2.0;
/// Shares are told of a corpus that counted so many people.
const ENOUGH_PEOPLE: u64 = 30;

/// Labels of a smaller share of people are called rare.
const RARE: f64 = 0.05;

fn keywords(unit: &Unit) -> impl Iterator<Item = u32> + '_ {
    let labels = unit.annotations.iter().chain(&unit.interests);
    unit.query
        .into_iter()
        .chain(labels.map(|(label, _)| *label))
}

/// The text, or a mark in its place where it must not be shown.
fn shown<'t>(text: &'t str, rooms: &Rooms<'_>) -> &'t str {
    if rooms.may_show(text) {
        text
    } else {
        "[withheld]"
    }
}

fn label(person: &Extracted, unit: &Unit, rooms: &Rooms<'_>) -> String {
    if unit.kind == UnitKind::Search {
        return format!("search “{}”", shortened(shown(&unit.key, rooms)));
    }
    // An id alone says nothing to a reader.
    let annotation = unit.annotations.first().or(unit.interests.first());
    match (&unit.title, annotation) {
        (Some(title), _) => format!("item “{}”", shortened(shown(title, rooms))),
        (None, Some((keyword, _))) => {
            let text = shown(&person.keywords[*keyword as usize].text, rooms);
            format!("item {} about “{text}”", unit.key)
        }
        (None, None) => format!("item {}", unit.key),
    }
}

/// Which search led to what.
fn led(a: &Unit, b: &Unit, right: u32) -> Option<String> {
    let led_to = |unit: &Unit, other: u32| unit.context.iter().any(|(it, _)| *it == other);
    if a.kind != b.kind && led_to(a, right) {
        let (search, item) = match a.kind {
            UnitKind::Search => (a, b),
            UnitKind::Item => (b, a),
        };
        let count = openings(search, item);
        return Some(format!("opened after this search {}", times(count)));
    }
    (a.kind == b.kind && a.context.iter().any(|(unit, _)| led_to(b, *unit))).then(|| match a.kind {
        UnitKind::Item => "opened after the same search".to_owned(),
        UnitKind::Search => "led to the same item".to_owned(),
    })
}

/// Visits in which the item was opened at or after the search.
fn openings(search: &Unit, item: &Unit) -> usize {
    let mut visits: Vec<u32> = Vec::new();
    for opened in &item.occurrences {
        let mut searches = search.occurrences.iter();
        if searches.any(|it| it.visit == opened.visit && it.time <= opened.time) {
            visits.push(opened.visit);
        }
    }
    visits.dedup();
    visits.len()
}

fn visits_together(a: &Unit, b: &Unit) -> usize {
    let mut visits: Vec<u32> = a
        .occurrences
        .iter()
        .map(|occurrence| occurrence.visit)
        .collect();
    visits.dedup();
    visits.retain(|visit| b.occurrences.iter().any(|other| other.visit == *visit));
    visits.len()
}

fn shared(left: &[(u32, u32)], right: &[(u32, u32)]) -> Option<u32> {
    let mut ours = left.iter().map(|(key, _)| *key);
    ours.find(|key| right.iter().any(|(other, _)| other == key))
}
