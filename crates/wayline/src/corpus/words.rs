//! The words of a text.

/// Splits a text in normal form into words: runs of letters and digits.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (_, from_word) = rest.split_at(run_of(rest, false));
        let (word, after) = from_word.split_at(run_of(from_word, true));
        rest = after;
        (!word.is_empty()).then_some(word)
    })
}

/// Bytes of the letters and digits, or of the other characters, that a text begins with. Texts are
/// mostly ASCII, and every one of a log is split: a table is faster than asking each character.
fn run_of(text: &str, alphanumeric: bool) -> usize {
    let wanted = if alphanumeric { WORD } else { BETWEEN };
    let mut length = 0;
    while let Some(byte) = text.as_bytes().get(length) {
        let kind = KINDS[usize::from(*byte)];
        if kind == wanted {
            length += 1;
        } else if kind == BEYOND_ASCII {
            match text[length..].chars().next() {
                Some(character) if character.is_alphanumeric() == alphanumeric => {
                    length += character.len_utf8();
                }
                _ => break,
            }
        } else {
            break;
        }
    }
    length
}

/// Kinds of bytes: a letter or digit of ASCII, another of ASCII, part of something else.
const WORD: u8 = 0;
const BETWEEN: u8 = 1;
const BEYOND_ASCII: u8 = 2;

const KINDS: [u8; 256] = {
    let mut kinds = [BEYOND_ASCII; 256];
    let mut byte = 0;
    while byte < 128 {
        let is_word = (byte as u8).is_ascii_alphanumeric();
        kinds[byte] = if is_word { WORD } else { BETWEEN };
        byte += 1;
    }
    kinds
};

#[cfg(test)]
mod tests {
    use super::words;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn runs_of_letters_and_digits(text in "[a-c1 .'é東🦀-]{0,12}") {
            let expected: Vec<&str> = text
                .split(|character: char| !character.is_alphanumeric())
                .filter(|word| !word.is_empty())
                .collect();
            prop_assert_eq!(words(&text).collect::<Vec<_>>(), expected);
        }
    }
}
