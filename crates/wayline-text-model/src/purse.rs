//! What a run may spend on a model.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use wayline::text_model::{Reply, Request, TextModel, TextModelError, Usage};

/// Bytes of text that a token stands for, at the least: most texts have 3 to 5. What a prompt will
/// take is reserved by it.
const BYTES_PER_TOKEN: usize = 2;
/// Tokens that mark where a message begins and ends, at the most.
const TOKENS_PER_MESSAGE: usize = 16;

/// What a run may spend, and what tokens cost.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Limits {
    /// Tokens read and written together; none for no limit.
    pub tokens: Option<u64>,
    /// Money, in the currency of the prices; none for no limit.
    pub money: Option<f64>,
    /// Price of a million tokens that the model reads.
    pub prompt_price: f64,
    /// Price of a million tokens that it writes.
    pub completion_price: f64,
}

impl Limits {
    fn cost(&self, usage: Usage) -> f64 {
        let read = usage.prompt_tokens as f64 * self.prompt_price;
        let written = usage.completion_tokens as f64 * self.completion_price;
        (read + written) / 1e6
    }

    fn allow(&self, usage: Usage) -> bool {
        self.tokens.is_none_or(|most| usage.total() <= most)
            && self.money.is_none_or(|most| self.cost(usage) <= most)
    }
}

/// What a run has spent and may still spend.
#[derive(Debug)]
pub struct Purse {
    limits: Limits,
    state: Mutex<State>,
    settled: Condvar,
}

#[derive(Debug, Default)]
struct State {
    spent: Usage,
    /// By calls that are on their way.
    reserved: Usage,
    on_their_way: usize,
    /// Why nothing more is asked.
    stopped: Option<String>,
}

impl Purse {
    /// A full one.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            state: Mutex::default(),
            settled: Condvar::new(),
        }
    }

    /// Tokens that were spent.
    #[must_use]
    pub fn spent(&self) -> Usage {
        self.state().spent
    }

    /// What they cost, in the currency of the prices.
    #[must_use]
    pub fn money_spent(&self) -> f64 {
        self.limits.cost(self.spent())
    }

    /// Tokens that are left; none without a limit.
    #[must_use]
    pub fn tokens_left(&self) -> Option<u64> {
        let spent = self.spent().total();
        self.limits.tokens.map(|most| most.saturating_sub(spent))
    }

    /// Money that is left; none without a limit.
    #[must_use]
    pub fn money_left(&self) -> Option<f64> {
        let spent = self.money_spent();
        self.limits.money.map(|most| (most - spent).max(0.0))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lays aside what a call may take. Where that isn't there it waits for calls on their way, which
    /// mostly take less than was laid aside; where none is, nothing more is asked in this run.
    fn reserve(&self, most: Usage) -> Result<Reserved<'_>, TextModelError> {
        let mut state = self.state();
        loop {
            if let Some(reason) = &state.stopped {
                let reason = reason.clone();
                return Err(TextModelError::BudgetSpent { reason });
            }
            if self.limits.allow(state.spent + state.reserved + most) {
                state.reserved += most;
                state.on_their_way += 1;
                return Ok(Reserved { purse: self, most });
            }
            if state.on_their_way == 0 {
                state.stopped = Some(self.refusal(state.spent, most));
                continue;
            }
            let waited = self.settled.wait(state);
            state = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn refusal(&self, spent: Usage, most: Usage) -> String {
        let mut parts = Vec::new();
        if let Some(limit) = self.limits.tokens {
            let (spent, most) = (spent.total(), most.total());
            let left = limit.saturating_sub(spent);
            parts.push(format!(
                "{spent} of {limit} tokens are spent, {left} are left, and the next request may \
                 take {most}"
            ));
        }
        if let Some(limit) = self.limits.money {
            let (spent, most) = (self.limits.cost(spent), self.limits.cost(most));
            let left = (limit - spent).max(0.0);
            parts.push(format!(
                "{spent:.4} of {limit} in money are spent, {left:.4} are left, and the next \
                 request may take {most:.4}"
            ));
        }
        parts.join("; ")
    }
}

struct Reserved<'a> {
    purse: &'a Purse,
    most: Usage,
}

impl Reserved<'_> {
    fn settle(self, usage: Usage) {
        self.purse.state().spent += usage;
    }
}

impl Drop for Reserved<'_> {
    fn drop(&mut self) {
        let mut state = self.purse.state();
        state.reserved.prompt_tokens -= self.most.prompt_tokens;
        state.reserved.completion_tokens -= self.most.completion_tokens;
        state.on_their_way -= 1;
        drop(state);
        self.purse.settled.notify_all();
    }
}

/// Asks nothing that the purse can't pay.
///
/// Each call first lays aside what it may take: a token for every two bytes of its texts, and all
/// tokens that its reply may have. So a run spends at most its budget, unless a server counts more
/// tokens than that; what a reply took by the server's count is what is spent in the end. A reply that
/// didn't come whole may have been billed and counts as what was laid aside.
pub struct Budgeted<M> {
    model: M,
    purse: Arc<Purse>,
}

impl<M: TextModel> Budgeted<M> {
    /// Spends from this purse.
    pub fn new(model: M, purse: Arc<Purse>) -> Self {
        Self { model, purse }
    }
}

impl<M: TextModel> TextModel for Budgeted<M> {
    fn name(&self) -> &str {
        self.model.name()
    }

    fn reply(&self, request: &Request) -> Result<Reply, TextModelError> {
        let most = most_tokens(request);
        let reserved = self.purse.reserve(most)?;
        let reply = self.model.reply(request);
        match &reply {
            Ok(reply) => reserved.settle(reply.usage),
            Err(
                TextModelError::TimedOut { .. }
                | TextModelError::Broken { .. }
                | TextModelError::TooLarge { .. },
            ) => reserved.settle(most),
            Err(_) => drop(reserved),
        }
        reply
    }
}

fn most_tokens(request: &Request) -> Usage {
    let texts = request.bytes().div_ceil(BYTES_PER_TOKEN);
    let prompt = texts + TOKENS_PER_MESSAGE * request.messages.len();
    Usage {
        prompt_tokens: prompt as u64,
        completion_tokens: u64::from(request.max_tokens),
        is_estimated: true,
    }
}
