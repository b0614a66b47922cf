//! Batches of events and of feedback: taken whole or not at all, and durable when they are answered.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use serde_json::value::RawValue;
use wayline::keep::Changes;
use wayline_files::read::{ReadOptions, Reason, RowError, json_row};
use wayline_files::tables::feedback_from_json;

use super::admission::{Whole, Writer};
use super::app::{App, writing};
use super::problem::{Problem, WrongRow};
use crate::live::{Batches, check_id, newest_number};

/// What was taken.
#[derive(Serialize)]
pub(super) struct Accepted {
    accepted: usize,
    people: usize,
}

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
                check_id(&event.user_id)?;
                batches.add(&event);
            }
            Ok(())
        })?;
        store(app, batches)?;
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
            check_id(&said.user_id)?;
            batches.add_feedback(said);
            Ok(())
        })?;
        store(app, batches)?;
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
    let (mut batches, mut wrong) = (Batches::default(), Vec::new());
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
        people: batches.people(),
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

/// Lets everything wait in the store, in one commit.
fn store(app: &App, batches: Batches) -> Result<(), Problem> {
    let newest = batches.newest().filter(|newest| app.is_newest(*newest));
    let changes = Changes {
        waiting: batches.into_waiting(&app.config.actions),
        highest: newest.map(newest_number).into_iter().collect(),
        ..Changes::default()
    };
    app.store.commit(&changes)?;
    if let Some(newest) = newest {
        app.has_newest(newest);
    }
    Ok(())
}
