//! Where in its life a journey is: evergreen or situational, ongoing or ended, and what the person is
//! about in it. Learned from features of its rhythm, from what its words say and from how likely the
//! person comes back; [rules](StageConfig) stand in where it has too little history.

mod features;
mod rules;

pub use features::{FEATURES, Features, of_journey};
pub use rules::{StageConfig, by_rules};

use crate::affinity::UnitSpace;
use crate::assign::Candidate;
use crate::extract::Extracted;
use crate::logistic::Scored;
use crate::nouns::{Lifecycle, Phase, Stage, Status, Timestamp};

/// A stage, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Staged {
    /// The stage.
    pub stage: Stage,
    /// Why it is evergreen or not, and ended or not; none where the rules decided.
    pub evergreen: Option<Scored>,
    /// Likewise.
    pub ended: Option<Scored>,
}

/// A journey of fewer active days has no rhythm: the rules decide.
const FEWEST_ACTIVE_DAYS: usize = 2;

/// What the learned parts say of one journey.
pub struct Opinion {
    /// How likely it is evergreen.
    pub evergreen: Scored,
    /// How likely it has ended.
    pub ended: Scored,
    /// How likely the person is about each phase, in the order of [`PHASES`]; they sum to 1.
    pub phases: [f32; PHASES.len()],
}

/// The phases in the order of the model.
pub const PHASES: [Phase; 3] = [Phase::Inspiration, Phase::Planning, Phase::Action];
/// From this probability on a phase is named.
const CLEAR: f32 = 0.5;

/// The stage of a candidate at `as_of`: by what the learned parts say if it has some history, else
/// by the rules. A phase is only named where the journey runs and concludes.
#[must_use]
pub fn stage(
    candidate: &Candidate,
    as_of: Timestamp,
    opinion: Opinion,
    config: &StageConfig,
) -> Staged {
    let days = candidate
        .times
        .chunk_by(|left, right| left.day() == right.day());
    let learned = days.count() >= FEWEST_ACTIVE_DAYS;
    let (evergreen, ended) = if learned {
        (opinion.evergreen.value >= 0.5, opinion.ended.value >= 0.5)
    } else {
        by_rules(candidate, as_of, config)
    };
    let phases = PHASES.iter().zip(opinion.phases);
    let clear = phases.max_by(|left, right| left.1.total_cmp(&right.1));
    let clear = clear.filter(|(_, probability)| *probability >= CLEAR && !evergreen && !ended);
    Staged {
        stage: Stage {
            lifecycle: if evergreen {
                Lifecycle::Evergreen
            } else {
                Lifecycle::Situational
            },
            status: if ended {
                Status::Ended
            } else {
                Status::Ongoing
            },
            phase: clear.map(|(phase, _)| *phase),
        },
        evergreen: learned.then_some(opinion.evergreen),
        ended: learned.then_some(opinion.ended),
    }
}

/// The meaning of what the person typed or saw lately: keywords last seen in the last third of the
/// journey's time.
#[must_use]
pub fn recent_meaning(person: &Extracted, candidate: &Candidate, space: &UnitSpace) -> Vec<f32> {
    let first = candidate
        .times
        .first()
        .copied()
        .unwrap_or_default()
        .millis();
    let last = candidate.last_active_at().millis();
    let from = last - (last - first) / 3;
    let is_recent =
        |(keyword, _): &&(u32, f64)| person.keywords[*keyword as usize].last_seen.millis() >= from;
    let recent: Vec<(u32, f64)> = candidate
        .keywords
        .iter()
        .filter(is_recent)
        .copied()
        .collect();
    space.meaning(&recent)
}

#[cfg(test)]
mod tests;
