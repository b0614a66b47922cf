//! Keywords while a person's events are folded.

use crate::nouns::{
    LeftOver, Source, Sources, TextId, TextTable, Timestamp, is_wordless, normalize,
};

use super::Keyword;

/// A person's keywords so far, each distinct text of the log brought to its normal form once.
pub(super) struct KeywordDrafts {
    /// Normal texts; ids run parallel to `drafts`.
    texts: TextTable,
    drafts: Vec<KeywordDraft>,
    of_text: Vec<KeywordOfText>,
    buffer: String,
}

/// What a text of the log is as a keyword.
#[derive(Clone, Copy, Default)]
enum KeywordOfText {
    #[default]
    NotAsked,
    /// Its normal form is empty.
    NoKeyword,
    Keyword(u32),
}

#[derive(Default)]
struct KeywordDraft {
    sources: Sources,
    count: u32,
    visits: u32,
    first_seen: Timestamp,
    last_seen: Timestamp,
    last_event: u32,
    last_visit: u32,
    clicks: u32,
    home_clicks: u32,
    /// Seen in an event that speaks for interest.
    wanted: bool,
    wordless: bool,
}

/// An event as far as it matters to the keywords that it carries.
#[derive(Clone, Copy)]
pub(super) struct Sighting {
    /// Tells events apart, so that a keyword counts once an event.
    pub(super) event: u32,
    pub(super) visit: u32,
    pub(super) time: Timestamp,
    /// Whether the event speaks for interest.
    pub(super) wanted: bool,
}

/// Which keywords units carry, each by keyword.
pub(super) struct Carried {
    /// Units that stay.
    pub(super) by_kept: Vec<bool>,
    /// Units that the person hid.
    pub(super) by_hidden: Vec<bool>,
    /// All units that the person did not hide.
    pub(super) by_shown: Vec<bool>,
}

impl KeywordDrafts {
    /// For texts of a log that has `texts` of them.
    pub(super) fn new(texts: usize) -> Self {
        Self {
            texts: TextTable::default(),
            drafts: Vec::new(),
            of_text: vec![KeywordOfText::NotAsked; texts],
            buffer: String::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.drafts.len()
    }

    /// The keyword of a text of the log, if its normal form says anything.
    pub(super) fn of_text(&mut self, text: TextId, log: &TextTable) -> Option<u32> {
        match self.of_text[text.index()] {
            KeywordOfText::Keyword(keyword) => Some(keyword),
            KeywordOfText::NoKeyword => None,
            KeywordOfText::NotAsked => {
                let keyword = self.add(log.get(text));
                self.of_text[text.index()] = match keyword {
                    Some(keyword) => KeywordOfText::Keyword(keyword),
                    None => KeywordOfText::NoKeyword,
                };
                keyword
            }
        }
    }

    fn add(&mut self, text: &str) -> Option<u32> {
        normalize(text, &mut self.buffer);
        if self.buffer.is_empty() {
            return None;
        }
        let keyword = self.texts.intern(&self.buffer).index();
        if keyword == self.drafts.len() {
            self.drafts.push(KeywordDraft {
                wordless: is_wordless(&self.buffer),
                ..KeywordDraft::default()
            });
        }
        Some(keyword as u32)
    }

    /// Whether a keyword has nothing that could name a goal.
    pub(super) fn is_wordless(&self, keyword: u32) -> bool {
        self.drafts[keyword as usize].wordless
    }

    /// The normal text of a keyword.
    pub(super) fn text(&self, keyword: u32) -> &str {
        let id = self.texts.id_at(keyword as usize);
        id.map_or("", |id| self.texts.get(id))
    }

    /// Counts a keyword once an event.
    pub(super) fn touch(&mut self, keyword: u32, source: Source, seen: Sighting) {
        let draft = &mut self.drafts[keyword as usize];
        draft.sources.insert(source);
        draft.wanted |= seen.wanted;
        if draft.last_event == seen.event {
            return;
        }
        if draft.count == 0 {
            draft.first_seen = seen.time;
        }
        if draft.count == 0 || draft.last_visit != seen.visit {
            draft.visits += 1;
        }
        draft.count += 1;
        draft.last_seen = seen.time;
        draft.last_event = seen.event;
        draft.last_visit = seen.visit;
    }

    /// Counts a search for a keyword that led to a click, perhaps to the home page that it names.
    pub(super) fn click(&mut self, keyword: u32, home: bool) {
        let draft = &mut self.drafts[keyword as usize];
        draft.clicks += 1;
        draft.home_clicks += u32::from(home);
    }

    /// Keywords by text, and the new place of each old one.
    pub(super) fn finish(&self, carried: &Carried) -> (Vec<Keyword>, Vec<u32>) {
        let mut order: Vec<(&str, u32)> = self.texts.iter().zip(0..).collect();
        order.sort_unstable();
        let mut place = vec![0; order.len()];
        let keywords = order
            .iter()
            .enumerate()
            .map(|(new, (text, old))| {
                let old = *old as usize;
                place[old] = new as u32;
                let draft = &self.drafts[old];
                let hidden = carried.by_hidden[old] && !carried.by_shown[old];
                let unsupported = if carried.by_kept[old] {
                    None
                } else if draft.wordless {
                    Some(LeftOver::NoWords)
                } else if !draft.wanted || hidden {
                    Some(LeftOver::Hidden)
                } else {
                    Some(LeftOver::OverCap)
                };
                Keyword {
                    text: (*text).to_owned(),
                    sources: draft.sources,
                    count: draft.count,
                    visits: draft.visits,
                    first_seen: draft.first_seen,
                    last_seen: draft.last_seen,
                    clicks: draft.clicks,
                    home_clicks: draft.home_clicks,
                    unsupported,
                }
            })
            .collect();
        (keywords, place)
    }
}
