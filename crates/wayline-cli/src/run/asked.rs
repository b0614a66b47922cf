//! The language model that steps of a run ask.

use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use wayline::asking::Asked;
use wayline::config::Config;
use wayline::text_model::{Remedy, TextModel};
use wayline_text_model::{Cancel, Opened, Settings, open};

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
    let name = path.display();
    let text = std::fs::read_to_string(path).with_context(|| format!("can't read {name}"))?;
    let settings: OfConfig = toml::from_str(&text).with_context(|| name.to_string())?;
    settings
        .text_model
        .check()
        .with_context(|| name.to_string())?;
    Ok(settings.text_model)
}

impl AskedModel {
    /// The model of a config, where steps ask it. A server that isn't there, or doesn't have the model, is
    /// told now.
    pub(crate) fn open(config: Option<&Path>) -> Result<Option<Self>> {
        let Some(path) = config else { return Ok(None) };
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("can't read the config {}", path.display()))?;
        let config = Config::from_toml(&text).with_context(|| path.display().to_string())?;
        if !config.asking.asks() {
            return Ok(None);
        }
        let asked = Self {
            stops_at_failure: config.asking.stops_at_failure,
            ..Self::opened(path)?
        };
        asked.is_there()?;
        Ok(Some(asked))
    }

    /// The model of a config, for a command that asks whatever `[asking]` says.
    pub(crate) fn of_config(path: &Path) -> Result<Self> {
        let asked = Self::opened(path)?;
        asked.is_there()?;
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
    /// doesn't, that is said and the run goes on.
    fn is_there(&self) -> Result<()> {
        match self.opened.check() {
            Err(error) if error.remedy() == Remedy::Later && !self.stops_at_failure => {
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

    /// An error where a run is to end at what came of a person's questions. A question that the model
    /// won't answer is no reason: others may be answered.
    pub(crate) fn go_on_after(&self, asked: &Asked) -> Result<()> {
        match &asked.failure {
            Some(failure) if self.stops_at_failure && failure.remedy() != Remedy::Request => bail!(
                "the language model: {failure}; nothing was written. Run it again when that is mended: with \
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
