//! The bounded fold over a person's events.

use crate::nouns::{Actions, Event, PersonLog, Source, TextId, Timestamp};

use super::context::RecentSearches;
use super::keyword_drafts::{KeywordDrafts, Sighting};
use super::names::{Hosts, Names};
use super::unit_drafts::{UnitDrafts, UnitKey};
use super::url::is_home_page_of;
use super::{ExtractConfig, Extracted};

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

const HOUR: i64 = 3_600_000;

/// Folds events into keywords and units. Its memory is bounded by `max_events_per_person`; the other
/// caps are applied in [`Reducer::finish`].
pub struct Reducer<'a> {
    log: &'a PersonLog,
    actions: &'a Actions,
    config: &'a ExtractConfig,
    keywords: KeywordDrafts,
    units: UnitDrafts,
    label_keys: Names,
    boards: Names,
    hosts: Hosts,
    recent: RecentSearches,
    visit: u32,
    event_number: u32,
    ignored_events: u32,
    first_event: Option<Timestamp>,
    last_event: Timestamp,
    hour: i64,
    events_in_hour: usize,
}

impl<'a> Reducer<'a> {
    /// A fold that has seen nothing yet. Events are those of `log`.
    #[must_use]
    pub fn new(log: &'a PersonLog, actions: &'a Actions, config: &'a ExtractConfig) -> Self {
        Self {
            log,
            actions,
            config,
            keywords: KeywordDrafts::new(log.texts.len()),
            units: UnitDrafts::new(log.events.len()),
            label_keys: Names::default(),
            boards: Names::default(),
            hosts: Hosts::new(log.texts.len()),
            recent: RecentSearches::default(),
            visit: 0,
            event_number: 0,
            ignored_events: 0,
            first_event: None,
            last_event: Timestamp::default(),
            hour: i64::MIN,
            events_in_hour: 0,
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
        let seen = self.sighting(self.event_number, event, weight);
        if let Some(query) = query {
            self.keywords.touch(query, Source::Query, seen);
        }
        // What names nothing gets its row and is no evidence.
        let query = query.filter(|query| !self.keywords.is_wordless(*query));
        match (query, has_item) {
            (Some(query), false) => self.search(query, event, weight),
            (query, true) => self.item(query, event, weight, seen),
            (None, false) => {}
        }
        Ok(())
    }

    /// The keywords of an ignored event get their rows and nothing else.
    fn ignore(&mut self, event: &Event) {
        // No event that counts has this number.
        let seen = self.sighting(u32::MAX - self.ignored_events, event, 0.0);
        let log = self.log;
        let labels = |range, source| log.list(range).iter().map(move |text| (*text, source));
        let query = event.query.map(|text| (text, Source::Query));
        for (text, source) in query
            .into_iter()
            .chain(labels(event.annotations, Source::Annotation))
            .chain(labels(event.interests, Source::Interest))
        {
            if let Some(keyword) = self.keyword(text) {
                self.keywords.touch(keyword, source, seen);
            }
        }
    }

    fn sighting(&self, number: u32, event: &Event, weight: f32) -> Sighting {
        Sighting {
            event: number,
            visit: self.visit,
            time: event.time,
            wanted: weight > 0.0,
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

    fn keyword(&mut self, text: TextId) -> Option<u32> {
        self.keywords.of_text(text, &self.log.texts)
    }

    fn search(&mut self, query: u32, event: &Event, weight: f32) {
        let unit = self.search_unit(query, event.time);
        let visit = self.visit;
        self.units.get(unit).touch(event.time, visit, weight);
        self.recent.push(unit, event.time);
        if let Some(url) = event.url {
            if let Some(host) = self.hosts.place_of(url, &self.log.texts) {
                self.units.get(unit).count_host(host);
            }
            let home = is_home_page_of(self.log.texts.get(url), self.keywords.text(query));
            self.keywords.click(query, home);
        }
    }

    fn item(&mut self, query: Option<u32>, event: &Event, weight: f32, seen: Sighting) {
        let Some(unit) = self.item_unit(event) else {
            return;
        };
        let log = self.log;
        let most = self.config.max_annotations_per_item;
        let draft = self.units.get(unit);
        draft.touch(event.time, self.visit, weight);
        draft.offer_title(event.title);
        for (position, text) in log.list(event.annotations).iter().enumerate() {
            if let Some(keyword) = self.keywords.of_text(*text, &log.texts) {
                self.keywords.touch(keyword, Source::Annotation, seen);
                if position < most && !self.keywords.is_wordless(keyword) {
                    draft.count_annotation(keyword);
                }
            }
        }
        for (position, text) in log.list(event.interests).iter().enumerate() {
            if let Some(keyword) = self.keywords.of_text(*text, &log.texts) {
                self.keywords.touch(keyword, Source::Interest, seen);
                if position < most && !self.keywords.is_wordless(keyword) {
                    draft.count_interest(keyword);
                }
            }
        }
        if let Some(board) = event.board {
            draft.count_board(self.boards.place_of(log.texts.get(board)));
        }
        if let Some(url) = event.url
            && let Some(host) = self.hosts.place_of(url, &log.texts)
        {
            draft.count_host(host);
        }
        if weight < 0.0 {
            return;
        }
        if let Some(query) = query {
            // The event names its search: no need to guess.
            let search = self.search_unit(query, event.time);
            let visit = self.visit;
            self.units.get(search).touch(event.time, visit, weight);
            self.units.link(unit, search, 1.0);
        } else {
            for (search, weight) in self.recent.explain(event.time, self.config) {
                self.units.link(unit, search, weight);
            }
        }
    }

    fn search_unit(&mut self, query: u32, time: Timestamp) -> u32 {
        match self.units.find(UnitKey::Search(query)) {
            Some(unit) => unit,
            None => {
                let text = self.keywords.text(query);
                self.units.add_search(query, text, time)
            }
        }
    }

    fn item_unit(&mut self, event: &Event) -> Option<u32> {
        let texts = &self.log.texts;
        if let Some(id) = event.item_id {
            let key = UnitKey::ItemId(id);
            return Some(self.unit_of(key, texts.get(id), event.time));
        }
        if let Some(title) = event.title {
            let key = UnitKey::ItemTitle(title);
            return Some(self.unit_of(key, texts.get(title), event.time));
        }
        let annotations = self.log.list(event.annotations).iter();
        let labels = annotations.chain(self.log.list(event.interests));
        let mut labels: Vec<&str> = labels.map(|text| texts.get(*text)).collect();
        if labels.is_empty() {
            let url = event.url?;
            return Some(self.unit_of(UnitKey::ItemUrl(url), texts.get(url), event.time));
        }
        labels.sort_unstable();
        let joined = labels.join(" | ");
        let key = UnitKey::ItemLabels(self.label_keys.place_of(&joined));
        Some(self.unit_of(key, &joined, event.time))
    }

    fn unit_of(&mut self, key: UnitKey, text: &str, time: Timestamp) -> u32 {
        match self.units.find(key) {
            Some(unit) => unit,
            None => self.units.add_item(key, text, time),
        }
    }

    /// Applies the caps and puts everything into its final order.
    #[must_use]
    pub fn finish(self) -> Extracted {
        let texts = &self.log.texts;
        let kept = self.units.within_cap(self.config.max_units, texts);
        let units_over_cap = (self.units.visible() - kept.len()) as u32;
        let carried = self.units.carried(&kept, self.keywords.len());
        let (keywords, keyword_place) = self.keywords.finish(&carried);
        Extracted {
            user_id: self.log.user_id.clone(),
            keywords,
            units: self.units.finish(&kept, &keyword_place, texts),
            boards: self.boards.into_names(),
            hosts: self.hosts.into_names(),
            visits: if self.event_number == 0 {
                0
            } else {
                self.visit + 1
            },
            events: self.event_number,
            ignored_events: self.ignored_events,
            units_over_cap,
            first_event: self.first_event.unwrap_or_default(),
            last_event: self.last_event,
        }
    }
}
