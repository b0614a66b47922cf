//! The rows of a table of any format, with their values as texts.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value};

use super::{TableError, TableSummary};
use crate::read::{
    CsvRows, Format, InputFile, Inputs, LineBlocks, MAX_ROW_BYTES, Reason, RowError, Source, lines,
};
use crate::write::ResultRows;

/// The columns of a kind of table.
pub(crate) struct Columns {
    /// All that are read.
    pub(crate) all: &'static [&'static str],
    /// Those that a file must have.
    pub(crate) needed: &'static [&'static str],
}

impl Columns {
    /// The column that a field of this name is.
    fn find(&self, name: &str) -> Option<&'static str> {
        let name = name.trim();
        self.all.iter().find(|known| **known == name).copied()
    }
}

/// A row: the values that are there, trimmed.
pub(crate) struct TableRow<'a> {
    /// The file's name, for messages and where it says who wrote it.
    pub(crate) file: &'a str,
    /// Whether texts may have an apostrophe before what a spreadsheet takes for a formula.
    pub(crate) guarded: bool,
    values: BTreeMap<&'static str, String>,
}

impl TableRow<'_> {
    /// What stands in a column, if it isn't blank.
    pub(crate) fn text(&self, column: &str) -> Option<&str> {
        self.values.get(column).map(String::as_str)
    }

    /// What must stand in a column.
    pub(crate) fn needed(&self, column: &str, reason: Reason) -> Result<&str, RowError> {
        let missing = || RowError::new(reason, format!("no `{column}`, or an empty one"));
        self.text(column).ok_or_else(missing)
    }
}

type Take<'t> = &'t mut dyn FnMut(&TableRow<'_>) -> Result<(), RowError>;

/// Hands each row of each file to `take`, which may refuse it.
///
/// # Errors
/// A file can't be read to its end or lacks a needed column, or there are rows and none can be used.
pub(crate) fn read_rows(
    inputs: &Inputs,
    columns: &Columns,
    take: Take<'_>,
) -> Result<TableSummary, TableError> {
    let mut summary = TableSummary::default();
    for file in &inputs.files {
        let mut reading = Reading {
            name: &file.name,
            columns,
            guarded: matches!(file.format, Format::Csv | Format::Tsv),
            summary: &mut summary,
            take: &mut *take,
        };
        match file.format {
            Format::Parquet => reading.parquet(file.path.as_deref())?,
            Format::Json => reading.json(Source::open(file, inputs)?)?,
            Format::Tsv => reading.tsv(Source::open(file, inputs)?)?,
            Format::Csv => reading.csv(file, inputs)?,
        }
    }
    // Nothing yet is fine; something of which nothing can be used isn't what it is taken for.
    if summary.rows > 0 && summary.rejected() == summary.rows {
        return Err(TableError::NoRows {
            files: inputs.names(),
            rows: summary.rows,
            reasons: summary.reasons(),
        });
    }
    Ok(summary)
}

struct Reading<'a, 't> {
    name: &'a str,
    guarded: bool,
    columns: &'a Columns,
    summary: &'a mut TableSummary,
    take: Take<'t>,
}

/// Which column of the table each field is.
type Header = Vec<Option<&'static str>>;

impl Reading<'_, '_> {
    fn row(&mut self, line: u64, values: Result<BTreeMap<&'static str, String>, RowError>) {
        self.summary.rows += 1;
        let (file, guarded) = (self.name, self.guarded);
        let taken = values.and_then(|values| {
            (self.take)(&TableRow {
                file,
                guarded,
                values,
            })
        });
        if let Err(error) = taken {
            self.summary.reject(file, line, error);
        }
    }

    fn header(&self, fields: &[&str]) -> Result<Header, TableError> {
        let header: Header = fields
            .iter()
            .map(|field| self.columns.find(field))
            .collect();
        let missing = |needed: &&&'static str| !header.contains(&Some(**needed));
        match self.columns.needed.iter().find(missing) {
            None => Ok(header),
            Some(column) => {
                let found: Vec<String> =
                    fields.iter().take(30).map(|it| format!("`{it}`")).collect();
                Err(TableError::MissingColumn {
                    file: self.name.to_owned(),
                    column,
                    found: found.join(", "),
                })
            }
        }
    }

    fn csv(&mut self, file: &InputFile, inputs: &Inputs) -> Result<(), TableError> {
        let mut rows = CsvRows::new(Source::open(file, inputs)?);
        let Some(first) = rows.next(1)? else {
            return Ok(());
        };
        let names = first.iter().next().map(|row| row.texts());
        let names = names.unwrap_or_default();
        let header = self.header(&names.iter().map(String::as_str).collect::<Vec<_>>())?;
        while let Some(records) = rows.next(usize::MAX)? {
            for record in records.iter() {
                let fields = record.fields_of(header.len());
                self.row(record.line, fields.map(|fields| values(&header, &fields)));
            }
        }
        Ok(())
    }

    fn tsv(&mut self, source: Source) -> Result<(), TableError> {
        let mut blocks = LineBlocks::new(source);
        let mut header: Option<Header> = None;
        while let Some(block) = blocks.next()? {
            self.too_long(&block.too_long);
            for (number, line) in lines(&block) {
                let fields = std::str::from_utf8(line).map_err(|_| RowError::not_utf8(None));
                let fields = fields.map(|line| line.split('\t').collect::<Vec<_>>());
                let Some(header) = &header else {
                    header = Some(self.header(&fields.unwrap_or_default())?);
                    continue;
                };
                let values = fields.and_then(|fields| {
                    if fields.len() == header.len() {
                        Ok(values(header, &fields))
                    } else {
                        Err(RowError::field_count(fields.len(), header.len(), 1))
                    }
                });
                self.row(number, values);
            }
        }
        Ok(())
    }

    fn json(&mut self, source: Source) -> Result<(), TableError> {
        let mut blocks = LineBlocks::new(source);
        while let Some(block) = blocks.next()? {
            self.too_long(&block.too_long);
            for (number, line) in lines(&block) {
                let values = object(line, self.columns);
                self.row(number, values);
            }
        }
        Ok(())
    }

    fn parquet(&mut self, path: Option<&Path>) -> Result<(), TableError> {
        let Some(path) = path else { return Ok(()) };
        for (number, row) in (1..).zip(ResultRows::open(path, Some(self.columns.all))?) {
            let values = object(row?.as_bytes(), self.columns);
            self.row(number, values);
        }
        Ok(())
    }

    fn too_long(&mut self, numbers: &[u64]) {
        for number in numbers {
            let limit = format!("longer than {} MiB", MAX_ROW_BYTES >> 20);
            self.row(*number, Err(RowError::new(Reason::RowTooLong, limit)));
        }
    }
}

fn values(header: &Header, fields: &[&str]) -> BTreeMap<&'static str, String> {
    let pairs = header.iter().zip(fields);
    let pairs = pairs.filter_map(|(column, field)| {
        let field = field.trim();
        let column = (*column)?;
        (!field.is_empty()).then(|| (column, field.to_owned()))
    });
    pairs.collect()
}

/// A value as its text; none where there is nothing.
fn as_text(value: Value) -> Option<String> {
    let text = match value {
        Value::Null => return None,
        Value::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    };
    (!text.is_empty()).then_some(text)
}

fn object(line: &[u8], columns: &Columns) -> Result<BTreeMap<&'static str, String>, RowError> {
    let object: Map<String, Value> = serde_json::from_slice(line)
        .map_err(|error| RowError::new(Reason::MalformedJson, error.to_string()))?;
    let mut values = BTreeMap::new();
    for (name, value) in object {
        let (Some(column), Some(text)) = (columns.find(&name), as_text(value)) else {
            continue;
        };
        values.insert(column, text);
    }
    Ok(values)
}

/// One row that stands alone.
pub(super) fn json_row(line: &[u8], columns: &Columns) -> Result<TableRow<'static>, RowError> {
    Ok(TableRow {
        file: "",
        guarded: false,
        values: object(line, columns)?,
    })
}
