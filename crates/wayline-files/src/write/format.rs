//! The format of an output, from its name.

use std::path::Path;

use super::WriteError;

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputFormat {
    /// One JSON object a line.
    Jsonl(Packing),
    /// Parquet, compressed inside.
    Parquet,
}

/// How a text file is compressed as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// Not at all.
    Plain,
    /// `.gz`
    Gzip,
    /// `.zst`
    Zstd,
}

impl OutputFormat {
    /// The format that the name of a file asks for, in any case of letters.
    ///
    /// # Errors
    /// The name ends in none of `.jsonl`, `.jsonl.gz`, `.jsonl.zst` and `.parquet`.
    pub fn of(path: &Path) -> Result<Self, WriteError> {
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().to_ascii_lowercase())
            .unwrap_or_default();
        let known = [
            (".jsonl", Self::Jsonl(Packing::Plain)),
            (".jsonl.gz", Self::Jsonl(Packing::Gzip)),
            (".jsonl.zst", Self::Jsonl(Packing::Zstd)),
            (".parquet", Self::Parquet),
        ];
        known
            .into_iter()
            .find(|(ending, _)| name.ends_with(ending))
            .map(|(_, format)| format)
            .ok_or_else(|| WriteError::UnknownFormat {
                path: path.to_owned(),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_decides() {
        let of = |name: &str| OutputFormat::of(Path::new(name)).ok();
        assert_eq!(of("a/b.jsonl"), Some(OutputFormat::Jsonl(Packing::Plain)));
        assert_eq!(of("b.JSONL.GZ"), Some(OutputFormat::Jsonl(Packing::Gzip)));
        assert_eq!(of("b.jsonl.zst"), Some(OutputFormat::Jsonl(Packing::Zstd)));
        assert_eq!(of("b.parquet"), Some(OutputFormat::Parquet));
        for name in ["b.json", "b.csv", "b", "jsonl", "b.parquet.gz", "-"] {
            assert_eq!(of(name), None, "{name}");
        }
    }
}
