//! Small changes of text: what people type wrongly, rephrase and write differently.

use unicode_normalization::UnicodeNormalization;

use super::dice::Dice;

/// NFKC, lower case, single spaces: the form in which keywords are compared.
pub(super) fn normalise(text: &str) -> String {
    let folded = text.nfkc().collect::<String>().to_lowercase();
    let mut out = String::with_capacity(folded.len());
    for word in folded.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// The text with one slip of the finger; texts of fewer than five letters stay as they are.
pub(super) fn with_typo(text: &str, dice: &mut Dice) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    if letters.len() < 5 {
        return text.to_owned();
    }
    let at = dice.between(1, letters.len() - 2);
    match dice.below(4) {
        0 => letters.swap(at, at + 1),
        1 => {
            letters.remove(at);
        }
        2 => letters.insert(at, letters[at]),
        _ => {
            // A space forgotten, or else a letter left out.
            let space = letters.iter().position(|c| *c == ' ');
            letters.remove(space.unwrap_or(at));
        }
    }
    letters.into_iter().collect()
}

const BEFORE: &[&str] = &[
    "best",
    "cheap",
    "easy",
    "simple",
    "how to",
    "small",
    "modern",
    "where to buy",
];
const AFTER: &[&str] = &[
    "ideas",
    "near me",
    "uk",
    "2025",
    "for beginners",
    "on a budget",
    "cost",
    "reviews",
    "at home",
    "step by step",
    "vs",
    "checklist",
    "examples",
    "pinterest",
    "online",
    "pictures",
    "that actually work",
];

/// The search again in other words: one word more, one word less, or words swapped.
pub(super) fn reworded(text: &str, dice: &mut Dice) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    match dice.below(4) {
        0 => format!("{} {text}", dice.text(BEFORE)),
        1 if words.len() >= 4 => {
            let gone = dice.below(words.len());
            let kept: Vec<&str> = words
                .iter()
                .enumerate()
                .filter(|(i, _)| *i != gone)
                .map(|(_, w)| *w)
                .collect();
            kept.join(" ")
        }
        2 if words.len() >= 3 => {
            let mut moved = words;
            moved.rotate_left(1);
            moved.join(" ")
        }
        _ => format!("{text} {}", dice.text(AFTER)),
    }
}

/// As some keyboards write it: the first letter large, or a space too many.
pub(super) fn carelessly(text: &str, dice: &mut Dice) -> String {
    if dice.chance(0.3) {
        return text.replacen(' ', "  ", 1);
    }
    capitalised(text)
}

/// The text with its first letter large.
pub(super) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// Every word with its first letter large.
pub(super) fn title_case(text: &str) -> String {
    let words: Vec<String> = text.split_whitespace().map(capitalised).collect();
    words.join(" ")
}

/// Letters and digits of a text, the rest as hyphens: for addresses.
pub(super) fn slug(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    out.trim_end_matches('-').to_owned()
}

/// A made-up name that belongs to this number alone: its digits read as syllables.
pub(super) fn handle(mut number: u64) -> String {
    const HEADS: &[u8; 16] = b"bdfghjklmnprstvz";
    const TAILS: [&str; 8] = ["a", "e", "i", "o", "u", "en", "or", "al"];
    let mut out = String::new();
    loop {
        out.push(HEADS[(number % 16) as usize] as char);
        out.push_str(TAILS[(number / 16 % 8) as usize]);
        number /= 128;
        if number == 0 {
            break;
        }
    }
    capitalised(&out)
}
