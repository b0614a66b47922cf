//! Names by a language model: what tells each journey from the person's others (`prompt.md`, the reply's
//! form in `schema.json`).
//!
//! A question holds the journeys that want a name and those nearest to them. A name is taken if it is
//! short, no other journey's, near in meaning to the evidence and with no number that isn't in it; else
//! the journey keeps the name that it had or that the room gave it, and says why.

mod reply;
#[cfg(test)]
mod tests;

pub use reply::NamesReply;

use foldhash::HashSet;
use serde_json::json;

use crate::asking::Asked;
use crate::assign::Candidate;
use crate::embed::EmbeddingCache;
use crate::extract::Extracted;
use crate::nouns::{KnownJourney, NameReason, NameSource};
use crate::profile::add_shortened;
use crate::text_model::{Request, Schema, TextModel, ask_where, data};

use super::Name;

/// What the model is told to do.
pub const PROMPT: &str = include_str!("prompt.md");

/// The reply's form, as a JSON schema.
pub const SCHEMA: &str = include_str!("schema.json");

/// Journeys named in one question.
const AT_ONCE: usize = 8;
/// Journeys shown beside them, so that names tell them apart.
const NEIGHBOURS: usize = 4;
/// What is shown of each.
const KEYWORDS: usize = 8;
const TEXTS: usize = 3;
/// Longer ones aren't names.
pub const MOST_WORDS: usize = 8;
/// Likewise.
pub const MOST_CHARACTERS: usize = 60;
/// Of so many strongest keywords of a journey half must have been there when it was named.
const STRONGEST: usize = 10;

/// What names are asked for.
pub struct Renaming<'a> {
    /// The person.
    pub person: &'a Extracted,
    /// The person's journeys.
    pub candidates: &'a [Candidate],
    /// The meaning of each: the weighted mean of its keywords' vectors, of unit length.
    pub meanings: &'a [Vec<f32>],
    /// What was known of each before.
    pub before: &'a [Option<&'a KnownJourney>],
    /// Whether a text may be told to the model, and shown.
    pub may_show: &'a dyn Fn(&str) -> bool,
    /// The least cosine of a name and its journey's meaning.
    pub min_similarity: f64,
}

impl Renaming<'_> {
    /// Puts the model's names in the place of those that the room gave.
    pub fn rename(
        &self,
        names: &mut [Name],
        model: &dyn TextModel,
        embeddings: &mut EmbeddingCache<'_>,
    ) -> Asked {
        let mut asked = Asked::default();
        let own = names.to_vec();
        let mut settled = self.keep(names);
        let schema = Schema::shipped("names", SCHEMA);
        let wanted: Vec<usize> = (0..names.len()).filter(|index| !settled[*index]).collect();
        for some in wanted.chunks(AT_ONCE) {
            let Some(request) = self.request(some, names) else {
                continue;
            };
            let fits = |reply: &NamesReply| reply.check(some);
            let given = asked.count(ask_where(model, &request, &schema, fits));
            for index in some {
                let given = given.as_ref().map_err(|reason| *reason);
                let given = given.map(|reply| reply.of(*index));
                self.take_one(*index, given, names, &mut settled, embeddings);
            }
        }
        give_back(&own, names, &mut settled);
        asked
    }

    /// Takes names that came with the journeys themselves, but for journeys that keep theirs.
    pub fn take<'g>(
        &self,
        given: impl Fn(usize) -> Option<&'g str>,
        names: &mut [Name],
        embeddings: &mut EmbeddingCache<'_>,
    ) {
        let own = names.to_vec();
        let mut settled = self.keep(names);
        for index in 0..names.len() {
            if !settled[index] {
                let given = given(index).ok_or(NameReason::Unusable);
                self.take_one(index, given, names, &mut settled, embeddings);
            }
        }
        give_back(&own, names, &mut settled);
    }

    /// Keeps the names that a model gave before, as long as they stay. Returns which those are.
    pub fn keep(&self, names: &mut [Name]) -> Vec<bool> {
        let all = 0..names.len();
        all.map(|index| self.kept(index, names)).collect()
    }

    /// Whether a journey keeps its name; then it has it.
    fn kept(&self, index: usize, names: &mut [Name]) -> bool {
        let Some(before) = self.before[index].filter(|it| self.stays(index, it)) else {
            return false;
        };
        before.name.clone_into(&mut names[index].text);
        names[index].source = NameSource::Llm;
        names[index].named_for.clone_from(&before.named_for);
        true
    }

    fn take_one(
        &self,
        index: usize,
        given: Result<&str, NameReason>,
        names: &mut [Name],
        settled: &mut [bool],
        embeddings: &mut EmbeddingCache<'_>,
    ) {
        // What the rooms call journeys that may yet be named doesn't count.
        let taken = names.iter().zip(settled.iter()).filter(|(_, it)| **it);
        let taken: Vec<String> = taken.map(|(name, _)| name.text.to_lowercase()).collect();
        let fit = given.and_then(|given| self.fit_name(index, given, &taken, embeddings));
        let name = &mut names[index];
        match fit {
            Ok(text) => {
                let before = std::mem::replace(&mut name.text, text);
                name.runner_up = Some(before);
                name.source = NameSource::Llm;
                let strongest = self.strongest(index).map(str::to_owned);
                name.named_for = strongest.collect();
                settled[index] = true;
            }
            // A name that a model gave before is better than none.
            Err(_) if name.source == NameSource::Llm => {}
            Err(reason) => name.reason = Some(reason),
        }
    }

    fn strongest(&self, index: usize) -> impl Iterator<Item = &str> {
        let keywords = self.candidates[index].keywords.iter();
        keywords.take(STRONGEST).map(|(index, _)| self.text(*index))
    }

    /// Whether a journey keeps the name that a model gave it: while at least half of its strongest
    /// keywords were among its strongest then.
    fn stays(&self, index: usize, before: &KnownJourney) -> bool {
        if before.name_source != NameSource::Llm {
            return false;
        }
        let strongest: Vec<&str> = self.strongest(index).collect();
        let then = |text: &&&str| before.named_for.iter().any(|it| it == **text);
        2 * strongest.iter().filter(then).count() >= strongest.len()
    }

    /// None where nothing of any journey may be told.
    fn request(&self, wanted: &[usize], names: &[Name]) -> Option<Request> {
        let rows = wanted.iter().map(|index| self.row(*index, None));
        let mut rows: Vec<String> = rows.collect::<Option<_>>()?;
        for index in self.neighbours(wanted) {
            rows.extend(self.row(index, Some(&names[index].text)));
        }
        let lines: String = rows.iter().map(|row| format!("{row}\n")).collect();
        let tokens = u32::try_from(32 + 32 * wanted.len()).unwrap_or(u32::MAX);
        Some(Request::new(PROMPT.trim_end(), &data(&lines), tokens))
    }

    /// A journey as a line of the data.
    fn row(&self, index: usize, called: Option<&str>) -> Option<String> {
        let candidate = &self.candidates[index];
        let keywords = candidate
            .keywords
            .iter()
            .map(|(index, _)| self.text(*index));
        let keywords: Vec<&str> = keywords
            .filter(|text| (self.may_show)(text))
            .take(KEYWORDS)
            .collect();
        if keywords.is_empty() {
            return None;
        }
        let mut row = json!({ "journey": index, "keywords": keywords });
        if let Some(called) = called {
            row["called"] = json!(called);
        }
        let units = candidate
            .units
            .iter()
            .map(|unit| &self.person.units[*unit as usize]);
        let mut titles: Vec<(&str, f32)> = units
            .filter_map(|unit| Some((unit.title.as_deref()?, unit.weight)))
            .collect();
        titles.sort_by(|left, right| right.1.total_cmp(&left.1).then(left.0.cmp(right.0)));
        let boards = candidate.boards.iter();
        let boards = boards.map(|(board, _)| self.person.boards[*board as usize].as_str());
        for (field, texts) in [
            ("titles", titles.iter().map(|it| it.0).collect::<Vec<_>>()),
            ("boards", boards.collect()),
        ] {
            let mut shown = Vec::new();
            for text in texts {
                add_shortened(&mut shown, TEXTS, text, self.may_show);
            }
            if !shown.is_empty() {
                row[field] = json!(shown);
            }
        }
        Some(row.to_string())
    }

    /// Those nearest in meaning to one that wants a name.
    fn neighbours(&self, wanted: &[usize]) -> Vec<usize> {
        let nearness = |other: usize| {
            let to = wanted.iter();
            let to = to.map(|index| product(&self.meanings[*index], &self.meanings[other]));
            to.fold(f64::MIN, f64::max)
        };
        let others = (0..self.candidates.len()).filter(|it| !wanted.contains(it));
        let mut others: Vec<(usize, f64)> = others.map(|it| (it, nearness(it))).collect();
        others.sort_by(|left, right| right.1.total_cmp(&left.1).then(left.0.cmp(&right.0)));
        others.truncate(NEIGHBOURS);
        others.into_iter().map(|(index, _)| index).collect()
    }

    /// A name that may be shown, or why it isn't.
    fn fit_name(
        &self,
        index: usize,
        given: &str,
        taken: &[String],
        embeddings: &mut EmbeddingCache<'_>,
    ) -> Result<String, NameReason> {
        let name = given.split_whitespace().collect::<Vec<_>>().join(" ");
        if !is_name(&name) {
            return Err(NameReason::Unusable);
        }
        if !(self.may_show)(&name) {
            return Err(NameReason::Unsafe);
        }
        if !self.is_in_the_evidence(index, &name, embeddings) {
            return Err(NameReason::Unlike);
        }
        if taken.contains(&name.to_lowercase()) {
            return Err(NameReason::Taken);
        }
        Ok(name)
    }

    /// Whether a name says what the evidence says: near in meaning, and each of its numbers is there.
    fn is_in_the_evidence(
        &self,
        index: usize,
        name: &str,
        embeddings: &mut EmbeddingCache<'_>,
    ) -> bool {
        let embeddings = embeddings.inside();
        let mut vector = vec![0.0; embeddings.dimensions()];
        let lower = name.to_lowercase();
        embeddings.embed(&lower, &mut vector);
        if product(&self.meanings[index], &vector) < self.min_similarity {
            return false;
        }
        let candidate = &self.candidates[index];
        let keywords = candidate
            .keywords
            .iter()
            .map(|(index, _)| self.text(*index));
        let units = candidate
            .units
            .iter()
            .map(|unit| &self.person.units[*unit as usize]);
        let boards = candidate.boards.iter();
        let boards = boards.map(|(board, _)| self.person.boards[*board as usize].as_str());
        let texts = keywords
            .chain(units.filter_map(|unit| unit.title.as_deref()))
            .chain(boards);
        let known: HashSet<String> = texts.flat_map(numbers).collect();
        numbers(&lower).iter().all(|number| known.contains(number))
    }

    fn text(&self, keyword: u32) -> &str {
        &self.person.keywords[keyword as usize].text
    }
}

/// Whether a text that a model gives may be a name: short, plain, and no link, since nobody calls a goal so.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let name = text.trim();
    !name.is_empty()
        && name.split_whitespace().count() <= MOST_WORDS
        && name.chars().count() <= MOST_CHARACTERS
        && !name.contains(|it: char| it.is_control() || "<>{}[]|".contains(it))
        && !["://", "www."].iter().any(|it| name.contains(it))
}

/// Gives names back that are the rooms' own for other journeys, which the model gave none: no two journeys
/// of a person share a name. `own` are all names as the rooms gave them.
fn give_back(own: &[Name], names: &mut [Name], settled: &mut [bool]) {
    loop {
        let open = names.iter().zip(settled.iter()).filter(|(_, it)| !**it);
        let open: HashSet<String> = open.map(|(name, _)| name.text.to_lowercase()).collect();
        let is_shared = |index: &usize| {
            let is_new = settled[*index] && names[*index].text != own[*index].text;
            is_new && open.contains(&names[*index].text.to_lowercase())
        };
        let Some(index) = (0..names.len()).find(is_shared) else {
            return;
        };
        names[index].clone_from(&own[index]);
        if own[index].source != NameSource::Llm {
            names[index].reason = Some(NameReason::Taken);
        }
        settled[index] = false;
    }
}

/// The numbers in a text, each as a whole.
fn numbers(text: &str) -> Vec<String> {
    let parts = text.split(|it: char| !it.is_numeric());
    let numbers = parts.filter(|it| !it.is_empty());
    numbers.map(str::to_lowercase).collect()
}

/// Vectors are of unit length.
fn product(left: &[f32], right: &[f32]) -> f64 {
    let both = left.iter().zip(right);
    both.map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}
