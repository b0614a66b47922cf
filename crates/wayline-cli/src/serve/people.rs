//! What is asked about one person.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use serde::{Deserialize, Serialize};
use wayline::explain::explain_journey;
use wayline::keep::{Changes, extracted, walk_remembering};
use wayline::nouns::{Journey, LineageEvent, Timestamp, Verdict};

use super::admission::{Eraser, Reader};
use super::app::{App, Shown, ShownRow, reading, writing};
use super::problem::Problem;
use crate::live::{JourneyRow, commit_anew, load, load_to_erase, result_of};

/// What is wanted of a person's journeys.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// Words of stages, comma separated, all of which must hold.
    stage: Option<String>,
    min_confidence: Option<f64>,
    /// Without those that the person has taken away, and without private subjects.
    safe: Option<bool>,
    limit: Option<usize>,
}

const STAGES: [&str; 7] = [
    "situational",
    "evergreen",
    "ongoing",
    "ended",
    "inspiration",
    "planning",
    "action",
];

impl Wanted {
    fn check(&self) -> Result<(), Problem> {
        let words = self.stage.iter().flat_map(|it| it.split(','));
        for word in words {
            if !STAGES.contains(&word) {
                let known = STAGES.join(", ");
                return Err(Problem::bad_request(format!("`stage` may be of {known}")));
            }
        }
        if self
            .min_confidence
            .is_some_and(|it| !(0.0..=1.0).contains(&it))
        {
            return Err(Problem::bad_request(
                "`min_confidence` must be between 0 and 1",
            ));
        }
        Ok(())
    }

    fn takes(&self, journey: &ShownRow) -> bool {
        let stage = journey.stage;
        let phase = stage.phase.map(|it| it.as_str());
        let is = |word: &str| {
            word == stage.lifecycle.as_str() || word == stage.status.as_str() || Some(word) == phase
        };
        self.stage.iter().flat_map(|it| it.split(',')).all(is)
            && journey.confidence >= self.min_confidence.unwrap_or(0.0)
            && (journey.is_safe || self.safe != Some(true))
    }
}

pub(super) async fn journeys(
    State(app): State<Arc<App>>,
    _: Reader,
    Path(user_id): Path<String>,
    wanted: Result<Query<Wanted>, axum::extract::rejection::QueryRejection>,
) -> Result<axum::response::Response, Problem> {
    let Query(wanted) = wanted.map_err(|error| Problem::bad_request(error.body_text()))?;
    wanted.check()?;
    let body = reading(&app, move |app| {
        let shown = shown(app, &user_id)?;
        Ok(answer(&user_id, &shown, &wanted))
    })
    .await?;
    Ok(json(body))
}

/// The rows that are wanted, which are JSON already, in an object.
fn answer(user_id: &str, shown: &Shown, wanted: &Wanted) -> Bytes {
    let rows = shown.rows.iter().filter(|row| wanted.takes(row));
    let rows = rows.take(wanted.limit.unwrap_or(usize::MAX));
    let user_id = serde_json::Value::from(user_id);
    let version = shown.mark.version;
    let head = format!("{{\"user_id\":{user_id},\"version\":{version},\"journeys\":[");
    let mut body = head.into_bytes();
    for (place, row) in rows.enumerate() {
        if place > 0 {
            body.push(b',');
        }
        body.extend_from_slice(&row.json);
    }
    body.extend_from_slice(b"]}");
    body.into()
}

fn to_bytes(answer: &impl Serialize) -> Result<Bytes, Problem> {
    let bytes = serde_json::to_vec(answer).map_err(|error| Problem::inside(&error))?;
    Ok(bytes.into())
}

fn json(body: Bytes) -> axum::response::Response {
    use axum::response::IntoResponse as _;
    (
        [(axum::http::header::CONTENT_TYPE, "application/json")],
        body,
    )
        .into_response()
}

/// A person's journeys of this hour, remembered while nothing of the person changes.
fn shown(app: &App, user_id: &str) -> Result<Arc<Shown>, Problem> {
    let mark = app.store.mark(user_id)?.ok_or_else(nobody)?;
    let hour = app.this_hour();
    if let Some(shown) = app.remembered(user_id)
        && shown.mark == mark
        && shown.as_of >= hour
    {
        app.metrics.remembered.inc();
        return Ok(shown);
    }
    let loaded = load(&*app.store, user_id, &app.config)?;
    // Nobody's last events are left out.
    let last = loaded.kept.log.events.last().map(|event| event.time);
    let rooms = app.rooms(last.map_or(hour, |last| last.max(hour)));
    let result = App::with_embeddings(|embeddings| result_of(&loaded.kept, &rooms, embeddings));
    let run = rooms.run_info(wayline::embed::Embedder::builtin().hash());
    let row = |journey: &Journey| -> Result<ShownRow, Problem> {
        let row = JourneyRow { journey, run: &run };
        let json = serde_json::to_vec(&row).map_err(|error| Problem::inside(&error))?;
        Ok(ShownRow {
            stage: journey.stage,
            confidence: journey.confidence,
            is_safe: !journey.hidden && journey.safety.verdict == Verdict::Ok,
            json: json.into_boxed_slice(),
        })
    };
    let rows: Result<Vec<ShownRow>, Problem> = result.journeys.iter().map(row).collect();
    let shown = Arc::new(Shown {
        mark,
        as_of: rooms.as_of,
        rows: rows?,
    });
    app.remember(user_id, &shown);
    Ok(shown)
}

fn nobody() -> Problem {
    Problem::unknown("nothing is known of this person")
}

/// One journey, and why it is what it is.
#[derive(Serialize)]
struct Explained<'a> {
    journey: JourneyRow<'a>,
    /// Lines for people to read.
    explanation: Vec<&'a str>,
}

pub(super) async fn journey(
    State(app): State<Arc<App>>,
    _: Reader,
    Path((user_id, journey_id)): Path<(String, String)>,
) -> Result<axum::response::Response, Problem> {
    let body = reading(&app, move |app| {
        let loaded = load(&*app.store, &user_id, &app.config)?;
        if !loaded.is_there() {
            return Err(nobody());
        }
        let kept = &loaded.kept;
        let last = kept.log.events.last().map(|event| event.time);
        let rooms = app.rooms(last.map_or(app.this_hour(), |last| last.max(app.this_hour())));
        let unknown = || Problem::unknown("the person is on no journey of this id");
        let person = extracted(kept, &app.config, rooms.as_of).map_err(|_| unknown())?;
        let (result, text) = App::with_embeddings(|embeddings| {
            let walked = walk_remembering(kept, &person, &rooms, embeddings);
            let text = explain_journey(&person, &walked, &rooms, embeddings, &journey_id);
            (walked.result(&person), text)
        });
        let journey = result
            .journeys
            .iter()
            .find(|it| it.journey_id == journey_id);
        let (journey, text) = journey.zip(text).ok_or_else(unknown)?;
        let run = rooms.run_info(wayline::embed::Embedder::builtin().hash());
        let answer = Explained {
            journey: JourneyRow { journey, run: &run },
            explanation: text.lines().collect(),
        };
        to_bytes(&answer)
    })
    .await?;
    Ok(json(body))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Since {
    since: Option<String>,
}

/// What became of a person's journeys.
#[derive(Serialize)]
pub(super) struct Lineage {
    user_id: String,
    events: Vec<LineageEvent>,
}

pub(super) async fn lineage(
    State(app): State<Arc<App>>,
    _: Reader,
    Path(user_id): Path<String>,
    since: Result<Query<Since>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<Lineage>, Problem> {
    let Query(since) = since.map_err(|error| Problem::bad_request(error.body_text()))?;
    let since: Option<Timestamp> = match since.since {
        None => None,
        Some(text) => Some(
            text.parse()
                .map_err(|error| Problem::bad_request(format!("`since`: {error}")))?,
        ),
    };
    let lineage = reading(&app, move |app| {
        let loaded = load(&*app.store, &user_id, &app.config)?;
        if !loaded.is_there() {
            return Err(nobody());
        }
        let mut events = loaded.kept.lineage;
        events.retain(|event| since.is_none_or(|since| event.at >= since));
        Ok(Lineage { user_id, events })
    })
    .await?;
    Ok(Json(lineage))
}

/// What was erased; how much is not known of a record that couldn't be read.
#[derive(Serialize)]
pub(super) struct Erased {
    erased_events: Option<usize>,
    erased_journeys: Option<usize>,
}

pub(super) async fn erase(
    State(app): State<Arc<App>>,
    _: Eraser,
    Path(user_id): Path<String>,
) -> Result<Json<Erased>, Problem> {
    let erased = writing(&app, move |app| {
        let mut erased = None;
        commit_anew(&*app.store, || {
            let erasure = load_to_erase(&*app.store, &user_id, &app.config)?;
            erased = erasure.as_ref().map(|it| Erased {
                erased_events: it.held.map(|(events, _)| events),
                erased_journeys: it.held.map(|(_, journeys)| journeys),
            });
            Ok(erasure.map(|it| Changes {
                people: vec![it.change],
                ..Changes::default()
            }))
        })?;
        app.forget(&user_id);
        if erased.is_some() && !app.store.overwrite_erased()? {
            tracing::warn!(
                "what was erased may still stand in the store's write-ahead log; `wayline store compact` \
                 overwrites it"
            );
        }
        erased.ok_or_else(nobody)
    })
    .await?;
    Ok(Json(erased))
}
