//! What a run says of itself in the end.

use std::fmt::Write as _;
use std::time::Duration;

use wayline::nouns::{LeftOver, NameReason};
use wayline_files::read::ReadSummary;

use super::walk::Tally;
use super::{AskedModel, Counts, Models, Said};

/// The closing summary of a run.
pub(crate) struct Summary<'a> {
    pub(crate) read: &'a ReadSummary,
    pub(crate) counts: &'a Counts,
    pub(crate) tally: &'a Tally,
    pub(crate) said: Option<&'a Said>,
    pub(crate) models: &'a Models,
    pub(crate) elapsed: Duration,
}

impl Summary<'_> {
    /// For people: a line for each number that isn't 0.
    pub(crate) fn text(&self) -> String {
        let mut out = String::new();
        let seconds = self.elapsed.as_secs_f64();
        let rate = self.tally.people as f64 / seconds.max(1e-9);
        self.read_lines(&mut out);
        self.result_lines(&mut out);
        line(&mut out, "seconds", &format!("{seconds:.2}"));
        line(&mut out, "people/s", &grouped(rate as u64));
        if let Some(peak) = peak_memory_mib() {
            line(&mut out, "peak memory", &format!("{peak} MiB"));
        }
        out
    }

    /// What was read, and what of it was left out.
    pub(crate) fn read_lines(&self, out: &mut String) {
        let read = self.read;
        line(out, "files", &grouped(read.files));
        line(out, "rows", &grouped(read.rows));
        line(out, "events", &grouped(read.events));
        let counts = self.counts;
        for (name, count) in [
            ("after as_of", read.after_as_of),
            ("repeated ids", read.repeated_event_ids),
            ("ignored events", counts.ignored_events),
            ("rejected rows", read.rejected()),
        ] {
            line_unless_zero(out, name, count);
        }
        for (reason, count) in &read.rejects {
            let example = read
                .examples
                .get(reason)
                .and_then(|examples| examples.first());
            let example = example.map_or(String::new(), |example| {
                format!(
                    "  (first: {}:{} {})",
                    example.file, example.line, example.detail
                )
            });
            line(
                out,
                &format!("  {reason}"),
                &format!("{}{example}", grouped(*count)),
            );
        }
        if !read.unknown_columns.is_empty() {
            let names: Vec<&str> = read.unknown_columns.iter().map(String::as_str).collect();
            line(out, "ignored columns", &names.join(", "));
        }
        for file in &read.empty_files {
            line(out, "empty file", file);
        }
    }

    /// What came of it.
    pub(crate) fn result_lines(&self, out: &mut String) {
        let (counts, tally) = (self.counts, self.tally);
        line(out, "people", &grouped(tally.people));
        for (name, people, events) in [
            (
                "left out: automated",
                counts.automated_people,
                counts.automated_events,
            ),
            (
                "left out: too many",
                self.read.people_over_cap,
                self.read.events_over_cap,
            ),
        ] {
            if people > 0 {
                line(
                    out,
                    name,
                    &format!("{} ({} events)", grouped(people), grouped(events)),
                );
            }
        }
        if counts.people_over_cap > 0 {
            let text = format!(
                "{} of {} people",
                grouped(counts.units_over_cap),
                grouped(counts.people_over_cap)
            );
            line(out, "units over cap", &text);
        }
        line(out, "journeys", &grouped(tally.journeys));
        line_unless_zero(out, "  withheld, not among them", tally.withheld);
        line(out, "keywords", &grouped(tally.keywords));
        line(out, "  in journeys", &grouped(tally.keywords_in_journeys));
        for (reason, count) in LeftOver::ALL.iter().zip(tally.left_over) {
            line_unless_zero(out, &format!("  {}", reason.as_str()), count);
        }
        if let Some(said) = self.said {
            self.said_lines(said, out);
        }
        if let Some(model) = &self.models.asked {
            self.model_lines(model, out);
        }
    }

    /// What a language model did, and didn't.
    fn model_lines(&self, model: &AskedModel, out: &mut String) {
        let tally = self.tally;
        line_unless_zero(out, "people grouped by model", tally.grouped_by_model);
        line_unless_zero(out, "  not, though asked", tally.grouped_without);
        line(out, "names by model", &grouped(tally.named_by_model));
        for (reason, count) in NameReason::ALL.iter().zip(tally.not_named) {
            line_unless_zero(out, &format!("  not: {}", reason.as_str()), count);
        }
        for told in model.lines() {
            line(out, "language model", &told);
        }
    }

    fn said_lines(&self, said: &Said, out: &mut String) {
        line_unless_zero(out, "feedback rows", said.read.rows);
        let rejected = said.read.rejected();
        if rejected > 0 {
            let text = format!("{}{}", grouped(rejected), said.read.reasons());
            line(out, "  rejected", &text);
        }
        let taken_away = said.stances.taken_away();
        line_unless_zero(out, "  taken away", taken_away);
        line_unless_zero(
            out,
            "  of unknown journeys",
            taken_away.saturating_sub(self.tally.known_stances),
        );
        line_unless_zero(out, "  hidden journeys", self.tally.hidden);
    }
}

/// A line of a summary: what, and how much.
pub(crate) fn line(out: &mut String, name: &str, value: &str) {
    // Writing to a string can't fail.
    let _ = writeln!(out, "{name:<24} {value}");
}

/// Likewise, where there is something to tell.
pub(crate) fn line_unless_zero(out: &mut String, name: &str, count: u64) {
    if count > 0 {
        line(out, name, &grouped(count));
    }
}

/// 1234567 as 1,234,567.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The process's peak resident memory, where the system tells it.
pub(crate) fn peak_memory_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1_024)
}
