//! What `wayline evaluate` writes beside its table: plots, and a report with them.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use wayline::compare::StoryLine;
use wayline::evaluate::calibration::Pool;
use wayline::evaluate::reliability::{ReliabilityBin, reliability};
use wayline::evaluate::{Account, Figure, Report, Resampling};
use wayline_files::write::{AsideFile, put_in_place, same_file};

use super::evaluate_judged;
use crate::plots;

#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    /// Draw the figures into this folder, made where it is missing: scores.svg, and where there is
    /// something to draw reliability.svg (whether journeys are as right as their confidence says)
    /// and ranking.svg (NDCG@k)
    #[arg(long, value_name = "DIR")]
    plots: Option<PathBuf>,

    /// Write a report in Markdown with figures, plots and the people whose journeys are least like
    /// the golden ones. Its plots are in --plots, or else in a folder beside it: quality-plots for
    /// quality.md. It names people and journeys: keep it where the log may be
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,

    /// Tell in the report what a language model said of the same journeys: judgements that `wayline judge
    /// -o` wrote
    #[arg(long, value_name = "FILE", requires = "report")]
    judgements: Option<PathBuf>,

    /// How many people the report tells of
    #[arg(long, value_name = "N", default_value_t = 10)]
    worst: usize,
}

/// Everything there is to write.
pub(super) struct Quality {
    pub(super) report: Report,
    pub(super) judged: Pool,
    /// NDCG at 1, 2, …; empty where nothing is ranked.
    pub(super) ranking: Vec<Figure>,
    /// None where people can't be told of.
    pub(super) worst: Option<Vec<Account>>,
    /// What a language model said, as a section; empty where none was asked.
    pub(super) judged_by_model: String,
}

impl ReportArgs {
    /// Whether anything is to be written.
    pub(super) fn is_wanted(&self) -> bool {
        self.plots.is_some() || self.report.is_some()
    }

    /// How many people are to be told of.
    pub(super) fn most(&self) -> usize {
        self.worst
    }

    /// Reads what was judged, of the run in `journeys`; nothing where nothing is named.
    pub(super) fn judged(&self, journeys: Option<&Path>, resampling: Resampling) -> Result<String> {
        let Some(path) = &self.judgements else {
            return Ok(String::new());
        };
        let (judge, records) = evaluate_judged::read(path, journeys)?;
        Ok(evaluate_judged::section(
            &judge, &records, self.worst, resampling,
        ))
    }

    /// Refuses a report in the place of an input.
    pub(super) fn check(&self, inputs: &[Option<&Path>]) -> Result<()> {
        let Some(report) = &self.report else {
            return Ok(());
        };
        if inputs
            .iter()
            .copied()
            .chain([self.judgements.as_deref()])
            .flatten()
            .any(|input| same_file(input, report))
        {
            bail!(
                "{}: named for an input and for the report; give the report its own name",
                report.display()
            );
        }
        Ok(())
    }

    /// Writes what is wanted, all of it or nothing.
    pub(super) fn write(&self, quality: &Quality) -> Result<()> {
        let Some(folder) = self.folder() else {
            return Ok(());
        };
        fs::create_dir_all(&folder).with_context(|| {
            let folder = folder.display();
            format!("{folder}: the folder for plots can't be made; name another with --plots")
        })?;
        let bins = reliability(&quality.judged);
        let mut files = vec![(folder.join(SCORES), plots::scores(&quality.report)?)];
        if !bins.is_empty() {
            files.push((folder.join(RELIABILITY), plots::reliability(&bins)?));
        }
        if !quality.ranking.is_empty() {
            files.push((folder.join(RANKING), plots::ranking(&quality.ranking)?));
        }
        if let Some(report) = &self.report {
            let link = way(directory_of(report), &folder)?;
            files.push((report.clone(), page(quality, &bins, &link)));
        }
        let mut complete = Vec::new();
        for (path, text) in &files {
            let mut file = AsideFile::create(path)?;
            let written = file.write_all(text.as_bytes());
            written.with_context(|| path.display().to_string())?;
            complete.push(file.complete()?);
        }
        put_in_place(complete)?;
        Ok(())
    }

    fn folder(&self) -> Option<PathBuf> {
        self.plots.clone().or_else(|| {
            let report = self.report.as_ref()?;
            let stem = report.file_stem().unwrap_or_default().to_string_lossy();
            Some(report.with_file_name(format!("{stem}-plots")))
        })
    }
}

const SCORES: &str = "scores.svg";
const RELIABILITY: &str = "reliability.svg";
const RANKING: &str = "ranking.svg";

/// The report. Writing to a string can't fail.
fn page(quality: &Quality, bins: &[ReliabilityBin], plots: &str) -> String {
    let report = &quality.report;
    let mut out = format!("# Quality: {}\n\n{}", report.title, report.markdown());
    let _ = writeln!(out, "\n![Scores with intervals](<{plots}{SCORES}>)");
    if !bins.is_empty() {
        out.push_str("\n## Confidence\n\n");
        let _ = writeln!(out, "![Reliability diagram](<{plots}{RELIABILITY}>)\n");
        out.push_str("| bin | journeys | mean confidence | share right | 95 % interval |\n");
        out.push_str("|---:|---:|---:|---:|---:|\n");
        for (place, bin) in bins.iter().enumerate() {
            let _ = writeln!(
                out,
                "| {} | {} | {:.4} | {:.4} | {:.4} to {:.4} |",
                place + 1,
                bin.journeys,
                bin.said,
                bin.was,
                bin.interval.low,
                bin.interval.high
            );
        }
        out.push_str(
            "\nBins of equal mass, journeys of one confidence kept together; intervals by Wilson, \
             as if journeys were independent.\n",
        );
    }
    if !quality.ranking.is_empty() {
        out.push_str("\n## Ranking\n\n");
        let _ = writeln!(out, "![NDCG at 1 to 10](<{plots}{RANKING}>)");
    }
    out.push_str(&quality.judged_by_model);
    if let Some(worst) = &quality.worst {
        people(&mut out, worst);
    }
    out
}

fn people(out: &mut String, worst: &[Account]) {
    out.push_str("\n## The people whose journeys are least like the golden ones\n\n");
    if worst.is_empty() {
        out.push_str("None: everybody has the golden journeys and no others.\n");
        return;
    }
    out.push_str(
        "In parentheses: keywords. The share is 1 − Σ Jaccard index of found journeys / (golden and \
         inferred journeys − found ones).\n",
    );
    for person in worst {
        let percent = 100.0 * person.story.change;
        let _ = writeln!(
            out,
            "\n### {}: {percent:.0} % unlike\n",
            escaped(&person.user_id)
        );
        let (golden, inferred) = (&person.story.before, &person.story.after);
        for line in golden {
            let others = names(line);
            let fate = match line.fate {
                "kept" => format!("found as {others}"),
                "split" => format!("**split** into {others}"),
                "merged" => format!("**merged** with others into {others}"),
                _ => "**missed**".to_owned(),
            };
            let _ = writeln!(out, "- {} ({}): {fate}", escaped(&line.name), line.keywords);
        }
        let unasked: Vec<String> = inferred
            .iter()
            .filter(|line| line.fate == "new")
            .map(|line| format!("{} ({})", escaped(&line.name), line.keywords))
            .collect();
        if !unasked.is_empty() {
            let _ = writeln!(out, "- inferred, but like none: {}", unasked.join(", "));
        }
        if inferred.is_empty() {
            out.push_str("- nothing was inferred\n");
        }
    }
}

fn names(line: &StoryLine) -> String {
    let names: Vec<String> = line.others.iter().map(|name| escaped(name)).collect();
    names.join(" + ")
}

/// The text as Markdown shows it: what people typed must not become markup.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii_punctuation() && !"-,.'/:;?!%()".contains(character) {
            out.push('\\');
        }
        out.push(if character.is_control() {
            ' '
        } else {
            character
        });
    }
    out
}

fn directory_of(file: &Path) -> &Path {
    let parent = file
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    parent.unwrap_or(Path::new("."))
}

/// The way from one folder that is there to another, as a link: with a slash at the end, or empty.
fn way(from: &Path, to: &Path) -> Result<String> {
    let real = |path: &Path| {
        fs::canonicalize(path).with_context(|| {
            let path = path.display();
            format!("{path}: this folder can't be found; make it or name another")
        })
    };
    let (from, to) = (real(from)?, real(to)?);
    let (from, to): (Vec<Component<'_>>, Vec<Component<'_>>) =
        (from.components().collect(), to.components().collect());
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = from[shared..].iter().map(|_| "..".into());
    let down = to[shared..]
        .iter()
        .map(|part| part.as_os_str().to_string_lossy());
    Ok(up.chain(down).map(|part| format!("{part}/")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_from_the_report_to_its_plots() {
        let folder = tempfile::tempdir().unwrap();
        let (a, b) = (folder.path().join("a"), folder.path().join("a/b c"));
        fs::create_dir_all(&b).unwrap();
        assert_eq!(way(&a, &b).unwrap(), "b c/");
        assert_eq!(way(&b, &a).unwrap(), "../");
        assert_eq!(way(&a, &a).unwrap(), "");
        assert!(way(&a.join("none"), &a).is_err());
    }

    #[test]
    fn what_people_typed_is_no_markup() {
        assert_eq!(escaped("a *b* <c>|\n1"), "a \\*b\\* \\<c\\>\\| 1");
        assert_eq!(escaped("mother's day, 50 %"), "mother's day, 50 %");
    }
}
