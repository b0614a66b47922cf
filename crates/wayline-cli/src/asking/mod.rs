//! Language models on the command line: which one, and how it is asked.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use serde::Deserialize;
use wayline_text_model::{Cancel, Counts, Opened, Settings, open};

use crate::run::grouped;

/// Tokens that a reply may have: a judge says something of each of a list's journeys.
const MOST_REPLY_TOKENS: u32 = 16_384;

/// Which language model is asked, and how.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Language model")]
pub(crate) struct AskingArgs {
    /// An OpenAI-compatible endpoint: what stands before /chat/completions, as http://127.0.0.1:8080/v1
    #[arg(long = "text-model", value_name = "URL", requires = "text_model_name")]
    text_model: Option<String>,

    /// The model's name as the server knows it
    #[arg(long, value_name = "NAME")]
    text_model_name: Option<String>,

    /// The environment variable that holds the key, where the server wants one
    #[arg(long, value_name = "VARIABLE", requires = "text_model")]
    text_model_key_env: Option<String>,

    /// A folder where replies are kept, so that none is paid for twice
    #[arg(long, value_name = "DIR", requires = "text_model")]
    text_model_cache: Option<PathBuf>,

    /// Stop before more tokens than this are read and written (default: no limit)
    #[arg(long, value_name = "TOKENS", requires = "text_model")]
    text_model_budget: Option<u64>,

    /// Calls at once
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u64).range(1..=1_000))]
    at_once: u64,

    /// Keep every request and reply in FILE, to replay them
    #[arg(long, value_name = "FILE", conflicts_with = "replay")]
    record: Option<PathBuf>,

    /// Take replies from a file that --record wrote, and ask nobody
    #[arg(long, value_name = "RECORD", conflicts_with = "text_model")]
    replay: Option<PathBuf>,
}

impl AskingArgs {
    /// How many questions are on their way at once.
    pub(crate) fn at_once(&self) -> usize {
        self.at_once as usize
    }

    /// Files that are read, for checks of outputs.
    pub(crate) fn reads(&self) -> Option<&Path> {
        self.replay.as_deref()
    }

    /// Files that are written, likewise.
    pub(crate) fn writes(&self) -> Option<&Path> {
        self.record.as_deref()
    }

    /// Whether a model is named.
    pub(crate) fn is_on(&self) -> bool {
        self.text_model.is_some() || self.replay.is_some()
    }

    fn settings(&self) -> Result<Settings> {
        let mut settings = Settings {
            concurrency: self.at_once(),
            max_tokens: MOST_REPLY_TOKENS,
            ..Settings::default()
        };
        settings.url = self.text_model.clone().unwrap_or_default();
        settings.key_env = self.text_model_key_env.clone().unwrap_or_default();
        settings.cache = self.text_model_cache.clone().unwrap_or_default();
        settings.budget_tokens = self.text_model_budget.unwrap_or_default();
        settings.record = self.record.clone().unwrap_or_default();
        settings.replay = self.replay.clone().unwrap_or_default();
        settings.model = match (&self.text_model_name, &self.replay) {
            (Some(name), _) => name.clone(),
            (None, Some(record)) => recorded_model(record)?,
            (None, None) => String::new(),
        };
        Ok(settings)
    }
}

/// Opens the model that the options name. No server is asked yet.
pub(crate) fn open_text_model(args: &AskingArgs) -> Result<Opened> {
    match open(&args.settings()?, &Cancel::default())? {
        Some(model) => Ok(model),
        None => bail!(
            "no language model is named; give --text-model URL with --text-model-name NAME, or \
             --replay RECORD"
        ),
    }
}

/// What was asked of the model, on standard error.
pub(crate) fn tell_counts(counts: &Counts) {
    let tokens = counts.prompt_tokens + counts.completion_tokens;
    eprintln!(
        "requests {}, of these from the cache {}, tried again {}, without a reply {}; tokens paid for {}{}",
        grouped(counts.asked),
        grouped(counts.cached),
        grouped(counts.retried),
        grouped(counts.failed),
        grouped(tokens),
        if counts.is_estimated {
            " (estimated)"
        } else {
            ""
        }
    );
}

/// The model whose replies a record holds: that of its first line.
fn recorded_model(record: &Path) -> Result<String> {
    #[derive(Deserialize)]
    struct Line {
        model: String,
    }
    let name = record.display();
    let file = File::open(record).with_context(|| format!("can't read the record {name}"))?;
    let mut first = String::new();
    BufReader::new(file)
        .read_line(&mut first)
        .with_context(|| format!("can't read the record {name}"))?;
    let line: Line = serde_json::from_str(&first)
        .with_context(|| format!("{name} is no record; give a file that --record wrote"))?;
    Ok(line.model)
}
