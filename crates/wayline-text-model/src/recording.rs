//! Requests with their replies as lines of a file.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use wayline::text_model::{PromptHash, Reply, Request, TextModel, TextModelError};

/// A line of a record.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Line {
    pub(crate) hash: PromptHash,
    pub(crate) model: String,
    pub(crate) request: Request,
    pub(crate) reply: Reply,
}

/// Writes every request that got a reply, and the reply, as a line of JSON; each request once. Stands
/// before the cache, so that what came from there is in the record too. One process at a time may write
/// a record.
pub struct Recording<M> {
    model: M,
    place: PathBuf,
    record: Mutex<Record>,
}

struct Record {
    file: File,
    /// Where the last whole line ends.
    end: u64,
    known: HashSet<PromptHash>,
}

impl<M: TextModel> Recording<M> {
    /// Goes on with the record in this file, or begins one. What a run that was killed has left of a
    /// line is taken away.
    ///
    /// # Errors
    /// The file can't be used, or holds something else.
    pub fn open(model: M, place: &Path) -> Result<Self, TextModelError> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let mut file = options.open(place).map_err(|error| failed(place, &error))?;
        let (known, end) = read(&file, place, |_| Ok(()))?;
        file.set_len(end)
            .and_then(|()| file.seek(SeekFrom::End(0)))
            .map_err(|error| failed(place, &error))?;
        Ok(Self {
            model,
            place: place.to_owned(),
            record: Mutex::new(Record { file, end, known }),
        })
    }

    fn write(&self, request: &Request, reply: &Reply) -> Result<(), TextModelError> {
        let hash = request.hash(self.name());
        let mut record = self.record.lock().unwrap_or_else(PoisonError::into_inner);
        if record.known.contains(&hash) {
            return Ok(());
        }
        let line = Line {
            hash,
            model: self.name().to_owned(),
            request: request.clone(),
            reply: reply.clone(),
        };
        let mut line = serde_json::to_vec(&line).map_err(|error| failed(&self.place, &error))?;
        line.push(b'\n');
        // In one piece, so that whoever is killed leaves at most half a line at the end.
        if let Err(error) = record.file.write_all(&line) {
            // Nor does a full disk leave one amid others.
            let end = record.end;
            let _ = record.file.set_len(end);
            let _ = record.file.seek(SeekFrom::Start(end));
            return Err(failed(&self.place, &error));
        }
        record.end += line.len() as u64;
        record.known.insert(hash);
        Ok(())
    }
}

impl<M: TextModel> TextModel for Recording<M> {
    fn name(&self) -> &str {
        self.model.name()
    }

    fn reply(&self, request: &Request) -> Result<Reply, TextModelError> {
        let reply = self.model.reply(request)?;
        self.write(request, &reply)?;
        Ok(reply)
    }
}

/// Reads a record's whole lines: the hashes in it, and where the last whole line ends.
pub(crate) fn read(
    file: &File,
    place: &Path,
    mut each: impl FnMut(Line) -> Result<(), TextModelError>,
) -> Result<(HashSet<PromptHash>, u64), TextModelError> {
    let mut lines = BufReader::new(file);
    let (mut known, mut end, mut number) = (HashSet::new(), 0, 0);
    let mut text = Vec::new();
    loop {
        text.clear();
        let read = lines.read_until(b'\n', &mut text);
        let length = read.map_err(|error| failed(place, &error))?;
        if text.last() != Some(&b'\n') {
            return Ok((known, end));
        }
        number += 1;
        let line: Line = serde_json::from_slice(&text).map_err(|error| {
            let reason = format!("line {number} is no line of a record: {error}");
            failed(place, &reason)
        })?;
        if line.hash != line.request.hash(&line.model) {
            let reason = format!(
                "line {number} was changed after it was recorded: its hash is another one; record anew"
            );
            return Err(failed(place, &reason));
        }
        known.insert(line.hash);
        each(line)?;
        end += length as u64;
    }
}

pub(crate) fn failed(place: &Path, reason: &dyn std::fmt::Display) -> TextModelError {
    TextModelError::Storage {
        place: place.display().to_string(),
        reason: reason.to_string(),
    }
}
