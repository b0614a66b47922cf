//! One person in plain words: each journey with its keywords, the evidence that ties them, why it
//! is called so and why it ranks there, and the keywords left over with reasons. Texts that must not be
//! shown (room *safety*) aren't; where one belongs stands `[withheld]`, or how many there are.

mod evidence;
mod twins;
mod wording;

pub use evidence::{Tie, Ties};

use std::fmt::Write as _;

use crate::assign::Placement;
use crate::embed::{EmbedError, EmbeddingCache};
use crate::extract::Extracted;
use crate::logistic::Scored;
use crate::name::Name;
use crate::nouns::{LeftOver, NameSource, Timestamp};
use crate::walk::{Rooms, Walked};

/// How many keywords, ties and left-over keywords are named before "and N more".
const NAMED: usize = 12;
const TIES: usize = 4;
/// How many summands of a score are named.
const SUMMANDS: usize = 6;

/// The explanation as text for a terminal, 100 columns wide.
///
/// # Errors
/// The embedder can't be asked.
pub fn explain(
    person: &Extracted,
    walked: &Walked,
    rooms: &Rooms<'_>,
    embeddings: &mut EmbeddingCache<'_>,
) -> Result<String, EmbedError> {
    let mut out = String::new();
    // Writing to a string can't fail.
    let _ = writeln!(
        out,
        "{}: {} in {} from {} to {}, {}, {} as of {}",
        person.user_id,
        counted(person.events, "event"),
        counted(person.visits, "visit"),
        date(person.first_event),
        date(person.last_event),
        counted(person.keywords.len(), "keyword"),
        counted(walked.order.len(), "journey"),
        date(rooms.as_of),
    );
    let ties = Ties::of(person, rooms, embeddings)?;
    for (place, candidate) in walked.order.iter().enumerate() {
        journey(
            &mut out,
            person,
            walked,
            rooms,
            &ties,
            place + 1,
            *candidate,
        );
    }
    left_over(&mut out, person, walked, rooms);
    Ok(out)
}

/// The explanation of one of the person's journeys, likewise; none where they have none of this id.
///
/// # Errors
/// The embedder can't be asked.
pub fn explain_journey(
    person: &Extracted,
    walked: &Walked,
    rooms: &Rooms<'_>,
    embeddings: &mut EmbeddingCache<'_>,
    journey_id: &str,
) -> Result<Option<String>, EmbedError> {
    let mut places = walked.order.iter().enumerate();
    let found = places.find(|(_, candidate)| walked.fates[**candidate].journey_id() == journey_id);
    let Some((place, candidate)) = found else {
        return Ok(None);
    };
    let ties = Ties::of(person, rooms, embeddings)?;
    let mut out = String::new();
    journey(
        &mut out,
        person,
        walked,
        rooms,
        &ties,
        place + 1,
        *candidate,
    );
    Ok(Some(out.trim_start().to_owned()))
}

/// "1 visit", "2 visits".
fn counted(number: impl TryInto<u64>, noun: &str) -> String {
    let number = number.try_into().unwrap_or(u64::MAX);
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{ending}")
}

fn journey(
    out: &mut String,
    person: &Extracted,
    walked: &Walked,
    rooms: &Rooms<'_>,
    ties: &Ties<'_>,
    rank: usize,
    index: usize,
) {
    let candidate = &walked.assigned.candidates[index];
    let fate = &walked.fates[index];
    let _ = writeln!(out, "\n{rank}. {}  [{}]", fate.name.text, fate.journey_id());
    field(
        out,
        "stage",
        &format!(
            "{}, {}; {} to {}, {} in {}",
            fate.stage.stage.lifecycle.as_str(),
            fate.stage.stage.status.as_str(),
            date(candidate.started_at(person)),
            date(candidate.last_active_at()),
            counted(candidate.events, "event"),
            counted(candidate.visits, "visit"),
        ),
    );
    if let Some(since) = fate.hidden_since {
        let away = format!("taken away on {}, and not taken up since", date(since));
        field(out, "hidden", &away);
    }
    let because = [
        ("evergreen", &fate.stage.evergreen),
        ("ended", &fate.stage.ended),
    ];
    for (name, why) in because {
        if let Some(why) = why {
            field(out, "", &scored(name, why));
        }
    }
    if fate.stage.ended.is_none() {
        field(
            out,
            "",
            "its stage is by rules: there are too few active days to learn from",
        );
    }
    let keywords = candidate.keywords.iter().map(|(keyword, _)| {
        let keyword = &person.keywords[*keyword as usize];
        format!("{} ({})", keyword.text, keyword.count)
    });
    field(out, "keywords", &some_of(keywords.collect(), NAMED));
    let ties = ties.strongest(&walked.affinities, &candidate.units, TIES);
    for (place, tie) in ties.iter().enumerate() {
        field(
            out,
            if place == 0 { "evidence" } else { "" },
            &tie.to_string(),
        );
    }
    field(out, "name", &why_so_called(&fate.name, rooms));
    field(out, "rank", &scored("score", &fate.score));
    field(
        out,
        "",
        &scored("return probability", &fate.return_probability),
    );
    field(out, "", &scored("confidence", &candidate.confidence));
}

fn why_so_called(name: &Name, rooms: &Rooms<'_>) -> String {
    let second = name.runner_up.as_ref();
    let second = second.filter(|text| rooms.may_show(text));
    let made_of = match name.source {
        NameSource::Keyword => "the keyword",
        NameSource::Interest => "the interest",
        NameSource::Composed => "an interest narrowed by a word,",
        NameSource::Llm => {
            let second = second.map_or_else(String::new, |text| format!("; without it “{text}”"));
            return format!(
                "by a language model, from the keywords and what is beside them{second}"
            );
        }
    };
    let score = name.score;
    let why = if score > 0.0 {
        format!("whose words are the likeliest in a name for this (expected overlap {score:.2})")
    } else {
        "though its words tell little; nothing better is left".to_owned()
    };
    let second = second.map_or_else(String::new, |text| format!("; “{text}” came second"));
    format!("{made_of} {why}{second}")
}

fn scored(name: &str, scored: &Scored) -> String {
    let mut parts: Vec<_> = scored
        .contributions
        .iter()
        .filter(|part| part.adds.abs() >= 0.005)
        .collect();
    parts.sort_by(|left, right| right.adds.abs().total_cmp(&left.adds.abs()));
    let rest: f64 = parts.iter().skip(SUMMANDS).map(|part| part.adds).sum();
    let more = parts.len().saturating_sub(SUMMANDS);
    let named = parts.iter().take(SUMMANDS);
    let mut parts: Vec<String> = named
        .map(|part| format!("{} {:+.2}", part.feature.replace('_', " "), part.adds))
        .collect();
    if more > 0 {
        parts.push(format!("{more} more {rest:+.2}"));
    }
    format!(
        "{name} {:.2} = logistic of {}",
        scored.value,
        parts.join(", ")
    )
}

fn left_over(out: &mut String, person: &Extracted, walked: &Walked, rooms: &Rooms<'_>) {
    let is_left = |placement: &Placement| matches!(placement, Placement::LeftOver(_));
    if walked.assigned.placements.iter().any(is_left) {
        let _ = writeln!(out, "\nin no journey");
    }
    for reason in LeftOver::ALL {
        let mut keywords: Vec<_> = person
            .keywords
            .iter()
            .zip(&walked.assigned.placements)
            .filter(|(_, placement)| **placement == Placement::LeftOver(reason))
            .map(|(keyword, _)| keyword)
            .collect();
        keywords.sort_by_key(|keyword| std::cmp::Reverse(keyword.count));
        if keywords.is_empty() {
            continue;
        }
        // Those that aren't fit to be shown are counted, whatever else keeps them out.
        let texts = keywords.iter().map(|keyword| &keyword.text);
        let fit: Vec<String> = texts.filter(|text| rooms.may_show(text)).cloned().collect();
        let unfit = keywords.len() - fit.len();
        let mut line = some_of(fit, NAMED);
        if unfit > 0 {
            let apart = if line.is_empty() { "" } else { "; " };
            let _ = write!(line, "{apart}{unfit} that must not be shown");
        }
        field(out, reason.as_str(), &line);
    }
}

fn some_of(texts: Vec<String>, most: usize) -> String {
    let more = texts.len().saturating_sub(most);
    let mut text = texts.into_iter().take(most).collect::<Vec<_>>().join(", ");
    if more > 0 {
        let _ = write!(text, " and {more} more");
    }
    text
}

/// A labelled paragraph, wrapped and hanging.
fn field(out: &mut String, label: &str, text: &str) {
    const INDENT: usize = 17;
    const WIDTH: usize = 100;
    let mut line = format!("   {label:<14}");
    let mut used = INDENT;
    for word in text.split(' ') {
        let length = word.chars().count();
        if used + 1 + length > WIDTH && used > INDENT {
            let _ = writeln!(out, "{}", line.trim_end());
            line = " ".repeat(INDENT);
            used = INDENT;
        }
        if used > INDENT {
            line.push(' ');
            used += 1;
        }
        line.push_str(word);
        used += length;
    }
    let _ = writeln!(out, "{}", line.trim_end());
}

fn date(time: Timestamp) -> String {
    let text = time.to_string();
    text.split('T').next().unwrap_or(&text).to_owned()
}

#[cfg(test)]
mod tests;
