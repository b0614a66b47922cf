//! The bytes of a text file, unpacked and counted.

use std::io::{self, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;

use super::ReadError;
use super::input::{InputFile, Inputs, Packing};

/// A stream of unpacked bytes that knows how far the file behind it has been read.
pub(crate) struct Source {
    reader: Box<dyn Read + Send>,
    name: Arc<str>,
    packed: Arc<AtomicU64>,
    unpacked: u64,
}

struct Counted<R> {
    inner: R,
    bytes: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.bytes.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

impl Source {
    pub(crate) fn open(file: &InputFile, inputs: &Inputs) -> Result<Self, ReadError> {
        let bytes: Box<dyn Read + Send> = match &file.path {
            None => inputs.take_stdin()?,
            Some(_) => Box::new(file.open()?),
        };
        let packed = Arc::new(AtomicU64::new(0));
        let counted = Counted {
            inner: bytes,
            bytes: Arc::clone(&packed),
        };
        let reader: Box<dyn Read + Send> = match file.packing {
            Packing::Plain => Box::new(counted),
            Packing::Gzip => Box::new(MultiGzDecoder::new(BufReader::with_capacity(
                128 << 10,
                counted,
            ))),
            Packing::Zstd => {
                Box::new(zstd::stream::read::Decoder::new(counted).map_err(|source| {
                    ReadError::Open {
                        file: file.name.to_string(),
                        source,
                    }
                })?)
            }
        };
        Ok(Self {
            reader,
            name: Arc::clone(&file.name),
            packed,
            unpacked: 0,
        })
    }

    /// Bytes of the file read so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.packed.load(Ordering::Relaxed)
    }

    /// Appends up to `wanted` bytes; fewer only at the end.
    pub(crate) fn fill(&mut self, buffer: &mut Vec<u8>, wanted: usize) -> Result<usize, ReadError> {
        let read = (&mut self.reader)
            .take(wanted as u64)
            .read_to_end(buffer)
            .map_err(|error| ReadError::Broken {
                file: self.name.to_string(),
                place: format!("after {} bytes of text", self.unpacked),
                detail: error.to_string(),
            })?;
        self.unpacked += read as u64;
        Ok(read)
    }
}
