//! `wayline safety`: what texts are fit to be shown.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};
use serde::{Deserialize, Serialize};
use wayline::config::Config;
use wayline::model::SafetyModel;
use wayline::nouns::{Checked, Reason, Verdict};
use wayline::safety::Safety;
use wayline::safety::asked::AT_ONCE;
use wayline_text_model::at_once;

use crate::run::{
    Answers, AskedModel, Progress, grouped, line, line_unless_zero, read_config, read_model,
};

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
///
/// With --ask a language model looks too, twenty texts at a time; `[text_model]` of --config names it. Of
/// both the stricter verdict counts. Where the model gives nothing that can be used, the verdict is the one
/// without it, and the summary counts such texts.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  wayline safety check names.txt
  wayline safety check queries.jsonl --config mine.toml > checked.jsonl
  wayline safety check names.txt --ask --config model.toml
  jq -c '{text: .name}' journeys.jsonl | wayline safety check -")]
pub(crate) struct CheckArgs {
    /// Texts to check; - is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Settings to change, as TOML; `wayline config` prints all of them with their defaults
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Ask a language model too
    #[arg(long, requires = "config")]
    ask: bool,

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
    let asked = match &args.config {
        Some(config) if args.ask => Some(AskedModel::of_config(config)?),
        _ => None,
    };
    let checking = Checking {
        safety: &safety,
        model: asked.as_ref(),
        out: BufWriter::new(io::stdout().lock()),
        waiting: Vec::new(),
        counts: [0; 3],
        answers: Answers::default(),
    };
    if args.file == Path::new("-") {
        return check(checking, "standard input", io::stdin().lock(), None);
    }
    let name = args.file.display().to_string();
    let file = File::open(&args.file).with_context(|| format!("can't read {name}"))?;
    let size = file.metadata().ok().map(|it| it.len());
    check(checking, &name, BufReader::new(file), size)
}

/// Texts on their way to their verdicts.
struct Checking<'a, W: Write> {
    safety: &'a Safety,
    model: Option<&'a AskedModel>,
    out: W,
    /// Texts that wait for others, to be asked about together.
    waiting: Vec<String>,
    /// Of each verdict.
    counts: [u64; 3],
    answers: Answers,
}

/// Questions that wait for each other, for each of those that may be on their way.
const ROUNDS: usize = 4;

impl<W: Write> Checking<'_, W> {
    fn take(&mut self, text: String) -> Result<()> {
        self.waiting.push(text);
        let most = self
            .model
            .map_or(1, |model| AT_ONCE * ROUNDS * model.concurrency());
        if self.waiting.len() >= most {
            self.say()?;
        }
        Ok(())
    }

    /// Writes the verdicts on what waits.
    fn say(&mut self) -> Result<()> {
        let texts = std::mem::take(&mut self.waiting);
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        for (text, checked) in texts.iter().zip(self.verdicts(&texts)?) {
            self.counts[checked.verdict as usize] += 1;
            let said = Said {
                text,
                verdict: checked.verdict,
                reason: checked.reason,
            };
            serde_json::to_writer(&mut self.out, &said)?;
            self.out.write_all(b"\n")?;
        }
        Ok(())
    }

    fn verdicts(&mut self, texts: &[&str]) -> Result<Vec<Checked>> {
        let own = |texts: &[&str]| -> Vec<Checked> {
            texts.iter().map(|text| self.safety.check(text)).collect()
        };
        let Some(model) = self.model else {
            return Ok(own(texts));
        };
        let questions = texts.chunks(AT_ONCE);
        let answers = at_once(questions, model.concurrency(), |some| {
            (some, self.safety.check_asking(some, model.model()))
        });
        let mut verdicts = Vec::with_capacity(texts.len());
        for (some, answer) in answers {
            let checked = self.answers.take(answer, some.len() as u64)?;
            verdicts.extend(checked.unwrap_or_else(|| own(some)));
        }
        Ok(verdicts)
    }
}

fn check(
    mut checking: Checking<'_, impl Write>,
    name: &str,
    mut input: impl BufRead,
    size: Option<u64>,
) -> Result<()> {
    let progress = Progress::bytes(size);
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
        // Some editors put a byte order mark before the first line.
        let row = match number {
            1 => buffer
                .strip_prefix("\u{feff}".as_bytes())
                .unwrap_or(&buffer),
            _ => &buffer,
        };
        let row = row.trim_ascii();
        if row.is_empty() {
            continue;
        }
        // The first line says what the file is.
        let objects = *objects.get_or_insert(row.starts_with(b"{"));
        match text_of(row, objects) {
            Ok(text) => checking.take(text)?,
            Err(error) => {
                bad += 1;
                if bad <= MOST_NAMED {
                    eprintln!("{name}:{number}: {error:#}");
                }
            }
        }
    }
    checking.say()?;
    checking.out.flush()?;
    drop(progress);
    let counts = checking.counts;
    let mut summary = String::new();
    line(&mut summary, "texts", &grouped(counts.iter().sum()));
    line_unless_zero(&mut summary, "  sensitive", counts[1]);
    line_unless_zero(&mut summary, "  to be withheld", counts[2]);
    line_unless_zero(&mut summary, "lines without a text", bad);
    line_unless_zero(&mut summary, "without an answer", checking.answers.without);
    for told in checking.model.iter().flat_map(|model| model.lines()) {
        line(&mut summary, "language model", &told);
    }
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
