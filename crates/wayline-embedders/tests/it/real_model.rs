//! all-MiniLM-L6-v2 itself, out of the folder that `WAYLINE_MINILM` names: `scripts/test embedders`.

use std::path::PathBuf;

use wayline::embed::TextEmbedder;
use wayline_embedders::Transformer;

use crate::vectors;

fn minilm() -> Transformer {
    let folder =
        std::env::var("WAYLINE_MINILM").expect("WAYLINE_MINILM names the folder of the model");
    Transformer::open(&PathBuf::from(folder)).expect("a transformer")
}

fn cosine(left: &[f32], right: &[f32]) -> f32 {
    let product = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    product(left, right) / (product(left, left) * product(right, right)).sqrt()
}

/// The similarities that the documentation of sentence-transformers shows for this model
/// (<https://sbert.net/docs/quickstart.html>).
#[test]
#[ignore = "needs the weights: scripts/test embedders"]
fn similarities_are_those_of_sentence_transformers() {
    let model = minilm();
    assert_eq!(model.dimensions(), 384);
    let texts = [
        "The weather is lovely today.",
        "It's so sunny outside!",
        "He drove to the stadium.",
    ];
    let found = vectors(&model, &texts).expect("vectors");
    for (left, right, wanted) in [(0, 1, 0.6660), (0, 2, 0.1046), (1, 2, 0.1411)] {
        let found = cosine(&found[left], &found[right]);
        assert!((found - wanted).abs() < 1e-3, "{found}, not {wanted}");
    }
}

/// Texts in several companies, so that different shapes of arithmetic are met.
#[test]
#[ignore = "needs the weights: scripts/test embedders"]
fn a_vector_is_the_same_bits_in_any_company() {
    let model = minilm();
    let texts: Vec<String> = (0..200)
        .map(|it| {
            format!(
                "{} ideas for room {it}",
                ["barn wedding", "kitchen", "a"][it % 3]
            )
        })
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let together = vectors(&model, &texts).expect("vectors");
    for size in [1, 7, 64] {
        for (texts, wanted) in texts.chunks(size).zip(together.chunks(size)).take(20) {
            assert_eq!(
                vectors(&model, texts).expect("vectors"),
                wanted,
                "{size} at once"
            );
        }
    }
}
