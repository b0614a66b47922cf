//! `wayline evaluate`: reads golden answers and results, prints how good the results are.

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand, ValueEnum};
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use wayline::evaluate::calibration::Pool;
use wayline::evaluate::{
    Account, Figure, Predictions, Report, Resampling, annotated, missions, simulated,
};
use wayline_files::write::rows_as_jsonl;

use super::evaluate_report::{Quality, ReportArgs};

/// Say how good results are, measured against golden answers
///
/// Takes the journeys and keywords that `wayline infer` wrote (`-o` and `--keywords`) and compares
/// them with answers known to be right. Prints each figure with its value and the interval in which
/// 95 % of the values lie when the people are drawn anew: a difference smaller than that is likely
/// to be chance.
///
/// Nothing is written but the scores, and plots and a report where asked for. People that the golden answers don't know are ignored; people
/// without any result count as having none.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER_HELP)]
pub(crate) struct EvaluateArgs {
    #[command(subcommand)]
    against: Against,
}

const AFTER_HELP: &str = "\
Examples:
  wayline infer searches.tsv -o journeys.jsonl --keywords keywords.jsonl
  wayline evaluate missions --gold missions.tsv --keywords keywords.jsonl
  wayline evaluate missions --gold missions.tsv --baseline char-trigram

  wayline simulate --people 200 --seed 7 -o people
  wayline infer people/events.jsonl -o journeys.jsonl --keywords keywords.jsonl
  wayline evaluate simulated --gold people/gold.jsonl --journeys journeys.jsonl \\
      --keywords keywords.jsonl --json > scores.json
  wayline evaluate simulated --gold people/gold.jsonl --journeys journeys.jsonl \\
      --keywords keywords.jsonl --plots plots --report quality.md

Exit status: 0 when scores were printed, whatever they are; not 0 when a file couldn't be read or
its rows are not what they should be (the message names file, line and column).";

#[derive(Debug, Subcommand)]
enum Against {
    Missions(MissionsArgs),
    Annotated(AnnotatedArgs),
    Simulated(SimulatedArgs),
    Texts(TextsArgs),
}

/// The embedder, against short texts that people labelled by intent
///
/// Reads clinc150.json (CLINC150) and banking77-test.csv (Banking77) from DIR, clusters the texts by
/// their vectors, and prints homogeneity, completeness and V-measure against the labels.
#[derive(Debug, Args)]
struct TextsArgs {
    /// The folder with both files
    #[arg(value_name = "DIR")]
    folder: PathBuf,

    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

/// Against searches that people labelled by the goal behind them
///
/// How well events are grouped: B-cubed over events, pairs of events, and whole journeys (missions
/// with at least 3 distinct queries on at least 2 days, found when a predicted group has Jaccard
/// ≥ .5 over distinct queries). With --journeys also whether confidence says which journeys are
/// right.
///
/// A query that has no keyword row, or whose row has no journey, is a group of its own.
#[derive(Debug, Args)]
struct MissionsArgs {
    /// The labelled searches: a table with a header, tabs between columns and no quoting; needs
    /// user_id, query, timestamp and mission_id
    #[arg(long, value_name = "FILE")]
    gold: PathBuf,

    /// The keywords to score: rows with user_id, keyword (or query, or text) and journey_id
    #[arg(long, value_name = "FILE", required_unless_present = "baseline")]
    keywords: Option<PathBuf>,

    /// The journeys that the keywords refer to, to score their confidence
    #[arg(long, value_name = "FILE", requires = "keywords")]
    journeys: Option<PathBuf>,

    /// Score a simple grouping of the gold's own queries instead of results: what there is to beat
    #[arg(long, value_name = "NAME", conflicts_with_all = ["keywords", "journeys"])]
    baseline: Option<Baseline>,

    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Baseline {
    /// Each distinct query is a journey of its own
    ExactQuery,
    /// Queries that share a fifth of their character trigrams, and all that hang together so
    CharTrigram,
}

/// The Jaccard index from which the trigram baseline connects two queries.
const TRIGRAM_THRESHOLD: f64 = 0.2;

/// Against journeys that somebody wrote down after reading whole histories
///
/// What a person would see: recall over gold journeys of relevance 3 and more (found when a
/// predicted one has Jaccard ≥ .4 over distinct keywords), precision of each person's first 8,
/// NDCG@5, names, lifecycle and status, confidence; and how well queries are grouped.
///
/// Say with every score who annotated. Where a language model did, the figures measure agreement
/// with that model, not with people.
#[derive(Debug, Args)]
struct AnnotatedArgs {
    /// The annotations, a JSON object a line: user_id, journeys [{name, alt_names, queries,
    /// lifecycle, status, relevance}], main; queries may be hashed ("hashed": true, the first 16
    /// hexadecimal digits of the SHA-256 of each normalised query)
    #[arg(long, value_name = "FILE")]
    gold: PathBuf,

    #[command(flatten)]
    results: ResultArgs,

    #[command(flatten)]
    output: OutputArgs,
}

/// Against simulated people (`wayline simulate`)
///
/// How well keywords are grouped (B-cubed and pairs over the keywords that belong to one goal or to
/// none), journeys found (at least 5 keywords, Jaccard ≥ .5), names, lifecycle and status, and
/// whether confidence says which journeys are right.
///
/// User ids are compared as they stand: the text "7" is not the number 7.
#[derive(Debug, Args)]
struct SimulatedArgs {
    /// The gold.jsonl of the simulation, a JSON object a line: user_id, journeys [{gold_id, name,
    /// alt_names, kind, status, keywords}], noise
    #[arg(long, value_name = "FILE")]
    gold: PathBuf,

    #[command(flatten)]
    results: ResultArgs,

    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Debug, Args)]
struct ResultArgs {
    /// The journeys to score, as `wayline infer -o` writes them
    #[arg(long, value_name = "FILE")]
    journeys: PathBuf,

    /// Their keywords, as `wayline infer --keywords` writes them
    #[arg(long, value_name = "FILE")]
    keywords: PathBuf,
}

#[derive(Debug, Args)]
struct OutputArgs {
    /// Print one JSON object instead of a table: counts, figures rounded to the fourth decimal,
    /// intervals
    #[arg(long)]
    json: bool,

    /// How many times people are drawn anew for the intervals; 0 leaves them out
    #[arg(long, value_name = "N", default_value_t = Resampling::default().resamples)]
    resamples: u32,

    /// Decides which people are drawn; the same seed gives the same intervals
    #[arg(long, value_name = "S", default_value_t = Resampling::default().seed)]
    seed: u64,

    #[command(flatten)]
    files: ReportArgs,
}

/// What only a report shows, so that it is reckoned only for one.
#[derive(Default)]
struct Extras {
    ranking: Vec<Figure>,
    worst: Option<Vec<Account>>,
}

/// Runs the command.
pub(crate) fn run(args: EvaluateArgs) -> anyhow::Result<()> {
    match args.against {
        Against::Missions(args) => {
            let inputs = [
                Some(&args.gold),
                args.keywords.as_ref(),
                args.journeys.as_ref(),
            ];
            args.output.check(inputs)?;
            let gold = read_gold(&args.gold, missions::Gold::from_tsv)?;
            let predictions = match (args.baseline, &args.keywords) {
                (Some(Baseline::ExactQuery), _) => missions::baseline_exact_query(&gold),
                (Some(Baseline::CharTrigram), _) => {
                    missions::baseline_char_trigram_components(&gold, TRIGRAM_THRESHOLD)
                }
                (None, Some(keywords)) => read_predictions(args.journeys.as_deref(), keywords)?,
                (None, None) => bail!("give --keywords FILE or --baseline NAME"),
            };
            let scores = missions::evaluate(&gold, &predictions, args.output.resampling());
            args.output.give(
                args.journeys.as_deref(),
                scores.report(),
                scores.judged,
                |_| Extras::default(),
            )
        }
        Against::Annotated(args) => {
            args.output.check(args.results.and(&args.gold))?;
            let gold = read_gold(&args.gold, annotated::Gold::from_jsonl)?;
            let predictions = args.results.read()?;
            let scores = annotated::evaluate(&gold, &predictions, args.output.resampling());
            args.output.give(
                Some(&args.results.journeys),
                scores.report(),
                scores.judged,
                |most| Extras {
                    ranking: annotated::ranking_curve(
                        &gold,
                        &predictions,
                        args.output.resampling(),
                    ),
                    worst: Some(annotated::worst_people(&gold, &predictions, most)),
                },
            )
        }
        Against::Texts(args) => super::evaluate_texts::run(&args.folder, args.json),
        Against::Simulated(args) => {
            args.output.check(args.results.and(&args.gold))?;
            let gold = read_gold(&args.gold, simulated::Gold::from_jsonl)?;
            let predictions = args.results.read()?;
            let scores = simulated::evaluate(&gold, &predictions, args.output.resampling());
            args.output.give(
                Some(&args.results.journeys),
                scores.report(),
                scores.judged,
                |most| Extras {
                    ranking: Vec::new(),
                    worst: Some(simulated::worst_people(&gold, &predictions, most)),
                },
            )
        }
    }
}

impl ResultArgs {
    /// These files and the gold.
    fn and<'a>(&'a self, gold: &'a PathBuf) -> [Option<&'a PathBuf>; 3] {
        [Some(gold), Some(&self.journeys), Some(&self.keywords)]
    }

    fn read(&self) -> anyhow::Result<Predictions> {
        read_predictions(Some(&self.journeys), &self.keywords)
    }
}

impl OutputArgs {
    fn resampling(&self) -> Resampling {
        Resampling {
            resamples: self.resamples,
            seed: self.seed,
        }
    }

    /// Refuses outputs in the place of inputs.
    fn check(&self, inputs: [Option<&PathBuf>; 3]) -> anyhow::Result<()> {
        self.files
            .check(&inputs.map(|input| input.map(PathBuf::as_path)))
    }

    /// Writes what is asked for and prints the scores.
    fn give(
        &self,
        journeys: Option<&Path>,
        report: Report,
        judged: Pool,
        extras: impl FnOnce(usize) -> Extras,
    ) -> anyhow::Result<()> {
        if !self.files.is_wanted() {
            return self.print(&report);
        }
        let judged_by_model = self.files.judged(journeys, self.resampling())?;
        let Extras { ranking, worst } = extras(self.files.most());
        let quality = Quality {
            report,
            judged,
            ranking,
            worst,
            judged_by_model,
        };
        self.files.write(&quality)?;
        self.print(&quality.report)
    }

    fn print(&self, report: &Report) -> anyhow::Result<()> {
        let text = if self.json {
            report.json() + "\n"
        } else {
            report.table()
        };
        io::stdout()
            .lock()
            .write_all(text.as_bytes())
            .context("standard output")
    }
}

fn read_gold<T>(
    path: &Path,
    parse: impl Fn(&str) -> Result<T, wayline::evaluate::ReadError>,
) -> anyhow::Result<T> {
    parse(&read_text(path)?).with_context(|| path.display().to_string())
}

fn read_predictions(journeys: Option<&Path>, keywords: &Path) -> anyhow::Result<Predictions> {
    let journeys_text = journeys.map(rows_as_jsonl).transpose()?.unwrap_or_default();
    Predictions::from_jsonl(&journeys_text, &rows_as_jsonl(keywords)?).map_err(|error| {
        let file = journeys
            .filter(|_| error.what == "journeys")
            .unwrap_or(keywords);
        anyhow::Error::new(error).context(file.display().to_string())
    })
}

/// A gold file as text.
fn read_text(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Debug, Parser)]
    struct Cli {
        #[command(flatten)]
        evaluate: EvaluateArgs,
    }

    fn accepts(line: &str) -> bool {
        Cli::try_parse_from(line.split(' ')).is_ok()
    }

    #[test]
    fn missions_take_results_or_a_baseline() {
        assert!(accepts(
            "evaluate missions --gold g --keywords k --journeys j --json"
        ));
        assert!(accepts(
            "evaluate missions --gold g --baseline exact-query --resamples 0 --seed 9"
        ));
        assert!(!accepts("evaluate missions --gold g"));
        assert!(!accepts(
            "evaluate missions --gold g --keywords k --baseline char-trigram"
        ));
        assert!(!accepts("evaluate missions --keywords k"));
    }

    #[test]
    fn the_others_take_journeys_and_keywords() {
        assert!(accepts(
            "evaluate annotated --gold g --journeys j --keywords k"
        ));
        assert!(accepts(
            "evaluate simulated --gold g --journeys j --keywords k"
        ));
        assert!(!accepts("evaluate annotated --gold g --keywords k"));
        assert!(!accepts("evaluate simulated --gold g --journeys j"));
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let error = read_text(Path::new("no/such/gold.tsv")).unwrap_err();
        assert!(
            format!("{error:#}").contains("no/such/gold.tsv"),
            "{error:#}"
        );
    }
}
