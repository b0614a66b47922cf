//! Events as Parquet, in the columns of the events contract.

use std::io::Write;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, ListBuilder, RecordBatch, StringBuilder, TimestampMillisecondBuilder,
};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

/// Rows are gathered into batches of this many before they are encoded.
const BATCH_ROWS: usize = 8_192;
/// Row groups are closed at this many rows: some ten MiB of events.
const GROUP_ROWS: usize = 131_072;

/// One row of the events contract. Absent texts and empty lists are written as null.
#[derive(Clone, Copy, Debug, Default)]
pub struct EventRow<'a> {
    /// Whose event it is.
    pub user_id: &'a str,
    /// When, in milliseconds since 1970 (UTC).
    pub timestamp_ms: i64,
    /// The event's id, unique in the person.
    pub event_id: Option<&'a str>,
    /// `search`, `closeup`, `save`, `click` or another name.
    pub action: Option<&'a str>,
    /// What was searched.
    pub query: Option<&'a str>,
    /// Which item.
    pub item_id: Option<&'a str>,
    /// The item's title.
    pub title: Option<&'a str>,
    /// The item's annotations.
    pub annotations: &'a [String],
    /// The item's interests.
    pub interests: &'a [String],
    /// The board or list it was saved to.
    pub board: Option<&'a str>,
    /// What was clicked.
    pub url: Option<&'a str>,
}

/// Events couldn't be written as Parquet: the place is full or gone, or the encoder failed. What
/// was written so far is no Parquet file; delete it.
#[derive(Debug, thiserror::Error)]
pub enum EventsWriteError {
    /// The rows don't fit the columns: a fault of this program.
    #[error("rows of events could not be put together: {0}")]
    Columns(#[from] arrow::error::ArrowError),
    /// Encoding or writing failed.
    #[error("events could not be written as Parquet: {0}")]
    Parquet(#[from] parquet::errors::ParquetError),
}

/// Writes events as a Parquet file with zstd, in memory that doesn't grow with their number.
pub struct EventsParquetWriter<W: Write + Send> {
    schema: SchemaRef,
    file: ArrowWriter<W>,
    columns: Columns,
    rows: usize,
}

impl<W: Write + Send> EventsParquetWriter<W> {
    /// Starts the file.
    ///
    /// # Errors
    /// When `to` can't be written.
    pub fn new(to: W) -> Result<Self, EventsWriteError> {
        let schema = schema();
        let settings = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
            .set_max_row_group_row_count(Some(GROUP_ROWS))
            .build();
        let file = ArrowWriter::try_new(to, Arc::clone(&schema), Some(settings))?;
        Ok(Self {
            schema,
            file,
            columns: Columns::default(),
            rows: 0,
        })
    }

    /// Adds one event.
    ///
    /// # Errors
    /// When encoding or writing fails; the file is spoilt then.
    pub fn write(&mut self, row: &EventRow<'_>) -> Result<(), EventsWriteError> {
        self.columns.push(row);
        self.rows += 1;
        if self.rows == BATCH_ROWS {
            self.flush()?;
        }
        Ok(())
    }

    /// Writes what is left and the file's footer, and gives the target back.
    ///
    /// # Errors
    /// When encoding or writing fails; the file is spoilt then.
    pub fn finish(mut self) -> Result<W, EventsWriteError> {
        self.flush()?;
        Ok(self.file.into_inner()?)
    }

    fn flush(&mut self) -> Result<(), EventsWriteError> {
        if self.rows > 0 {
            let batch = RecordBatch::try_new(Arc::clone(&self.schema), self.columns.take())?;
            self.file.write(&batch)?;
            self.rows = 0;
        }
        Ok(())
    }
}

fn schema() -> SchemaRef {
    let text = |name: &str, absent: bool| Field::new(name, DataType::Utf8, absent);
    let list =
        |name: &str| Field::new_list(name, Field::new_list_field(DataType::Utf8, true), true);
    let time = DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into()));
    Arc::new(Schema::new(vec![
        text("user_id", false),
        Field::new("timestamp", time, false),
        text("event_id", true),
        text("action", true),
        text("query", true),
        text("item_id", true),
        text("title", true),
        list("annotations"),
        list("interests"),
        text("board", true),
        text("url", true),
    ]))
}

/// The columns of the batch that is being gathered.
#[derive(Default)]
struct Columns {
    user_id: StringBuilder,
    timestamp: TimestampMillisecondBuilder,
    event_id: StringBuilder,
    action: StringBuilder,
    query: StringBuilder,
    item_id: StringBuilder,
    title: StringBuilder,
    annotations: ListBuilder<StringBuilder>,
    interests: ListBuilder<StringBuilder>,
    board: StringBuilder,
    url: StringBuilder,
}

impl Columns {
    fn push(&mut self, row: &EventRow<'_>) {
        self.user_id.append_value(row.user_id);
        self.timestamp.append_value(row.timestamp_ms);
        self.event_id.append_option(row.event_id);
        self.action.append_option(row.action);
        self.query.append_option(row.query);
        self.item_id.append_option(row.item_id);
        self.title.append_option(row.title);
        push_list(&mut self.annotations, row.annotations);
        push_list(&mut self.interests, row.interests);
        self.board.append_option(row.board);
        self.url.append_option(row.url);
    }

    fn take(&mut self) -> Vec<ArrayRef> {
        vec![
            Arc::new(self.user_id.finish()),
            Arc::new(self.timestamp.finish().with_timezone("UTC")),
            Arc::new(self.event_id.finish()),
            Arc::new(self.action.finish()),
            Arc::new(self.query.finish()),
            Arc::new(self.item_id.finish()),
            Arc::new(self.title.finish()),
            Arc::new(self.annotations.finish()),
            Arc::new(self.interests.finish()),
            Arc::new(self.board.finish()),
            Arc::new(self.url.finish()),
        ]
    }
}

fn push_list(to: &mut ListBuilder<StringBuilder>, texts: &[String]) {
    for text in texts {
        to.values().append_value(text);
    }
    to.append(!texts.is_empty());
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    #[test]
    fn rows_come_back_with_nulls_for_what_is_absent() {
        let file = tempfile::tempfile().unwrap();
        let mut writer = EventsParquetWriter::new(file).unwrap();
        let words = vec!["arch".to_owned(), "veil".to_owned()];
        for i in 0..BATCH_ROWS as i64 + 3 {
            let search = EventRow {
                user_id: "u",
                timestamp_ms: i,
                action: Some("search"),
                query: Some("q"),
                ..EventRow::default()
            };
            let item = EventRow {
                user_id: "u",
                timestamp_ms: i,
                item_id: Some("7"),
                annotations: &words,
                ..EventRow::default()
            };
            writer
                .write(if i % 2 == 0 { &search } else { &item })
                .unwrap();
        }
        let file = writer.finish().unwrap();
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
        let stored = reader.schema().clone();
        assert_eq!(stored.fields(), schema().fields());
        let batches: Vec<RecordBatch> = reader.build().unwrap().map(Result::unwrap).collect();
        assert_eq!(
            batches.iter().map(RecordBatch::num_rows).sum::<usize>(),
            BATCH_ROWS + 3
        );
        let first = batches.first().unwrap();
        let nulls = |name: &str| first.column_by_name(name).unwrap().is_null(0);
        assert!(nulls("annotations") && nulls("item_id") && !nulls("query") && !nulls("timestamp"));
    }
}
