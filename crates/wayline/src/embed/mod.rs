//! Room *embed*: a short text to a vector whose cosine says how near in meaning
//! two texts are.
//!
//! The embedder is a table of rows, one a known word, word piece or hashed
//! character n-gram. A text's vector is the sum of its rows, so embedding costs
//! under a microsecond and needs nothing but the table. The table was trained so
//! that this sum points where all-MiniLM-L6-v2 puts the whole text
//! (`recipes/embedder` remakes it; the idea is that of static embeddings as in
//! model2vec, with smooth inverse frequency weights, Arora et al. 2017, as the
//! start of the training). Words without a row are summed from their pieces and
//! hashed n-grams, whose rows were trained on misspelt texts, so texts that share
//! spellings stay near each other where no word is known: slips of the keyboard,
//! names, other languages and scripts.
//!
//! Way in: [`Embedder::builtin`] (or [`Embedder::from_bytes`]) and
//! [`Embedder::embed`]. Way out: `dimensions()` numbers, of unit length, or all
//! zeros for a text that holds nothing. [`TableCache`] keeps the vectors of texts
//! that come back.
//!
//! Other embedders come in by the port [`TextEmbedder`]. They group a person's units
//! in the table's place, with a grouping model that was fitted on their vectors;
//! what comes after grouping stays with the table. [`EmbeddingCache`] holds both.

mod cache;
mod characters;
mod error;
mod index;
mod model;
mod port;
mod sum;
mod table_cache;
mod tokenize;

#[cfg(test)]
mod tests;

use std::sync::LazyLock;

pub use cache::EmbeddingCache;
pub use error::EmbedderError;
use model::Model;
pub use port::{AnyEmbedder, EmbedError, TextEmbedder};
pub use table_cache::TableCache;
use tokenize::{WordKind, Words};

/// The model file that ships inside the binary.
static BUILTIN: &[u8] = include_bytes!("../../models/embedder.bin");

/// Turns texts into vectors; immutable, so share it by reference between threads.
#[derive(Debug)]
pub struct Embedder {
    model: Model,
}

impl Embedder {
    /// The embedder that ships with this crate, read once per process.
    pub fn builtin() -> &'static Embedder {
        static SHARED: LazyLock<Embedder> = LazyLock::new(|| {
            #[allow(clippy::expect_used)]
            let model = Model::parse(BUILTIN.into()).expect("the built-in model file is valid");
            Embedder { model }
        });
        &SHARED
    }

    /// Reads an embedder from the bytes of a model file.
    ///
    /// # Errors
    /// Says whether the bytes are no embedder at all, one of another version,
    /// cut short, or damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Embedder, EmbedderError> {
        let model = Model::parse(bytes.to_vec().into())?;
        Ok(Embedder { model })
    }

    /// How many numbers a vector has: a multiple of 32.
    pub fn dimensions(&self) -> usize {
        self.model.dimensions()
    }

    /// The first 16 hex digits of the BLAKE3 hash of the model file. Every model
    /// that was trained on these vectors names it.
    pub fn hash(&self) -> &str {
        &self.model.hash
    }

    /// The place of a word in the vocabulary, where common words stand early; none if it isn't there.
    /// The word must be in lower case, and Latin letters without accents.
    pub(crate) fn place(&self, word: &str) -> Option<u32> {
        self.model.index.whole(word.as_bytes())
    }

    /// Writes the vector of `text` to `out`: unit length, or all zeros where the
    /// text holds nothing (empty or only spaces).
    ///
    /// `text` should be normalised (NFKC, lower case, single spaces); any other
    /// text works too, but its words may not be known. The result is the same
    /// bits on every run and thread.
    ///
    /// # Panics
    /// When `out` is not [`dimensions`](Self::dimensions) long.
    pub fn embed(&self, text: &str, out: &mut [f32]) {
        let model = &self.model;
        assert_eq!(
            out.len(),
            model.dimensions(),
            "length of the vector to write to"
        );
        out.fill(0.0);
        let mut words = Words::new(text);
        while let Some(word) = words.next_word() {
            match model.index.whole(word.bytes()) {
                Some(row) => self.add(row, 1.0, out),
                None => {
                    if word.kind() != WordKind::Ideographs && word.bytes().is_ascii() {
                        let found = model.index.pieces(word.bytes());
                        for &row in found.rows() {
                            self.add(row, 1.0, out);
                        }
                    }
                    let weight = characters::weight(&word);
                    characters::for_each_gram(&word, |hash, ascii| {
                        self.add(model.bucket_row(hash, ascii), weight, out);
                    });
                }
            }
        }
        sum::scale_to_unit(out);
    }

    /// Adds `weight` times a row of the table to `out`.
    fn add(&self, row: u32, weight: f32, out: &mut [f32]) {
        let model = &self.model;
        sum::add_scaled(out, model.row(row), weight * model.scale(row));
    }
}
