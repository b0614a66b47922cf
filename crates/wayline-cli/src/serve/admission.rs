//! Who is let in, before anything of what they send is read; and how much is read at once.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::access::Scope;
use super::app::App;
use super::problem::Problem;

/// Somebody who may read.
pub(super) struct Reader;
/// Somebody who may write.
pub(super) struct Writer;
/// Somebody who may erase.
pub(super) struct Eraser;

macro_rules! admitted {
    ($($who:ident: $scope:ident),+) => { $(
        impl FromRequestParts<Arc<App>> for $who {
            type Rejection = Problem;

            async fn from_request_parts(
                parts: &mut Parts,
                app: &Arc<App>,
            ) -> Result<Self, Problem> {
                app.admit(&parts.headers, Scope::$scope).map(|_| Self)
            }
        }
    )+ };
}
admitted!(Reader: Read, Writer: Write, Eraser: Erase);

/// Room for bodies, all together.
pub(crate) struct Room {
    permits: Arc<Semaphore>,
}

/// Bytes of one permit.
const PIECE: usize = 1_024;

impl Room {
    pub(crate) fn new(bytes: usize) -> Self {
        let pieces = bytes.div_ceil(PIECE).min(Semaphore::MAX_PERMITS);
        Self {
            permits: Arc::new(Semaphore::new(pieces)),
        }
    }
}

/// A body that was read whole; its room is free again when this is dropped.
pub(super) struct Whole {
    pub(super) bytes: Bytes,
    _room: OwnedSemaphorePermit,
}

impl FromRequest<Arc<App>> for Whole {
    type Rejection = Problem;

    async fn from_request(request: Request<Body>, app: &Arc<App>) -> Result<Self, Problem> {
        // A client that doesn't say how much it sends may send as much as is allowed.
        let most = app.limits.body_bytes;
        let told = request.headers().get(header::CONTENT_LENGTH);
        let told = told.and_then(|it| it.to_str().ok()?.parse::<usize>().ok());
        let pieces = told.unwrap_or(most).min(most).div_ceil(PIECE);
        let pieces = u32::try_from(pieces).unwrap_or(u32::MAX);
        let room = Arc::clone(&app.bodies.permits).acquire_many_owned(pieces);
        let room = tokio::time::timeout(app.limits.time, room).await;
        let Ok(Ok(room)) = room else {
            return Err(Problem::crowded());
        };
        let bytes = Bytes::from_request(request, app).await;
        let bytes = bytes.map_err(|error| Problem::unread(error.status(), &error.body_text()))?;
        Ok(Self { bytes, _room: room })
    }
}

/// Where nobody needs a token, only programs of this machine are let in: not a web page in a browser
/// here, which could send requests to any address, and read the answers of one whose name it makes point
/// here.
pub(super) async fn only_of_this_machine(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Response {
    if !app.access.is_guarded() && !is_local(request.headers()) {
        return Problem::foreign().into_response();
    }
    next.run(request).await
}

fn is_local(headers: &HeaderMap) -> bool {
    let names_here = |name: HeaderName, of: fn(&str) -> Option<&str>| {
        headers.get_all(name).iter().all(|value| {
            let host = value.to_str().ok().and_then(of);
            host.is_some_and(is_loopback)
        })
    };
    names_here(header::HOST, |host| Some(host))
        && names_here(header::ORIGIN, |origin| Some(origin.split_once("://")?.1))
}

/// Whether a host, with or without a port, is this machine for itself.
fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case("localhost")
        || name
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_local() {
        for (host, origin, expected) in [
            ("localhost:8080", None, true),
            ("LOCALHOST", None, true),
            ("127.0.0.1:80", Some("http://127.0.0.1:3000"), true),
            ("[::1]:8080", Some("http://localhost"), true),
            ("evil.example", None, false),
            ("127.0.0.1.evil.example", None, false),
            ("localhost.evil.example:8080", None, false),
            ("10.0.0.1:8080", None, false),
            ("127.0.0.1", Some("https://evil.example"), false),
            ("127.0.0.1", Some("null"), false),
            ("", None, false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, host.parse().expect("a value"));
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, origin.parse().expect("a value"));
            }
            assert_eq!(is_local(&headers), expected, "{host} {origin:?}");
        }
        // Before HTTP/1.1 nobody named a host; browsers do.
        assert!(is_local(&HeaderMap::new()));
    }
}
