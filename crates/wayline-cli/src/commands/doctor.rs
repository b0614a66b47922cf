//! `wayline doctor`: is everything there that a run or a service needs?

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;
use wayline::config::Config;
use wayline::keep::{Changes, Kept, Store};
use wayline_files::corpus::general_corpus;
use wayline_store::Open;

use super::kafka_args::KafkaArgs;
use crate::live::{Pins, open_store};
use crate::run::{Embedding, Progress, RunArgs, grouped};
use crate::serve::Access;

/// Check config, models, store, tokens, folders and Kafka, and say what to do where something is wrong
///
/// Reads all records of the store, and writes a note to it that it erases again. Prints a line for each
/// check; the exit status is 1 where one failed.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  wayline doctor
  wayline doctor --store journeys/ --tokens /etc/wayline/tokens --config wayline.toml
  wayline doctor --store postgres://… --brokers localhost:9092 --topic events --topic journeys")]
pub(crate) struct DoctorArgs {
    /// A store to check
    #[arg(
        long,
        value_name = "STORE",
        env = "WAYLINE_STORE",
        hide_env_values = true
    )]
    store: Option<String>,

    /// A file of tokens to check
    #[arg(
        long,
        value_name = "FILE",
        env = "WAYLINE_TOKENS",
        hide_env_values = true
    )]
    tokens: Option<PathBuf>,

    /// Brokers of Kafka to check: HOST:PORT, comma separated
    #[arg(
        long,
        value_name = "ADDRESSES",
        env = "WAYLINE_BROKERS",
        hide_env_values = true
    )]
    brokers: Option<String>,

    /// A topic that must be there; may be given several times
    #[arg(long = "topic", value_name = "TOPIC", requires = "brokers")]
    topics: Vec<String>,

    #[command(flatten)]
    kafka: KafkaArgs,

    #[command(flatten)]
    run: RunArgs,
}

/// Records that are read at once.
const PAGE: usize = 256;
/// So many that can't be read are shown.
const SHOWN: usize = 20;

#[derive(Default)]
struct Checks {
    failed: u32,
}

impl Checks {
    /// Tells how a check went, and gives what it found.
    fn tell<T>(&mut self, what: &str, found: Result<(T, String)>) -> Option<T> {
        match found {
            Ok((found, text)) => {
                println!("ok      {what:<10} {text}");
                Some(found)
            }
            Err(error) => {
                println!("FAILED  {what:<10} {error:#}");
                self.failed += 1;
                None
            }
        }
    }
}

pub(crate) fn run(args: &DoctorArgs) -> Result<()> {
    let mut checks = Checks::default();
    let config = args.run.config().map(|config| {
        let text = format!("hash {}", config.hash());
        (config, text)
    });
    let config = checks.tell("config", config);
    let models = args.run.models().map(|models| {
        models.warn_of_strangers();
        let text = format!(
            "embedder {}, grouping {}, ranking {}",
            models.embedding.embedder.hash(),
            models.grouping.hash(),
            models.ranking.hash()
        );
        (models, text)
    });
    let models = checks.tell("models", models);
    if let Some(models) = &models
        && !models.embedding.embedder.is_builtin()
    {
        let answers = Embedding::answers(args.run.config.as_deref());
        checks.tell("embedder", answers.map(|it| ((), it)));
    }
    if let Some(models) = &models
        && let Some(model) = &models.asked
    {
        let name = model.model().name().to_owned();
        checks.tell("text model", model.is_there(false).map(|()| ((), name)));
    }
    let corpus = general_corpus().map_err(Into::into);
    checks.tell(
        "corpus",
        corpus.map(|it| {
            (
                (),
                format!("the general one, of {} people", grouped(it.people())),
            )
        }),
    );
    checks.tell("temporary", temporary(&args.run));
    if let Some(path) = &args.tokens {
        let tokens = Access::read(path).map_err(Into::into);
        let open = if Access::is_open_to_all(path) {
            "; everybody on this machine can read it: chmod o-r"
        } else {
            ""
        };
        let told = |it: Access| ((), format!("{} in {}{open}", it.callers(), path.display()));
        checks.tell("tokens", tokens.map(told));
    }
    if let (Some(name), Some(config)) = (&args.store, &config) {
        let opened = open_store(name, Open::Existing).map_err(Into::into);
        if let Some(store) = checks.tell(
            "store",
            opened.map(|store| (store, wayline_store::shown(name))),
        ) {
            checks.tell("  writes", written(&*store));
            checks.tell("  corpus", pinned(&*store));
            checks.tell("  records", records(&*store, config));
        }
    }
    if let Some(brokers) = &args.brokers {
        checks.tell("kafka", kafka(brokers, args));
    }
    if checks.failed > 0 {
        bail!("{} checks failed", checks.failed);
    }
    Ok(())
}

/// Whether the brokers answer and have the topics.
#[cfg(feature = "kafka")]
fn kafka(brokers: &str, args: &DoctorArgs) -> Result<((), String)> {
    let brokers = crate::stream::Brokers {
        addresses: brokers.to_owned(),
        settings: args.kafka.settings()?,
    };
    let found = crate::stream::found_topics(&brokers, &args.topics)?;
    let found = found
        .iter()
        .map(|(topic, partitions)| format!("; `{topic}` has {partitions} partitions"));
    let found: String = found.collect();
    Ok(((), format!("the brokers answer{found}")))
}

#[cfg(not(feature = "kafka"))]
fn kafka(_: &str, _: &DoctorArgs) -> Result<((), String)> {
    bail!(
        "this Wayline was built without Kafka; build it with `cargo build --release --features kafka`"
    )
}

/// Whether temporary files can be made.
fn temporary(run: &RunArgs) -> Result<((), String)> {
    let folder = run.temp_dir();
    tempfile::tempfile_in(&folder)
        .map(|_| ((), folder.display().to_string()))
        .map_err(|error| {
            let folder = folder.display();
            anyhow::anyhow!("{folder}: no file can be made ({error}); name another with --temp-dir")
        })
}

/// Whether the store takes something, and lets it go.
fn written(store: &dyn Store) -> Result<((), String)> {
    for value in [Some(Vec::new()), None] {
        let notes = vec![("doctor".to_owned(), value)];
        store.commit(&Changes {
            notes,
            ..Changes::default()
        })?;
    }
    Ok(((), "a note was written and erased".to_owned()))
}

fn pinned(store: &dyn Store) -> Result<((), String)> {
    let text = match Pins(store).corpus()? {
        Some(corpus) if corpus.people() > 0 => format!("of {} people", grouped(corpus.people())),
        Some(_) => "the general one".to_owned(),
        None => "none yet".to_owned(),
    };
    Ok(((), text))
}

/// Whether records and what waits for them can be read, and with this config.
fn records(store: &dyn Store, config: &Config) -> Result<((), String)> {
    let counts = store.counts()?;
    let progress = Progress::people(counts.people);
    let (mut people, mut unreadable) = (0_u64, Vec::new());
    let mut after: Option<String> = None;
    loop {
        let page = store.people(after.as_deref(), PAGE)?;
        for (user_id, stored) in &page {
            let kept = Kept::from_bytes(user_id, &stored.record, &config.actions);
            unreadable.extend(kept.err());
        }
        people += page.len() as u64;
        progress.add(page.len() as u64);
        match page.into_iter().last() {
            Some((last, _)) => after = Some(last),
            None => break,
        }
    }
    let mut after: Option<String> = None;
    loop {
        let page = store.people_waiting(after.as_deref(), PAGE)?;
        for user_id in &page {
            let batches = store.waiting(user_id)?;
            let mut read = batches
                .iter()
                .map(|it| Kept::from_bytes(user_id, &it.batch, &config.actions));
            unreadable.extend(read.find_map(Result::err));
        }
        match page.into_iter().last() {
            Some(last) => after = Some(last),
            None => break,
        }
    }
    drop(progress);
    let count = unreadable.len();
    if count > 0 {
        let shown = unreadable.iter().take(SHOWN);
        let shown: String = shown.map(|error| format!("\n        {error}")).collect();
        let more = if count > SHOWN { "\n        …" } else { "" };
        bail!("{count} of {} can't be read:{shown}{more}", grouped(people));
    }
    let waiting = grouped(counts.waiting);
    Ok((
        (),
        format!(
            "all {} can be read; {waiting} batches wait",
            grouped(people)
        ),
    ))
}
