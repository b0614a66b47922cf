//! `wayline annotate export`: a stratified sample of journeys with their evidence.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use wayline::annotate::{Sampler, Sampling, Thirds};
use wayline::nouns::{Journey, Timestamp};
use wayline_files::tables::{SampleRow, SampleWriter};
use wayline_files::write::ResultRows;

use crate::run::refuse_overwriting;

/// Draw a sample of journeys for people to judge
///
/// As many journeys are drawn of each lifecycle, status and third of confidence, where there are so
/// many, and few of one person; journeys that their person took away are left out. The same seed draws
/// the same journeys of either format. The column `weight` says how many journeys each stands for.
///
/// Each row shows what is known of a journey: name, keywords with the number of events that carry them,
/// interests, stage, times, counts, boards and items. Rank, score and confidence aren't told, so that
/// nobody agrees with the machine because it said so.
///
/// Annotators fill in `score`, and may fill in `annotator` and `comment`:
///   5  clearly a goal of the person, and what they care about most now
///   4  clearly a goal, and it matters now
///   3  a goal, of some relevance now
///   2  hardly a goal, or hardly of relevance now
///   1  no goal at all, or none any more
/// A row without a score is skipped.
///
/// A CSV file opens in a spreadsheet: texts that begin like a formula have an apostrophe before them,
/// which `import` takes away. Save it as CSV with commas again. Where ids of people are long numbers,
/// a spreadsheet may round them: have it read `user_id` as text, or use .jsonl.
#[derive(Args, Debug)]
#[command(
    after_help = "Example:
  wayline annotate export journeys.parquet --sample 300 -o sample.csv",
    verbatim_doc_comment
)]
pub(crate) struct ExportArgs {
    /// Journeys that `wayline infer` wrote: .jsonl (or .gz, .zst of it) or .parquet
    #[arg(value_name = "JOURNEYS")]
    journeys: PathBuf,

    /// Journeys to draw, if there are so many
    #[arg(long, value_name = "N", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    sample: u64,

    /// Journeys of one person, at most
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=1_000))]
    per_person: u64,

    /// Another seed draws others
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,

    /// Where the sample goes: a .csv or .jsonl file
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

#[derive(Deserialize)]
struct Confidence {
    confidence: f32,
    #[serde(default)]
    hidden: bool,
}

#[derive(Deserialize)]
struct Row {
    #[serde(flatten)]
    journey: Journey,
    run: Run,
}

#[derive(Deserialize)]
struct Run {
    as_of: Timestamp,
}

pub(super) fn run(args: &ExportArgs) -> Result<()> {
    refuse_overwriting([args.journeys.as_path()], [Some(args.output.as_path())])?;
    // A name that says no format fails before the work.
    let mut writer = SampleWriter::create(&args.output)?;
    let mut confidences = Vec::new();
    each(
        &args.journeys,
        &Some(["confidence", "hidden"].as_slice()),
        |row: Confidence| {
            if !row.hidden {
                confidences.push(row.confidence);
            }
            Ok(())
        },
    )?;
    if confidences.is_empty() {
        bail!("{} holds no journey that is shown", args.journeys.display());
    }
    let all = confidences.len();
    let thirds = Thirds::of(confidences);
    let mut sampler = Sampler::new(Sampling {
        journeys: args.sample as usize,
        per_person: args.per_person as usize,
        seed: args.seed,
    });
    let mut person: Vec<Row> = Vec::new();
    let mut add = |person: &mut Vec<Row>| {
        let Some(first) = person.first() else { return };
        let user_id = first.journey.user_id.clone();
        let journeys = std::mem::take(person).into_iter();
        let journeys = journeys.filter(|row| !row.journey.hidden).map(|row| {
            let (it, stage) = (&row.journey, row.journey.stage);
            let stratum = thirds.stratum(stage.lifecycle, stage.status, it.confidence as f32);
            (it.journey_id.clone(), stratum, row)
        });
        sampler.add(&user_id, journeys.collect());
    };
    each(&args.journeys, &None, |row: Row| {
        let before = person.first().map(|first| first.journey.user_id.as_str());
        let user_id = row.journey.user_id.as_str();
        if before.is_some_and(|before| before > user_id) {
            bail!(
                "{}: rows aren't in the order of people; give the file as `wayline infer` wrote it",
                args.journeys.display()
            );
        }
        if before.is_some_and(|before| before != user_id) {
            add(&mut person);
        }
        person.push(row);
        Ok(())
    })?;
    add(&mut person);
    let sample = sampler.finish();
    let mut stages: BTreeMap<String, u64> = BTreeMap::new();
    for drawn in &sample {
        let (journey, as_of) = (&drawn.row.journey, drawn.row.run.as_of);
        let stage = journey.stage;
        let name = format!("{} {}", stage.lifecycle.as_str(), stage.status.as_str());
        *stages.entry(name).or_default() += 1;
        writer.write(&SampleRow::of(journey, as_of, drawn.weight))?;
    }
    writer.finish()?;
    let stages: Vec<String> = stages
        .iter()
        .map(|(name, count)| format!("{count} {name}"))
        .collect();
    eprintln!(
        "{}: {} of {all} journeys ({})",
        args.output.display(),
        sample.len(),
        stages.join(", ")
    );
    Ok(())
}

/// Hands each row of a file of results to `take`.
fn each<R: DeserializeOwned>(
    path: &Path,
    columns: &Option<&[&str]>,
    mut take: impl FnMut(R) -> Result<()>,
) -> Result<()> {
    for (number, row) in (1..).zip(ResultRows::open(path, *columns)?) {
        let row = row?;
        if row.trim().is_empty() {
            continue;
        }
        let row = serde_json::from_str(&row).with_context(|| {
            format!(
                "{} row {number} is no journey; give the file that `wayline infer -o` wrote",
                path.display()
            )
        })?;
        take(row)?;
    }
    Ok(())
}
