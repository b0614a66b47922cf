//! Connections: taken, limited, and ended in good order.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use hyper::server::conn::http1::Builder;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio_io_timeout::TimeoutStream;

use super::app::App;
use super::look::look_at_waiting;
use super::routes::routes;

/// So long a request that has begun may still take when the service ends.
const LAST_REQUESTS: Duration = Duration::from_secs(30);

/// Serves until `ends`; then no connection is taken any more, and requests that have begun are
/// answered.
pub(crate) async fn serve(
    app: Arc<App>,
    listener: TcpListener,
    look_every: Duration,
    ends: impl Future<Output = ()>,
) -> Result<()> {
    let (stop, stopped) = watch::channel(false);
    let looking = tokio::spawn(look_now_and_then(Arc::clone(&app), look_every, stopped));
    let routes = routes(&app);
    let graceful = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(app.limits.connections));
    let mut builder = Builder::new();
    // Whoever says nothing, or says it slowly, makes way.
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(app.limits.time);
    let mut ends = std::pin::pin!(ends);
    loop {
        // At the limit nobody is taken; they wait with the system.
        let permit = tokio::select! {
            () = &mut ends => break,
            permit = Arc::clone(&room).acquire_owned() => permit?,
        };
        let accepted = tokio::select! {
            () = &mut ends => break,
            accepted = listener.accept() => accepted,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                // Out of files, or the client was gone again.
                tracing::warn!(%error, "a connection couldn't be taken");
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            }
        };
        let _ = stream.set_nodelay(true);
        let service = TowerToHyperService::new(routes.clone());
        // Whoever doesn't read their answers makes way too.
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(app.limits.time));
        let connection = builder.serve_connection(TokioIo::new(Box::pin(stream)), service);
        let connection = graceful.watch(connection);
        let app = Arc::clone(&app);
        tokio::spawn(async move {
            app.metrics.connections.inc();
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection broke");
            }
            app.metrics.connections.dec();
            drop(permit);
        });
    }
    drop(listener);
    if tokio::time::timeout(LAST_REQUESTS, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("requests took too long and were cut off");
    }
    let _ = stop.send(true);
    looking.await?;
    Ok(())
}

/// A look at people for whom something waits, every so often.
async fn look_now_and_then(app: Arc<App>, every: Duration, mut stopped: watch::Receiver<bool>) {
    loop {
        if tokio::time::timeout(every, stopped.wait_for(|it| *it))
            .await
            .is_ok()
        {
            return;
        }
        let (app, is_stopped) = (Arc::clone(&app), stopped.clone());
        let look = move || look_at_waiting(&app, &|| *is_stopped.borrow());
        match tokio::task::spawn_blocking(look).await {
            Ok(Ok(0)) => {}
            Ok(Ok(people)) => tracing::info!(people, "looked at people with news"),
            Ok(Err(error)) => tracing::error!(%error, "a look failed; it is tried again"),
            Err(error) => tracing::error!(%error, "a look broke off; it is tried again"),
        }
    }
}
