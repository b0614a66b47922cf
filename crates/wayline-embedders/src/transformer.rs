//! A sentence transformer of the BERT family, run here by candle.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::Path;

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::bert::{BertModel, Config};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokenizers::{Encoding, Tokenizer, TruncationParams};
use wayline::embed::{EmbedError, TextEmbedder};

use crate::endpoint::hash_of;

/// A sentence transformer out of a folder as sentence-transformers and the Hugging Face hub lay it out:
/// `config.json`, `tokenizer.json`, `model.safetensors`, and, where they are there, `modules.json`,
/// `sentence_bert_config.json` and `1_Pooling/config.json`.
///
/// A text's vector depends on nothing but the text: those of one length in tokens are reckoned together,
/// without padding.
pub struct Transformer {
    model: BertModel,
    tokenizer: Tokenizer,
    pooling: Pooling,
    dimensions: usize,
    batch: usize,
    hash: String,
}

/// What becomes of the vectors of a text's tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pooling {
    Mean,
    First,
}

/// Tokens of a text that are read, where the folder doesn't say.
const MOST_TOKENS: usize = 512;
/// Tokens that are reckoned at once.
const TOKENS_AT_ONCE: usize = 16_384;

impl Transformer {
    /// Reads a folder; at most `batch` texts are reckoned at once.
    ///
    /// # Errors
    /// Something isn't there, can't be read, or is of a kind that isn't known.
    pub fn open(folder: &Path, batch: usize) -> Result<Self, EmbedError> {
        let files = Folder(folder);
        let config = files.bytes("config.json")?;
        let kind: KindOfModel = files.json("config.json", &config)?;
        if kind.model_type != "bert" {
            return Err(files.wrong(
                "config.json",
                format!(
                    "a model of the kind `{}`, where `bert` is wanted; all-MiniLM-L6-v2 is one",
                    kind.model_type
                ),
            ));
        }
        let config: Config = files.json("config.json", &config)?;
        let pooling = files.pooling()?;
        let most_tokens = files.most_tokens()?.min(config.max_position_embeddings);
        let tokenizer_bytes = files.bytes("tokenizer.json")?;
        let mut tokenizer = Tokenizer::from_bytes(&tokenizer_bytes)
            .map_err(|error| files.wrong("tokenizer.json", error))?;
        tokenizer.with_padding(None);
        tokenizer
            .with_truncation(Some(TruncationParams {
                max_length: most_tokens,
                ..TruncationParams::default()
            }))
            .map_err(|error| files.wrong("tokenizer.json", error))?;
        let words = tokenizer.get_vocab_size(true);
        if words > config.vocab_size {
            let reason = format!(
                "{words} words, where the model knows {}; it is another model's",
                config.vocab_size
            );
            return Err(files.wrong("tokenizer.json", reason));
        }
        let weights = files.weights()?;
        let hash = hash_of(&[
            "transformer 1",
            &format!("{pooling:?} {most_tokens} {config:?}"),
            &blake3::hash(&tokenizer_bytes).to_hex(),
            &blake3::hash(&weights).to_hex(),
        ]);
        let of_weights = |error| files.wrong("model.safetensors", error);
        let weights = VarBuilder::from_buffered_safetensors(weights, DType::F32, &Device::Cpu)
            .map_err(of_weights)?;
        Ok(Self {
            model: BertModel::load(weights, &config).map_err(of_weights)?,
            tokenizer,
            pooling,
            dimensions: config.hidden_size,
            batch: batch.max(1),
            hash,
        })
    }

    /// The vectors of texts that all have as many tokens.
    fn reckon(&self, encodings: &[&Encoding]) -> candle_core::Result<Vec<Vec<f32>>> {
        let tensor = |rows: Vec<&[u32]>| {
            let shape = (rows.len(), rows.first().map_or(0, |row| row.len()));
            Tensor::from_vec(rows.concat(), shape, &Device::Cpu)
        };
        let ids = tensor(encodings.iter().map(|it| it.get_ids()).collect())?;
        let kinds = tensor(encodings.iter().map(|it| it.get_type_ids()).collect())?;
        let tokens = self.model.forward(&ids, &kinds, None)?;
        match self.pooling {
            Pooling::Mean => tokens.mean(1)?,
            Pooling::First => tokens.narrow(1, 0, 1)?.squeeze(1)?,
        }
        .to_vec2()
    }
}

impl TextEmbedder for Transformer {
    fn hash(&self) -> &str {
        &self.hash
    }

    fn dimensions(&self) -> usize {
        self.dimensions
    }

    fn embed_all(&self, texts: &[&str], out: &mut [f32]) -> Result<(), EmbedError> {
        let failed = |error: &dyn Display| {
            EmbedError::lasting(format!("the transformer can't embed: {error}"))
        };
        let encodings: Result<Vec<Encoding>, _> = texts
            .iter()
            .map(|text| self.tokenizer.encode_fast(*text, true))
            .collect();
        let encodings = encodings.map_err(|error| failed(&error))?;
        let mut by_length: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (place, encoding) in encodings.iter().enumerate() {
            by_length.entry(encoding.len()).or_default().push(place);
        }
        for (length, places) in by_length {
            // A tokenizer without marks for the ends makes nothing of signs that it doesn't know.
            if length == 0 {
                for place in places {
                    out[place * self.dimensions..][..self.dimensions].fill(0.0);
                }
                continue;
            }
            let at_once = (TOKENS_AT_ONCE / length).clamp(1, self.batch);
            for places in places.chunks(at_once) {
                let of_places: Vec<&Encoding> = places.iter().map(|it| &encodings[*it]).collect();
                let vectors = self.reckon(&of_places).map_err(|error| failed(&error))?;
                for (place, vector) in places.iter().zip(vectors) {
                    out[place * self.dimensions..][..self.dimensions].copy_from_slice(&vector);
                }
            }
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct KindOfModel {
    #[serde(default)]
    model_type: String,
}

#[derive(Deserialize)]
struct Module {
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
#[serde(default)]
struct PoolingConfig {
    pooling_mode_cls_token: bool,
    pooling_mode_mean_tokens: bool,
    #[serde(flatten)]
    others: BTreeMap<String, serde_json::Value>,
}

impl Default for PoolingConfig {
    fn default() -> Self {
        Self {
            pooling_mode_cls_token: false,
            pooling_mode_mean_tokens: true,
            others: BTreeMap::new(),
        }
    }
}

#[derive(Deserialize)]
struct Reading {
    max_seq_length: Option<usize>,
}

/// A folder and what is read out of it.
struct Folder<'a>(&'a Path);

impl Folder<'_> {
    fn wrong(&self, file: &str, reason: impl Display) -> EmbedError {
        let place = self.0.join(file);
        EmbedError::lasting(format!("{}: {reason}", place.display()))
    }

    fn bytes(&self, file: &str) -> Result<Vec<u8>, EmbedError> {
        std::fs::read(self.0.join(file)).map_err(|error| {
            let reason = format!(
                "{error}; embedder.folder must hold a sentence transformer: config.json, tokenizer.json \
                 and model.safetensors"
            );
            self.wrong(file, reason)
        })
    }

    /// None where the file isn't there.
    fn maybe<T: DeserializeOwned>(&self, file: &str) -> Result<Option<T>, EmbedError> {
        if !self.0.join(file).exists() {
            return Ok(None);
        }
        self.json(file, &self.bytes(file)?).map(Some)
    }

    fn json<T: DeserializeOwned>(&self, file: &str, bytes: &[u8]) -> Result<T, EmbedError> {
        serde_json::from_slice(bytes).map_err(|error| self.wrong(file, error))
    }

    fn weights(&self) -> Result<Vec<u8>, EmbedError> {
        let has = |file: &str| self.0.join(file).exists();
        if !has("model.safetensors") && has("pytorch_model.bin") {
            return Err(self.wrong(
                "pytorch_model.bin",
                "weights in this form aren't read; save them as model.safetensors \
                 (`model.save_pretrained(folder, safe_serialization=True)`)",
            ));
        }
        self.bytes("model.safetensors")
    }

    fn pooling(&self) -> Result<Pooling, EmbedError> {
        let modules: Vec<Module> = self.maybe("modules.json")?.unwrap_or_default();
        const KNOWN: [&str; 3] = ["Transformer", "Pooling", "Normalize"];
        let name = |module: &Module| module.kind.rsplit('.').next().map(str::to_owned);
        let stranger = modules.iter().filter_map(name);
        if let Some(stranger) = stranger
            .into_iter()
            .find(|it| !KNOWN.contains(&it.as_str()))
        {
            let reason =
                format!("a layer `{stranger}`, which isn't known here; take another model");
            return Err(self.wrong("modules.json", reason));
        }
        let file = "1_Pooling/config.json";
        let pooling: PoolingConfig = self.maybe(file)?.unwrap_or_default();
        let others = pooling.others.iter();
        let mut others = others.filter(|(key, value)| {
            key.starts_with("pooling_mode_") && value.as_bool() == Some(true)
        });
        match (
            pooling.pooling_mode_mean_tokens,
            pooling.pooling_mode_cls_token,
            others.next(),
        ) {
            (true, false, None) => Ok(Pooling::Mean),
            (false, true, None) => Ok(Pooling::First),
            _ => Err(self.wrong(
                file,
                "pooling that isn't known here: either pooling_mode_mean_tokens or \
                 pooling_mode_cls_token must be true, and no other",
            )),
        }
    }

    fn most_tokens(&self) -> Result<usize, EmbedError> {
        let reading: Option<Reading> = self.maybe("sentence_bert_config.json")?;
        let most = reading.and_then(|it| it.max_seq_length);
        Ok(most.unwrap_or(MOST_TOKENS).max(3))
    }
}
