//! Judgements that a file holds already.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use wayline::judge::{Question, Record, Shown};
use wayline::text_model::PromptHash;

use super::records::{read, read_partial};
use crate::run::grouped;

/// Whom a question is about, and its hash.
type Key = (String, PromptHash);

/// What a file of judgements holds, and what a run that was stopped has left beside it.
pub(super) struct Before<S: Shown> {
    /// One for each question.
    records: Vec<Record<S>>,
    /// The place of a usable reply, by what it replies to.
    replies: HashMap<PromptHash, usize>,
}

impl<S: Shown> Before<S> {
    pub(super) fn read(output: &Path, partial: &Path) -> Result<Self> {
        let mut all = match output.exists() {
            true => read(output).context("the output is there and holds something else")?,
            false => Vec::new(),
        };
        all.extend(read_partial(partial)?);
        let mut places: HashMap<Key, usize> = HashMap::new();
        let mut records: Vec<Record<S>> = Vec::new();
        for record in all {
            match places.get(&key(&record)) {
                // What failed may have been asked once more.
                Some(place) if record.judgement().is_some() => records[*place] = record,
                Some(_) => {}
                None => {
                    places.insert(key(&record), records.len());
                    records.push(record);
                }
            }
        }
        let judged = (0..).zip(&records);
        let judged = judged.filter(|(_, it)| it.judgement().is_some());
        let replies = judged.map(|(place, it)| (it.asked.hash, place)).collect();
        Ok(Self { records, replies })
    }

    /// What the same words were answered before, whoever was asked about. One that failed is asked again.
    pub(super) fn answer(&self, question: &Question<S>, model: &str) -> Option<Record<S>> {
        let place = self.replies.get(&question.hash(model))?;
        question.with_replies_of(&self.records[*place])
    }

    /// What isn't asked now and stays in the file: judgements of the same run by the same judge. Those of
    /// another one can't stay, since figures of two can't be put together, and they were paid for.
    pub(super) fn others(
        self,
        questions: &[Question<S>],
        model: &str,
        output: &Path,
    ) -> Result<Vec<Record<S>>> {
        let Some(first) = questions.first() else {
            return Ok(self.records);
        };
        let asked = questions.iter();
        let asked: HashSet<Key> = asked
            .map(|it| (it.user_id.clone(), it.hash(model)))
            .collect();
        let mut others = self.records;
        others.retain(|it| !asked.contains(&key(it)));
        let belongs = |it: &Record<S>| {
            it.shown.run_ids() == first.shown.run_ids()
                && it.asked.model == model
                && it.asked.prompt == first.prompt
        };
        let strange = others.iter().filter(|it| !belongs(it));
        let strange = strange.filter(|it| it.judgement().is_some()).count();
        if strange > 0 {
            bail!(
                "{} holds {} judgements of another run, or by another model, which would be lost; give \
                 another file with -o, or take this one away",
                output.display(),
                grouped(strange as u64)
            );
        }
        others.retain(belongs);
        Ok(others)
    }
}

fn key<S: Shown>(record: &Record<S>) -> Key {
    (record.user_id.clone(), record.asked.hash)
}
