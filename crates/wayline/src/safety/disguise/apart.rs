//! Letters that were put apart.

use std::borrow::Cow;

use super::is_common;

/// Letters of a piece of a word that was cut.
const SHORT: usize = 4;
/// Pieces that a word may be cut into, single letters aside.
const MOST: usize = 5;
/// Letters of a word that is put together of short pieces.
const WHOLE: std::ops::RangeInclusive<usize> = 4..=14;

/// A chunk of a text without spaces.
pub(super) struct Piece<'t> {
    pub(super) text: Cow<'t, str>,
    /// Whether it was put together of letters or pieces apart.
    pub(super) joined: bool,
}

/// The chunks of a text between its spaces, with letters that stand alone put together, and short pieces
/// that make a listed word.
pub(super) fn pieces<'t>(written: &'t str, is_listed: &dyn Fn(&str) -> bool) -> Vec<Piece<'t>> {
    let chunks = written.split(' ').filter(|chunk| !chunk.is_empty());
    let chunks: Vec<&str> = chunks.collect();
    let mut pieces = Vec::with_capacity(chunks.len());
    let mut next = 0;
    while next < chunks.len() {
        let rest = &chunks[next..];
        let alone = rest.iter().take_while(|it| is_alone(it)).count();
        let (count, joined) = if alone >= 3 {
            (alone, Some(rest[..alone].concat().replace(is_parting, "")))
        } else if let Some((count, word)) = cut(rest, is_listed) {
            (count, Some(word))
        } else {
            (1, within(rest[0]))
        };
        next += count;
        pieces.push(Piece {
            joined: joined.is_some(),
            text: joined.map_or(Cow::Borrowed(rest[0]), Cow::Owned),
        });
    }
    pieces
}

/// A letter, or a sign for one, with nothing beside it but what parts it from others; or that alone.
fn is_alone(chunk: &str) -> bool {
    let mut characters = chunk.chars().filter(|it| !is_parting(*it));
    characters.next().is_none() || characters.next().is_none()
}

fn is_parting(character: char) -> bool {
    character == '*' || !(character.is_alphanumeric() || super::is_sign(character))
}

/// A chunk whose letters stand alone between signs, without the signs: p.o.r.n.
fn within(chunk: &str) -> Option<String> {
    if chunk.bytes().all(|it| it.is_ascii_alphanumeric()) {
        return None;
    }
    let parts = chunk.split(is_parting).filter(|part| !part.is_empty());
    let letters: Vec<&str> = parts.collect();
    let alone = letters.iter().filter(|part| part.chars().count() == 1);
    (letters.len() >= 3 && alone.count() + 1 >= letters.len()).then(|| letters.concat())
}

/// The first pieces of a text that make a listed word together, and how many they are.
fn cut(chunks: &[&str], is_listed: &dyn Fn(&str) -> bool) -> Option<(usize, String)> {
    let mut together = String::new();
    let mut all_short = true;
    let mut uncommon = false;
    for (count, chunk) in (1..=MOST).zip(chunks) {
        let piece = chunk.trim_matches(|it: char| !it.is_alphanumeric());
        if piece.is_empty() || together.len() + piece.len() > 4 * *WHOLE.end() {
            return None;
        }
        all_short &= piece.chars().count() < SHORT;
        uncommon |= piece.bytes().all(|it| it.is_ascii_alphabetic()) && !is_common(piece);
        together.push_str(piece);
        // Short everyday words follow each other in any text; three that make one word don't.
        let odd = uncommon || (all_short && count > 2);
        let length = together.chars().count();
        if length > *WHOLE.end() || !together.chars().all(char::is_alphanumeric) {
            return None;
        }
        if count > 1 && odd && WHOLE.contains(&length) && is_listed(&together) {
            return Some((count, together));
        }
    }
    None
}
