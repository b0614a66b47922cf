//! What `wayline compare` tells people.

use std::fmt::Write as _;

use wayline::compare::{Comparison, Drift, JourneyTally, PersonChange, StoryLine};

use crate::run::grouped;

/// So many categories or fewer are shown with their shares.
const FEW_CATEGORIES: usize = 4;

/// The whole text. Writing to a string can't fail.
pub(super) fn text(a: &str, b: &str, comparison: &Comparison) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "A  {a}\nB  {b}");
    if let Some(runs) = comparison.runs {
        let respects = [
            ("config", runs.config),
            ("models", runs.models),
            ("corpus", runs.corpus),
            ("as-of time", runs.as_of),
        ];
        let other: Vec<&str> = respects
            .iter()
            .filter(|(_, differs)| *differs)
            .map(|(name, _)| *name)
            .collect();
        let _ = match other.as_slice() {
            [] => writeln!(out, "   of the same config, models, corpus and as-of time"),
            other => writeln!(out, "   of another {}", other.join(", ")),
        };
    }
    let people = &comparison.people;
    let _ = writeln!(out, "\npeople");
    count(&mut out, "in both", people.both, None);
    count(&mut out, "only in A", people.only_a, None);
    count(&mut out, "only in B", people.only_b, None);
    count(
        &mut out,
        "list changed",
        people.changed,
        Some((people.all(), "all")),
    );
    journeys(&mut out, &comparison.journeys);
    if let Some(keywords) = &comparison.keywords {
        let of_both = Some((keywords.both, "those"));
        let _ = writeln!(out, "\nkeywords");
        count(&mut out, "in both", keywords.both, None);
        count(&mut out, "  came into a journey", keywords.came_in, of_both);
        count(&mut out, "  fell out of one", keywords.fell_out, of_both);
        count(&mut out, "only in A", keywords.only_a, None);
        count(&mut out, "only in B", keywords.only_b, None);
    }
    drift(&mut out, &comparison.drift);
    worst(&mut out, &comparison.worst);
    out
}

fn count(out: &mut String, label: &str, count: u64, of: Option<(u64, &str)>) {
    let _ = write!(out, "  {label:<24}{:>11}", grouped(count));
    if let Some((whole, name)) = of.filter(|(whole, _)| *whole > 0) {
        let percent = 100.0 * count as f64 / whole as f64;
        let _ = write!(out, "  {percent:>5.1} % of {name}");
    }
    out.push('\n');
}

fn journeys(out: &mut String, tally: &JourneyTally) {
    let (of_a, of_b) = (Some((tally.a, "A's")), Some((tally.b, "B's")));
    let of_kept = Some((tally.kept, "kept"));
    let _ = writeln!(out, "\njourneys");
    count(out, "of A", tally.a, None);
    count(out, "of B", tally.b, None);
    count(out, "kept", tally.kept, of_a);
    count(out, "  with the same keywords", tally.kept_whole, of_kept);
    count(out, "  with the same id", tally.kept_same_id, of_kept);
    count(out, "  renamed", tally.renamed, of_kept);
    count(out, "split", tally.split, of_a);
    count(out, "  into", tally.parts, of_b);
    count(out, "merged", tally.merged, of_a);
    count(out, "  into", tally.merged_into, of_b);
    count(out, "gone", tally.gone, of_a);
    count(out, "new", tally.new, of_b);
    // Most runs know no feedback, and four zeros would say nothing.
    if tally.hidden_a + tally.hidden_b > 0 {
        count(out, "hidden in A", tally.hidden_a, of_a);
        count(out, "hidden in B", tally.hidden_b, of_b);
        count(out, "  newly hidden", tally.newly_hidden, of_kept);
        count(out, "  shown again", tally.shown_again, of_kept);
    }
}

fn drift(out: &mut String, drifts: &[Drift]) {
    let _ = writeln!(
        out,
        "\n{:<21}{:>9}{:>11}   A -> B\n",
        "drift", "PSI", "by chance"
    );
    // The heading and its rows belong together.
    out.pop();
    for drift in drifts {
        let number = |value: Option<f64>| value.map_or("-".to_owned(), |it| format!("{it:.4}"));
        let _ = write!(
            out,
            "  {:<19}{:>9}{:>11}   ",
            drift.what,
            number(drift.psi),
            number(drift.by_chance)
        );
        if let (Some(a), Some(b)) = (drift.mean_a, drift.mean_b) {
            let _ = write!(out, "mean {a:.3} -> {b:.3}");
        } else if drift.mean_a.is_none() && drift.bins.len() <= FEW_CATEGORIES {
            let share = |bin: &wayline::compare::DriftBin| {
                let (a, b) = (100.0 * bin.a, 100.0 * bin.b);
                format!("{} {a:.1} -> {b:.1} %", bin.bin)
            };
            let shares: Vec<String> = drift.bins.iter().map(share).collect();
            out.push_str(&shares.join(", "));
        }
        out.truncate(out.trim_end().len());
        out.push('\n');
    }
}

fn worst(out: &mut String, worst: &[PersonChange]) {
    match worst.len() {
        0 => return,
        1 => out.push_str("\nthe person whose list changed most\n"),
        n => {
            let _ = writeln!(out, "\nthe {n} people whose lists changed most");
        }
    }
    for person in worst {
        let percent = 100.0 * person.story.change;
        let _ = writeln!(out, "\n  {}, changed by {percent:.0} %", person.user_id);
        let before = &person.story.before;
        let after = &person.story.after;
        let widths = before
            .iter()
            .chain(after)
            .map(|line| journey(line).chars().count());
        let width = widths.max().unwrap_or(0);
        list(out, "A", before, width);
        // What was kept stands under A already.
        let other: Vec<StoryLine> = after
            .iter()
            .filter(|it| it.fate != "kept")
            .cloned()
            .collect();
        list(out, "B", &other, width);
    }
}

fn list(out: &mut String, run: &str, lines: &[StoryLine], width: usize) {
    for (place, line) in lines.iter().enumerate() {
        let run = if place == 0 { run } else { "" };
        let _ = writeln!(out, "    {run:<3}{:<width$}  {}", journey(line), fate(line));
    }
}

fn journey(line: &StoryLine) -> String {
    format!("{} ({})", line.name, line.keywords)
}

fn fate(line: &StoryLine) -> String {
    let others = line.others.join(" + ");
    match line.fate {
        "kept" if line.others.first() == Some(&line.name) => "kept".to_owned(),
        "kept" => format!("kept as {others}"),
        "split" => format!("split into {others}"),
        "merged" if line.others.len() > 1 => format!("merged from {others}"),
        "merged" => format!("merged into {others}"),
        "part" => format!("part of what was {others}"),
        fate => fate.to_owned(),
    }
}
