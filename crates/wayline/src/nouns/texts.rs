//! Texts of one person, each kept once, and their normal form.

use std::hash::{BuildHasher, Hasher};
use std::num::NonZeroU32;
use std::ops::Range;

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use unicode_normalization::UnicodeNormalization;

/// A text of a [`TextTable`]. Only meaningful together with the table that gave it out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextId(NonZeroU32);

impl TextId {
    /// Position in the order of first appearance, from 0.
    #[must_use]
    pub fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// Distinct texts, stored back to back, found again by hash.
///
/// A person's log repeats the same titles and annotations hundreds of times; rooms handle the
/// distinct ones only.
#[derive(Clone, Default)]
pub struct TextTable {
    bytes: String,
    ends: Vec<usize>,
    lookup: HashTable<TextId>,
    hasher: FixedState,
}

impl TextTable {
    /// The id of `text`, which is added when it is new.
    pub fn intern(&mut self, text: &str) -> TextId {
        let Self {
            bytes,
            ends,
            lookup,
            hasher,
        } = self;
        let hash = hash_of(hasher, text.as_bytes());
        let known = bytes.as_bytes();
        let is_same = |id: &TextId| &known[range(ends, *id)] == text.as_bytes();
        if let Some(id) = lookup.find(hash, is_same) {
            return *id;
        }
        bytes.push_str(text);
        ends.push(bytes.len());
        // A table holds the texts of one person, far fewer than u32::MAX.
        let id = TextId(NonZeroU32::MIN.saturating_add(ends.len() as u32 - 1));
        lookup.insert_unique(hash, id, |other| {
            hash_of(hasher, &bytes.as_bytes()[range(ends, *other)])
        });
        id
    }

    /// The text behind an id of this table.
    #[must_use]
    pub fn get(&self, id: TextId) -> &str {
        slice(&self.bytes, &self.ends, id)
    }

    /// The id of the text at a position of the order of first appearance, if there is one.
    #[must_use]
    pub fn id_at(&self, index: usize) -> Option<TextId> {
        let id = NonZeroU32::new(u32::try_from(index).ok()?.checked_add(1)?)?;
        (index < self.ends.len()).then_some(TextId(id))
    }

    /// All texts in the order of first appearance.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(&0).chain(&self.ends);
        starts
            .zip(&self.ends)
            .map(|(start, end)| &self.bytes[*start..*end])
    }

    /// How many distinct texts there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Forgets all texts and keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.lookup.clear();
    }
}

fn slice<'a>(bytes: &'a str, ends: &[usize], id: TextId) -> &'a str {
    &bytes[range(ends, id)]
}

fn range(ends: &[usize], id: TextId) -> Range<usize> {
    let index = id.index();
    let start = if index == 0 { 0 } else { ends[index - 1] };
    start..ends[index]
}

fn hash_of(hasher: &FixedState, text: &[u8]) -> u64 {
    let mut hasher = hasher.build_hasher();
    hasher.write(text);
    hasher.finish()
}

/// The normal form of a query, annotation or interest: NFKC, lower case, single spaces, no space
/// at either end. Other languages and scripts survive.
///
/// Writes into `out` (cleared first), so that a caller can reuse one buffer.
pub fn normalize(text: &str, out: &mut String) {
    out.clear();
    if is_ascii_with_single_spaces(text) {
        // Nearly every text: only its case can differ from its normal form.
        out.push_str(text);
        out.make_ascii_lowercase();
        return;
    }
    if text.is_ascii() {
        for byte in text.bytes() {
            push_char(char::from(byte.to_ascii_lowercase()), out);
        }
    } else {
        // Lower case by whole texts, not by characters: a Greek sigma differs at a word's end.
        for character in text.nfkc().collect::<String>().to_lowercase().chars() {
            push_char(character, out);
        }
    }
    if out.ends_with(' ') {
        out.pop();
    }
}

/// Whether a text has neither a letter, a digit nor a pictograph: signs, marks or invisible
/// characters alone, which name no goal.
#[must_use]
pub fn is_wordless(text: &str) -> bool {
    let is_word = |it: char| it.is_alphanumeric() || is_pictograph(it);
    !text.chars().any(is_word)
}

/// Unicode's property Extended_Pictographic (emoji-data.txt), but for signs of brands and rights.
const fn is_pictograph(character: char) -> bool {
    matches!(character,
        '\u{231a}'..='\u{231b}' | '\u{2328}' | '\u{23cf}' | '\u{23e9}'..='\u{23f3}'
        | '\u{23f8}'..='\u{23fa}' | '\u{25b6}' | '\u{25c0}' | '\u{25fb}'..='\u{25fe}'
        | '\u{2600}'..='\u{2605}' | '\u{2607}'..='\u{2612}' | '\u{2614}'..='\u{2685}'
        | '\u{2690}'..='\u{2705}' | '\u{2708}'..='\u{2712}' | '\u{2714}' | '\u{2716}' | '\u{271d}'
        | '\u{2721}' | '\u{2728}' | '\u{2733}'..='\u{2734}' | '\u{2744}' | '\u{2747}' | '\u{274c}'
        | '\u{274e}' | '\u{2753}'..='\u{2755}' | '\u{2757}' | '\u{2763}'..='\u{2767}'
        | '\u{2795}'..='\u{2797}' | '\u{27a1}' | '\u{27b0}' | '\u{27bf}' | '\u{2934}'..='\u{2935}'
        | '\u{2b05}'..='\u{2b07}' | '\u{2b1b}'..='\u{2b1c}' | '\u{2b50}' | '\u{2b55}'
        | '\u{1f000}'..='\u{1faff}')
}

/// Whether the text is ASCII and has nothing but single spaces between words: no other white space
/// and no control character.
fn is_ascii_with_single_spaces(text: &str) -> bool {
    let mut after_space = true;
    for byte in text.bytes() {
        let is_space = byte == b' ';
        if !(is_space && !after_space || byte.is_ascii_graphic()) {
            return false;
        }
        after_space = is_space;
    }
    !after_space
}

fn push_char(character: char, out: &mut String) {
    if is_space(character) {
        if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    } else {
        out.push(character);
    }
}

/// Unicode's white space, and the four separators of ASCII that other languages (Python) count
/// as space too.
fn is_space(character: char) -> bool {
    character.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&character)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn normal(text: &str) -> String {
        let mut out = String::new();
        normalize(text, &mut out);
        out
    }

    #[test]
    fn case_space_and_compatibility_forms_fold() {
        assert_eq!(normal("  Beach\t WEDDING \n ideas "), "beach wedding ideas");
        assert_eq!(normal("ﬁnger Ｆｏｏｄ"), "finger food");
        assert_eq!(normal("Cafe\u{301} ÜBER"), "café über");
        assert_eq!(normal("東京　ラーメン"), "東京 ラーメン");
        assert_eq!(normal("שלום עולם 👩‍👩‍👧"), "שלום עולם 👩‍👩‍👧");
        assert_eq!(normal("ΟΔΟΣ ΟΔΟΣ"), "οδος οδος");
        assert_eq!(normal("\u{a0}\u{1f} \t"), "");
    }

    #[test]
    fn spaces_fold_wherever_they_stand() {
        for text in [
            "a b",
            " a b",
            "a b ",
            "a  b",
            "a\tb",
            "\u{1c}a b",
            "a \u{b} b\r",
        ] {
            assert_eq!(normal(text), "a b", "{text:?}");
        }
    }

    #[test]
    fn signs_and_invisible_characters_are_no_words() {
        for text in [
            "",
            "???",
            "\u{200b}",
            "\u{301}",
            "— … «»",
            "\u{202e}\u{feff}",
            "$$ !",
            "❝ ❞",
            "➔ ✓",
        ] {
            assert!(is_wordless(text), "{text:?}");
        }
        for text in [
            "c++",
            "7",
            "é",
            "東京",
            "ไทย",
            "🍕",
            "☂",
            "⭐",
            "⏰",
            "▶",
            "👩‍👩‍👧",
        ] {
            assert!(!is_wordless(text), "{text:?}");
        }
    }

    #[test]
    fn a_text_is_interned_once() {
        let mut table = TextTable::default();
        let first = table.intern("barn");
        let second = table.intern("");
        assert_eq!(table.intern("barn"), first);
        assert_eq!(table.get(first), "barn");
        assert_eq!(table.get(second), "");
        assert_eq!(table.iter().collect::<Vec<_>>(), ["barn", ""]);
    }

    proptest! {
        #[test]
        fn no_space_is_doubled_or_at_an_end(text in "(\\PC|\\s)*") {
            let normal = normal(&text);
            prop_assert_eq!(normal.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "), normal);
        }
    }
}
