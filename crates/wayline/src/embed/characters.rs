//! Hashed character n-grams: what is left of a word that the vocabulary lacks.
//!
//! Three and four characters of " word " (the spaces mark its ends), or one and
//! two characters in scripts whose characters carry a meaning each. The subword
//! buckets are those of fastText (Bojanowski et al. 2017).

use super::tokenize::{LONGEST_WORD, Word, WordKind};

/// The lengths of n-grams that a word is cut into.
fn lengths(kind: WordKind) -> [usize; 2] {
    match kind {
        WordKind::Ideographs => [1, 2],
        WordKind::Letters | WordKind::Symbol => [3, 4],
    }
}

/// The characters that n-grams are cut from.
fn source<'w>(word: &'w Word<'_>) -> &'w [u8] {
    match word.kind() {
        WordKind::Ideographs => word.bytes(),
        WordKind::Letters | WordKind::Symbol => word.marked(),
    }
}

/// Where each character begins, and the end.
fn boundaries(bytes: &[u8]) -> ([u16; LONGEST_WORD + 3], usize) {
    let mut starts = [0; LONGEST_WORD + 3];
    let mut count = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if byte & 0xc0 != 0x80 {
            starts[count] = at as u16;
            count += 1;
        }
    }
    starts[count] = bytes.len() as u16;
    (starts, count)
}

/// The weight of each of the word's n-grams: 1 / √(their number), 0 without any.
pub(super) fn weight(word: &Word<'_>) -> f32 {
    let (_, characters) = boundaries(source(word));
    let grams: usize = lengths(word.kind())
        .iter()
        .map(|&n| (characters + 1).saturating_sub(n))
        .sum();
    if grams == 0 {
        0.0
    } else {
        1.0 / (grams as f32).sqrt()
    }
}

/// Calls `found` with the hash of each n-gram, the shorter ones first, and
/// whether it is all ASCII.
pub(super) fn for_each_gram(word: &Word<'_>, mut found: impl FnMut(u32, bool)) {
    let bytes = source(word);
    let (starts, characters) = boundaries(bytes);
    for n in lengths(word.kind()) {
        for i in 0..(characters + 1).saturating_sub(n) {
            let gram = &bytes[usize::from(starts[i])..usize::from(starts[i + n])];
            found(hash(gram), gram.is_ascii());
        }
    }
}

/// FNV-1a with a last mixing step, the upper half.
fn hash(bytes: &[u8]) -> u32 {
    let mut value: u64 = 0xcbf2_9ce4_8422_2325;
    for &byte in bytes {
        value = (value ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
    }
    value ^= value >> 32;
    (value.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::hash;

    /// The recipe hashes with a program of its own: the same values there.
    #[test]
    fn hashes_as_the_recipe_does() {
        assert_eq!(
            [hash(b" ki"), hash("küc".as_bytes()), hash("東".as_bytes())],
            [3_048_165_107, 2_975_981_565, 4_073_003_471]
        );
    }
}
