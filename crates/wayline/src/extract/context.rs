//! Which searches led to an item.

use crate::nouns::Timestamp;

use super::ExtractConfig;

/// The last searches of the visit, newest first, and how much each still explains.
#[derive(Clone, Debug, Default)]
pub(super) struct RecentSearches {
    searches: [Option<(u32, Timestamp)>; DEPTH],
}

/// How many searches back an item can belong to.
const DEPTH: usize = 3;
/// What is left of the weight when 0, 1 or 2 other searches came in between.
const IN_BETWEEN: [f32; DEPTH] = [1.0, 0.3, 0.1];

impl RecentSearches {
    /// A new visit: nothing before it explains anything.
    pub(super) fn clear(&mut self) {
        self.searches = [None; DEPTH];
    }

    /// A search of `unit` happened.
    pub(super) fn push(&mut self, unit: u32, time: Timestamp) {
        if let Some((newest, newest_time)) = &mut self.searches[0]
            && *newest == unit
        {
            *newest_time = time;
            return;
        }
        self.searches.rotate_right(1);
        self.searches[0] = Some((unit, time));
    }

    /// The searches that may have led to an item seen at `time`, with weights in (0, 1].
    pub(super) fn explain(
        &self,
        time: Timestamp,
        config: &ExtractConfig,
    ) -> impl Iterator<Item = (u32, f32)> {
        let decay = config.context_decay_seconds as f32;
        let reach = i64::from(config.context_reach_seconds) * 1_000;
        self.searches
            .into_iter()
            .zip(IN_BETWEEN)
            .filter_map(move |(search, in_between)| {
                let (unit, searched_at) = search?;
                let gap = time.millis() - searched_at.millis();
                (gap <= reach).then(|| {
                    (
                        unit,
                        in_between * libm::expf(-(gap as f32) / 1_000.0 / decay),
                    )
                })
            })
    }
}
