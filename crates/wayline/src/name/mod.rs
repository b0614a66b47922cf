//! What a journey is called: the text with the highest expected token F1 with the name that somebody
//! would give it.
//!
//! A model says how likely each word of the journey stands in its name, learned from names that
//! people gave. Of all texts that the journey offers the one is taken whose words are the likeliest,
//! too many and too few both counting against it: minimum Bayes risk (Kumar and Byrne, *Minimum
//! Bayes-risk decoding for statistical machine translation*, 2004). No two journeys of a person
//! share a name, no typo stands where a well-spelt sibling exists, and the case is natural.

pub mod asked;
mod case;
mod spelling;
mod texts;
mod words;

pub use case::title_case;
pub use words::{
    FEATURES, FILLERS, JourneyWord, SIGNS, WordModel, folded, is_filler, journey_words,
};

use foldhash::HashSet;

use crate::affinity::UnitSpace;
use crate::assign::Candidate;
use crate::corpus::Corpus;
use crate::extract::Extracted;
use crate::nouns::{KnownJourney, NameReason, NameSource};

use spelling::Spelling;
use texts::{LikelyWords, PossibleName, possible_names};

/// A name and why it was chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct Name {
    /// In natural case.
    pub text: String,
    /// What it is made from.
    pub source: NameSource,
    /// The expected token F1 that it won by, 0 to 1; 0 where all texts are taken by other journeys and
    /// a number tells this one apart.
    pub score: f64,
    /// The text that came second, if there was one; of a name by a language model, what the room would
    /// call it.
    pub runner_up: Option<String>,
    /// Why a language model, where one was asked, didn't name it.
    pub reason: Option<NameReason>,
    /// The strongest keywords that the journey held when a language model gave it this name; else none.
    pub named_for: Vec<String>,
}

/// What the choice of names looks at.
#[derive(Clone, Copy)]
pub struct Naming<'a> {
    /// The person.
    pub person: &'a Extracted,
    /// What everybody's log says of words.
    pub corpus: &'a Corpus,
    /// Where keywords stand in meaning.
    pub space: &'a UnitSpace,
    /// How likely words stand in names.
    pub model: &'a WordModel,
}

impl<'a> Naming<'a> {
    /// Names all candidates; the one with the most evidence chooses first.
    #[must_use]
    pub fn name_all(&self, candidates: &[Candidate]) -> Vec<Name> {
        self.name_again(candidates, &vec![None; candidates.len()])
    }

    /// The same where some had a name before, each in its candidate's place. A name stays while its
    /// journey has no new evidence, and after that until another text does clearly better.
    #[must_use]
    pub fn name_again(
        &self,
        candidates: &[Candidate],
        before: &[Option<&KnownJourney>],
    ) -> Vec<Name> {
        let mut spelling = Spelling::of(self.person, self.corpus);
        let mut order: Vec<usize> = (0..candidates.len()).collect();
        order.sort_by(|left, right| {
            candidates[*right]
                .weight
                .total_cmp(&candidates[*left].weight)
        });
        let had = before.iter().flatten().map(|it| it.name.to_lowercase());
        // Nobody gets a name that another may keep.
        let mut kept: HashSet<String> = had.collect();
        let mut taken: HashSet<String> = HashSet::default();
        let mut names: Vec<Option<Name>> = vec![None; candidates.len()];
        for index in order {
            let candidate = &candidates[index];
            let its = before[index].filter(|it| kept.remove(&it.name.to_lowercase()));
            let is_free = |text: &str| !taken.contains(text) && !kept.contains(text);
            let name = match its {
                Some(its) if !has_new_evidence(candidate, its) => named_before(its, 0.0, None),
                _ => {
                    let (scored, likely) = self.best_texts(candidate, &mut spelling);
                    let best = self.first_free(&scored, is_free, candidate);
                    match its {
                        None => best,
                        Some(its) => longer(its, best, &likely),
                    }
                }
            };
            taken.insert(name.text.to_lowercase());
            names[index] = Some(name);
        }
        names.into_iter().flatten().collect()
    }

    /// What it could be called, best first, those that look misspelt or are too long behind all others. Spelling is
    /// looked at until enough good texts are found; what follows can't be chosen.
    fn best_texts(
        &self,
        candidate: &Candidate,
        spelling: &mut Spelling<'a>,
    ) -> (Vec<PossibleName<'a>>, LikelyWords<'a>) {
        let words = journey_words(self.person, self.corpus, self.space, candidate);
        let likely = LikelyWords::of(&words, self.model);
        let mut possible = possible_names(self.person, candidate, &likely, spelling);
        possible.sort_by(|left, right| {
            let by_worth = right.worth().total_cmp(&left.worth());
            let by_weight = right.weight.total_cmp(&left.weight);
            by_worth
                .then(by_weight)
                .then_with(|| left.text().cmp(&right.text()))
        });
        let (mut good, mut misspelt) = (Vec::new(), Vec::new());
        for text in possible {
            let enough = good.len() >= GOOD_NAMES;
            if text.is_too_long() || !enough && text.typed && spelling.looks_misspelt(&text.text())
            {
                misspelt.push(text);
            } else {
                good.push(text);
            }
        }
        good.append(&mut misspelt);
        (good, likely)
    }

    fn first_free(
        &self,
        scored: &[PossibleName<'_>],
        is_free: impl Fn(&str) -> bool,
        candidate: &Candidate,
    ) -> Name {
        let mut free = scored
            .iter()
            .map(|scored| (scored, title_case(&scored.shortened())))
            .filter(|(_, text)| is_free(&text.to_lowercase()));
        if let Some((best, text)) = free.next() {
            return Name {
                text,
                source: best.source,
                score: best.score,
                runner_up: free.next().map(|(_, text)| text),
                reason: None,
                named_for: Vec::new(),
            };
        }
        // Every text is taken (two journeys with one keyword each): tell it apart by a number.
        let strongest = candidate
            .keywords
            .first()
            .map_or("journey", |(keyword, _)| {
                self.person.keywords[*keyword as usize].text.as_str()
            });
        let base = title_case(strongest);
        let text = (2..)
            .map(|number| format!("{base} {number}"))
            .find(|text| is_free(&text.to_lowercase()))
            .unwrap_or(base);
        Name {
            text,
            source: NameSource::Composed,
            score: 0.0,
            runner_up: None,
            reason: None,
            named_for: Vec::new(),
        }
    }
}

/// What another text must be better by, in expected token F1, to take the place of a name that people
/// have seen.
const RENAMING_COSTS: f64 = 0.15;

fn has_new_evidence(candidate: &Candidate, before: &KnownJourney) -> bool {
    candidate.events > before.events || candidate.last_active_at() > before.last_active_at
}

fn longer(before: &KnownJourney, best: Name, likely: &LikelyWords<'_>) -> Name {
    let score = likely.expected_f1("", &before.name.to_lowercase());
    if best.score > score + RENAMING_COSTS {
        return best;
    }
    named_before(before, score, Some(best.text))
}

fn named_before(before: &KnownJourney, score: f64, runner_up: Option<String>) -> Name {
    let is_other = |text: &String| text.to_lowercase() != before.name.to_lowercase();
    Name {
        text: before.name.clone(),
        source: before.name_source,
        score,
        runner_up: runner_up.filter(is_other),
        reason: None,
        named_for: before.named_for.clone(),
    }
}

/// So many well-spelt texts are enough to find one that no other journey of the person has.
const GOOD_NAMES: usize = 8;

#[cfg(test)]
mod tests;
