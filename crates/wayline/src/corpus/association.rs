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
const MOST: f64 = 4.0;

/// The association of two keywords that `people` had together; see the module for the formula.
pub(super) fn association(people: u32, moments: (u64, u64), all_moments: u64) -> f32 {
    let expected = moments.0 as f64 * moments.1 as f64 / all_moments.max(1) as f64;
    let ratio = (f64::from(people) + SHRINKAGE) / (expected + SHRINKAGE);
    libm::log(ratio).clamp(0.0, MOST) as f32
}
