//! Rows of Arrow batches as JSON lines, written as [`super::rows_json`] writes them.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{
    DataType, Date32Type, Date64Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type,
    Int64Type, TimeUnit, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use wayline::nouns::Timestamp;

use super::json_text::{push_float, push_integer, push_text, push_time};

/// A column of something that isn't text, number, moment or a list of these.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a column has the type {0}, which cannot be read; write it as texts, numbers or moments")]
pub struct UnknownType(pub String);

/// Appends all rows, one object a line.
pub(crate) fn push_rows(batch: &RecordBatch, out: &mut Vec<u8>) -> Result<(), UnknownType> {
    let schema = batch.schema();
    let names: Vec<&str> = schema
        .fields()
        .iter()
        .map(|it| it.name().as_str())
        .collect();
    let columns: Result<Vec<ArrayRef>, UnknownType> = batch.columns().iter().map(plain).collect();
    let columns = columns?;
    for row in 0..batch.num_rows() {
        push_object(&names, &columns, row, out)?;
        out.push(b'\n');
    }
    Ok(())
}

/// The column without what other programs wrap values in: a dictionary's keys, a decimal's scale.
fn plain(column: &ArrayRef) -> Result<ArrayRef, UnknownType> {
    let to = match column.data_type() {
        DataType::Dictionary(_, values) => values.as_ref(),
        DataType::Decimal128(..) | DataType::Decimal256(..) => &DataType::Utf8,
        _ => return Ok(Arc::clone(column)),
    };
    cast(column, to).map_err(|_| UnknownType(column.data_type().to_string()))
}

fn push_object(
    names: &[&str],
    columns: &[ArrayRef],
    row: usize,
    out: &mut Vec<u8>,
) -> Result<(), UnknownType> {
    out.push(b'{');
    for (place, (name, column)) in names.iter().zip(columns).enumerate() {
        if place > 0 {
            out.push(b',');
        }
        push_text(out, name);
        out.push(b':');
        push_value(column, row, out)?;
    }
    out.push(b'}');
    Ok(())
}

fn push_value(column: &ArrayRef, row: usize, out: &mut Vec<u8>) -> Result<(), UnknownType> {
    if column.is_null(row) {
        out.extend_from_slice(b"null");
        return Ok(());
    }
    match column.data_type() {
        DataType::Utf8 => push_text(out, column.as_string::<i32>().value(row)),
        DataType::LargeUtf8 => push_text(out, column.as_string::<i64>().value(row)),
        DataType::Utf8View => push_text(out, column.as_string_view().value(row)),
        DataType::Boolean => out.extend_from_slice(if column.as_boolean().value(row) {
            b"true"
        } else {
            b"false"
        }),
        DataType::Float32 => {
            push_float(
                out,
                f64::from(column.as_primitive::<Float32Type>().value(row)),
            );
        }
        DataType::Float64 => push_float(out, column.as_primitive::<Float64Type>().value(row)),
        DataType::List(_) => push_items(&column.as_list::<i32>().value(row), out)?,
        DataType::LargeList(_) => push_items(&column.as_list::<i64>().value(row), out)?,
        DataType::Struct(fields) => {
            let names: Vec<&str> = fields.iter().map(|field| field.name().as_str()).collect();
            push_object(&names, column.as_struct().columns(), row, out)?;
        }
        DataType::Timestamp(unit, _) => push_time(out, time_at(column, *unit, row)),
        DataType::Date32 | DataType::Date64 => push_time(out, day_at(column, row)),
        other => match integer_at(column, row) {
            Some(value) => push_integer(out, value),
            None => return Err(UnknownType(other.to_string())),
        },
    }
    Ok(())
}

fn push_items(items: &ArrayRef, out: &mut Vec<u8>) -> Result<(), UnknownType> {
    out.push(b'[');
    for place in 0..items.len() {
        if place > 0 {
            out.push(b',');
        }
        push_value(items, place, out)?;
    }
    out.push(b']');
    Ok(())
}

fn integer_at(column: &ArrayRef, row: usize) -> Option<i64> {
    Some(match column.data_type() {
        DataType::Int8 => column.as_primitive::<Int8Type>().value(row).into(),
        DataType::Int16 => column.as_primitive::<Int16Type>().value(row).into(),
        DataType::Int32 => column.as_primitive::<Int32Type>().value(row).into(),
        DataType::Int64 => column.as_primitive::<Int64Type>().value(row),
        DataType::UInt8 => column.as_primitive::<UInt8Type>().value(row).into(),
        DataType::UInt16 => column.as_primitive::<UInt16Type>().value(row).into(),
        DataType::UInt32 => column.as_primitive::<UInt32Type>().value(row).into(),
        DataType::UInt64 => i64::try_from(column.as_primitive::<UInt64Type>().value(row)).ok()?,
        _ => return None,
    })
}

/// The midnight with which a day begins.
fn day_at(column: &ArrayRef, row: usize) -> Timestamp {
    Timestamp::from_millis(match column.as_primitive_opt::<Date32Type>() {
        Some(days) => i64::from(days.value(row)) * MILLIS_A_DAY,
        None => column.as_primitive::<Date64Type>().value(row),
    })
}

const MILLIS_A_DAY: i64 = 86_400_000;

fn time_at(column: &ArrayRef, unit: TimeUnit, row: usize) -> Timestamp {
    Timestamp::from_millis(match unit {
        TimeUnit::Second => {
            let seconds = column.as_primitive::<TimestampSecondType>().value(row);
            seconds.saturating_mul(1_000)
        }
        TimeUnit::Millisecond => column.as_primitive::<TimestampMillisecondType>().value(row),
        TimeUnit::Microsecond => {
            let micros = column.as_primitive::<TimestampMicrosecondType>().value(row);
            micros.div_euclid(1_000)
        }
        TimeUnit::Nanosecond => {
            let nanos = column.as_primitive::<TimestampNanosecondType>().value(row);
            nanos.div_euclid(1_000_000)
        }
    })
}
