//! `wayline safety`: what texts are fit to be shown.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};
use serde::{Deserialize, Serialize};
use wayline::config::Config;
use wayline::model::SafetyModel;
use wayline::nouns::{Reason, Verdict};
use wayline::safety::Safety;

use crate::run::{Progress, grouped, line, line_unless_zero, read_config, read_model};

/// Say what texts are fit to be shown
#[derive(Subcommand, Debug)]
pub(crate) enum SafetyCommand {
    Check(CheckArgs),
}

/// Check texts: ok, sensitive or to be withheld, each with the reason
///
/// FILE has a JSON object a line, of which `text` is read, or a text a line; empty lines are passed over.
/// For each text a line goes to standard output, in the same order:
///
///   {"text":"chemo hats","verdict":"sensitive","reason":"health"}
///
/// `ok` has the reason null. `sensitive` is a subject that is legitimate and private: health, mental_health,
/// addiction, pregnancy, bereavement, debt, religion, sexuality, immigration, family, legal. `withhold` is
/// not to be shown: personal_data.email, .phone, .card, .bank, .identity, .address, .birth and .account,
/// adult, hate, self_harm, drugs, crime, and word for those of the config. Which reason leads to which
/// verdict is set by [safety] in the config (`wayline config`).
///
/// Lines without a text are named on standard error, all others are checked, and the status is 1.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  wayline safety check names.txt
  wayline safety check queries.jsonl --config mine.toml > checked.jsonl
  jq -c '{text: .name}' journeys.jsonl | wayline safety check -")]
pub(crate) struct CheckArgs {
    /// Texts to check; - is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Settings to change, as TOML; `wayline config` prints all of them with their defaults
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// A model made by `wayline train safety` (default: the one inside)
    #[arg(long, value_name = "FILE")]
    safety: Option<PathBuf>,
}

/// A line of a JSONL file; other fields are passed over.
#[derive(Deserialize)]
struct Row {
    text: String,
}

#[derive(Serialize)]
struct Said<'t> {
    text: &'t str,
    verdict: Verdict,
    reason: Option<Reason>,
}

/// Lines without a text that are named.
const MOST_NAMED: u64 = 10;

pub(crate) fn run(command: &SafetyCommand) -> Result<()> {
    let SafetyCommand::Check(args) = command;
    let config = match &args.config {
        None => Config::builtin(),
        Some(path) => read_config(path)?,
    };
    let model = read_model(
        args.safety.as_deref(),
        SafetyModel::builtin,
        SafetyModel::from_json,
    )?;
    let safety = Safety::new(&config.safety, &model.classifier)?;
    if args.file == Path::new("-") {
        return check(&safety, "standard input", io::stdin().lock(), None);
    }
    let name = args.file.display().to_string();
    let file = File::open(&args.file).with_context(|| format!("can't read {name}"))?;
    let size = file.metadata().ok().map(|it| it.len());
    check(&safety, &name, BufReader::new(file), size)
}

fn check(safety: &Safety, name: &str, mut input: impl BufRead, size: Option<u64>) -> Result<()> {
    let progress = Progress::bytes(size);
    let mut out = BufWriter::new(io::stdout().lock());
    let mut counts = [0_u64; 3];
    let mut bad = 0_u64;
    let mut objects = None;
    let mut buffer = Vec::new();
    for number in 1_u64.. {
        buffer.clear();
        let read = input.read_until(b'\n', &mut buffer);
        let read = read.with_context(|| format!("can't read {name}"))?;
        if read == 0 {
            break;
        }
        progress.add(read as u64);
        let row = buffer.trim_ascii();
        if row.is_empty() {
            continue;
        }
        // The first line says what the file is.
        let objects = *objects.get_or_insert(row.starts_with(b"{"));
        let text = match text_of(row, objects) {
            Ok(text) => text,
            Err(error) => {
                bad += 1;
                if bad <= MOST_NAMED {
                    eprintln!("{name}:{number}: {error:#}");
                }
                continue;
            }
        };
        let checked = safety.check(&text);
        counts[checked.verdict as usize] += 1;
        let said = Said {
            text: &text,
            verdict: checked.verdict,
            reason: checked.reason,
        };
        serde_json::to_writer(&mut out, &said)?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    drop(progress);
    let mut summary = String::new();
    line(&mut summary, "texts", &grouped(counts.iter().sum()));
    line_unless_zero(&mut summary, "  sensitive", counts[1]);
    line_unless_zero(&mut summary, "  to be withheld", counts[2]);
    line_unless_zero(&mut summary, "lines without a text", bad);
    eprint!("{summary}");
    if bad > 0 {
        bail!("{} lines of {name} have no text", grouped(bad));
    }
    Ok(())
}

fn text_of(row: &[u8], object: bool) -> Result<String> {
    if object {
        let row: Row = serde_json::from_slice(row).context("no JSON object with a `text`")?;
        return Ok(row.text);
    }
    let text = std::str::from_utf8(row).context("no UTF-8")?;
    Ok(text.to_owned())
}
