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
}

impl<'a> PossibleName<'a> {
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
    fn expected_f1(&self, narrowing: &str, text: &str) -> f64 {
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

    fn has(text: &str, word: &str) -> bool {
        words(text).any(|other| folded(other) == folded(word))
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
    let own = candidate.keywords.iter().map(|(keyword, _)| *keyword);
    let shared = candidate.interests.iter().map(|(keyword, _)| *keyword);
    let mut indices: Vec<u32> = own.chain(shared).collect();
    indices.sort_unstable();
    indices.dedup();
    let mut possible: Vec<PossibleName<'a>> = indices
        .into_iter()
        .map(|index| {
            let keyword = &person.keywords[index as usize];
            PossibleName {
                narrowing: "",
                text: &keyword.text,
                typed: keyword.sources.contains(Source::Query),
                source: source(keyword),
                score: likely.expected_f1("", &keyword.text),
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
                score: likely.expected_f1(word, interest) - COMPOSING_COSTS,
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
