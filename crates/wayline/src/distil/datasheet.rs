//! What whoever trains from the examples, or reviews them, needs to know (Gebru et al. 2018).

use std::fmt::Write as _;

use crate::at_once::prompt_id;
use crate::nouns::Timestamp;

use super::{Counts, Kept};

/// Who found the journeys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Teacher {
    /// The rooms of this very run.
    Rooms {
        /// Its id.
        run_id: String,
        /// Its models.
        models: String,
    },
    /// A run whose results were read.
    Run {
        /// The ids of the runs that stand on its journeys.
        run_ids: Vec<String>,
        /// Their models.
        models: Vec<String>,
    },
}

/// How examples were made.
pub struct Datasheet<'a> {
    /// Names of the files that were read, without their folders.
    pub inputs: &'a [String],
    /// Who found the journeys.
    pub teacher: &'a Teacher,
    /// The moment for which profiles are reckoned.
    pub as_of: Timestamp,
    /// Hash of the config.
    pub config_hash: &'a str,
    /// Tokens that a profile may have.
    pub profile_tokens: usize,
    /// What decided which texts may be told.
    pub safety: &'a str,
    /// Which share of people is for validation.
    pub validation: f64,
    /// By which they are drawn.
    pub seed: u64,
    /// The largest share of examples without a journey.
    pub most_without: f64,
    /// What was kept, what wasn't.
    pub counts: &'a Counts,
}

impl Datasheet<'_> {
    /// The page as Markdown. No clock and no folder stands in it: the same run makes the same bytes.
    #[must_use]
    pub fn markdown(&self) -> String {
        let parts = [
            self.what(),
            self.how(),
            self.kept(),
            self.left_out(),
            self.rights(),
        ];
        parts.concat()
    }

    fn what(&self) -> String {
        let Counts {
            train, validation, ..
        } = self.counts;
        format!(
            "# Datasheet\n\n\
             Examples from which a language model learns to find a person's journeys, one JSON object a \
             line: `messages` of `system` (the instructions), `user` (the person's keywords as data) and \
             `assistant` (the journeys as JSON).\n\n\
             | file | examples | without a journey |\n|---|---:|---:|\n\
             | `train.jsonl` | {} | {} |\n| `validation.jsonl` | {} | {} |\n\n",
            train.examples, train.without, validation.examples, validation.without
        )
    }

    fn how(&self) -> String {
        let teacher = match self.teacher {
            Teacher::Rooms { run_id, models } => {
                format!("Wayline itself, run {run_id}, models {models}")
            }
            Teacher::Run { run_ids, models } => format!(
                "results that were given, run {}, models {}",
                run_ids.join(" and "),
                models.join(" and ")
            ),
        };
        let rows = [
            (
                "made by",
                format!("wayline {}, `llm export`", env!("CARGO_PKG_VERSION")),
            ),
            ("from", self.inputs.join(", ")),
            ("the teacher", teacher),
            ("prompt and schema", prompt_id()),
            ("reckoned for", self.as_of.to_string()),
            ("config", self.config_hash.to_owned()),
            (
                "tokens of a profile, at most",
                self.profile_tokens.to_string(),
            ),
            ("texts that may be told", self.safety.to_owned()),
            (
                "share of people for validation",
                self.validation.to_string(),
            ),
            ("seed of that", self.seed.to_string()),
            (
                "share without a journey, at most",
                self.most_without.to_string(),
            ),
        ];
        let mut out = String::from("## How it was made\n\n| | |\n|---|---|\n");
        for (name, value) in rows {
            // Writing into a text can't fail. A bar would end the cell.
            let _ = writeln!(out, "| {name} | {} |", value.replace('|', "\\|"));
        }
        out.push_str(
            "\nA person is in one file alone, by the hash of their id; ids are in neither. The labels are \
             what the teacher said, nobody looked them through: a student learns its mistakes too.\n\n",
        );
        out
    }

    fn kept(&self) -> String {
        let mut out = String::from(
            "## Lengths\n\nTokens are estimated without a tokenizer, rather too many than too few.\n\n\
             | | | min | median | mean | 95 % | max |\n|---|---|---:|---:|---:|---:|---:|\n",
        );
        for (part, Kept { lengths, .. }) in [
            ("train", &self.counts.train),
            ("validation", &self.counts.validation),
        ] {
            for (name, figures) in lengths.rows() {
                let _ = writeln!(out, "| {part} | {name} | {} |", figures.join(" | "));
            }
        }
        out.push('\n');
        out
    }

    fn left_out(&self) -> String {
        let Counts {
            people,
            nothing_to_tell,
            no_journey_to_tell,
            unseen,
            unanswered,
            same,
            beyond_without,
            unused,
            ..
        } = self.counts;
        let mut out = format!("## What was left out\n\nOf {people} people:\n\n| | |\n|---|---:|\n");
        for (why, count) in [
            ("people without a keyword that may be told", nothing_to_tell),
            ("people whom the teacher didn't see", unseen),
            (
                "people of whom the language model gave nothing that can be used",
                unanswered,
            ),
            (
                "people all of whose journeys can't be told",
                no_journey_to_tell,
            ),
            ("people with the same keywords as another", same),
            (
                "people without a journey, beyond their share",
                beyond_without,
            ),
        ] {
            let _ = writeln!(out, "| {why} | {count} |");
        }
        out.push_str("\nOf the people who are in:\n\n| | |\n|---|---:|\n");
        for (why, count) in [
            ("keywords that must not be told", unused.keywords_withheld),
            (
                "keywords of journeys that are not in the profile",
                unused.keywords_untold,
            ),
            (
                "journeys without a keyword in the profile",
                unused.journeys_untold,
            ),
            (
                "journeys whose name must not be told",
                unused.journeys_withheld,
            ),
            ("journeys whose name is no name", unused.journeys_misnamed),
            (
                "journeys that the language model didn't name",
                unused.journeys_unnamed,
            ),
        ] {
            let _ = writeln!(out, "| {why} | {count} |");
        }
        out.push('\n');
        out
    }

    fn rights(&self) -> String {
        "## Whose it is\n\n\
         The texts are what people searched, saved and opened. They are the data of whoever gave Wayline \
         the log, under the terms on which those people gave them; Wayline adds no licence and takes none. \
         Without ids such texts are still personal: a search can name its author. Keep the files as you \
         keep the log, delete them when a person is erased there, and don't publish them. What a model \
         learned from them may come out of it again.\n\n\
         Where a language model was the teacher, its terms may say what may be trained on its replies.\n\n\
         ## What it is for\n\n\
         To fine-tune a small model that replies to this one prompt (docs/distilling.md). Not to judge \
         people, and not to measure how good journeys are: agreement with the teacher isn't being right.\n"
            .to_owned()
    }
}
