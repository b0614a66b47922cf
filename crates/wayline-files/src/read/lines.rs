//! Cuts a stream of bytes into blocks of whole lines, in bounded memory.

use memchr::{memchr, memchr_iter, memrchr};

use super::MAX_ROW_BYTES;
use super::ReadError;
use super::source::Source;

/// How much is parsed at once. Small enough that many can wait, large enough to pay its thread.
pub(crate) const BLOCK_BYTES: usize = 512 << 10;

/// Some whole lines.
#[derive(Debug, Default)]
pub(crate) struct Block {
    /// Number of the first line, from 1.
    pub(crate) first_line: u64,
    pub(crate) bytes: Vec<u8>,
    /// Numbers of lines that were too long to hold.
    pub(crate) too_long: Vec<u64>,
}

/// Cuts a stream into blocks of whole lines.
pub(crate) struct LineBlocks {
    pub(crate) source: Source,
    rest: Vec<u8>,
    next_line: u64,
    ended: bool,
    limit: usize,
}

impl LineBlocks {
    pub(crate) fn new(source: Source) -> Self {
        Self {
            source,
            rest: Vec::new(),
            next_line: 1,
            ended: false,
            limit: MAX_ROW_BYTES,
        }
    }

    /// The next block; none at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Block>, ReadError> {
        let mut too_long = Vec::new();
        let mut bytes = std::mem::take(&mut self.rest);
        bytes.reserve(BLOCK_BYTES);
        let mut searched = 0;
        loop {
            if !self.ended && self.source.fill(&mut bytes, BLOCK_BYTES)? < BLOCK_BYTES {
                self.ended = true;
            }
            if self.ended {
                break;
            }
            if let Some(end) = memrchr(b'\n', &bytes[searched..]) {
                self.rest
                    .reserve(BLOCK_BYTES + bytes.len() - searched - end);
                self.rest.extend_from_slice(&bytes[searched + end + 1..]);
                bytes.truncate(searched + end + 1);
                break;
            }
            searched = bytes.len();
            if searched > self.limit {
                // The block is the beginning of one line and nothing else.
                bytes.clear();
                searched = 0;
                too_long.push(self.next_line);
                self.next_line += 1;
                self.skip_line(&mut bytes)?;
            }
        }
        if self.next_line == 1 && bytes.starts_with(b"\xEF\xBB\xBF") {
            bytes.drain(..3);
        }
        if bytes.is_empty() && too_long.is_empty() {
            return Ok(None);
        }
        let first_line = self.next_line;
        self.next_line += memchr_iter(b'\n', &bytes).count() as u64;
        Ok(Some(Block {
            first_line,
            bytes,
            too_long,
        }))
    }

    /// Reads on to the end of the line; what comes after it goes to `bytes`.
    fn skip_line(&mut self, bytes: &mut Vec<u8>) -> Result<(), ReadError> {
        loop {
            bytes.clear();
            let read = self.source.fill(bytes, BLOCK_BYTES)?;
            if let Some(end) = memchr(b'\n', bytes) {
                bytes.drain(..=end);
                return Ok(());
            }
            if read < BLOCK_BYTES {
                bytes.clear();
                self.ended = true;
                return Ok(());
            }
        }
    }
}

/// The lines of a block with their numbers, without line ends; blank lines are left out.
pub(crate) fn lines(block: &Block) -> impl Iterator<Item = (u64, &[u8])> {
    let mut rest = block.bytes.as_slice();
    let mut number = block.first_line;
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let (line, after) = match memchr(b'\n', rest) {
                Some(end) => (&rest[..end], &rest[end + 1..]),
                None => (rest, &rest[rest.len()..]),
            };
            rest = after;
            let current = number;
            number += 1;
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            // Tabs alone are a row of empty fields in TSV.
            if line.iter().any(|byte| *byte != b' ') {
                return Some((current, line));
            }
        }
        None
    })
}
