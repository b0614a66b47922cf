use serde::Deserialize;

use crate::config::{ConfigError, within};

/// Settings of the corpus; `default.toml` says what each means.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "documented in default.toml, once")]
pub struct CorpusConfig {
    pub min_people: u32,
    pub max_texts: usize,
    pub max_pairs: usize,
    pub max_partners: usize,
    pub max_pair_people: u64,
    pub prior_people: f64,
    pub navigational_share: f64,
    pub generic_share: f64,
}

impl CorpusConfig {
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        // Fewer than three would let a rare text of one person into a file that is passed around.
        within(
            "corpus.min_people",
            f64::from(self.min_people),
            3.0,
            1e9,
            "at least 3",
        )?;
        within(
            "corpus.max_texts",
            self.max_texts as f64,
            1.0,
            1e9,
            "between 1 and 10⁹",
        )?;
        within(
            "corpus.max_pairs",
            self.max_pairs as f64,
            1.0,
            1e9,
            "between 1 and 10⁹",
        )?;
        within(
            "corpus.max_partners",
            self.max_partners as f64,
            0.0,
            1e3,
            "between 0 and 1000",
        )?;
        within(
            "corpus.max_pair_people",
            self.max_pair_people as f64,
            1.0,
            1e9,
            "between 1 and 10⁹",
        )?;
        within(
            "corpus.prior_people",
            self.prior_people,
            0.0,
            1e9,
            "between 0 and 10⁹",
        )?;
        within(
            "corpus.navigational_share",
            self.navigational_share,
            0.0,
            1.0,
            "between 0 and 1",
        )?;
        within(
            "corpus.generic_share",
            self.generic_share,
            0.0,
            1.0,
            "between 0 and 1",
        )
    }
}
