//! Encoding and compressing on a thread of its own.

use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, bounded};

use super::{CompleteFile, WriteError};

/// Pieces on the way: enough to keep both sides busy, few enough to keep memory flat.
const WAITING: usize = 2;

/// A thread that turns pieces into a complete file.
#[derive(Debug)]
pub(crate) struct Background<Piece> {
    path: PathBuf,
    pieces: Option<Sender<Piece>>,
    thread: Option<JoinHandle<Result<CompleteFile, WriteError>>>,
}

impl<Piece: Send + 'static> Background<Piece> {
    /// Starts the thread; `work` takes pieces until there are no more, then completes the file.
    pub(crate) fn start(
        path: &Path,
        work: impl FnOnce(Receiver<Piece>) -> Result<CompleteFile, WriteError> + Send + 'static,
    ) -> Result<Self, WriteError> {
        let (pieces, receiver) = bounded(WAITING);
        let thread = std::thread::Builder::new()
            .name("wayline-write".to_owned())
            .spawn(move || work(receiver))
            .map_err(|error| WriteError::from_system(path, error))?;
        Ok(Self {
            path: path.to_owned(),
            pieces: Some(pieces),
            thread: Some(thread),
        })
    }

    /// Hands over a piece; waits while too many are on the way.
    pub(crate) fn send(&mut self, piece: Piece) -> Result<(), WriteError> {
        let taken = self
            .pieces
            .as_ref()
            .is_some_and(|pieces| pieces.send(piece).is_ok());
        if taken {
            return Ok(());
        }
        // The thread stopped early, so it has an error to tell.
        self.join().and(Err(self.stopped()))
    }

    /// Waits for the complete file.
    pub(crate) fn finish(mut self) -> Result<CompleteFile, WriteError> {
        self.join()
    }

    fn join(&mut self) -> Result<CompleteFile, WriteError> {
        self.pieces = None;
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(result)) => result,
            Some(Err(panic)) => std::panic::resume_unwind(panic),
            None => Err(self.stopped()),
        }
    }

    fn stopped(&self) -> WriteError {
        let reason = std::io::Error::other("its writing stopped after an earlier error");
        WriteError::from_system(&self.path, reason)
    }
}

impl<Piece> Drop for Background<Piece> {
    /// Waits, so that the temporary file is gone once the writer is.
    fn drop(&mut self) {
        self.pieces = None;
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}
