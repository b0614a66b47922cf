//! Replies that were paid for once, on disk.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};

use rusqlite::{Connection, OptionalExtension};
use wayline::text_model::{PromptHash, Reply, Request, TextModel, TextModelError};

use crate::cache_file::{cache_error, open_cache_file};
use crate::tally::Tally;

/// The version of the cache's form; raise it when it changes.
const VERSION: i64 = 1;
const FILE: &str = "replies.sqlite";
const TABLES: &str =
    "CREATE TABLE replies (hash BLOB PRIMARY KEY, model TEXT NOT NULL, reply TEXT NOT NULL)
    WITHOUT ROWID";

/// Keeps every reply in a folder by the hash of its request, and answers from there.
///
/// A reply is there as soon as it was given, so a run that is killed pays for nothing twice but what
/// was on its way. Threads that ask the same at once pay once. Several processes may use one folder,
/// but may both pay for what they ask at the same moment. Nothing is ever thrown away: delete the
/// folder for that.
pub struct Cached<M> {
    model: M,
    place: PathBuf,
    replies: Mutex<Connection>,
    /// What somebody is asking now.
    asking: Mutex<HashSet<PromptHash>>,
    asked: Condvar,
    /// Why nothing more can be kept.
    broken: OnceLock<TextModelError>,
    tally: Arc<Tally>,
}

impl<M: TextModel> Cached<M> {
    /// Opens the cache in a folder, which is made where it isn't there.
    ///
    /// # Errors
    /// The folder can't be used, or its cache is of another version.
    pub fn open(model: M, folder: &Path, tally: Arc<Tally>) -> Result<Self, TextModelError> {
        let place = folder.join(FILE);
        let replies = open_cache_file(folder, FILE, VERSION, TABLES).map_err(|reason| {
            TextModelError::Storage {
                place: place.display().to_string(),
                reason,
            }
        })?;
        Ok(Self {
            model,
            place,
            replies: Mutex::new(replies),
            asking: Mutex::default(),
            asked: Condvar::new(),
            broken: OnceLock::new(),
            tally,
        })
    }

    fn failed(&self, reason: String) -> TextModelError {
        TextModelError::Storage {
            place: self.place.display().to_string(),
            reason,
        }
    }

    fn look_up(&self, hash: PromptHash) -> Result<Option<Reply>, TextModelError> {
        let replies = self.replies.lock().unwrap_or_else(PoisonError::into_inner);
        let json: Option<String> = replies
            .prepare_cached("SELECT reply FROM replies WHERE hash = ?1")
            .and_then(|mut it| it.query_row([hash.as_bytes()], |row| row.get(0)).optional())
            .map_err(|error| self.failed(cache_error(&error)))?;
        drop(replies);
        json.map(|it| serde_json::from_str(&it))
            .transpose()
            .map_err(|error| {
                self.failed(format!(
                    "the reply to {hash} can't be read: {error}; delete the folder"
                ))
            })
    }

    fn keep(&self, hash: PromptHash, reply: &Reply) -> Result<(), TextModelError> {
        let json = serde_json::to_string(reply).map_err(|error| self.failed(error.to_string()))?;
        let replies = self.replies.lock().unwrap_or_else(PoisonError::into_inner);
        replies
            .prepare_cached(
                "INSERT OR IGNORE INTO replies (hash, model, reply) VALUES (?1, ?2, ?3)",
            )
            .and_then(|mut it| it.execute((hash.as_bytes(), self.name(), json)))
            .map_err(|error| self.failed(cache_error(&error)))?;
        Ok(())
    }

    /// Waits until nobody else asks this.
    fn turn(&self, hash: PromptHash) -> Turn<'_, M> {
        let mut asking = self.asking.lock().unwrap_or_else(PoisonError::into_inner);
        while !asking.insert(hash) {
            let waited = self.asked.wait(asking);
            asking = waited.unwrap_or_else(PoisonError::into_inner);
        }
        Turn { of: self, hash }
    }
}

struct Turn<'a, M> {
    of: &'a Cached<M>,
    hash: PromptHash,
}

impl<M> Drop for Turn<'_, M> {
    fn drop(&mut self) {
        let asking = self.of.asking.lock();
        asking
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.hash);
        self.of.asked.notify_all();
    }
}

impl<M: TextModel> TextModel for Cached<M> {
    fn name(&self) -> &str {
        self.model.name()
    }

    fn reply(&self, request: &Request) -> Result<Reply, TextModelError> {
        let hash = request.hash(self.name());
        let _turn = self.turn(hash);
        if let Some(reply) = self.look_up(hash)? {
            self.tally.add_cached();
            return Ok(reply);
        }
        if let Some(error) = self.broken.get() {
            return Err(error.clone());
        }
        let reply = self.model.reply(request)?;
        // This one is paid for and of use. Others would be paid for again in the next run.
        if let Err(error) = self.keep(hash, &reply) {
            self.broken.get_or_init(|| error);
        }
        Ok(reply)
    }
}
