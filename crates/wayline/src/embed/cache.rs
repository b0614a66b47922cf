//! The vectors that one worker thread holds: of the embedder that groups, and of the table inside.

use std::collections::HashMap;

use foldhash::fast::FixedState;
use quick_cache::unsync::Cache;

use super::sum::scale_to_unit;
use super::table_cache::TableCache;
use super::{AnyEmbedder, EmbedError, Embedder, TextEmbedder};

/// Remembers the vectors of up to a number of texts; one for each worker thread. What it returns never
/// depends on what it holds.
///
/// [`prepare`](Self::prepare) asks the embedder that groups units, which may be slow and may fail. What comes after
/// grouping asks the table inside ([`Self::inside`]), which does neither, and which all other learned parts
/// were fitted on.
#[derive(Debug)]
pub struct EmbeddingCache<'e> {
    inside: TableCache<'e>,
    other: Option<OtherCache<'e>>,
}

impl<'e> EmbeddingCache<'e> {
    /// Room for the vectors of `capacity` texts, each 4 bytes a dimension and its text; 0 keeps nothing.
    /// Of vectors that are longer than those of the table inside it keeps fewer.
    pub fn new(embedder: impl Into<AnyEmbedder<'e>>, capacity: usize) -> Self {
        match embedder.into() {
            AnyEmbedder::Inside(embedder) => Self {
                inside: TableCache::new(embedder, capacity),
                other: None,
            },
            AnyEmbedder::Other(embedder) => Self {
                inside: TableCache::new(Embedder::builtin(), capacity),
                other: Some(OtherCache::new(embedder, capacity)),
            },
        }
    }

    /// The vectors of the table inside.
    pub fn inside(&mut self) -> &mut TableCache<'e> {
        &mut self.inside
    }

    /// Whether the table inside groups, so that there is one kind of vectors alone.
    #[must_use]
    pub fn is_inside(&self) -> bool {
        self.other.is_none()
    }

    /// The hash of the embedder that groups.
    #[must_use]
    pub fn hash(&self) -> &str {
        match &self.other {
            None => self.inside.hash(),
            Some(other) => other.embedder.hash(),
        }
    }

    /// Length of a vector of the embedder that groups: a multiple of 32.
    #[must_use]
    pub fn dimensions(&self) -> usize {
        match &self.other {
            None => self.inside.dimensions(),
            Some(other) => other.stride,
        }
    }

    /// Gets the vectors of texts all at once, where asking for one at a time is slow. They are held until
    /// the next call; those of other texts are still embedded when they are asked for.
    ///
    /// # Errors
    /// The embedder can't be asked, or gives something else than vectors.
    pub fn prepare<T: AsRef<str>>(
        &mut self,
        texts: impl IntoIterator<Item = T>,
    ) -> Result<(), EmbedError> {
        match &mut self.other {
            None => Ok(()),
            Some(other) => other.prepare(texts),
        }
    }

    /// The vector of a text at the end of `out`, of the embedder that groups: unit length, or zeros.
    ///
    /// # Errors
    /// The embedder can't be asked, or gives something else than vectors.
    pub fn append(&mut self, text: &str, out: &mut Vec<f32>) -> Result<(), EmbedError> {
        match &mut self.other {
            None => {
                self.inside.append(text, out);
                Ok(())
            }
            Some(other) => other.append(text, out),
        }
    }
}

/// The vectors of another embedder.
struct OtherCache<'e> {
    embedder: &'e dyn TextEmbedder,
    /// Length of a vector with the zeros behind it.
    stride: usize,
    kept: Cache<Box<str>, Box<[f32]>>,
    /// Those of the person at hand.
    now: HashMap<Box<str>, Box<[f32]>, FixedState>,
}

/// What loops over dimensions is made for.
const STEP: usize = 32;

impl<'e> OtherCache<'e> {
    fn new(embedder: &'e dyn TextEmbedder, capacity: usize) -> Self {
        let stride = embedder.dimensions().next_multiple_of(STEP);
        let usual = Embedder::builtin().dimensions();
        Self {
            embedder,
            stride,
            kept: Cache::new(capacity * usual / stride.max(usual)),
            now: HashMap::default(),
        }
    }

    fn prepare<T: AsRef<str>>(
        &mut self,
        texts: impl IntoIterator<Item = T>,
    ) -> Result<(), EmbedError> {
        self.now.clear();
        let mut new: Vec<Box<str>> = Vec::new();
        for text in texts {
            let text = text.as_ref();
            if text.trim().is_empty() || self.now.contains_key(text) {
                continue;
            }
            // Kept ones could be pushed out by those that are new.
            let vector = self.kept.get(text).cloned();
            if vector.is_none() {
                new.push(text.into());
            }
            self.now.insert(text.into(), vector.unwrap_or_default());
        }
        let made = self.make(&new);
        if made.is_err() {
            self.now.clear();
        }
        for (text, vector) in new.into_iter().zip(made?) {
            if self.kept.capacity() > 0 {
                self.kept.insert(text.clone(), vector.clone());
            }
            self.now.insert(text, vector);
        }
        Ok(())
    }

    fn append(&mut self, text: &str, out: &mut Vec<f32>) -> Result<(), EmbedError> {
        if text.trim().is_empty() {
            out.resize(out.len() + self.stride, 0.0);
            return Ok(());
        }
        if let Some(vector) = self.now.get(text).or_else(|| self.kept.get(text)) {
            out.extend_from_slice(vector);
            return Ok(());
        }
        for vector in self.make(&[text.into()])? {
            out.extend_from_slice(&vector);
            if self.kept.capacity() > 0 {
                self.kept.insert(text.into(), vector);
            }
        }
        Ok(())
    }

    /// Vectors of unit length, or zeros where the embedder gives zeros.
    fn make(&self, texts: &[Box<str>]) -> Result<Vec<Box<[f32]>>, EmbedError> {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        let dimensions = self.embedder.dimensions();
        let mut out = vec![f32::NAN; texts.len() * dimensions];
        let borrowed: Vec<&str> = texts.iter().map(AsRef::as_ref).collect();
        self.embedder.embed_all(&borrowed, &mut out)?;
        if out.iter().any(|it| !it.is_finite()) {
            // The text isn't told: errors go to logs.
            return Err(EmbedError::lasting(format!(
                "the embedder {} gives a vector that isn't all numbers; vectors with such gaps can't be \
                 used, take another model",
                self.embedder.hash()
            )));
        }
        let padded = out.chunks_exact(dimensions).map(|vector| {
            let mut padded = vec![0.0; self.stride];
            padded[..dimensions].copy_from_slice(vector);
            scale_to_unit(&mut padded);
            padded.into_boxed_slice()
        });
        Ok(padded.collect())
    }
}

impl std::fmt::Debug for OtherCache<'_> {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.debug_struct("OtherCache")
            .field("embedder", &self.embedder.hash())
            .field("texts", &self.kept.len())
            .finish_non_exhaustive()
    }
}
