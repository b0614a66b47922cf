//! Journeys as columns.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, RecordBatch, StringArray, StringBuilder};
use arrow::datatypes::{Fields, Schema, SchemaRef};
use arrow::error::ArrowError;
use parquet::file::properties::WriterProperties;
use wayline::nouns::{Journey, JourneyKeyword, PersonResult, Related, RunInfo};

use super::rows_parquet::{
    BATCH_JOURNEYS, GROUP_JOURNEYS, TableRows, delta, properties, repeating,
};
use super::table_columns::{
    Lists, TextLists, Times, as_count, count, counts, fields_of, flag, float, floats, group, list,
    structs, text, text_or_null, time,
};

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
    name_reason: StringBuilder,
    keywords: JourneyKeywords,
    interests: TextLists,
    lifecycle: StringBuilder,
    status: StringBuilder,
    phase: StringBuilder,
    confidence: Vec<f64>,
    score: Vec<f64>,
    return_probability: Vec<f64>,
    started_at: Times,
    last_active_at: Times,
    events: Vec<i32>,
    visits: Vec<i32>,
    boards: TextLists,
    items: TextLists,
    hidden: Vec<bool>,
    related: RelatedJourneys,
    grouped_by: StringBuilder,
    verdict: StringBuilder,
    verdict_reason: StringBuilder,
}

/// The column of journeys that a person could go on to.
#[derive(Debug, Default)]
struct RelatedJourneys {
    lists: Lists,
    name: StringBuilder,
    score: Vec<f64>,
    because: StringBuilder,
}

impl RelatedJourneys {
    fn push(&mut self, related: &[Related]) {
        for related in related {
            self.name.append_value(&related.name);
            self.score.push(related.score);
            self.because.append_value(&related.because);
        }
        self.lists.push(related.len());
    }

    fn take(&mut self, fields: Fields) -> Result<ArrayRef, ArrowError> {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.name.finish()),
            floats(&mut self.score),
            Arc::new(self.because.finish()),
        ];
        self.lists.take(structs(fields, columns)?)
    }
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
    let related = group(
        "element",
        vec![text("name"), float("score"), text("because")],
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
        text_or_null("name_reason"),
        list("keywords", keyword.data_type().clone()),
        list("interests", Utf8),
        group("stage", stage),
        float("confidence"),
        float("score"),
        float("return_probability"),
        time("started_at"),
        time("last_active_at"),
        count("events"),
        count("visits"),
        list("boards", Utf8),
        list("items", Utf8),
        flag("hidden"),
        list("related", related.data_type().clone()),
        text("grouped_by"),
        group("safety", vec![text("verdict"), text_or_null("reason")]),
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
            name_reason: StringBuilder::new(),
            keywords: JourneyKeywords::default(),
            interests: TextLists::default(),
            lifecycle: StringBuilder::new(),
            status: StringBuilder::new(),
            phase: StringBuilder::new(),
            confidence: Vec::new(),
            score: Vec::new(),
            return_probability: Vec::new(),
            started_at: Times::default(),
            last_active_at: Times::default(),
            events: Vec::new(),
            visits: Vec::new(),
            boards: TextLists::default(),
            items: TextLists::default(),
            hidden: Vec::new(),
            related: RelatedJourneys::default(),
            grouped_by: StringBuilder::new(),
            verdict: StringBuilder::new(),
            verdict_reason: StringBuilder::new(),
        }
    }

    fn push_row(&mut self, row: &Journey) {
        self.user_id.append_value(&row.user_id);
        self.journey_id.append_value(&row.journey_id);
        self.rank.push(as_count(row.rank));
        self.name.append_value(&row.name);
        self.name_source.append_value(row.name_source.as_str());
        self.name_reason
            .append_option(row.name_reason.map(|reason| reason.as_str()));
        self.keywords.push(&row.keywords);
        self.interests.push(&row.interests);
        self.lifecycle.append_value(row.stage.lifecycle.as_str());
        self.status.append_value(row.stage.status.as_str());
        self.phase
            .append_option(row.stage.phase.map(|phase| phase.as_str()));
        self.confidence.push(row.confidence);
        self.score.push(row.score);
        self.return_probability.push(row.return_probability);
        self.started_at.push(row.started_at);
        self.last_active_at.push(row.last_active_at);
        self.events.push(as_count(row.events));
        self.visits.push(as_count(row.visits));
        self.boards.push(&row.boards);
        self.items.push(&row.items);
        self.hidden.push(row.hidden);
        self.related.push(&row.related);
        self.grouped_by.append_value(row.grouped_by.as_str());
        self.verdict.append_value(row.safety.verdict.code());
        self.verdict_reason
            .append_option(row.safety.reason.map(|reason| reason.code()));
    }

    fn take_stage(&mut self, fields: Fields) -> Result<ArrayRef, ArrowError> {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.lifecycle.finish()),
            Arc::new(self.status.finish()),
            Arc::new(self.phase.finish()),
        ];
        structs(fields, columns)
    }

    fn take_safety(&mut self, fields: Fields) -> Result<ArrayRef, ArrowError> {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.verdict.finish()),
            Arc::new(self.verdict_reason.finish()),
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
            Arc::new(self.name_reason.finish()),
            self.keywords.take(inner("keywords")?)?,
            self.interests.take()?,
            self.take_stage(inner("stage")?)?,
            floats(&mut self.confidence),
            floats(&mut self.score),
            floats(&mut self.return_probability),
            self.started_at.take(),
            self.last_active_at.take(),
            counts(&mut self.events),
            counts(&mut self.visits),
            self.boards.take()?,
            self.items.take()?,
            Arc::new(BooleanArray::from(std::mem::take(&mut self.hidden))),
            self.related.take(inner("related")?)?,
            Arc::new(self.grouped_by.finish()),
            self.take_safety(inner("safety")?)?,
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
            "name_reason",
            "grouped_by",
            "safety.verdict",
            "safety.reason",
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
