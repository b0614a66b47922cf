//! Units while a person's events are folded.

use crate::nouns::{TextId, TextTable, Timestamp};

use super::keyword_drafts::Carried;
use super::{Occurrence, Unit, UnitKind};

/// Occurrences of a unit that are kept; when there are more, every second one goes, so that the
/// rest still spans the unit's whole life.
const MAX_OCCURRENCES: usize = 64;

/// Boards, hosts, labels and linked units of one unit that are kept, the first ones: a linear
/// search through more would make a strange log slow.
const MAX_LINKS: usize = 1_024;

/// What makes a unit distinct.
#[derive(Clone, Copy)]
pub(super) enum UnitKey {
    /// A keyword.
    Search(u32),
    ItemId(TextId),
    ItemTitle(TextId),
    /// Sorted annotations and interests, joined, by their place among all of those.
    ItemLabels(u32),
    ItemUrl(TextId),
}

impl UnitKey {
    const KINDS: usize = 5;

    /// The kind, and the place among keys of that kind.
    fn place(self) -> (usize, usize) {
        match self {
            Self::Search(keyword) => (0, keyword as usize),
            Self::ItemId(text) => (1, text.index()),
            Self::ItemTitle(text) => (2, text.index()),
            Self::ItemLabels(labels) => (3, labels as usize),
            Self::ItemUrl(text) => (4, text.index()),
        }
    }
}

/// Units by what makes them distinct. Keys are small numbers, so nothing needs to be hashed.
#[derive(Default)]
struct UnitsByKey([Vec<Option<u32>>; UnitKey::KINDS]);

impl UnitsByKey {
    fn get(&self, key: UnitKey) -> Option<u32> {
        let (kind, place) = key.place();
        self.0[kind].get(place).copied().flatten()
    }

    fn insert(&mut self, key: UnitKey, unit: u32) {
        let (kind, place) = key.place();
        let units = &mut self.0[kind];
        if units.len() <= place {
            units.resize(place + 1, None);
        }
        units[place] = Some(unit);
    }
}

/// A person's units so far.
pub(super) struct UnitDrafts {
    drafts: Vec<UnitDraft>,
    by_key: UnitsByKey,
}

pub(super) struct UnitDraft {
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

impl UnitDrafts {
    /// For that many events, of which about every third is of a new unit.
    pub(super) fn new(events: usize) -> Self {
        Self {
            drafts: Vec::with_capacity(events / 3),
            by_key: UnitsByKey::default(),
        }
    }

    /// The unit of a key, if there is one already.
    pub(super) fn find(&self, key: UnitKey) -> Option<u32> {
        self.by_key.get(key)
    }

    /// Adds the unit of a search for a keyword.
    pub(super) fn add_search(&mut self, query: u32, text: &str, time: Timestamp) -> u32 {
        let draft = UnitDraft {
            query: Some(query),
            ..UnitDraft::new(UnitKind::Search, text, time)
        };
        self.add(UnitKey::Search(query), draft)
    }

    /// Adds the unit of an item.
    pub(super) fn add_item(&mut self, key: UnitKey, text: &str, time: Timestamp) -> u32 {
        self.add(key, UnitDraft::new(UnitKind::Item, text, time))
    }

    fn add(&mut self, key: UnitKey, draft: UnitDraft) -> u32 {
        let unit = self.drafts.len() as u32;
        self.drafts.push(draft);
        self.by_key.insert(key, unit);
        unit
    }

    pub(super) fn get(&mut self, unit: u32) -> &mut UnitDraft {
        &mut self.drafts[unit as usize]
    }

    /// An item was seen in the course of a search.
    pub(super) fn link(&mut self, item: u32, search: u32, weight: f32) {
        add(&mut self.get(item).context, search, weight);
        add(&mut self.get(search).context, item, weight);
    }

    /// How many units the person did not hide.
    pub(super) fn visible(&self) -> usize {
        self.drafts.iter().filter(|unit| !unit.hidden).count()
    }

    /// Units that stay, searches first, then by key: the most recent and strongest ones.
    pub(super) fn within_cap(&self, max_units: usize, texts: &TextTable) -> Vec<u32> {
        let mut kept: Vec<u32> = (0..self.drafts.len() as u32)
            .filter(|unit| !self.drafts[*unit as usize].hidden)
            .collect();
        let by_key = |left: &u32, right: &u32| {
            let (left, right) = (&self.drafts[*left as usize], &self.drafts[*right as usize]);
            let title = |unit: &UnitDraft| unit.title.map(|title| texts.get(title));
            (left.kind, &left.key)
                .cmp(&(right.kind, &right.key))
                .then_with(|| title(left).cmp(&title(right)))
        };
        if kept.len() > max_units {
            kept.sort_by(|left, right| {
                let (a, b) = (&self.drafts[*left as usize], &self.drafts[*right as usize]);
                b.last_seen()
                    .cmp(&a.last_seen())
                    .then_with(|| b.weight.total_cmp(&a.weight))
                    .then_with(|| by_key(left, right))
            });
            kept.truncate(max_units);
        }
        kept.sort_by(by_key);
        kept
    }

    /// Which of that many keywords units carry, when those in `kept` stay.
    pub(super) fn carried(&self, kept: &[u32], keywords: usize) -> Carried {
        let mut carried = Carried {
            by_kept: vec![false; keywords],
            by_hidden: vec![false; keywords],
            by_shown: vec![false; keywords],
        };
        for unit in &self.drafts {
            let by = if unit.hidden {
                &mut carried.by_hidden
            } else {
                &mut carried.by_shown
            };
            unit.keywords()
                .for_each(|keyword| by[keyword as usize] = true);
        }
        for unit in kept {
            let keywords = self.drafts[*unit as usize].keywords();
            keywords.for_each(|keyword| carried.by_kept[keyword as usize] = true);
        }
        carried
    }

    /// The units in `kept`, in that order, with keywords by their new places.
    pub(super) fn finish(
        mut self,
        kept: &[u32],
        keyword_place: &[u32],
        texts: &TextTable,
    ) -> Vec<Unit> {
        let mut unit_place = vec![None; self.drafts.len()];
        for (new, old) in kept.iter().enumerate() {
            unit_place[*old as usize] = Some(new as u32);
        }
        kept.iter()
            .map(|unit| {
                let draft = std::mem::take(&mut self.drafts[*unit as usize]);
                draft.finish(keyword_place, &unit_place, texts)
            })
            .collect()
    }
}

impl Default for UnitDraft {
    fn default() -> Self {
        Self::new(UnitKind::Search, "", Timestamp::default())
    }
}

impl UnitDraft {
    fn new(kind: UnitKind, key: &str, first_seen: Timestamp) -> Self {
        Self {
            kind,
            key: key.to_owned(),
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

    /// Counts an event of that action weight.
    pub(super) fn touch(&mut self, time: Timestamp, visit: u32, weight: f32) {
        self.hidden = weight < 0.0;
        self.events += 1;
        self.weight += weight.max(0.0);
        if self.occurrences.last().map(|last| last.visit) != Some(visit) {
            self.visits += 1;
        }
        if self.occurrences.len() == MAX_OCCURRENCES {
            let mut place = 0;
            self.occurrences.retain(|_| {
                place += 1;
                place % 2 == 1
            });
        }
        self.occurrences.push(Occurrence { time, visit });
    }

    /// The first title that an event gives it stays.
    pub(super) fn offer_title(&mut self, title: Option<TextId>) {
        self.title = self.title.or(title);
    }

    pub(super) fn count_annotation(&mut self, keyword: u32) {
        count(&mut self.annotations, keyword);
    }

    pub(super) fn count_interest(&mut self, keyword: u32) {
        count(&mut self.interests, keyword);
    }

    pub(super) fn count_board(&mut self, board: u32) {
        count(&mut self.boards, board);
    }

    pub(super) fn count_host(&mut self, host: u32) {
        count(&mut self.hosts, host);
    }

    fn last_seen(&self) -> Timestamp {
        let last = self.occurrences.last();
        last.map_or(self.first_seen, |last| last.time)
    }

    fn keywords(&self) -> impl Iterator<Item = u32> {
        let labels = self.annotations.iter().chain(&self.interests);
        labels.map(|(keyword, _)| *keyword).chain(self.query)
    }

    fn finish(self, keyword_place: &[u32], unit_place: &[Option<u32>], texts: &TextTable) -> Unit {
        let in_order = |mut counts: Vec<(u32, u32)>| {
            for (keyword, _) in &mut counts {
                *keyword = keyword_place[*keyword as usize];
            }
            counts.sort_unstable();
            counts
        };
        let mut context = self.context;
        context.retain_mut(|(unit, _)| match unit_place[*unit as usize] {
            Some(place) => {
                *unit = place;
                true
            }
            None => false,
        });
        context.sort_unstable_by_key(|(unit, _)| *unit);
        Unit {
            kind: self.kind,
            key: self.key,
            title: self.title.map(|title| texts.get(title).to_owned()),
            query: self.query.map(|query| keyword_place[query as usize]),
            annotations: in_order(self.annotations),
            interests: in_order(self.interests),
            boards: self.boards,
            hosts: self.hosts,
            occurrences: self.occurrences,
            first_seen: self.first_seen,
            visits: self.visits,
            events: self.events,
            weight: self.weight,
            context,
        }
    }
}

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
