//! The model file: layout, checks, access to its rows.
//!
//! All numbers little-endian:
//!
//! | bytes | what |
//! |---|---|
//! | 8 | magic `WAYEMBED` |
//! | 4 | format version |
//! | 4 | dimensions, a multiple of 32 |
//! | 4 | rows of the vocabulary |
//! | 4 | rows of the buckets of ASCII n-grams (trained), a power of two |
//! | 4 | rows of the buckets of other n-grams (random directions), a power of two |
//! | 4 | length of the vocabulary's text, in bytes |
//! | 32 | BLAKE3 of all that follows |
//! | 4 × rows | each row's scale, f32 |
//! | dimensions × rows | the rows, one i8 a number |
//! | text | the vocabulary's words in the order of their rows, a line feed after each |
//!
//! A vocabulary word that begins with `##` is a piece that goes on a word.

use std::borrow::Cow;

use super::{EmbedderError, index::WordIndex};

const MAGIC: &[u8; 8] = b"WAYEMBED";
/// The format version that this program reads.
pub(super) const VERSION: u32 = 1;
/// Length of the header in bytes.
pub(super) const HEADER: usize = 8 + 6 * 4 + 32;
/// Where the checksum stands.
const CHECKSUM: usize = HEADER - 32;
/// No file of more rows or dimensions is taken for a sensible one.
const MOST_ROWS: u32 = 1 << 24;
const MOST_DIMENSIONS: u32 = 4096;

/// A checked model file in memory.
#[derive(Debug)]
pub(super) struct Model {
    bytes: Cow<'static, [u8]>,
    scales: Vec<f32>,
    rows_at: usize,
    dimensions: usize,
    vocabulary_rows: u32,
    ascii_buckets: u32,
    other_buckets: u32,
    /// From words to rows.
    pub(super) index: WordIndex,
    /// First 16 hex digits of the BLAKE3 hash of the file's header, checksum included.
    pub(super) hash: String,
}

impl Model {
    /// Checks everything that can be wrong before the first text is embedded.
    pub(super) fn parse(bytes: Cow<'static, [u8]>) -> Result<Model, EmbedderError> {
        if bytes.len() < 12 || &bytes[..8] != MAGIC {
            return Err(EmbedderError::NotAnEmbedder);
        }
        let version = number(&bytes, 8);
        if version != VERSION {
            return Err(EmbedderError::OtherVersion {
                found: version,
                expected: VERSION,
            });
        }
        let found = bytes.len() as u64;
        if bytes.len() < HEADER {
            return Err(EmbedderError::WrongLength {
                expected: HEADER as u64,
                found,
            });
        }
        let [dimensions, vocabulary, ascii_buckets, other_buckets, text] =
            [12, 16, 20, 24, 28].map(|at| number(&bytes, at));
        if dimensions % 32 != 0 || !(32..=MOST_DIMENSIONS).contains(&dimensions) {
            return Err(EmbedderError::Inconsistent("the number of dimensions"));
        }
        let rows = u64::from(vocabulary) + u64::from(ascii_buckets) + u64::from(other_buckets);
        let buckets_fit = ascii_buckets.is_power_of_two() && other_buckets.is_power_of_two();
        if !buckets_fit || rows > u64::from(MOST_ROWS) {
            return Err(EmbedderError::Inconsistent("the number of rows"));
        }
        let expected = HEADER as u64 + rows * (4 + u64::from(dimensions)) + u64::from(text);
        if expected != found {
            return Err(EmbedderError::WrongLength { expected, found });
        }
        if blake3::hash(&bytes[HEADER..]).as_bytes() != &bytes[CHECKSUM..HEADER] {
            return Err(EmbedderError::Damaged);
        }
        let rows = rows as usize;
        let dimensions = dimensions as usize;
        let scales: Vec<f32> = (0..rows)
            .map(|row| f32::from_bits(number(&bytes, HEADER + row * 4)))
            .collect();
        if !scales.iter().all(|scale| (0.0..=1e6).contains(scale)) {
            return Err(EmbedderError::Inconsistent("a scale"));
        }
        let rows_at = HEADER + rows * 4;
        let text_at = rows_at + rows * dimensions;
        let index = WordIndex::new(&bytes[text_at..], vocabulary)?;
        // The header holds the checksum of all that follows, so its hash stands for the file.
        let hash = blake3::hash(&bytes[..HEADER]).to_hex()[..16].to_owned();
        Ok(Model {
            scales,
            rows_at,
            dimensions,
            vocabulary_rows: vocabulary,
            ascii_buckets,
            other_buckets,
            index,
            hash,
            bytes,
        })
    }

    /// Numbers a row has.
    pub(super) fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// The row of the bucket that an n-gram's hash falls into.
    pub(super) fn bucket_row(&self, hash: u32, ascii: bool) -> u32 {
        if ascii {
            self.vocabulary_rows + (hash & (self.ascii_buckets - 1))
        } else {
            self.vocabulary_rows + self.ascii_buckets + (hash & (self.other_buckets - 1))
        }
    }

    /// What a row's numbers are to be multiplied by.
    pub(super) fn scale(&self, row: u32) -> f32 {
        self.scales[row as usize]
    }

    /// A row's numbers, each the two's complement of one byte.
    pub(super) fn row(&self, row: u32) -> &[u8] {
        let at = self.rows_at + row as usize * self.dimensions;
        &self.bytes[at..at + self.dimensions]
    }
}

/// The 32-bit number at a place that is known to lie inside.
fn number(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}
