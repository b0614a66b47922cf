//! The lists' files, read. Their form is for people: a line an entry.
//!
//! ```text
//! # a comment
//! [en]                     a section; languages are for the reader alone
//! cocaine                  a word or phrase, also with an s at its end
//! porn*                    what begins so; *porn and *porn* likewise
//! weed & @get              both somewhere in the text; @get is a group of words in groups.txt
//! ```

use hashbrown::HashSet;

use super::files;
use super::fold::folded;

/// A part of an entry.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Part {
    /// Words that stand in the text.
    Words(Phrase),
    /// Any word of a group.
    Group(String),
}

/// Words in a row.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Phrase {
    /// Folded, with single spaces.
    pub(super) text: String,
    /// Whether a word must begin where it begins.
    pub(super) begins: bool,
    /// Whether a word must end where it ends.
    pub(super) ends: bool,
}

/// A line that is no entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of {file} is no entry of a list: {text:?}")]
pub struct ListError {
    /// The file's name.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What stands there.
    pub text: String,
}

/// An entry with its section and what follows its `=`, if anything does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry<'t> {
    pub(super) section: &'t str,
    pub(super) parts: Vec<Part>,
    pub(super) means: Option<&'t str>,
}

/// The entries of a file.
pub(super) fn entries<'t>(file: &str, text: &'t str) -> Result<Vec<Entry<'t>>, ListError> {
    let mut section = "";
    let mut entries = Vec::new();
    for (number, row) in (1..).zip(text.lines()) {
        let line = row.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
            section = name.trim();
            continue;
        }
        let (words, means) = match line.split_once('=') {
            Some((words, means)) => (words, Some(means.trim())),
            None => (line, None),
        };
        // Where words run on, a space in an entry says that something may stand between.
        let runs_on = words.chars().any(is_unspaced);
        let parts = words.split(|it| it == '&' || (runs_on && it == ' '));
        let parts = parts.filter(|it| !runs_on || !it.trim().is_empty());
        let parts: Option<Vec<Part>> = parts.map(part).collect();
        entries.push(Entry {
            section,
            parts: parts.ok_or_else(|| ListError {
                file: file.to_owned(),
                line: number,
                text: row.to_owned(),
            })?,
            means,
        });
    }
    Ok(entries)
}

fn part(text: &str) -> Option<Part> {
    let text = text.trim();
    match text.strip_prefix('@') {
        Some(group) => Some(Part::Group(group.to_owned())),
        None => phrase(text).map(Part::Words),
    }
}

/// Words as a file or the config writes them; none where nothing can be read. A `*` inside would be read as
/// a space and never be met.
pub(super) fn phrase(text: &str) -> Option<Phrase> {
    let text = text.trim();
    let open = text.strip_prefix('*');
    let inner = open.unwrap_or(text);
    let close = inner.strip_suffix('*');
    let words = close.unwrap_or(inner);
    if words.contains('*') {
        return None;
    }
    let folded = folded(words);
    // These put no spaces between words.
    let runs_on = folded.chars().any(is_unspaced);
    (!folded.is_empty()).then_some(Phrase {
        begins: open.is_none() && !runs_on,
        ends: close.is_none() && !runs_on,
        text: folded,
    })
}

/// Whether a script has no spaces between words, or joins what other languages part: Han, kana, Hangul, Thai
/// and their neighbours.
pub(super) fn is_unspaced(character: char) -> bool {
    matches!(character,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{11ff}' | '\u{ac00}'..='\u{d7ff}' | '\u{1780}'..='\u{17ff}'
        | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
}

/// What stands before a word of Arabic and is written as a part of it: and, with, for, the.
const BEFORE_ARABIC: [&str; 10] = [
    "\u{627}\u{644}",
    "\u{648}",
    "\u{628}",
    "\u{644}",
    "\u{641}",
    "\u{648}\u{627}\u{644}",
    "\u{628}\u{627}\u{644}",
    "\u{644}\u{644}",
    "\u{641}\u{627}\u{644}",
    "\u{643}\u{627}\u{644}",
];

/// A phrase's text, and in Arabic that with what is written as a part of it too.
pub(super) fn with_prefixes(words: &Phrase) -> Vec<String> {
    let mut texts = vec![words.text.clone()];
    let is_arabic = |it: char| matches!(it, '\u{620}'..='\u{6ff}');
    if words.begins && words.text.chars().next().is_some_and(is_arabic) {
        texts.extend(BEFORE_ARABIC.iter().map(|it| format!("{it}{}", words.text)));
    }
    texts
}

/// Words that are no slips of listed ones.
pub(super) fn innocent_words() -> Result<HashSet<String>, ListError> {
    let mut innocent = HashSet::new();
    for (name, text) in files::INNOCENT {
        for entry in entries(name, text)? {
            innocent.extend(entry.parts.into_iter().filter_map(|part| match part {
                Part::Words(words) => Some(words.text),
                Part::Group(_) => None,
            }));
        }
    }
    Ok(innocent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_entries_sections_or_comments() {
        let text = "# all\n[en]\nPorn*  # more\n\nself-harm & @get = health\n[ja]\n死にたい\n";
        let found = entries("x.txt", text).expect("good");
        let words = |text: &str, begins, ends| {
            Part::Words(Phrase {
                text: text.to_owned(),
                begins,
                ends,
            })
        };
        assert_eq!(found[0].section, "en");
        assert_eq!(found[0].parts, [words("porn", true, false)]);
        assert_eq!(found[1].parts[0], words("self harm", true, true));
        assert_eq!(found[1].parts[1], Part::Group("get".to_owned()));
        assert_eq!(found[1].means, Some("health"));
        assert_eq!(found[2].parts, [words("死にたい", false, false)]);
        let refused = entries("x.txt", "good\n…\n").expect_err("signs alone");
        assert_eq!((refused.line, refused.file.as_str()), (2, "x.txt"));
    }
}
