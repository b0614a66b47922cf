//! Collects checked events into Arrow columns.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Builder, ListBuilder, RecordBatch, StringBuilder, UInt8Builder};
use arrow::error::ArrowError;

use super::check::CheckedEvent;
use super::columns::event_schema;
use super::raw::RawList;

/// Collects checked events into Arrow columns.
#[derive(Default)]
pub(crate) struct EventBuilder {
    user_id: StringBuilder,
    timestamp: Int64Builder,
    event_id: StringBuilder,
    action: UInt8Builder,
    query: StringBuilder,
    item_id: StringBuilder,
    title: StringBuilder,
    annotations: ListBuilder<StringBuilder>,
    interests: ListBuilder<StringBuilder>,
    board: StringBuilder,
    url: StringBuilder,
}

impl EventBuilder {
    pub(crate) fn push(&mut self, event: &CheckedEvent<'_>) {
        self.user_id.append_value(&event.user_id);
        self.timestamp.append_value(event.time.millis());
        self.event_id.append_option(event.event_id.as_deref());
        self.action.append_value(event.action.index() as u8);
        self.query.append_option(event.query);
        self.item_id.append_option(event.item_id.as_deref());
        self.title.append_option(event.title);
        push_list(&mut self.annotations, &event.annotations);
        push_list(&mut self.interests, &event.interests);
        self.board.append_option(event.board);
        self.url.append_option(event.url);
    }

    pub(crate) fn finish(mut self) -> Result<RecordBatch, ArrowError> {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.user_id.finish()),
            Arc::new(self.timestamp.finish()),
            Arc::new(self.event_id.finish()),
            Arc::new(self.action.finish()),
            Arc::new(self.query.finish()),
            Arc::new(self.item_id.finish()),
            Arc::new(self.title.finish()),
            Arc::new(self.annotations.finish()),
            Arc::new(self.interests.finish()),
            Arc::new(self.board.finish()),
            Arc::new(self.url.finish()),
        ];
        RecordBatch::try_new(event_schema(), columns)
    }
}

fn push_list(builder: &mut ListBuilder<StringBuilder>, list: &RawList<'_>) {
    let mut any = false;
    for text in list.texts() {
        builder.values().append_value(text);
        any = true;
    }
    builder.append(any);
}
