//! Rows of results and of logs as JSON.

use serde_json::Value;

/// A row.
pub(crate) type Row = serde_json::Map<String, Value>;

/// Every line as a row.
pub(crate) fn rows(bytes: &[u8]) -> Vec<Row> {
    let text = std::str::from_utf8(bytes).expect("UTF-8");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a JSON object"))
        .collect()
}

/// A field that must be a text.
pub(crate) fn text<'a>(row: &'a Row, field: &str) -> &'a str {
    row[field].as_str().expect("a text")
}

/// The texts of a list; a text alone is a list of one, and what is missing is an empty one.
pub(crate) fn texts<'a>(row: &'a Row, field: &str) -> Vec<&'a str> {
    match row.get(field) {
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(text)) => vec![text],
        _ => Vec::new(),
    }
}

/// The normal form of a keyword.
pub(crate) fn normal(text: &str) -> String {
    let mut out = String::new();
    wayline::nouns::normalize(text, &mut out);
    out
}
