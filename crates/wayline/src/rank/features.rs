//! What is measured of a journey to tell whether it matters: one piece of code for training and for
//! inference.

use super::Rhythm;
use crate::assign::Candidate;
use crate::extract::Extracted;
use crate::nouns::Timestamp;

/// The names of the features, in their order. Logarithms are natural, of 1 + what they are named
/// after; days are counted up to `as_of`, and nothing later is looked at.
///
/// | feature | what it measures |
/// |---|---|
/// | `user_log_events`, `user_log_silence` | the person's events; days since the last of them |
/// | `user_log_rate` | the person's events a day, from the first to the last |
/// | `log_events`, `log_visits`, `log_keywords`, `log_searches`, `log_items` | counts of the journey |
/// | `saves` | mean action weight of an event above that of a plain look |
/// | `on_board` | 1 if anything of it was saved to a board |
/// | `share_of_events`, `events_place` | its share of the person's events; 1 / its place when journeys are ordered by events |
/// | `log_silence`, `silence_place` | days since its last event; 1 / its place by recency |
/// | `recency_3`, `recency_14`, `recency_60` | 1 now, halving every 3, 14 and 60 days |
/// | `silence_in_gaps` | ln((1 + silence) / (1 + its typical gap)) |
/// | `log_active_days`, `log_span`, `log_gap` | days with activity; days from first to last; mean days between active ones |
/// | `irregularity` | standard deviation of those gaps over their mean, at most 3; 0 below three gaps |
/// | `share_of_weeks` | weeks with activity over weeks from first to last |
/// | `burst` | share of its times that fall on its busiest day |
/// | `log_lately`, `share_lately` | times in the last 14 days; their share of all its times |
/// | `cohesion`, `isolation` | mean affinity within; 1 − the highest mean affinity to another group |
/// | `confidence` | how likely it is one real goal |
/// | `rarity` | mean rarity of its keywords over people, by weight, 0.1 a nat |
/// | `navigational` | share of its keywords that are a way to a site |
pub const FEATURES: [&str; 31] = [
    "user_log_events",
    "user_log_silence",
    "user_log_rate",
    "log_events",
    "log_visits",
    "log_keywords",
    "log_searches",
    "log_items",
    "saves",
    "on_board",
    "share_of_events",
    "events_place",
    "log_silence",
    "silence_place",
    "recency_3",
    "recency_14",
    "recency_60",
    "silence_in_gaps",
    "log_active_days",
    "log_span",
    "log_gap",
    "irregularity",
    "share_of_weeks",
    "burst",
    "log_lately",
    "share_lately",
    "cohesion",
    "isolation",
    "confidence",
    "rarity",
    "navigational",
];

/// The values of [`FEATURES`].
pub type Features = [f32; FEATURES.len()];

/// The features of all journeys of a person at `as_of`.
#[must_use]
pub fn features(person: &Extracted, candidates: &[Candidate], as_of: Timestamp) -> Vec<Features> {
    let by_events = places(candidates, |it| f64::from(it.events));
    let by_recency = places(candidates, |it| it.last_active_at().millis() as f64);
    let of_user = User::of(person, as_of);
    let places = by_events.into_iter().zip(by_recency);
    let candidates = candidates.iter().zip(places);
    candidates
        .map(|(candidate, places)| of_journey(candidate, &of_user, places, as_of))
        .collect()
}

/// 1 / the place of each, the highest first; of equals the one before.
fn places(candidates: &[Candidate], value: impl Fn(&Candidate) -> f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    order.sort_by(|left, right| value(&candidates[*right]).total_cmp(&value(&candidates[*left])));
    let mut places = vec![0.0; candidates.len()];
    for (place, candidate) in order.into_iter().enumerate() {
        places[candidate] = 1.0 / (place + 1) as f64;
    }
    places
}

/// What all journeys of a person share.
struct User {
    events: f64,
    log_silence: f64,
    log_rate: f64,
}

impl User {
    fn of(person: &Extracted, as_of: Timestamp) -> Self {
        let days = person.last_event.days_since(person.first_event).max(1.0);
        let events = f64::from(person.events);
        Self {
            events,
            log_silence: log(as_of.days_since(person.last_event)),
            log_rate: log(events / days),
        }
    }
}

/// ln(1 + value) of what is at least 0.
fn log(value: f64) -> f64 {
    libm::log1p(value.max(0.0))
}

const LATELY_DAYS: f64 = 14.0;

fn of_journey(
    candidate: &Candidate,
    user: &User,
    (events_place, silence_place): (f64, f64),
    as_of: Timestamp,
) -> Features {
    let rhythm = Rhythm::of(&candidate.times);
    let silence = as_of.days_since(candidate.last_active_at()).max(0.0);
    let recency = |half_life: f64| libm::exp2(-silence / half_life);
    let days = ActiveDays::of(&candidate.times);
    let times = candidate.times.len().max(1) as f64;
    let is_late = |time: &&Timestamp| as_of.days_since(**time) <= LATELY_DAYS;
    let lately = candidate.times.iter().filter(is_late).count() as f64;
    let values: [f64; FEATURES.len()] = [
        log(user.events),
        user.log_silence,
        user.log_rate,
        log(f64::from(candidate.events)),
        log(f64::from(candidate.visits)),
        log(candidate.keywords.len() as f64),
        log(f64::from(candidate.searches)),
        log(f64::from(candidate.items)),
        candidate.intensity(),
        f64::from(u8::from(!candidate.boards.is_empty())),
        f64::from(candidate.events) / user.events.max(1.0),
        events_place,
        log(silence),
        silence_place,
        recency(3.0),
        recency(14.0),
        recency(60.0),
        log(silence) - log(rhythm.typical_gap_days),
        log(f64::from(rhythm.active_days)),
        log(rhythm.span_days),
        log(rhythm.typical_gap_days),
        days.irregularity(),
        rhythm.share_of_weeks,
        days.busiest / times,
        log(lately),
        lately / times,
        candidate.cohesion,
        1.0 - candidate.nearest,
        candidate.confidence.value,
        0.1 * candidate.rarity,
        candidate.navigational,
    ];
    values.map(|value| value as f32)
}

/// The days on which something of a journey was seen.
struct ActiveDays {
    days: Vec<i64>,
    /// Times on the busiest of them.
    busiest: f64,
}

impl ActiveDays {
    fn of(times: &[Timestamp]) -> Self {
        let by_day = times.chunk_by(|left, right| left.day() == right.day());
        let busiest = by_day.clone().map(<[_]>::len).max().unwrap_or(0);
        Self {
            days: by_day.map(|same| same[0].day()).collect(),
            busiest: busiest as f64,
        }
    }

    fn irregularity(&self) -> f64 {
        if self.days.len() < 4 {
            return 0.0;
        }
        let gaps = || self.days.windows(2).map(|pair| (pair[1] - pair[0]) as f64);
        let count = (self.days.len() - 1) as f64;
        let mean = gaps().sum::<f64>() / count;
        let variance = gaps().map(|gap| (gap - mean).powi(2)).sum::<f64>() / count;
        (variance.sqrt() / mean).min(3.0)
    }
}
