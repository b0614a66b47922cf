//! Splits a text into words, runs of ideographs and single symbols, without
//! allocating. `recipes/embedder/tokens.py` does the same for the training.

use unicode_normalization::char::decompose_canonical;

/// Longest word in characters; a longer one goes on as the next word.
pub(super) const LONGEST_WORD: usize = 64;
/// Room for a word in UTF-8 with a space at each end.
const ROOM: usize = LONGEST_WORD * 4 + 2;

/// What kind of characters a word is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WordKind {
    /// Letters and digits of scripts that put spaces between words.
    Letters,
    /// Han, hiragana and katakana: a run may hold several words.
    Ideographs,
    /// One punctuation mark or other symbol.
    Symbol,
}

/// The words of a text, one after the other in a buffer of their own.
#[derive(Debug)]
pub(super) struct Words<'t> {
    rest: &'t str,
    marked: [u8; ROOM],
}

/// One word; its letters stand between two spaces.
#[derive(Debug)]
pub(super) struct Word<'w> {
    marked: &'w [u8],
    kind: WordKind,
}

impl Word<'_> {
    /// The word in UTF-8.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.marked[1..self.marked.len() - 1]
    }

    /// The word in UTF-8 with a space before and after.
    pub(super) fn marked(&self) -> &[u8] {
        self.marked
    }

    /// What the word is made of.
    pub(super) fn kind(&self) -> WordKind {
        self.kind
    }
}

impl<'t> Words<'t> {
    /// Begins at the start of `text`.
    pub(super) fn new(text: &'t str) -> Words<'t> {
        Words {
            rest: text,
            marked: [b' '; ROOM],
        }
    }

    /// The next word, none at the end of the text.
    pub(super) fn next_word(&mut self) -> Option<Word<'_>> {
        self.rest = self.rest.trim_start();
        // Most words are plain letters alone, or begin with them.
        let letters = self.rest.bytes().take(LONGEST_WORD);
        let letters = letters.take_while(u8::is_ascii_alphanumeric).count();
        let (plain_letters, rest) = self.rest.split_at(letters);
        let mut kind = (letters > 0).then_some(WordKind::Letters);
        let mut end = 1 + letters;
        self.marked[1..end].copy_from_slice(plain_letters.as_bytes());
        let mut rest = rest.chars();
        for _ in letters..LONGEST_WORD {
            let before = rest.clone();
            let Some(c) = rest.next().filter(|c| !c.is_whitespace()) else {
                rest = before;
                break;
            };
            let this = kind_of(c);
            let goes_on = kind.is_none_or(|kind| kind == this && this != WordKind::Symbol);
            if !goes_on {
                rest = before;
                break;
            }
            kind = Some(this);
            let c = if this == WordKind::Letters {
                plain(c)
            } else {
                c
            };
            end += c.encode_utf8(&mut self.marked[end..]).len();
        }
        self.rest = rest.as_str();
        let kind = kind?;
        self.marked[end] = b' ';
        Some(Word {
            marked: &self.marked[..=end],
            kind,
        })
    }
}

fn kind_of(c: char) -> WordKind {
    match c {
        'a'..='z' | '0'..='9' | 'A'..='Z' => WordKind::Letters,
        '\0'..='\u{7f}' => WordKind::Symbol,
        'ª' | 'µ' | 'º' => WordKind::Letters,
        '\u{80}'..='¿' | '×' | '÷' | '\u{2000}'..='\u{206f}' | '\u{3000}'..='\u{303f}' => {
            WordKind::Symbol
        }
        '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}' => WordKind::Ideographs,
        _ => WordKind::Letters,
    }
}

/// A Latin letter without its accents, any other character as it is.
fn plain(c: char) -> char {
    if !matches!(c, '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}') {
        return c;
    }
    let mut base = None;
    decompose_canonical(c, |part| {
        base.get_or_insert(part);
    });
    base.filter(char::is_ascii).unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<String> {
        let mut words = Words::new(text);
        let mut out = Vec::new();
        while let Some(word) = words.next_word() {
            out.push(String::from_utf8(word.bytes().to_vec()).unwrap());
        }
        out
    }

    #[test]
    fn splits_words_symbols_and_scripts() {
        assert_eq!(split("don't  stop"), ["don", "'", "t", "stop"]);
        assert_eq!(split("küche & straße"), ["kuche", "&", "straße"]);
        assert_eq!(split("東京タワーnear me"), ["東京タワー", "near", "me"]);
        assert_eq!(split(""), Vec::<String>::new());
        assert_eq!(split(" \t\u{3000}"), Vec::<String>::new());
    }

    #[test]
    fn cuts_endless_words() {
        let parts = split(&"ß".repeat(LONGEST_WORD * 2 + 1));
        let lengths: Vec<usize> = parts.iter().map(|part| part.chars().count()).collect();
        assert_eq!(lengths, [LONGEST_WORD, LONGEST_WORD, 1]);
    }
}
