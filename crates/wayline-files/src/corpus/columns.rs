//! Rows of the snapshot's file: from and to counts.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, ListArray, RecordBatch, StringArray, StructArray, UInt32Array, UInt64Array,
};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field, Fields, Schema};
use arrow::error::ArrowError;
use wayline::corpus::{CorpusCounts, CorpusEntry, EntryKind, PartnerCount, TextCounts, Together};

pub(super) const COUNTS: [&str; 5] = ["people", "visits", "events", "clicks", "home_clicks"];
pub(super) const TEXTS: [&str; 2] = ["kind", "text"];
pub(super) const PAIRS: [&str; 2] = ["moments", "together"];

/// The columns; those of pairs only where pairs were counted.
pub(super) fn schema(with_pairs: bool) -> Arc<Schema> {
    let texts = TEXTS.map(|name| Field::new(name, DataType::Utf8, false));
    let counts = COUNTS.map(|name| Field::new(name, DataType::UInt32, false));
    let mut fields = [texts.to_vec(), counts.to_vec()].concat();
    if with_pairs {
        let [moments, together] = PAIRS;
        fields.push(Field::new(moments, DataType::UInt64, false));
        fields.push(Field::new(together, DataType::List(partner_item()), false));
    }
    Arc::new(Schema::new(fields))
}

fn partner_item() -> Arc<Field> {
    Arc::new(Field::new(
        "item",
        DataType::Struct(partner_fields()),
        false,
    ))
}

fn partner_fields() -> Fields {
    Fields::from(vec![
        Field::new("keyword", DataType::Utf8, false),
        Field::new("people", DataType::UInt32, false),
    ])
}

/// The rows from `start` on, at most so many.
pub(super) fn batch(
    schema: &Arc<Schema>,
    counts: &CorpusCounts,
    start: usize,
    most: usize,
) -> Result<RecordBatch, ArrowError> {
    let end = counts.entries.len().min(start + most);
    let rows = &counts.entries[start..end];
    let kind = |entry: &CorpusEntry| match entry.kind {
        EntryKind::Keyword => "keyword",
        EntryKind::Word => "word",
    };
    let count = |of: fn(&TextCounts) -> u32| -> ArrayRef {
        Arc::new(UInt32Array::from_iter_values(
            rows.iter().map(|entry| of(&entry.counts)),
        ))
    };
    let mut columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from_iter_values(rows.iter().map(kind))),
        Arc::new(StringArray::from_iter_values(
            rows.iter().map(|entry| &entry.text),
        )),
        count(|counts| counts.people),
        count(|counts| counts.visits),
        count(|counts| counts.events),
        count(|counts| counts.clicks),
        count(|counts| counts.home_clicks),
    ];
    if !counts.together.is_empty() {
        // Keywords come first, so the row is the keyword's number; words have no pairs.
        let rows = start as u32..end as u32;
        let together = &counts.together;
        let moments = rows.clone().map(|row| together.moments(row));
        columns.push(Arc::new(UInt64Array::from_iter_values(moments)));
        columns.push(Arc::new(partners(counts, rows)?));
    }
    RecordBatch::try_new(schema.clone(), columns)
}

fn partners(
    counts: &CorpusCounts,
    keywords: std::ops::Range<u32>,
) -> Result<ListArray, ArrowError> {
    let lists = keywords.map(|keyword| counts.together.partners(keyword));
    let lengths = OffsetBuffer::from_lengths(lists.clone().map(<[PartnerCount]>::len));
    let partners: Vec<&PartnerCount> = lists.flatten().collect();
    let text = |partner: &&PartnerCount| &counts.entries[partner.keyword as usize].text;
    let texts = StringArray::from_iter_values(partners.iter().map(text));
    let people = UInt32Array::from_iter_values(partners.iter().map(|partner| partner.people));
    let columns: Vec<ArrayRef> = vec![Arc::new(texts), Arc::new(people)];
    let items = StructArray::try_new(partner_fields(), columns, None)?;
    ListArray::try_new(partner_item(), lengths, Arc::new(items), None)
}

fn column<'a, A: 'static>(batch: &'a RecordBatch, name: &str) -> Option<&'a A> {
    batch.column_by_name(name)?.as_any().downcast_ref()
}

/// Appends the texts of a batch; none if its columns are others.
pub(super) fn append_texts(batch: &RecordBatch, entries: &mut Vec<CorpusEntry>) -> Option<()> {
    let kinds: &StringArray = column(batch, "kind")?;
    let texts: &StringArray = column(batch, "text")?;
    let counts = COUNTS.iter().map(|name| column(batch, name));
    let counts: Vec<&UInt32Array> = counts.collect::<Option<_>>()?;
    for row in 0..batch.num_rows() {
        let kind = match kinds.value(row) {
            "keyword" => EntryKind::Keyword,
            "word" => EntryKind::Word,
            _ => return None,
        };
        entries.push(CorpusEntry {
            kind,
            text: texts.value(row).to_owned(),
            counts: TextCounts {
                people: counts[0].value(row),
                visits: counts[1].value(row),
                events: counts[2].value(row),
                clicks: counts[3].value(row),
                home_clicks: counts[4].value(row),
            },
        });
    }
    Some(())
}

/// Numbers of keywords by their texts.
pub(super) fn numbers(entries: &[CorpusEntry]) -> HashMap<&str, u32> {
    let keywords = entries
        .iter()
        .take_while(|entry| entry.kind == EntryKind::Keyword);
    keywords.map(|entry| entry.text.as_str()).zip(0..).collect()
}

/// Why pairs can't be used.
pub(super) const OTHER_COLUMNS: &str = "its columns are others";
const UNKNOWN_PARTNER: &str = "a pair names a keyword that it lacks";

/// Appends the pairs of a batch.
pub(super) fn append_pairs(
    batch: &RecordBatch,
    numbers: &HashMap<&str, u32>,
    together: &mut Together,
) -> Result<(), &'static str> {
    let columns = || {
        let moments: &UInt64Array = column(batch, "moments")?;
        let lists: &ListArray = column(batch, "together")?;
        let items: &StructArray = lists.values().as_any().downcast_ref()?;
        let texts = items.column_by_name("keyword")?.as_any();
        let people = items.column_by_name("people")?.as_any();
        let texts: &StringArray = texts.downcast_ref()?;
        let people: &UInt32Array = people.downcast_ref()?;
        Some((moments, lists, texts, people))
    };
    let (moments, lists, texts, people) = columns().ok_or(OTHER_COLUMNS)?;
    for row in 0..batch.num_rows() {
        if together.keyword_count() as usize == numbers.len() {
            break;
        }
        let offsets = lists.value_offsets();
        let partner = |place: usize| {
            let keyword = numbers.get(texts.value(place));
            Ok(PartnerCount {
                keyword: *keyword.ok_or(UNKNOWN_PARTNER)?,
                people: people.value(place),
            })
        };
        let places = offsets[row] as usize..offsets[row + 1] as usize;
        let partners: Vec<PartnerCount> = places.map(partner).collect::<Result<_, &str>>()?;
        together.push(moments.value(row), partners);
    }
    Ok(())
}
