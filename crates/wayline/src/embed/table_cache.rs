//! The vectors of texts that come back, from the table inside.

use quick_cache::unsync::Cache;

use super::Embedder;

/// Remembers the vectors of up to a number of texts; one for each worker
/// thread. What it returns never depends on what it holds.
pub struct TableCache<'e> {
    embedder: &'e Embedder,
    kept: Cache<Box<str>, Box<[f32]>>,
    hits: u64,
    misses: u64,
}

impl<'e> TableCache<'e> {
    /// Room for `capacity` texts, each 4 bytes a dimension and its text; 0 keeps nothing.
    pub fn new(embedder: &'e Embedder, capacity: usize) -> Self {
        TableCache {
            embedder,
            kept: Cache::new(capacity),
            hits: 0,
            misses: 0,
        }
    }

    /// The same as [`Embedder::embed`].
    ///
    /// # Panics
    /// When `out` is not as long as the embedder has dimensions.
    pub fn embed(&mut self, text: &str, out: &mut [f32]) {
        if let Some(vector) = self.kept.get(text) {
            out.copy_from_slice(vector);
            self.hits += 1;
            return;
        }
        self.embed_new(text, out);
    }

    /// The same as [`Self::embed`], at the end of `out`.
    pub fn append(&mut self, text: &str, out: &mut Vec<f32>) {
        if let Some(vector) = self.kept.get(text) {
            out.extend_from_slice(vector);
            self.hits += 1;
            return;
        }
        let start = out.len();
        out.resize(start + self.dimensions(), 0.0);
        self.embed_new(text, &mut out[start..]);
    }

    fn embed_new(&mut self, text: &str, out: &mut [f32]) {
        self.embedder.embed(text, out);
        self.misses += 1;
        if self.kept.capacity() > 0 {
            self.kept.insert(text.into(), (&*out).into());
        }
    }

    /// The hash of the table.
    #[must_use]
    pub fn hash(&self) -> &str {
        self.embedder.hash()
    }

    /// Length of a vector.
    #[must_use]
    pub fn dimensions(&self) -> usize {
        self.embedder.dimensions()
    }

    /// How often a text was found.
    pub fn hits(&self) -> u64 {
        self.hits
    }

    /// How often a text had to be embedded.
    pub fn misses(&self) -> u64 {
        self.misses
    }
}

impl std::fmt::Debug for TableCache<'_> {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.debug_struct("TableCache")
            .field("texts", &self.kept.len())
            .field("hits", &self.hits)
            .field("misses", &self.misses)
            .finish_non_exhaustive()
    }
}
