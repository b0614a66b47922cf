//! Journeys and keywords as columns, and how Parquet lays them out.
//!
//! DuckDB, pandas and Spark open the files with their types: lists, structs, points in time.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray, StringBuilder};
use arrow::datatypes::{Fields, Schema, SchemaRef};
use arrow::error::ArrowError;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use parquet::schema::types::ColumnPath;
use wayline::nouns::{Journey, JourneyKeyword, KeywordRow, PersonResult, RunInfo};

use super::table_columns::{
    Lists, TextLists, Times, as_count, count, counts, fields_of, float, floats, group, list,
    structs, text, text_or_null, time,
};

/// Rows that wait to be encoded. Larger batches take more memory and are no faster.
const BATCH_KEYWORDS: usize = 8 * 1024;
const BATCH_JOURNEYS: usize = 1024;
/// Rows of which a Parquet file holds the encoded columns in memory until they are written.
const GROUP_KEYWORDS: usize = 64 * 1024;
const GROUP_JOURNEYS: usize = 8 * 1024;

/// Collects the rows of people until they are worth encoding.
pub(crate) trait TableRows: Send {
    fn push(&mut self, person: &PersonResult);
    fn is_full(&self) -> bool;
    fn take(&mut self) -> Result<RecordBatch, ArrowError>;
    fn schema(&self) -> SchemaRef;
    fn properties(&self) -> WriterProperties;
}

/// No statistics and no dictionary unless a column asks for it: both cost more than all else.
fn properties(group_rows: usize) -> WriterPropertiesBuilder {
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

fn repeating(builder: WriterPropertiesBuilder, column: &str) -> WriterPropertiesBuilder {
    let parts: Vec<String> = column.split('.').map(str::to_owned).collect();
    builder.set_column_dictionary_enabled(ColumnPath::new(parts), true)
}

fn delta(builder: WriterPropertiesBuilder, column: &str) -> WriterPropertiesBuilder {
    let parts: Vec<String> = column.split('.').map(str::to_owned).collect();
    builder.set_column_encoding(ColumnPath::new(parts), Encoding::DELTA_BINARY_PACKED)
}

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

/// Journeys on their way to Parquet.
#[derive(Debug)]
pub(crate) struct JourneyTable {
    schema: SchemaRef,
    run: RunInfo,
    user_id: StringBuilder,
    journey_id: StringBuilder,
    rank: Vec<i32>,
    name: StringBuilder,
    name_source: StringBuilder,
    keywords: JourneyKeywords,
    interests: TextLists,
    lifecycle: StringBuilder,
    status: StringBuilder,
    phase: StringBuilder,
    confidence: Vec<f64>,
    score: Vec<f64>,
    started_at: Times,
    last_active_at: Times,
    events: Vec<i32>,
    visits: Vec<i32>,
    boards: TextLists,
    items: TextLists,
}

/// The column of the keywords of journeys.
#[derive(Debug, Default)]
struct JourneyKeywords {
    lists: Lists,
    keyword: StringBuilder,
    sources: TextLists,
    count: Vec<i32>,
    weight: Vec<f64>,
}

impl JourneyKeywords {
    fn push(&mut self, keywords: &[JourneyKeyword]) {
        for keyword in keywords {
            self.keyword.append_value(&keyword.keyword);
            self.sources.push_sources(keyword.sources);
            self.count.push(as_count(keyword.count));
            self.weight.push(keyword.weight);
        }
        self.lists.push(keywords.len());
    }

    fn take(&mut self, fields: Fields) -> Result<ArrayRef, ArrowError> {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.keyword.finish()),
            self.sources.take()?,
            counts(&mut self.count),
            floats(&mut self.weight),
        ];
        self.lists.take(structs(fields, columns)?)
    }
}

fn journey_schema() -> Schema {
    use arrow::datatypes::DataType::Utf8;
    let keyword = group(
        "element",
        vec![
            text("keyword"),
            list("sources", Utf8),
            count("count"),
            float("weight"),
        ],
    );
    let stage = vec![text("lifecycle"), text("status"), text_or_null("phase")];
    let run = vec![
        text("run_id"),
        count("schema_version"),
        text("config_hash"),
        text("models"),
        text("corpus_hash"),
        time("as_of"),
    ];
    Schema::new(vec![
        text("user_id"),
        text("journey_id"),
        count("rank"),
        text("name"),
        text("name_source"),
        list("keywords", keyword.data_type().clone()),
        list("interests", Utf8),
        group("stage", stage),
        float("confidence"),
        float("score"),
        time("started_at"),
        time("last_active_at"),
        count("events"),
        count("visits"),
        list("boards", Utf8),
        list("items", Utf8),
        group("run", run),
    ])
}

impl JourneyTable {
    pub(crate) fn new(run: &RunInfo) -> Self {
        Self {
            schema: Arc::new(journey_schema()),
            run: run.clone(),
            user_id: StringBuilder::new(),
            journey_id: StringBuilder::new(),
            rank: Vec::new(),
            name: StringBuilder::new(),
            name_source: StringBuilder::new(),
            keywords: JourneyKeywords::default(),
            interests: TextLists::default(),
            lifecycle: StringBuilder::new(),
            status: StringBuilder::new(),
            phase: StringBuilder::new(),
            confidence: Vec::new(),
            score: Vec::new(),
            started_at: Times::default(),
            last_active_at: Times::default(),
            events: Vec::new(),
            visits: Vec::new(),
            boards: TextLists::default(),
            items: TextLists::default(),
        }
    }

    fn push_row(&mut self, row: &Journey) {
        self.user_id.append_value(&row.user_id);
        self.journey_id.append_value(&row.journey_id);
        self.rank.push(as_count(row.rank));
        self.name.append_value(&row.name);
        self.name_source.append_value(row.name_source.as_str());
        self.keywords.push(&row.keywords);
        self.interests.push(&row.interests);
        self.lifecycle.append_value(row.stage.lifecycle.as_str());
        self.status.append_value(row.stage.status.as_str());
        self.phase
            .append_option(row.stage.phase.map(|phase| phase.as_str()));
        self.confidence.push(row.confidence);
        self.score.push(row.score);
        self.started_at.push(row.started_at);
        self.last_active_at.push(row.last_active_at);
        self.events.push(as_count(row.events));
        self.visits.push(as_count(row.visits));
        self.boards.push(&row.boards);
        self.items.push(&row.items);
    }

    fn take_stage(&mut self, fields: Fields) -> Result<ArrayRef, ArrowError> {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.lifecycle.finish()),
            Arc::new(self.status.finish()),
            Arc::new(self.phase.finish()),
        ];
        structs(fields, columns)
    }

    fn run_column(&self, fields: Fields, rows: usize) -> Result<ArrayRef, ArrowError> {
        let same = |text: &str| -> ArrayRef {
            Arc::new(StringArray::from_iter_values(std::iter::repeat_n(
                text, rows,
            )))
        };
        let mut as_of = Times::default();
        (0..rows).for_each(|_| as_of.push(self.run.as_of));
        let columns: Vec<ArrayRef> = vec![
            same(&self.run.run_id),
            counts(&mut vec![as_count(self.run.schema_version); rows]),
            same(&self.run.config_hash),
            same(&self.run.models),
            same(&self.run.corpus_hash),
            as_of.take(),
        ];
        structs(fields, columns)
    }
}

impl TableRows for JourneyTable {
    fn push(&mut self, person: &PersonResult) {
        for row in &person.journeys {
            self.push_row(row);
        }
    }

    fn is_full(&self) -> bool {
        self.rank.len() >= BATCH_JOURNEYS
    }

    fn take(&mut self) -> Result<RecordBatch, ArrowError> {
        let schema = Arc::clone(&self.schema);
        let inner = |column: &str| -> Result<Fields, ArrowError> {
            Ok(fields_of(schema.field_with_name(column)?.data_type()))
        };
        let rows = self.rank.len();
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.user_id.finish()),
            Arc::new(self.journey_id.finish()),
            counts(&mut self.rank),
            Arc::new(self.name.finish()),
            Arc::new(self.name_source.finish()),
            self.keywords.take(inner("keywords")?)?,
            self.interests.take()?,
            self.take_stage(inner("stage")?)?,
            floats(&mut self.confidence),
            floats(&mut self.score),
            self.started_at.take(),
            self.last_active_at.take(),
            counts(&mut self.events),
            counts(&mut self.visits),
            self.boards.take()?,
            self.items.take()?,
            self.run_column(inner("run")?, rows)?,
        ];
        RecordBatch::try_new(schema, columns)
    }

    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn properties(&self) -> WriterProperties {
        let mut builder = properties(GROUP_JOURNEYS);
        for column in [
            "name_source",
            "keywords.list.element.sources.list.element",
            "interests.list.element",
            "boards.list.element",
            "stage.lifecycle",
            "stage.status",
            "stage.phase",
            "run.run_id",
            "run.schema_version",
            "run.config_hash",
            "run.models",
            "run.corpus_hash",
            "run.as_of",
        ] {
            builder = repeating(builder, column);
        }
        for column in [
            "rank",
            "keywords.list.element.count",
            "started_at",
            "last_active_at",
            "events",
            "visits",
        ] {
            builder = delta(builder, column);
        }
        builder.build()
    }
}
