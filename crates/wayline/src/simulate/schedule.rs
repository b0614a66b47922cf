//! When a person visits, and for which of their journeys.

use std::collections::BTreeMap;

use super::catalogue::{Catalogue, JourneyKind};
use super::config::SimulationConfig;
use super::dice::Dice;

const DAY_MS: f64 = 86_400_000.0;

/// One journey in a person's life; days count from the start of the person's log.
pub(super) struct Plan {
    /// Place in the catalogue.
    pub(super) journey: usize,
    pub(super) kind: JourneyKind,
    /// First day; before 0 when it began before the log does.
    pub(super) start: f64,
    /// Last day as planned; may be after the log's end.
    pub(super) end: f64,
    /// About how many visits serve it, were all of it seen.
    visits: f64,
    /// Weeks without activity.
    pause: Option<(f64, f64)>,
}

impl Plan {
    /// How far the journey is on this day, 0 to 1.
    pub(super) fn progress(&self, day: f64) -> f64 {
        ((day - self.start) / (self.end - self.start)).clamp(0.0, 1.0)
    }

    fn active(&self, day: f64) -> bool {
        let paused = self.pause.is_some_and(|(from, to)| day > from && day < to);
        day >= self.start && day <= self.end && !paused
    }
}

/// One visit.
pub(super) struct Visit {
    pub(super) start_ms: i64,
    pub(super) day: f64,
    /// Which plans it serves; none when the person came for something else.
    pub(super) plans: Vec<usize>,
}

/// All of a person's life that the log sees.
pub(super) struct Schedule {
    pub(super) plans: Vec<Plan>,
    pub(super) visits: Vec<Visit>,
    /// The day on which the log ends.
    pub(super) days: f64,
}

/// Which journeys: any of the catalogue, and rather often siblings of those chosen already.
fn choose(catalogue: &Catalogue, config: &SimulationConfig, dice: &mut Dice) -> Vec<usize> {
    let used = config.journeys_used(catalogue);
    let wanted = dice.between(
        *config.journeys_per_person.start(),
        *config.journeys_per_person.end(),
    );
    let mut chosen: Vec<usize> = Vec::new();
    // Bounded, for a small catalogue may hold fewer goals than a person wants.
    for _ in 0..wanted.saturating_mul(20) {
        if chosen.len() >= wanted {
            break;
        }
        let sibling = match dice.pick(&chosen) {
            Some(&known) if dice.chance(0.2) => {
                let near: Vec<usize> = catalogue
                    .siblings(known)
                    .iter()
                    .copied()
                    .filter(|s| used.binary_search(s).is_ok())
                    .collect();
                dice.pick(&near).copied()
            }
            _ => None,
        };
        let Some(next) = sibling.or_else(|| dice.pick(&used).copied()) else {
            break;
        };
        // The same goal told twice would be two journeys that nobody could tell apart.
        if !chosen
            .iter()
            .any(|&c| catalogue.twin(c) == catalogue.twin(next))
        {
            chosen.push(next);
        }
    }
    chosen
}

fn plan(
    catalogue: &Catalogue,
    journey: usize,
    days: f64,
    effort: f64,
    dice: &mut Dice,
) -> Option<Plan> {
    let about = catalogue.journeys().get(journey)?;
    let kind = about.kind;
    let typical = f64::from(about.typical_days);
    let visits = effort * dice.by_quantiles(&[1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 14.0, 24.0]);
    let (start, end) = match kind {
        JourneyKind::Situational => {
            // Who does little for it is done with it sooner.
            let length = (typical * dice.real(0.5, 1.3)).min(visits * 18.0).max(4.0);
            let start = dice.real(-0.5 * length, days - (0.25 * length).clamp(2.0, 20.0));
            (start.min(days - 2.0), start + length)
        }
        JourneyKind::Evergreen => {
            let start = if dice.chance(0.3) {
                dice.real(0.0, days * 0.7)
            } else {
                -typical * dice.share()
            };
            (start, days + typical)
        }
    };
    let (seen_from, seen_to) = (start.max(0.0), end.min(days));
    let pause = (seen_to - seen_from > 60.0 && dice.chance(0.35)).then(|| {
        let length = dice.real(14.0, 56.0).min((seen_to - seen_from) / 2.0);
        let from = dice.real(seen_from + 5.0, seen_to - length);
        (from, from + length)
    });
    Some(Plan {
        journey,
        kind,
        start,
        end,
        visits,
        pause,
    })
}

/// The days on which a journey is pursued.
fn days_of(plan: &Plan, days: f64, busy: &mut Vec<u32>, dice: &mut Dice) -> Vec<u32> {
    let (from, to) = (
        plan.start.max(0.0),
        plan.end.min(days - 0.01).max(plan.start.max(0.0)),
    );
    // What happened before the log begins, or will after it, isn't seen.
    let seen = match plan.kind {
        JourneyKind::Situational => ((to - from) / (plan.end - plan.start)).clamp(0.3, 1.0),
        JourneyKind::Evergreen => 1.0,
    };
    let wanted = (plan.visits * seen).min(1.0 + 1.2 * (to - from)).max(1.0) as usize;
    let peak = dice.share();
    let mut out: Vec<u32> = Vec::with_capacity(wanted);
    let mut last: Option<f64> = None;
    for _ in 0..wanted {
        let mut day = from;
        for _ in 0..6 {
            day = match last {
                // People come back the next days while a thing is on their mind.
                Some(before) if dice.chance(0.45) => before + dice.real(-3.0, 5.0),
                // Situational journeys have a busy time, evergreen ones come and go.
                _ if plan.kind == JourneyKind::Situational => {
                    let around = peak + (dice.share() + dice.share() - 1.0) * 0.3;
                    let even = dice.share();
                    from + (to - from) * if dice.chance(0.5) { even } else { around }
                }
                _ => dice.real(from, to),
            }
            .clamp(from, to);
            if plan.active(day) {
                break;
            }
        }
        last = Some(day);
        // Most things are done on days on which the person is there anyway.
        let reach = ((to - from) / 8.0).clamp(1.0, 6.0);
        let near = busy
            .iter()
            .map(|b| f64::from(*b) + 0.5)
            .filter(|b| (b - day).abs() <= reach && plan.active(*b))
            .min_by(|a, b| (a - day).abs().total_cmp(&(b - day).abs()));
        let day = near.unwrap_or(day) as u32;
        if near.is_none() {
            busy.push(day);
        }
        out.push(day);
    }
    out
}

/// Draws a person's journeys and visits.
pub(super) fn schedule(
    catalogue: &Catalogue,
    config: &SimulationConfig,
    dice: &mut Dice,
) -> Schedule {
    let low = (*config.history_days.start()).clamp(14, 1_500) as usize;
    let high = (*config.history_days.end()).clamp(14, 1_500) as usize;
    let whole_days = dice.between(low, high);
    let days = whole_days as f64;
    let effort = dice.by_quantiles(&[1.1, 1.9, 2.4, 2.9, 4.2]);
    let plans: Vec<Plan> = choose(catalogue, config, dice)
        .into_iter()
        .filter_map(|journey| plan(catalogue, journey, days, effort, dice))
        .collect();

    let presence = dice.real(0.03, 0.12);
    let mut busy: Vec<u32> = (0..whole_days as u32)
        .filter(|_| dice.chance(presence))
        .collect();
    let mut slots: BTreeMap<(u32, usize), Vec<usize>> = BTreeMap::new();
    for (i, plan) in plans.iter().enumerate() {
        for day in days_of(plan, days, &mut busy, dice) {
            let slot = usize::from(dice.chance(0.15));
            let plans = slots.entry((day, slot)).or_default();
            if !plans.contains(&i) {
                plans.push(i);
            }
        }
    }
    for _ in 0..(days / 30.0 * dice.real(0.3, 1.5)) as usize {
        slots
            .entry((dice.below(whole_days) as u32, dice.below(2)))
            .or_default();
    }

    let hours = [dice.real(17.0, 22.0), dice.real(6.0, 14.0)];
    let begin = config.end_ms() - (days * DAY_MS) as i64;
    let mut visits: Vec<Visit> = slots
        .into_iter()
        .map(|((day, slot), plans)| {
            let hour = hours.get(slot).copied().unwrap_or(12.0) + dice.real(-1.0, 1.0);
            let start_ms = begin + (f64::from(day) * DAY_MS + hour * 3_600_000.0) as i64;
            Visit {
                start_ms,
                day: f64::from(day) + 0.5,
                plans,
            }
        })
        .collect();
    visits.sort_by_key(|v| v.start_ms);
    Schedule {
        plans,
        visits,
        days,
    }
}
