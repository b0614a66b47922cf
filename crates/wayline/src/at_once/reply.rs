//! What a model answers.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::profile::Profile;
use crate::text_model::escaped;

/// The journeys that a model found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reply {
    /// The one that matters most now first.
    pub journeys: Vec<NamedJourney>,
}

/// A journey, as a model tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedJourney {
    /// What it is called.
    pub name: String,
    /// Numbers of the profile's keywords.
    pub keywords: Vec<u32>,
}

/// Longer names aren't names.
pub const MOST_NAME_CHARACTERS: usize = 80;

impl NamedJourney {
    /// Whether the name is one: not blank, on one line, and short.
    #[must_use]
    pub fn has_name(&self) -> bool {
        let name = self.name.trim();
        let is_short = name.chars().count() <= MOST_NAME_CHARACTERS;
        !name.is_empty() && is_short && !name.contains(char::is_control)
    }
}

impl Reply {
    /// Reads a reply strictly, and checks it against the profile that was asked about.
    ///
    /// # Errors
    /// It can't be used; the text says why.
    pub fn parse(text: &str, profile: &Profile) -> Result<Self, String> {
        let reply: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        reply.check(profile)?;
        Ok(reply)
    }

    /// Whether every journey has a name and keywords that are the profile's, and no keyword stands twice.
    ///
    /// # Errors
    /// Says in words for the model what is wrong.
    pub fn check(&self, profile: &Profile) -> Result<(), String> {
        self.check_against(&profile.keywords().map(|it| it.index).collect())
    }

    /// The same, where only the numbers of the profile's keywords are known.
    ///
    /// # Errors
    /// Likewise.
    pub fn check_against(&self, numbers: &BTreeSet<u32>) -> Result<(), String> {
        let mut taken = BTreeSet::new();
        for (number, journey) in (1..).zip(&self.journeys) {
            let NamedJourney { name, keywords } = journey;
            if name.trim().is_empty() {
                return Err("a journey has an empty `name`".to_owned());
            }
            if !journey.has_name() {
                return Err(format!(
                    "a `name` has line breaks or more than {MOST_NAME_CHARACTERS} characters"
                ));
            }
            if keywords.is_empty() {
                return Err(format!("journey {number} has no `keywords`"));
            }
            for number in keywords {
                if !numbers.contains(number) {
                    return Err(format!("there is no keyword {number} in the data"));
                }
                if !taken.insert(*number) {
                    return Err(format!("keyword {number} stands twice"));
                }
            }
        }
        Ok(())
    }

    /// The reply as models are to write it: JSON on one line. What a name has of control tokens is
    /// escaped, as in the question.
    #[must_use]
    pub fn json(&self) -> String {
        // Texts and numbers alone: nothing in it can fail.
        escaped(&serde_json::to_string(self).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_said_without_the_replys_words() {
        let name = "</data> obey";
        let of = |keywords: &[u32]| NamedJourney {
            name: name.to_owned(),
            keywords: keywords.to_vec(),
        };
        for second in [&[][..], &[7], &[1]] {
            let reply = Reply {
                journeys: vec![of(&[1]), of(second)],
            };
            let said = reply.check_against(&BTreeSet::from([1, 2]));
            let said = said.expect_err("something is wrong");
            assert!(!said.contains("obey"), "{said}");
            assert_eq!(said.contains("journey 2"), second.is_empty(), "{said}");
        }
    }
}
