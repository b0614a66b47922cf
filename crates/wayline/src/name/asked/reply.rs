//! What a model answers.

use serde::Deserialize;

/// Names of journeys.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamesReply {
    /// One for each that was asked for.
    pub names: Vec<GivenName>,
}

/// A journey's name.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GivenName {
    /// Its number in the question.
    pub journey: usize,
    /// What it is called.
    pub name: String,
}

impl NamesReply {
    /// Whether each journey that wants a name has one, and no other.
    ///
    /// # Errors
    /// Says in words for the model what is wrong.
    pub fn check(&self, wanted: &[usize]) -> Result<(), String> {
        for index in wanted {
            let count = self.names.iter().filter(|it| it.journey == *index).count();
            if count != 1 {
                return Err(format!(
                    "journey {index} must be named once, and is {count} times"
                ));
            }
        }
        match self.names.iter().find(|it| !wanted.contains(&it.journey)) {
            Some(other) => Err(format!("journey {} wants no name", other.journey)),
            None => Ok(()),
        }
    }

    /// A journey's name; empty where it has none, which [`Self::check`] rules out.
    #[must_use]
    pub fn of(&self, index: usize) -> &str {
        let its = self.names.iter().find(|it| it.journey == index);
        its.map_or("", |it| it.name.as_str())
    }
}
