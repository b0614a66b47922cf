//! Scores for people and for programs.

use super::Resampling;
use super::figures::Figure;
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Scores with their keys in JSON and their labels in tables.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// What was scored.
    pub title: String,
    /// Counts: key, label, value.
    pub counts: Vec<(&'static str, &'static str, u64)>,
    /// Figures: key, label, value with its interval.
    pub figures: Vec<(&'static str, &'static str, Figure)>,
    /// How intervals were drawn.
    pub resampling: Resampling,
}

impl Report {
    /// A table for people: one figure a line with its value and its interval.
    #[must_use]
    pub fn table(&self) -> String {
        let labels = self
            .counts
            .iter()
            .map(|row| row.1)
            .chain(self.figures.iter().map(|row| row.1));
        let width = labels.map(|label| label.chars().count()).max().unwrap_or(0);
        let mut out = format!("{}\n\n", self.title);
        // Writing to a string can't fail.
        for (_, label, count) in &self.counts {
            let _ = writeln!(out, "{label:<width$}  {count:>7}");
        }
        let _ = writeln!(out, "\n{:<width$}  {:>7}  95 % interval", "figure", "value");
        for (_, label, figure) in &self.figures {
            let _ = write!(out, "{label:<width$}  {:>7.4}", figure.value);
            if let Some(interval) = figure.interval {
                let _ = write!(out, "  {:.4} .. {:.4}", interval.low, interval.high);
            }
            out.push('\n');
        }
        let Resampling { resamples, seed } = self.resampling;
        if resamples > 0 {
            let _ = writeln!(
                out,
                "\nintervals: {resamples} resamples of people, seed {seed}"
            );
        }
        out
    }

    /// The same as two tables of a Markdown page, counts first.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut out = "| counted | |\n|---|---:|\n".to_owned();
        // Writing to a string can't fail.
        for (_, label, count) in &self.counts {
            let _ = writeln!(out, "| {label} | {count} |");
        }
        out.push_str("\n| figure | value | 95 % interval |\n|---|---:|---:|\n");
        for (_, label, figure) in &self.figures {
            let interval = figure.interval.map_or_else(String::new, |interval| {
                format!("{:.4} to {:.4}", interval.low, interval.high)
            });
            let _ = writeln!(out, "| {label} | {:.4} | {interval} |", figure.value);
        }
        let Resampling { resamples, seed } = self.resampling;
        if resamples > 0 {
            let _ = writeln!(
                out,
                "\nIntervals: {resamples} resamples of people, seed {seed}."
            );
        }
        out
    }

    /// The [serialised](Self#impl-Serialize-for-Report) form as text, indented.
    #[must_use]
    pub fn json(&self) -> String {
        // Keys are strings and numbers finite: nothing in it can fail.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

/// One flat object: `scored` (the title), the counts, the figures rounded to the fourth decimal
/// under the keys of the reference scorers, then `intervals` (key → {`low`, `high`}, rounded
/// likewise), `resamples` and `seed`.
impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("scored", &self.title)?;
        for (key, _, count) in &self.counts {
            map.serialize_entry(key, count)?;
        }
        for (key, _, figure) in &self.figures {
            map.serialize_entry(key, &round(figure.value))?;
        }
        let intervals: BTreeMap<&str, _> = self
            .figures
            .iter()
            .filter_map(|(key, _, figure)| {
                let interval = figure.interval?;
                let ends = [("low", round(interval.low)), ("high", round(interval.high))];
                Some((*key, BTreeMap::from(ends)))
            })
            .collect();
        map.serialize_entry("intervals", &intervals)?;
        map.serialize_entry("resamples", &self.resampling.resamples)?;
        map.serialize_entry("seed", &self.resampling.seed)?;
        map.end()
    }
}

/// To the fourth decimal, halves to even by the exact binary value: as the reference scorers do.
fn round(value: f64) -> f64 {
    format!("{value:.4}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::Interval;

    fn report() -> Report {
        let interval = Some(Interval {
            low: 0.03124,
            high: 0.99999,
        });
        Report {
            title: "things".to_owned(),
            counts: vec![("people", "people", 12)],
            figures: vec![
                (
                    "b3",
                    "B³ F1",
                    Figure {
                        value: 0.031_25,
                        interval,
                    },
                ),
                (
                    "ece",
                    "error",
                    Figure {
                        value: 0.5,
                        interval: None,
                    },
                ),
            ],
            resampling: Resampling {
                resamples: 10,
                seed: 3,
            },
        }
    }

    #[test]
    fn table() {
        let expected = "things\n\npeople       12\n\nfigure    value  95 % interval\n\
                        B³ F1    0.0312  0.0312 .. 1.0000\nerror    0.5000\n\n\
                        intervals: 10 resamples of people, seed 3\n";
        assert_eq!(report().table(), expected);
    }

    #[test]
    fn markdown() {
        let expected = "| counted | |\n|---|---:|\n| people | 12 |\n\n\
                        | figure | value | 95 % interval |\n|---|---:|---:|\n\
                        | B³ F1 | 0.0312 | 0.0312 to 1.0000 |\n| error | 0.5000 |  |\n\n\
                        Intervals: 10 resamples of people, seed 3.\n";
        assert_eq!(report().markdown(), expected);
    }

    #[test]
    fn json() {
        let expected = "{\"scored\":\"things\",\"people\":12,\"b3\":0.0312,\"ece\":0.5,\
                        \"intervals\":{\"b3\":{\"high\":1.0,\"low\":0.0312}},\"resamples\":10,\"seed\":3}";
        assert_eq!(serde_json::to_string(&report()).unwrap(), expected);
    }
}
