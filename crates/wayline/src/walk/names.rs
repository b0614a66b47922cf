//! Names that a language model gives, and those that must not be shown.

use std::collections::HashSet;

use super::Rooms;
use super::told::Telling;
use crate::assign::Candidate;
use crate::embed::EmbeddingCache;
use crate::extract::Extracted;
use crate::name::asked::Renaming;
use crate::name::{Name, title_case};
use crate::nouns::{Checked, GroupedBy, NameReason, NameSource};
use crate::safety::Safety;

/// Puts the names of a language model in the place of the rooms' own, where one is asked: those that came
/// with the groups, or those that it is asked for.
pub(super) fn ask_for_names(
    rooms: &Rooms<'_>,
    renaming: &Renaming<'_>,
    telling: &mut Telling,
    names: &mut [Name],
    embeddings: &mut EmbeddingCache<'_>,
) {
    let Some(model) = rooms.asked_model() else {
        return;
    };
    match &telling.told {
        _ if !rooms.asks_anew => {
            renaming.keep(names);
        }
        Some(told) if telling.by == GroupedBy::Llm => {
            let given = |index: usize| told.name_of(&renaming.candidates[index].keywords);
            renaming.take(given, names, embeddings);
        }
        // The model gave nothing: it isn't asked for the names alone. Those that it gave before stay.
        _ if telling.reason.is_some() => {
            renaming.keep(names);
            let others = names.iter_mut().filter(|it| it.source != NameSource::Llm);
            others.for_each(|name| name.reason = telling.reason);
        }
        _ if rooms.config.asking.names => {
            let asked = renaming.rename(names, model, embeddings);
            telling.asked.add(asked);
        }
        _ => {}
    }
}

/// Gives a journey whose name is more private than its evidence that of its strongest keyword which isn't.
/// What a journey is called may depend on what was known before, and its verdict must not.
pub(super) fn check_names(
    person: &Extracted,
    candidates: &[Candidate],
    safety: &Safety,
    names: &mut [Name],
    verdicts: &[Checked],
) {
    for index in 0..names.len() {
        let most = verdicts[index].verdict;
        if safety.check(&names[index].text).verdict <= most {
            continue;
        }
        let taken: HashSet<String> = names.iter().map(|it| it.text.to_lowercase()).collect();
        let is_free = |text: &str| !taken.contains(&text.to_lowercase());
        let keywords = candidates[index].keywords.iter();
        let mut texts = keywords.map(|(index, _)| &person.keywords[*index as usize].text);
        let fit = texts.find(|text| safety.check(text).verdict <= most && is_free(text));
        // All of its keywords are other journeys' names: one that says nothing.
        let mut sayings_nothing = (index + 1..).map(|number| format!("journey {number}"));
        let text = fit
            .cloned()
            .or_else(|| sayings_nothing.find(|text| is_free(text)));
        let text = text.unwrap_or_default();
        if names[index].source == NameSource::Llm {
            names[index].reason = Some(NameReason::Unsafe);
        }
        names[index].text = title_case(&text);
        names[index].source = NameSource::Keyword;
        names[index].runner_up = None;
        names[index].named_for.clear();
    }
}
