//! A disk that is full soon.

use std::path::Path;
use std::process::Command;

/// A file system of 128 KiB in memory, gone when dropped.
pub(crate) struct TinyDisk(tempfile::TempDir);

impl TinyDisk {
    /// None, said aloud, where the test may not mount one.
    pub(crate) fn mount() -> Option<Self> {
        let directory = tempfile::tempdir().expect("a directory");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=128k", "tmpfs"])
            .arg(directory.path())
            .output()
            .is_ok_and(|output| output.status.success());
        if !mounted {
            println!("skipped: a tiny file system cannot be mounted here");
        }
        mounted.then_some(Self(directory))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn is_empty(&self) -> bool {
        std::fs::read_dir(self.path()).expect("readable").count() == 0
    }
}

impl Drop for TinyDisk {
    fn drop(&mut self) {
        Command::new("umount").arg(self.path()).output().ok();
    }
}
