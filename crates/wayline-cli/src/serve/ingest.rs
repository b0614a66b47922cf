//! Batches of events and of feedback: taken whole or not at all, and durable when they are answered.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use serde_json::value::RawValue;
use wayline::keep::{Changes, Kept};
use wayline::nouns::{EventFields, Timestamp};
use wayline_files::read::{EventRow, ReadOptions, Reason, RowError, json_row};
use wayline_files::tables::feedback_from_json;

use super::admission::{Whole, Writer};
use super::app::{App, writing};
use super::problem::{Problem, WrongRow};
use crate::live::newest_number;

/// What was taken.
#[derive(Serialize)]
pub(super) struct Accepted {
    accepted: usize,
    people: usize,
}

/// What waits for people, by their ids.
type Batches = HashMap<String, Kept>;

pub(super) async fn events(
    State(app): State<Arc<App>>,
    _: Writer,
    body: Whole,
) -> Result<(StatusCode, Json<Accepted>), Problem> {
    let accepted = writing(&app, move |app| {
        let options = ReadOptions {
            newest_allowed: Some(app.tomorrow()),
            ..ReadOptions::new(&app.config.actions)
        };
        let (batches, accepted) = read(app, &body.bytes, |row, batches| {
            if let Some(event) = json_row(row, &options)? {
                push(&event, batches);
            }
            Ok(())
        })?;
        let newest = batches
            .values()
            .flat_map(|it| &it.log.events)
            .map(|it| it.time)
            .max();
        store(app, batches, newest)?;
        app.metrics.events.inc_by(accepted.accepted as u64);
        Ok(accepted)
    })
    .await?;
    Ok((StatusCode::ACCEPTED, Json(accepted)))
}

pub(super) async fn feedback(
    State(app): State<Arc<App>>,
    _: Writer,
    body: Whole,
) -> Result<(StatusCode, Json<Accepted>), Problem> {
    let accepted = writing(&app, move |app| {
        let (batches, accepted) = read(app, &body.bytes, |row, batches| {
            let said = feedback_from_json(row)?;
            of_person(batches, &said.user_id).feedback.push(said);
            Ok(())
        })?;
        store(app, batches, None)?;
        app.metrics.feedback.inc_by(accepted.accepted as u64);
        Ok(accepted)
    })
    .await?;
    Ok((StatusCode::ACCEPTED, Json(accepted)))
}

/// Hands every row of a JSON array, or of JSON lines, to `take`. All rows that are wrong are told.
fn read(
    app: &App,
    body: &[u8],
    mut take: impl FnMut(&[u8], &mut Batches) -> Result<(), RowError>,
) -> Result<(Batches, Accepted), Problem> {
    let rows = rows(body)?;
    if rows.is_empty() {
        return Err(Problem::bad_request(
            "there is no row; send a JSON array of objects, or an object a line",
        ));
    }
    if rows.len() > app.limits.rows {
        return Err(Problem::too_large(format!(
            "{} rows are more than {} at once; send several batches",
            rows.len(),
            app.limits.rows
        )));
    }
    let (mut batches, mut wrong) = (Batches::new(), Vec::new());
    for (place, row) in rows.iter().enumerate() {
        if let Err(error) = take(row, &mut batches) {
            let (reason, detail) = (error.reason.name(), error.detail);
            wrong.push(WrongRow {
                row: place + 1,
                reason,
                detail,
            });
        }
    }
    if !wrong.is_empty() {
        return Err(Problem::wrong_rows(wrong));
    }
    let accepted = Accepted {
        accepted: rows.len(),
        people: batches.len(),
    };
    Ok((batches, accepted))
}

fn rows(body: &[u8]) -> Result<Vec<&[u8]>, Problem> {
    let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
    if first != Some(&b'[') {
        let lines = body.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
        return Ok(lines.filter(|line| !line.is_empty()).collect());
    }
    let rows: Vec<&RawValue> = serde_json::from_slice(body).map_err(|error| {
        let reason = Reason::MalformedJson.name();
        Problem::bad_request(format!("{reason}: the body is no JSON array ({error})"))
    })?;
    Ok(rows.into_iter().map(|row| row.get().as_bytes()).collect())
}

fn of_person<'b>(batches: &'b mut Batches, user_id: &str) -> &'b mut Kept {
    if !batches.contains_key(user_id) {
        batches.insert(user_id.to_owned(), Kept::new(user_id));
    }
    batches.entry(user_id.to_owned()).or_default()
}

fn push(event: &EventRow, batches: &mut Batches) {
    fn texts(list: &[String]) -> Vec<&str> {
        list.iter().map(String::as_str).collect()
    }
    of_person(batches, &event.user_id).log.push(&EventFields {
        time: event.time,
        action: event.action,
        event_id: event.event_id.as_deref(),
        query: event.query.as_deref(),
        item_id: event.item_id.as_deref(),
        title: event.title.as_deref(),
        annotations: &texts(&event.annotations),
        interests: &texts(&event.interests),
        board: event.board.as_deref(),
        url: event.url.as_deref(),
    });
}

/// Lets everything wait in the store, in one commit.
fn store(app: &App, batches: Batches, newest: Option<Timestamp>) -> Result<(), Problem> {
    let actions = &app.config.actions;
    let waiting = batches.into_iter().map(|(user_id, mut batch)| {
        batch.log.sort();
        let bytes = batch.to_bytes(actions);
        (user_id, bytes)
    });
    let newest = newest.filter(|newest| app.is_newest(*newest));
    let changes = Changes {
        waiting: waiting.collect(),
        highest: newest.map(newest_number).into_iter().collect(),
        ..Changes::default()
    };
    app.store.commit(&changes)?;
    if let Some(newest) = newest {
        app.has_newest(newest);
    }
    Ok(())
}
