//! Room *safety*: is a text fit to be shown?
//!
//! A text is brought into one spelling, its words are looked for in lists, disguised ones are read as they
//! are meant, personal data is told by its form, and a classifier has its say where all that finds
//! nothing. What is found is a [`Reason`]; the config says what follows from each: `withhold` keeps the
//! text from everybody, `sensitive` marks a subject that is legitimate and private.
//!
//! Way in: a text of any kind and length; [`SafetyConfig`]; a [`Classifier`]. Way out: [`Checked`], the
//! strictest verdict on what was found with its reason. The same text gives the same verdict, whatever
//! was checked before.

pub mod asked;
mod classifier;
mod config;
mod disguise;
mod entry;
mod examples;
mod files;
mod fold;
mod lists;
mod lookalike;
mod near;
mod patterns;
#[cfg(test)]
mod tests;

pub use classifier::{CLASSES, Classifier, FEATURES, features};
pub use config::SafetyConfig;
pub use entry::ListError;
pub use examples::{Example, Subjects, examples};

use quick_cache::sync::Cache;

use disguise::Disguise;
use lists::{Found, Lists};
use patterns::Patterns;

use crate::nouns::{Checked, Reason, Verdict};

/// Why no check can be made.
#[derive(Debug, thiserror::Error)]
pub enum SafetyError {
    /// A list that ships can't be read: a fault of the build.
    #[error(transparent)]
    List(#[from] ListError),
    /// Too many words for one automaton: give fewer in the config.
    #[error("the words of [safety] don't fit: {0}")]
    TooLarge(String),
}

/// Checks texts. Share it by reference between threads; made once, in some milliseconds. It remembers what
/// it said of texts that come back; what it says never depends on that.
pub struct Safety {
    config: SafetyConfig,
    lists: Lists,
    disguise: Disguise,
    patterns: Patterns,
    classifier: Classifier,
    said: Cache<Box<str>, Checked>,
    model: String,
}

/// Texts whose verdicts are remembered, about 100 bytes each.
const REMEMBERED: usize = 65_536;

impl Safety {
    /// One of a checked config.
    ///
    /// # Errors
    /// More words in the config than can be looked for at once.
    pub fn new(config: &SafetyConfig, classifier: &Classifier) -> Result<Self, SafetyError> {
        let lists = Lists::new(&config.withhold_words, &config.allow_words)?;
        Ok(Self {
            disguise: Disguise::new(&lists),
            patterns: Patterns::new(&lists)?,
            lists,
            classifier: classifier.clone(),
            config: config.clone(),
            said: Cache::new(REMEMBERED),
            model: String::new(),
        })
    }

    /// The same, which says from which model its classifier is.
    #[must_use]
    pub fn of_model(self, hash: &str) -> Self {
        Self {
            model: hash.to_owned(),
            ..self
        }
    }

    /// Hash of the model that its classifier is from; empty where that wasn't said.
    #[must_use]
    pub fn model(&self) -> &str {
        &self.model
    }

    /// The verdict on a text. Of a very long one only the first 4,096 characters that can be seen count.
    #[must_use]
    pub fn check(&self, text: &str) -> Checked {
        if self.config.lets_all_pass() {
            return Checked::default();
        }
        if let Some(said) = self.said.get(text) {
            return said;
        }
        let checked = self.check_anew(text);
        // Long texts seldom come back.
        if text.len() <= 100 {
            self.said.insert(text.into(), checked);
        }
        checked
    }

    /// Whether nothing keeps the text from being shown.
    #[must_use]
    pub fn may_show(&self, text: &str) -> bool {
        self.check(text).verdict != Verdict::Withhold
    }

    fn check_anew(&self, text: &str) -> Checked {
        let written = fold::written(text);
        let words = fold::words(&written);
        let found = self.lists.find(&words);
        let mut strictest = Strictest::new(&self.config);
        strictest.add_all(&found);
        if let Some(reason) = self.patterns.find(&written, &found) {
            strictest.add(reason);
        } else if let Some(unmasked) = self.disguise.unmasked(&written) {
            let found = self.lists.find(&fold::words(&unmasked));
            if let Some(reason) = self.patterns.find(&unmasked, &found) {
                strictest.add(reason);
            }
        }
        let undone = self.disguise.undone(&written, &self.lists);
        if let Some(undone) = &undone {
            strictest.add_all(&self.lists.find(undone));
        }
        if strictest.checked.verdict == Verdict::Ok && !found.allows {
            let meant = undone.as_deref().unwrap_or(&words);
            if let Some(reason) = self.classifier.reason(meant.trim(), &self.config) {
                strictest.add(reason);
            }
        }
        strictest.checked
    }
}

/// The strictest verdict so far, and the first reason for it in the order of [`Reason::ALL`].
struct Strictest<'c> {
    config: &'c SafetyConfig,
    checked: Checked,
}

impl<'c> Strictest<'c> {
    fn new(config: &'c SafetyConfig) -> Self {
        Self {
            config,
            checked: Checked::default(),
        }
    }

    fn add_all(&mut self, found: &Found) {
        found.reasons.iter().for_each(|reason| self.add(*reason));
    }

    fn add(&mut self, reason: Reason) {
        let verdict = self.config.verdict(reason);
        let now = &self.checked;
        let first = now.reason.is_none_or(|known| reason < known);
        if verdict > now.verdict || (verdict == now.verdict && verdict > Verdict::Ok && first) {
            self.checked = Checked {
                verdict,
                reason: Some(reason),
            };
        }
    }
}
