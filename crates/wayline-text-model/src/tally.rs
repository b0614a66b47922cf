//! What was asked of a model in a run, for its summary.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use wayline::text_model::{Reply, Request, TextModel, TextModelError};

/// Counts as they grow; what surrounds a model shares one.
#[derive(Debug, Default)]
pub struct Tally {
    asked: AtomicU64,
    cached: AtomicU64,
    called: AtomicU64,
    retried: AtomicU64,
    repairs: AtomicU64,
    failed: AtomicU64,
}

impl Tally {
    pub(crate) fn add_cached(&self) {
        self.cached.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn add_called(&self) {
        self.called.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn add_retried(&self) {
        self.retried.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn counts(&self) -> Counts {
        let get = |it: &AtomicU64| it.load(Ordering::Relaxed);
        Counts {
            asked: get(&self.asked),
            cached: get(&self.cached),
            called: get(&self.called),
            retried: get(&self.retried),
            repairs: get(&self.repairs),
            failed: get(&self.failed),
            ..Counts::default()
        }
    }
}

/// What was asked of a model so far.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Counts {
    /// Requests that steps made, repairs among them.
    pub asked: u64,
    /// Of these, answered from the cache.
    pub cached: u64,
    /// Calls of the endpoint, each try of them.
    pub called: u64,
    /// Of these, tries after one that failed.
    pub retried: u64,
    /// Requests made since a reply broke its schema.
    pub repairs: u64,
    /// Requests that got no reply at all.
    pub failed: u64,
    /// Tokens read by the model in this run.
    pub prompt_tokens: u64,
    /// Tokens written by it.
    pub completion_tokens: u64,
    /// Whether some of these tokens are guessed, since the server didn't say.
    pub is_estimated: bool,
    /// What they cost, in the currency of the prices; 0 without prices.
    pub money: f64,
    /// Tokens left of the budget; none without one.
    pub tokens_left: Option<u64>,
    /// Money left of the budget; none without one.
    pub money_left: Option<f64>,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let about = if self.is_estimated { "about " } else { "" };
        write!(
            f,
            "{} asked of the model: {} from the cache, {} calls, {} of them retries, {} repairs, \
             {} failed; {about}{} tokens read and {} written",
            self.asked,
            self.cached,
            self.called,
            self.retried,
            self.repairs,
            self.failed,
            self.prompt_tokens,
            self.completion_tokens,
        )?;
        if self.money > 0.0 {
            write!(f, ", for {about}{:.4}", self.money)?;
        }
        if let Some(tokens) = self.tokens_left {
            write!(f, "; {tokens} tokens of the budget left")?;
        }
        if let Some(money) = self.money_left {
            write!(f, "; {money:.4} of the budget left")?;
        }
        Ok(())
    }
}

/// Counts what is asked and what fails. Stands outermost, where it sees what steps see.
pub struct Counting<M> {
    model: M,
    tally: Arc<Tally>,
}

impl<M: TextModel> Counting<M> {
    /// Counts into this tally.
    pub fn new(model: M, tally: Arc<Tally>) -> Self {
        Self { model, tally }
    }
}

impl<M: TextModel> TextModel for Counting<M> {
    fn name(&self) -> &str {
        self.model.name()
    }

    fn reply(&self, request: &Request) -> Result<Reply, TextModelError> {
        self.tally.asked.fetch_add(1, Ordering::Relaxed);
        if request.is_repair {
            self.tally.repairs.fetch_add(1, Ordering::Relaxed);
        }
        let reply = self.model.reply(request);
        if reply.is_err() {
            self.tally.failed.fetch_add(1, Ordering::Relaxed);
        }
        reply
    }
}
