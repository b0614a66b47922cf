//! The header of a CSV or TSV file.

use super::{Column, ColumnNames, ReadError};

/// Which column each field of a row is.
#[derive(Clone, Debug)]
pub(crate) struct Header {
    pub(crate) fields: Vec<Option<Column>>,
    pub(crate) unknown: Vec<String>,
}

impl Header {
    /// From the names in the header, of which `needed` must be there.
    pub(crate) fn new(
        file: &str,
        fields: &[String],
        names: &ColumnNames,
        needed: &[Column],
    ) -> Result<Self, ReadError> {
        let mut unknown = Vec::new();
        let mut columns: Vec<Option<Column>> = Vec::with_capacity(fields.len());
        for field in fields {
            let name = field.trim();
            let column = names.find(name);
            match column {
                None => unknown.push(name.to_owned()),
                Some(_) if columns.contains(&column) => {
                    return Err(ReadError::ColumnTwice {
                        file: file.to_owned(),
                        name: name.to_owned(),
                    });
                }
                Some(_) => {}
            }
            columns.push(column);
        }
        check_needed(file, fields, names, needed, |column| {
            columns.contains(&Some(column))
        })?;
        Ok(Self {
            fields: columns,
            unknown,
        })
    }
}

/// Refuses a file that lacks a needed column, and lists those that it has.
pub(crate) fn check_needed<S: AsRef<str>>(
    file: &str,
    found: &[S],
    names: &ColumnNames,
    needed: &[Column],
    is_there: impl Fn(Column) -> bool,
) -> Result<(), ReadError> {
    let Some(missing) = needed.iter().find(|column| !is_there(**column)) else {
        return Ok(());
    };
    let mut list: Vec<String> = found
        .iter()
        .take(30)
        .map(|name| format!("`{}`", super::reject::cut(name.as_ref().trim(), 60)))
        .collect();
    if found.len() > list.len() {
        list.push(format!("{} more", found.len() - list.len()));
    }
    let mut found = list.join(", ");
    let wanted = names.input_name(*missing);
    if wanted != missing.name() {
        found.push_str(&format!(" and not `{wanted}`, which --map names"));
    }
    Err(ReadError::MissingColumn {
        file: file.to_owned(),
        column: *missing,
        found,
    })
}
