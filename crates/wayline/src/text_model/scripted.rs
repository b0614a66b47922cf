//! A language model for tests.

use std::collections::VecDeque;
use std::sync::Mutex;

use super::{Finish, Reply, Request, TextModel, TextModelError, Usage};

/// Says what it was told to say, one after the other, and keeps what it was asked. When nothing is left it
/// says that it was stopped.
pub(crate) struct Scripted {
    replies: Mutex<VecDeque<Result<String, TextModelError>>>,
    asked: Mutex<Vec<Request>>,
    usage: Usage,
    finish: Finish,
}

impl Scripted {
    pub(crate) fn new(replies: Vec<Result<String, TextModelError>>) -> Self {
        Self {
            replies: Mutex::new(replies.into()),
            asked: Mutex::default(),
            usage: Usage::default(),
            finish: Finish::Stop,
        }
    }

    pub(crate) fn saying<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self::new(texts.into_iter().map(|it| Ok(it.into())).collect())
    }

    /// What each of its replies takes.
    pub(crate) fn taking(self, prompt_tokens: u64, completion_tokens: u64) -> Self {
        let usage = Usage {
            prompt_tokens,
            completion_tokens,
            is_estimated: false,
        };
        Self { usage, ..self }
    }

    /// The same, whose replies all end at the limit.
    pub(crate) fn cut_off(self) -> Self {
        Self {
            finish: Finish::Length,
            ..self
        }
    }

    pub(crate) fn asked(&self) -> Vec<Request> {
        self.asked.lock().expect("whole").clone()
    }
}

impl TextModel for Scripted {
    fn name(&self) -> &str {
        "scripted"
    }

    fn reply(&self, request: &Request) -> Result<Reply, TextModelError> {
        self.asked.lock().expect("whole").push(request.clone());
        let next = self.replies.lock().expect("whole").pop_front();
        Ok(Reply {
            text: next.unwrap_or(Err(TextModelError::Cancelled))?,
            usage: self.usage,
            finish: self.finish,
        })
    }
}
