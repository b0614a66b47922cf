//! What is answered where a request can't be served.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use wayline::keep::StoreError;

/// An answer that says what is wrong and what to do.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    body: Body,
}

#[derive(Debug, Serialize)]
struct Body {
    error: String,
    /// Rows of a batch that are wrong: the first of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rows: Vec<WrongRow>,
    /// How many of them there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    wrong_rows: Option<usize>,
}

/// A row of a batch that is wrong.
#[derive(Debug, Serialize)]
pub(crate) struct WrongRow {
    /// Its place, from 1.
    pub(crate) row: usize,
    /// One of the reasons that summaries count.
    pub(crate) reason: &'static str,
    /// What is wrong with it.
    pub(crate) detail: String,
}

/// Rows that an answer tells.
const MOST_ROWS: usize = 100;

/// What to do where nobody knows what became of a batch.
const TAKEN_OR_NOT: &str = "what was sent may have been taken or not: send it again, events with an \
                            `event_id` count once";

impl Problem {
    fn new(status: StatusCode, error: impl Into<String>) -> Self {
        Self {
            status,
            body: Body {
                error: error.into(),
                rows: Vec::new(),
                wrong_rows: None,
            },
        }
    }

    pub(crate) fn no_token() -> Self {
        let text = "a token is needed: send it as `Authorization: Bearer TOKEN`";
        Self::new(StatusCode::UNAUTHORIZED, text)
    }

    pub(crate) fn wrong_token() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "the token is not one of this service's",
        )
    }

    pub(crate) fn not_allowed(scope: &str) -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            format!("the token lacks the scope `{scope}`"),
        )
    }

    pub(crate) fn bad_request(error: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error)
    }

    pub(crate) fn unknown(error: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, error)
    }

    pub(crate) fn too_large(error: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, error)
    }

    pub(crate) fn method() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "this method isn't served here; see /openapi.json",
        )
    }

    pub(crate) fn too_many() -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too many requests; send fewer, or larger batches",
        )
    }

    pub(crate) fn too_slow() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            format!("it took too long, and {TAKEN_OR_NOT}"),
        )
    }

    fn unknown_whether_taken() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            format!("the store went away meanwhile, and {TAKEN_OR_NOT}"),
        )
    }

    pub(crate) fn crowded() -> Self {
        let text = "others send much just now; nothing of this was read, send it again later";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, text)
    }

    /// A body that couldn't be read to its end.
    pub(crate) fn unread(status: StatusCode, why: &str) -> Self {
        match status {
            StatusCode::PAYLOAD_TOO_LARGE => {
                Self::too_large("the body is too large; send several batches")
            }
            _ => Self::bad_request(format!("the body can't be read ({why})")),
        }
    }

    pub(crate) fn foreign() -> Self {
        let text = "without tokens only programs on this machine are served, by the names localhost, \
                    127.0.0.1 or [::1]; start it with --tokens for others";
        Self::new(StatusCode::FORBIDDEN, text)
    }

    pub(crate) fn is_wrong_token(&self) -> bool {
        self.status == StatusCode::UNAUTHORIZED
    }

    /// A batch of which rows are wrong; nothing of it was taken.
    pub(crate) fn wrong_rows(mut rows: Vec<WrongRow>) -> Self {
        let count = rows.len();
        rows.truncate(MOST_ROWS);
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            body: Body {
                error: format!("{count} rows are wrong, so nothing of the batch was taken"),
                rows,
                wrong_rows: Some(count),
            },
        }
    }

    /// Something inside; what it was stands in the log alone, since it may hold texts of people.
    pub(crate) fn inside(error: &dyn std::fmt::Display) -> Self {
        tracing::error!(%error, "a request failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "it failed; the service's log says why",
        )
    }

    #[cfg(test)]
    pub(crate) fn status(&self) -> u16 {
        self.status.as_u16()
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict { .. } => Self::new(
                StatusCode::CONFLICT,
                "others change the same person; send it again",
            ),
            StoreError::Unknown { .. } => {
                tracing::error!(%error, "the store failed");
                Self::unknown_whether_taken()
            }
            other => {
                tracing::error!(error = %other, "the store failed");
                Self::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "the store can't be used just now; send it again later",
                )
            }
        }
    }
}

impl From<anyhow::Error> for Problem {
    fn from(error: anyhow::Error) -> Self {
        match error.downcast::<StoreError>() {
            Ok(error) => error.into(),
            // A record that can't be read names its person.
            Err(error) => match error.downcast_ref::<wayline::keep::KeptError>() {
                Some(_) => Self::inside(&"a record can't be read; `wayline store get` says why"),
                None => Self::inside(&error),
            },
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status;
        let mut response = (status, Json(self.body)).into_response();
        let headers = response.headers_mut();
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if matches!(
            status,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
        ) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}
