//! Temporary files: records in compressed blocks, each block readable by itself.
//!
//! A record is the lengths of its key and its body (4 bytes each, little-endian), the key and the
//! body (postcard). A block is its two lengths and a zstd frame with a checksum.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use postcard::ser_flavors::Flavor;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::SpillError;

/// Bytes of a block before compression. A merge holds one for each run.
pub(crate) const BLOCK: usize = 64 * 1024;

/// Replaces `out` by the record of a key and a value.
pub(crate) fn encode_record<T: Serialize>(
    key: &str,
    value: &T,
    out: &mut Vec<u8>,
) -> Result<(), SpillError> {
    out.clear();
    out.extend_from_slice(&[0; 8]);
    out.extend_from_slice(key.as_bytes());
    let body_start = out.len();
    postcard::serialize_with_flavor(value, Append(out))
        .map_err(|error| SpillError::Encode(error.to_string()))?;
    let length = |bytes: usize| {
        u32::try_from(bytes).map_err(|_| SpillError::Encode("it takes more than 4 GiB".to_owned()))
    };
    let (key_len, body_len) = (length(key.len())?, length(out.len() - body_start)?);
    length(out.len())?;
    out[..4].copy_from_slice(&key_len.to_le_bytes());
    out[4..8].copy_from_slice(&body_len.to_le_bytes());
    Ok(())
}

/// Puts postcard at the end of some bytes. Nearly all of it are numbers of one byte, which need no
/// call for a copy of any length.
struct Append<'a>(&'a mut Vec<u8>);

impl Flavor for Append<'_> {
    type Output = ();

    #[inline(always)]
    fn try_push(&mut self, data: u8) -> postcard::Result<()> {
        self.0.push(data);
        Ok(())
    }

    #[inline(always)]
    fn try_extend(&mut self, data: &[u8]) -> postcard::Result<()> {
        match *data {
            [byte] => self.0.push(byte),
            _ => self.0.extend_from_slice(data),
        }
        Ok(())
    }

    fn finalize(self) -> postcard::Result<()> {
        Ok(())
    }
}

/// A record inside some bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Record<'a> {
    pub(crate) key: &'a [u8],
    pub(crate) body: &'a [u8],
    /// Key, body and their lengths.
    pub(crate) whole: &'a [u8],
}

impl<'a> Record<'a> {
    /// The record that starts `bytes`, if they hold a whole one.
    pub(crate) fn at_start_of(bytes: &'a [u8]) -> Option<Self> {
        let (key_len, rest) = bytes.split_first_chunk::<4>()?;
        let (body_len, rest) = rest.split_first_chunk::<4>()?;
        let key = rest.get(..u32::from_le_bytes(*key_len) as usize)?;
        let body = rest[key.len()..].get(..u32::from_le_bytes(*body_len) as usize)?;
        let whole = &bytes[..8 + key.len() + body.len()];
        Some(Self { key, body, whole })
    }

    /// The value of the record.
    pub(crate) fn decode<T: DeserializeOwned>(&self, path: &Path) -> Result<T, SpillError> {
        postcard::from_bytes(self.body).map_err(|error| damaged(path, error))
    }
}

pub(crate) fn damaged(path: &Path, reason: impl std::fmt::Display) -> SpillError {
    SpillError::Damaged {
        path: path.to_owned(),
        reason: reason.to_string(),
    }
}

/// A compressed block.
#[derive(Debug, Default)]
pub(crate) struct PackedBlock {
    plain_len: usize,
    bytes: Vec<u8>,
}

/// The fastest: a quarter more on disk than at level 1 for a third of its time.
const LEVEL: i32 = -7;

/// Compresses blocks.
pub(crate) struct Packer(zstd::bulk::Compressor<'static>);

impl Packer {
    pub(crate) fn new() -> Result<Self, SpillError> {
        let encode = |error: std::io::Error| SpillError::Encode(error.to_string());
        let mut compressor = zstd::bulk::Compressor::new(LEVEL).map_err(encode)?;
        compressor.include_checksum(true).map_err(encode)?;
        Ok(Self(compressor))
    }

    pub(crate) fn pack(&mut self, plain: &[u8]) -> Result<PackedBlock, SpillError> {
        let bytes = self.0.compress(plain);
        Ok(PackedBlock {
            plain_len: plain.len(),
            bytes: bytes.map_err(|error| SpillError::Encode(error.to_string()))?,
        })
    }
}

/// Opens compressed blocks.
pub(crate) struct Unpacker(zstd::bulk::Decompressor<'static>);

impl Unpacker {
    pub(crate) fn new() -> Result<Self, SpillError> {
        let made = zstd::bulk::Decompressor::new();
        Ok(Self(
            made.map_err(|error| SpillError::Encode(error.to_string()))?,
        ))
    }

    /// Replaces `plain` by the content of a block of the file at `path`.
    pub(crate) fn unpack(
        &mut self,
        block: &PackedBlock,
        path: &Path,
        plain: &mut Vec<u8>,
    ) -> Result<(), SpillError> {
        plain.clear();
        plain.reserve_exact(block.plain_len);
        self.0
            .decompress_to_buffer(&block.bytes, plain)
            .map_err(|error| damaged(path, error))?;
        if plain.len() == block.plain_len {
            Ok(())
        } else {
            Err(damaged(path, "a block has the wrong length"))
        }
    }
}

/// Writes blocks to a new file.
#[derive(Debug)]
pub(crate) struct BlockWriter {
    path: PathBuf,
    file: File,
}

impl BlockWriter {
    pub(crate) fn create(path: PathBuf) -> Result<Self, SpillError> {
        match File::create_new(&path) {
            Ok(file) => Ok(Self { path, file }),
            Err(error) => Err(SpillError::from_system(&path, error)),
        }
    }

    pub(crate) fn write(&mut self, block: &PackedBlock) -> Result<(), SpillError> {
        let length = |bytes: usize| {
            let length = u32::try_from(bytes);
            length.map_err(|_| SpillError::Encode("a block takes more than 4 GiB".to_owned()))
        };
        let mut lengths = [0; 8];
        lengths[..4].copy_from_slice(&length(block.plain_len)?.to_le_bytes());
        lengths[4..].copy_from_slice(&length(block.bytes.len())?.to_le_bytes());
        self.file
            .write_all(&lengths)
            .and_then(|()| self.file.write_all(&block.bytes))
            .map_err(|error| SpillError::from_system(&self.path, error))
    }

    pub(crate) fn finish(self) -> PathBuf {
        self.path
    }
}

/// Reads blocks back, in the order in which they were written.
#[derive(Debug)]
pub(crate) struct BlockReader {
    path: PathBuf,
    file: File,
}

impl BlockReader {
    pub(crate) fn open(path: PathBuf) -> Result<Self, SpillError> {
        match File::open(&path) {
            Ok(file) => Ok(Self { path, file }),
            Err(error) => Err(SpillError::from_system(&path, error)),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the next block into `block`; `false` at the end of the file.
    pub(crate) fn read(&mut self, block: &mut PackedBlock) -> Result<bool, SpillError> {
        let system = |error| SpillError::from_system(&self.path, error);
        let mut lengths = [0; 8];
        let first = self.file.read(&mut lengths).map_err(system)?;
        if first == 0 {
            return Ok(false);
        }
        self.file
            .read_exact(&mut lengths[first..])
            .map_err(system)?;
        let [plain_len, packed_len] = [0, 4].map(|at| {
            let bytes = [
                lengths[at],
                lengths[at + 1],
                lengths[at + 2],
                lengths[at + 3],
            ];
            u32::from_le_bytes(bytes) as usize
        });
        block.plain_len = plain_len;
        block.bytes.clear();
        // `take` and not a buffer of the length that the file claims: a damaged file must not
        // make the program ask for 4 GiB.
        let packed = (&self.file).take(packed_len as u64);
        let mut packed = packed;
        let read = packed.read_to_end(&mut block.bytes).map_err(system)?;
        if read < packed_len || plain_len / 1024 > packed_len * 1024 {
            return Err(damaged(&self.path, "it ends inside a block"));
        }
        Ok(true)
    }
}
