//! What all people of a run share, and what names a run.

use crate::config::Config;
use crate::corpus::Corpus;
use crate::expand::RelatedTable;
use crate::model::{GroupingModel, NamingModel, RankModel, StageModel};
use crate::nouns::{RunInfo, Timestamp, short_hash};
use crate::safety::Safety;
use crate::text_model::TextModel;

/// What all people of a run share.
#[derive(Clone, Copy)]
pub struct Rooms<'a> {
    /// All settings.
    pub config: &'a Config,
    /// What everybody's log says.
    pub corpus: &'a Corpus,
    /// The learned parts of grouping.
    pub grouping: &'a GroupingModel,
    /// The learned parts of ranking.
    pub ranking: &'a RankModel,
    /// The learned part of naming.
    pub naming: &'a NamingModel,
    /// The learned parts of the stage.
    pub staging: &'a StageModel,
    /// What is related to known journeys.
    pub related: &'a RelatedTable,
    /// What may be shown.
    pub safety: &'a Safety,
    /// A language model, for those steps that ask one (`[asking]`); without it none does.
    pub model: Option<&'a dyn TextModel>,
    /// Whether it is asked now; else journeys and names that it gave before stay as they are known, for a
    /// look that brings nothing new.
    pub asks_anew: bool,
    /// The moment for which everything is reckoned.
    pub as_of: Timestamp,
}

/// Version of the rows that a run gives out. Fields are only ever added.
pub const SCHEMA_VERSION: u32 = 1;

impl Rooms<'_> {
    /// What stands on every journey of the run.
    #[must_use]
    pub fn run_info(&self, embedder: &str) -> RunInfo {
        let mut models = format!(
            "embedder:{embedder},grouping:{},naming:{},ranking:{},related:{},safety:{},stage:{}",
            self.grouping.hash(),
            self.naming.hash(),
            self.ranking.hash(),
            self.related.hash(),
            self.safety.model(),
            self.staging.hash()
        );
        if let Some(model) = self.asked_model() {
            // Neither commas nor colons part names from each other here.
            let name = model.name().replace([',', ':'], "_");
            let prompts = prompts_hash();
            models.push_str(&format!(",prompts:{prompts},text_model:{name}"));
        }
        let run_id = short_hash(&[
            env!("CARGO_PKG_VERSION"),
            self.config.hash(),
            &models,
            self.corpus.hash(),
            &self.as_of.to_string(),
        ]);
        RunInfo {
            run_id,
            schema_version: SCHEMA_VERSION,
            config_hash: self.config.hash().to_owned(),
            models,
            corpus_hash: self.corpus.hash().to_owned(),
            as_of: self.as_of,
        }
    }
}

impl<'a> Rooms<'a> {
    /// The language model, where there is one and a step asks it.
    #[must_use]
    pub fn asked_model(&self) -> Option<&'a dyn TextModel> {
        self.model.filter(|_| self.config.asking.asks())
    }

    /// Whether a text may be shown, and told to a language model.
    pub(crate) fn may_show(&self, text: &str) -> bool {
        self.safety.may_show(text)
    }
}

/// Of all that a language model is told to do on the way.
fn prompts_hash() -> String {
    short_hash(&[
        crate::at_once::PROMPT,
        crate::at_once::SCHEMA,
        crate::name::asked::PROMPT,
        crate::name::asked::SCHEMA,
        crate::text_model::REPAIR,
    ])
}
