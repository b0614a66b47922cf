//! Character trigrams of a short text as a bit set, for a fast Jaccard coefficient.

/// 512 bits: a text of 30 characters sets about 30 of them, so few trigrams share a bit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct TrigramSignature([u64; 8]);

impl TrigramSignature {
    /// Trigrams of two spaces, the text and one space, so that beginnings weigh more than ends.
    pub(super) fn of(text: &str) -> Self {
        let mut signature = Self::default();
        if text.is_empty() {
            return signature;
        }
        let mut window = [' ', ' ', ' '];
        for character in text.chars().chain([' ']) {
            window.rotate_left(1);
            window[2] = character;
            let mut hash = 0xcbf2_9ce4_8422_2325_u64;
            for part in window {
                hash = (hash ^ u64::from(u32::from(part))).wrapping_mul(0x0100_0000_01b3);
            }
            // The high bits of a multiplicative hash are the well mixed ones.
            let bit = (hash.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 55) as usize;
            signature.0[bit / 64] |= 1 << (bit % 64);
        }
        signature
    }

    /// Shared trigrams over all trigrams, 0 to 1.
    #[inline(always)]
    pub(super) fn jaccard(&self, other: &Self) -> f32 {
        let mut both = 0;
        let mut any = 0;
        for (left, right) in self.0.iter().zip(&other.0) {
            both += (left & right).count_ones();
            any += (left | right).count_ones();
        }
        both as f32 / any.max(1) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_the_exact_coefficient() {
        let jaccard = |a, b| TrigramSignature::of(a).jaccard(&TrigramSignature::of(b));
        assert_eq!(jaccard("barn wedding", "barn wedding"), 1.0);
        // "  b", " ba", "bar", "arn" shared; "rn ", "rns", "ns " not.
        assert!((jaccard("barn", "barns") - 4.0 / 7.0).abs() < 1e-6);
        assert!(jaccard("barn wedding", "oil change") < 0.1);
        assert_eq!(jaccard("", ""), 0.0);
    }
}
