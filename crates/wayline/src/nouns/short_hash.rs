//! Short names for things that are told apart by what they are made of.

/// Sixteen hexadecimal digits of parts, each with its length, so that they don't run into each other.
#[must_use]
pub fn short_hash(parts: &[&str]) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().to_hex()[..16].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_eq!(short_hash(&["ab", "c"]).len(), 16);
        assert_ne!(short_hash(&["ab", "c"]), short_hash(&["a", "bc"]));
        assert_ne!(short_hash(&["ab"]), short_hash(&["ab", ""]));
    }
}
