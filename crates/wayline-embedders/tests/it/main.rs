//! What servers, folders and caches do to vectors, good or bad.

mod cache;
mod endpoint;
#[cfg(feature = "transformer")]
mod real_model;
mod stub;
#[cfg(feature = "transformer")]
mod transformer;

use std::time::Duration;

use wayline::embed::{EmbedError, TextEmbedder};
use wayline_embedders::{Endpoint, EndpointOptions, Vectors};
use wayline_text_model::{Key, Patience};

use stub::Stub;

/// An endpoint that asks a stub for vectors of three numbers, with little patience.
fn endpoint(stub: &Stub) -> Result<Endpoint, EmbedError> {
    open(stub, 3, 3, None)
}

fn open(
    stub: &Stub,
    dimensions: usize,
    tries: usize,
    cache: Option<&Vectors>,
) -> Result<Endpoint, EmbedError> {
    let options = EndpointOptions {
        url: stub.url(),
        model: "stub".to_owned(),
        key: Some(Key::new("secret").expect("a key")),
        dimensions,
        batch: 2,
        at_once: 2,
        timeout: Duration::from_secs(5),
        patience: Patience {
            tries,
            first_wait: Duration::from_millis(1),
            longest_wait: Duration::from_millis(20),
        },
    };
    Endpoint::open(options, cache)
}

fn vectors(embedder: &dyn TextEmbedder, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError> {
    let dimensions = embedder.dimensions();
    let mut out = vec![f32::NAN; texts.len() * dimensions];
    embedder.embed_all(texts, &mut out)?;
    Ok(out.chunks(dimensions).map(<[f32]>::to_vec).collect())
}
