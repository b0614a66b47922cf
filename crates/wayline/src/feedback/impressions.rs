//! From rows of feedback to showings of journeys with what came of each.

use super::FeedbackConfig;
use crate::nouns::{Channel, Feedback, Reaction, Timestamp};

/// Positions from here on count as one: few lists are longer, and few people look there.
pub const LAST_POSITION: u32 = 20;

/// One showing of a journey, and what the person did with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Impression {
    /// Whose.
    pub user_id: String,
    /// Which journey.
    pub journey_id: String,
    /// Where.
    pub channel: Channel,
    /// When it was shown; where that wasn't recorded, when the person first reacted.
    pub at: Timestamp,
    /// At which place, 1 to [`LAST_POSITION`], if it was recorded.
    pub position: Option<u32>,
    /// What the person did, each once, in the order of [`Reaction`].
    pub reactions: Vec<Reaction>,
}

/// What an impression says of a journey, as weights of examples.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Says {
    /// Of all examples.
    pub total: f64,
    /// Of those for it.
    pub positive: f64,
}

impl Impression {
    /// Whether the person went for it, by a click or a word for it.
    #[must_use]
    pub fn was_taken(&self) -> bool {
        let takes = |it: &Reaction| matches!(it, Reaction::Click | Reaction::Positive);
        self.reactions.iter().any(takes)
    }

    /// What it says, given the probability that the person looked there at all.
    ///
    /// A showing is one example. What the reactions for it say is divided by that probability, since
    /// it stands for those who didn't look too (inverse propensity weighting; Joachims, Swaminathan &
    /// Schnabel 2017). Where that is more than one example, it is as many, all for it: an unbounded
    /// share would let few clicks at low positions outweigh everything. What the person said in so
    /// many words against it is examples of its own.
    #[must_use]
    pub fn says(&self, propensity: f64, config: &FeedbackConfig) -> Says {
        let looked = propensity.clamp(config.least_propensity, 1.0);
        let (mut pro, mut contra) = (0.0_f64, 0.0_f64);
        for reaction in &self.reactions {
            match reaction {
                Reaction::Sent => {}
                Reaction::Open => pro = pro.max(config.open),
                Reaction::Click => pro = pro.max(config.click),
                Reaction::Positive => pro = pro.max(config.positive),
                Reaction::Dismiss => contra = contra.max(config.dismiss),
                Reaction::Negative => contra = contra.max(config.negative),
            }
        }
        // Whoever takes it away after a click doesn't want it.
        if contra > 0.0 {
            pro = 0.0;
        }
        let positive = pro / looked;
        Says {
            total: positive.max(1.0) + contra / looked,
            positive,
        }
    }

    /// Whether the person certainly looked there.
    #[must_use]
    pub fn was_looked_at(&self) -> bool {
        self.reactions.iter().any(|it| *it != Reaction::Sent)
    }
}

/// The impressions of rows, in the order of people, journeys, channels and times. Rows may come in
/// any order; a row that comes twice counts once.
///
/// A showing begins with `sent`; what the person did with the journey in that channel from then to
/// the next `sent` came of it. Reactions before any `sent` are a showing of their own.
#[must_use]
pub fn impressions(mut rows: Vec<Feedback>) -> Vec<Impression> {
    rows.sort_unstable();
    rows.dedup();
    let mut impressions: Vec<Impression> = Vec::new();
    for row in rows {
        let position = row.position.map(|position| position.min(LAST_POSITION));
        let last = impressions.last_mut().filter(|last| {
            row.reaction != Reaction::Sent
                && (&last.user_id, &last.journey_id) == (&row.user_id, &row.journey_id)
                && last.channel == row.channel
        });
        match last {
            Some(last) => {
                last.position = last.position.or(position);
                if let Err(place) = last.reactions.binary_search(&row.reaction) {
                    last.reactions.insert(place, row.reaction);
                }
            }
            None => impressions.push(Impression {
                user_id: row.user_id,
                journey_id: row.journey_id,
                channel: row.channel,
                at: row.time,
                position,
                reactions: vec![row.reaction],
            }),
        }
    }
    impressions
}
