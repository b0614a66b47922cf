//! Language models on the command line: which one, and how it is asked.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use serde::Deserialize;
use wayline_text_model::{Cancel, Opened, Settings, open};

use crate::run::text_model_settings;

/// Tokens that a reply may have where the config doesn't say: a judge says something of each of a list's
/// journeys.
const MOST_REPLY_TOKENS: u32 = 16_384;

/// Which language model is asked, and how; what isn't said here is said by `[text_model]` of a config.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Language model ([text_model] of --config says the same, and more)")]
pub(crate) struct AskingArgs {
    /// An OpenAI-compatible endpoint: what stands before /chat/completions, as http://127.0.0.1:8080/v1
    #[arg(long = "text-model", value_name = "URL")]
    text_model: Option<String>,

    /// The model's name as the server knows it
    #[arg(long, value_name = "NAME")]
    text_model_name: Option<String>,

    /// The environment variable that holds the key, where the server wants one
    #[arg(long, value_name = "VARIABLE")]
    text_model_key_env: Option<String>,

    /// A folder where replies are kept, so that none is paid for twice
    #[arg(long, value_name = "DIR")]
    text_model_cache: Option<PathBuf>,

    /// Stop before more tokens than this are read and written
    #[arg(long, value_name = "TOKENS")]
    text_model_budget: Option<u64>,

    /// Calls at once (default: 8)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000))]
    at_once: Option<u64>,

    /// Keep every request and reply in FILE, to replay them
    #[arg(long, value_name = "FILE", conflicts_with = "replay")]
    record: Option<PathBuf>,

    /// Take replies from a file that --record wrote, and ask nobody
    #[arg(long, value_name = "RECORD", conflicts_with = "text_model")]
    replay: Option<PathBuf>,
}

/// A model that was opened, and how many questions may be on their way at once.
pub(crate) struct Asking {
    pub(crate) model: Opened,
    pub(crate) at_once: usize,
}

impl AskingArgs {
    /// Files that are read, for checks of outputs.
    pub(crate) fn reads(&self) -> Option<&Path> {
        self.replay.as_deref()
    }

    /// Files that are written, likewise.
    pub(crate) fn writes(&self) -> Option<&Path> {
        self.record.as_deref()
    }

    /// Whether a model is named, here or in a config.
    pub(crate) fn is_on(&self, config: Option<&Path>) -> Result<bool> {
        Ok(self.settings(config)?.is_on())
    }

    fn settings(&self, config: Option<&Path>) -> Result<Settings> {
        let mut settings = config
            .map(text_model_settings)
            .transpose()?
            .unwrap_or_default();
        // The usual limit is for steps that ask for a few words.
        if settings.max_tokens == 0 {
            settings.max_tokens = MOST_REPLY_TOKENS;
        }
        let named = |to: &mut String, from: &Option<String>| {
            if let Some(text) = from {
                to.clone_from(text);
            }
        };
        if self.text_model.is_some() {
            // Who names a server wants it asked.
            settings.replay = PathBuf::new();
        }
        named(&mut settings.url, &self.text_model);
        named(&mut settings.model, &self.text_model_name);
        named(&mut settings.key_env, &self.text_model_key_env);
        if let Some(cache) = &self.text_model_cache {
            settings.cache.clone_from(cache);
        }
        if let Some(budget) = self.text_model_budget {
            settings.budget_tokens = budget;
        }
        if let Some(at_once) = self.at_once {
            settings.concurrency = at_once as usize;
        }
        if let Some(record) = &self.record {
            settings.record.clone_from(record);
        }
        if let Some(replay) = &self.replay {
            settings.replay.clone_from(replay);
            settings.record = PathBuf::new();
            if self.text_model_name.is_none() {
                settings.model = recorded_model(replay)?;
            }
        }
        Ok(settings)
    }
}

/// Opens the model that the options and the config name. No server is asked yet.
pub(crate) fn open_text_model(args: &AskingArgs, config: Option<&Path>) -> Result<Asking> {
    let settings = args.settings(config)?;
    match open(&settings, &Cancel::default())? {
        Some(model) => Ok(Asking {
            model,
            at_once: settings.concurrency,
        }),
        None => bail!(
            "no language model is named; give --text-model URL with --text-model-name NAME, the section \
             [text_model] in --config, or --replay RECORD"
        ),
    }
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

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        asking: AskingArgs,
    }

    fn settings(config: &str, options: &[&str]) -> Settings {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("model.toml");
        std::fs::write(&path, config).expect("written");
        let line = Line::parse_from(std::iter::once(&"judge").chain(options));
        line.asking.settings(Some(&path)).expect("settings")
    }

    #[test]
    fn a_limit_that_is_said_holds_for_the_judge_too() {
        let of = |config: &str| settings(config, &[]).max_tokens;
        assert_eq!(of("[text_model]\nmax_tokens = 1024\n"), 1024);
        assert_eq!(of("[text_model]\nmax_tokens = 20000\n"), 20_000);
        assert_eq!(of("[text_model]\nmax_tokens = 0\n"), MOST_REPLY_TOKENS);
        assert_eq!(of(""), MOST_REPLY_TOKENS);
        assert_eq!(of(wayline::config::DEFAULT_TOML), MOST_REPLY_TOKENS);
    }

    #[test]
    fn a_server_on_the_command_line_is_asked_whatever_is_replayed_in_a_config() {
        let config = "[text_model]\nmodel = \"m\"\nreplay = \"record.jsonl\"\n";
        assert!(settings(config, &[]).replays());
        let named = settings(config, &["--text-model", "http://127.0.0.1:9/v1"]);
        assert!(!named.replays() && named.is_on());
    }
}
