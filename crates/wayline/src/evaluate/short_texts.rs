//! How well an embedder's vectors bring short texts of one intent together.
//!
//! The texts are clustered into as many groups as there are labels, and the
//! groups compared with the labels by V-measure (Rosenberg & Hirschberg 2007).
//! Clustering is average linkage over cosine distance, the vectors' common mean
//! taken out first: deterministic, and what the journeys are clustered with.

use std::collections::BTreeMap;

use kodama::{Method, linkage};

/// Agreement of groups with labels; every figure from 0 to 1, natural logarithms.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct ShortTextScore {
    /// Number of texts.
    pub texts: usize,
    /// Number of labels, and of groups.
    pub labels: usize,
    /// 1 where every group holds texts of one label only.
    pub homogeneity: f64,
    /// 1 where all texts of a label are in one group.
    pub completeness: f64,
    /// The harmonic mean of the two.
    pub v_measure: f64,
}

/// What is wrong with texts and labels.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ShortTextError {
    /// Give as many labels as texts.
    #[error("{texts} texts but {labels} labels")]
    Lengths {
        /// Number of texts given.
        texts: usize,
        /// Number of labels given.
        labels: usize,
    },
    /// Give at least two texts.
    #[error("fewer than two texts: nothing to cluster")]
    TooFew,
}

/// Embeds `texts` with `embed` (which fills a vector of `dimensions` numbers),
/// clusters them into as many groups as `labels` has different ones, and
/// compares. Takes 4 bytes for every pair of texts: 40 MB for 4,500 texts.
///
/// # Errors
/// When there are fewer than two texts, or not one label a text.
pub fn score(
    texts: &[&str],
    labels: &[&str],
    dimensions: usize,
    mut embed: impl FnMut(&str, &mut [f32]),
) -> Result<ShortTextScore, ShortTextError> {
    if texts.len() != labels.len() {
        return Err(ShortTextError::Lengths {
            texts: texts.len(),
            labels: labels.len(),
        });
    }
    if texts.len() < 2 {
        return Err(ShortTextError::TooFew);
    }
    let mut vectors = vec![0.0_f32; texts.len() * dimensions];
    for (text, vector) in texts.iter().zip(vectors.chunks_exact_mut(dimensions)) {
        embed(text, vector);
    }
    centre(&mut vectors, dimensions);
    let numbers = number_labels(labels);
    let count = numbers.iter().max().map_or(0, |most| most + 1);
    let groups = average_linkage(&vectors, dimensions, count);
    let (homogeneity, completeness) = compare(&numbers, &groups);
    let sum = homogeneity + completeness;
    let v_measure = if sum > 0.0 {
        2.0 * homogeneity * completeness / sum
    } else {
        0.0
    };
    Ok(ShortTextScore {
        texts: texts.len(),
        labels: count,
        homogeneity,
        completeness,
        v_measure,
    })
}

/// Takes the mean vector out of each vector and makes each one unit length again.
fn centre(vectors: &mut [f32], dimensions: usize) {
    let count = (vectors.len() / dimensions) as f64;
    let mut mean = vec![0.0_f64; dimensions];
    for vector in vectors.chunks_exact(dimensions) {
        for (sum, &number) in mean.iter_mut().zip(vector) {
            *sum += f64::from(number);
        }
    }
    for vector in vectors.chunks_exact_mut(dimensions) {
        let mut squared = 0.0;
        for (number, sum) in vector.iter_mut().zip(&mean) {
            *number -= (sum / count) as f32;
            squared += *number * *number;
        }
        if squared > 0.0 {
            let factor = 1.0 / squared.sqrt();
            vector.iter_mut().for_each(|number| *number *= factor);
        }
    }
}

/// Labels as numbers from 0, in the order in which they first come.
fn number_labels(labels: &[&str]) -> Vec<usize> {
    let mut known = BTreeMap::new();
    labels
        .iter()
        .map(|&label| {
            let next = known.len();
            *known.entry(label).or_insert(next)
        })
        .collect()
}

/// Each text's group, numbered from 0; `count` groups.
fn average_linkage(vectors: &[f32], dimensions: usize, count: usize) -> Vec<usize> {
    let rows: Vec<&[f32]> = vectors.chunks_exact(dimensions).collect();
    let mut distances = Vec::with_capacity(rows.len() * (rows.len() - 1) / 2);
    for (i, a) in rows.iter().enumerate() {
        distances.extend(rows[i + 1..].iter().map(|b| 1.0 - dot(a, b)));
    }
    let steps = linkage(&mut distances, rows.len(), Method::Average);
    let merges = &steps.steps()[..rows.len().saturating_sub(count.max(1))];
    // Clusters in the order of their making: the texts, then one a merge.
    let mut parent: Vec<usize> = (0..rows.len() + merges.len()).collect();
    for (made, step) in (rows.len()..).zip(merges) {
        parent[step.cluster1] = made;
        parent[step.cluster2] = made;
    }
    for cluster in (0..parent.len()).rev() {
        parent[cluster] = parent[parent[cluster]];
    }
    let mut numbers = BTreeMap::new();
    parent[..rows.len()]
        .iter()
        .map(|&top| {
            let next = numbers.len();
            *numbers.entry(top).or_insert(next)
        })
        .collect()
}

/// In sixteen lanes, so that the compiler can use vector registers.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; 16];
    for (a, b) in a.chunks(16).zip(b.chunks(16)) {
        for (lane, (a, b)) in lanes.iter_mut().zip(a.iter().zip(b)) {
            *lane += a * b;
        }
    }
    lanes.iter().sum()
}

/// Homogeneity and completeness of `groups` against `labels`.
fn compare(labels: &[usize], groups: &[usize]) -> (f64, f64) {
    let total = labels.len() as f64;
    let entropy = |counts: &BTreeMap<usize, usize>| -> f64 {
        -counts
            .values()
            .map(|&n| n as f64 / total * (n as f64 / total).ln())
            .sum::<f64>()
    };
    let mut of_label = BTreeMap::new();
    let mut of_group = BTreeMap::new();
    let mut of_both = BTreeMap::new();
    for (&label, &group) in labels.iter().zip(groups) {
        *of_label.entry(label).or_insert(0_usize) += 1;
        *of_group.entry(group).or_insert(0_usize) += 1;
        *of_both.entry((label, group)).or_insert(0_usize) += 1;
    }
    let shared: f64 = of_both
        .iter()
        .map(|(&(label, group), &n)| {
            let n = n as f64;
            n / total * (n * total / (of_label[&label] as f64 * of_group[&group] as f64)).ln()
        })
        .sum();
    let share = |entropy: f64| {
        if entropy > 0.0 {
            (shared / entropy).clamp(0.0, 1.0)
        } else {
            1.0
        }
    };
    (share(entropy(&of_label)), share(entropy(&of_group)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-6
    }

    /// The expected figures are scikit-learn's `homogeneity_completeness_v_measure`.
    #[test]
    fn compares_as_scikit_learn_does() {
        let (homogeneity, completeness) = compare(&[0, 0, 1, 1, 2, 2], &[0, 0, 0, 1, 1, 1]);
        assert!(close(homogeneity, 0.420_619_835_714_305), "{homogeneity}");
        assert!(
            close(completeness, 0.666_666_666_666_666_6),
            "{completeness}"
        );
        assert_eq!(compare(&[0, 1], &[0, 0]), (0.0, 1.0));
    }

    #[test]
    fn finds_what_is_plain_to_see() {
        let texts = ["aa", "ab", "zz", "zy"];
        let embed = |text: &str, out: &mut [f32]| {
            out.fill(0.0);
            for letter in text.bytes() {
                out[usize::from(letter - b'a')] += 1.0;
            }
        };
        let found = score(&texts, &["x", "x", "y", "y"], 26, embed).unwrap();
        assert!(close(found.v_measure, 1.0));
        assert_eq!((found.texts, found.labels), (4, 2));
    }

    #[test]
    fn refuses_what_it_cannot_score() {
        let nothing = |_: &str, _: &mut [f32]| {};
        assert_eq!(
            score(&["a"], &["x"], 4, nothing),
            Err(ShortTextError::TooFew)
        );
        assert!(matches!(
            score(&["a", "b"], &["x"], 4, nothing),
            Err(ShortTextError::Lengths {
                texts: 2,
                labels: 1
            })
        ));
    }
}
