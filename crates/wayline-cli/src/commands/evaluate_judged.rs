//! What a language model said of the journeys that are evaluated, for a report.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Result;
use wayline::evaluate::Resampling;
use wayline::judge::{JudgedJourney, Record, ShownList, list_report};

use super::evaluate_report::escaped;
use super::judge::{judged_lists, of_this_run};

/// Reads judgements, which must be of the run in `journeys` where that says which it is.
pub(super) fn read(
    judgements: &Path,
    journeys: Option<&Path>,
) -> Result<(String, Vec<Record<ShownList>>)> {
    let (judge, records) = judged_lists(judgements)?;
    if let Some(journeys) = journeys {
        of_this_run(judgements, &records, journeys)?;
    }
    Ok((judge, records))
}

/// The section of a report: figures, and the journeys that were judged lowest. Writing to a string can't
/// fail.
pub(super) fn section(
    judge: &str,
    records: &[Record<ShownList>],
    most: usize,
    resampling: Resampling,
) -> String {
    let report = list_report(records, resampling);
    let mut out = format!(
        "\n## By the word of a language model\n\nJudged by {}. How far it agrees with people says `wayline \
         judge agreement`.\n\n{}",
        escaped(judge),
        report.markdown()
    );
    let mut low: Vec<(&Record<ShownList>, &JudgedJourney)> = records
        .iter()
        .filter_map(|record| Some((record, record.judgement()?)))
        .flat_map(|(record, judgement)| judgement.journeys.iter().map(move |it| (record, it)))
        .filter(|(_, it)| it.relevance <= 2)
        .collect();
    // Those that stood highest cost most.
    low.sort_by_key(|(record, it)| (it.relevance, it.rank, &record.user_id));
    if !low.is_empty() && most > 0 {
        out.push_str(
            "\nThe journeys that were judged lowest, of these the first in their lists:\n\n",
        );
    }
    for (record, journey) in low.into_iter().take(most) {
        let shown = &record.shown.journeys;
        let shown = shown.iter().find(|it| it.journey_id == journey.journey_id);
        let _ = writeln!(
            out,
            "- {}, of {}, rank {}: relevance {}. {}",
            escaped(shown.map_or("", |it| it.name.as_str())),
            escaped(&record.user_id),
            journey.rank,
            journey.relevance,
            escaped(&journey.why)
        );
    }
    out
}
