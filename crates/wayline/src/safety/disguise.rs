//! Words that were written so that lists miss them, read as they are meant.
//!
//! Looked at are only words that nobody knows: neither the lists nor the embedder's vocabulary. Each is
//! read in these ways, and the first that makes a listed word of it holds:
//! look-alike letters ([`super::lookalike`]), digits and signs for letters (h3r0in, $ex, p*rn), letters
//! apart (p.o.r.n, p o r n, co caine), letters repeated (pooorn), words run together (buycocaine), and one
//! slip ([`super::near`]).

use super::entry::is_unspaced;
use super::lists::Lists;
use super::lookalike::latin;
use super::near::Near;
use crate::embed::Embedder;

mod apart;
mod signs;
#[cfg(test)]
mod tests;

use signs::{as_letters, is_sign, starred};

/// Reads disguised words.
#[derive(Debug)]
pub(super) struct Disguise {
    near: Near,
}

/// Words that come before this many in the vocabulary are met everywhere.
const COMMON: u32 = 10_000;
/// A word run together with others has so many letters at least, and at most.
const RUN_TOGETHER: std::ops::RangeInclusive<usize> = 7..=40;

impl Disguise {
    pub(super) fn new(lists: &Lists) -> Self {
        Self {
            near: Near::new(lists.words(), lists.english()),
        }
    }

    /// The words of a written text with disguised ones as they are meant; none where there are none.
    pub(super) fn undone(&self, written: &str, lists: &Lists) -> Option<String> {
        let pieces = apart::pieces(written, &|word| is_listed(word, lists))?;
        let mut out = String::with_capacity(written.len() + 2);
        let mut changed = false;
        out.push(' ');
        for piece in pieces {
            let meant = if piece.joined {
                // Whoever puts letters apart hides something, in whatever language.
                let parts = || parted(&piece.text, lists, true);
                self.meant(&piece.text, lists).or_else(parts)
            } else if piece.common {
                None
            } else {
                self.meant(&piece.text, lists)
            };
            changed |= piece.joined || meant.is_some();
            push_words(meant.as_deref().unwrap_or(&piece.text), &mut out);
            if !out.ends_with(' ') {
                out.push(' ');
            }
        }
        changed.then_some(out)
    }

    /// What a chunk without spaces means, where that isn't what it says.
    fn meant(&self, piece: &str, lists: &Lists) -> Option<String> {
        let is_plain = |it: &str| it.bytes().all(|it| it.is_ascii_alphabetic());
        let bare = piece.trim_matches(|it: char| it.is_ascii_punctuation() && !is_sign(it));
        if is_plain(bare) {
            return self.meant_word(bare, lists);
        }
        let core = piece.trim_matches(|it: char| !it.is_alphanumeric() && !is_sign(it));
        if core.is_empty() || core.chars().any(is_unspaced) {
            return None;
        }
        if let Some(meant) = latin(core).and_then(|it| self.meant_signs(&it, lists).or(Some(it))) {
            let known = meant.split(' ').any(|it| lists.words().contains(it));
            if known {
                return Some(meant);
            }
        }
        self.meant_signs(core, lists)
    }

    /// The same of a chunk whose letters are as they should be, with digits and signs among them.
    fn meant_signs(&self, core: &str, lists: &Lists) -> Option<String> {
        let words = lists.words();
        if core.chars().all(char::is_alphabetic) {
            if words.contains(core) {
                return Some(core.to_owned());
            }
            return self.meant_word(core, lists);
        }
        if !core.chars().any(char::is_alphabetic) {
            return None;
        }
        for letters in as_letters(core) {
            let inside = core.trim_matches(|it: char| !it.is_alphabetic());
            let known = inside.len() < core.len() || inside.chars().all(char::is_alphabetic);
            let known = !known && Embedder::builtin().place(&letters).is_some();
            if known || words.contains(&letters) {
                return Some(letters);
            }
            if let Some(meant) = self.meant_word(&letters, lists) {
                return Some(meant);
            }
        }
        if let Some(word) = starred(core, words) {
            return Some(word.to_owned());
        }
        // What signs part: as one word, or each for itself.
        let together: String = core.chars().filter(|it| it.is_alphanumeric()).collect();
        if together.len() < core.len() && words.contains(&together) {
            return Some(together);
        }
        let mut out = String::new();
        let mut changed = false;
        for word in core.split(|it: char| !it.is_alphanumeric()) {
            let bare = word.trim_matches(|it: char| it.is_ascii_digit());
            let meant = self.meant_word(bare, lists);
            changed |= meant.is_some() || (bare != word && words.contains(bare));
            out.push_str(&meant.unwrap_or_else(|| bare.to_owned()));
            out.push(' ');
        }
        changed.then(|| out.trim().to_owned())
    }

    /// The same of letters alone.
    fn meant_word(&self, word: &str, lists: &Lists) -> Option<String> {
        let is_known = Embedder::builtin().place(word).is_some();
        if word.len() < 4 || is_known || lists.words().contains(word) || lists.is_innocent(word) {
            return None;
        }
        if let Some(found) = self.near.repeated(word).filter(|it| *it != word) {
            return Some(found.to_owned());
        }
        let once = without_runs(word);
        if once != word && Embedder::builtin().place(&once).is_some() {
            return Some(once);
        }
        let parts = RUN_TOGETHER
            .contains(&word.len())
            .then(|| parted(word, lists, false));
        let near = || self.near.slipped(word).or_else(|| self.near.sounded(word));
        parts.flatten().or_else(|| near().map(str::to_owned))
    }
}

/// Whether a word, maybe with digits for letters, stands in a list.
fn is_listed(word: &str, lists: &Lists) -> bool {
    let words = lists.words();
    let letters = as_letters(word);
    words.contains(word) || letters.iter().any(|it| words.contains(it.as_str()))
}

/// The words of a piece as [`super::fold::words`] gives them.
fn push_words(piece: &str, out: &mut String) {
    for character in piece.chars() {
        if character.is_alphanumeric() {
            out.push(character);
        } else if !out.ends_with(' ') {
            out.push(' ');
        }
    }
}

/// The word with every letter that stands three times and more in a row written once.
fn without_runs(word: &str) -> String {
    let letters: Vec<char> = word.chars().collect();
    let mut out = String::with_capacity(word.len());
    for run in letters.chunk_by(|a, b| a == b) {
        out.extend(run.iter().take(if run.len() > 2 { 1 } else { run.len() }));
    }
    out
}

/// The fewest words that a word can be cut into, if all of them are common or listed, and one is listed as
/// something that is withheld. `freely`: any word that is known or listed, in any language, will do.
fn parted(word: &str, lists: &Lists, freely: bool) -> Option<String> {
    if !word.is_ascii() {
        return None;
    }
    let embedder = Embedder::builtin();
    let is_word = |part: &str| match part.len() {
        1 => matches!(part, "a" | "i"),
        2 => embedder.place(part).is_some_and(|place| place < 400),
        _ if freely => lists.words().contains(part) || embedder.place(part).is_some(),
        _ => lists.withheld().contains(part) || is_common(part),
    };
    // Per end: the fewest words up to there, and where the last of them begins.
    let mut best: Vec<Option<(usize, usize)>> = vec![None; word.len() + 1];
    best[0] = Some((0, 0));
    for start in 0..word.len() {
        let Some((count, _)) = best[start] else {
            continue;
        };
        for end in start + 1..=word.len().min(start + 20) {
            if best[end].is_none_or(|(fewest, _)| count + 1 < fewest) && is_word(&word[start..end])
            {
                best[end] = Some((count + 1, start));
            }
        }
    }
    let mut parts = Vec::new();
    let mut end = word.len();
    while end > 0 {
        let (_, start) = best[end]?;
        parts.push(&word[start..end]);
        end = start;
    }
    parts.reverse();
    // Inside of a word short ones stand by chance: combi-nazi-one.
    let last = parts.len() - 1;
    let mut places = parts.iter().enumerate();
    let listed = places.any(|(place, part)| {
        let longer = if place == 0 || place == last { 3 } else { 5 };
        let listed = if freely {
            lists.words()
        } else {
            lists.withheld()
        };
        part.len() > if freely { 2 } else { longer } && listed.contains(*part)
    });
    (parts.len() > 1 && listed).then(|| parts.join(" "))
}

/// Whether a word is met everywhere.
fn is_common(word: &str) -> bool {
    let place = Embedder::builtin().place(word);
    place.is_some_and(|place| place < COMMON)
}
