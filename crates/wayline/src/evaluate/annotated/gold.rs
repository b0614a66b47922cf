use crate::evaluate::{Id, ReadError, jsonl, normalise};
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashMap;

/// Annotated people.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Gold {
    /// People in the order of their first rows; of several rows with the same id the last counts.
    pub people: Vec<Person>,
    /// Whether queries stand as [hashed keys](crate::evaluate::hashed_key) instead of texts: so
    /// if any person's row says `"hashed": true`.
    pub hashed: bool,
}

/// One person's journeys.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// Who, as a text.
    pub user_id: String,
    /// The journeys in the order given.
    pub journeys: Vec<GoldJourney>,
    /// The index of the most important one.
    pub main: Option<usize>,
}

/// One annotated journey.
#[derive(Debug, Clone, PartialEq)]
pub struct GoldJourney {
    /// What it is called.
    pub name: String,
    /// Other names just as good.
    pub alt_names: Vec<String>,
    /// Its queries: normalised, or hashed keys. A query may serve two journeys.
    pub queries: Vec<String>,
    /// `situational` or `evergreen`.
    pub lifecycle: Option<String>,
    /// `ongoing` or `ended`.
    pub status: Option<String>,
    /// 1 (never show) to 5 (clear, current, important).
    pub relevance: f64,
}

impl GoldJourney {
    /// All its names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.name.as_str()).chain(self.alt_names.iter().map(String::as_str))
    }
}

impl Person {
    /// The relevance of each journey.
    pub(super) fn relevances(&self) -> Vec<f64> {
        self.journeys.iter().map(|it| it.relevance).collect()
    }
}

const WHAT: &str = "annotations";

#[derive(Deserialize)]
struct PersonRow {
    user_id: Id,
    journeys: Vec<JourneyRow>,
    main: Option<i64>,
    #[serde(default)]
    hashed: Value,
}

#[derive(Deserialize)]
struct JourneyRow {
    name: String,
    #[serde(default)]
    alt_names: Vec<String>,
    queries: Vec<String>,
    lifecycle: Option<String>,
    status: Option<String>,
    relevance: f64,
}

impl Gold {
    /// Reads one JSON object a line: `user_id`, `journeys` [{`name`, `alt_names`, `queries`,
    /// `lifecycle`, `status`, `relevance`}], `main` (index of the most important journey or null)
    /// and `hashed`. Other fields are ignored.
    pub fn from_jsonl(text: &str) -> Result<Self, ReadError> {
        let mut rows: Vec<(String, PersonRow)> = Vec::new();
        let mut known: HashMap<String, usize> = HashMap::new();
        for row in jsonl::rows::<PersonRow>(WHAT, text) {
            let (line, row) = row?;
            if row
                .main
                .is_some_and(|main| main < 0 || main >= row.journeys.len() as i64)
            {
                return Err(ReadError {
                    what: WHAT,
                    line,
                    column: "main".to_owned(),
                    reason: format!("not the index of one of {} journeys", row.journeys.len()),
                });
            }
            let user_id = row.user_id.to_string();
            match known.get(&user_id) {
                Some(&index) => rows[index].1 = row,
                None => {
                    known.insert(user_id.clone(), rows.len());
                    rows.push((user_id, row));
                }
            }
        }
        let hashed = rows.iter().any(|(_, row)| says_yes(&row.hashed));
        let people = rows
            .into_iter()
            .map(|(user_id, row)| person(user_id, row, hashed));
        Ok(Self {
            people: people.collect(),
            hashed,
        })
    }
}

fn says_yes(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(yes) => *yes,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
    }
}

fn person(user_id: String, row: PersonRow, hashed: bool) -> Person {
    let journeys = row.journeys.into_iter().map(|journey| GoldJourney {
        name: journey.name,
        alt_names: journey.alt_names,
        queries: if hashed {
            journey.queries
        } else {
            journey
                .queries
                .iter()
                .map(|query| normalise(query))
                .collect()
        },
        lifecycle: journey.lifecycle,
        status: journey.status,
        relevance: journey.relevance,
    });
    Person {
        user_id,
        journeys: journeys.collect(),
        main: row.main.and_then(|main| usize::try_from(main).ok()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JOURNEY: &str = "{\"name\":\"Oak\",\"queries\":[\"Oak  Tree\"],\"relevance\":4}";

    #[test]
    fn the_last_row_of_a_person_counts() {
        let text = format!(
            "{{\"user_id\":7,\"journeys\":[],\"hashed\":true}}\n{{\"user_id\":\"7\",\"journeys\":[{JOURNEY}],\"main\":0}}\n"
        );
        let gold = Gold::from_jsonl(&text).unwrap();
        assert_eq!(gold.people.len(), 1);
        assert!(!gold.hashed);
        assert_eq!(gold.people[0].journeys[0].queries, ["oak tree"]);
    }

    #[test]
    fn errors_name_line_and_column() {
        let read = |text: &str| Gold::from_jsonl(text).unwrap_err().to_string();
        assert_eq!(
            read("\n{\"user_id\":7,\"journeys\":[],\"main\":0}"),
            "annotations, line 2, column main: not the index of one of 0 journeys"
        );
        assert_eq!(
            read("{\"user_id\":7}"),
            "annotations, line 1, column 13: missing field `journeys`"
        );
    }
}
