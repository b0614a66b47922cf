//! What ties two units, in plain words.

use std::fmt;

use crate::affinity::Affinities;
use crate::corpus::{Corpus, words};
use crate::extract::{Extracted, Unit, UnitKind};

/// Two units of a journey and what speaks for their being one goal.
#[derive(Clone, Debug, PartialEq)]
pub struct Tie {
    /// The one, as a person would call it.
    pub left: String,
    /// The other.
    pub right: String,
    /// The probability that both serve one goal.
    pub affinity: f32,
    /// What speaks for it, in words.
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

/// The ties with the highest affinity among `units`, each unit in at most one of them, so that
/// they show different sides of the journey.
#[must_use]
pub fn strongest_ties(
    person: &Extracted,
    corpus: &Corpus,
    affinities: &Affinities,
    units: &[u32],
    most: usize,
) -> Vec<Tie> {
    let mut pairs: Vec<(f32, u32, u32)> = Vec::new();
    for (place, left) in units.iter().enumerate() {
        for right in &units[place + 1..] {
            pairs.push((
                affinities.get(*left as usize, *right as usize),
                *left,
                *right,
            ));
        }
    }
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let mut used = vec![false; person.units.len()];
    let mut ties = Vec::new();
    for (affinity, left, right) in pairs {
        if ties.len() == most {
            break;
        }
        if used[left as usize] || used[right as usize] {
            continue;
        }
        let reasons = reasons(person, corpus, left, right);
        if reasons.is_empty() {
            continue;
        }
        used[left as usize] = true;
        used[right as usize] = true;
        ties.push(Tie {
            left: label(person, &person.units[left as usize]),
            right: label(person, &person.units[right as usize]),
            affinity,
            reasons,
        });
    }
    ties
}

fn label(person: &Extracted, unit: &Unit) -> String {
    if unit.kind == UnitKind::Search {
        return format!("search “{}”", unit.key);
    }
    // An id alone says nothing to a reader.
    let annotation = unit.annotations.first().or(unit.interests.first());
    match (&unit.title, annotation) {
        (Some(title), _) => format!("item “{title}”"),
        (None, Some((keyword, _))) => {
            let text = &person.keywords[*keyword as usize].text;
            format!("item {} about “{text}”", unit.key)
        }
        (None, None) => format!("item {}", unit.key),
    }
}

fn reasons(person: &Extracted, corpus: &Corpus, left: u32, right: u32) -> Vec<String> {
    let (a, b) = (&person.units[left as usize], &person.units[right as usize]);
    let mut reasons = Vec::new();
    let led = |unit: &Unit, other: u32| unit.context.iter().any(|(unit, _)| *unit == other);
    if a.kind != b.kind && led(a, right) {
        reasons.push(format!(
            "opened after this search, {}",
            times(visits_together(a, b))
        ));
    } else if a.kind == b.kind && a.context.iter().any(|(unit, _)| led(b, *unit)) {
        reasons.push(match a.kind {
            UnitKind::Item => "opened after the same search".to_owned(),
            UnitKind::Search => "led to the same item".to_owned(),
        });
    }
    let visits = visits_together(a, b);
    if visits > 0 && reasons.is_empty() {
        reasons.push(format!("in the same visit, {}", times(visits)));
    }
    let name = |keyword: u32| person.keywords[keyword as usize].text.as_str();
    for (what, ours, theirs) in [
        ("interest", &a.interests, &b.interests),
        ("annotation", &a.annotations, &b.annotations),
    ] {
        let shared = ours
            .iter()
            .map(|(keyword, _)| *keyword)
            .filter(|keyword| theirs.iter().any(|(other, _)| other == keyword))
            .max_by(|x, y| corpus.rarity(name(*x)).total_cmp(&corpus.rarity(name(*y))));
        if let Some(keyword) = shared {
            let share = corpus.share_of_keyword(name(keyword));
            reasons.push(format!(
                "share the {what} “{}” ({} of people have it)",
                name(keyword),
                percent(share)
            ));
        }
    }
    let text = |unit: &Unit| {
        unit.title
            .clone()
            .unwrap_or_else(|| unit.key.clone())
            .to_lowercase()
    };
    let (ours, theirs) = (text(a), text(b));
    let shared_word = words(&ours)
        .filter(|word| words(&theirs).any(|other| other == *word))
        .max_by(|x, y| corpus.word_rarity(x).total_cmp(&corpus.word_rarity(y)));
    if let Some(word) = shared_word {
        reasons.push(format!("share the word “{word}”"));
    }
    if let Some(host) = shared(&a.hosts, &b.hosts) {
        reasons.push(format!("led to the site {}", person.hosts[host as usize]));
    }
    if let Some(board) = shared(&a.boards, &b.boards) {
        reasons.push(format!("on the board “{}”", person.boards[board as usize]));
    }
    reasons
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

fn times(count: usize) -> String {
    match count {
        0 | 1 => "once".to_owned(),
        2 => "twice".to_owned(),
        more => format!("{more} times"),
    }
}

fn percent(share: f64) -> String {
    if share < 0.01 {
        "under 1 %".to_owned()
    } else {
        format!("{:.0} %", share * 100.0)
    }
}
