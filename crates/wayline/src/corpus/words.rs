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
    let bytes = text.as_bytes();
    let mut length = 0;
    while let Some(byte) = bytes.get(length) {
        let (is, bytes) = match ALPHANUMERIC.get(usize::from(*byte)) {
            Some(is) => (*is, 1),
            None => text[length..]
                .chars()
                .next()
                .map_or((false, 1), |character| {
                    (character.is_alphanumeric(), character.len_utf8())
                }),
        };
        if is != alphanumeric {
            break;
        }
        length += bytes;
    }
    length
}

/// Which of ASCII are letters or digits.
const ALPHANUMERIC: [bool; 128] = {
    let mut table = [false; 128];
    let mut byte = 0;
    while byte < 128 {
        table[byte] = (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    table
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
