//! One person's life as a log shows it: visits in which several journeys mix.

use jiff::Timestamp;

use super::catalogue::{Catalogue, JourneyKind, Phase};
use super::config::SimulationConfig;
use super::dice::{Dice, Stream};
use super::event::SimulatedEvent;
use super::gold::{GoldPerson, Ledger};
use super::items::{Bearing, FACETS, Item, Items, SHELF};
use super::log_kind::LogKind;
use super::noise;
use super::schedule::{Schedule, Visit, schedule};
use super::text::{carelessly, reworded, with_typo};

/// One person of a simulation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimulatedPerson {
    /// What the log holds, in the order of time.
    pub events: Vec<SimulatedEvent>,
    /// What is true.
    pub gold: GoldPerson,
}

/// Makes the person with this number. The same (seed, number) gives the same person whatever the
/// other people are and in whatever order they are made, so people can be streamed and made in
/// parallel; `config.people` only counts where `people_per_journey` is set, and the number may be
/// anything. Logs that lack something (annotations only, no interests, no boards) hold the events
/// of the default kind without it. Values of `config` that
/// [`SimulationConfig::check`] would refuse are replaced by the nearest possible ones.
pub fn person(catalogue: &Catalogue, config: &SimulationConfig, index: u64) -> SimulatedPerson {
    let mut dice = Dice::new(config.seed, Stream::Person, index, 0);
    let schedule = schedule(catalogue, config, &mut dice);
    let items = Items {
        catalogue,
        seed: config.seed,
        kind: config.kind,
    };
    let threads = schedule
        .plans
        .iter()
        .map(|p| Thread::new(catalogue, p.journey, &mut dice))
        .collect();
    let mut walk = Walk {
        catalogue,
        schedule: &schedule,
        items,
        index,
        dice,
        threads,
        opened: Vec::new(),
        acts: Vec::new(),
        now: 0,
    };
    walk.share_boards();
    for visit in &schedule.visits {
        walk.visit(visit);
    }
    walk.finish(config)
}

/// Every person of a simulation, one after the other.
pub fn people<'a>(
    catalogue: &'a Catalogue,
    config: &'a SimulationConfig,
) -> impl Iterator<Item = SimulatedPerson> + 'a {
    (0..config.people).map(move |index| person(catalogue, config, index))
}

/// What the person has done so far for one journey.
struct Thread {
    /// Places of catalogue queries not typed yet.
    untyped: Vec<usize>,
    typed: Vec<String>,
    /// Items opened: places in `Walk::opened`, with the place on the shelf.
    seen: Vec<(usize, usize)>,
    boards: Vec<String>,
    facet: usize,
}

impl Thread {
    fn new(catalogue: &Catalogue, journey: usize, dice: &mut Dice) -> Self {
        let about = catalogue.journeys().get(journey);
        let mut boards: Vec<String> = about.map(|a| a.boards.clone()).unwrap_or_default();
        dice.shuffle(&mut boards);
        boards.truncate(1 + dice.early(2));
        Self {
            untyped: (0..about.map_or(0, |a| a.queries.len())).collect(),
            typed: Vec::new(),
            seen: Vec::new(),
            boards,
            facet: dice.below(FACETS),
        }
    }
}

enum What {
    Search {
        query: String,
        clicked: Option<String>,
    },
    Item {
        action: &'static str,
        item: usize,
        board: Option<String>,
    },
}

/// One thing done, and for which plan.
struct Act {
    ms: i64,
    plan: Option<usize>,
    what: What,
}

/// A person on their way through the visits.
struct Walk<'a> {
    catalogue: &'a Catalogue,
    schedule: &'a Schedule,
    items: Items<'a>,
    index: u64,
    dice: Dice,
    threads: Vec<Thread>,
    opened: Vec<Item>,
    acts: Vec<Act>,
    /// Milliseconds since 1970.
    now: i64,
}

impl Walk<'_> {
    /// Some boards hold two journeys.
    fn share_boards(&mut self) {
        for plan in 1..self.threads.len() {
            if self.dice.chance(0.15) {
                let other = self.dice.below(plan);
                let boards = self.threads[other].boards.clone();
                self.threads[plan].boards = boards;
            }
        }
    }

    fn wait(&mut self, low_s: f64, high_s: f64) {
        // Short waits are more common than long ones.
        let share = self.dice.share() * self.dice.share();
        self.now += 1 + ((low_s + (high_s - low_s) * share) * 1000.0) as i64;
    }

    fn visit(&mut self, visit: &Visit) {
        self.now = visit.start_ms;
        let mut left: Vec<(usize, usize)> = visit
            .plans
            .iter()
            .map(|p| {
                (
                    *p,
                    self.dice.by_quantiles(&[1.0, 1.4, 2.1, 3.0, 5.0]) as usize,
                )
            })
            .collect();
        if left.is_empty() || self.dice.chance(0.22) {
            self.noise();
        }
        let mut searched: Vec<usize> = Vec::new();
        let mut current: Option<usize> = None;
        while left.iter().any(|(_, n)| *n > 0) {
            let stay = current.filter(|c| left.iter().any(|(p, n)| p == c && *n > 0));
            let plan = match stay.filter(|_| self.dice.chance(0.55)) {
                Some(plan) => plan,
                None => {
                    let open: Vec<usize> = left
                        .iter()
                        .filter(|(_, n)| *n > 0)
                        .map(|(p, _)| *p)
                        .collect();
                    match self.dice.pick(&open) {
                        Some(plan) => *plan,
                        None => break,
                    }
                }
            };
            if let Some((_, n)) = left.iter_mut().find(|(p, _)| *p == plan) {
                *n -= 1;
            }
            current = Some(plan);
            self.group(plan, visit.day, &mut searched);
            if self.dice.chance(0.1) {
                self.noise();
            }
            self.wait(15.0, 300.0);
        }
        if self.dice.chance(0.03) {
            self.stray_items();
        }
    }

    /// A search and what is opened after it.
    fn group(&mut self, plan: usize, day: f64, searched: &mut Vec<usize>) {
        let browse = self.dice.chance(0.15);
        // Without items there would be nothing left of a visit that only browses.
        if !browse || self.items.kind == LogKind::SearchesOnly {
            self.search(plan, day);
            searched.push(plan);
            if self.dice.chance(0.18) {
                self.wait(8.0, 60.0);
                self.search(plan, day);
            }
        }
        let least = if browse { 1.0 } else { 0.0 };
        let opened = self
            .dice
            .by_quantiles(&[0.0, 1.0, 1.4, 2.2, 3.4, 6.0])
            .max(least) as usize;
        for _ in 0..opened {
            self.wait(2.0, 160.0);
            // Now and then it is one from the results of an earlier search.
            let earlier = self
                .dice
                .chance(0.2)
                .then(|| self.dice.pick(searched).copied())
                .flatten();
            self.open(earlier.unwrap_or(plan));
            if self.dice.chance(0.03) {
                self.noise();
            }
        }
    }

    fn search(&mut self, plan: usize, day: f64) {
        let query = self.query(plan, day);
        let item = self.threads[plan]
            .seen
            .last()
            .and_then(|(i, _)| self.opened.get(*i));
        let clicked = item
            .map(|i| i.url.clone())
            .filter(|_| self.dice.chance(0.55));
        self.acts.push(Act {
            ms: self.now,
            plan: Some(plan),
            what: What::Search { query, clicked },
        });
    }

    fn query(&mut self, plan: usize, day: f64) -> String {
        let dice = &mut self.dice;
        let (Some(thread), Some(about)) =
            (self.threads.get_mut(plan), self.schedule.plans.get(plan))
        else {
            return String::new();
        };
        let all = self
            .catalogue
            .journeys()
            .get(about.journey)
            .map_or(&[][..], |j| &j.queries);
        let old = if thread.untyped.is_empty() || dice.chance(0.5) {
            dice.pick(&thread.typed).cloned()
        } else {
            None
        };
        let text = match old {
            Some(old) => match dice.below(100) {
                0..12 => with_typo(&old, dice),
                12..26 => reworded(&old, dice),
                _ => old,
            },
            None => {
                let progress = match about.kind {
                    JourneyKind::Situational => about.progress(day),
                    JourneyKind::Evergreen => dice.share(),
                };
                let phase = phase(progress, dice);
                let fitting: Vec<usize> = thread
                    .untyped
                    .iter()
                    .copied()
                    .filter(|q| all.get(*q).is_some_and(|q| q.phase == phase))
                    .collect();
                let chosen = dice
                    .pick(&fitting)
                    .or_else(|| dice.pick(&thread.untyped))
                    .copied();
                thread.untyped.retain(|q| Some(*q) != chosen);
                match chosen.and_then(|q| all.get(q)) {
                    Some(query) => query.text.clone(),
                    None => return all.first().map(|q| q.text.clone()).unwrap_or_default(),
                }
            }
        };
        if !thread.typed.contains(&text) {
            thread.typed.push(text.clone());
        }
        if dice.chance(0.03) {
            carelessly(&text, dice)
        } else {
            text
        }
    }

    /// An item of the plan's journey: one seen before, or a new one.
    fn item(&mut self, plan: usize) -> Option<usize> {
        let journey = self.schedule.plans.get(plan)?.journey;
        let facet = self.threads[plan].facet;
        if self.dice.chance(0.38)
            && let Some((seen, _)) = self.dice.pick(&self.threads[plan].seen)
        {
            return Some(*seen);
        }
        let drawn = self.dice.early(SHELF);
        let place = if self.dice.chance(0.7) {
            drawn - drawn % FACETS + facet
        } else {
            drawn
        };
        let item = if self.items.kind == LogKind::UniqueTitles {
            self.items.own(
                journey,
                self.index,
                self.opened.len() as u64,
                place % FACETS,
            )?
        } else {
            if let Some((seen, _)) = self.threads[plan].seen.iter().find(|(_, p)| *p == place) {
                return Some(*seen);
            }
            self.items.shared(journey, place)?
        };
        self.opened.push(item);
        self.threads[plan].seen.push((self.opened.len() - 1, place));
        Some(self.opened.len() - 1)
    }

    fn open(&mut self, plan: usize) {
        let Some(item) = self.item(plan) else { return };
        self.act_on(item, Some(plan), "closeup", None);
        if self.dice.chance(0.45) {
            self.wait(3.0, 40.0);
            let boards = &self.threads[plan].boards;
            let board = if self.dice.chance(0.08) {
                Some(
                    self.dice
                        .text(&["saved for later", "misc", "stuff i like", "ideas"])
                        .to_owned(),
                )
            } else {
                self.dice.pick(boards).cloned()
            };
            let named = self.dice.chance(0.85);
            self.act_on(item, Some(plan), "save", board.filter(|_| named));
        }
        if self.dice.chance(0.33) {
            self.wait(3.0, 60.0);
            self.act_on(item, Some(plan), "click", None);
        }
    }

    fn act_on(
        &mut self,
        item: usize,
        plan: Option<usize>,
        action: &'static str,
        board: Option<String>,
    ) {
        self.acts.push(Act {
            ms: self.now,
            plan,
            what: What::Item {
                action,
                item,
                board,
            },
        });
    }

    /// A search that serves no journey.
    fn noise(&mut self) {
        self.wait(2.0, 60.0);
        let (query, clicked) = if self.dice.chance(0.4) {
            let (query, home) = noise::navigational(&mut self.dice);
            (query.to_owned(), Some(home.to_owned()))
        } else {
            (noise::one_off(&mut self.dice), None)
        };
        self.acts.push(Act {
            ms: self.now,
            plan: None,
            what: What::Search { query, clicked },
        });
        self.wait(5.0, 60.0);
    }

    /// Something that caught the eye: an item of a journey that the person isn't on.
    fn stray_items(&mut self) {
        let journey = self.dice.below(self.catalogue.journeys().len());
        if self
            .schedule
            .plans
            .iter()
            .any(|p| self.catalogue.twin(p.journey) == self.catalogue.twin(journey))
        {
            return;
        }
        let place = self.dice.below(SHELF);
        let item = if self.items.kind == LogKind::UniqueTitles {
            self.items.own(
                journey,
                self.index,
                self.opened.len() as u64,
                place % FACETS,
            )
        } else {
            self.items.shared(journey, place)
        };
        if let Some(item) = item {
            self.opened.push(item);
            self.act_on(self.opened.len() - 1, None, "closeup", None);
        }
    }

    /// Turns what was done into what the log shows, and notes what is true of it.
    fn finish(mut self, config: &SimulationConfig) -> SimulatedPerson {
        let end_ms = config.end_ms();
        let user_id = format!("s{}-{:06}", config.seed, self.index);
        let mut ledger = Ledger::default();
        let mut events = Vec::with_capacity(self.acts.len());
        let acts = std::mem::take(&mut self.acts);
        let mut acts: Vec<Act> = acts.into_iter().filter(|a| a.ms <= end_ms).collect();
        acts.sort_by_key(|a| a.ms);
        let mut noted = vec![false; self.opened.len()];
        for act in acts {
            let item = match &act.what {
                What::Item { item, .. } => Some(*item),
                What::Search { .. } => None,
            };
            let Some(mut event) = self.shown(act.what, act.plan.is_none()) else {
                continue;
            };
            if let Some(query) = &event.query {
                ledger.note(query, act.plan);
            } else if let Some(item) = item {
                self.note_item(item, act.plan, &mut noted, &mut ledger);
            }
            event.user_id.clone_from(&user_id);
            event.timestamp_ms = act.ms;
            event.event_id = Some(format!("{user_id}-{}", events.len()));
            if let Some(plan) = act.plan {
                ledger.seen(plan, act.ms);
            }
            events.push(event);
        }
        let as_of = Timestamp::from_millisecond(end_ms)
            .map(|t| t.to_string())
            .unwrap_or_default();
        let gold = ledger.close(self.catalogue, self.schedule, user_id, as_of, end_ms);
        SimulatedPerson { events, gold }
    }

    /// Every event of an item has the same keywords for the same plan: once is enough.
    fn note_item(&self, item: usize, plan: Option<usize>, noted: &mut [bool], ledger: &mut Ledger) {
        let (Some(about), Some(noted)) = (self.opened.get(item), noted.get_mut(item)) else {
            return;
        };
        if std::mem::replace(noted, true) {
            return;
        }
        for (text, bearing) in &about.annotations {
            ledger.note(text, plan.filter(|_| *bearing == Bearing::Topic));
        }
    }

    /// The event as this kind of log shows it, still nobody's; none when it doesn't.
    fn shown(&self, what: What, errand: bool) -> Option<SimulatedEvent> {
        let kind = self.items.kind;
        let mut event = SimulatedEvent {
            user_id: String::new(),
            timestamp_ms: 0,
            event_id: None,
            action: "search",
            query: None,
            item_id: None,
            title: None,
            annotations: Vec::new(),
            interests: Vec::new(),
            board: None,
            url: None,
        };
        match what {
            What::Search { query, clicked } => {
                event.query = Some(query);
                // A search for a site stands with its click in every log.
                event.url = clicked.filter(|_| errand || kind == LogKind::SearchesOnly);
            }
            What::Item {
                action,
                item,
                board,
            } => {
                let item = self
                    .opened
                    .get(item)
                    .filter(|_| kind != LogKind::SearchesOnly)?;
                event.action = action;
                event.item_id = Some(item.id.clone());
                event.annotations = item
                    .annotations
                    .iter()
                    .map(|(text, _)| text.clone())
                    .collect();
                if kind != LogKind::AnnotationsOnly {
                    event.title.clone_from(&item.title);
                    event.url = (action == "click").then(|| item.url.clone());
                    event.board = board.filter(|_| kind != LogKind::NoBoards);
                    if kind != LogKind::NoInterests {
                        event.interests.clone_from(&item.interests);
                    }
                }
            }
        }
        Some(event)
    }
}

/// The phase of a search made when the journey is this far.
fn phase(progress: f64, dice: &mut Dice) -> Phase {
    let peaks = [
        (Phase::Inspire, 0.05),
        (Phase::Plan, 0.35),
        (Phase::Act, 0.7),
        (Phase::After, 1.0),
    ];
    let weights = peaks.map(|(_, at)| {
        let near: f64 = (1.0 - (progress - at).abs() / 0.45).max(0.03);
        (near * 1000.0) as u32
    });
    peaks
        .get(dice.weighted(&weights))
        .map_or(Phase::Plan, |(phase, _)| *phase)
}
