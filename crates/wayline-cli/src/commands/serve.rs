//! `wayline serve`: journeys over HTTP.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use wayline::corpus::Corpus;
use wayline::nouns::Timestamp;
use wayline_files::corpus::general_corpus;
use wayline_store::Open;

use crate::live::{Pins, open_store};
use crate::run::{RunArgs, ended, parse_time};
use crate::serve::{Access, App, Limits, log_to_stderr, serve};

/// Serve a store over HTTP: take events and feedback, give out journeys
///
/// POST /v1/events and /v1/feedback take a JSON array or JSON lines, whole or not at all; what is
/// answered with 202 is durable. GET /v1/people/{user_id}/journeys gives a person's journeys as of this
/// hour with all events that were taken; …/journeys/{journey_id} explains one, …/lineage says what
/// became of them, DELETE /v1/people/{user_id} erases the person. /openapi.json describes it all,
/// /healthz, /readyz and /metrics are for operators.
///
/// Without --tokens everybody who reaches it may do everything, so it listens on this machine alone.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  wayline serve --store journeys/
  wayline serve --store journeys/ --listen 0.0.0.0:8080 --tokens /etc/wayline/tokens
  curl -X POST --data-binary @today.jsonl http://127.0.0.1:8080/v1/events
  curl 'http://127.0.0.1:8080/v1/people/u42/journeys?stage=ongoing&min_confidence=.5&limit=5'

A file of tokens has lines of scopes and a token, as in: read,write 3f0c1d9a77e24b5c")]
pub(crate) struct ServeArgs {
    /// Where people are kept: a folder, which is made if it isn't there, or memory: for a trial
    #[arg(
        long,
        value_name = "STORE",
        env = "WAYLINE_STORE",
        hide_env_values = true
    )]
    store: String,

    /// Where to listen
    #[arg(
        long,
        value_name = "ADDRESS",
        default_value = "127.0.0.1:8080",
        env = "WAYLINE_LISTEN",
        hide_env_values = true
    )]
    listen: SocketAddr,

    /// A file of bearer tokens: lines SCOPES TOKEN, with scopes from read, write, erase
    #[arg(
        long,
        value_name = "FILE",
        env = "WAYLINE_TOKENS",
        hide_env_values = true
    )]
    tokens: Option<PathBuf>,

    /// Seconds after which people for whom something waits are looked at in the background
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=86_400), env = "WAYLINE_LOOK_EVERY", hide_env_values = true)]
    look_every: u64,

    /// The largest body, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 8, value_parser = clap::value_parser!(u64).range(1..=1_024), env = "WAYLINE_MAX_BODY", hide_env_values = true)]
    max_body: u64,

    /// Memory for all bodies together, in MiB; requests that find no room in time are answered with 503
    #[arg(long, value_name = "MIB", default_value_t = 256, value_parser = clap::value_parser!(u64).range(1..=65_536), env = "WAYLINE_MAX_BODIES", hide_env_values = true)]
    max_bodies: u64,

    /// The largest batch, in rows
    #[arg(
        long,
        value_name = "N",
        default_value_t = 20_000,
        env = "WAYLINE_MAX_ROWS",
        hide_env_values = true
    )]
    max_rows: usize,

    /// Seconds in which a request must have been sent, and then answered
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3_600), env = "WAYLINE_TIMEOUT", hide_env_values = true)]
    timeout: u64,

    /// Connections at once; more wait
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1_024,
        env = "WAYLINE_MAX_CONNECTIONS",
        hide_env_values = true
    )]
    max_connections: usize,

    /// Memory for journeys that are remembered between requests, in MiB
    #[arg(
        long,
        value_name = "MIB",
        default_value_t = 256,
        env = "WAYLINE_REMEMBER",
        hide_env_values = true
    )]
    remember: u64,

    /// Requests a second of one token (default: no limit)
    #[arg(long, value_name = "N", env = "WAYLINE_RATE", hide_env_values = true)]
    rate: Option<NonZeroU32>,

    /// How much is logged: error, warn, info or debug
    #[arg(
        long,
        value_name = "LEVEL",
        default_value = "warn",
        env = "WAYLINE_LOG",
        hide_env_values = true
    )]
    log: tracing::Level,

    /// Reckon journeys for this moment instead of now, for trials
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    as_of: Option<Timestamp>,

    #[command(flatten)]
    run: RunArgs,
}

pub(crate) fn run(args: &ServeArgs) -> Result<()> {
    log_to_stderr(args.log);
    let config = args.run.config()?;
    let models = args.run.models()?;
    models.warn_of_strangers();
    models.is_model_there(true)?;
    let access = match &args.tokens {
        Some(path) => {
            if Access::is_open_to_all(path) {
                let name = path.display();
                eprintln!("wayline: everybody on this machine can read {name}: chmod o-r {name}");
            }
            Access::read(path)?
        }
        None => Access::default(),
    };
    if !access.is_guarded() && !args.listen.ip().is_loopback() {
        bail!(
            "without --tokens it listens on this machine alone: give --tokens FILE, or --listen \
             127.0.0.1:{}",
            args.listen.port()
        );
    }
    let store = open_store(&args.store, Open::OrCreate)?;
    let pins = Pins(&*store);
    let (log, newest) = (pins.corpus_or(None)?, pins.newest()?);
    let corpus = Corpus::with_prior(
        Arc::new(log),
        Arc::new(general_corpus()?),
        config.corpus.clone(),
    );
    let limits = Limits {
        body_bytes: (args.max_body << 20) as usize,
        bodies_bytes: (args.max_bodies.max(args.max_body) << 20) as usize,
        readers: args.run.threads().max(4),
        writers: WRITERS,
        rows: args.max_rows,
        time: Duration::from_secs(args.timeout),
        connections: args.max_connections.max(1),
        remembered_bytes: args.remember << 20,
        rate: args.rate,
    };
    let app = Arc::new(App::new(
        (store, newest),
        config,
        models,
        corpus,
        access,
        limits,
        args.as_of,
    ));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(args.run.threads())
        // With one for looks in the background.
        .max_blocking_threads(args.run.threads().max(4) + WRITERS + 1)
        .enable_all()
        .build()?;
    let done = runtime.block_on(listen(args, Arc::clone(&app)));
    // The store goes last, outside of the runtime: one in PostgreSQL has a runtime of its own.
    drop(runtime);
    drop(app);
    done
}

/// Requests that write at once: one of them writes, the others prepare.
const WRITERS: usize = 4;

async fn listen(args: &ServeArgs, app: Arc<App>) -> Result<()> {
    let listener = tokio::net::TcpListener::bind(args.listen).await;
    let listener = listener.with_context(|| format!("can't listen on {}", args.listen))?;
    let address = listener.local_addr()?;
    // Before anybody is told that it listens, and may want it to end.
    let ends = ended()?;
    let open = if app.access.is_guarded() {
        ""
    } else {
        "; without tokens, on this machine alone"
    };
    eprintln!("wayline: listening on http://{address}{open}");
    let every = Duration::from_secs(args.look_every);
    serve(app, listener, every, ends).await?;
    eprintln!("wayline: ended in good order");
    Ok(())
}
