//! What a person did in an event.

/// An action by its place in an [`Actions`] list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActionId(u8);

impl ActionId {
    /// Place in the list, from 0.
    #[must_use]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// From a place in the list; only for reading back what [`ActionId::index`] gave.
    #[must_use]
    pub fn from_index(index: u8) -> Self {
        Self(index)
    }
}

/// The actions that the config knows, each with its weight, in the order of their names.
///
/// A weight says how strongly one such event speaks for interest: 0 means the event is ignored, a
/// negative weight that it hides what it touches.
#[derive(Clone, Debug, PartialEq)]
pub struct Actions {
    names: Vec<String>,
    weights: Vec<f32>,
}

/// Why a list of actions is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActionsError {
    /// More than 256 actions.
    #[error("at most 256 actions can be told apart, the config names {0}")]
    TooMany(usize),
    /// `search` is missing: queries need it.
    #[error("the config gives no weight to the action `search`, which every query counts as")]
    NoSearch,
}

impl Actions {
    /// From names and weights, in any order.
    ///
    /// # Errors
    /// More than 256 actions, or none called `search`.
    pub fn new<S: Into<String>>(
        weights: impl IntoIterator<Item = (S, f32)>,
    ) -> Result<Self, ActionsError> {
        let mut pairs: Vec<(String, f32)> = weights
            .into_iter()
            .map(|(name, weight)| (name.into(), weight))
            .collect();
        pairs.sort_by(|left, right| left.0.cmp(&right.0));
        pairs.dedup_by(|later, earlier| later.0 == earlier.0);
        if pairs.len() > 256 {
            return Err(ActionsError::TooMany(pairs.len()));
        }
        if !pairs.iter().any(|(name, _)| name == Self::SEARCH) {
            return Err(ActionsError::NoSearch);
        }
        let (names, weights) = pairs.into_iter().unzip();
        Ok(Self { names, weights })
    }

    /// The name of the action that an event with a query and without an action has.
    pub const SEARCH: &'static str = "search";

    /// The action of that name, if the config knows it.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<ActionId> {
        self.names
            .binary_search_by(|known| known.as_str().cmp(name))
            .ok()
            .map(|index| ActionId(index as u8))
    }

    /// The action `search`.
    #[must_use]
    pub fn search(&self) -> ActionId {
        self.find(Self::SEARCH).unwrap_or(ActionId(0))
    }

    /// All names, sorted.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The weight of an action of this list.
    #[must_use]
    pub fn weight(&self, action: ActionId) -> f32 {
        self.weights.get(action.index()).copied().unwrap_or(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_found_by_name() {
        let actions = Actions::new([("search", 1.0), ("pin", 2.0), ("hide", -1.0)]);
        let actions = actions.expect("three good actions");
        let pin = actions.find("pin").expect("pin is known");
        assert_eq!(actions.weight(pin), 2.0);
        assert_eq!(actions.find("like"), None);
        assert_eq!(actions.names()[actions.search().index()], "search");
    }

    #[test]
    fn search_must_be_known() {
        assert_eq!(Actions::new([("save", 1.0)]), Err(ActionsError::NoSearch));
    }
}
