//! A file that takes its name only once it is complete.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::WriteError;

/// How much is gathered before the system is asked to write; larger pieces go straight through.
const BUFFER: usize = 64 * 1024;

/// A file under a temporary name beside its target, which replaces the target on
/// [`AsideFile::finish`] and vanishes when it is dropped before.
///
/// So a run that fails leaves what was there before, and no reader ever sees half a file.
#[derive(Debug)]
pub struct AsideFile {
    writer: BufWriter<NamedTempFile>,
    target: PathBuf,
}

/// An [`AsideFile`] whose content is complete and safe on disk, still under its temporary name.
#[derive(Debug)]
pub struct CompleteFile {
    file: NamedTempFile,
    target: PathBuf,
}

impl AsideFile {
    /// Starts a file that will be called `target`.
    ///
    /// # Errors
    /// The directory is missing or refuses files, the disk is full, or `target` is something
    /// other than a plain file.
    pub fn create(target: &Path) -> Result<Self, WriteError> {
        refuse_what_is_no_file(target)?;
        // Through a link, what it points to is replaced and not the link.
        let resolved = match fs::read_link(target) {
            Ok(_) => fs::canonicalize(target).ok(),
            Err(_) => None,
        };
        let target = resolved.as_deref().unwrap_or(target);
        let directory = directory_of(target);
        if !directory.is_dir() {
            return Err(WriteError::NoDirectory {
                path: target.to_owned(),
                directory: directory.to_owned(),
            });
        }
        let file =
            temporary(target)
                .tempfile_in(directory)
                .map_err(|source| match source.kind() {
                    io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                        WriteError::DiskFull {
                            path: target.to_owned(),
                            source,
                        }
                    }
                    _ => WriteError::DirectoryRefuses {
                        path: target.to_owned(),
                        directory: directory.to_owned(),
                        source,
                    },
                })?;
        Ok(Self {
            writer: BufWriter::with_capacity(BUFFER, file),
            target: target.to_owned(),
        })
    }

    /// The name that the file will have.
    #[must_use]
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Brings the content onto the disk and gives the file its name.
    ///
    /// # Errors
    /// The disk is full, or the system refuses; then no trace of the file is left.
    pub fn finish(self) -> Result<(), WriteError> {
        put_in_place(vec![self.complete()?])
    }

    /// Brings the content onto the disk without giving the file its name yet, for a run with
    /// several outputs: see [`put_in_place`].
    ///
    /// # Errors
    /// The disk is full, or the system refuses; then no trace of the file is left.
    pub fn complete(self) -> Result<CompleteFile, WriteError> {
        let Self { writer, target } = self;
        let file = writer
            .into_inner()
            .map_err(|error| WriteError::from_system(&target, error.into_error()))?;
        file.as_file()
            .sync_all()
            .map_err(|error| WriteError::from_system(&target, error))?;
        Ok(CompleteFile { file, target })
    }
}

impl Write for AsideFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.writer.write_all(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// Gives files their names, once all of them are complete.
///
/// # Errors
/// A name has become a directory meanwhile, or the system refuses; the files that do not have
/// their names yet vanish.
pub fn put_in_place(files: Vec<CompleteFile>) -> Result<(), WriteError> {
    for file in &files {
        refuse_what_is_no_file(&file.target)?;
    }
    for CompleteFile { file, target } in files {
        file.persist(&target)
            .map_err(|error| WriteError::from_system(&target, error.error))?;
        sync_directory(directory_of(&target));
    }
    Ok(())
}

/// Without this a crash of the machine may undo the renaming. Some file systems cannot do it for
/// a directory, and the content is safe either way, so a refusal is no failure.
fn sync_directory(directory: &Path) {
    if let Ok(handle) = File::open(directory) {
        handle.sync_all().ok();
    }
}

fn temporary(target: &Path) -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".wayline-").suffix(".tmp");
    // Temporary files are private by default; a result has the rights of any new file, or those
    // of the file that it replaces.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let rights = fs::metadata(target).map_or_else(
            |_| PermissionsExt::from_mode(0o666),
            |old| old.permissions(),
        );
        builder.permissions(rights);
    }
    builder
}

fn directory_of(target: &Path) -> &Path {
    match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

fn refuse_what_is_no_file(target: &Path) -> Result<(), WriteError> {
    let what = match fs::metadata(target) {
        Ok(found) if found.is_dir() => "a directory",
        Ok(found) if !found.is_file() => "a device or pipe",
        _ if target.file_name().is_none() => "a directory",
        _ => return Ok(()),
    };
    Err(WriteError::NotAFile {
        path: target.to_owned(),
        what,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(directory: &Path) -> usize {
        fs::read_dir(directory).expect("readable").count()
    }

    #[test]
    fn a_file_has_its_name_only_when_finished() {
        let directory = tempfile::tempdir().expect("a directory");
        let target = directory.path().join("journeys.jsonl");
        fs::write(&target, "old").expect("written");
        let mut file = AsideFile::create(&target).expect("created");
        file.write_all(b"new").expect("written");
        assert_eq!(fs::read(&target).expect("read"), b"old");
        file.finish().expect("finished");
        assert_eq!(fs::read(&target).expect("read"), b"new");
        assert_eq!(entries(directory.path()), 1);
    }

    #[test]
    fn dropped_before_the_end_it_leaves_nothing() {
        let directory = tempfile::tempdir().expect("a directory");
        let mut file = AsideFile::create(&directory.path().join("a.jsonl")).expect("created");
        file.write_all(&[b'x'; 200_000]).expect("written");
        drop(file);
        let file = AsideFile::create(&directory.path().join("a.jsonl")).expect("created");
        drop(file.complete().expect("complete"));
        assert_eq!(entries(directory.path()), 0);
    }

    #[cfg(unix)]
    #[test]
    fn others_may_read_a_result() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().expect("a directory");
        let plain = directory.path().join("plain");
        let target = directory.path().join("a.jsonl");
        fs::write(&plain, "").expect("written");
        AsideFile::create(&target)
            .and_then(AsideFile::finish)
            .expect("finished");
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode();
        assert_eq!(mode(&target), mode(&plain));
    }

    #[test]
    fn a_bad_target_is_refused_before_anything_is_written() {
        let directory = tempfile::tempdir().expect("a directory");
        let error = AsideFile::create(directory.path()).expect_err("a directory");
        assert!(matches!(error, WriteError::NotAFile { .. }), "{error}");
        let missing = directory.path().join("no/such/a.jsonl");
        let error = AsideFile::create(&missing).expect_err("missing");
        assert!(matches!(error, WriteError::NoDirectory { .. }), "{error}");
        assert!(error.to_string().contains("create it"), "{error}");
        // Not even root can make files there.
        if Path::new("/proc/self").is_dir() {
            let error = AsideFile::create(Path::new("/proc/a.jsonl")).expect_err("refused");
            let refused = matches!(error, WriteError::DirectoryRefuses { .. });
            assert!(refused, "{error}");
        }
    }

    #[test]
    fn a_target_that_became_a_directory_stops_all_outputs() {
        let directory = tempfile::tempdir().expect("a directory");
        let names = ["a.jsonl", "b.jsonl"].map(|name| directory.path().join(name));
        let files = names
            .each_ref()
            .map(|name| AsideFile::create(name).expect("created"));
        fs::create_dir(&names[1]).expect("created");
        let files = files.map(|file| file.complete().expect("complete"));
        put_in_place(files.into()).expect_err("a directory is in the way");
        assert!(!names[0].exists());
        assert_eq!(entries(directory.path()), 1);
    }
}
