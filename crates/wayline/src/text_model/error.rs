//! Why there is no reply, and what helps.

use super::PromptHash;

/// Why there is no reply. Each says what to do next.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TextModelError {
    /// Nobody answers there, or the connection breaks before the reply begins.
    #[error("{endpoint} can't be reached: {reason}; is the server running?")]
    Unreachable {
        /// The address asked.
        endpoint: String,
        /// What the system said.
        reason: String,
    },
    /// The reply didn't come in time.
    #[error(
        "{endpoint} gave no whole reply within {seconds} s; try later, or allow more time \
         (`timeout_s`)"
    )]
    TimedOut {
        /// The address asked.
        endpoint: String,
        /// How long was waited.
        seconds: f64,
    },
    /// The server has too much to do, or one may not ask so often.
    #[error("{endpoint} is busy: {reason}; try later, or ask less at once (`concurrency`)")]
    Busy {
        /// The address asked.
        endpoint: String,
        /// The server's words.
        reason: String,
        /// After how many seconds it wants to be asked again; none where it doesn't say.
        retry_after_s: Option<u64>,
    },
    /// The server failed.
    #[error("{endpoint} failed with status {status}: {reason}; its log may say why")]
    Failed {
        /// The address asked.
        endpoint: String,
        /// Of HTTP.
        status: u16,
        /// The server's words.
        reason: String,
    },
    /// The reply broke off, or isn't what chat endpoints send.
    #[error("{endpoint} gave half a reply, or one that can't be read: {reason}; try again")]
    Broken {
        /// The address asked.
        endpoint: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The server doesn't take the key, or wants one.
    #[error("{endpoint} refuses the key: {reason}; put the right one where `key_env` says")]
    Key {
        /// The address asked.
        endpoint: String,
        /// The server's words.
        reason: String,
    },
    /// The account behind the key has no credit left.
    #[error("{endpoint} wants to be paid: {reason}; see to the account's credit and limits")]
    Unpaid {
        /// The address asked.
        endpoint: String,
        /// The server's words.
        reason: String,
    },
    /// The server has no model of this name.
    #[error("{endpoint} has no model `{model}`: {reason}; correct the model's name")]
    UnknownModel {
        /// The address asked.
        endpoint: String,
        /// The name.
        model: String,
        /// The server's words, or the names that it has.
        reason: String,
    },
    /// What answers there is no chat endpoint.
    #[error(
        "{endpoint} is no chat endpoint: {reason}; the URL is what stands before \
         /chat/completions, and often ends in /v1"
    )]
    NoEndpoint {
        /// The address asked.
        endpoint: String,
        /// What it answered.
        reason: String,
    },
    /// The server can't hold replies to a schema, and asking for JSON in words isn't allowed.
    #[error(
        "{endpoint} can't hold replies to a JSON schema: {reason}; allow `structure = \"auto\"`"
    )]
    SchemaUnsupported {
        /// The address asked.
        endpoint: String,
        /// The server's words.
        reason: String,
    },
    /// The request has more tokens than the model can read.
    #[error("the request is too long for the model: {reason}; ask with less")]
    TooLong {
        /// The server's words.
        reason: String,
    },
    /// The model, or a filter before it, won't answer this.
    #[error("the model declines to answer: {reason}; do without it")]
    Declined {
        /// Their words.
        reason: String,
    },
    /// The server doesn't take the request, for a reason that none of the others is.
    #[error("{endpoint} refuses the request with status {status}: {reason}")]
    Refused {
        /// The address asked.
        endpoint: String,
        /// Of HTTP.
        status: u16,
        /// The server's words.
        reason: String,
    },
    /// The reply has more bytes than it may.
    #[error(
        "the reply has more than {most} bytes; ask for less (`max_tokens`), or allow more \
         (`max_reply_bytes`)"
    )]
    TooLarge {
        /// How many it may have.
        most: u64,
    },
    /// The record that is replayed doesn't hold this request.
    #[error(
        "{record} doesn't hold the prompt {hash}: the prompt, the model's name or a limit has \
         changed since; record anew with a model"
    )]
    NotRecorded {
        /// The file.
        record: String,
        /// The request's.
        hash: PromptHash,
    },
    /// The run has spent what it may.
    #[error("the budget is spent: {reason}; raise it, or go on from the cache in another run")]
    BudgetSpent {
        /// What was spent, what is left, and what the request may take.
        reason: String,
    },
    /// Whoever started the run has stopped it.
    #[error("stopped before the model was asked")]
    Cancelled,
    /// A cache or a record can't be read or written.
    #[error("{place}: {reason}")]
    Storage {
        /// Which file or folder.
        place: String,
        /// What the system said, and what to do.
        reason: String,
    },
}

/// What helps against an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// The same request, later.
    Later,
    /// Other settings: URL, key, model, budget of time, files. Until then no request will be answered.
    Settings,
    /// Another request, or none: this one won't be answered, others may be.
    Request,
    /// Nothing in this run: it has spent its budget or was stopped.
    Stop,
}

impl TextModelError {
    /// What helps.
    #[must_use]
    pub fn remedy(&self) -> Remedy {
        match self {
            Self::Unreachable { .. }
            | Self::TimedOut { .. }
            | Self::Busy { .. }
            | Self::Failed { .. }
            | Self::Broken { .. } => Remedy::Later,
            Self::Key { .. }
            | Self::Unpaid { .. }
            | Self::UnknownModel { .. }
            | Self::NoEndpoint { .. }
            | Self::SchemaUnsupported { .. }
            | Self::Storage { .. } => Remedy::Settings,
            Self::TooLong { .. }
            | Self::Declined { .. }
            | Self::Refused { .. }
            | Self::TooLarge { .. }
            | Self::NotRecorded { .. } => Remedy::Request,
            Self::BudgetSpent { .. } | Self::Cancelled => Remedy::Stop,
        }
    }
}
