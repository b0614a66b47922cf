//! Listed words that are one slip away from a word: a letter too many, missing, wrong, or two swapped.
//!
//! Every listed word stands under itself and under each form of it that lacks one letter; so does what is
//! looked for (the deletion neighbourhood of SymSpell, Garbe 2012). Two words that share a form are then
//! compared (optimal string alignment).

use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};
use std::hash::BuildHasher;

/// Shorter words have too many neighbours that are words of their own.
const SHORTEST: usize = 6;

/// Words with their neighbourhoods.
#[derive(Debug)]
pub(super) struct Near {
    words: Vec<String>,
    /// Per form: the last of its words among `links`.
    forms: HashMap<u32, u32>,
    /// A word, and where the next one of the same form stands.
    links: Vec<(u32, Option<u32>)>,
    /// Per word whose letters are written once each: the word.
    squeezed: HashMap<String, u32>,
    /// Per sound of a long word: the word.
    sounds: HashMap<String, u32>,
}

/// Letters of a word that is known by its sound, and consonants of that sound.
const SOUNDED: usize = 8;
const CONSONANTS: usize = 6;

impl Near {
    /// `slipped`: those words that are looked for among slips too.
    pub(super) fn new(words: &HashSet<String>, slipped: &HashSet<String>) -> Self {
        let mut words: Vec<String> = words.iter().cloned().collect();
        words.sort_unstable();
        let mut near = Self {
            words: Vec::new(),
            forms: HashMap::new(),
            links: Vec::new(),
            squeezed: HashMap::new(),
            sounds: HashMap::new(),
        };
        for (place, word) in (0_u32..).zip(&words) {
            near.squeezed.entry(squeezed(word)).or_insert(place);
            if word.len() >= SOUNDED && slipped.contains(word) {
                near.sounds.extend(sound(word).map(|sound| (sound, place)));
            }
            if word.chars().count() >= SHORTEST && slipped.contains(word) {
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

    /// The listed long word that sounds the same: conterfit.
    pub(super) fn sounded(&self, word: &str) -> Option<&str> {
        let found = sound(word).and_then(|sound| self.sounds.get(&sound))?;
        let listed = self.words[*found as usize].as_str();
        (word.len() + 3 > listed.len() && word.len() < listed.len() + 3).then_some(listed)
    }

    /// The first listed word that is one slip away.
    pub(super) fn slipped(&self, word: &str) -> Option<&str> {
        let length = word.chars().count();
        if !(SHORTEST - 1..=40).contains(&length) || word.bytes().any(|byte| byte.is_ascii_digit())
        {
            return None;
        }
        let mut found: Option<u32> = None;
        each_form(word, |form| {
            let mut next = self.forms.get(&form).copied();
            while let Some(link) = next {
                let (place, after) = self.links[link as usize];
                let known = found.is_some_and(|known| known <= place);
                if !known && is_slip(word, &self.words[place as usize]) {
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

/// The first letter and the consonants, letters of one sound as one; none of a word with few of them, or
/// with other letters than English ones.
fn sound(word: &str) -> Option<String> {
    if word.len() < SOUNDED - 1 || !word.bytes().all(|it| it.is_ascii_lowercase()) {
        return None;
    }
    let plain = word
        .replace("ph", "f")
        .replace("ck", "k")
        .replace("gh", "g");
    let letters = plain.as_bytes();
    let mut out = String::with_capacity(word.len());
    for (place, letter) in letters.iter().enumerate() {
        let soft = matches!(letters.get(place + 1), Some(b'e' | b'i' | b'y'));
        let sound = match letter {
            b'a' | b'e' | b'i' | b'o' | b'u' | b'y' | b'h' | b'w' if place > 0 => continue,
            b'c' if soft => 's',
            b'c' | b'q' => 'k',
            b'z' => 's',
            _ => char::from(*letter),
        };
        if !out.ends_with(sound) {
            out.push(sound);
        }
    }
    (out.len() >= CONSONANTS).then_some(out)
}

/// Whether one slip makes `listed` of `word`.
fn is_slip(word: &str, listed: &str) -> bool {
    let (word, listed): (Vec<char>, Vec<char>) = (word.chars().collect(), listed.chars().collect());
    let same = word.iter().zip(&listed).take_while(|(a, b)| a == b).count();
    // Hardly anybody gets the first letter wrong; other words differ there.
    if same == 0 {
        return false;
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
        let near = Near::new(&words, &words);
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
            ("cocaine7", None),
            ("", None),
        ] {
            assert_eq!(near.slipped(word), expected, "{word}");
        }
        assert_eq!(near.repeated("coooccaine"), Some("cocaine"));
        assert_eq!(near.repeated("nnnazzzi"), Some("nazi"));
        assert_eq!(near.repeated("cook"), None);
        let words = ["counterfeit", "supremacist"].map(str::to_owned);
        let words = words.into_iter().collect();
        let near = Near::new(&words, &words);
        assert_eq!(near.sounded("conterfit"), Some("counterfeit"));
        assert_eq!(near.sounded("suppremasyst"), Some("supremacist"));
        assert_eq!(near.sounded("counterfoil"), None);
    }
}
