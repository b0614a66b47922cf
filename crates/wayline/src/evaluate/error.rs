/// A golden answer or a result that can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}, line {line}, column {column}: {reason}")]
pub struct ReadError {
    /// What was being read, e.g. `missions`, `journeys`, `keywords`.
    pub what: &'static str,
    /// The line of the text, from 1.
    pub line: usize,
    /// The column: its name in a table, the number of the character (from 1) in JSON.
    pub column: String,
    /// What is wrong there.
    pub reason: String,
}
