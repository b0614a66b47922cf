//! A model out of a record.

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use wayline::text_model::{PromptHash, Reply, Request, TextModel, TextModelError};

use crate::recording;

/// Answers from what [`Recording`](crate::Recording) wrote, and asks nobody. The same requests get the
/// same replies on any machine, for tests and to look at a run again.
pub struct Replay {
    name: String,
    place: PathBuf,
    replies: HashMap<PromptHash, Reply>,
}

impl Replay {
    /// Reads a record, to answer as the model of this name.
    ///
    /// # Errors
    /// The file can't be read, or isn't a record.
    pub fn open(name: &str, place: &Path) -> Result<Self, TextModelError> {
        let file = File::open(place).map_err(|error| recording::failed(place, &error))?;
        let mut replies = HashMap::new();
        recording::read(&file, place, |line| {
            replies.insert(line.hash, line.reply);
            Ok(())
        })?;
        Ok(Self {
            name: name.to_owned(),
            place: place.to_owned(),
            replies,
        })
    }
}

impl TextModel for Replay {
    fn name(&self) -> &str {
        &self.name
    }

    fn reply(&self, request: &Request) -> Result<Reply, TextModelError> {
        let hash = request.hash(&self.name);
        let reply = self.replies.get(&hash);
        reply.cloned().ok_or_else(|| TextModelError::NotRecorded {
            record: self.place.display().to_string(),
            hash,
        })
    }
}
