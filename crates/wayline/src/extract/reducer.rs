//! The bounded fold over a person's events.

use foldhash::HashMap;
use foldhash::HashMapExt;

use crate::nouns::{
    Actions, Event, LeftOver, PersonLog, Source, Sources, TextId, TextTable, Timestamp, normalize,
};

use super::context::RecentSearches;
use super::url::{host, is_home_page_of};
use super::{ExtractConfig, Extracted, Keyword, Occurrence, Unit, UnitKind};

/// Why a person is left out: no human acts like this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Automated {
    /// More events than `extract.max_events_per_person`.
    #[error("too many events in all")]
    TooManyEvents,
    /// More events in one hour than `extract.max_events_per_hour`.
    #[error("too many events within an hour")]
    TooFast,
}

/// Occurrences of a unit that are kept; when there are more, every second one goes, so that the
/// rest still spans the unit's whole life.
const MAX_OCCURRENCES: usize = 64;
const HOUR: i64 = 3_600_000;

/// Folds events into keywords and units. Its memory is bounded by `max_events_per_person`; the other
/// caps are applied in [`Reducer::finish`].
pub struct Reducer<'a> {
    log: &'a PersonLog,
    actions: &'a Actions,
    config: &'a ExtractConfig,
    /// Normal keyword texts; ids run parallel to `keywords`.
    texts: TextTable,
    keywords: Vec<KeywordDraft>,
    /// Keyword of a text of the log, so that each distinct text is normalised once.
    keyword_of_text: Vec<Option<KeywordOf>>,
    units: Vec<UnitDraft>,
    unit_of_key: HashMap<UnitKey, u32>,
    label_keys: Names,
    boards: Names,
    hosts: Names,
    host_of_url: HashMap<TextId, Option<u32>>,
    recent: RecentSearches,
    visit: u32,
    event_number: u32,
    ignored_events: u32,
    first_event: Option<Timestamp>,
    last_event: Timestamp,
    hour: i64,
    events_in_hour: usize,
    buffer: String,
}

/// What a text of the log is as a keyword: nothing when its normal form is empty.
type KeywordOf = Option<u32>;

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum UnitKey {
    Search(u32),
    ItemId(TextId),
    ItemTitle(TextId),
    /// Sorted annotations and interests, joined; an index of `label_keys`.
    ItemLabels(u32),
    ItemUrl(TextId),
}

struct KeywordDraft {
    sources: Sources,
    count: u32,
    actions: Vec<u32>,
    visits: u32,
    first_seen: Timestamp,
    last_seen: Timestamp,
    last_event: u32,
    last_visit: u32,
    clicks: u32,
    home_clicks: u32,
    /// Seen in an event that speaks for interest.
    wanted: bool,
}

struct UnitDraft {
    kind: UnitKind,
    key: String,
    title: Option<TextId>,
    query: Option<u32>,
    annotations: Vec<(u32, u32)>,
    interests: Vec<(u32, u32)>,
    boards: Vec<(u32, u32)>,
    hosts: Vec<(u32, u32)>,
    occurrences: Vec<Occurrence>,
    first_seen: Timestamp,
    visits: u32,
    events: u32,
    weight: f32,
    context: Vec<(u32, f32)>,
    /// The last action on it hides it.
    hidden: bool,
}

/// Distinct names in the order of first use.
#[derive(Default)]
struct Names {
    names: Vec<String>,
    index: HashMap<String, u32>,
}

impl Names {
    fn intern(&mut self, name: &str) -> u32 {
        if let Some(index) = self.index.get(name) {
            return *index;
        }
        let index = self.names.len() as u32;
        self.names.push(name.to_owned());
        self.index.insert(name.to_owned(), index);
        index
    }
}

impl<'a> Reducer<'a> {
    /// A fold that has seen nothing yet. Events are those of `log`.
    #[must_use]
    pub fn new(log: &'a PersonLog, actions: &'a Actions, config: &'a ExtractConfig) -> Self {
        Self {
            log,
            actions,
            config,
            texts: TextTable::default(),
            keywords: Vec::new(),
            keyword_of_text: vec![None; log.texts.len()],
            units: Vec::new(),
            unit_of_key: HashMap::new(),
            label_keys: Names::default(),
            boards: Names::default(),
            hosts: Names::default(),
            host_of_url: HashMap::new(),
            recent: RecentSearches::default(),
            visit: 0,
            event_number: 0,
            ignored_events: 0,
            first_event: None,
            last_event: Timestamp::default(),
            hour: i64::MIN,
            events_in_hour: 0,
            buffer: String::new(),
        }
    }

    /// Takes the next event in canonical order.
    ///
    /// # Errors
    /// The activity has become faster or more than a human's.
    pub fn fold(&mut self, event: &Event) -> Result<(), Automated> {
        let weight = self.actions.weight(event.action);
        if weight == 0.0 {
            self.ignored_events += 1;
            self.ignore(event);
            return Ok(());
        }
        self.advance(event.time)?;
        let query = event.query.and_then(|text| self.keyword(text));
        let has_item = event.item_id.is_some()
            || event.title.is_some()
            || !self.log.list(event.annotations).is_empty()
            || !self.log.list(event.interests).is_empty()
            || (event.url.is_some() && query.is_none());
        if let Some(query) = query {
            self.touch_keyword(query, Source::Query, event);
        }
        match (query, has_item) {
            (Some(query), false) => self.search(query, event, weight),
            (query, true) => self.item(query, event, weight),
            (None, false) => {}
        }
        Ok(())
    }

    /// The keywords of an ignored event get their rows and nothing else.
    fn ignore(&mut self, event: &Event) {
        // No event that counts has this number.
        let number = u32::MAX - self.ignored_events;
        let log = self.log;
        let labels = |range, source| log.list(range).iter().map(move |text| (*text, source));
        let query = event.query.map(|text| (text, Source::Query));
        for (text, source) in query
            .into_iter()
            .chain(labels(event.annotations, Source::Annotation))
            .chain(labels(event.interests, Source::Interest))
        {
            if let Some(keyword) = self.keyword(text) {
                self.touch_keyword_in(number, keyword, source, event);
            }
        }
    }

    fn advance(&mut self, time: Timestamp) -> Result<(), Automated> {
        let gap = i64::from(self.config.visit_gap_minutes) * 60_000;
        if self.first_event.is_none() {
            self.first_event = Some(time);
        } else if time.millis() - self.last_event.millis() > gap {
            self.visit += 1;
            self.recent.clear();
        }
        self.last_event = time;
        self.event_number += 1;
        if self.event_number as usize > self.config.max_events_per_person {
            return Err(Automated::TooManyEvents);
        }
        let hour = time.millis().div_euclid(HOUR);
        if hour != self.hour {
            self.hour = hour;
            self.events_in_hour = 0;
        }
        self.events_in_hour += 1;
        if self.events_in_hour > self.config.max_events_per_hour {
            return Err(Automated::TooFast);
        }
        Ok(())
    }

    /// The keyword of a text of the log, if its normal form says anything.
    fn keyword(&mut self, text: TextId) -> Option<u32> {
        if let Some(known) = self.keyword_of_text[text.index()] {
            return known;
        }
        normalize(self.log.texts.get(text), &mut self.buffer);
        let keyword = (!self.buffer.is_empty()).then(|| {
            let index = self.texts.intern(&self.buffer).index();
            if index == self.keywords.len() {
                self.keywords
                    .push(KeywordDraft::new(self.actions.names().len()));
            }
            index as u32
        });
        self.keyword_of_text[text.index()] = Some(keyword);
        keyword
    }

    fn touch_keyword(&mut self, keyword: u32, source: Source, event: &Event) {
        self.touch_keyword_in(self.event_number, keyword, source, event);
    }

    /// Counts a keyword once an event.
    fn touch_keyword_in(&mut self, number: u32, keyword: u32, source: Source, event: &Event) {
        let draft = &mut self.keywords[keyword as usize];
        draft.sources.insert(source);
        draft.wanted |= self.actions.weight(event.action) > 0.0;
        if draft.last_event == number {
            return;
        }
        if draft.count == 0 {
            draft.first_seen = event.time;
        }
        if draft.count == 0 || draft.last_visit != self.visit {
            draft.visits += 1;
        }
        draft.count += 1;
        draft.actions[event.action.index()] += 1;
        draft.last_seen = event.time;
        draft.last_event = number;
        draft.last_visit = self.visit;
    }

    fn search(&mut self, query: u32, event: &Event, weight: f32) {
        let unit = self.search_unit(query, event.time);
        self.touch_unit(unit, event.time, weight);
        self.recent.push(unit, event.time);
        if let Some(url) = event.url {
            let host = self.host(url);
            if let Some(host) = host {
                count(&mut self.units[unit as usize].hosts, host);
            }
            let url = self.log.texts.get(url);
            let draft = &mut self.keywords[query as usize];
            draft.clicks += 1;
            draft.home_clicks += u32::from(is_home_page_of(url, &self.units[unit as usize].key));
        }
    }

    fn item(&mut self, query: Option<u32>, event: &Event, weight: f32) {
        let Some(unit) = self.item_unit(event) else {
            return;
        };
        self.touch_unit(unit, event.time, weight);
        if self.units[unit as usize].title.is_none() {
            self.units[unit as usize].title = event.title;
        }
        let log = self.log;
        for (position, text) in log.list(event.annotations).iter().enumerate() {
            if let Some(keyword) = self.keyword(*text) {
                self.touch_keyword(keyword, Source::Annotation, event);
                if position < self.config.max_annotations_per_item {
                    count(&mut self.units[unit as usize].annotations, keyword);
                }
            }
        }
        for (position, text) in log.list(event.interests).iter().enumerate() {
            if let Some(keyword) = self.keyword(*text) {
                self.touch_keyword(keyword, Source::Interest, event);
                if position < self.config.max_annotations_per_item {
                    count(&mut self.units[unit as usize].interests, keyword);
                }
            }
        }
        if let Some(board) = event.board {
            let board = self.boards.intern(log.texts.get(board));
            count(&mut self.units[unit as usize].boards, board);
        }
        if let Some(url) = event.url
            && let Some(host) = self.host(url)
        {
            count(&mut self.units[unit as usize].hosts, host);
        }
        if weight < 0.0 {
            return;
        }
        if let Some(query) = query {
            // The event names its search: no need to guess.
            let search = self.search_unit(query, event.time);
            self.touch_unit(search, event.time, weight);
            self.link(unit, search, 1.0);
        } else {
            let recent = self.recent.clone();
            for (search, weight) in recent.explain(event.time, self.config) {
                self.link(unit, search, weight);
            }
        }
    }

    fn link(&mut self, item: u32, search: u32, weight: f32) {
        add(&mut self.units[item as usize].context, search, weight);
        add(&mut self.units[search as usize].context, item, weight);
    }

    fn host(&mut self, url: TextId) -> Option<u32> {
        if let Some(known) = self.host_of_url.get(&url) {
            return *known;
        }
        let name = host(self.log.texts.get(url));
        let index = (!name.is_empty()).then(|| self.hosts.intern(&name));
        self.host_of_url.insert(url, index);
        index
    }

    fn search_unit(&mut self, query: u32, time: Timestamp) -> u32 {
        if let Some(unit) = self.unit_of_key.get(&UnitKey::Search(query)) {
            return *unit;
        }
        let text = self.texts.id_at(query as usize);
        let key = text.map_or("", |text| self.texts.get(text)).to_owned();
        self.add_unit(
            UnitKey::Search(query),
            UnitDraft {
                query: Some(query),
                ..UnitDraft::new(UnitKind::Search, key, time)
            },
        )
    }

    fn item_unit(&mut self, event: &Event) -> Option<u32> {
        let log = self.log;
        let mut joined = String::new();
        let key = if let Some(id) = event.item_id {
            UnitKey::ItemId(id)
        } else if let Some(title) = event.title {
            UnitKey::ItemTitle(title)
        } else {
            let mut labels: Vec<&str> = log
                .list(event.annotations)
                .iter()
                .chain(log.list(event.interests))
                .map(|text| log.texts.get(*text))
                .collect();
            if labels.is_empty() {
                UnitKey::ItemUrl(event.url?)
            } else {
                labels.sort_unstable();
                joined = labels.join(" | ");
                UnitKey::ItemLabels(self.label_keys.intern(&joined))
            }
        };
        if let Some(unit) = self.unit_of_key.get(&key) {
            return Some(*unit);
        }
        let text = match key {
            UnitKey::ItemId(text) | UnitKey::ItemTitle(text) | UnitKey::ItemUrl(text) => {
                log.texts.get(text).to_owned()
            }
            UnitKey::ItemLabels(_) | UnitKey::Search(_) => joined,
        };
        Some(self.add_unit(key, UnitDraft::new(UnitKind::Item, text, event.time)))
    }

    fn add_unit(&mut self, key: UnitKey, draft: UnitDraft) -> u32 {
        let unit = self.units.len() as u32;
        self.units.push(draft);
        self.unit_of_key.insert(key, unit);
        unit
    }

    fn touch_unit(&mut self, unit: u32, time: Timestamp, weight: f32) {
        let visit = self.visit;
        let draft = &mut self.units[unit as usize];
        draft.hidden = weight < 0.0;
        draft.events += 1;
        draft.weight += weight.max(0.0);
        if draft.occurrences.last().map(|last| last.visit) != Some(visit) {
            draft.visits += 1;
        }
        if draft.occurrences.len() == MAX_OCCURRENCES {
            let mut place = 0;
            draft.occurrences.retain(|_| {
                place += 1;
                place % 2 == 1
            });
        }
        draft.occurrences.push(Occurrence { time, visit });
    }

    /// Applies the caps and puts everything into its final order.
    #[must_use]
    pub fn finish(self) -> Extracted {
        let kept = self.units_within_cap();
        let (keywords, keyword_index) = self.sorted_keywords(&kept);
        let mut unit_index = vec![None; self.units.len()];
        for (new, old) in kept.iter().enumerate() {
            unit_index[*old as usize] = Some(new as u32);
        }
        let in_order = |counts: &[(u32, u32)]| {
            let mut counts: Vec<(u32, u32)> = counts
                .iter()
                .map(|(keyword, count)| (keyword_index[*keyword as usize], *count))
                .collect();
            counts.sort_unstable();
            counts
        };
        let visible = self.units.iter().filter(|unit| !unit.hidden).count();
        let units = kept
            .iter()
            .map(|old| {
                let draft = &self.units[*old as usize];
                let mut context: Vec<(u32, f32)> = draft
                    .context
                    .iter()
                    .filter_map(|(unit, weight)| Some((unit_index[*unit as usize]?, *weight)))
                    .collect();
                context.sort_unstable_by_key(|(unit, _)| *unit);
                Unit {
                    kind: draft.kind,
                    key: draft.key.clone(),
                    title: draft
                        .title
                        .map(|title| self.log.texts.get(title).to_owned()),
                    query: draft.query.map(|query| keyword_index[query as usize]),
                    annotations: in_order(&draft.annotations),
                    interests: in_order(&draft.interests),
                    boards: draft.boards.clone(),
                    hosts: draft.hosts.clone(),
                    occurrences: draft.occurrences.clone(),
                    first_seen: draft.first_seen,
                    visits: draft.visits,
                    events: draft.events,
                    weight: draft.weight,
                    context,
                }
            })
            .collect();
        Extracted {
            user_id: self.log.user_id.clone(),
            keywords,
            units,
            boards: self.boards.names,
            hosts: self.hosts.names,
            visits: if self.event_number == 0 {
                0
            } else {
                self.visit + 1
            },
            events: self.event_number,
            ignored_events: self.ignored_events,
            units_over_cap: (visible - kept.len()) as u32,
            first_event: self.first_event.unwrap_or_default(),
            last_event: self.last_event,
        }
    }

    /// Units that stay, searches first, then by key: the most recent and strongest ones.
    fn units_within_cap(&self) -> Vec<u32> {
        let mut kept: Vec<u32> = (0..self.units.len() as u32)
            .filter(|unit| !self.units[*unit as usize].hidden)
            .collect();
        let by_key = |left: &u32, right: &u32| {
            let (left, right) = (&self.units[*left as usize], &self.units[*right as usize]);
            let title = |unit: &UnitDraft| unit.title.map(|title| self.log.texts.get(title));
            (left.kind, &left.key, title(left)).cmp(&(right.kind, &right.key, title(right)))
        };
        if kept.len() > self.config.max_units {
            kept.sort_by(|left, right| {
                let (a, b) = (&self.units[*left as usize], &self.units[*right as usize]);
                b.last_seen()
                    .cmp(&a.last_seen())
                    .then_with(|| b.weight.total_cmp(&a.weight))
                    .then_with(|| by_key(left, right))
            });
            kept.truncate(self.config.max_units);
        }
        kept.sort_by(by_key);
        kept
    }

    /// Which keywords some of these units carry.
    fn carried_by<'u>(&self, units: impl Iterator<Item = &'u UnitDraft>) -> Vec<bool> {
        let mut carried = vec![false; self.keywords.len()];
        for unit in units {
            let labels = unit.annotations.iter().chain(&unit.interests);
            for keyword in labels.map(|(keyword, _)| *keyword).chain(unit.query) {
                carried[keyword as usize] = true;
            }
        }
        carried
    }

    /// Keywords by text, and the new index of each old one.
    fn sorted_keywords(&self, kept_units: &[u32]) -> (Vec<Keyword>, Vec<u32>) {
        let carried = self.carried_by(kept_units.iter().map(|unit| &self.units[*unit as usize]));
        let hidden = self.carried_by(self.units.iter().filter(|unit| unit.hidden));
        let shown = self.carried_by(self.units.iter().filter(|unit| !unit.hidden));
        let text = |keyword: u32| {
            let id = self.texts.id_at(keyword as usize);
            id.map_or("", |id| self.texts.get(id))
        };
        let mut order: Vec<u32> = (0..self.keywords.len() as u32).collect();
        order.sort_unstable_by(|left, right| text(*left).cmp(text(*right)));
        let mut index = vec![0; order.len()];
        let keywords = order
            .iter()
            .enumerate()
            .map(|(new, old)| {
                index[*old as usize] = new as u32;
                let draft = &self.keywords[*old as usize];
                let unsupported = if carried[*old as usize] {
                    None
                } else if !draft.wanted || (hidden[*old as usize] && !shown[*old as usize]) {
                    Some(LeftOver::Hidden)
                } else {
                    Some(LeftOver::OverCap)
                };
                Keyword {
                    text: text(*old).to_owned(),
                    sources: draft.sources,
                    count: draft.count,
                    actions: draft.actions.clone(),
                    visits: draft.visits,
                    first_seen: draft.first_seen,
                    last_seen: draft.last_seen,
                    clicks: draft.clicks,
                    home_clicks: draft.home_clicks,
                    unsupported,
                }
            })
            .collect();
        (keywords, index)
    }
}

impl KeywordDraft {
    fn new(actions: usize) -> Self {
        Self {
            sources: Sources::default(),
            count: 0,
            actions: vec![0; actions],
            visits: 0,
            first_seen: Timestamp::default(),
            last_seen: Timestamp::default(),
            last_event: 0,
            last_visit: 0,
            clicks: 0,
            home_clicks: 0,
            wanted: false,
        }
    }
}

impl UnitDraft {
    fn new(kind: UnitKind, key: String, first_seen: Timestamp) -> Self {
        Self {
            kind,
            key,
            title: None,
            query: None,
            annotations: Vec::new(),
            interests: Vec::new(),
            boards: Vec::new(),
            hosts: Vec::new(),
            occurrences: Vec::new(),
            first_seen,
            visits: 0,
            events: 0,
            weight: 0.0,
            context: Vec::new(),
            hidden: false,
        }
    }

    fn last_seen(&self) -> Timestamp {
        self.occurrences
            .last()
            .map_or(self.first_seen, |last| last.time)
    }
}

/// Boards, hosts, labels and linked units of one unit that are kept, the first ones: a linear
/// search through more would make a strange log slow.
const MAX_LINKS: usize = 1_024;

/// Counts one more of `key`.
fn count(counts: &mut Vec<(u32, u32)>, key: u32) {
    if let Some((_, count)) = counts.iter_mut().find(|(known, _)| *known == key) {
        *count += 1;
    } else if counts.len() < MAX_LINKS {
        counts.push((key, 1));
    }
}

/// Adds to the weight of `key`.
fn add(weights: &mut Vec<(u32, f32)>, key: u32, weight: f32) {
    if let Some((_, sum)) = weights.iter_mut().find(|(known, _)| *known == key) {
        *sum += weight;
    } else if weights.len() < MAX_LINKS {
        weights.push((key, weight));
    }
}
