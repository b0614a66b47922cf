//! What is served where.

use std::sync::Arc;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

use super::admission::only_of_this_machine;
use super::app::App;
use super::problem::Problem;
use super::{ingest, people, watch};

/// The document of the service, which generators of clients read.
const OPENAPI: &str = include_str!("openapi.json");

pub(super) fn routes(app: &Arc<App>) -> Router {
    let limits = app.limits.clone();
    Router::new()
        .route("/v1/events", post(ingest::events))
        .route("/v1/feedback", post(ingest::feedback))
        .route("/v1/people/{user_id}", axum::routing::delete(people::erase))
        .route("/v1/people/{user_id}/journeys", get(people::journeys))
        .route(
            "/v1/people/{user_id}/journeys/{journey_id}",
            get(people::journey),
        )
        .route("/v1/people/{user_id}/lineage", get(people::lineage))
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(watch::ready))
        .route("/metrics", get(watch::metrics))
        .route(
            "/openapi.json",
            get(async || ([(header::CONTENT_TYPE, "application/json")], OPENAPI)),
        )
        .method_not_allowed_fallback(async || Problem::method())
        .fallback(async || Problem::unknown("nothing is served here; see /openapi.json"))
        .layer(RequestBodyTimeoutLayer::new(limits.time))
        .layer(RequestBodyLimitLayer::new(limits.body_bytes))
        .layer(axum::extract::DefaultBodyLimit::disable())
        .layer(CatchPanicLayer::custom(
            |_: Box<dyn std::any::Any + Send>| Problem::inside(&"a panic").into_response(),
        ))
        .layer(from_fn_with_state(Arc::clone(app), only_of_this_machine))
        .layer(from_fn_with_state(Arc::clone(app), in_time))
        .with_state(Arc::clone(app))
}

/// Ends what takes too long, counts and logs each request; of people nothing is logged.
async fn in_time(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let started = std::time::Instant::now();
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map(|it| it.as_str().to_owned());
    let route = route.unwrap_or_else(|| "none".to_owned());
    // A body may take its time, and then the answer.
    let answer = tokio::time::timeout(2 * app.limits.time, next.run(request)).await;
    let response = answer.unwrap_or_else(|_| Problem::too_slow().into_response());
    let response = plain_problem(response);
    app.metrics.answered(
        &method,
        &route,
        response.status().as_u16(),
        started.elapsed(),
    );
    tracing::info!(
        method = method.as_str(),
        route,
        status = response.status().as_u16(),
        ms = started.elapsed().as_secs_f64() * 1e3,
        "answered"
    );
    response
}

/// What layers and extractors answer in words of their own, as ours.
fn plain_problem(response: Response) -> Response {
    let is_json = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|it| it == "application/json");
    match response.status().as_u16() {
        413 if !is_json => {
            Problem::too_large("the body is too large; send several batches").into_response()
        }
        400 if !is_json => Problem::bad_request("the request can't be read").into_response(),
        _ => response,
    }
}
