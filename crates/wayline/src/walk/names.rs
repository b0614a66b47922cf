//! Names that a language model gives, and those that must not be shown.

use super::Rooms;
use super::told::Telling;
use crate::assign::Candidate;
use crate::embed::EmbeddingCache;
use crate::extract::Extracted;
use crate::name::asked::Renaming;
use crate::name::{Name, title_case};
use crate::nouns::{Checked, GroupedBy, NameSource, Verdict};
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
        _ if !rooms.asks_anew => renaming.keep(names),
        Some(told) if telling.by == GroupedBy::Llm => {
            let given = |index: usize| told.name_of(&renaming.candidates[index].keywords);
            renaming.take(given, names, embeddings);
        }
        // The model gave nothing: it isn't asked for the names alone.
        _ if telling.reason.is_some() => {
            names
                .iter_mut()
                .for_each(|name| name.reason = telling.reason);
        }
        _ if rooms.config.asking.names => {
            let asked = renaming.rename(names, model, embeddings);
            telling.asked.add(asked);
        }
        _ => {}
    }
}

/// Gives a journey whose name must not be shown that of its strongest keyword, all of which may be. A name
/// of a private subject makes its journey one.
pub(super) fn check_names(
    person: &Extracted,
    candidates: &[Candidate],
    safety: &Safety,
    names: &mut [Name],
    verdicts: &mut [Checked],
) {
    for ((name, candidate), verdict) in names.iter_mut().zip(candidates).zip(verdicts) {
        let mut checked = safety.check(&name.text);
        if checked.verdict == Verdict::Withhold
            && let Some((strongest, _)) = candidate.keywords.first()
        {
            name.text = title_case(&person.keywords[*strongest as usize].text);
            name.source = NameSource::Keyword;
            name.runner_up = None;
            checked = safety.check(&name.text);
        }
        if checked.verdict > verdict.verdict {
            *verdict = checked;
        }
    }
}
