//! Room *profile*: a person's log in few words, for a language model to read.
//!
//! What is in a log is put together by meaning, not by time: keywords whose vectors lie near each other
//! make a group, with the boards and titles that go with them. Of more than fits into the budget of tokens
//! those go in that weigh most, each group giving up its weakest first; how much was left out is said.
//! Keywords that stand alone share a line, since a line for each would take the room of others.
//! Nothing of how the rooms group is used, so what a model makes of a profile is its own.
//!
//! Way in: a person's evidence, vectors of texts, a budget in tokens. Way out: a [`Profile`], and its
//! text: a JSON array a line for each group, so that whatever people typed stands inside JSON strings and
//! can't be taken for instructions.

mod config;
mod groups;
#[cfg(test)]
mod tests;
mod tokens;

pub use config::ProfileConfig;
pub use tokens::estimated_tokens;

use std::borrow::Cow;
use std::fmt::Write as _;

use serde_json::json;

use crate::embed::EmbeddingCache;
use crate::extract::Extracted;
use crate::nouns::{LeftOver, Timestamp};
use crate::text_model::escaped;

use groups::{Grouping, groups};

/// A person's log in few words.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profile {
    /// Groups, the one with the most weight first; last those keywords that stand alone.
    pub groups: Vec<ProfileGroup>,
    /// Keywords that didn't fit, or that must not be told.
    pub left_out: LeftOut,
}

/// Keywords of one meaning, or those that stand alone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProfileGroup {
    /// Whether each of its keywords stands alone.
    pub is_mixed: bool,
    /// The strongest first.
    pub keywords: Vec<ProfileKeyword>,
    /// Boards that the person saved such items to, and titles of items; a few.
    pub boards: Vec<String>,
    /// Likewise.
    pub titles: Vec<String>,
}

/// A keyword, as a profile tells of it.
#[derive(Clone, Debug, PartialEq)]
pub struct ProfileKeyword {
    /// By which replies name it: its place in [`Extracted::keywords`].
    pub index: u32,
    /// Its normal form.
    pub text: String,
    /// Events that carry it.
    pub events: u32,
    /// Days from its last event to the moment that the profile is of.
    pub days_ago: u32,
    /// Days from its first event to its last.
    pub days: u32,
}

/// What a profile doesn't tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Keywords for which there was no room.
    pub keywords: u32,
    /// Events that carry them, one that carries several counting for each.
    pub events: u64,
    /// Keywords that must not be told.
    pub withheld: u32,
}

/// What a profile is made from.
pub struct Profiling<'a> {
    /// The person.
    pub person: &'a Extracted,
    /// The moment for which it is reckoned.
    pub as_of: Timestamp,
    /// Settings.
    pub config: &'a ProfileConfig,
    /// Whether a text may be told to whoever reads the profile.
    pub may_tell: &'a dyn Fn(&str) -> bool,
}

impl Profiling<'_> {
    /// The profile within [`ProfileConfig::max_tokens`].
    #[must_use]
    pub fn profile(&self, embeddings: &mut EmbeddingCache<'_>) -> Profile {
        let mut withheld = 0;
        let mut told: Vec<u32> = Vec::new();
        for (index, keyword) in (0_u32..).zip(&self.person.keywords) {
            // What a person took away is theirs alone.
            if keyword.unsupported == Some(LeftOver::Hidden) || !(self.may_tell)(&keyword.text) {
                withheld += 1;
            } else {
                told.push(index);
            }
        }
        let grouping = Grouping {
            person: self.person,
            config: self.config,
            may_tell: self.may_tell,
        };
        let all = groups(&grouping, &told, embeddings);
        self.within_budget(&all, withheld)
    }

    /// Takes the keyword that adds most, again and again, as long as one has room. What a keyword
    /// adds is its weight divided by how many of its group are in already, so that a small group isn't
    /// lost behind a large one.
    fn within_budget(&self, all: &[groups::Group], withheld: u32) -> Profile {
        let frames = FRAME_TOKENS + groups::LINE_TOKENS + MIXED_TOKENS;
        let mut left = self.config.max_tokens.saturating_sub(frames);
        let mut taken = vec![0_usize; all.len()];
        let mut is_full = vec![false; all.len()];
        let next = |taken: &[usize], is_full: &[bool]| {
            let open = all.iter().enumerate().filter(|(place, _)| !is_full[*place]);
            let open = open.filter_map(|(place, group)| {
                let (_, weight) = group.keywords.get(taken[place])?;
                Some((place, weight / (taken[place] + 1) as f64))
            });
            open.max_by(|left, right| left.1.total_cmp(&right.1).then(right.0.cmp(&left.0)))
        };
        while let Some((place, _)) = next(&taken, &is_full) {
            let (index, _) = all[place].keywords[taken[place]];
            // With the comma before the next one.
            let mut costs = tokens_of(&self.keyword(index).row()) + 1;
            // Alone it stands among others that do.
            if taken[place] == 1 {
                costs += all[place].frame_tokens();
            }
            if costs > left {
                // A shorter one of another group may have room.
                is_full[place] = true;
                continue;
            }
            left -= costs;
            taken[place] += 1;
        }
        self.put_together(all, &taken, withheld)
    }

    fn put_together(&self, all: &[groups::Group], taken: &[usize], withheld: u32) -> Profile {
        let mut profile = Profile::default();
        profile.left_out.withheld = withheld;
        let mut mixed = ProfileGroup {
            is_mixed: true,
            ..ProfileGroup::default()
        };
        for (group, taken) in all.iter().zip(taken) {
            let (told, rest) = group.keywords.split_at(*taken);
            for (index, _) in rest {
                profile.left_out.keywords += 1;
                profile.left_out.events += u64::from(self.person.keywords[*index as usize].count);
            }
            let told = told.iter().map(|(index, _)| self.keyword(*index));
            match taken {
                0 => {}
                1 => mixed.keywords.extend(told),
                _ => profile.groups.push(ProfileGroup {
                    is_mixed: false,
                    keywords: told.collect(),
                    boards: group.boards.clone(),
                    titles: group.titles.clone(),
                }),
            }
        }
        if !mixed.keywords.is_empty() {
            profile.groups.push(mixed);
        }
        profile
    }

    fn keyword(&self, index: u32) -> ProfileKeyword {
        let keyword = &self.person.keywords[index as usize];
        ProfileKeyword {
            index,
            text: keyword.text.clone(),
            events: keyword.count,
            days_ago: days(keyword.last_seen, self.as_of),
            days: days(keyword.first_seen, keyword.last_seen),
        }
    }
}

/// Characters of a title or board that are told.
const MOST_CHARACTERS: usize = 80;

/// A text that may be as long as a page, in as many characters as a reader needs.
pub(crate) fn shortened(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(MOST_CHARACTERS) {
        None => Cow::Borrowed(text),
        Some((end, _)) => Cow::Owned(format!("{}…", text[..end].trim_end())),
    }
}

/// Adds a text, shortened, where it isn't there yet, may be told, and fewer than `most` are there.
pub(crate) fn add_shortened(
    texts: &mut Vec<String>,
    most: usize,
    text: &str,
    may_tell: &dyn Fn(&str) -> bool,
) {
    if texts.len() >= most {
        return;
    }
    let short = shortened(text);
    if !texts.iter().any(|it| *it == short) && may_tell(text) {
        texts.push(short.into_owned());
    }
}

/// Tokens of a value as it stands in a question.
fn tokens_of(value: &serde_json::Value) -> usize {
    estimated_tokens(&escaped(&value.to_string()))
}

/// Whole days between two moments, 0 where the later one isn't later.
fn days(from: Timestamp, to: Timestamp) -> u32 {
    let millis = to.millis().saturating_sub(from.millis()).max(0);
    u32::try_from(millis / 86_400_000).unwrap_or(u32::MAX)
}

/// Tokens for the line that says what was left out.
const FRAME_TOKENS: usize = 32;
/// Tokens of `,"mixed":true`.
const MIXED_TOKENS: usize = 7;

impl ProfileKeyword {
    fn row(&self) -> serde_json::Value {
        json!([self.index, self.text, self.events, self.days_ago, self.days])
    }
}

impl Profile {
    /// The lines that a model reads: a JSON object for each group with `keywords` (arrays of number, text,
    /// events, days since the last, days from the first to the last), `boards` and `titles` where there are
    /// any; `mixed` where its keywords stand alone; then one that says how much was left out.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for group in &self.groups {
            let rows: Vec<_> = group.keywords.iter().map(ProfileKeyword::row).collect();
            let mut line = json!({ "keywords": rows });
            if group.is_mixed {
                line["mixed"] = json!(true);
            }
            for (name, texts) in [("boards", &group.boards), ("titles", &group.titles)] {
                if !texts.is_empty() {
                    line[name] = json!(texts);
                }
            }
            // Writing into a text can't fail.
            let _ = writeln!(text, "{line}");
        }
        if self.left_out.keywords > 0 {
            let LeftOut {
                keywords, events, ..
            } = self.left_out;
            let line = json!({ "left_out": { "keywords": keywords, "events": events } });
            let _ = writeln!(text, "{line}");
        }
        text
    }

    /// The keywords that it tells, in their order.
    pub fn keywords(&self) -> impl Iterator<Item = &ProfileKeyword> {
        self.groups.iter().flat_map(|group| &group.keywords)
    }

    /// Whether there is nothing to tell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }
}
