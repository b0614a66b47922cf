//! What a journey could be called, and how well each text would do.

use std::borrow::Cow;

use foldhash::HashMap;

use crate::assign::Candidate;
use crate::corpus::words;
use crate::extract::{Extracted, Keyword};
use crate::nouns::{NameSource, Source};

use super::spelling::Spelling;
use super::words::{JourneyWord, WordModel, folded, is_filler};

/// A text that could be a name.
#[derive(Clone, Copy, Debug)]
pub(super) struct PossibleName<'a> {
    /// A word before an interest that it narrows; empty where the text stands in the log.
    narrowing: &'a str,
    text: &'a str,
    /// Whether the person typed it, rather than content understanding.
    pub(super) typed: bool,
    pub(super) source: NameSource,
    /// Expected token F1 with the name that somebody would give, 0 to 1.
    pub(super) score: f64,
    /// How much of the journey the keyword is; 0 for what isn't one of its keywords.
    pub(super) weight: f64,
}

/// Longer texts are no names: they are used where nothing else is left, and cut.
const MOST_WORDS: usize = 10;

impl<'a> PossibleName<'a> {
    /// What it is chosen by.
    pub(super) fn worth(&self) -> f64 {
        let composed = !self.narrowing.is_empty();
        self.score - if composed { COMPOSING_COSTS } else { 0.0 }
    }

    pub(super) fn is_too_long(&self) -> bool {
        self.text.split(' ').nth(MOST_WORDS).is_some()
    }

    /// The text with at most so many words as a name has.
    pub(super) fn shortened(&self) -> Cow<'a, str> {
        let mut spaces = self.text.match_indices(' ');
        match spaces.nth(MOST_WORDS - 1) {
            Some((end, _)) => Cow::Owned(format!("{}…", &self.text[..end])),
            None => self.text(),
        }
    }

    pub(super) fn text(&self) -> Cow<'a, str> {
        match self.narrowing {
            "" => Cow::Borrowed(self.text),
            word => Cow::Owned(format!("{word} {}", self.text)),
        }
    }
}

/// Interests that are narrowed, the best supported.
const NARROWED: usize = 8;
/// Words that narrow them, the likeliest.
const NARROWING: usize = 6;
/// What a composed phrase must be better by: one that somebody wrote reads better.
const COMPOSING_COSTS: f64 = 0.02;
/// Words that begin with the same so many letters are taken for forms of one.
const STEM: usize = 4;
/// Shorter words narrow nothing.
const SHORTEST: usize = 3;

/// How likely the words of one journey stand in its name.
pub(super) struct LikelyWords<'a> {
    by_folded: HashMap<&'a str, f64>,
    /// Those that could narrow an interest, likeliest first.
    narrowing: Vec<&'a str>,
    words_of_a_name: f64,
}

impl<'a> LikelyWords<'a> {
    pub(super) fn of(found: &[JourneyWord<'a>], model: &WordModel) -> Self {
        let likely = |word: &JourneyWord<'_>| f64::from(model.in_name.probability(&word.features));
        let mut in_order: Vec<(f64, &'a str)> =
            found.iter().map(|word| (likely(word), word.text)).collect();
        let by_folded = in_order
            .iter()
            .map(|(likely, word)| (folded(word), *likely))
            .collect();
        in_order.retain(|(_, word)| {
            // English puts no plural before what it narrows.
            let is_plural = word.ends_with('s') && !word.ends_with("ss");
            !is_filler(word)
                && !is_plural
                && word.chars().nth(SHORTEST - 1).is_some()
                && word.chars().all(char::is_alphabetic)
        });
        in_order.sort_by(|left, right| right.0.total_cmp(&left.0).then(left.1.cmp(right.1)));
        Self {
            by_folded,
            narrowing: in_order.into_iter().map(|(_, word)| word).collect(),
            words_of_a_name: f64::from(model.words_of_a_name),
        }
    }

    /// The token F1 to expect between a text and the name that somebody would give: twice the
    /// expected words in common over the words of both.
    pub(super) fn expected_f1(&self, narrowing: &str, text: &str) -> f64 {
        let (mut count, mut common) = (0_u32, 0.0);
        let mut seen: [&str; 16] = [""; 16];
        let all = words(narrowing).chain(words(text));
        for word in all.filter(|word| !is_filler(word)).map(folded) {
            if seen[..(count as usize).min(16)].contains(&word) {
                continue;
            }
            if let Some(place) = seen.get_mut(count as usize) {
                *place = word;
            }
            count += 1;
            common += self.by_folded.get(word).copied().unwrap_or(0.0);
        }
        2.0 * common / (f64::from(count) + self.words_of_a_name)
    }

    /// Whether a text has a word, or another form of it: "swimming" has "swim".
    fn has(text: &str, word: &str) -> bool {
        let stem = |word: &str| match word.char_indices().nth(STEM) {
            Some((end, _)) => word[..end].to_owned(),
            None => folded(word).to_owned(),
        };
        words(text).any(|other| stem(other) == stem(word))
    }
}

/// Everything that a journey could be called: its keywords, the interests of its items, and
/// interests narrowed by a word.
pub(super) fn possible_names<'a>(
    person: &'a Extracted,
    candidate: &Candidate,
    likely: &LikelyWords<'a>,
    spelling: &mut Spelling<'a>,
) -> Vec<PossibleName<'a>> {
    let own = candidate.keywords.iter().copied();
    let shared = candidate
        .interests
        .iter()
        .map(|(keyword, _)| (*keyword, 0.0));
    let mut indices: Vec<(u32, f64)> = own.chain(shared).collect();
    indices.sort_by(|left, right| left.0.cmp(&right.0).then(right.1.total_cmp(&left.1)));
    indices.dedup_by_key(|(index, _)| *index);
    let mut possible: Vec<PossibleName<'a>> = indices
        .into_iter()
        .map(|(index, weight)| {
            let keyword = &person.keywords[index as usize];
            PossibleName {
                narrowing: "",
                text: &keyword.text,
                typed: keyword.sources.contains(Source::Query),
                source: source(keyword),
                score: likely.expected_f1("", &keyword.text),
                weight,
            }
        })
        .collect();
    let well_spelt: Vec<&str> = likely
        .narrowing
        .iter()
        .copied()
        .filter(|word| !spelling.looks_misspelt(word))
        .take(NARROWING)
        .collect();
    for (interest, _) in candidate.interests.iter().take(NARROWED) {
        let interest = &person.keywords[*interest as usize].text;
        let narrowing = well_spelt.iter();
        for word in narrowing.filter(|word| !LikelyWords::has(interest, word)) {
            possible.push(PossibleName {
                score: likely.expected_f1(word, interest),
                weight: 0.0,
                narrowing: word,
                text: interest,
                typed: false,
                source: NameSource::Composed,
            });
        }
    }
    possible
}

fn source(keyword: &Keyword) -> NameSource {
    if keyword.sources.contains(Source::Interest) {
        NameSource::Interest
    } else {
        NameSource::Keyword
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_interest_is_narrowed_by_a_form_of_its_own_words() {
        for (interest, word) in [
            ("swimming", "swim"),
            ("smoking meat", "smoke"),
            ("puppies", "puppy"),
            ("wedding guest dresses", "dress"),
            ("homeschooling", "homeschool"),
            ("beach weddings", "wedding"),
        ] {
            assert!(LikelyWords::has(interest, word), "{word} {interest}");
        }
        for (interest, word) in [("weddings", "beach"), ("ties", "tea")] {
            assert!(!LikelyWords::has(interest, word), "{word} {interest}");
        }
    }
}
