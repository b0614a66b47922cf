//! Records as they rest: compressed.

use std::io;

/// Beyond this level a record gets 3 % smaller and takes several times as long.
const LEVEL: i32 = 3;
/// No record is larger; what claims to be is damaged.
const LARGEST: usize = 1 << 30;

pub(crate) fn packed(record: &[u8]) -> io::Result<Vec<u8>> {
    zstd::bulk::compress(record, LEVEL)
}

/// An empty record where what rests is damaged: so one person's doesn't keep others from being read.
pub(crate) fn unpacked(packed: &[u8]) -> Vec<u8> {
    let size = zstd::bulk::Decompressor::upper_bound(packed).unwrap_or(LARGEST);
    zstd::bulk::decompress(packed, size.min(LARGEST)).unwrap_or_default()
}
