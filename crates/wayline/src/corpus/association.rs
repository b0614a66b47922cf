//! How much two keywords belong together, from counts of people.
//!
//! Positive pointwise mutual information: how much more people had both in one moment than if
//! keywords met by chance. With `C` people who had both, `m_a` people summed over all pairs of `a`
//! and `M` the sum of all `m`, chance expects `E = m_a · m_b / M` people, and the association is
//!
//! ```text
//! ln((C + 0.3) / (E + 0.3)), at least 0 and at most 4
//! ```
//!
//! The 0.3 shrink what rests on few people. After Church & Hanks, *Word Association Norms, Mutual
//! Information, and Lexicography* (1990); Levy, Goldberg & Dagan, *Improving Distributional
//! Similarity with Lessons Learned from Word Embeddings* (2015), compare cut and shifted kinds.

const SHRINKAGE: f64 = 0.3;
/// The highest association that is told apart.
pub const STRONGEST_ASSOCIATION: f32 = 4.0;

/// The association of two keywords that `people` had together; see the module for the formula.
pub(super) fn association(people: u32, moments: (u64, u64), all_moments: u64) -> f32 {
    let expected = moments.0 as f64 * moments.1 as f64 / all_moments.max(1) as f64;
    let ratio = (f64::from(people) + SHRINKAGE) / (expected + SHRINKAGE);
    (libm::log(ratio) as f32).clamp(0.0, STRONGEST_ASSOCIATION)
}

#[cfg(test)]
mod tests {
    use super::association;

    #[test]
    fn more_than_by_chance_is_above_nothing() {
        // 40 · 50 / 1,000 = 2 people are expected.
        let seen = |people| f64::from(association(people, (40, 50), 1_000));
        assert!((seen(10) - libm::log(10.3 / 2.3)).abs() < 1e-6);
        assert_eq!(seen(2), 0.0);
        assert_eq!(seen(1), 0.0);
        assert_eq!(association(1_000_000, (40, 50), 1_000), 4.0);
        assert_eq!(association(0, (0, 0), 0), 0.0);
    }

    #[test]
    fn few_people_say_less_than_many_at_the_same_ratio() {
        assert!(association(3, (10, 10), 1_000) < association(30, (100, 100), 10_000));
    }
}
