//! Any server with OpenAI-compatible embeddings.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use wayline::embed::{EmbedError, TextEmbedder};
use wayline::nouns::short_hash;
use wayline::text_model::{Remedy, TextModelError};
use wayline_text_model::{Cancel, Gate, Key, Patience, Tally, Wire, WireOptions, at_once};

use crate::disk::Vectors;

/// What an endpoint is asked as.
#[derive(Clone, Debug)]
pub struct EndpointOptions {
    /// The URL before `/embeddings`; often it ends in `/v1`.
    pub url: String,
    /// The model's name as the server knows it.
    pub model: String,
    /// Sent as a bearer token; none where the server wants none.
    pub key: Option<Key>,
    /// Numbers of a vector; 0 for as many as the server gives.
    pub dimensions: usize,
    /// The most texts of one call.
    pub batch: usize,
    /// Calls that may be on their way at once.
    pub at_once: usize,
    /// How long one call may take.
    pub timeout: Duration,
    /// How often a call is tried where errors pass.
    pub patience: Patience,
}

/// A server that gives vectors. Calls are tried again after errors that pass.
pub struct Endpoint {
    wire: Wire,
    gate: Gate,
    model: String,
    /// What the server is asked for; none where it decides.
    asked: Option<usize>,
    dimensions: usize,
    batch: usize,
    at_once: usize,
    patience: Patience,
    cancel: Cancel,
    tally: Tally,
    hash: String,
}

/// Characters of a text that are sent: servers refuse what is longer than their model reads.
const MOST_CHARACTERS: usize = 1_000;
/// Bytes that the vector of one text may take in a reply.
const VECTOR_BYTES: u64 = 1 << 20;
/// What tells how long vectors are.
const PROBE: &str = "wayline";

impl Endpoint {
    /// An endpoint. Where neither the options nor the cache say how long vectors are, the server is asked
    /// for one.
    ///
    /// # Errors
    /// The URL can't be used, or the server can't be asked.
    pub fn open(options: EndpointOptions, cache: Option<&Vectors>) -> Result<Self, EmbedError> {
        let wire = Wire::new(WireOptions {
            url: options.url,
            key: options.key,
            timeout: options.timeout,
            max_reply_bytes: VECTOR_BYTES * options.batch as u64,
            connections: options.at_once,
        });
        let mut endpoint = Self {
            wire: wire.map_err(|error| told(&error))?,
            gate: Gate::new(options.at_once),
            model: options.model,
            asked: Some(options.dimensions).filter(|it| *it > 0),
            dimensions: options.dimensions,
            batch: options.batch,
            at_once: options.at_once,
            patience: options.patience,
            cancel: Cancel::default(),
            tally: Tally::default(),
            hash: String::new(),
        };
        if endpoint.asked.is_none() {
            endpoint.dimensions = endpoint.find_dimensions(cache)?;
        }
        endpoint.hash = short_hash(&[
            "endpoint 1",
            &endpoint.model,
            &endpoint.dimensions.to_string(),
        ]);
        Ok(endpoint)
    }

    fn find_dimensions(&self, cache: Option<&Vectors>) -> Result<usize, EmbedError> {
        // Another server may call another model so.
        let name = format!("endpoint 1: {} at {}", self.model, self.wire.endpoint());
        if let Some(known) = cache
            .map(|cache| cache.dimensions(&name))
            .transpose()?
            .flatten()
        {
            return Ok(known);
        }
        let vectors = self.ask(&[PROBE])?;
        let dimensions = vectors.first().map_or(0, Vec::len);
        if dimensions == 0 {
            return Err(EmbedError::lasting(format!(
                "{} gives empty vectors; is `{}` a model for embeddings?",
                self.wire.endpoint(),
                self.model
            )));
        }
        if let Some(cache) = cache {
            cache.remember_dimensions(&name, dimensions)?;
        }
        Ok(dimensions)
    }

    /// The vectors of texts of one call, in their order.
    fn ask(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError> {
        let asked = Asked {
            model: &self.model,
            input: texts.iter().map(|text| cut(text)).collect(),
            dimensions: self.asked,
        };
        let json = serde_json::to_vec(&asked);
        let json = json.map_err(|error| EmbedError::lasting(error.to_string()))?;
        let once = || {
            // Nobody holds a place while they wait to try again.
            let place = self.gate.place(&self.cancel);
            let _place = place.ok_or(TextModelError::Cancelled)?;
            let (status, body) = self.wire.post("/embeddings", &json)?;
            if status.code != 200 {
                return Err(self.wire.refusal(&status, &body, &self.model));
            }
            let answer: Result<Answer, _> = serde_json::from_str(&body);
            answer.map_err(|error| self.wire.unreadable(&body, error.to_string()))
        };
        let answer = self.patience.again(&self.cancel, &self.tally, once);
        // Asked again it would say the same.
        in_order(answer.map_err(|error| told(&error))?, texts.len()).map_err(|reason| {
            EmbedError::lasting(format!(
                "{} gives {reason}; is `{}` a model for embeddings? Take another one",
                self.wire.endpoint(),
                self.model
            ))
        })
    }

    /// The same, written to their rooms.
    fn write(&self, texts: &[&str], out: &mut [f32]) -> Result<(), EmbedError> {
        let vectors = self.ask(texts)?;
        for (vector, out) in vectors.iter().zip(out.chunks_exact_mut(self.dimensions)) {
            if vector.len() != self.dimensions {
                return Err(EmbedError::lasting(format!(
                    "{} gives vectors of {} numbers, where {} are wanted: what embedder.dimensions says, or \
                     embedder.cache remembers of this model; correct the one or delete the other",
                    self.wire.endpoint(),
                    vector.len(),
                    self.dimensions
                )));
            }
            out.copy_from_slice(vector);
        }
        Ok(())
    }
}

impl TextEmbedder for Endpoint {
    fn hash(&self) -> &str {
        &self.hash
    }

    fn dimensions(&self) -> usize {
        self.dimensions
    }

    fn embed_all(&self, texts: &[&str], out: &mut [f32]) -> Result<(), EmbedError> {
        let rooms = out.chunks_mut(self.dimensions * self.batch);
        let batches = texts.chunks(self.batch).zip(rooms);
        let threads = self.at_once.min(batches.len());
        at_once(batches, threads, |(texts, out)| self.write(texts, out))
            .into_iter()
            .collect()
    }
}

#[derive(Serialize)]
struct Asked<'a> {
    model: &'a str,
    input: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dimensions: Option<usize>,
}

#[derive(Deserialize)]
struct Answer {
    data: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    /// Which text it is of; some servers leave it out and keep the order.
    index: Option<usize>,
    embedding: Vec<Option<f32>>,
}

/// The vectors of a reply in the order of the texts, or what is wrong with it.
fn in_order(answer: Answer, texts: usize) -> Result<Vec<Vec<f32>>, String> {
    if answer.data.len() != texts {
        let found = answer.data.len();
        return Err(format!("{found} vectors for {texts} texts"));
    }
    let mut vectors: Vec<Option<Vec<f32>>> = vec![None; texts];
    for (place, row) in answer.data.into_iter().enumerate() {
        let index = row.index.unwrap_or(place);
        let room = vectors
            .get_mut(index)
            .filter(|it| it.is_none())
            .ok_or_else(|| format!("the index {index} twice, or for no text"))?;
        let vector: Option<Vec<f32>> = row.embedding.into_iter().collect();
        let vector = vector.filter(|it| it.iter().all(|number| number.is_finite()));
        *room = Some(vector.ok_or("a vector that isn't all numbers")?);
    }
    Ok(vectors.into_iter().flatten().collect())
}

/// The beginning of a text that is very long.
fn cut(text: &str) -> &str {
    match text.char_indices().nth(MOST_CHARACTERS) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}

/// The errors of the protocol in this one's words.
fn told(error: &TextModelError) -> EmbedError {
    let reason = match error {
        TextModelError::NoEndpoint { endpoint, reason } => format!(
            "{endpoint} is no endpoint for embeddings: {reason}; embedder.url is what stands before \
             /embeddings, and often ends in /v1"
        ),
        TextModelError::TooLong { reason } => {
            format!("a text is too long for the model: {reason}; take another model")
        }
        TextModelError::Busy {
            endpoint, reason, ..
        } => format!(
            "{endpoint} is busy: {reason}; try later, or ask less at once (embedder.concurrency)"
        ),
        TextModelError::TimedOut { endpoint, seconds } => format!(
            "{endpoint} gave no whole reply within {seconds} s; try later, allow more time \
             (embedder.timeout_s), or ask for less at once (embedder.batch)"
        ),
        TextModelError::TooLarge { .. } => {
            "the server's reply is too large for vectors; is it one for embeddings?".to_owned()
        }
        other => other.to_string(),
    };
    EmbedError {
        reason,
        may_pass: error.remedy() == Remedy::Later,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_come_in_the_order_of_their_texts() {
        let body = r#"{"object":"list","data":[{"index":1,"embedding":[0.5,1e-3]},{"index":0,"embedding":[-1,2]}],"usage":{}}"#;
        let read = |body: &str| in_order(serde_json::from_str(body).expect("JSON"), 2);
        let vectors = read(body).expect("vectors");
        assert_eq!(vectors, [vec![-1.0, 2.0], vec![0.5, 1e-3]]);
        let without = r#"{"data":[{"embedding":[1]},{"embedding":[2]}]}"#;
        assert_eq!(read(without).expect("vectors"), [vec![1.0], vec![2.0]]);
    }

    #[test]
    fn what_is_no_vector_is_refused() {
        for (body, wanted) in [
            (r#"{"data":[]}"#, "0 vectors for 1 texts"),
            (r#"{"data":[{"index":1,"embedding":[1]}]}"#, "the index 1"),
            (
                r#"{"data":[{"index":0,"embedding":[1,null]}]}"#,
                "all numbers",
            ),
            (
                r#"{"data":[{"index":0,"embedding":[1e39]}]}"#,
                "all numbers",
            ),
        ] {
            let answer = serde_json::from_str(body).expect("JSON");
            let reason = in_order(answer, 1).expect_err("refused");
            assert!(reason.contains(wanted), "{body}: {reason}");
        }
        // What is no answer at all may be one when it is asked for again.
        for (body, wanted) in [
            (r#"{"data":[{"index":0,"embedding":[NaN]}]}"#, "expected"),
            (r#"{"error":{"message":"no"}}"#, "missing field"),
        ] {
            let reason = serde_json::from_str::<Answer>(body).err();
            let reason = reason.expect("refused").to_string();
            assert!(reason.contains(wanted), "{body}: {reason}");
        }
        let twice = r#"{"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]}"#;
        let answer = serde_json::from_str(twice).expect("JSON");
        assert!(in_order(answer, 2).expect_err("refused").contains("twice"));
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(cut(&"ß".repeat(2_000)).chars().count(), MOST_CHARACTERS);
        assert_eq!(cut("short"), "short");
    }
}
