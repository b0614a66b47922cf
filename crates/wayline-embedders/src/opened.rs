//! An embedder with its cache, as settings say.

use std::time::Duration;

use wayline::embed::{EmbedError, TextEmbedder};
use wayline_text_model::{Key, KeyError, Patience};

use crate::disk::{OnDisk, Vectors};
use crate::endpoint::{Endpoint, EndpointOptions};
use crate::settings::{Kind, Settings, SettingsError};

/// Why there is no embedder.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum OpenError {
    /// A setting can't be.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The key isn't there.
    #[error("embedder.key_env: {0}")]
    Key(#[from] KeyError),
    /// The folder, the server or the cache can't be used.
    #[error("the embedder: {0}")]
    Embedder(#[from] EmbedError),
    /// The program can't run transformers.
    #[error(
        "embedder.kind: this wayline was built without transformers; build it with \
         `cargo install --path crates/wayline-cli --features transformer`"
    )]
    NoTransformers,
}

/// Opens the embedder that settings describe; none for the table inside. A server is asked for one vector
/// where the cache doesn't know how long they are.
///
/// # Errors
/// The settings can't be, or what they name can't be used.
pub fn open(settings: &Settings) -> Result<Option<Box<dyn TextEmbedder>>, OpenError> {
    settings.check()?;
    if settings.kind == Kind::Builtin {
        return Ok(None);
    }
    let cache = (!settings.cache.as_os_str().is_empty())
        .then(|| Vectors::open(&settings.cache))
        .transpose()?;
    match settings.kind {
        Kind::Builtin => Ok(None),
        Kind::Endpoint => {
            let key = Some(&settings.key_env).filter(|it| !it.is_empty());
            let endpoint = Endpoint::open(
                EndpointOptions {
                    url: settings.url.clone(),
                    model: settings.model.trim().to_owned(),
                    key: key.map(|it| Key::from_env(it)).transpose()?,
                    dimensions: settings.dimensions,
                    batch: settings.batch,
                    at_once: settings.concurrency,
                    timeout: Duration::from_secs_f64(settings.timeout_s),
                    patience: Patience {
                        tries: settings.tries,
                        ..Patience::default()
                    },
                },
                cache.as_ref(),
            )?;
            Ok(Some(with_cache(
                endpoint,
                cache,
                settings,
                settings.concurrency,
            )))
        }
        Kind::Transformer => transformer(settings, cache),
    }
}

fn with_cache(
    embedder: impl TextEmbedder + 'static,
    cache: Option<Vectors>,
    settings: &Settings,
    at_once: usize,
) -> Box<dyn TextEmbedder> {
    match cache {
        Some(cache) => Box::new(OnDisk::new(embedder, cache, settings.batch, at_once)),
        None => Box::new(embedder),
    }
}

#[cfg(feature = "transformer")]
fn transformer(
    settings: &Settings,
    cache: Option<Vectors>,
) -> Result<Option<Box<dyn TextEmbedder>>, OpenError> {
    let transformer = crate::transformer::Transformer::open(&settings.folder)?;
    // All cores work on one batch.
    Ok(Some(with_cache(transformer, cache, settings, 1)))
}

#[cfg(not(feature = "transformer"))]
fn transformer(
    _: &Settings,
    _: Option<Vectors>,
) -> Result<Option<Box<dyn TextEmbedder>>, OpenError> {
    Err(OpenError::NoTransformers)
}
