//! From what a user names to the files to read.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::ReadError;

/// The endings that are read, for messages.
pub(crate) const EXTENSIONS: &str =
    ".jsonl, .ndjson, .json, .csv, .tsv (each also with .gz or .zst) or .parquet";

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Csv,
    Tsv,
    Parquet,
}

/// How bytes are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packing {
    Plain,
    Gzip,
    Zstd,
}

/// One file to read, or standard input.
#[derive(Clone, Debug)]
pub(crate) struct InputFile {
    /// None: standard input.
    pub(crate) path: Option<PathBuf>,
    /// For messages.
    pub(crate) name: Arc<str>,
    pub(crate) format: Format,
    pub(crate) packing: Packing,
}

type Stdin = Box<dyn Read + Send>;

/// The files that a list of inputs stands for, in a fixed order.
pub struct Inputs {
    pub(crate) files: Vec<InputFile>,
    stdin: Mutex<Option<Stdin>>,
}

impl Inputs {
    /// Finds what each input stands for: a file, a directory (searched in depth, its files sorted
    /// by name; hidden files, files starting with `_` and files of unknown format are skipped), a
    /// glob, or `-` for JSONL on standard input. A file named twice is read once.
    ///
    /// # Errors
    /// An input doesn't exist, can't be opened, or names nothing that can be read.
    pub fn find<S: AsRef<str>>(inputs: impl IntoIterator<Item = S>) -> Result<Self, ReadError> {
        let mut files = Vec::new();
        for input in inputs {
            find_one(input.as_ref(), &mut files)?;
        }
        if files.is_empty() {
            return Err(ReadError::NothingFound {
                input: "no input".to_owned(),
            });
        }
        let mut seen = HashSet::new();
        files.retain(|file: &InputFile| {
            let key = file
                .path
                .as_ref()
                .map(|path| fs::canonicalize(path).unwrap_or_else(|_| path.clone()));
            seen.insert(key)
        });
        Ok(Self {
            files,
            stdin: Mutex::new(Some(Box::new(io::stdin()))),
        })
    }

    /// Reads this where `-` was named, instead of the process's standard input.
    #[must_use]
    pub fn with_stdin(self, stdin: impl Read + Send + 'static) -> Self {
        Self {
            files: self.files,
            stdin: Mutex::new(Some(Box::new(stdin))),
        }
    }

    /// The files, without standard input.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().filter_map(|file| file.path.as_deref())
    }

    /// Whether standard input is among them, which can be read only once.
    #[must_use]
    pub fn reads_stdin(&self) -> bool {
        self.files.iter().any(|file| file.path.is_none())
    }

    /// Bytes of all files as they lie there, for a progress bar; none when standard input is
    /// among them.
    #[must_use]
    pub fn total_bytes(&self) -> Option<u64> {
        self.files
            .iter()
            .map(|file| Some(fs::metadata(file.path.as_ref()?).ok()?.len()))
            .sum()
    }

    /// About how many bytes the rows have once unpacked; none when that can't be known.
    #[must_use]
    pub fn unpacked_bytes(&self) -> Option<u64> {
        self.files
            .iter()
            .map(|file| {
                let bytes = fs::metadata(file.path.as_ref()?).ok()?.len();
                // What logs shrink to is known well enough: a wrong guess costs one more pass over
                // a part, not correctness.
                let factor = match (file.format, file.packing) {
                    (Format::Parquet, _) | (_, Packing::Gzip | Packing::Zstd) => 8,
                    _ => 1,
                };
                Some(bytes * factor)
            })
            .sum()
    }

    pub(crate) fn take_stdin(&self) -> Result<Stdin, ReadError> {
        let mut stdin = self.stdin.lock().unwrap_or_else(PoisonError::into_inner);
        stdin.take().ok_or(ReadError::StdinTwice)
    }

    /// All names, shortened, for a message.
    pub(crate) fn names(&self) -> String {
        let first: Vec<&str> = self.files.iter().take(3).map(|file| &*file.name).collect();
        let more = self.files.len() - first.len();
        let mut text = first.join(", ");
        if more > 0 {
            text.push_str(&format!(" and {more} more"));
        }
        text
    }
}

fn find_one(input: &str, files: &mut Vec<InputFile>) -> Result<(), ReadError> {
    if input == "-" {
        files.push(InputFile {
            path: None,
            name: "standard input".into(),
            format: Format::Json,
            packing: Packing::Plain,
        });
        return Ok(());
    }
    let before = files.len();
    let path = Path::new(input);
    match fs::metadata(path) {
        Ok(data) if data.is_dir() => walk(path, files)?,
        Ok(_) => {
            let file = known_file(path).ok_or_else(|| ReadError::UnknownFormat {
                file: input.to_owned(),
            })?;
            files.push(file);
        }
        Err(source) if !input.contains(['*', '?', '[']) => {
            return Err(ReadError::Open {
                file: input.to_owned(),
                source,
            });
        }
        Err(_) => find_glob(input, files)?,
    }
    if files.len() == before {
        return Err(ReadError::NothingFound {
            input: input.to_owned(),
        });
    }
    Ok(())
}

fn find_glob(pattern: &str, files: &mut Vec<InputFile>) -> Result<(), ReadError> {
    let matches = glob::glob(pattern).map_err(|error| ReadError::BadGlob {
        pattern: pattern.to_owned(),
        detail: error.to_string(),
    })?;
    for found in matches {
        let path = found.map_err(|error| ReadError::Open {
            file: error.path().display().to_string(),
            source: error.into(),
        })?;
        if path.is_dir() {
            walk(&path, files)?;
        } else if !is_skipped(&path) {
            files.extend(known_file(&path));
        }
    }
    Ok(())
}

fn walk(directory: &Path, files: &mut Vec<InputFile>) -> Result<(), ReadError> {
    let failed = |source| ReadError::Open {
        file: directory.display().to_string(),
        source,
    };
    let mut entries = fs::read_dir(directory)
        .and_then(|entries| entries.collect::<io::Result<Vec<_>>>())
        .map_err(failed)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if is_skipped(&path) {
            continue;
        }
        // Links to files are followed, links to directories aren't: they may lead in circles.
        if entry.file_type().map_err(failed)?.is_dir() {
            walk(&path, files)?;
        } else if path.is_file() {
            files.extend(known_file(&path));
        }
    }
    Ok(())
}

/// Other tools leave files like `_SUCCESS` and `.part.crc` beside their data.
fn is_skipped(path: &Path) -> bool {
    path.file_name()
        .and_then(|name| name.to_str())
        .is_none_or(|name| name.starts_with(['.', '_']))
}

fn known_file(path: &Path) -> Option<InputFile> {
    let name = path.file_name()?.to_str()?.to_ascii_lowercase();
    let (stem, packing) = if let Some(stem) = name.strip_suffix(".gz") {
        (stem, Packing::Gzip)
    } else if let Some(stem) = name.strip_suffix(".zst") {
        (stem, Packing::Zstd)
    } else {
        (name.as_str(), Packing::Plain)
    };
    let format = match stem.rsplit_once('.')?.1 {
        "jsonl" | "ndjson" | "json" => Format::Json,
        "csv" => Format::Csv,
        "tsv" => Format::Tsv,
        "parquet" if packing == Packing::Plain => Format::Parquet,
        _ => return None,
    };
    Some(InputFile {
        path: Some(path.to_owned()),
        name: path.display().to_string().into(),
        format,
        packing,
    })
}

impl InputFile {
    pub(crate) fn open(&self) -> Result<File, ReadError> {
        let path = self.path.as_deref().unwrap_or(Path::new("-"));
        File::open(path).map_err(|source| ReadError::Open {
            file: self.name.to_string(),
            source,
        })
    }
}
