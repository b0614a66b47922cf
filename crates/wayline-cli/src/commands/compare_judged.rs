//! What a judge says of the two runs that are compared.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::Args;
use serde::Serialize;
use wayline::compare::Verdict;
use wayline::evaluate::Resampling;
use wayline::judge::{Change, changes};

use super::judge::{judged_lists, of_this_run};

#[derive(Args, Debug)]
#[command(next_help_heading = "Judged by a language model")]
pub(super) struct JudgedArgs {
    /// Judgements of A by `wayline judge -o`: then what the judge says of both is told, over the people
    /// whose lists it judged in both
    #[arg(long, value_name = "FILE", requires = "judged_b")]
    judged_a: Option<PathBuf>,

    /// Judgements of B, by the same model and prompt; of the same seed, so that the people are the same
    #[arg(long, value_name = "FILE", requires = "judged_a")]
    judged_b: Option<PathBuf>,

    /// A limit: how much lower the mean judged relevance (1 to 5) of B may be than A's
    #[arg(long, value_name = "X", value_parser = super::compare::not_negative, requires = "judged_a")]
    max_judged_loss: Option<f64>,
}

/// What a judge says of both runs.
#[derive(Serialize)]
pub(super) struct Judged {
    /// The model and the version of the prompt.
    judge: String,
    /// How many people were judged in both.
    people: usize,
    figures: Vec<Change>,
}

impl JudgedArgs {
    /// Reads what was judged of the runs `a` and `b`; nothing where nothing is named.
    pub(super) fn read(&self, a: &Path, b: &Path) -> Result<Option<Judged>> {
        let (Some(judged_a), Some(judged_b)) = (&self.judged_a, &self.judged_b) else {
            return Ok(None);
        };
        let ((judge, of_a), (_, of_b)) = (judged_lists(judged_a)?, judged_lists(judged_b)?);
        of_this_run(judged_a, &of_a, a)?;
        of_this_run(judged_b, &of_b, b)?;
        let (people, figures) = changes(&of_a, &of_b, Resampling::default())?;
        if people == 0 {
            bail!(
                "{} and {}: nobody was judged in both; judge both runs with the same --seed",
                judged_a.display(),
                judged_b.display()
            );
        }
        Ok(Some(Judged {
            judge,
            people,
            figures,
        }))
    }

    /// The limit's verdict, where one is set.
    pub(super) fn verdict(&self, judged: Option<&Judged>) -> Option<Verdict> {
        let allowed = self.max_judged_loss?;
        let figures = judged.map(|it| it.figures.iter());
        let found = figures.and_then(|mut it| it.find(|it| it.key == "relevance"));
        let found = found.map(|it| -it.difference);
        Some(Verdict {
            what: "loss of mean judged relevance".to_owned(),
            allowed,
            found,
            holds: found.is_some_and(|found| found <= allowed),
        })
    }
}

impl Judged {
    /// As a table for people. Writing to a string can't fail.
    pub(super) fn text(&self) -> String {
        let mut out = format!("\njudged by {}, {} people\n", self.judge, self.people);
        let widths = self.figures.iter().map(|it| it.label.chars().count());
        let width = widths.max().unwrap_or(0);
        let _ = writeln!(
            out,
            "  {:<width$}{:>9}{:>9}{:>9}   95 % interval",
            "", "A", "B", "B - A"
        );
        for it in &self.figures {
            let _ = write!(
                out,
                "  {:<width$}{:>9.3}{:>9.3}{:>+9.3}",
                it.label, it.a, it.b, it.difference
            );
            if let Some(interval) = it.interval {
                let _ = write!(out, "   {:+.3} .. {:+.3}", interval.low, interval.high);
            }
            out.push('\n');
        }
        out
    }
}
