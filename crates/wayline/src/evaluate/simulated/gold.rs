use crate::evaluate::{Id, ReadError, jsonl};
use serde::Deserialize;
use std::collections::HashMap;

/// Simulated people.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Gold {
    /// People in the order of their first rows; of several rows with the same id the last counts.
    pub people: Vec<Person>,
}

/// One person's goals and noise.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Person {
    /// Who, as it stands in JSON.
    pub user_id: Id,
    /// The goals.
    pub journeys: Vec<GoldJourney>,
    /// Keywords that serve no goal.
    #[serde(default)]
    pub noise: Vec<String>,
}

/// One goal.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct GoldJourney {
    /// Unique within the person; one that begins with `noise:` counts as noise.
    pub gold_id: String,
    /// What it is called.
    pub name: String,
    /// Other names just as good.
    #[serde(default)]
    pub alt_names: Vec<String>,
    /// `situational` or `evergreen`.
    pub kind: Option<String>,
    /// `ongoing` or `ended`.
    pub status: Option<String>,
    /// Its keywords, queries and annotations; a keyword may serve several goals.
    pub keywords: Vec<String>,
}

impl GoldJourney {
    /// All its names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.name.as_str()).chain(self.alt_names.iter().map(String::as_str))
    }
}

impl Gold {
    /// Reads one JSON object a line: `user_id`, `journeys` [{`gold_id`, `name`, `alt_names`,
    /// `kind`, `status`, `keywords`}] and `noise` (keywords). Other fields are ignored.
    pub fn from_jsonl(text: &str) -> Result<Self, ReadError> {
        let mut people: Vec<Person> = Vec::new();
        let mut known: HashMap<Id, usize> = HashMap::new();
        for row in jsonl::rows::<Person>("simulation", text) {
            let (_, person) = row?;
            match known.get(&person.user_id) {
                Some(&index) => people[index] = person,
                None => {
                    known.insert(person.user_id.clone(), people.len());
                    people.push(person);
                }
            }
        }
        Ok(Self { people })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_two_kinds_are_two_people() {
        let row = |id: &str, noise: &str| {
            format!("{{\"user_id\":{id},\"journeys\":[],\"noise\":[\"{noise}\"]}}\n")
        };
        let text = row("7", "a") + &row("\"7\"", "b") + &row("7", "c");
        let gold = Gold::from_jsonl(&text).unwrap();
        assert_eq!(gold.people.len(), 2);
        assert_eq!(gold.people[0].noise, ["c"]);
    }

    #[test]
    fn errors_name_line_and_column() {
        let error = Gold::from_jsonl("{\"user_id\":7,\"journeys\":[{}]}").unwrap_err();
        assert_eq!(
            error.to_string(),
            "simulation, line 1, column 27: missing field `gold_id`"
        );
    }
}
