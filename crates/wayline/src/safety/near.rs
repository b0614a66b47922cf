//! Listed words that are a slip away from a word: a letter too many, missing, wrong, or two swapped; long
//! ones that are two away; and words that sound the same.
//!
//! Every listed word stands under itself and under each form of it that lacks one letter; so does what is
//! looked for (the deletion neighbourhood of SymSpell, Garbe 2012). Two words that share a form are then
//! compared (optimal string alignment).

use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};
use std::hash::BuildHasher;
use strsim::osa_distance;

/// Shorter words have too many neighbours that are words of their own.
const SHORTEST: usize = 6;
/// Of words that are withheld a swap of two letters is forgiven from here on.
const SWAPPED: usize = 4;
/// Letters of a word that is withheld, and of which two slips are forgiven.
const LONG: usize = 11;
/// Letters of a word that is known by being spoken the same.
const SPOKEN: usize = 6;
/// Sounds of a word that is known by how it sounds.
const SOUNDS: usize = 4;

/// Words with their neighbourhoods.
#[derive(Debug)]
pub(super) struct Near {
    words: Vec<String>,
    /// Per word: whether it is withheld, so that more is forgiven.
    strict: Vec<bool>,
    /// Per form: the last of its words among `links`.
    forms: HashMap<u32, u32>,
    /// A word, and where the next one of the same form stands.
    links: Vec<(u32, Option<u32>)>,
    /// Per word whose letters are written once each: the word.
    squeezed: HashMap<String, u32>,
    /// Per sound: the words.
    sounds: HashMap<String, Vec<u32>>,
    /// Per spelling of what is spoken the same: the word.
    spoken: HashMap<String, u32>,
    /// Per first letter: long words that are withheld.
    long: HashMap<char, Vec<u32>>,
}

impl Near {
    /// `slipped`: those words that are looked for among slips too; `strict`: those of them of which more is
    /// forgiven.
    pub(super) fn new(
        words: &HashSet<String>,
        slipped: &HashSet<String>,
        strict: &HashSet<String>,
    ) -> Self {
        let mut words: Vec<String> = words.iter().cloned().collect();
        words.sort_unstable();
        let mut near = Self {
            words: Vec::new(),
            strict: words.iter().map(|word| strict.contains(word)).collect(),
            forms: HashMap::new(),
            links: Vec::new(),
            squeezed: HashMap::new(),
            sounds: HashMap::new(),
            spoken: HashMap::new(),
            long: HashMap::new(),
        };
        for (place, word) in (0_u32..).zip(&words) {
            near.squeezed.entry(squeezed(word)).or_insert(place);
            if !slipped.contains(word) {
                continue;
            }
            let strict = near.strict[place as usize];
            let length = word.chars().count();
            if length >= SPOKEN || (strict && length >= SWAPPED) {
                near.spoken.extend(spoken(word).map(|it| (it, place)));
            }
            if let Some(sound) = sound(word).filter(|it| it.len() >= SOUNDS) {
                near.sounds.entry(sound).or_default().push(place);
            }
            if let Some(first) = word.chars().next().filter(|_| strict && length >= LONG) {
                near.long.entry(first).or_default().push(place);
            }
            if length >= SHORTEST || (strict && length >= SWAPPED) {
                each_form(word, |form| {
                    let before = near.forms.insert(form, near.links.len() as u32);
                    near.links.push((place, before));
                });
            }
        }
        near.words = words;
        near
    }

    /// The listed word that differs by repeated letters alone.
    pub(super) fn repeated(&self, word: &str) -> Option<&str> {
        let squeezed = squeezed(word);
        // Of short words a doubled letter makes other words: only a longer run is no slip.
        let runs = word
            .as_bytes()
            .windows(3)
            .any(|it| it[0] == it[1] && it[1] == it[2]);
        let enough = if runs { 3 } else { 6 };
        let found = self.squeezed.get(&squeezed)?;
        (squeezed.chars().count() >= enough).then(|| self.words[*found as usize].as_str())
    }

    /// The listed word that sounds the same and is written much the same: conterfit.
    pub(super) fn sounded(&self, word: &str) -> Option<&str> {
        let same = spoken(word).and_then(|it| self.spoken.get(&it));
        let same = same.map(|place| self.words[*place as usize].as_str());
        // Bobs are no boobs.
        if let Some(listed) = same.filter(|listed| squeezed(listed) != squeezed(word)) {
            return Some(listed);
        }
        let found = sound(word).and_then(|sound| self.sounds.get(&sound))?;
        let mut fitting = found.iter().filter_map(|place| {
            let listed = &self.words[*place as usize];
            let away = osa_distance(word, listed);
            (away <= 1 + listed.len() / 4).then_some((away, *place))
        });
        let first = fitting.next()?;
        let nearest = fitting.fold(first, std::cmp::min);
        Some(&self.words[nearest.1 as usize])
    }

    /// The listed long word, one that is withheld, that is two slips away.
    pub(super) fn slipped_twice(&self, word: &str) -> Option<&str> {
        if word.chars().count() + 1 < LONG {
            return None;
        }
        let long = self.long.get(&word.chars().next()?)?;
        let mut fitting = long.iter().map(|place| &self.words[*place as usize]);
        fitting
            .find(|listed| {
                let near = word.len().abs_diff(listed.len()) <= 2;
                near && osa_distance(word, listed) <= 2
            })
            .map(String::as_str)
    }

    /// The first listed word that is one slip away.
    pub(super) fn slipped(&self, word: &str) -> Option<&str> {
        let length = word.chars().count();
        if !(SWAPPED..=40).contains(&length) || word.bytes().any(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let mut found: Option<u32> = None;
        each_form(word, |form| {
            let mut next = self.forms.get(&form).copied();
            while let Some(link) = next {
                let (place, after) = self.links[link as usize];
                let known = found.is_some_and(|known| known <= place);
                let strict = self.strict[place as usize];
                if !known && is_slip(word, &self.words[place as usize], strict) {
                    found = Some(place);
                }
                next = after;
            }
        });
        found.map(|place| self.words[place as usize].as_str())
    }
}

/// Calls `form` with the hash of the word and of each form of it that lacks a letter.
fn each_form(word: &str, mut form: impl FnMut(u32)) {
    let hasher = FixedState::default();
    let mut left = String::with_capacity(word.len());
    form(hasher.hash_one(word) as u32);
    let mut before = None;
    for (place, character) in word.char_indices() {
        // One of two equal letters is enough.
        if before.replace(character) == Some(character) {
            continue;
        }
        left.clear();
        left.push_str(&word[..place]);
        left.push_str(&word[place + character.len_utf8()..]);
        form(hasher.hash_one(left.as_str()) as u32);
    }
}

fn squeezed(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    for character in word.chars() {
        if !out.ends_with(character) {
            out.push(character);
        }
    }
    out
}

/// A word in one of the spellings that are spoken the same: kokayne, phuck; none with other letters than
/// English ones.
fn spoken(word: &str) -> Option<String> {
    if !word.bytes().all(|it| it.is_ascii_lowercase()) {
        return None;
    }
    let written = [
        ("ph", "f"),
        ("ck", "k"),
        ("cks", "x"),
        ("ks", "x"),
        ("qu", "kw"),
    ];
    Some(pronounced(word, &written, |letters, place| {
        Some(match letters[place] {
            b'c' if is_soft(letters, place) => 's',
            b'c' | b'q' if letters.get(place + 1) != Some(&b'h') => 'k',
            b'z' => 's',
            b'y' => 'i',
            other => char::from(other),
        })
    }))
}

/// The first letter and the consonants, letters of one sound as one; none of a short word, or one with
/// other letters than English ones.
fn sound(word: &str) -> Option<String> {
    if word.len() < SHORTEST || !word.bytes().all(|it| it.is_ascii_lowercase()) {
        return None;
    }
    let written = [
        ("ph", "f"),
        ("ck", "k"),
        ("gh", "g"),
        ("x", "ks"),
        ("tch", "ch"),
    ];
    Some(pronounced(word, &written, |letters, place| {
        Some(match letters[place] {
            b'a' | b'e' | b'i' | b'o' | b'u' | b'y' | b'h' | b'w' if place > 0 => return None,
            b'c' if is_soft(letters, place) => 's',
            b'c' | b'q' => 'k',
            b'z' => 's',
            other => char::from(other),
        })
    }))
}

/// A word by its sounds, each once where it stands twice in a row, after some letters were written as
/// others. `sound` is that of a letter in its place; none of one that isn't heard.
fn pronounced(
    word: &str,
    written: &[(&str, &str)],
    sound: impl Fn(&[u8], usize) -> Option<char>,
) -> String {
    let mut plain = word.to_owned();
    for (from, to) in written {
        plain = plain.replace(from, to);
    }
    let letters = plain.as_bytes();
    let mut out = String::with_capacity(plain.len());
    for sound in (0..letters.len()).filter_map(|place| sound(letters, place)) {
        if !out.ends_with(sound) {
            out.push(sound);
        }
    }
    out
}

/// Whether a `c` sounds as an `s`.
fn is_soft(letters: &[u8], place: usize) -> bool {
    matches!(letters.get(place + 1), Some(b'e' | b'i' | b'y'))
}

/// Whether one slip makes `listed` of `word`.
fn is_slip(word: &str, listed: &str, strict: bool) -> bool {
    let (word, listed): (Vec<char>, Vec<char>) = (word.chars().collect(), listed.chars().collect());
    if listed.len() < SHORTEST {
        // Short words have many neighbours: only two letters inside that were swapped.
        let same = word.iter().zip(&listed).take_while(|(a, b)| a == b).count();
        return strict
            && word.len() == listed.len()
            && same > 0
            && same + 2 < word.len() + usize::from(word.len() == SWAPPED)
            && word[same] == listed[same + 1]
            && word[same + 1] == listed[same]
            && word[same + 2..] == listed[same + 2..];
    }
    let same = word.iter().zip(&listed).take_while(|(a, b)| a == b).count();
    // Hardly anybody gets the first letter wrong, but it may be lacking; other words differ there.
    if same == 0 {
        return strict && listed.len() > SHORTEST && word[..] == listed[1..];
    }
    let (rest, wanted) = (&word[same..], &listed[same..]);
    match (rest, wanted) {
        ([], []) => true,
        // A last letter more is the next form of the same word; one less often another word.
        ([_, rest @ ..], wanted) if rest == wanted => word.len() > SHORTEST,
        (rest, [_, wanted @ ..]) if rest == wanted => !rest.is_empty(),
        ([_, rest @ ..], [_, wanted @ ..]) if rest == wanted => !rest.is_empty(),
        ([a, b, rest @ ..], [c, d, wanted @ ..]) => a == d && b == c && rest == wanted,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slip_is_forgiven_two_are_not() {
        let words = ["cocaine", "heroin", "порнуха", "nazi", "suicide"].map(str::to_owned);
        let words = words.into_iter().collect();
        let near = Near::new(&words, &words, &words);
        for (word, expected) in [
            ("cocane", Some("cocaine")),
            ("cociane", Some("cocaine")),
            ("cocainne", Some("cocaine")),
            ("cokaine", Some("cocaine")),
            ("herion", Some("heroin")),
            ("seroin", None),
            ("herois", None),
            ("cocan", None),
            ("prno", None),
            ("порлнуха", Some("порнуха")),
            ("nasi", None),
            ("ocaine", Some("cocaine")),
            ("cocaine7", None),
            ("", None),
        ] {
            assert_eq!(near.slipped(word), expected, "{word}");
        }
        assert_eq!(near.repeated("coooccaine"), Some("cocaine"));
        assert_eq!(near.repeated("nnnazzzi"), Some("nazi"));
        assert_eq!(near.repeated("cook"), None);
        assert_eq!(near.sounded("kokayne"), Some("cocaine"));
        assert_eq!(near.slipped_twice("cokane"), None);
        let words = ["counterfeit", "supremacist"].map(str::to_owned);
        let words = words.into_iter().collect();
        let near = Near::new(&words, &words, &words);
        assert_eq!(near.sounded("conterfit"), Some("counterfeit"));
        assert_eq!(near.sounded("suppremasyst"), Some("supremacist"));
        assert_eq!(near.sounded("counterfoil"), None);
    }
}
