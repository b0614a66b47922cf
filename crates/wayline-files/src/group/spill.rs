//! Parts on disk, as Arrow IPC streams.

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::error::ArrowError;
use arrow::ipc::CompressionType;
use arrow::ipc::reader::StreamReader;
use arrow::ipc::writer::{IpcWriteOptions, StreamWriter};

use super::PartitionError;
use crate::read::event_schema;

/// A part being written. Hundreds are open at once, so each has a small buffer only; what is
/// written comes in large pieces anyway.
pub(crate) struct SpillWriter {
    path: PathBuf,
    writer: StreamWriter<BufWriter<File>>,
}

impl SpillWriter {
    pub(crate) fn create(path: PathBuf) -> Result<Self, PartitionError> {
        let file =
            File::create(&path).map_err(|error| PartitionError::io(folder(&path), &error))?;
        let options = IpcWriteOptions::default()
            .try_with_compression(Some(CompressionType::LZ4_FRAME))
            .map_err(|error| PartitionError::arrow(folder(&path), &error))?;
        let buffered = BufWriter::with_capacity(8 << 10, file);
        let writer = StreamWriter::try_new_with_options(buffered, &event_schema(), options)
            .map_err(|error| PartitionError::arrow(folder(&path), &error))?;
        Ok(Self { path, writer })
    }

    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<(), PartitionError> {
        self.writer
            .write(batch)
            .map_err(|error| PartitionError::arrow(folder(&self.path), &error))
    }

    pub(crate) fn finish(mut self) -> Result<PathBuf, PartitionError> {
        self.writer
            .finish()
            .and_then(|()| self.writer.flush())
            .map_err(|error| PartitionError::arrow(folder(&self.path), &error))?;
        Ok(self.path)
    }
}

/// Reads a part back, batch by batch.
pub(crate) fn read_back(
    path: &Path,
) -> Result<impl Iterator<Item = Result<RecordBatch, PartitionError>>, PartitionError> {
    let file = File::open(path).map_err(|error| PartitionError::io(folder(path), &error))?;
    let reader: StreamReader<BufReader<File>> = StreamReader::try_new_buffered(file, None)
        .map_err(|error| PartitionError::arrow(folder(path), &error))?;
    let folder = folder(path).to_owned();
    Ok(reader.map(move |batch: Result<RecordBatch, ArrowError>| {
        batch.map_err(|error| PartitionError::arrow(&folder, &error))
    }))
}

fn folder(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}
