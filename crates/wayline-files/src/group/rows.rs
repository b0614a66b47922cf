//! From Arrow rows to a person's log.

use arrow::array::{Array, AsArray, Int64Array, ListArray, RecordBatch, StringArray, UInt8Array};
use arrow::datatypes::{Int64Type, UInt8Type};
use wayline::nouns::{ActionId, EventFields, PersonLog, Timestamp};

use crate::read::{Column, Items};

/// What a row takes beside its texts: offsets, time, action, and its place in the order.
const ROW_BYTES: u64 = 64;

/// The columns of a batch of events.
pub(crate) struct EventColumns<'a> {
    pub(crate) user_id: &'a StringArray,
    timestamp: &'a Int64Array,
    action: &'a UInt8Array,
    texts: [&'a StringArray; 6],
    annotations: List<'a>,
    interests: List<'a>,
}

struct List<'a> {
    lists: &'a ListArray,
    values: &'a StringArray,
}

/// Reused from row to row.
#[derive(Default)]
pub(crate) struct Scratch<'a> {
    annotations: Vec<&'a str>,
    interests: Vec<&'a str>,
}

impl<'a> EventColumns<'a> {
    /// Of a batch that has the schema of events.
    pub(crate) fn of(batch: &'a RecordBatch) -> Self {
        let column = |column: Column| batch.column(column as usize);
        let text = |name: Column| column(name).as_string::<i32>();
        let list = |name: Column| {
            let lists = column(name).as_list::<i32>();
            List {
                lists,
                values: lists.values().as_string(),
            }
        };
        Self {
            user_id: text(Column::UserId),
            timestamp: column(Column::Timestamp).as_primitive::<Int64Type>(),
            action: column(Column::Action).as_primitive::<UInt8Type>(),
            texts: [
                text(Column::EventId),
                text(Column::Query),
                text(Column::ItemId),
                text(Column::Title),
                text(Column::Board),
                text(Column::Url),
            ],
            annotations: list(Column::Annotations),
            interests: list(Column::Interests),
        }
    }

    /// How much each row counts against the memory of its person.
    pub(crate) fn row_bytes(&self) -> Vec<u32> {
        let mut sizes = vec![ROW_BYTES as u32; self.user_id.len()];
        let mut add = |offsets: &[i32]| {
            for (size, ends) in sizes.iter_mut().zip(offsets.windows(2)) {
                *size = size.saturating_add((ends[1] - ends[0]) as u32);
            }
        };
        add(self.user_id.value_offsets());
        for texts in &self.texts {
            add(texts.value_offsets());
        }
        for list in [&self.annotations, &self.interests] {
            let values = list.values.value_offsets();
            for (size, ends) in sizes.iter_mut().zip(list.lists.value_offsets().windows(2)) {
                let entries = (ends[1] - ends[0]) as u32;
                let bytes = (values[ends[1] as usize] - values[ends[0] as usize]) as u32;
                *size = size.saturating_add(bytes).saturating_add(entries * 4);
            }
        }
        sizes
    }

    /// Adds a row to a log, with what the items say where the row says nothing.
    pub(crate) fn push_row(
        &self,
        row: usize,
        items: Option<&'a Items>,
        scratch: &mut Scratch<'a>,
        log: &mut PersonLog,
    ) {
        let [event_id, query, item_id, mut title, board, url] = self
            .texts
            .map(|texts| texts.is_valid(row).then(|| texts.value(row)));
        self.annotations.copy(row, &mut scratch.annotations);
        self.interests.copy(row, &mut scratch.interests);
        let item = items.and_then(|items| items.get(item_id?));
        if let Some(item) = item {
            title = title.or(item.title);
            if scratch.annotations.is_empty() {
                scratch.annotations.extend(item.annotations());
            }
            if scratch.interests.is_empty() {
                scratch.interests.extend(item.interests());
            }
        }
        log.push(&EventFields {
            time: Timestamp::from_millis(self.timestamp.value(row)),
            action: ActionId::from_index(self.action.value(row)),
            event_id,
            query,
            item_id,
            title,
            annotations: &scratch.annotations,
            interests: &scratch.interests,
            board,
            url,
        });
    }
}

impl<'a> List<'a> {
    fn copy(&self, row: usize, out: &mut Vec<&'a str>) {
        out.clear();
        let offsets = self.lists.value_offsets();
        out.extend(
            (offsets[row] as usize..offsets[row + 1] as usize).map(|at| self.values.value(at)),
        );
    }
}
