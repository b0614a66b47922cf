//! How many tokens a text is, without anybody's tokenizer.

/// At least about as many tokens as byte-pair tokenizers of today's models make of a text. Latin words are
/// a token for about four letters, digits often one each, signs one each, and letters of other scripts
/// about one each.
#[must_use]
pub fn estimated_tokens(text: &str) -> usize {
    let (mut thirds, mut letters) = (0, 0_usize);
    let end_word = |letters: &mut usize, thirds: &mut usize| {
        // A short word is one token; of longer ones every three letters more may be.
        *thirds += letters.div_ceil(3).max(usize::from(*letters > 0)) * 3;
        *letters = 0;
    };
    for character in text.chars() {
        if character.is_ascii_alphabetic() {
            letters += 1;
            continue;
        }
        end_word(&mut letters, &mut thirds);
        thirds += match character {
            // A space goes with the word behind it.
            ' ' => 0,
            _ => 3,
        };
    }
    end_word(&mut letters, &mut thirds);
    thirds / 3
}
