//! Asks many questions at once, keeps what came, and goes on where it was stopped.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context as _, Result, anyhow, bail};
use wayline::judge::{Outcome, Question, Record, Shown};
use wayline::text_model::{Remedy, TextModel, TextModelError};
use wayline_text_model::at_once;

use super::before::Before;
use super::records::{check_name, partial_of, write};
use crate::asking::{Asking, AskingArgs, open_text_model};
use crate::run::{Progress, grouped};

/// So many questions in a row without a reply, and the model is taken to be gone.
const GONE: usize = 5;

/// Opens the model that is to be asked, and looks whether `output` can be what is written: all that can
/// fail before the log is read.
pub(super) fn judge(args: &AskingArgs, config: Option<&Path>, output: &Path) -> Result<Asking> {
    check_name(output)?;
    open_text_model(args, config)
}

/// Asks what isn't in `output` yet, and leaves everything there, by person. What else the file holds of the
/// same run stays; what is given back is of these questions alone.
pub(super) fn answers<S: Shown>(
    judge: &Asking,
    questions: Vec<Question<S>>,
    output: &Path,
) -> Result<Vec<Record<S>>> {
    let model = &judge.model;
    let partial = partial_of(output);
    let before = Before::read(output, &partial)?;
    let known: Vec<Option<Record<S>>> = questions
        .iter()
        .map(|it| before.answer(it, model.name()))
        .collect();
    let others = before.others(&questions, model.name(), output)?;
    let all = questions.len();
    let new = questions.into_iter().zip(&known);
    let new = new.filter(|(_, known)| known.is_none());
    let new: Vec<Question<S>> = new.map(|(question, _)| question).collect();
    let kept = all - new.len();
    if !new.is_empty() {
        model.check()?;
    }
    let asked = Asked::open(&partial, new.len() as u64)?;
    let fresh = at_once(new, judge.at_once, |question| asked.ask(model, &question));
    let (stopped, left) = asked.finish();
    eprintln!("{}", model.counts());
    model.notes().iter().for_each(|it| eprintln!("{it}"));
    let is_judged = |it: &&Record<S>| it.judgement().is_some();
    let replied = fresh.iter().flatten().count();
    let judged = fresh.iter().flatten().filter(is_judged).count();
    eprintln!(
        "judged {}, known from before {}, without a usable reply {}",
        grouped(judged as u64),
        grouped(kept as u64),
        grouped((replied - judged) as u64)
    );
    if let Some(error) = stopped {
        return Err(anyhow!(error).context(format!(
            "stopped with {left} of {all} questions left; what was judged waits in {}, and the same \
             command goes on from there",
            partial.display()
        )));
    }
    if left > 0 {
        eprintln!("{left} questions got no reply; the same command asks them again");
    }
    let mut fresh = fresh.into_iter();
    let records = known
        .into_iter()
        .filter_map(|known| known.or_else(|| fresh.next().flatten()));
    let records: Vec<Record<S>> = records.collect();
    if let Some(reason) = nothing_but_failures(&records) {
        bail!("no question got a reply that can be used; the first: {reason}");
    }
    if !others.is_empty() {
        eprintln!(
            "beside these, the file keeps {} of the same run",
            grouped(others.len() as u64)
        );
    }
    let mut lines: Vec<&Record<S>> = records.iter().chain(&others).collect();
    // What was asked just now stays in the order in which it was asked.
    lines.sort_by(|a, b| (&a.user_id, a.asked.seed).cmp(&(&b.user_id, b.asked.seed)));
    write(output, &lines)?;
    // It has done its work; where it can't be taken away it does no harm.
    let _ = fs::remove_file(&partial);
    Ok(records)
}

fn nothing_but_failures<S: Shown>(records: &[Record<S>]) -> Option<&str> {
    if records.iter().any(|it| it.judgement().is_some()) {
        return None;
    }
    Some(match records.first().map(|it| &it.outcome) {
        Some(Outcome::Failed(reason)) => reason,
        _ => "the model doesn't answer",
    })
}

/// What threads share while they ask.
struct Asked {
    progress: Progress,
    state: Mutex<State>,
}

struct State {
    partial: File,
    stopped: Option<anyhow::Error>,
    in_a_row: usize,
    left: usize,
}

impl Asked {
    fn open(partial: &Path, total: u64) -> Result<Self> {
        cut_half_a_line(partial)?;
        let file = OpenOptions::new().append(true).create(true).open(partial);
        Ok(Self {
            progress: Progress::judged(total),
            state: Mutex::new(State {
                partial: file.with_context(|| partial.display().to_string())?,
                stopped: None,
                in_a_row: 0,
                left: 0,
            }),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask<S: Shown>(
        &self,
        model: &(impl TextModel + ?Sized),
        question: &Question<S>,
    ) -> Option<Record<S>> {
        if self.state().stopped.is_some() {
            self.state().left += 1;
            return None;
        }
        let answered = question.ask(model);
        self.progress.add(1);
        let mut state = self.state();
        match answered {
            Ok(record) => {
                state.in_a_row = 0;
                if let Err(error) = state.keep(&record) {
                    state.stopped.get_or_insert(error);
                }
                Some(record)
            }
            Err(error) => {
                state.left += 1;
                state.failed(error);
                None
            }
        }
    }

    fn finish(self) -> (Option<anyhow::Error>, usize) {
        let state = self.state.into_inner();
        let state = state.unwrap_or_else(PoisonError::into_inner);
        (state.stopped, state.left)
    }
}

impl State {
    fn keep<S: Shown>(&mut self, record: &Record<S>) -> Result<()> {
        let mut line = serde_json::to_vec(record).context("a judgement as JSON")?;
        line.push(b'\n');
        // In one piece, so that whoever is killed leaves at most half a line.
        self.partial.write_all(&line).context("keeping a judgement")
    }

    /// One question without a reply may be bad luck; many, or a reason that stays, aren't.
    fn failed(&mut self, error: TextModelError) {
        self.in_a_row += 1;
        if error.remedy() != Remedy::Later || self.in_a_row >= GONE {
            self.stopped.get_or_insert_with(|| error.into());
        }
    }
}

fn cut_half_a_line(partial: &Path) -> Result<()> {
    let Ok(bytes) = fs::read(partial) else {
        return Ok(());
    };
    let whole = bytes
        .iter()
        .rposition(|it| *it == b'\n')
        .map_or(0, |it| it + 1);
    if whole < bytes.len() {
        let file = OpenOptions::new().write(true).open(partial);
        file.and_then(|it| it.set_len(whole as u64))
            .with_context(|| partial.display().to_string())?;
    }
    Ok(())
}
