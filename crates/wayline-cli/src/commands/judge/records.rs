//! Files of judgements.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde::Serialize;
use wayline::judge::{Record, Shown, ShownList, judge_of};
use wayline_files::write::{AsideFile, ResultRows};

use super::run_file::run_of;

/// Reads a file of judgements.
pub(super) fn read<S: Shown>(path: &Path) -> Result<Vec<Record<S>>> {
    let mut records = Vec::new();
    for (number, row) in (1..).zip(ResultRows::open(path, None)?) {
        let row = row?;
        if !row.trim().is_empty() {
            records.push(parse(path, number, &row)?);
        }
    }
    Ok(records)
}

fn parse<S: Shown>(path: &Path, number: usize, row: &str) -> Result<Record<S>> {
    serde_json::from_str(row).with_context(|| {
        format!(
            "{} line {number} is no such judgement; give a file that `wayline judge -o` wrote, and one \
             of pairs where pairs are meant",
            path.display()
        )
    })
}

/// Reads what a run has left that was stopped: half a line at its end is nothing.
pub(super) fn read_partial<S: Shown>(path: &Path) -> Result<Vec<Record<S>>> {
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        text => text.with_context(|| path.display().to_string())?,
    };
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    let rows = (1..).zip(whole.lines());
    rows.filter(|(_, row)| !row.trim().is_empty())
        .map(|(number, row)| parse(path, number, row))
        .collect()
}

/// Where judgements wait until all are there.
pub(super) fn partial_of(output: &Path) -> PathBuf {
    let mut name = output.as_os_str().to_owned();
    name.push(".partial");
    PathBuf::from(name)
}

/// Writes values as JSON lines.
pub(super) fn write<T: Serialize>(path: &Path, values: &[T]) -> Result<()> {
    let mut file = AsideFile::create(path)?;
    for value in values {
        let mut line = serde_json::to_vec(value).context("a line as JSON")?;
        line.push(b'\n');
        file.write_all(&line)
            .with_context(|| path.display().to_string())?;
    }
    Ok(file.finish()?)
}

/// Refuses outputs that aren't called as what they are.
pub(super) fn check_name(output: &Path) -> Result<()> {
    if output.extension().is_none_or(|it| it != "jsonl") {
        bail!(
            "{}: the name must end in .jsonl, since that is what is written",
            output.display()
        );
    }
    Ok(())
}

/// Reads judgements of lists, of one judge.
pub(crate) fn judged_lists(path: &Path) -> Result<(String, Vec<Record<ShownList>>)> {
    let records: Vec<Record<ShownList>> = read(path)?;
    let judge = judge_of(&records).with_context(|| path.display().to_string())?;
    if !records.iter().any(|it| it.judgement().is_some()) {
        bail!("{}: no judgement in it", path.display());
    }
    Ok((judge, records))
}

/// Refuses judgements of another run than the one in this file of journeys.
pub(crate) fn of_this_run(
    judged: &Path,
    records: &[Record<ShownList>],
    journeys: &Path,
) -> Result<()> {
    let run = run_of(journeys)?;
    let other = records.iter().any(|it| it.shown.run_id != run.run_id);
    if other {
        bail!(
            "{}: judgements of another run than {}; are the files mixed up?",
            judged.display(),
            journeys.display()
        );
    }
    Ok(())
}
