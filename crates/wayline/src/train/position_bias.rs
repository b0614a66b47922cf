//! How likely people look at each position of a list, estimated from what they clicked.
//!
//! The position-based model: a click needs a look, which depends on channel and position alone, and
//! liking, which depends on the journey alone (Craswell et al. 2008). Both are estimated by
//! expectation maximization with liking as a regression on the journey's features, so that a journey
//! needn't have stood at several positions (Wang et al. 2018, "Position bias estimation for unbiased
//! learning to rank in personal search").

use std::collections::BTreeMap;

use super::ridge::{Ridge, Weighted};
use crate::logistic::Logistic;
use crate::nouns::Channel;

/// A showing of which the position is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shown<'a> {
    /// Where.
    pub channel: Channel,
    /// At which place, from 1.
    pub position: u32,
    /// Whether the person went for it.
    pub taken: bool,
    /// Whether the person certainly looked: went for it, or did something else with it.
    pub looked: bool,
    /// What is known of the journey: all as many values.
    pub features: &'a [f32],
}

/// How likely people look, by channel and position, against where they look most.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PositionBias {
    places: BTreeMap<(Channel, u32), Place>,
}

/// A position of a channel.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Place {
    /// How often a journey was shown there.
    pub shown: u64,
    /// How often the person went for it.
    pub taken: u64,
    /// How often the person certainly looked.
    pub looked: u64,
    /// How likely people look there, 0 to 1; 1 where they look most.
    pub propensity: f64,
}

/// Rounds of expectation and maximization.
const ROUNDS: usize = 60;
/// Each position counts this many more showings, looked at as a list usually is: one in its place.
const SHRINKAGE: f64 = 10.0;
/// Nowhere do people look less than this.
const LEAST: f64 = 0.01;
/// Holds the regression of liking down.
const PENALTY: f64 = 1.0;

impl PositionBias {
    /// Estimates it. Where nobody or everybody went for what they saw, nothing can be told apart: then
    /// a list is taken to be looked at as [usual](Self::usual).
    #[must_use]
    pub fn estimate(shown: &[Shown<'_>]) -> Self {
        let mut bias = Self::default();
        for it in shown {
            let place = bias.places.entry((it.channel, it.position)).or_default();
            place.shown += 1;
            place.taken += u64::from(it.taken);
            place.looked += u64::from(it.looked || it.taken);
        }
        for ((_, position), place) in &mut bias.places {
            let certain = place.looked as f64 / place.shown as f64;
            place.propensity = Self::usual(*position).max(certain);
        }
        let width = shown.first().map_or(0, |it| it.features.len());
        let mut liking = Weighted::new(width);
        for it in shown {
            liking.push(it.features.iter().copied(), 1.0, 0.0);
        }
        let free: Vec<usize> = (0..width).collect();
        let mut likes = Logistic::unknowing(width);
        // Before anything is known a click is as likely as all clicks are.
        likes.bias = -2.0;
        for _ in 0..ROUNDS {
            let mut looks: BTreeMap<(Channel, u32), f64> = BTreeMap::new();
            let mut liked = Vec::with_capacity(shown.len());
            for it in shown {
                let place = (it.channel, it.position);
                let look = bias.propensity(it.channel, it.position);
                let like = f64::from(likes.probability(it.features));
                let (looked, liking) = if it.taken {
                    (1.0, 1.0)
                } else if it.looked {
                    (1.0, 0.0)
                } else {
                    let neither = (1.0 - look * like).max(1e-12);
                    (look * (1.0 - like) / neither, like * (1.0 - look) / neither)
                };
                *looks.entry(place).or_default() += looked;
                liked.push((1.0, liking));
            }
            liking.weigh(liked);
            let ridge = Ridge {
                penalty: PENALTY,
                towards: &Logistic::unknowing(width),
                free: &free,
            };
            let Ok(fitted) = ridge.fit(&liking) else {
                break;
            };
            likes = fitted;
            bias.maximize(&looks);
        }
        bias
    }

    fn maximize(&mut self, looks: &BTreeMap<(Channel, u32), f64>) {
        for (place, of_place) in &mut self.places {
            let looked = looks.get(place).copied().unwrap_or(0.0);
            let usual = SHRINKAGE * Self::usual(place.1);
            let shown = of_place.shown as f64 + SHRINKAGE;
            of_place.propensity = (looked + usual) / shown;
        }
        // Looking and liking are known but for a factor: where people look most, all look.
        let propensities = self.places.values().map(|place| place.propensity);
        let most = propensities.fold(LEAST, f64::max);
        for place in self.places.values_mut() {
            place.propensity = (place.propensity / most).clamp(LEAST, 1.0);
        }
    }

    /// How likely people look at a position of which nothing is known: one in its place (Joachims,
    /// Swaminathan & Schnabel 2017).
    #[must_use]
    pub fn usual(position: u32) -> f64 {
        1.0 / f64::from(position.max(1))
    }

    /// How likely people look at a position of a channel.
    #[must_use]
    pub fn propensity(&self, channel: Channel, position: u32) -> f64 {
        let known = self.places.get(&(channel, position));
        known.map_or_else(|| Self::usual(position), |place| place.propensity)
    }

    /// What is known of each position of each channel, in their order.
    pub fn places(&self) -> impl Iterator<Item = (Channel, u32, Place)> {
        let places = self.places.iter();
        places.map(|((channel, position), place)| (*channel, *position, *place))
    }
}
