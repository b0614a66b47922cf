//! One spelling for texts that look alike: how a text is written, less what only its form adds.
//!
//! Compatibility forms are undone (NFKD), case and accents go, and so does what can't be seen. What
//! stays is folded again to itself. Letters of other scripts stay as they are: what merely resembles a
//! Latin letter is the business of [`super::lookalike`].

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// The text with plain lower-case letters, its signs, and single spaces. Of more than [`LONGEST`] characters
/// that can be seen, what comes later isn't looked at.
pub(super) fn written(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    if text.is_ascii() {
        for byte in text.bytes().take(LONGEST) {
            push(char::from(byte.to_ascii_lowercase()), &mut out);
        }
    } else {
        let seen = text.chars().filter(|it| !is_invisible(*it));
        for character in seen.take(LONGEST).nfkd() {
            unaccented(character, &mut out);
        }
    }
    if out.ends_with(' ') {
        out.pop();
    }
    out
}

/// No text of a log has more characters, since none is read that has more bytes.
pub(super) const LONGEST: usize = 4_096;

/// The words of what [`written`] gives, a space before and after each: what isn't a letter or a digit
/// only parts them, apart from the apostrophe of don't and mother's, which many leave out.
pub(super) fn words(written: &str) -> String {
    let mut out = String::with_capacity(written.len() + 2);
    out.push(' ');
    push_words(written, &mut out);
    out
}

/// The same after the words that are there, which end in a space.
pub(super) fn push_words(written: &str, out: &mut String) {
    for (place, character) in written.char_indices() {
        if character.is_alphanumeric() {
            out.push(character);
        } else if is_telling(character) {
            // A word of its own.
            if !out.ends_with(' ') {
                out.push(' ');
            }
            out.push(character);
            out.push(' ');
        } else if !(out.ends_with(' ') || character == '\'' && shortens(&written[place + 1..])) {
            out.push(' ');
        }
    }
    if !out.ends_with(' ') {
        out.push(' ');
    }
}

/// Pictures that stand for words: plants, animals, food, things, people and their parts.
fn is_telling(character: char) -> bool {
    matches!(character,
        '\u{26b0}' | '\u{26b1}' | '\u{26d3}' | '\u{2620}' | '\u{2744}'
        | '\u{1f300}'..='\u{1f3fa}' | '\u{1f400}'..='\u{1f64f}' | '\u{1f680}'..='\u{1f6ff}'
        | '\u{1f900}'..='\u{1f9ff}' | '\u{1fa70}'..='\u{1faff}')
}

/// Whether what follows an apostrophe is the end of a shortened word.
fn shortens(rest: &str) -> bool {
    let end = rest.split(|it: char| !it.is_alphanumeric()).next();
    matches!(end, Some("t" | "s" | "m" | "d" | "re" | "ve" | "ll"))
}

/// Both: how words of lists are written.
pub(super) fn folded(text: &str) -> String {
    words(&written(text)).trim().to_owned()
}

fn unaccented(character: char, out: &mut String) {
    if is_invisible(character) || (is_combining_mark(character) && !is_letter_mark(character)) {
        return;
    }
    if let Some(plain) = boxed(character) {
        out.push(plain);
        return;
    }
    for lower in character.to_lowercase() {
        match lower {
            // Lower case may bring marks of its own.
            _ if is_combining_mark(lower) && !is_letter_mark(lower) => {}
            'ß' => out.push_str("ss"),
            'æ' => out.push_str("ae"),
            'œ' => out.push_str("oe"),
            'ø' => out.push('o'),
            'ł' => out.push('l'),
            'đ' | 'ð' => out.push('d'),
            'þ' => out.push_str("th"),
            'ı' => out.push('i'),
            'ς' => out.push('σ'),
            // Written one for the other in Arabic, and a stroke that only makes words longer.
            'ة' => out.push('ه'),
            'ى' | 'ی' => out.push('ي'),
            'ک' => out.push('ك'),
            'ـ' => {}
            // How typographers write what everybody types with plain signs.
            '‘' | '’' | '′' | '＇' => push('\'', out),
            '‐' | '‑' | '‒' | '–' | '—' | '−' => push('-', out),
            _ => push(digit(lower), out),
        }
    }
}

/// Whitespace and control characters as one space, none at the start.
fn push(character: char, out: &mut String) {
    if !character.is_whitespace() && !character.is_control() {
        out.push(character);
    } else if !out.is_empty() && !out.ends_with(' ') {
        out.push(' ');
    }
}

/// The marks that are letters, not accents: those that make が of か, and the vowels of Indian scripts.
fn is_letter_mark(character: char) -> bool {
    matches!(character, '\u{3099}' | '\u{309a}')
        || (matches!(character, '\u{900}'..='\u{dff}') && character.is_alphanumeric())
}

/// What takes no room on a screen, or only empties it: format characters, joiners, fillers, variation
/// selectors and tags.
fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// Latin letters in circles, squares and of flags, which have no compatibility form.
fn boxed(character: char) -> Option<char> {
    let first = match character {
        '\u{1f150}'..='\u{1f169}' => '\u{1f150}',
        '\u{1f170}'..='\u{1f189}' => '\u{1f170}',
        '\u{1f1e6}'..='\u{1f1ff}' => '\u{1f1e6}',
        _ => return None,
    };
    char::from_u32(u32::from('a') + u32::from(character) - u32::from(first))
}

/// A decimal digit of another script as a plain one.
fn digit(character: char) -> char {
    let zeros = ['٠', '۰', '०', '০', '๐', '０'];
    let value = zeros
        .iter()
        .map(|zero| u32::from(character).wrapping_sub(u32::from(*zero)))
        .find(|value| *value < 10);
    value
        .and_then(|value| char::from_digit(value, 10))
        .unwrap_or(character)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn form_goes_and_letters_stay() {
        for (text, expected) in [
            ("  Barn\tWEDDING  ideas ", "barn wedding ideas"),
            ("Straße, Łódź, Ærø", "strasse, lodz, aero"),
            ("ﬁnger Ｆｏｏｄ １２", "finger food 12"),
            ("𝕡𝖔𝓇𝗻 ⓟⓞ 🅿🅾 🇵🇴", "porn po po po"),
            ("s\u{200b}u\u{ad}n\u{fe0f}ny\u{202e}", "sunny"),
            ("e\u{301}te\u{336}", "ete"),
            ("İSTANBUL ışık", "istanbul isik"),
            ("Ёлка й", "елка и"),
            ("٠٩ ०१", "09 01"),
            ("don’t — well‐being", "don't - well-being"),
        ] {
            assert_eq!(written(text), expected, "{text:?}");
        }
        assert_eq!(words("don't, ok l'amour"), " dont ok l amour ");
        let hidden = "\u{ad}".repeat(2 * LONGEST) + "seen";
        assert_eq!(written(&hidden), "seen");
        assert_eq!(written(&"ab ".repeat(LONGEST)).len(), LONGEST);
        assert_eq!(words(""), " ");
        assert_eq!(written("がぎ"), written("か\u{3099}き\u{3099}"));
        assert_ne!(written("が"), written("か"));
    }

    proptest! {
        #[test]
        fn folding_again_changes_nothing(text in "\\PC{0,40}|[\\x00-\\u{2fff}]{0,40}|.{0,40}") {
            let once = written(&text);
            prop_assert_eq!(&written(&once), &once);
            let parted = words(&once);
            prop_assert_eq!(&words(&parted), &parted);
            prop_assert!(parted.starts_with(' ') && parted.ends_with(' '));
        }
    }
}
