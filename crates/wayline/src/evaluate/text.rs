use crate::nouns::normalize;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// The form in which keywords are compared: NFKC, lower case, single spaces.
///
/// ```
/// # use wayline::evaluate::normalise;
/// assert_eq!(normalise("  Ｃafé\u{a0} CURTAINS "), "café curtains");
/// ```
#[must_use]
pub fn normalise(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    normalize(text, &mut out);
    out
}

/// What stands for a keyword where its text must not be kept: the first 16 hexadecimal digits of
/// the SHA-256 of its [normalised](normalise) text.
#[must_use]
pub fn hashed_key(text: &str) -> String {
    let digest = Sha256::digest(normalise(text));
    let mut out = String::with_capacity(16);
    for byte in &digest[..8] {
        // Writing to a string can't fail.
        let _ = write!(out, "{byte:02x}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normalises_like_the_reference() {
        assert_eq!(normalise("A\u{1c}B\u{85}c\u{3000}ﬁne"), "a b c fine");
        assert_eq!(normalise("ΟΔΟΣ ΣΑΣ"), "οδος σας");
        assert_eq!(normalise(" \t"), "");
    }

    #[test]
    fn hashes_the_normalised_text() {
        assert_eq!(hashed_key(" ABC "), "ba7816bf8f01cfea");
    }
}
