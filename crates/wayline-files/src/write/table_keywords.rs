//! Keywords as columns.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringBuilder};
use arrow::datatypes::{Schema, SchemaRef};
use arrow::error::ArrowError;
use parquet::file::properties::WriterProperties;
use wayline::nouns::{KeywordRow, PersonResult};

use super::rows_parquet::{
    BATCH_KEYWORDS, GROUP_KEYWORDS, TableRows, delta, properties, repeating,
};
use super::table_columns::{
    TextLists, Times, as_count, count, counts, list, text, text_or_null, time,
};

/// Keywords on their way to Parquet.
#[derive(Debug)]
pub(crate) struct KeywordTable {
    schema: SchemaRef,
    user_id: StringBuilder,
    keyword: StringBuilder,
    journey_id: StringBuilder,
    reason: StringBuilder,
    sources: TextLists,
    count: Vec<i32>,
    first_seen: Times,
    last_seen: Times,
}

impl KeywordTable {
    pub(crate) fn new() -> Self {
        let schema = Schema::new(vec![
            text("user_id"),
            text("keyword"),
            text_or_null("journey_id"),
            text_or_null("reason"),
            list("sources", arrow::datatypes::DataType::Utf8),
            count("count"),
            time("first_seen"),
            time("last_seen"),
        ]);
        Self {
            schema: Arc::new(schema),
            user_id: StringBuilder::new(),
            keyword: StringBuilder::new(),
            journey_id: StringBuilder::new(),
            reason: StringBuilder::new(),
            sources: TextLists::default(),
            count: Vec::new(),
            first_seen: Times::default(),
            last_seen: Times::default(),
        }
    }

    fn push_row(&mut self, row: &KeywordRow) {
        self.user_id.append_value(&row.user_id);
        self.keyword.append_value(&row.keyword);
        self.journey_id.append_option(row.journey_id.as_deref());
        self.reason
            .append_option(row.reason.map(|reason| reason.as_str()));
        self.sources.push_sources(row.sources);
        self.count.push(as_count(row.count));
        self.first_seen.push(row.first_seen);
        self.last_seen.push(row.last_seen);
    }
}

impl TableRows for KeywordTable {
    fn push(&mut self, person: &PersonResult) {
        for row in &person.keywords {
            self.push_row(row);
        }
    }

    fn is_full(&self) -> bool {
        self.count.len() >= BATCH_KEYWORDS
    }

    fn take(&mut self) -> Result<RecordBatch, ArrowError> {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.user_id.finish()),
            Arc::new(self.keyword.finish()),
            Arc::new(self.journey_id.finish()),
            Arc::new(self.reason.finish()),
            self.sources.take()?,
            counts(&mut self.count),
            self.first_seen.take(),
            self.last_seen.take(),
        ];
        RecordBatch::try_new(Arc::clone(&self.schema), columns)
    }

    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn properties(&self) -> WriterProperties {
        let mut builder = properties(GROUP_KEYWORDS);
        for column in ["journey_id", "reason", "sources.list.element"] {
            builder = repeating(builder, column);
        }
        for column in ["count", "first_seen", "last_seen"] {
            builder = delta(builder, column);
        }
        builder.build()
    }
}
