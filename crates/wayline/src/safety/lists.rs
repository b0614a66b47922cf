//! The lists in `data/safety`, and one pass over a text that finds all of their words.
//!
//! The words of all lists are one automaton (Aho and Corasick 1975). What it finds are *facts*; an entry
//! of several parts needs all of its facts. Words inside a phrase that is allowed are no facts.

use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use hashbrown::{HashMap, HashSet};

use super::SafetyError;
use super::entry::{
    Entry, ListError, Part, Phrase, entries, innocent_words, phrase, with_prefixes,
};
use super::files;
use crate::nouns::Reason;

/// All lists, compiled.
#[derive(Debug)]
pub(super) struct Lists {
    automaton: AhoCorasick,
    /// Per pattern: which ends count, and what it says.
    patterns: Vec<Pattern>,
    /// Per fact: the entries that it begins.
    rules: Vec<Vec<Rule>>,
    /// Per reason that others soften: the group of words that do, and the reason instead.
    softer: Vec<(Reason, u32, Reason)>,
    /// Facts that are groups, by name.
    groups: BTreeMap<String, u32>,
    /// The group whose words keep help from being taken for help.
    selling: u32,
    /// Every word that stands in an entry.
    words: HashSet<String>,
    /// Those of English entries, and of these the ones of what is withheld: slips are looked for in the
    /// language whose other words are known, so that words of other languages aren't taken for them.
    english: HashSet<String>,
    withheld: HashSet<String>,
    /// Those of entries of any language that are withheld.
    barred: HashSet<String>,
    /// Words around numbers that say whose they are.
    hints: HashSet<String>,
    /// Words that are no slips of a listed one.
    innocent: HashSet<String>,
}

#[derive(Debug, Default)]
struct Pattern {
    /// Whether a word must end there, or may after one more `s`.
    ends: bool,
    length: usize,
    facts: Vec<u32>,
    allows: Option<Option<Reason>>,
}

#[derive(Debug)]
struct Rule {
    reason: Reason,
    /// The facts that it needs beside the first.
    others: Vec<u32>,
    /// Whether nothing beside it makes it milder.
    firm: bool,
}

/// What a text says, by the lists.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    facts: Vec<u32>,
    /// In the order in which they were found, the softened ones as what they are softened to.
    pub(super) reasons: Vec<Reason>,
    /// Whether a phrase that is allowed stands there.
    pub(super) allows: bool,
}

impl Found {
    /// Whether a word of a group stands in the text.
    pub(super) fn has(&self, group: u32) -> bool {
        self.facts.binary_search(&group).is_ok()
    }
}

impl Lists {
    /// The lists that ship, with words that are withheld or allowed beside.
    pub(super) fn new(withheld: &[String], allowed: &[String]) -> Result<Self, SafetyError> {
        let mut builder = Builder::default();
        for (name, text) in files::GROUPS {
            for entry in entries(name, text)? {
                builder.group(&entry);
            }
        }
        for (reason, name, text) in files::LISTS {
            for entry in entries(name, text)? {
                let english = entry.section.starts_with(ENGLISH);
                builder.rule(*reason, &entry.parts, english);
            }
        }
        for (name, text) in files::ALLOWED {
            for entry in entries(name, text)? {
                let instead = entry.means.map(|code| reason_of(name, code)).transpose()?;
                for part in entry.parts {
                    builder.allow(part, instead);
                }
            }
        }
        for (name, text) in files::HELP {
            for entry in entries(name, text)? {
                builder.help(name, entry)?;
            }
        }
        for word in withheld.iter().filter_map(|it| phrase(it)) {
            builder.rule(Reason::Word, &[Part::Words(word)], true);
        }
        for word in allowed.iter().filter_map(|it| phrase(it)) {
            builder.allow(Part::Words(word), None);
        }
        builder.build()
    }

    /// What stands in a text, which is as [`super::fold::words`] gives it.
    pub(super) fn find(&self, words: &str) -> Found {
        let mut hits: Vec<(u32, usize, usize)> = Vec::new();
        let mut free: Vec<(usize, usize, Option<Reason>)> = Vec::new();
        let bytes = words.as_bytes();
        for hit in self.automaton.find_overlapping_iter(words) {
            let pattern = &self.patterns[hit.pattern().as_usize()];
            let end = hit.end();
            let ended = bytes.get(end) == Some(&b' ')
                || (bytes.get(end) == Some(&b's') && bytes.get(end + 1) == Some(&b' '));
            if pattern.ends && !ended {
                continue;
            }
            // A syllable of Korean ends with its last consonant.
            if !pattern.ends && words[end..].starts_with(is_last_consonant) {
                continue;
            }
            let start = end - pattern.length;
            if let Some(instead) = pattern.allows {
                free.push((start, end, instead));
            }
            hits.extend(pattern.facts.iter().map(|fact| (*fact, start, end)));
        }
        if hits.is_empty() && free.is_empty() {
            return Found::default();
        }
        let inside = |start: usize, end: usize| {
            free.iter()
                .any(|(from, to, _)| *from <= start && end <= *to)
        };
        let mut facts: Vec<u32> = hits
            .iter()
            .filter(|(_, start, end)| !inside(*start, *end))
            .map(|(fact, _, _)| *fact)
            .collect();
        facts.sort_unstable();
        facts.dedup();
        let mut found = Found {
            reasons: self.reasons(&facts),
            allows: !free.is_empty(),
            facts,
        };
        found
            .reasons
            .extend(free.iter().filter_map(|(_, _, instead)| *instead));
        found
    }

    fn reasons(&self, facts: &[u32]) -> Vec<Reason> {
        let has = |fact: &u32| facts.binary_search(fact).is_ok();
        let rules = facts.iter().flat_map(|fact| &self.rules[*fact as usize]);
        let met = rules.filter(|rule| rule.others.iter().all(has));
        let selling = has(&self.selling);
        let softened = |reason: Reason| {
            let mut softer = self.softer.iter().filter(|(of, _, _)| *of == reason);
            match softer.find(|(_, group, _)| !selling && has(group)) {
                Some((_, _, instead)) => *instead,
                None => reason,
            }
        };
        met.map(|rule| match rule.firm {
            true => rule.reason,
            false => softened(rule.reason),
        })
        .collect()
    }

    /// The number of a group, by which [`Found::has`] asks for it; one that is never found where there is
    /// no such group.
    pub(super) fn group(&self, name: &str) -> u32 {
        self.groups.get(name).copied().unwrap_or(u32::MAX)
    }

    /// Every word that stands in an entry.
    pub(super) fn words(&self) -> &HashSet<String> {
        &self.words
    }

    /// The English ones of them.
    pub(super) fn english(&self) -> &HashSet<String> {
        &self.english
    }

    /// The English ones of entries that are withheld.
    pub(super) fn withheld(&self) -> &HashSet<String> {
        &self.withheld
    }

    /// Those of entries that are withheld, in any language.
    pub(super) fn barred(&self) -> &HashSet<String> {
        &self.barred
    }

    /// Words around numbers that say what these are.
    pub(super) fn hints(&self) -> &HashSet<String> {
        &self.hints
    }

    /// Whether a word is known not to be a slip of a listed one.
    pub(super) fn is_innocent(&self, word: &str) -> bool {
        self.innocent.contains(word)
    }
}

/// Whether a letter ends a syllable of Korean, folded as it is.
fn is_last_consonant(character: char) -> bool {
    matches!(character, '\u{11a8}'..='\u{11ff}')
}

/// Letters of a word of another language whose slips are looked for.
const LONG: usize = 9;
/// Letters of a word around numbers whose slips are.
const HINT: usize = 5;
/// Sections of English entries begin so.
const ENGLISH: &str = "en";

/// The reason that a file names.
fn reason_of(file: &str, code: &str) -> Result<Reason, ListError> {
    let mut all = Reason::ALL.iter().copied();
    all.find(|reason| reason.code() == code)
        .ok_or_else(|| ListError {
            file: file.to_owned(),
            line: 0,
            text: code.to_owned(),
        })
}

/// The part as many write it: my self.
fn with_self_apart(part: &Part) -> Part {
    match part {
        Part::Words(words) if words.text.ends_with("yself") || words.text.contains("yself ") => {
            Part::Words(Phrase {
                text: words.text.replace("yself", "y self"),
                ..words.clone()
            })
        }
        _ => part.clone(),
    }
}

#[derive(Default)]
struct Builder {
    /// What each text says; whether words must begin is a part of it, as a space in front.
    patterns: HashMap<(String, bool), Pattern>,
    facts: HashMap<Part, u32>,
    rules: Vec<Vec<Rule>>,
    softer: Vec<(Reason, u32, Reason)>,
    words: HashSet<String>,
    english: HashSet<String>,
    withheld: HashSet<String>,
    barred: HashSet<String>,
    hints: HashSet<String>,
}

impl Builder {
    /// Changes each pattern of the words.
    fn each_pattern(&mut self, words: &Phrase, change: impl Fn(&mut Pattern)) {
        let space = if words.begins { " " } else { "" };
        for text in with_prefixes(words) {
            let text = format!("{space}{text}");
            let pattern = Pattern {
                ends: words.ends,
                length: text.len(),
                ..Pattern::default()
            };
            change(self.patterns.entry((text, words.ends)).or_insert(pattern));
        }
    }

    fn fact(&mut self, part: &Part) -> u32 {
        if let Some(fact) = self.facts.get(part) {
            return *fact;
        }
        let fact = self.rules.len() as u32;
        self.rules.push(Vec::new());
        self.facts.insert(part.clone(), fact);
        if let Part::Words(words) = part {
            self.each_pattern(words, |it| it.facts.push(fact));
        }
        fact
    }

    fn rule(&mut self, reason: Reason, parts: &[Part], english: bool) {
        let facts: Vec<u32> = parts.iter().map(|part| self.fact(part)).collect();
        for part in parts {
            if let Part::Words(words) = part {
                for word in words.text.split(' ').filter(|word| word.len() > 2) {
                    self.words.insert(word.to_owned());
                    let withheld = reason <= Reason::Word;
                    // Long words of other languages that say it alone are near to no others.
                    let alone = withheld && parts.len() == 1 && words.text.len() == word.len();
                    if english || (alone && word.chars().count() >= LONG) {
                        self.english.insert(word.to_owned());
                    }
                    if english && withheld {
                        self.withheld.insert(word.to_owned());
                    }
                    if withheld {
                        self.barred.insert(word.to_owned());
                    }
                }
            }
        }
        if let Some((first, others)) = facts.split_first() {
            self.rules[*first as usize].push(Rule {
                reason,
                others: others.to_vec(),
                firm: parts.contains(&Part::Group(files::MINORS.to_owned())),
            });
        }
        let apart: Vec<Part> = parts.iter().map(with_self_apart).collect();
        if apart != parts {
            self.rule(reason, &apart, english);
        }
    }

    fn group(&mut self, entry: &Entry<'_>) {
        let group = self.fact(&Part::Group(entry.section.to_owned()));
        for part in &entry.parts {
            if let Part::Words(words) = part {
                self.each_pattern(words, |it| it.facts.push(group));
                if files::HINTS.contains(&entry.section) && words.begins && words.ends {
                    let long = words.text.split(' ').filter(|word| word.len() >= HINT);
                    self.hints.extend(long.map(str::to_owned));
                }
            }
        }
    }

    fn allow(&mut self, part: Part, instead: Option<Reason>) {
        if let Part::Words(words) = part {
            self.each_pattern(&words, |it| it.allows = Some(instead));
        }
    }

    /// A section is `[drugs]`, its entries are of the form `rehab = addiction`.
    fn help(&mut self, file: &str, entry: Entry<'_>) -> Result<(), ListError> {
        let reason = reason_of(file, entry.section)?;
        let instead = reason_of(file, entry.means.unwrap_or_default())?;
        let name = format!("{} to {}", entry.section, instead.code());
        let group = self.fact(&Part::Group(name.clone()));
        self.group(&Entry {
            section: &name,
            ..entry
        });
        if !self.softer.contains(&(reason, group, instead)) {
            self.softer.push((reason, group, instead));
        }
        Ok(())
    }

    fn build(self) -> Result<Lists, SafetyError> {
        let innocent = innocent_words()?;
        let groups = self.facts.iter().filter_map(|(part, fact)| match part {
            Part::Group(name) => Some((name.clone(), *fact)),
            Part::Words(_) => None,
        });
        let groups: BTreeMap<String, u32> = groups.collect();
        let (texts, patterns): (Vec<_>, Vec<_>) = self.patterns.into_iter().unzip();
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(texts.iter().map(|(text, _)| text))
            .map_err(|error| SafetyError::TooLarge(error.to_string()))?;
        Ok(Lists {
            automaton,
            selling: groups.get(files::SELLING).copied().unwrap_or(u32::MAX),
            groups,
            patterns,
            rules: self.rules,
            softer: self.softer,
            words: self.words,
            english: self.english,
            withheld: self.withheld,
            barred: self.barred,
            hints: self.hints,
            innocent,
        })
    }
}
