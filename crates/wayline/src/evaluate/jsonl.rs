use super::ReadError;
use serde::de::DeserializeOwned;

/// The rows of a text with one JSON object a line, each with its line number (from 1); blank lines
/// are passed over.
pub(super) fn rows<T: DeserializeOwned>(
    what: &'static str,
    text: &str,
) -> impl Iterator<Item = Result<(usize, T), ReadError>> {
    let numbered = text.split('\n').enumerate();
    numbered
        .filter(|(_, row)| !row.trim().is_empty())
        .map(move |(index, row)| {
            let line = index + 1;
            serde_json::from_str(row)
                .map(|value| (line, value))
                .map_err(|error| {
                    let reason = error.to_string();
                    ReadError {
                        what,
                        line,
                        column: error.column().to_string(),
                        // serde_json's own position counts lines within the row: always 1.
                        reason: reason
                            .rsplit_once(" at line ")
                            .map_or(&*reason, |(said, _)| said)
                            .to_owned(),
                    }
                })
        })
}
