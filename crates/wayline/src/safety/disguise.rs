//! Words that were written so that lists miss them, read as they are meant.
//!
//! Looked at are only words that nobody knows: neither the lists nor the embedder's vocabulary. Each is
//! read in these ways, and the first that makes a listed word of it holds:
//! look-alike letters ([`super::lookalike`]), digits and signs for letters (h3r0in, $ex, p*rn), letters
//! apart (p.o.r.n, p o r n, co caine), letters repeated (pooorn), words run together (buycocaine), and one
//! slip ([`super::near`]).

use std::borrow::Cow;

use super::entry::is_unspaced;
use super::fold::push_words;
use super::lists::Lists;
use super::lookalike::latin;
use super::near::Near;
use crate::embed::Embedder;

mod apart;
mod signs;
#[cfg(test)]
mod tests;

use signs::{Starred, as_letters, is_inside, is_sign};

/// Reads disguised words.
#[derive(Debug)]
pub(super) struct Disguise {
    near: Near,
    /// The same for words around numbers.
    hints: Near,
    starred: Starred,
}

/// Words that come before this many in the vocabulary are met everywhere.
const COMMON: u32 = 10_000;
/// A word run together with others has so many letters at least, and at most.
const RUN_TOGETHER: std::ops::RangeInclusive<usize> = 7..=40;
/// Letters that a word about something private has more than, to be known inside of a longer one.
const SHORT: usize = 6;
/// Letters of a word of any language, from which it is known inside of a longer one.
const OTHER: usize = 5;
/// Digits of a text in which words around numbers matter.
const NUMBER: usize = 3;

impl Disguise {
    pub(super) fn new(lists: &Lists) -> Self {
        let hints = lists.hints();
        Self {
            near: Near::new(lists.words(), lists.english(), lists.withheld()),
            hints: Near::new(hints, hints, hints),
            starred: Starred::new(&[lists.withheld(), lists.barred(), lists.words()]),
        }
    }

    /// The words of a written text with disguised ones as they are meant; none where there are none.
    pub(super) fn undone(&self, written: &str, lists: &Lists) -> Option<String> {
        let pieces = apart::pieces(written, &|word| is_listed(word, lists))?;
        // Whoever writes one word with digits writes all so, at their ends too.
        let signs = pieces.iter().any(|it| {
            let read = || as_letters(&it.text, false);
            is_inside(&it.text)
                && read()
                    .iter()
                    .any(|it| is_common(it) || is_listed(it, lists))
        });
        let mut out = String::with_capacity(written.len() + 2);
        let mut changed = false;
        out.push(' ');
        for piece in pieces {
            let meant = if piece.joined {
                self.meant_whole(&piece.text, lists)
            } else if piece.common {
                None
            } else {
                self.meant(&piece.text, lists, signs)
            };
            changed |= piece.joined || meant.is_some();
            push_words(meant.as_deref().unwrap_or(&piece.text), &mut out);
        }
        changed.then_some(out)
    }

    /// A written text with numbers in it as the eye reads it, its signs kept: look-alike letters as Latin
    /// ones, and words around numbers without their slips. None where it is that already.
    pub(super) fn unmasked(&self, written: &str) -> Option<String> {
        let digits = written.bytes().filter(u8::is_ascii_digit).count();
        if digits < NUMBER && !written.contains('@') {
            return None;
        }
        let mut changed = false;
        let chunks = written.split(' ').map(|chunk| {
            let mixed = || {
                chunk
                    .bytes()
                    .any(|it| it.is_ascii_alphabetic() || it == b'@')
            };
            let read = if chunk.is_ascii() {
                self.hint(chunk)
            } else if mixed() {
                latin(chunk)
            } else {
                None
            };
            changed |= read.is_some();
            read.map_or(Cow::Borrowed(chunk), Cow::Owned)
        });
        let chunks: Vec<Cow<'_, str>> = chunks.collect();
        changed.then(|| chunks.join(" "))
    }

    /// A misspelt word around numbers as it is spelt, with the signs beside it.
    fn hint(&self, chunk: &str) -> Option<String> {
        let word = chunk.trim_matches(|it: char| !it.is_ascii_alphabetic());
        let plain = word.len() > NUMBER && word.bytes().all(|it| it.is_ascii_alphabetic());
        if !plain || Embedder::builtin().place(word).is_some() {
            return None;
        }
        let near = || {
            self.hints
                .slipped(word)
                .or_else(|| self.hints.sounded(word))
        };
        let meant = self.hints.repeated(word).or_else(near)?;
        (meant != word).then(|| chunk.replacen(word, meant, 1))
    }

    /// What letters that were put apart mean together: whoever does that hides something, in whatever
    /// language.
    fn meant_whole(&self, piece: &str, lists: &Lists) -> Option<String> {
        let known = Embedder::builtin().place(piece).is_some() || lists.is_innocent(piece);
        if known && !lists.words().contains(piece) {
            return None;
        }
        let parts = || parted(piece, lists, true);
        self.meant(piece, lists, true).or_else(parts)
    }

    /// What a chunk without spaces means, where that isn't what it says. `signs`: digits stand for letters
    /// elsewhere in the text.
    fn meant(&self, piece: &str, lists: &Lists, signs: bool) -> Option<String> {
        let is_plain = |it: &str| it.bytes().all(|it| it.is_ascii_alphabetic());
        let bare = piece.trim_matches(|it: char| it.is_ascii_punctuation() && !is_sign(it));
        if is_plain(bare) {
            return self.meant_word(bare, lists);
        }
        let core = piece.trim_matches(|it: char| !it.is_alphanumeric() && !is_sign(it));
        if core.is_empty() || core.chars().any(is_unspaced) {
            return None;
        }
        if let Some(plain) = latin(core) {
            let meant = self.meant_signs(&plain, lists, signs);
            let meant = meant.unwrap_or_else(|| plain.clone());
            let is_known = |it: &str| lists.words().contains(it) || is_common(it);
            if meant.split(' ').any(is_known) {
                return Some(meant);
            }
        }
        self.meant_signs(core, lists, signs)
    }

    /// The same of a chunk whose letters are as they should be, with digits and signs among them.
    fn meant_signs(&self, core: &str, lists: &Lists, signs: bool) -> Option<String> {
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
        let readings = as_letters(core, signs);
        let withheld = |it: &&String| lists.barred().contains(it.as_str());
        let common = |it: &&String| (signs || is_inside(core)) && is_common(it);
        let listed = |it: &&String| words.contains(it.as_str());
        let known =
            |it: &&String| (signs || is_inside(core)) && Embedder::builtin().place(it).is_some();
        let kinds: [&dyn Fn(&&String) -> bool; 4] = [&withheld, &common, &listed, &known];
        let told = kinds.iter().find_map(|is| readings.iter().find(is));
        if let Some(letters) = told {
            return Some(letters.clone());
        }
        if let Some(meant) = readings
            .iter()
            .take(8)
            .find_map(|it| self.meant_word(it, lists))
        {
            return Some(meant);
        }
        if let Some(word) = self.starred.meant(core) {
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
        let near = || {
            let slipped = self.near.slipped(word);
            let sounded = slipped.or_else(|| self.near.sounded(word));
            sounded.or_else(|| self.near.slipped_twice(word))
        };
        parts.flatten().or_else(|| near().map(str::to_owned))
    }
}

/// Whether a word, maybe with digits for letters, stands in a list.
fn is_listed(word: &str, lists: &Lists) -> bool {
    let words = lists.words();
    let letters = as_letters(word, false);
    words.contains(word) || letters.iter().any(|it| words.contains(it.as_str()))
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
        _ => {
            let other = || lists.barred().contains(part) || embedder.place(part).is_some();
            lists.withheld().contains(part)
                || is_common(part)
                || (part.len() > SHORT
                    && (lists.english().contains(part) || lists.is_innocent(part)))
                // Of other languages too: heroinkaufen.
                || (part.len() >= OTHER && other())
        }
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
        let private = part.len() > SHORT && lists.english().contains(*part);
        let barred = part.len() >= OTHER && lists.barred().contains(*part);
        private
            || barred
            || (part.len() > if freely { 2 } else { longer } && listed.contains(*part))
    });
    (parts.len() > 1 && listed).then(|| parts.join(" "))
}

/// Whether a word is met everywhere.
fn is_common(word: &str) -> bool {
    let place = Embedder::builtin().place(word);
    place.is_some_and(|place| place < COMMON)
}
