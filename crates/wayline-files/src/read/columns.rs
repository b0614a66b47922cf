//! The columns of an event, and what an input calls them.

use std::sync::{Arc, LazyLock};

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

/// A column of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are those of the event contract")]
pub enum Column {
    UserId,
    Timestamp,
    EventId,
    Action,
    Query,
    ItemId,
    Title,
    Annotations,
    Interests,
    Board,
    Url,
}

impl Column {
    /// Every column, in the order of [`event_schema`].
    pub const ALL: [Self; 11] = [
        Self::UserId,
        Self::Timestamp,
        Self::EventId,
        Self::Action,
        Self::Query,
        Self::ItemId,
        Self::Title,
        Self::Annotations,
        Self::Interests,
        Self::Board,
        Self::Url,
    ];

    /// Its name in the contract.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::UserId => "user_id",
            Self::Timestamp => "timestamp",
            Self::EventId => "event_id",
            Self::Action => "action",
            Self::Query => "query",
            Self::ItemId => "item_id",
            Self::Title => "title",
            Self::Annotations => "annotations",
            Self::Interests => "interests",
            Self::Board => "board",
            Self::Url => "url",
        }
    }

    /// The column of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "user_id" => Self::UserId,
            "timestamp" => Self::Timestamp,
            "event_id" => Self::EventId,
            "action" => Self::Action,
            "query" => Self::Query,
            "item_id" => Self::ItemId,
            "title" => Self::Title,
            "annotations" => Self::Annotations,
            "interests" => Self::Interests,
            "board" => Self::Board,
            "url" => Self::Url,
            _ => return None,
        })
    }

    /// Whether its value is a list of texts.
    #[must_use]
    pub const fn is_list(self) -> bool {
        matches!(self, Self::Annotations | Self::Interests)
    }
}

/// The one schema that every input is brought to.
///
/// `timestamp` is milliseconds since the Unix epoch, `action` the index of an
/// [`ActionId`](wayline::nouns::ActionId).
#[must_use]
pub fn event_schema() -> SchemaRef {
    static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
        let field = |column: Column| {
            let (kind, nullable) = match column {
                Column::UserId => (DataType::Utf8, false),
                Column::Timestamp => (DataType::Int64, false),
                Column::Action => (DataType::UInt8, false),
                Column::Annotations | Column::Interests => (list_type(), true),
                _ => (DataType::Utf8, true),
            };
            Field::new(column.name(), kind, nullable)
        };
        Arc::new(Schema::new(Column::ALL.map(field).to_vec()))
    });
    Arc::clone(&SCHEMA)
}

pub(crate) fn list_type() -> DataType {
    DataType::List(Arc::new(Field::new("item", DataType::Utf8, true)))
}

/// What an input calls the columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColumnNames {
    renamed: Vec<(Column, String)>,
}

/// Why a renaming of columns is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MapError {
    /// Not of the form `A=B`.
    #[error("`{0}` is not of the form COLUMN=INPUT_COLUMN, for example query=search_term")]
    NoEquals(String),
    /// The left side is no column of an event.
    #[error("`{0}` is no column of an event; the columns are {columns}", columns = column_list())]
    UnknownColumn(String),
    /// One column is to be read from two columns of the input.
    #[error("`{0}` is mapped twice; keep one of the two")]
    ColumnTwice(&'static str),
    /// One column of the input is to be two columns.
    #[error("the input's column `{0}` is mapped to two columns; keep one of the two")]
    InputTwice(String),
}

fn column_list() -> String {
    Column::ALL.map(Column::name).join(", ")
}

impl ColumnNames {
    /// From renamings `column=input_column`, as given on a command line.
    ///
    /// # Errors
    /// A renaming is malformed, names no column of an event, or contradicts another.
    pub fn parse<S: AsRef<str>>(renamings: impl IntoIterator<Item = S>) -> Result<Self, MapError> {
        let mut renamed: Vec<(Column, String)> = Vec::new();
        for renaming in renamings {
            let renaming = renaming.as_ref();
            let (name, input) = renaming
                .split_once('=')
                .filter(|(name, input)| !name.is_empty() && !input.is_empty())
                .ok_or_else(|| MapError::NoEquals(renaming.to_owned()))?;
            let column =
                Column::from_name(name).ok_or_else(|| MapError::UnknownColumn(name.to_owned()))?;
            if renamed.iter().any(|(other, _)| *other == column) {
                return Err(MapError::ColumnTwice(column.name()));
            }
            if renamed.iter().any(|(_, other)| other == input) {
                return Err(MapError::InputTwice(input.to_owned()));
            }
            renamed.push((column, input.to_owned()));
        }
        Ok(Self { renamed })
    }

    /// The column that an input's column is read as. A renamed column is no longer read from its
    /// own name.
    #[must_use]
    pub fn find(&self, input: &str) -> Option<Column> {
        if self.renamed.is_empty() {
            return Column::from_name(input);
        }
        if let Some((column, _)) = self.renamed.iter().find(|(_, name)| name == input) {
            return Some(*column);
        }
        Column::from_name(input)
            .filter(|column| self.renamed.iter().all(|(renamed, _)| renamed != column))
    }

    /// What the input calls a column.
    #[must_use]
    pub fn input_name(&self, column: Column) -> &str {
        self.renamed
            .iter()
            .find(|(renamed, _)| *renamed == column)
            .map_or(column.name(), |(_, name)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_renamed_column_is_read_from_its_new_name_only() {
        let names = ColumnNames::parse(["query=search_term", "item_id=url"]).expect("a good map");
        assert_eq!(names.find("search_term"), Some(Column::Query));
        assert_eq!(names.find("query"), None);
        assert_eq!(names.find("url"), Some(Column::ItemId));
        assert_eq!(names.find("title"), Some(Column::Title));
        assert_eq!(names.input_name(Column::Query), "search_term");
    }

    #[test]
    fn contradictions_are_refused() {
        let refused = |renamings: &[&str]| ColumnNames::parse(renamings).expect_err("a bad map");
        assert_eq!(refused(&["query"]), MapError::NoEquals("query".into()));
        assert_eq!(refused(&["=a"]), MapError::NoEquals("=a".into()));
        assert_eq!(refused(&["qury=a"]), MapError::UnknownColumn("qury".into()));
        assert_eq!(
            refused(&["query=a", "query=b"]),
            MapError::ColumnTwice("query")
        );
        assert_eq!(
            refused(&["query=a", "title=a"]),
            MapError::InputTwice("a".into())
        );
    }

    #[test]
    fn every_column_is_found_by_its_name() {
        for (index, column) in Column::ALL.into_iter().enumerate() {
            assert_eq!(Column::from_name(column.name()), Some(column));
            assert_eq!(event_schema().field(index).name(), column.name());
            assert_eq!(column as usize, index);
        }
    }
}
