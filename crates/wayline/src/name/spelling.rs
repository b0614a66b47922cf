//! Which words of a person look misspelt: a rare word beside a much more common one that differs
//! by a letter.

use foldhash::{HashMap, HashMapExt, HashSet};

use crate::corpus::{Corpus, words};
use crate::extract::Extracted;
use crate::nouns::Source;

/// Words of a person's queries that look misspelt.
pub(super) struct Spelling {
    misspelt: HashSet<String>,
}

/// Shorter words differ by a letter too often by chance.
const SHORTEST: usize = 4;
/// How many times more common the well-spelt sibling must be.
const MORE_COMMON: f64 = 2.0;

impl Spelling {
    pub(super) fn of(person: &Extracted, corpus: &Corpus) -> Self {
        // How common a word is: over people, and within this person's keywords.
        let mut common: HashMap<&str, f64> = HashMap::new();
        let mut typed: Vec<&str> = Vec::new();
        for keyword in &person.keywords {
            for word in words(&keyword.text).filter(|word| word.chars().count() >= SHORTEST) {
                *common
                    .entry(word)
                    .or_insert_with(|| corpus.share_of_word(word) * 100.0) +=
                    f64::from(keyword.visits);
                if keyword.sources.contains(Source::Query) {
                    typed.push(word);
                }
            }
        }
        typed.sort_unstable();
        typed.dedup();
        let by_deletion = siblings_by_deletion(common.keys().copied());
        let misspelt = typed
            .into_iter()
            .filter(|word| {
                let own = common.get(word).copied().unwrap_or(0.0);
                deletions(word).any(|key| {
                    by_deletion.get(&key).into_iter().flatten().any(|other| {
                        other != word
                            && common
                                .get(other)
                                .is_some_and(|known| *known >= MORE_COMMON * own)
                            && !differs_by_ending(word, other)
                            && strsim::damerau_levenshtein(word, other) == 1
                    })
                })
            })
            .map(str::to_owned)
            .collect();
        Self { misspelt }
    }

    pub(super) fn looks_misspelt(&self, text: &str) -> bool {
        words(text).any(|word| self.misspelt.contains(word))
    }
}

/// Words by all their forms with at most one letter left out: words at distance one share a form.
fn siblings_by_deletion<'a>(words: impl Iterator<Item = &'a str>) -> HashMap<String, Vec<&'a str>> {
    let mut siblings: HashMap<String, Vec<&str>> = HashMap::new();
    for word in words {
        for form in deletions(word) {
            siblings.entry(form).or_default().push(word);
        }
    }
    siblings
}

fn deletions(word: &str) -> impl Iterator<Item = String> + '_ {
    let whole = std::iter::once(word.to_owned());
    let shorter = word.char_indices().map(move |(start, character)| {
        let mut form = String::with_capacity(word.len());
        form.push_str(&word[..start]);
        form.push_str(&word[start + character.len_utf8()..]);
        form
    });
    whole.chain(shorter)
}

/// A plural is no typo.
fn differs_by_ending(left: &str, right: &str) -> bool {
    let (short, long) = if left.len() < right.len() {
        (left, right)
    } else {
        (right, left)
    };
    long.strip_prefix(short)
        .is_some_and(|rest| rest == "s" || rest == "d" || rest == "y" || rest == "e")
}
