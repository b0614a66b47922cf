//! The language model that steps of a run ask.

use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use wayline::asking::Asked;
use wayline::text_model::{AskError, Remedy, TextModel};
use wayline_text_model::{Cancel, Opened, Settings, open};

use super::args::{config_section, read_config};

/// A language model, for as long as a run lasts.
pub(crate) struct AskedModel {
    opened: Opened,
    concurrency: usize,
    stops_at_failure: bool,
}

/// The section of a config that says where the model is.
#[derive(Deserialize)]
struct OfConfig {
    #[serde(default)]
    text_model: Settings,
}

/// What a config says of the model, which may be that there is none.
pub(crate) fn text_model_settings(path: &Path) -> Result<Settings> {
    let OfConfig { text_model } = config_section(path)?;
    let name = || path.display().to_string();
    text_model.check().with_context(name)?;
    Ok(text_model)
}

/// Answers that a command can do without.
#[derive(Default)]
pub(crate) struct Answers {
    /// For how many texts or the like the model gave nothing that can be used.
    pub(crate) without: u64,
}

impl Answers {
    /// An answer about so many, or none where it can't be used; the first time that is said.
    ///
    /// # Errors
    /// No question will be answered before the settings are other ones.
    pub(crate) fn take<T>(&mut self, answer: Result<T, AskError>, about: u64) -> Result<Option<T>> {
        match answer {
            Ok(answer) => Ok(Some(answer)),
            Err(AskError::Model(error)) if error.remedy() == Remedy::Settings => {
                Err(error).context("the language model")
            }
            Err(error) => {
                if self.without == 0 {
                    eprintln!("wayline: the language model: {error}");
                }
                self.without += about;
                Ok(None)
            }
        }
    }
}

impl AskedModel {
    /// The model of a config, where steps ask it. Nobody is asked yet, since reading asks nobody.
    pub(crate) fn open(config: Option<&Path>) -> Result<Option<Self>> {
        let Some(path) = config else { return Ok(None) };
        let config = read_config(path)?;
        if !config.asking.asks() {
            return Ok(None);
        }
        Ok(Some(Self {
            stops_at_failure: config.asking.stops_at_failure,
            ..Self::opened(path)?
        }))
    }

    /// The model of a config, for a command that asks whatever `[asking]` says.
    pub(crate) fn of_config(path: &Path) -> Result<Self> {
        let asked = Self::opened(path)?;
        asked.is_there(false)?;
        Ok(asked)
    }

    fn opened(path: &Path) -> Result<Self> {
        let settings = text_model_settings(path)?;
        let Some(opened) = open(&settings, &Cancel::default())? else {
            bail!(
                "{}: a language model is wanted, and [text_model] names none: give its `url` and `model`",
                path.display()
            );
        };
        Ok(Self {
            opened,
            concurrency: settings.concurrency,
            stops_at_failure: true,
        })
    }

    /// Whether the server answers. One that is down may come back, so where the rooms may do what it
    /// doesn't, or the caller `goes_on` whatever the config says, that is said and is no error.
    pub(crate) fn is_there(&self, goes_on: bool) -> Result<()> {
        let goes_on = goes_on || !self.stops_at_failure;
        match self.opened.check() {
            Err(error) if error.remedy() == Remedy::Later && goes_on => {
                eprintln!(
                    "wayline: the language model: {error}; the rooms do what it doesn't answer"
                );
                Ok(())
            }
            other => other.context("the language model"),
        }
    }

    pub(crate) fn model(&self) -> &dyn TextModel {
        &self.opened
    }

    /// Questions that may be on their way at once.
    pub(crate) fn concurrency(&self) -> usize {
        self.concurrency
    }

    /// An error where a run is to end at what came of a person's questions: where the config says so, and
    /// in any case where no question will be answered before the settings are other ones. A question that
    /// the model won't answer is no reason: others may be answered. `kept` says what is there by now.
    pub(crate) fn go_on_after(&self, asked: &Asked, kept: &str) -> Result<()> {
        let Some(failure) = &asked.failure else {
            return Ok(());
        };
        match failure.remedy() {
            Remedy::Settings => bail!(
                "the language model: {failure}; {kept}. Run it again when `[text_model]` is mended"
            ),
            Remedy::Later | Remedy::Stop if self.stops_at_failure => bail!(
                "the language model: {failure}; {kept}. Run it again when that is mended: with \
                 `text_model.cache` what was answered isn't asked again. With `asking.stops_at_failure = \
                 false` the rooms do what the model doesn't"
            ),
            _ => Ok(()),
        }
    }

    /// Lines for a run's summary: what was asked, spent and left, and what the server didn't know.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = vec![self.opened.counts().to_string()];
        lines.extend(self.opened.notes());
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_config_shows_the_settings_that_are_the_defaults() {
        let shown: OfConfig = toml::from_str(wayline::config::DEFAULT_TOML).expect("the defaults");
        assert_eq!(shown.text_model, Settings::default());
    }
}
