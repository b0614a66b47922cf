//! A tiny transformer that the test makes, against arithmetic written out here.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use wayline::embed::TextEmbedder;
use wayline_embedders::Transformer;

use crate::vectors;

const WORDS: [&str; 12] = [
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "barn", "wedding", "##s", "red", "shoes", "garden",
    "##ing", "a",
];
const HIDDEN: usize = 8;
const HEADS: usize = 2;
const LAYERS: usize = 2;
const INNER: usize = 16;
const POSITIONS: usize = 10;

/// Rows of numbers by the names that such files use.
type Weights = BTreeMap<String, (Vec<usize>, Vec<f32>)>;

/// Numbers between −½ and ½ out of a generator that is the same everywhere (Knuth's MMIX).
fn made_up(seed: u64) -> Weights {
    let mut state = seed;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1 << 24) as f32 - 0.5
    };
    let mut weights = Weights::new();
    let mut add = |name: String, shape: &[usize]| {
        let numbers = (0..shape.iter().product()).map(|_| next()).collect();
        weights.insert(name, (shape.to_vec(), numbers));
    };
    add(
        "embeddings.word_embeddings.weight".into(),
        &[WORDS.len(), HIDDEN],
    );
    add(
        "embeddings.position_embeddings.weight".into(),
        &[POSITIONS, HIDDEN],
    );
    add(
        "embeddings.token_type_embeddings.weight".into(),
        &[2, HIDDEN],
    );
    let mut pairs = vec![("embeddings.LayerNorm".to_owned(), vec![HIDDEN])];
    for layer in 0..LAYERS {
        let of = |part: &str| format!("encoder.layer.{layer}.{part}");
        for part in ["query", "key", "value"] {
            pairs.push((of(&format!("attention.self.{part}")), vec![HIDDEN, HIDDEN]));
        }
        pairs.push((of("attention.output.dense"), vec![HIDDEN, HIDDEN]));
        pairs.push((of("attention.output.LayerNorm"), vec![HIDDEN]));
        pairs.push((of("intermediate.dense"), vec![INNER, HIDDEN]));
        pairs.push((of("output.dense"), vec![HIDDEN, INNER]));
        pairs.push((of("output.LayerNorm"), vec![HIDDEN]));
    }
    for (name, shape) in pairs {
        add(format!("{name}.weight"), &shape);
        add(format!("{name}.bias"), &shape[..1]);
    }
    weights
}

/// The form of safetensors: the length of a header, the header, the numbers.
fn safetensors(weights: &Weights) -> Vec<u8> {
    let (mut header, mut numbers) = (serde_json::Map::new(), Vec::new());
    for (name, (shape, values)) in weights {
        let start = numbers.len();
        numbers.extend(values.iter().flat_map(|it| it.to_le_bytes()));
        let place = json!({"dtype": "F32", "shape": shape, "data_offsets": [start, numbers.len()]});
        header.insert(name.clone(), place);
    }
    let mut header = Value::Object(header).to_string();
    while !header.len().is_multiple_of(8) {
        header.push(' ');
    }
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.bytes());
    bytes.extend(numbers);
    bytes
}

fn config() -> Value {
    json!({
        "model_type": "bert", "vocab_size": WORDS.len(), "hidden_size": HIDDEN,
        "num_hidden_layers": LAYERS, "num_attention_heads": HEADS, "intermediate_size": INNER,
        "hidden_act": "gelu", "hidden_dropout_prob": 0.1, "max_position_embeddings": POSITIONS,
        "type_vocab_size": 2, "initializer_range": 0.02, "layer_norm_eps": 1e-12, "pad_token_id": 0,
        "position_embedding_type": "absolute", "use_cache": true,
    })
}

fn tokenizer() -> Value {
    let vocabulary: BTreeMap<&str, usize> = WORDS
        .iter()
        .zip(0..)
        .map(|(word, id)| (*word, id))
        .collect();
    let special = |id: usize| {
        json!({
            "id": id, "content": WORDS[id], "single_word": false, "lstrip": false, "rstrip": false,
            "normalized": false, "special": true,
        })
    };
    json!({
        "version": "1.0",
        "truncation": null,
        // What files often have, and must not matter.
        "padding": {
            "strategy": {"Fixed": 8}, "direction": "Right", "pad_to_multiple_of": null, "pad_id": 0,
            "pad_type_id": 0, "pad_token": "[PAD]",
        },
        "added_tokens": [special(0), special(1), special(2), special(3)],
        "normalizer": {
            "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
            "strip_accents": null, "lowercase": true,
        },
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]},
        "decoder": null,
        "model": {
            "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100, "vocab": vocabulary,
        },
    })
}

/// A folder with a whole model.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let write =
        |file: &str, bytes: &[u8]| fs::write(folder.path().join(file), bytes).expect("written");
    write("config.json", config().to_string().as_bytes());
    write("tokenizer.json", tokenizer().to_string().as_bytes());
    write("model.safetensors", &safetensors(&made_up(7)));
    folder
}

fn opened(folder: &Path) -> Transformer {
    Transformer::open(folder).expect("a transformer")
}

/// What is known of a model, and the arithmetic of BERT (Devlin et al. 2018) on single tokens.
struct Plain(Weights);

impl Plain {
    fn numbers(&self, name: &str) -> &[f32] {
        &self.0[name].1
    }

    fn row(&self, name: &str, row: usize) -> Vec<f64> {
        let rows = self.numbers(name).chunks(HIDDEN);
        rows.map(|it| it.iter().map(|it| f64::from(*it)).collect())
            .nth(row)
            .expect("a row")
    }

    fn linear(&self, name: &str, input: &[f64]) -> Vec<f64> {
        let rows = self.numbers(&format!("{name}.weight")).chunks(input.len());
        let bias = self.numbers(&format!("{name}.bias"));
        rows.zip(bias)
            .map(|(row, bias)| {
                row.iter()
                    .zip(input)
                    .map(|(a, b)| f64::from(*a) * b)
                    .sum::<f64>()
                    + f64::from(*bias)
            })
            .collect()
    }

    fn normal(&self, name: &str, input: &[f64]) -> Vec<f64> {
        let mean = input.iter().sum::<f64>() / input.len() as f64;
        let variance = input.iter().map(|it| (it - mean).powi(2)).sum::<f64>() / input.len() as f64;
        let weight = self.numbers(&format!("{name}.weight"));
        let bias = self.numbers(&format!("{name}.bias"));
        let scale = 1.0 / (variance + 1e-12).sqrt();
        let both = weight.iter().zip(bias);
        let values = input.iter().zip(both);
        values
            .map(|(it, (w, b))| (it - mean) * scale * f64::from(*w) + f64::from(*b))
            .collect()
    }

    /// The vectors of tokens.
    fn tokens(&self, ids: &[usize]) -> Vec<Vec<f64>> {
        let mut tokens: Vec<Vec<f64>> = Vec::new();
        for (position, id) in ids.iter().enumerate() {
            let parts = [
                self.row("embeddings.word_embeddings.weight", *id),
                self.row("embeddings.position_embeddings.weight", position),
                self.row("embeddings.token_type_embeddings.weight", 0),
            ];
            let sum: Vec<f64> = (0..HIDDEN)
                .map(|it| parts.iter().map(|part| part[it]).sum())
                .collect();
            tokens.push(self.normal("embeddings.LayerNorm", &sum));
        }
        for layer in 0..LAYERS {
            let of = |part: &str| format!("encoder.layer.{layer}.{part}");
            let all = |part: &str| -> Vec<Vec<f64>> {
                let name = of(&format!("attention.self.{part}"));
                tokens
                    .iter()
                    .map(|token| self.linear(&name, token))
                    .collect()
            };
            let (queries, keys, values) = (all("query"), all("key"), all("value"));
            let width = HIDDEN / HEADS;
            let mut next = Vec::new();
            for (query, token) in queries.iter().zip(&tokens) {
                let mut seen = vec![0.0; HIDDEN];
                for head in 0..HEADS {
                    let part = head * width..(head + 1) * width;
                    let score = |key: &Vec<f64>| {
                        let products = part.clone().map(|it| query[it] * key[it]);
                        (products.sum::<f64>() / (width as f64).sqrt()).exp()
                    };
                    let scores: Vec<f64> = keys.iter().map(score).collect();
                    let sum: f64 = scores.iter().sum();
                    for (score, value) in scores.iter().zip(&values) {
                        part.clone()
                            .for_each(|it| seen[it] += score / sum * value[it]);
                    }
                }
                let seen = self.linear(&of("attention.output.dense"), &seen);
                let seen = self.normal(&of("attention.output.LayerNorm"), &added(&seen, token));
                let mut inner = self.linear(&of("intermediate.dense"), &seen);
                for it in &mut inner {
                    *it *= 0.5 * (1.0 + libm::erf(*it / 2.0_f64.sqrt()));
                }
                let out = self.linear(&of("output.dense"), &inner);
                next.push(self.normal(&of("output.LayerNorm"), &added(&out, &seen)));
            }
            tokens = next;
        }
        tokens
    }

    fn mean(&self, ids: &[usize]) -> Vec<f64> {
        let tokens = self.tokens(ids);
        let mean =
            |it: usize| tokens.iter().map(|token| token[it]).sum::<f64>() / tokens.len() as f64;
        (0..HIDDEN).map(mean).collect()
    }
}

fn added(left: &[f64], right: &[f64]) -> Vec<f64> {
    left.iter().zip(right).map(|(a, b)| a + b).collect()
}

fn near(found: &[f32], wanted: &[f64]) {
    for (found, wanted) in found.iter().zip(wanted) {
        assert!(
            (f64::from(*found) - wanted).abs() < 2e-5,
            "{found}, not {wanted}"
        );
    }
}

/// Texts with what the tokenizer makes of them.
const TEXTS: [(&str, &[usize]); 5] = [
    ("barn weddings", &[2, 4, 5, 6, 3]),
    ("Red shoes", &[2, 7, 8, 3]),
    ("gardening", &[2, 9, 10, 3]),
    ("a zebra", &[2, 11, 1, 3]),
    // Ten tokens with both marks, and no more.
    (
        "a a a a a a a a barn",
        &[2, 11, 11, 11, 11, 11, 11, 11, 11, 3],
    ),
];

#[test]
fn vectors_are_those_of_the_arithmetic() {
    let folder = folder();
    let transformer = opened(folder.path());
    assert_eq!(transformer.dimensions(), HIDDEN);
    let plain = Plain(made_up(7));
    let found = vectors(&transformer, &TEXTS.map(|it| it.0)).expect("vectors");
    for (found, (_, ids)) in found.iter().zip(TEXTS) {
        near(found, &plain.mean(ids));
    }
}

#[test]
fn the_first_token_alone_where_the_folder_says_so() {
    let folder = folder();
    fs::create_dir(folder.path().join("1_Pooling")).expect("made");
    let pooling = json!({"word_embedding_dimension": 8, "pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false});
    fs::write(
        folder.path().join("1_Pooling/config.json"),
        pooling.to_string(),
    )
    .expect("written");
    let transformer = opened(folder.path());
    let found = vectors(&transformer, &["red shoes"]).expect("vectors");
    near(&found[0], &Plain(made_up(7)).tokens(&[2, 7, 8, 3])[0]);
    assert_ne!(transformer.hash(), opened(self::folder().path()).hash());
}

#[test]
fn a_vector_depends_on_its_text_alone() {
    let folder = folder();
    let transformer = opened(folder.path());
    let texts: Vec<String> = (0..60)
        .map(|it| ["barn", "wedding", "red shoes", "a garden"][it % 4].repeat(1 + it % 3))
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let together = vectors(&transformer, &texts).expect("vectors");
    for (text, vector) in texts.iter().zip(&together) {
        assert_eq!(
            vectors(&transformer, &[text]).expect("a vector")[0],
            *vector,
            "{text}"
        );
    }
}

#[test]
fn its_hash_is_that_of_what_is_in_the_folder() {
    let folder = folder();
    let hash = opened(folder.path()).hash().to_owned();
    assert_eq!(hash.len(), 16);
    assert_eq!(opened(self::folder().path()).hash(), hash);
    // Who saved it, and how, doesn't matter.
    let mut saved = config();
    saved["transformers_version"] = "9.9.9".into();
    let text = serde_json::to_string_pretty(&saved).expect("JSON");
    fs::write(folder.path().join("config.json"), text).expect("written");
    assert_eq!(opened(folder.path()).hash(), hash);
    saved["layer_norm_eps"] = 1e-5.into();
    fs::write(folder.path().join("config.json"), saved.to_string()).expect("written");
    assert_ne!(opened(folder.path()).hash(), hash);
    fs::write(folder.path().join("config.json"), config().to_string()).expect("written");
    fs::write(
        folder.path().join("model.safetensors"),
        safetensors(&made_up(8)),
    )
    .expect("written");
    assert_ne!(opened(folder.path()).hash(), hash);
}

#[test]
fn folders_that_do_not_fit_are_refused_with_what_to_do() {
    let with = |file: &str, content: &str| {
        let folder = folder();
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, content).expect("written");
        folder
    };
    let without = |file: &str| {
        let folder = folder();
        fs::remove_file(folder.path().join(file)).expect("removed");
        folder
    };
    let other = |key: &str, value: Value| {
        let mut config = config();
        config[key] = value;
        with("config.json", &config.to_string())
    };
    let bin = without("model.safetensors");
    fs::write(bin.path().join("pytorch_model.bin"), "").expect("written");
    let dense = r#"[{"type":"sentence_transformers.models.Transformer"},{"type":"sentence_transformers.models.Dense"}]"#;
    for (folder, wanted) in [
        (without("config.json"), "must hold a sentence transformer"),
        (
            without("tokenizer.json"),
            "must hold a sentence transformer",
        ),
        (
            without("model.safetensors"),
            "must hold a sentence transformer",
        ),
        (bin, "safe_serialization"),
        (other("model_type", json!("mpnet")), "of the kind `mpnet`"),
        (other("vocab_size", json!(5)), "another model's"),
        (other("hidden_size", json!(16)), "model.safetensors"),
        (with("config.json", "{"), "config.json"),
        (with("tokenizer.json", "{}"), "tokenizer.json"),
        (with("model.safetensors", "short"), "model.safetensors"),
        (with("modules.json", dense), "a layer `Dense`"),
        (
            with(
                "1_Pooling/config.json",
                r#"{"pooling_mode_max_tokens": true}"#,
            ),
            "pooling_mode_mean_tokens",
        ),
    ] {
        let Err(error) = Transformer::open(folder.path()) else {
            panic!("{wanted}")
        };
        assert!(error.reason.contains(wanted), "{error}");
        assert!(!error.may_pass);
    }
}
