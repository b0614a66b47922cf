//! A look at a person: through all rooms, and what that means for what is remembered.

use crate::asking::Asked;
use crate::config::Config;
use crate::embed::EmbeddingCache;
use crate::extract::{Automated, Extracted, extract};
use crate::lineage::{all_ended, lineage};
use crate::nouns::{LineageEvent, PersonResult, Timestamp};
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
pub fn look_at(kept: &mut Kept, rooms: &Rooms<'_>, embeddings: &mut EmbeddingCache<'_>) -> Look {
    kept.version += 1;
    let as_of = kept
        .known_until()
        .map_or(rooms.as_of, |until| until.max(rooms.as_of));
    let rooms = &Rooms { as_of, ..*rooms };
    let (result, now, asked, withheld_journeys) = match extracted(kept, rooms.config, as_of) {
        Ok(person) => {
            let walked = walk_remembering(kept, &person, rooms, embeddings);
            let now = lineage(&kept.known, &person, &walked, as_of, kept.version);
            (
                walked.result(&person),
                now,
                walked.asked,
                walked.withheld_journeys,
            )
        }
        Err(_) => {
            let user_id = kept.user_id().to_owned();
            let now = all_ended(&kept.known, &user_id, as_of, kept.version);
            let nothing = PersonResult {
                user_id,
                ..PersonResult::default()
            };
            (nothing, now, Asked::default(), 0)
        }
    };
    kept.known = now.known;
    kept.lineage.extend(now.events.iter().cloned());
    let too_many = kept
        .lineage
        .len()
        .saturating_sub(rooms.config.keep.max_lineage);
    kept.lineage.drain(..too_many);
    Look {
        result,
        events: now.events,
        as_of,
        asked,
        withheld_journeys,
    }
}

/// Walks a person with what is remembered, which stays as it is.
pub fn walk_remembering(
    kept: &Kept,
    person: &Extracted,
    rooms: &Rooms<'_>,
    embeddings: &mut EmbeddingCache<'_>,
) -> Walked {
    let remembered = Remembered {
        known: &kept.known,
        stances: &kept.stances,
    };
    walk_with(person, rooms, remembered, embeddings)
}
