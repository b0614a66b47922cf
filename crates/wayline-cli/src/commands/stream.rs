//! `wayline stream`: events from Kafka, journeys to Kafka.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use wayline::nouns::Timestamp;

use super::kafka_args::KafkaArgs;
use crate::run::{RunArgs, parse_time};

/// Take events from Kafka into a store, and tell Kafka the journeys
///
/// Reads a topic as a member of a group: each message is one event, a JSON object in the columns of
/// files. A person is looked at when nothing has come of them for a while, and their journeys and what
/// became of them go to topics of their own, with the person's id as the key. How far it was read stands
/// in the store, in one commit with the events, so each counts once, whatever is killed. What is told may
/// be told again: journeys carry the person's `version`, lineage events a `key`. A person
/// who is erased, by whichever command, is told as a message without a value.
///
/// For more speed start more members over one store, in PostgreSQL if they are on several machines; a
/// topic should be partitioned by person. Messages that are no events go to the dead-letter topic, with
/// the reason in their headers. Topics must be there.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  wayline stream --brokers localhost:9092 --topic events --group wayline --store journeys/ \\
    --journeys-topic journeys --lineage-topic lineage --dead-letter-topic rejected
  wayline stream … --once                      take what is there, then end: for a timer
  wayline stream … --kafka security.protocol=SASL_SSL --kafka sasl.mechanism=PLAIN …

Every setting of librdkafka may be given by --kafka; passwords come from a file by --kafka-file.")]
#[cfg_attr(not(feature = "kafka"), allow(dead_code))]
pub(crate) struct StreamArgs {
    /// Brokers to begin with: HOST:PORT, comma separated
    #[arg(
        long,
        value_name = "ADDRESSES",
        env = "WAYLINE_BROKERS",
        hide_env_values = true
    )]
    brokers: String,

    /// The topic of events
    #[arg(
        long,
        value_name = "TOPIC",
        env = "WAYLINE_TOPIC",
        hide_env_values = true
    )]
    topic: String,

    /// The group whose members share its partitions; another group reads it from the beginning
    #[arg(
        long,
        value_name = "GROUP",
        env = "WAYLINE_GROUP",
        hide_env_values = true
    )]
    group: String,

    /// Where people are kept: a folder, which is made if it isn't there, or postgres://…
    #[arg(
        long,
        value_name = "STORE",
        env = "WAYLINE_STORE",
        hide_env_values = true
    )]
    store: String,

    /// Where people's journeys go, a message a person; a compacted topic keeps the latest
    #[arg(
        long,
        value_name = "TOPIC",
        env = "WAYLINE_JOURNEYS_TOPIC",
        hide_env_values = true
    )]
    journeys_topic: Option<String>,

    /// Where goes what became of journeys: started, continued, paused, revived, ended, split, merged
    #[arg(
        long,
        value_name = "TOPIC",
        env = "WAYLINE_LINEAGE_TOPIC",
        hide_env_values = true
    )]
    lineage_topic: Option<String>,

    /// Where messages go that are no events
    #[arg(
        long,
        value_name = "TOPIC",
        env = "WAYLINE_DEAD_LETTER_TOPIC",
        hide_env_values = true
    )]
    dead_letter_topic: String,

    /// Seconds without an event of a person after which they are looked at
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(0..=86_400), env = "WAYLINE_QUIET", hide_env_values = true)]
    quiet: u64,

    /// Seconds after which an active person is looked at in any case
    #[arg(long, value_name = "SECONDS", default_value_t = 86_400, value_parser = clap::value_parser!(u64).range(1..=604_800), env = "WAYLINE_AT_LATEST", hide_env_values = true)]
    at_latest: u64,

    /// Active people who are remembered, at about 150 bytes each; more are looked at earlier
    #[arg(long, value_name = "N", default_value_t = 500_000, value_parser = clap::value_parser!(u64).range(1..), env = "WAYLINE_MOST_ACTIVE", hide_env_values = true)]
    most_active: u64,

    /// End when all messages that were there at the start are taken, looked at and told of
    #[arg(long, env = "WAYLINE_ONCE", hide_env_values = true)]
    once: bool,

    /// Go on with the first messages that are there where some are gone that weren't read yet
    #[arg(long, env = "WAYLINE_SKIP_LOST", hide_env_values = true)]
    skip_lost: bool,

    #[command(flatten)]
    kafka: KafkaArgs,

    /// The corpus that a new store goes by from now on (default: the general one)
    #[arg(
        long,
        value_name = "FILE",
        env = "WAYLINE_CORPUS",
        hide_env_values = true
    )]
    corpus: Option<PathBuf>,

    /// Serve /metrics for Prometheus, and /healthz, at this address
    #[arg(
        long,
        value_name = "ADDRESS",
        env = "WAYLINE_METRICS",
        hide_env_values = true
    )]
    metrics: Option<SocketAddr>,

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

#[cfg(not(feature = "kafka"))]
pub(crate) fn run(_: &StreamArgs) -> anyhow::Result<()> {
    anyhow::bail!(
        "this Wayline was built without Kafka; build it with `cargo build --release --features kafka`"
    )
}

#[cfg(feature = "kafka")]
pub(crate) use with_kafka::run;

#[cfg(feature = "kafka")]
mod with_kafka {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::{Duration, Instant};

    use anyhow::{Context as _, Result, bail};
    use wayline::keep::Store;
    use wayline::nouns::Timestamp;
    use wayline_store::Open;

    use super::StreamArgs;
    use crate::live::{Live, Pins, open_store, tell_from_now_on};
    use crate::run::{ended, grouped, line, line_unless_zero};
    use crate::serve::log_to_stderr;
    use crate::stream::{Brokers, Counts, Pace, Stream, Topics, Watch, routes, run_member};

    pub(crate) fn run(args: &StreamArgs) -> Result<()> {
        let started = Instant::now();
        log_to_stderr(args.log);
        let config = args.run.config()?;
        let models = args.run.models()?;
        models.warn_of_strangers();
        models.is_model_there(true)?;
        let outputs = [&args.journeys_topic, &args.lineage_topic];
        let outputs = outputs
            .into_iter()
            .flatten()
            .chain([&args.dead_letter_topic]);
        let mut topics: Vec<&String> = outputs.chain([&args.topic]).collect();
        topics.sort();
        if let Some(twice) = topics.windows(2).find(|it| it[0] == it[1]) {
            bail!(
                "`{}` is named twice: each of the topics must be one of its own",
                twice[0]
            );
        }
        let store: Arc<dyn Store> = Arc::from(open_store(&args.store, Open::OrCreate)?);
        let stream = stream(args)?;
        let log = Pins(&*store).corpus_or(args.corpus.as_deref())?;
        if stream.tells() {
            tell_from_now_on(&*store)?;
        }
        // Its own moment is never used: each look has one.
        let moment = Timestamp::from_millis(0);
        let live = Live::new(&*store, &config, &models, log, moment)?;
        let is_over = Arc::new(AtomicBool::new(false));
        let watch = Arc::new(Watch::new());
        listen_beside(args, &is_over, &watch)?;
        eprintln!(
            "wayline: reading `{}` as a member of `{}`",
            stream.topic, stream.group
        );
        let counts = run_member(&live, &store, &stream, &watch, &is_over)?;
        eprint!("{}", summary(&counts, started));
        eprintln!("wayline: ended in good order");
        Ok(())
    }

    fn stream(args: &StreamArgs) -> Result<Stream> {
        Ok(Stream {
            brokers: Brokers {
                addresses: args.brokers.clone(),
                settings: args.kafka.settings()?,
            },
            group: args.group.clone(),
            topic: args.topic.clone(),
            topics: Topics {
                journeys: args.journeys_topic.clone(),
                lineage: args.lineage_topic.clone(),
                dead_letter: args.dead_letter_topic.clone(),
            },
            pace: Pace {
                quiet: Duration::from_secs(args.quiet),
                latest: Duration::from_secs(args.at_latest),
                most_active: usize::try_from(args.most_active).unwrap_or(usize::MAX),
            },
            skips_lost: args.skip_lost,
            once: args.once,
            as_of: args.as_of,
        })
    }

    /// Beside the member, which blocks: serves its metrics, and listens for who wants it to end.
    fn listen_beside(
        args: &StreamArgs,
        is_over: &Arc<AtomicBool>,
        watch: &Arc<Watch>,
    ) -> Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let _inside = runtime.enter();
        let ended = ended()?;
        if let Some(address) = args.metrics {
            let listener = runtime
                .block_on(tokio::net::TcpListener::bind(address))
                .with_context(|| format!("can't listen on {address}"))?;
            eprintln!(
                "wayline: metrics at http://{}/metrics",
                listener.local_addr()?
            );
            let routes = routes(watch);
            runtime.spawn(async move { axum::serve(listener, routes).await });
        }
        drop(_inside);
        let is_over = Arc::clone(is_over);
        std::thread::spawn(move || {
            runtime.block_on(ended);
            is_over.store(true, Ordering::Relaxed);
            // Metrics are served until the process ends.
            runtime.block_on(std::future::pending::<()>());
        });
        Ok(())
    }

    fn summary(counts: &Counts, started: Instant) -> String {
        let mut text = String::new();
        line(&mut text, "events", &grouped(counts.events));
        line_unless_zero(&mut text, "  left out", counts.left_out);
        line_unless_zero(&mut text, "dead letters", counts.dead_letters);
        line(&mut text, "people looked at", &grouped(counts.looks));
        line_unless_zero(&mut text, "  records unreadable", counts.unreadable);
        line_unless_zero(&mut text, "journeys told", counts.journeys);
        line_unless_zero(&mut text, "lineage told", counts.lineage);
        line_unless_zero(&mut text, "people told late", counts.leftovers);
        let seconds = started.elapsed().as_secs_f64();
        line(&mut text, "seconds", &format!("{seconds:.2}"));
        text
    }
}
