//! The file that rejected rows are kept in.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::ReadError;

/// Written beside its place and moved there at the end: a run that fails leaves none.
pub(crate) struct RejectFile {
    path: PathBuf,
    writer: BufWriter<NamedTempFile>,
}

impl RejectFile {
    pub(crate) fn create(path: &Path) -> Result<Self, ReadError> {
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let file = NamedTempFile::new_in(folder).map_err(|source| ReadError::Rejects {
            path: path.to_owned(),
            source,
        })?;
        Ok(Self {
            path: path.to_owned(),
            writer: BufWriter::new(file),
        })
    }

    pub(crate) fn write(&mut self, lines: &[u8]) -> Result<(), ReadError> {
        self.writer
            .write_all(lines)
            .map_err(|source| ReadError::Rejects {
                path: self.path.clone(),
                source,
            })
    }

    pub(crate) fn finish(self) -> Result<(), ReadError> {
        let path = self.path;
        self.writer
            .into_inner()
            .map_err(|error| error.into_error())
            .and_then(|file| file.persist(&path).map_err(|error| error.error))
            .map(drop)
            .map_err(|source| ReadError::Rejects { path, source })
    }
}
