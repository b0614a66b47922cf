use super::{Id, ReadError, jsonl};
use crate::nouns::PersonResult;
use serde::Deserialize;
use std::collections::HashMap;
use std::hash::Hash;

/// What was inferred: the rows of a run's journeys and keywords, in their order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Predictions {
    /// A row per person and journey. May be empty for [`super::missions`].
    pub journeys: Vec<PredictedJourney>,
    /// A row per person and keyword. Where a keyword has several rows, missions and simulations
    /// take the last one; annotations take all of them.
    pub keywords: Vec<PredictedKeyword>,
}

/// One inferred journey.
#[derive(Debug, Clone, PartialEq)]
pub struct PredictedJourney {
    /// Whose journey it is.
    pub user_id: Id,
    /// The id that the person's keywords refer to.
    pub journey_id: Id,
    /// What it is called; empty if nothing.
    pub name: String,
    /// Its place among the person's journeys, 1 = first. Rows without a place stand behind all
    /// others, the most confident first.
    pub rank: Option<f64>,
    /// How likely it is one real goal, 0..1; none counts as 0.
    pub confidence: Option<f64>,
    /// `situational` or `evergreen`.
    pub lifecycle: Option<String>,
    /// `ongoing` or `ended`.
    pub status: Option<String>,
}

/// One keyword of a person and the journey that it was put into.
#[derive(Debug, Clone, PartialEq)]
pub struct PredictedKeyword {
    /// Whose keyword it is.
    pub user_id: Id,
    /// The keyword; [normalised](super::normalise) before it is compared.
    pub keyword: String,
    /// Its journey, or none.
    pub journey_id: Option<Id>,
}

/// What missions and annotations compare people by, and what simulations do.
pub(super) type Rows<'a, K> = HashMap<K, PersonRows<'a>>;

/// One person's rows, in their order.
#[derive(Debug, Default)]
pub(super) struct PersonRows<'a> {
    pub(super) journeys: Vec<&'a PredictedJourney>,
    pub(super) keywords: Vec<&'a PredictedKeyword>,
}

impl Predictions {
    /// From results in memory: what [`Predictions::from_jsonl`] reads from their rows.
    #[must_use]
    pub fn from_results(results: &[PersonResult]) -> Self {
        let journeys = results.iter().flat_map(|person| &person.journeys);
        let keywords = results.iter().flat_map(|person| &person.keywords);
        Self {
            journeys: journeys
                .map(|row| PredictedJourney {
                    user_id: row.user_id.as_str().into(),
                    journey_id: row.journey_id.as_str().into(),
                    name: row.name.clone(),
                    rank: Some(f64::from(row.rank)),
                    confidence: Some(row.confidence),
                    lifecycle: Some(row.stage.lifecycle.as_str().to_owned()),
                    status: Some(row.stage.status.as_str().to_owned()),
                })
                .collect(),
            keywords: keywords
                .map(|row| PredictedKeyword {
                    user_id: row.user_id.as_str().into(),
                    keyword: row.keyword.clone(),
                    journey_id: row.journey_id.as_deref().map(Into::into),
                })
                .collect(),
        }
    }

    /// Reads rows of journeys and of keywords, one JSON object a line each; pass an empty text
    /// where there are no journeys. Fields that aren't needed are ignored; a keyword may also
    /// stand under `query` or `text`.
    pub fn from_jsonl(journeys: &str, keywords: &str) -> Result<Self, ReadError> {
        let mut out = Self::default();
        for row in jsonl::rows::<JourneyRow>("journeys", journeys) {
            let (_, row) = row?;
            let stage = row.stage.unwrap_or_default();
            out.journeys.push(PredictedJourney {
                user_id: row.user_id,
                journey_id: row.journey_id,
                name: row.name.unwrap_or_default(),
                rank: row.rank,
                confidence: row.confidence,
                lifecycle: stage.lifecycle,
                status: stage.status,
            });
        }
        for row in jsonl::rows::<KeywordRow>("keywords", keywords) {
            let (line, row) = row?;
            let texts = [row.keyword, row.query, row.text];
            let mut given = texts.into_iter().flatten().peekable();
            if given.peek().is_none() {
                return Err(ReadError {
                    what: "keywords",
                    line,
                    column: "keyword".to_owned(),
                    reason: "missing".to_owned(),
                });
            }
            out.keywords.push(PredictedKeyword {
                user_id: row.user_id,
                keyword: given.find(|text| !text.is_empty()).unwrap_or_default(),
                journey_id: row.journey_id,
            });
        }
        Ok(out)
    }

    /// The rows of each person, people told apart by `key`.
    pub(super) fn by_person<'a, K: Hash + Eq>(&'a self, key: impl Fn(&'a Id) -> K) -> Rows<'a, K> {
        let mut people: Rows<'a, K> = HashMap::new();
        for row in &self.journeys {
            people
                .entry(key(&row.user_id))
                .or_default()
                .journeys
                .push(row);
        }
        for row in &self.keywords {
            people
                .entry(key(&row.user_id))
                .or_default()
                .keywords
                .push(row);
        }
        people
    }
}

#[derive(Deserialize)]
struct JourneyRow {
    user_id: Id,
    journey_id: Id,
    name: Option<String>,
    rank: Option<f64>,
    confidence: Option<f64>,
    stage: Option<StageRow>,
}

#[derive(Deserialize, Default)]
struct StageRow {
    lifecycle: Option<String>,
    status: Option<String>,
}

#[derive(Deserialize)]
struct KeywordRow {
    user_id: Id,
    keyword: Option<String>,
    query: Option<String>,
    text: Option<String>,
    journey_id: Option<Id>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_keep_their_kind_and_unknown_fields_are_ignored() {
        let keywords = "{\"user_id\":7,\"keyword\":\"\",\"query\":\"oak\",\"journey_id\":\"j\",\"x\":[1]}\n\n\
                        {\"user_id\":\"7\",\"text\":\"elm\",\"journey_id\":null}\n";
        let read = Predictions::from_jsonl("", keywords).unwrap();
        assert_eq!(read.keywords[0].user_id, Id::Number(7));
        assert_eq!(read.keywords[0].keyword, "oak");
        assert_eq!(read.keywords[0].journey_id, Some("j".into()));
        assert_eq!(read.keywords[1].user_id, "7".into());
        assert_eq!(read.keywords[1].journey_id, None);
    }

    #[test]
    fn errors_name_line_and_column() {
        let error = Predictions::from_jsonl("\n{\"user_id\":1}\n", "").unwrap_err();
        assert_eq!(
            error.to_string(),
            "journeys, line 2, column 13: missing field `journey_id`"
        );
        let error = Predictions::from_jsonl("", "{\"user_id\":1}").unwrap_err();
        assert_eq!(
            error.to_string(),
            "keywords, line 1, column keyword: missing"
        );
        let error = Predictions::from_jsonl("", "{\"user_id\":1.5}").unwrap_err();
        assert!(error.reason.contains("a string or an integer"), "{error}");
    }
}
