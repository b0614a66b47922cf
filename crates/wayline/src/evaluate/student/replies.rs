//! Replies of a teacher and of a student to the same questions.

use std::collections::{BTreeSet, HashMap};

use crate::at_once::{Reply, numbers};
use crate::distil::Conversation;
use crate::evaluate::ReadError;
use crate::evaluate::jsonl::rows;
use crate::text_model::Role;

use super::{Journeys, ReplyCounts};

/// The teacher's journeys and the student's, where its reply can be used.
pub(super) type Pair = (Journeys, Option<Journeys>);

/// In the order of the teacher's lines. What is asked says whose reply it is: an export holds no question
/// twice, and nobody's id.
pub(super) fn pairs(teacher: &str, student: &str) -> Result<(Vec<Pair>, ReplyCounts), ReadError> {
    let mut replies: HashMap<String, String> = HashMap::new();
    for row in rows::<Conversation>("student", student) {
        let (line, conversation) = row?;
        let (asked, reply) = told(&conversation).ok_or_else(|| incomplete("student", line))?;
        replies.insert(asked.to_owned(), reply.to_owned());
    }
    let mut counts = ReplyCounts::default();
    let mut pairs = Vec::new();
    for row in rows::<Conversation>("teacher", teacher) {
        let (line, conversation) = row?;
        let wrong = |reason| ReadError {
            what: "teacher",
            line,
            column: "messages".to_owned(),
            reason,
        };
        let (asked, reply) = told(&conversation).ok_or_else(|| incomplete("teacher", line))?;
        let numbers = numbers(asked).map_err(wrong)?;
        let of_teacher = usable(reply, &numbers).map_err(|it| wrong(it.into_reason()))?;
        let of_student = match replies.remove(asked).map(|reply| usable(&reply, &numbers)) {
            None => Err(&mut counts.missing),
            Some(Ok(journeys)) => Ok(journeys),
            Some(Err(Unusable::Json(_))) => Err(&mut counts.not_json),
            Some(Err(Unusable::Schema(_))) => Err(&mut counts.not_schema),
            Some(Err(Unusable::Checked(_))) => Err(&mut counts.not_checked),
        };
        let of_student = of_student.map_err(|count| *count += 1).ok();
        counts.good += u64::from(of_student.is_some());
        pairs.push((of_teacher, of_student));
    }
    counts.strangers = replies.len() as u64;
    Ok((pairs, counts))
}

/// What was asked, and what was replied.
fn told(conversation: &Conversation) -> Option<(&str, &str)> {
    Some((
        conversation.last(Role::User)?,
        conversation.last(Role::Assistant)?,
    ))
}

fn incomplete(what: &'static str, line: usize) -> ReadError {
    ReadError {
        what,
        line,
        column: "messages".to_owned(),
        reason: "needs a message of `user` and one of `assistant`".to_owned(),
    }
}

/// Why a reply can't be used.
enum Unusable {
    Json(String),
    Schema(String),
    Checked(String),
}

impl Unusable {
    fn into_reason(self) -> String {
        match self {
            Self::Json(reason) | Self::Schema(reason) | Self::Checked(reason) => reason,
        }
    }
}

fn usable(reply: &str, numbers: &BTreeSet<u32>) -> Result<Journeys, Unusable> {
    let reply: Reply = serde_json::from_str(reply).map_err(|error| {
        let reason = error.to_string();
        match error.classify() {
            serde_json::error::Category::Data => Unusable::Schema(reason),
            _ => Unusable::Json(reason),
        }
    })?;
    reply.check_against(numbers).map_err(Unusable::Checked)?;
    let journeys = reply.journeys.into_iter().map(|mut journey| {
        journey.keywords.sort_unstable();
        (journey.name, journey.keywords)
    });
    Ok(Journeys(journeys.collect()))
}
