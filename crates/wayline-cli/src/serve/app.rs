//! What all requests share.

use std::cell::RefCell;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use tokio::sync::Semaphore;
use wayline::Rooms;
use wayline::config::Config;
use wayline::corpus::Corpus;
use wayline::embed::EmbeddingCache;
use wayline::keep::{Mark, Store};
use wayline::nouns::{Stage, Timestamp};

use super::access::{Access, Caller, Scope};
use super::admission::Room;
use super::problem::Problem;
use super::watch::Metrics;
use crate::run::Models;

/// What a request may cost.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    /// Bytes of a body.
    pub(crate) body_bytes: usize,
    /// Rows of a batch.
    pub(crate) rows: usize,
    /// Until it must have been sent, and until it must have been answered.
    pub(crate) time: Duration,
    /// Bytes of all bodies together that are read or worked on.
    pub(crate) bodies_bytes: usize,
    /// Connections at once; more wait.
    pub(crate) connections: usize,
    /// Requests that read the store at once, and those that write it; more wait.
    pub(crate) readers: usize,
    pub(crate) writers: usize,
    /// For journeys that are remembered between requests.
    pub(crate) remembered_bytes: u64,
    /// Requests a second of one caller.
    pub(crate) rate: Option<NonZeroU32>,
}

/// Journeys of one person, as they were for a mark and an hour.
pub(crate) struct Shown {
    pub(crate) mark: Mark,
    pub(crate) as_of: Timestamp,
    /// By rank.
    pub(crate) rows: Vec<ShownRow>,
}

/// A journey as JSON, with what requests ask of it.
pub(crate) struct ShownRow {
    pub(crate) stage: Stage,
    pub(crate) confidence: f64,
    pub(crate) is_safe: bool,
    pub(crate) json: Box<[u8]>,
}

#[derive(Clone)]
struct ByBytes;

impl Weighter<String, Arc<Shown>> for ByBytes {
    fn weight(&self, user_id: &String, shown: &Arc<Shown>) -> u64 {
        let rows = shown
            .rows
            .iter()
            .map(|row| row.json.len() + size_of::<ShownRow>());
        (user_id.len() + size_of::<Shown>() + rows.sum::<usize>()) as u64
    }
}

/// What all requests share.
pub(crate) struct App {
    pub(crate) store: Box<dyn Store>,
    pub(crate) config: Config,
    pub(crate) models: Models,
    pub(crate) corpus: Corpus,
    pub(crate) access: Access,
    pub(crate) limits: Limits,
    pub(crate) metrics: Metrics,
    /// A moment that stands for now, for trials.
    pub(crate) as_of: Option<Timestamp>,
    pub(crate) bodies: Room,
    newest: AtomicI64,
    readers: Arc<Semaphore>,
    writers: Arc<Semaphore>,
    /// Tokens that aren't ours, which somebody may be guessing.
    guesses: DefaultDirectRateLimiter,
    rates: Vec<DefaultDirectRateLimiter>,
    shown: Cache<String, Arc<Shown>, ByBytes>,
}

/// What one person's journeys take, about.
const PERSON_BYTES: u64 = 20_000;
/// Texts whose vectors each thread remembers, at 1 KiB each.
const CACHED_TEXTS: usize = 4_096;
/// Journeys are reckoned for full hours, so that one answer serves for a while.
const HOUR: i64 = 3_600_000;
/// Wrong tokens a second that are answered as such.
const GUESSES: NonZeroU32 = NonZeroU32::new(20).unwrap();

thread_local! {
    static EMBEDDINGS: RefCell<Option<EmbeddingCache<'static>>> = const { RefCell::new(None) };
}

impl App {
    pub(crate) fn new(
        (store, newest): (Box<dyn Store>, Option<Timestamp>),
        config: Config,
        models: Models,
        corpus: Corpus,
        access: Access,
        limits: Limits,
        as_of: Option<Timestamp>,
    ) -> Self {
        let people = limits.remembered_bytes / PERSON_BYTES;
        let shown = Cache::with_weighter(people as usize, limits.remembered_bytes, ByBytes);
        let rates = (0..access.callers()).filter_map(|_| limits.rate);
        let rates = rates.map(|rate| RateLimiter::direct(Quota::per_second(rate)));
        Self {
            rates: rates.collect(),
            guesses: RateLimiter::direct(Quota::per_second(GUESSES)),
            bodies: Room::new(limits.bodies_bytes),
            readers: Arc::new(Semaphore::new(limits.readers)),
            writers: Arc::new(Semaphore::new(limits.writers)),
            newest: AtomicI64::new(newest.map_or(i64::MIN, Timestamp::millis)),
            store,
            config,
            models,
            corpus,
            access,
            limits,
            metrics: Metrics::new(),
            as_of,
            shown,
        }
    }

    /// Who asks, if they may, and not too often.
    pub(crate) fn admit(
        &self,
        headers: &axum::http::HeaderMap,
        scope: Scope,
    ) -> Result<Caller, Problem> {
        let caller = match self.access.check(headers, scope) {
            Err(problem) if problem.is_wrong_token() && self.guesses.check().is_err() => {
                return Err(Problem::too_many());
            }
            other => other?,
        };
        match self.rates.get(caller.0) {
            Some(rate) if rate.check().is_err() => Err(Problem::too_many()),
            _ => Ok(caller),
        }
    }

    /// The moment for which journeys are reckoned.
    pub(crate) fn now(&self) -> Timestamp {
        self.as_of.unwrap_or_else(|| {
            let since = SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .unwrap_or_default();
            Timestamp::from_millis(since.as_millis() as i64)
        })
    }

    /// An event of later than this has a wrong clock.
    pub(crate) fn tomorrow(&self) -> Timestamp {
        Timestamp::from_millis(self.now().millis() + 24 * HOUR)
    }

    /// The full hour before that.
    pub(crate) fn this_hour(&self) -> Timestamp {
        let now = self.now().millis();
        Timestamp::from_millis(now - now.rem_euclid(HOUR))
    }

    pub(crate) fn rooms(&self, as_of: Timestamp) -> Rooms<'_> {
        Rooms {
            asks_anew: false,
            ..self.models.rooms(&self.config, &self.corpus, as_of)
        }
    }

    /// Work with this thread's vectors of texts.
    pub(crate) fn with_embeddings<T>(
        &self,
        work: impl FnOnce(&mut EmbeddingCache<'static>) -> T,
    ) -> T {
        EMBEDDINGS.with_borrow_mut(|embeddings| {
            work(embeddings.get_or_insert_with(|| self.models.embeddings(CACHED_TEXTS)))
        })
    }

    /// Whether an event is newer than all that the store is known to note; then it is to be noted.
    pub(crate) fn is_newest(&self, time: Timestamp) -> bool {
        self.newest.load(Ordering::Relaxed) < time.millis()
    }

    /// The store notes this event.
    pub(crate) fn has_newest(&self, time: Timestamp) {
        self.newest.fetch_max(time.millis(), Ordering::Relaxed);
    }

    pub(crate) fn remembered(&self, user_id: &str) -> Option<Arc<Shown>> {
        self.shown.get(user_id)
    }

    pub(crate) fn remember(&self, user_id: &str, shown: &Arc<Shown>) {
        self.shown.insert(user_id.to_owned(), Arc::clone(shown));
    }

    pub(crate) fn forget(&self, user_id: &str) {
        self.shown.remove(user_id);
    }
}

/// Runs work that may block and only reads, and answers with what it gives.
pub(crate) async fn reading<T: Send + 'static>(
    app: &Arc<App>,
    work: impl FnOnce(&App) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    blocking(app, Arc::clone(&app.readers), work).await
}

/// The same with work that writes, which may have to wait long for others who write.
pub(crate) async fn writing<T: Send + 'static>(
    app: &Arc<App>,
    work: impl FnOnce(&App) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    blocking(app, Arc::clone(&app.writers), work).await
}

async fn blocking<T: Send + 'static>(
    app: &Arc<App>,
    turns: Arc<Semaphore>,
    work: impl FnOnce(&App) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let turn = turns.acquire_owned().await;
    let turn = turn.map_err(|error| Problem::inside(&error))?;
    let app = Arc::clone(app);
    let done = tokio::task::spawn_blocking(move || {
        let done = work(&app);
        // Also where nobody waits for the answer any more.
        drop(turn);
        done
    });
    done.await.map_err(|error| Problem::inside(&error))?
}
