//! What a server's refusal means.

use serde_json::Value;
use wayline::text_model::TextModelError;

use super::Status;

/// Characters of a server's words that are shown.
const MOST_SHOWN: usize = 300;

/// The error that an answer with another status than 200 is.
pub(super) fn error(status: &Status, body: &str, endpoint: String, model: &str) -> TextModelError {
    let reason = words(body);
    let said = body.to_lowercase();
    let says = |any: &[&str]| any.iter().any(|it| said.contains(it));
    let code = status.code;
    if matches!(code, 400 | 413 | 422 | 500) && says(TOO_LONG) {
        return TextModelError::TooLong { reason };
    }
    if says(UNPAID) && matches!(code, 400 | 403 | 429) {
        return TextModelError::Unpaid { endpoint, reason };
    }
    if matches!(code, 400 | 404 | 422) && !is_page(body) && says(&["model"]) && says(NOT_THERE) {
        let model = model.to_owned();
        return TextModelError::UnknownModel {
            endpoint,
            model,
            reason,
        };
    }
    if matches!(code, 400 | 403) && says(&["content_filter", "content_policy"]) {
        return TextModelError::Declined { reason };
    }
    match code {
        401 | 403 | 407 => TextModelError::Key { endpoint, reason },
        402 => TextModelError::Unpaid { endpoint, reason },
        200..=399 => {
            let to = status.location.as_deref().unwrap_or("somewhere else");
            let reason = format!("it answers with status {code} and points to {to}");
            TextModelError::NoEndpoint { endpoint, reason }
        }
        404 | 405 | 410 => TextModelError::NoEndpoint {
            endpoint,
            reason: format!("it answers with status {code}: {reason}"),
        },
        408 | 425 | 429 | 529 => busy(status, endpoint, reason),
        503 if status.retry_after.is_some() => busy(status, endpoint, reason),
        413 => TextModelError::TooLong { reason },
        // The others from 500 on, such as 501 and 505, say that the server can't do this, now or later.
        500 | 502 | 503 | 504 => TextModelError::Failed {
            endpoint,
            status: code,
            reason,
        },
        _ => TextModelError::Refused {
            endpoint,
            status: code,
            reason,
        },
    }
}

// What the servers that people use say: OpenAI, llama.cpp, llama-cpp-python, vLLM, Ollama.
const TOO_LONG: &[&str] = &[
    "context_length_exceeded",
    "exceed_context_size",
    "maximum context length",
    "context window",
    "available context size",
    "prompt is too long",
];
const UNPAID: &[&str] = &["insufficient_quota", "billing_hard_limit", "credit balance"];
const NOT_THERE: &[&str] = &[
    "model_not_found",
    "not found",
    "does not exist",
    "no such model",
    "unknown model",
    "invalid model",
];

/// `Retry-After` in seconds. As a date it is passed over: the wait that is ours anyway is as good.
fn busy(status: &Status, endpoint: String, reason: String) -> TextModelError {
    let seconds = status.retry_after.as_deref();
    // Some servers send fractions.
    let seconds: Option<f64> = seconds.and_then(|it| it.trim().parse().ok());
    let seconds = seconds.filter(|it| it.is_finite() && *it >= 0.0);
    TextModelError::Busy {
        endpoint,
        reason,
        retry_after_s: seconds.map(|it| it.ceil() as u64),
    }
}

/// A server's own words, short and in one line.
pub(super) fn words(body: &str) -> String {
    if is_page(body) {
        return "a web page".to_owned();
    }
    let text = match serde_json::from_str::<Value>(body) {
        Ok(json) => message(&json).unwrap_or_else(|| json.to_string()),
        Err(_) => body.to_owned(),
    };
    let mut line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() {
        return "it gives no reason".to_owned();
    }
    if let Some((end, _)) = line.char_indices().nth(MOST_SHOWN) {
        line.truncate(end);
        line.push('…');
    }
    line
}

pub(super) fn is_page(body: &str) -> bool {
    body.trim_start_matches('\u{feff}')
        .trim_start()
        .starts_with('<')
}

fn message(json: &Value) -> Option<String> {
    let error = json.get("error").unwrap_or(json);
    let message = error
        .get("message")
        .or_else(|| error.get("detail"))
        .unwrap_or(error);
    match message {
        Value::String(text) => Some(text.clone()),
        Value::Array(_) => Some(message.to_string()),
        _ => None,
    }
}
