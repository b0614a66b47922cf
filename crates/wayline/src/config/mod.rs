//! Every default of Wayline in one commented file, checked once at the edge.
//!
//! `default.toml` is the documentation. A user's file is laid over it: keys that it lacks keep
//! their default, keys that don't exist are refused.

use serde::Deserialize;

use crate::nouns::{Actions, ActionsError};

/// The commented file that holds all defaults.
pub const DEFAULT_TOML: &str = include_str!("default.toml");

/// All settings, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// What people can do, and how much each says.
    pub actions: Actions,
    /// Settings of the room [`crate::extract`].
    pub extract: crate::extract::ExtractConfig,
    /// Settings of the room [`crate::corpus`].
    pub corpus: crate::corpus::CorpusConfig,
    /// Settings of the room [`crate::affinity`].
    pub affinity: crate::affinity::AffinityConfig,
    /// Settings of the room [`crate::cluster`].
    pub cluster: crate::cluster::ClusterConfig,
    /// Settings of the room [`crate::assign`].
    pub assign: crate::assign::AssignConfig,
    /// Settings of the room [`crate::feedback`].
    pub feedback: crate::feedback::FeedbackConfig,
    /// Settings of the room [`crate::stage`].
    pub stage: crate::stage::StageConfig,
    /// Settings of the room [`crate::keep`].
    pub keep: crate::keep::KeepConfig,
    /// Settings of the room [`crate::diversify`].
    pub diversify: crate::diversify::DiversifyConfig,
    /// Settings of the room [`crate::expand`].
    pub expand: crate::expand::ExpandConfig,
    /// Settings of the room [`crate::profile`].
    pub profile: crate::profile::ProfileConfig,
    /// Settings of the room [`crate::asking`].
    pub asking: crate::asking::AskingConfig,
    /// Settings of the room [`crate::safety`].
    pub safety: crate::safety::SafetyConfig,
    hash: String,
}

/// Why a config file is refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Not TOML, or a value of the wrong type. The message names line and column.
    #[error("the config is not valid: {0}")]
    Malformed(#[from] toml::de::Error),
    /// A key that doesn't exist.
    #[error(
        "the config has an unknown key `{key}`; `wayline config` prints all keys with their defaults"
    )]
    UnknownKey {
        /// The key with its section.
        key: String,
    },
    /// A value outside its range.
    #[error("`{key}` is {value}, it must be {range}")]
    OutOfRange {
        /// The key with its section.
        key: &'static str,
        /// What the file says.
        value: f64,
        /// What it may be.
        range: &'static str,
    },
    /// A word to look for that has neither a letter nor a digit.
    #[error(
        "`{key}` holds {value:?}, which is no word or phrase; write words or phrases, a * at an end for any letters and nowhere else"
    )]
    Wordless {
        /// The key with its section.
        key: &'static str,
        /// What the file says.
        value: String,
    },
    /// The list of actions can't be used.
    #[error(transparent)]
    Actions(#[from] ActionsError),
}

/// The file's form: as typed, unchecked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawConfig {
    actions: std::collections::BTreeMap<String, f32>,
    extract: crate::extract::ExtractConfig,
    corpus: crate::corpus::CorpusConfig,
    affinity: crate::affinity::AffinityConfig,
    cluster: crate::cluster::ClusterConfig,
    assign: crate::assign::AssignConfig,
    feedback: crate::feedback::FeedbackConfig,
    stage: crate::stage::StageConfig,
    keep: crate::keep::KeepConfig,
    diversify: crate::diversify::DiversifyConfig,
    expand: crate::expand::ExpandConfig,
    profile: crate::profile::ProfileConfig,
    asking: crate::asking::AskingConfig,
    safety: crate::safety::SafetyConfig,
}

impl Config {
    /// The defaults.
    ///
    /// # Panics
    /// Never: a test reads the shipped file.
    #[must_use]
    #[expect(clippy::expect_used, reason = "the shipped file is read in a test")]
    pub fn builtin() -> Self {
        Self::from_toml("").expect("the shipped defaults are valid")
    }

    /// The defaults with a user's TOML laid over them.
    ///
    /// # Errors
    /// Not TOML, unknown keys, wrong types, values out of range.
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        let user: toml::Table = toml::from_str(text)?;
        let mut merged: toml::Table = toml::from_str(DEFAULT_TOML)?;
        lay_over(&mut merged, &user, "")?;
        // Where a language model is, and what it may cost, is for whoever reaches it to read. Its name stands
        // on results beside this hash.
        merged.remove("text_model");
        // Likewise which embedder groups; its hash stands there too.
        merged.remove("embedder");
        let canonical = toml::Value::Table(merged.clone()).to_string();
        let raw: RawConfig = toml::Value::Table(merged).try_into()?;
        Self::checked(raw, &canonical)
    }

    fn checked(raw: RawConfig, canonical: &str) -> Result<Self, ConfigError> {
        raw.extract.check()?;
        raw.corpus.check()?;
        raw.affinity.check()?;
        raw.cluster.check()?;
        raw.assign.check()?;
        raw.feedback.check()?;
        raw.stage.check()?;
        raw.keep.check()?;
        raw.diversify.check()?;
        raw.expand.check()?;
        raw.profile.check()?;
        raw.asking.check()?;
        raw.safety.check()?;
        for weight in raw.actions.values() {
            within(
                "actions",
                f64::from(*weight),
                -100.0,
                100.0,
                "between -100 and 100",
            )?;
        }
        Ok(Self {
            actions: Actions::new(raw.actions)?,
            extract: raw.extract,
            corpus: raw.corpus,
            affinity: raw.affinity,
            cluster: raw.cluster,
            assign: raw.assign,
            feedback: raw.feedback,
            stage: raw.stage,
            keep: raw.keep,
            diversify: raw.diversify,
            expand: raw.expand,
            profile: raw.profile,
            asking: raw.asking,
            safety: raw.safety,
            hash: blake3::hash(canonical.as_bytes()).to_hex()[..16].to_owned(),
        })
    }

    /// Sixteen hex digits that differ when any setting differs.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }
}

/// Replaces the values that a user gives, section by section. `path` is where the sections stand:
/// empty, or `section.`.
fn lay_over(known: &mut toml::Table, user: &toml::Table, path: &str) -> Result<(), ConfigError> {
    for (key, value) in user {
        let unknown = |hint: &str| ConfigError::UnknownKey {
            key: format!("{path}{key}{hint}"),
        };
        match (known.get_mut(key), value) {
            (Some(toml::Value::Table(known)), toml::Value::Table(user)) => {
                lay_over(known, user, &format!("{path}{key}."))?;
            }
            (Some(toml::Value::Table(_)), _) => {
                let hint = format!(" (a section, written as [{path}{key}])");
                return Err(unknown(&hint));
            }
            (Some(known), _) => *known = value.clone(),
            // New actions may be added, everything else must exist.
            (None, _) if path == "actions." => {
                known.insert(key.clone(), value.clone());
            }
            (None, _) => return Err(unknown("")),
        }
    }
    Ok(())
}

/// Refuses a value outside `low..=high` (or not a number).
pub(crate) fn within(
    key: &'static str,
    value: f64,
    low: f64,
    high: f64,
    range: &'static str,
) -> Result<(), ConfigError> {
    if value >= low && value <= high {
        Ok(())
    } else {
        Err(ConfigError::OutOfRange { key, value, range })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_defaults_are_valid() {
        let config = Config::builtin();
        assert_eq!(config.hash().len(), 16);
        assert!(config.actions.find("save").is_some());
    }

    #[test]
    fn a_users_file_changes_only_what_it_names() {
        let config = Config::from_toml("[actions]\npin = 3\n[extract]\nmax_units = 20\n")
            .expect("a good file");
        assert!(config.actions.find("pin").is_some());
        assert!(config.actions.find("save").is_some());
        assert_eq!(config.extract.max_units, 20);
        assert_ne!(config.hash(), Config::builtin().hash());
    }

    #[test]
    fn mistakes_are_named() {
        let message = |text: &str| Config::from_toml(text).expect_err("refused").to_string();
        assert!(message("[extract]\nmax_unit = 3").contains("extract.max_unit"));
        assert!(message("[extarct]\n").contains("extarct"));
        assert!(message("extract = 3").contains("section"));
        assert!(message("[extract]\nvisit_gap_minutes = 0").contains("visit_gap_minutes"));
        assert!(message("[diversify]\npenalty = nan").contains("penalty"));
        assert!(message("[extract\n").contains("line 1"));
        assert!(message("[extract]\nmax_units = 'many'").contains("max_units"));
    }
}
