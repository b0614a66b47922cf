//! Leaving an endpoint alone that is down.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use wayline::text_model::{Remedy, Reply, Request, TextModel, TextModelError};

/// Requests in a row that must fail before the endpoint counts as down.
const IN_A_ROW: u32 = 3;

/// Once several requests in a row have found the endpoint down, with all their tries, answers others
/// with that error at once for a while, and then lets one through to see. A run whose endpoint dies so
/// goes on without it instead of waiting for every person anew.
pub struct Resting<M> {
    model: M,
    rest: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    failed_in_a_row: u32,
    down: Option<(TextModelError, Instant)>,
}

impl<M: TextModel> Resting<M> {
    /// Rests so long.
    pub fn new(model: M, rest: Duration) -> Self {
        Self {
            model,
            rest,
            state: Mutex::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn refuse_while_down(&self) -> Result<(), TextModelError> {
        let mut state = self.state();
        if let Some((error, since)) = &mut state.down {
            if since.elapsed() < self.rest {
                return Err(error.clone());
            }
            // Whoever comes next goes to see; the others go on resting.
            *since = Instant::now();
        }
        Ok(())
    }
}

impl<M: TextModel> TextModel for Resting<M> {
    fn name(&self) -> &str {
        self.model.name()
    }

    fn reply(&self, request: &Request) -> Result<Reply, TextModelError> {
        self.refuse_while_down()?;
        let reply = self.model.reply(request);
        let mut state = self.state();
        match &reply {
            Err(error) if error.remedy() == Remedy::Later => {
                state.failed_in_a_row += 1;
                if state.failed_in_a_row >= IN_A_ROW {
                    state.down = Some((error.clone(), Instant::now()));
                }
            }
            // It says nothing of the endpoint.
            Err(error) if error.remedy() == Remedy::Stop => {}
            _ => *state = State::default(),
        }
        drop(state);
        reply
    }
}
