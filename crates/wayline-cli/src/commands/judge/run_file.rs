//! The people of a run, with the first journeys of each.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use wayline::nouns::{Journey, RunInfo};
use wayline_files::write::ResultRows;

#[derive(Deserialize)]
struct Row {
    #[serde(flatten)]
    journey: Journey,
    run: RunInfo,
}

/// A person of a run.
pub(super) struct RunPerson {
    pub(super) user_id: String,
    /// By rank, the first ones, without those that the person took away.
    pub(super) journeys: Vec<Journey>,
}

/// A file of journeys, person by person in the byte order of their ids.
pub(super) struct RunFile {
    path: PathBuf,
    rows: ResultRows,
    number: u64,
    top: usize,
    ahead: Option<Row>,
    run: Option<RunInfo>,
}

impl RunFile {
    /// Opens a file, of which `top` journeys of each person are of interest.
    pub(super) fn open(path: &Path, top: usize) -> Result<Self> {
        let mut file = Self {
            path: path.to_owned(),
            rows: ResultRows::open(path, None)?,
            number: 0,
            top,
            ahead: None,
            run: None,
        };
        file.ahead = file.read()?;
        Ok(file)
    }

    /// What is said of the run as a whole.
    pub(super) fn run(&self) -> Result<&RunInfo> {
        let name = self.path.display();
        self.run
            .as_ref()
            .with_context(|| format!("{name}: no journeys in it, so there is nothing to judge"))
    }

    pub(super) fn next_person(&mut self) -> Result<Option<RunPerson>> {
        let Some(first) = self.ahead.take() else {
            return Ok(None);
        };
        let user_id = first.journey.user_id.clone();
        let mut journeys = vec![first.journey];
        while let Some(row) = self.read()? {
            if row.journey.user_id != user_id {
                if row.journey.user_id < user_id {
                    bail!(
                        "{}: rows aren't in the order of people; give the file as `wayline infer` \
                         wrote it",
                        self.path.display()
                    );
                }
                self.ahead = Some(row);
                break;
            }
            journeys.push(row.journey);
        }
        journeys.retain(|it| !it.hidden);
        journeys.sort_by_key(|it| it.rank);
        journeys.truncate(self.top);
        Ok(Some(RunPerson { user_id, journeys }))
    }

    fn read(&mut self) -> Result<Option<Row>> {
        loop {
            let Some(text) = self.rows.next().transpose()? else {
                return Ok(None);
            };
            self.number += 1;
            if text.trim().is_empty() {
                continue;
            }
            let name = self.path.display();
            let row: Row = serde_json::from_str(&text).with_context(|| {
                let number = self.number;
                format!(
                    "{name} row {number} is no journey; give the file that `wayline infer -o` wrote"
                )
            })?;
            match &self.run {
                None => self.run = Some(row.run.clone()),
                Some(run) if *run != row.run => bail!(
                    "{name} row {}: a journey of another run; give the journeys of one run",
                    self.number
                ),
                Some(_) => {}
            }
            return Ok(Some(row));
        }
    }
}

/// Whose a file of journeys is, from its first row.
pub(super) fn run_of(path: &Path) -> Result<RunInfo> {
    RunFile::open(path, 1)?.run().cloned()
}
