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
    /// Whether it is a word that is met everywhere, so that nothing is hidden in it.
    pub(super) common: bool,
}

struct Chunk<'t> {
    text: &'t str,
    common: bool,
    alone: bool,
}

/// The chunks of a text between its spaces, with letters that stand alone put together, and short pieces
/// that make a listed word; none where every chunk is a common word that can be no piece of another.
pub(super) fn pieces<'t>(
    written: &'t str,
    is_listed: &dyn Fn(&str) -> bool,
) -> Option<Vec<Piece<'t>>> {
    let chunks: Vec<Chunk<'t>> = written
        .split(' ')
        .filter(|text| !text.is_empty())
        .map(|text| Chunk {
            text,
            common: is_common(text),
            alone: is_alone(text),
        })
        .collect();
    let shorts = |it: &[Chunk<'_>]| it.iter().all(|it| it.text.len() < SHORT);
    if chunks.iter().all(|it| it.common) && !chunks.windows(3).any(shorts) {
        return None;
    }
    let mut pieces = Vec::with_capacity(chunks.len());
    let mut next = 0;
    while next < chunks.len() {
        let rest = &chunks[next..];
        let alone = rest.iter().take_while(|it| it.alone).count();
        let (count, joined) = if alone >= 3 {
            (alone, Some(put_together(&rest[..alone])))
        } else if let Some((count, word)) = cut(rest, is_listed) {
            (count, Some(word))
        } else {
            (1, within(rest[0].text))
        };
        next += count;
        pieces.push(Piece {
            joined: joined.is_some(),
            common: rest[0].common,
            text: joined.map_or(Cow::Borrowed(rest[0].text), Cow::Owned),
        });
    }
    Some(pieces)
}

/// A letter, or a sign for one, with nothing beside it but what parts it from others; or that alone.
fn is_alone(chunk: &str) -> bool {
    let mut characters = chunk.chars().filter(|it| !is_parting(*it));
    characters.next().is_none() || characters.next().is_none()
}

fn put_together(chunks: &[Chunk<'_>]) -> String {
    let texts = chunks.iter().flat_map(|it| it.text.chars());
    texts.filter(|it| !is_parting(*it)).collect()
}

fn is_parting(character: char) -> bool {
    character == '*' || !(character.is_alphanumeric() || super::is_sign(character))
}

/// A chunk whose letters stand alone between signs, without the signs: p.o.r.n.
fn within(chunk: &str) -> Option<String> {
    if chunk.bytes().all(|it| it.is_ascii_alphanumeric()) {
        return None;
    }
    let sign = always_between(chunk);
    // Stars hide letters rather than part them.
    let parts = chunk.split(|it| (is_parting(it) && it != '*') || Some(it) == sign);
    let letters: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    let alone = letters.iter().filter(|part| part.chars().count() == 1);
    (letters.len() >= 3 && alone.count() + 1 >= letters.len()).then(|| letters.concat())
}

/// The sign that stands between all letters of a chunk: p|o|r|n.
fn always_between(chunk: &str) -> Option<char> {
    let sign = chunk.chars().nth(1).filter(|it| !it.is_alphanumeric())?;
    let mut others = chunk.chars().skip(1).step_by(2);
    (chunk.chars().count() >= 5 && others.all(|it| it == sign)).then_some(sign)
}

/// The first pieces of a text that make a listed word together, and how many they are.
fn cut(chunks: &[Chunk<'_>], is_listed: &dyn Fn(&str) -> bool) -> Option<(usize, String)> {
    // Short everyday words follow each other in any text; three that make one word don't.
    let odd = |it: &Chunk<'_>| !it.common && it.text.len() <= *WHOLE.end();
    let near = &chunks[..chunks.len().min(3)];
    let all_short = near.len() == 3 && near.iter().all(|it| it.text.len() < SHORT);
    if !near.iter().take(2).any(odd) && !all_short {
        return None;
    }
    let mut together = String::new();
    let mut all_short = true;
    let mut uncommon = false;
    for (count, chunk) in (1..=MOST).zip(chunks) {
        let piece = chunk.text.trim_matches(|it: char| !it.is_alphanumeric());
        let length = together.chars().count() + piece.chars().count();
        if piece.is_empty() || length > *WHOLE.end() || !piece.chars().all(char::is_alphanumeric) {
            return None;
        }
        all_short &= piece.chars().count() < SHORT;
        uncommon |= piece.bytes().all(|it| it.is_ascii_alphabetic()) && !is_common(piece);
        together.push_str(piece);
        let odd = uncommon || (all_short && count > 2);
        if count > 1 && odd && length >= *WHOLE.start() && is_listed(&together) {
            return Some((count, together));
        }
    }
    None
}
