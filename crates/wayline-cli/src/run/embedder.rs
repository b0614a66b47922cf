//! The embedder that a run groups with.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use serde::Deserialize;
use wayline::embed::{AnyEmbedder, EmbedError, Embedder};
use wayline::model::GroupingModel;
use wayline_embedders::{Kind, Settings, open};

use super::args::{config_section, read_model};

/// An embedder, for as long as the program lives.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Embedding {
    /// What groups a person's units.
    pub(crate) embedder: AnyEmbedder<'static>,
    /// Calls to a server that may be on their way; 0 where none is asked.
    pub(crate) at_once: usize,
}

/// The section of a config that says which.
#[derive(Deserialize)]
struct OfConfig {
    #[serde(default)]
    embedder: Settings,
}

impl Embedding {
    /// The table inside.
    pub(crate) fn builtin() -> Self {
        Self {
            embedder: Embedder::builtin().into(),
            at_once: 0,
        }
    }

    /// That of a config. One that can't be had is told now.
    pub(crate) fn open(config: Option<&Path>) -> Result<Self> {
        let Some(path) = config else {
            return Ok(Self::builtin());
        };
        let OfConfig { embedder: settings } = config_section(path)?;
        let name = || path.display().to_string();
        let Some(opened) = open(&settings).with_context(name)? else {
            return Ok(Self::builtin());
        };
        // A command opens one, and needs it to its end.
        let opened: &'static _ = Box::leak(opened);
        Ok(Self {
            embedder: AnyEmbedder::Other(opened),
            at_once: match settings.kind {
                Kind::Endpoint => settings.concurrency,
                Kind::Builtin | Kind::Transformer => 0,
            },
        })
    }

    /// Has the embedder of a config make one vector, past what is kept of others; says of how many numbers.
    pub(crate) fn answers(config: Option<&Path>) -> Result<String> {
        let Some(path) = config else {
            return Ok(String::new());
        };
        let OfConfig { mut embedder } = config_section(path)?;
        embedder.cache = PathBuf::new();
        let Some(opened) = open(&embedder)? else {
            return Ok(String::new());
        };
        let mut vector = vec![0.0; opened.dimensions()];
        opened.embed_all(&["wayline"], &mut vector)?;
        Ok(format!("{} numbers a text", vector.len()))
    }

    /// The grouping model that was named, or the one inside, where it was fitted with this embedder.
    pub(crate) fn grouping(
        &self,
        path: Option<&Path>,
        config: Option<&Path>,
    ) -> Result<GroupingModel> {
        let config = config.map_or_else(String::new, |it| format!(" --config {}", it.display()));
        if path.is_none() && !self.embedder.is_builtin() {
            bail!(
                "[embedder] names the embedder {}, and the grouping model inside was fitted with {}: fit \
                 one with `wayline train affinity{config} -o grouping.json`, and give it by `--model \
                 grouping.json`",
                self.embedder.hash(),
                Embedder::builtin().hash()
            );
        }
        let read = |text: &str, _: &Embedder| GroupingModel::from_json(text, self.embedder);
        read_model(path, GroupingModel::builtin, read)
    }
}

/// Why a run ends that could not embed, and how it goes on.
pub(crate) fn not_embedded(error: &EmbedError) -> anyhow::Error {
    anyhow!(
        "the embedder: {error}. Run it again when that is mended: with `embedder.cache` nothing is \
         embedded twice"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_config_shows_the_settings_that_are_the_defaults() {
        let shown: OfConfig = toml::from_str(wayline::config::DEFAULT_TOML).expect("the defaults");
        assert_eq!(shown.embedder, Settings::default());
    }
}
