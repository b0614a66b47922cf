//! How Parquet lays out journeys and keywords.
//!
//! DuckDB, pandas and Spark open the files with their types: lists, structs, points in time.

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use parquet::schema::types::ColumnPath;
use wayline::nouns::PersonResult;

/// Rows that wait to be encoded. Larger batches take more memory and are no faster.
pub(crate) const BATCH_KEYWORDS: usize = 8 * 1024;
/// The same for journeys, whose rows are larger.
pub(crate) const BATCH_JOURNEYS: usize = 1024;
/// Rows of which a Parquet file holds the encoded columns in memory until they are written.
pub(crate) const GROUP_KEYWORDS: usize = 64 * 1024;
/// The same for journeys.
pub(crate) const GROUP_JOURNEYS: usize = 8 * 1024;

/// Collects the rows of people until they are worth encoding.
pub(crate) trait TableRows: Send {
    fn push(&mut self, person: &PersonResult);
    fn is_full(&self) -> bool;
    fn take(&mut self) -> Result<RecordBatch, ArrowError>;
    fn schema(&self) -> SchemaRef;
    fn properties(&self) -> WriterProperties;
}

/// No statistics and no dictionary unless a column asks for it: both cost more than all else.
pub(crate) fn properties(group_rows: usize) -> WriterPropertiesBuilder {
    let builder = WriterProperties::builder()
        .set_created_by(concat!("wayline ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1).unwrap_or_default()))
        .set_dictionary_enabled(false)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_offset_index_disabled(true)
        .set_max_row_group_row_count(Some(group_rows));
    // Lets a reader that looks for one person skip the other row groups.
    let user_id = ColumnPath::from("user_id");
    builder
        .set_column_dictionary_enabled(user_id.clone(), true)
        .set_column_statistics_enabled(user_id, EnabledStatistics::Chunk)
}

/// The values of the column repeat.
pub(crate) fn repeating(builder: WriterPropertiesBuilder, column: &str) -> WriterPropertiesBuilder {
    let parts: Vec<String> = column.split('.').map(str::to_owned).collect();
    builder.set_column_dictionary_enabled(ColumnPath::new(parts), true)
}

/// The values of the column are integers, often close to one another.
pub(crate) fn delta(builder: WriterPropertiesBuilder, column: &str) -> WriterPropertiesBuilder {
    let parts: Vec<String> = column.split('.').map(str::to_owned).collect();
    builder.set_column_encoding(ColumnPath::new(parts), Encoding::DELTA_BINARY_PACKED)
}
