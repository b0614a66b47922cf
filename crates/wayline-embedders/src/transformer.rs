//! A sentence transformer of the BERT family, run here by candle.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::Path;

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::bert::{BertModel, Config};
use rayon::prelude::*;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokenizers::{Encoding, Tokenizer, TruncationParams};
use wayline::embed::{EmbedError, TextEmbedder};
use wayline::nouns::short_hash;

/// A sentence transformer out of a folder as sentence-transformers and the Hugging Face hub lay it out:
/// `config.json`, `tokenizer.json`, `model.safetensors`, and, where they are there, `modules.json`,
/// `sentence_bert_config.json` and `1_Pooling/config.json`.
///
/// A text's vector depends on nothing but the text, to the last bit: each is reckoned alone, without
/// padding, and several at the same time.
pub struct Transformer {
    model: BertModel,
    tokenizer: Tokenizer,
    pooling: Pooling,
    dimensions: usize,
    hash: String,
}

/// What becomes of the vectors of a text's tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pooling {
    Mean,
    First,
}

impl Pooling {
    /// As it stands in what a hash is made of.
    fn name(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::First => "first",
        }
    }
}

/// Tokens of a text that are read, where the folder doesn't say.
const MOST_TOKENS: usize = 512;

impl Transformer {
    /// Reads a folder.
    ///
    /// # Errors
    /// Something isn't there, can't be read, or is of a kind that isn't known.
    pub fn open(folder: &Path) -> Result<Self, EmbedError> {
        let files = Folder(folder);
        let config_bytes = files.bytes("config.json")?;
        let kind: KindOfModel = files.json("config.json", &config_bytes)?;
        if kind.model_type != "bert" {
            return Err(files.wrong(
                "config.json",
                format!(
                    "a model of the kind `{}`, where `bert` is wanted; all-MiniLM-L6-v2 is one",
                    kind.model_type
                ),
            ));
        }
        let config: Config = files.json("config.json", &config_bytes)?;
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
        let hash = short_hash(&[
            "transformer 1",
            &format!("{} {most_tokens}", pooling.name()),
            &files.shape(&config_bytes)?,
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
            hash,
        })
    }

    fn reckon(&self, encoding: &Encoding) -> candle_core::Result<Vec<f32>> {
        let row = |numbers: &[u32]| Tensor::from_slice(numbers, (1, numbers.len()), &Device::Cpu);
        let (ids, kinds) = (row(encoding.get_ids())?, row(encoding.get_type_ids())?);
        let tokens = self.model.forward(&ids, &kinds, None)?.squeeze(0)?;
        match self.pooling {
            Pooling::Mean => tokens.mean(0)?,
            Pooling::First => tokens.get(0)?,
        }
        .to_vec1()
    }

    /// The vector of one text; zeros for one of which the tokenizer makes nothing.
    fn embed(&self, text: &str, out: &mut [f32]) -> Result<(), EmbedError> {
        let failed = |error: &dyn Display| {
            EmbedError::lasting(format!("the transformer can't embed: {error}"))
        };
        let encoding = self.tokenizer.encode_fast(text, true);
        let encoding = encoding.map_err(|error| failed(&error))?;
        // A tokenizer without marks for the ends makes nothing of signs that it doesn't know.
        if encoding.is_empty() {
            out.fill(0.0);
            return Ok(());
        }
        let vector = self.reckon(&encoding).map_err(|error| failed(&error))?;
        out.copy_from_slice(&vector);
        Ok(())
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
        let rooms = out.par_chunks_mut(self.dimensions);
        let texts = texts.par_iter().zip(rooms);
        texts.try_for_each(|(text, out)| self.embed(text, out))
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

/// Keys of a config that vectors depend on beside the weights.
const SHAPE: [&str; 5] = [
    "hidden_act",
    "layer_norm_eps",
    "num_attention_heads",
    "num_hidden_layers",
    "position_embedding_type",
];

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

    /// What a config says that vectors depend on; the rest changes with who saved it.
    fn shape(&self, config: &[u8]) -> Result<String, EmbedError> {
        let config: BTreeMap<String, serde_json::Value> = self.json("config.json", config)?;
        let said = SHAPE.map(|key| {
            let value = config
                .get(key)
                .map_or_else(String::new, ToString::to_string);
            format!("{key} {value}")
        });
        Ok(said.join(", "))
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
