//! Vectors that were paid for or reckoned once, on disk.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension};
use wayline::embed::{EmbedError, TextEmbedder};
use wayline_text_model::{at_once, cache_error, open_cache_file};

/// The version of the cache's form; raise it when it changes.
const VERSION: i64 = 1;
const FILE: &str = "vectors.sqlite";
const TABLES: &str =
    "CREATE TABLE vectors (embedder TEXT NOT NULL, text BLOB NOT NULL, vector BLOB NOT NULL,
        PRIMARY KEY (embedder, text)) WITHOUT ROWID;
     CREATE TABLE embedders (name TEXT PRIMARY KEY, dimensions INTEGER NOT NULL) WITHOUT ROWID";

/// A folder of vectors, of any number of embedders. It holds no text, only what texts hash to.
pub struct Vectors {
    place: PathBuf,
    connection: Mutex<Connection>,
}

type TextHash = [u8; 32];

impl Vectors {
    /// Opens the cache in a folder, which is made where it isn't there.
    ///
    /// # Errors
    /// The folder can't be used, or its cache is of another version.
    pub fn open(folder: &Path) -> Result<Self, EmbedError> {
        let place = folder.join(FILE);
        let connection = open_cache_file(folder, FILE, VERSION, TABLES)
            .map_err(|reason| EmbedError::lasting(format!("{}: {reason}", place.display())))?;
        Ok(Self {
            place,
            connection: Mutex::new(connection),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn failed(&self, error: &rusqlite::Error) -> EmbedError {
        EmbedError::lasting(format!("{}: {}", self.place.display(), cache_error(error)))
    }

    /// How long the vectors of an embedder are, if that was remembered.
    pub(crate) fn dimensions(&self, name: &str) -> Result<Option<usize>, EmbedError> {
        self.lock()
            .query_row(
                "SELECT dimensions FROM embedders WHERE name = ?1",
                [name],
                |row| row.get(0),
            )
            .optional()
            .map_err(|error| self.failed(&error))
    }

    pub(crate) fn remember_dimensions(
        &self,
        name: &str,
        dimensions: usize,
    ) -> Result<(), EmbedError> {
        self.lock()
            .execute(
                "INSERT OR REPLACE INTO embedders (name, dimensions) VALUES (?1, ?2)",
                (name, dimensions),
            )
            .map_err(|error| self.failed(&error))?;
        Ok(())
    }

    /// Writes the vectors that are there to their rooms in `out`; returns the places of the others.
    fn look_up(
        &self,
        embedder: &str,
        texts: &[(usize, TextHash)],
        out: &mut [f32],
        dimensions: usize,
    ) -> Result<Vec<(usize, TextHash)>, EmbedError> {
        let connection = self.lock();
        let mut query = connection
            .prepare_cached("SELECT vector FROM vectors WHERE embedder = ?1 AND text = ?2")
            .map_err(|error| self.failed(&error))?;
        let mut missing = Vec::new();
        for (place, hash) in texts {
            let found: Option<Vec<u8>> = query
                .query_row((embedder, hash), |row| row.get(0))
                .optional()
                .map_err(|error| self.failed(&error))?;
            let room = &mut out[place * dimensions..][..dimensions];
            match found.filter(|bytes| bytes.len() == 4 * dimensions) {
                Some(bytes) => {
                    let (numbers, _) = bytes.as_chunks::<4>();
                    for (number, to) in numbers.iter().zip(room) {
                        *to = f32::from_le_bytes(*number);
                    }
                }
                None => missing.push((*place, *hash)),
            }
        }
        Ok(missing)
    }

    fn keep(
        &self,
        embedder: &str,
        texts: &[(usize, TextHash)],
        vectors: &[f32],
        dimensions: usize,
    ) -> Result<(), EmbedError> {
        let mut connection = self.lock();
        let write = |connection: &mut Connection| -> rusqlite::Result<()> {
            let transaction = connection.transaction()?;
            {
                let mut insert = transaction.prepare_cached(
                    "INSERT OR REPLACE INTO vectors (embedder, text, vector) VALUES (?1, ?2, ?3)",
                )?;
                for ((_, hash), vector) in texts.iter().zip(vectors.chunks_exact(dimensions)) {
                    let bytes: Vec<u8> = vector.iter().flat_map(|it| it.to_le_bytes()).collect();
                    insert.execute((embedder, hash, bytes))?;
                }
            }
            transaction.commit()
        };
        write(&mut connection).map_err(|error| self.failed(&error))
    }
}

/// Keeps every vector in a folder, and answers from there.
///
/// Vectors are there as soon as a batch of them was given, so a run that is killed loses no more than what
/// was on its way. Threads that want the same text at once ask once. Several processes may use one folder,
/// but may both ask for what they want at the same moment. Nothing is ever thrown away: delete the folder
/// for that.
pub struct OnDisk<E> {
    embedder: E,
    vectors: Vectors,
    batch: usize,
    at_once: usize,
    /// What somebody asks for now.
    asking: Mutex<HashSet<TextHash>>,
    asked: Condvar,
}

impl<E: TextEmbedder> OnDisk<E> {
    /// With a cache; `batch` texts are asked for, and kept, together, and so many batches at once.
    pub fn new(embedder: E, vectors: Vectors, batch: usize, at_once: usize) -> Self {
        Self {
            embedder,
            vectors,
            batch: batch.max(1),
            at_once: at_once.max(1),
            asking: Mutex::default(),
            asked: Condvar::new(),
        }
    }

    /// The vectors of some of `texts`, which are kept.
    fn make(&self, batch: &[(usize, TextHash)], texts: &[&str]) -> Result<Vec<f32>, EmbedError> {
        let dimensions = self.embedder.dimensions();
        let texts: Vec<&str> = batch.iter().map(|(place, _)| texts[*place]).collect();
        let mut made = vec![f32::NAN; texts.len() * dimensions];
        self.embedder.embed_all(&texts, &mut made)?;
        // What can't be used isn't kept either; whoever asked sees it and says so.
        if made.iter().all(|it| it.is_finite()) {
            let hash = self.embedder.hash();
            self.vectors.keep(hash, batch, &made, dimensions)?;
        }
        Ok(made)
    }

    fn asking(&self) -> MutexGuard<'_, HashSet<TextHash>> {
        self.asking.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Those that nobody asks for, which are this thread's from now on; waits where there are none.
    fn claim(&self, wanted: &[(usize, TextHash)]) -> Claim<'_, E> {
        let mut asking = self.asking();
        loop {
            let free = wanted.iter().filter(|(_, hash)| !asking.contains(hash));
            let mine: Vec<(usize, TextHash)> =
                free.take(self.batch * self.at_once).copied().collect();
            if !mine.is_empty() {
                asking.extend(mine.iter().map(|(_, hash)| *hash));
                return Claim { of: self, mine };
            }
            let waited = self.asked.wait(asking);
            asking = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Texts that one thread asks for.
struct Claim<'a, E: TextEmbedder> {
    of: &'a OnDisk<E>,
    mine: Vec<(usize, TextHash)>,
}

impl<E: TextEmbedder> Drop for Claim<'_, E> {
    fn drop(&mut self) {
        let mut asking = self.of.asking();
        for (_, hash) in &self.mine {
            asking.remove(hash);
        }
        self.of.asked.notify_all();
    }
}

impl<E: TextEmbedder> TextEmbedder for OnDisk<E> {
    fn hash(&self) -> &str {
        self.embedder.hash()
    }

    fn dimensions(&self) -> usize {
        self.embedder.dimensions()
    }

    fn embed_all(&self, texts: &[&str], out: &mut [f32]) -> Result<(), EmbedError> {
        let (embedder, dimensions) = (self.hash(), self.dimensions());
        // A text that comes twice is asked for once.
        let mut first: HashMap<TextHash, usize> = HashMap::new();
        let hashes: Vec<TextHash> = texts
            .iter()
            .map(|text| *blake3::hash(text.as_bytes()).as_bytes())
            .collect();
        let mut wanted = Vec::new();
        for (place, hash) in hashes.iter().enumerate() {
            if *first.entry(*hash).or_insert(place) == place {
                wanted.push((place, *hash));
            }
        }
        let mut wanted = self.vectors.look_up(embedder, &wanted, out, dimensions)?;
        while !wanted.is_empty() {
            let claim = self.claim(&wanted);
            // Somebody may have been given them between the look and the claim.
            let mine = self
                .vectors
                .look_up(embedder, &claim.mine, out, dimensions)?;
            let batches = mine.chunks(self.batch);
            let threads = self.at_once.min(batches.len());
            // What one batch gives is kept, whatever becomes of the others.
            let made = at_once(batches.clone(), threads, |batch| self.make(batch, texts));
            for (batch, made) in batches.zip(made) {
                for ((place, _), vector) in batch.iter().zip(made?.chunks_exact(dimensions)) {
                    out[place * dimensions..][..dimensions].copy_from_slice(vector);
                }
            }
            let done: HashSet<usize> = claim.mine.iter().map(|(place, _)| *place).collect();
            wanted.retain(|(place, _)| !done.contains(place));
        }
        for (place, hash) in hashes.iter().enumerate() {
            let from = first[hash];
            if from != place {
                out.copy_within(
                    from * dimensions..(from + 1) * dimensions,
                    place * dimensions,
                );
            }
        }
        Ok(())
    }
}
