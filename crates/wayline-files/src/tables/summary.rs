//! What was read of a table, counted.

use std::collections::BTreeMap;

use crate::read::{Reason, RejectExample, RowError};

/// What was read of a table, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableSummary {
    /// Rows read.
    pub rows: u64,
    /// Rows left out, by reason.
    pub rejects: BTreeMap<Reason, u64>,
    /// The first rejected row of each reason.
    pub examples: BTreeMap<Reason, RejectExample>,
}

impl TableSummary {
    pub(crate) fn reject(&mut self, file: &str, line: u64, error: RowError) {
        *self.rejects.entry(error.reason).or_default() += 1;
        let example = || RejectExample {
            file: file.to_owned(),
            line,
            detail: error.detail,
        };
        self.examples.entry(error.reason).or_insert_with(example);
    }

    /// Rows left out, whatever the reason.
    #[must_use]
    pub fn rejected(&self) -> u64 {
        self.rejects.values().sum()
    }

    /// A line for each reason with its first example; empty where no row was left out.
    #[must_use]
    pub fn reasons(&self) -> String {
        let mut text = String::new();
        for (reason, count) in &self.rejects {
            text.push_str(&format!("\n  {reason} × {count}"));
            if let Some(example) = self.examples.get(reason) {
                text.push_str(&format!(
                    ", first {}:{}: {}",
                    example.file, example.line, example.detail
                ));
            }
        }
        text
    }
}
