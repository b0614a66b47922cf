//! The port to other embedders, and which one a run has.

use super::Embedder;

/// What turns texts into vectors whose cosine says how near in meaning two texts are. The table inside is
/// one; adapters fill others in.
pub trait TextEmbedder: Send + Sync {
    /// Sixteen hex digits that differ where vectors may differ. Models name it.
    fn hash(&self) -> &str;

    /// How many numbers a vector has.
    fn dimensions(&self) -> usize;

    /// Writes the vectors of texts one after the other to `out`, in their order. A text's vector depends
    /// on nothing but the text. None of the texts is blank.
    ///
    /// # Errors
    /// Some vector can't be had. Then nothing in `out` is of meaning.
    fn embed_all(&self, texts: &[&str], out: &mut [f32]) -> Result<(), EmbedError>;
}

impl TextEmbedder for Embedder {
    fn hash(&self) -> &str {
        self.hash()
    }

    fn dimensions(&self) -> usize {
        self.dimensions()
    }

    fn embed_all(&self, texts: &[&str], out: &mut [f32]) -> Result<(), EmbedError> {
        for (text, out) in texts.iter().zip(out.chunks_exact_mut(self.dimensions())) {
            self.embed(text, out);
        }
        Ok(())
    }
}

/// Why a text has no vector, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct EmbedError {
    /// In words.
    pub reason: String,
    /// Whether it may be gone later, without anybody changing anything.
    pub may_pass: bool,
}

impl EmbedError {
    /// One that stays until somebody changes something.
    pub fn lasting(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            may_pass: false,
        }
    }
}

/// What groups a person's units: the table inside, which costs next to nothing, or another embedder.
#[derive(Clone, Copy)]
pub enum AnyEmbedder<'e> {
    /// The table inside.
    Inside(&'e Embedder),
    /// Another.
    Other(&'e dyn TextEmbedder),
}

impl AnyEmbedder<'_> {
    /// The hash that models name.
    #[must_use]
    pub fn hash(&self) -> &str {
        match self {
            Self::Inside(embedder) => embedder.hash(),
            Self::Other(embedder) => embedder.hash(),
        }
    }

    /// How many numbers a vector has.
    #[must_use]
    pub fn dimensions(&self) -> usize {
        match self {
            Self::Inside(embedder) => embedder.dimensions(),
            Self::Other(embedder) => embedder.dimensions(),
        }
    }

    /// Whether it is the table that ships.
    #[must_use]
    pub fn is_builtin(&self) -> bool {
        self.hash() == Embedder::builtin().hash()
    }
}

impl<'e> From<&'e Embedder> for AnyEmbedder<'e> {
    fn from(embedder: &'e Embedder) -> Self {
        Self::Inside(embedder)
    }
}

impl<'e> From<&'e dyn TextEmbedder> for AnyEmbedder<'e> {
    fn from(embedder: &'e dyn TextEmbedder) -> Self {
        Self::Other(embedder)
    }
}

impl std::fmt::Debug for AnyEmbedder<'_> {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "AnyEmbedder({})", self.hash())
    }
}
