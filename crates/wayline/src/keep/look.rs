//! A look at a person: through all rooms, and what that means for what is remembered.

use crate::asking::Asked;
use crate::config::Config;
use crate::embed::{EmbedError, EmbeddingCache};
use crate::extract::{Automated, Extracted, extract};
use crate::lineage::{all_ended, lineage};
use crate::nouns::{GroupedBy, LineageEvent, PersonResult, Timestamp};
use crate::walk::{Remembered, Rooms, Walked, walk_with};

use super::Kept;

/// What a look at a person gave.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Look {
    /// The person's journeys and keywords, as a run gives them out.
    pub result: PersonResult,
    /// What happened since the last look.
    pub events: Vec<LineageEvent>,
    /// The moment for which the person was looked at.
    pub as_of: Timestamp,
    /// What a language model was asked.
    pub asked: Asked,
    /// Journeys that must not be shown, so that they are none.
    pub withheld_journeys: u32,
    /// What said which keywords are one goal.
    pub grouped_by: GroupedBy,
    /// Whether a language model was asked which.
    pub was_asked_to_group: bool,
}

/// What is extracted of a person as of a moment, from the events that are kept.
///
/// # Errors
/// The person's activity looks automated, with the events that fell out counted too.
pub fn extracted(kept: &Kept, config: &Config, as_of: Timestamp) -> Result<Extracted, Automated> {
    if kept.all_events() > config.extract.max_events_per_person as u64 {
        return Err(Automated::TooManyEvents);
    }
    let is_later = kept
        .log
        .events
        .last()
        .is_some_and(|event| event.time > as_of);
    if is_later {
        return extract(&kept.until(as_of), &config.actions, &config.extract);
    }
    extract(&kept.log, &config.actions, &config.extract)
}

/// Walks a person as of the rooms' moment, or as of [`Kept::known_until`] where that is later. What is
/// remembered of journeys follows, with a new version. All journeys end of one whose activity looks
/// automated.
///
/// # Errors
/// The embedder can't be asked; then nothing of the person has changed.
pub fn look_at(
    kept: &mut Kept,
    rooms: &Rooms<'_>,
    embeddings: &mut EmbeddingCache<'_>,
) -> Result<Look, EmbedError> {
    let version = kept.version + 1;
    let as_of = kept
        .known_until()
        .map_or(rooms.as_of, |until| until.max(rooms.as_of));
    let rooms = &Rooms { as_of, ..*rooms };
    let mut look = Look {
        as_of,
        ..Look::default()
    };
    let now = match extracted(kept, rooms.config, as_of) {
        Ok(person) => {
            let walked = walk_remembering(kept, &person, rooms, embeddings)?;
            look.result = walked.result(&person);
            look.withheld_journeys = walked.withheld_journeys;
            look.grouped_by = walked.grouped_by;
            look.was_asked_to_group = walked.was_asked_to_group;
            let now = lineage(&kept.known, &person, &walked, as_of, version);
            look.asked = walked.asked;
            now
        }
        Err(_) => {
            kept.user_id().clone_into(&mut look.result.user_id);
            all_ended(&kept.known, kept.user_id(), as_of, version)
        }
    };
    kept.version = version;
    kept.known = now.known;
    kept.lineage.extend(now.events.iter().cloned());
    let too_many = kept
        .lineage
        .len()
        .saturating_sub(rooms.config.keep.max_lineage);
    kept.lineage.drain(..too_many);
    look.events = now.events;
    Ok(look)
}

/// Walks a person with what is remembered, which stays as it is.
///
/// # Errors
/// The embedder can't be asked.
pub fn walk_remembering(
    kept: &Kept,
    person: &Extracted,
    rooms: &Rooms<'_>,
    embeddings: &mut EmbeddingCache<'_>,
) -> Result<Walked, EmbedError> {
    let remembered = Remembered {
        known: &kept.known,
        stances: &kept.stances,
    };
    walk_with(person, rooms, remembered, embeddings)
}
