//! What is known about items, joined to events that lack it.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use wayline::nouns::{Actions, TextId, TextTable};

use super::check::{id, list, text};
use super::parse::{RowSink, parse};
use super::raw::{RawList, RawRow};
use super::summary::{EXAMPLES, RejectExample};
use super::units::{Units, check_json_columns};
use super::{Column, ColumnNames, Inputs, ReadError, ReadOptions, ReadSummary, Reason, RowError};

const NEEDED: [Column; 1] = [Column::ItemId];

/// Titles, annotations and interests of items, by `item_id`.
///
/// Held in memory: per item its id, its title and 4 bytes for each annotation and interest, plus
/// each distinct annotation and interest once, about 100 to 200 bytes an item in all.
#[derive(Default)]
pub struct Items {
    /// Ids and titles, back to back.
    bytes: String,
    rows: Vec<ItemRow>,
    lookup: HashTable<u32>,
    hasher: FixedState,
    words: TextTable,
    word_ids: Vec<TextId>,
}

/// Where an item's texts end; each begins where the one before ends.
#[derive(Clone, Copy, Default)]
struct ItemRow {
    id: usize,
    title: usize,
    annotations: usize,
    interests: usize,
}

/// What is known about one item.
#[derive(Clone, Copy)]
pub struct Item<'a> {
    /// Its title.
    pub title: Option<&'a str>,
    annotations: &'a [TextId],
    interests: &'a [TextId],
    words: &'a TextTable,
}

impl<'a> Item<'a> {
    /// Its annotations.
    pub fn annotations(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let (words, ids) = (self.words, self.annotations);
        ids.iter().map(|id| words.get(*id))
    }

    /// Its interests.
    pub fn interests(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let (words, ids) = (self.words, self.interests);
        ids.iter().map(|id| words.get(*id))
    }
}

impl Items {
    /// Reads items from files of any of the formats. Of several with one `item_id` the first
    /// counts. What was read is counted in the summary.
    ///
    /// # Errors
    /// A file can't be read as its format or not to its end, or has no `item_id`.
    pub fn read(inputs: &Inputs, columns: &ColumnNames) -> Result<(Self, ReadSummary), ReadError> {
        // Items have no actions; the limits on texts are those of events.
        let no_actions = Actions::new([(Actions::SEARCH, 1.0)]);
        let Ok(actions) = no_actions else {
            return Ok((Self::default(), ReadSummary::default()));
        };
        let mut options = ReadOptions::new(&actions);
        options.columns.clone_from(columns);
        let mut sink = ItemSink {
            items: Self::default(),
            summary: ReadSummary::default(),
            options: &options,
            file: "",
            saw_id: false,
        };
        for file in &inputs.files {
            sink.file = &file.name;
            sink.saw_id = false;
            let rows_before = sink.summary.rows;
            let mut units = Units::open(file, inputs, columns, &NEEDED)?;
            let mut first = true;
            while let Some(unit) = units.next(columns, &NEEDED)? {
                parse(&unit, columns, &mut sink)?;
                if std::mem::take(&mut first) {
                    let saw_id = sink.saw_id;
                    check_json_columns(
                        &file.name,
                        |_| saw_id,
                        sink.summary.unknown_columns.iter(),
                        columns,
                        &NEEDED,
                    )?;
                }
            }
            sink.summary.files += 1;
            sink.summary.bytes += units.final_bytes();
            for name in &units.unknown {
                sink.summary.note_unknown_column(name);
            }
            if sink.summary.rows == rows_before {
                sink.summary.empty_files.insert(file.name.to_string());
            }
        }
        if sink.items.rows.is_empty() {
            return Err(ReadError::NoItems {
                files: inputs.names(),
                rows: sink.summary.rows,
                reasons: sink.summary.reject_list(),
            });
        }
        sink.items.bytes.shrink_to_fit();
        sink.summary.items = sink.items.rows.len() as u64;
        Ok((sink.items, sink.summary))
    }

    /// How many items there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// What is known about an item.
    #[must_use]
    pub fn get(&self, item_id: &str) -> Option<Item<'_>> {
        let hash = self.hasher.hash_one(item_id);
        let index = *self.lookup.find(hash, |index| self.id(*index) == item_id)? as usize;
        let (start, end) = (self.start(index), self.rows[index]);
        let title = &self.bytes[end.id..end.title];
        Some(Item {
            title: (!title.is_empty()).then_some(title),
            annotations: &self.word_ids[start.interests..end.annotations],
            interests: &self.word_ids[end.annotations..end.interests],
            words: &self.words,
        })
    }

    /// The end of the item before.
    fn start(&self, index: usize) -> ItemRow {
        index
            .checked_sub(1)
            .map_or_else(ItemRow::default, |before| self.rows[before])
    }

    fn id(&self, index: u32) -> &str {
        let index = index as usize;
        &self.bytes[self.start(index).title..self.rows[index].id]
    }

    /// Adds an item; false if its id is there already.
    fn add(
        &mut self,
        item_id: &str,
        title: Option<&str>,
        annotations: &RawList<'_>,
        interests: &RawList<'_>,
    ) -> bool {
        let hash = self.hasher.hash_one(item_id);
        let known = self.lookup.find(hash, |index| self.id(*index) == item_id);
        // Four billion items would not fit in memory anyway.
        let Ok(index) = u32::try_from(self.rows.len()) else {
            return false;
        };
        if known.is_some() {
            return false;
        }
        self.bytes.push_str(item_id);
        let id = self.bytes.len();
        self.bytes.push_str(title.unwrap_or_default());
        let words = &mut self.words;
        self.word_ids
            .extend(annotations.texts().map(|text| words.intern(text)));
        let annotations = self.word_ids.len();
        self.word_ids
            .extend(interests.texts().map(|text| words.intern(text)));
        self.rows.push(ItemRow {
            id,
            title: self.bytes.len(),
            annotations,
            interests: self.word_ids.len(),
        });
        let mut lookup = std::mem::take(&mut self.lookup);
        lookup.insert_unique(hash, index, |other| self.hasher.hash_one(self.id(*other)));
        self.lookup = lookup;
        true
    }
}

struct ItemSink<'a, 'o> {
    items: Items,
    summary: ReadSummary,
    options: &'a ReadOptions<'o>,
    file: &'a str,
    saw_id: bool,
}

impl RowSink for ItemSink<'_, '_> {
    fn row(&mut self, row: &RawRow<'_>) -> Result<(), RowError> {
        let item_id = id(row, Column::ItemId, self.options)?
            .ok_or_else(|| RowError::new(Reason::ItemIdMissing, "no `item_id`, or an empty one"))?;
        self.saw_id = true;
        let title = text(row, Column::Title, self.options)?;
        let annotations = list(row, Column::Annotations, self.options)?;
        let interests = list(row, Column::Interests, self.options)?;
        if !self.items.add(&item_id, title, &annotations, &interests) {
            self.summary.repeated_items += 1;
        }
        self.summary.rows += 1;
        Ok(())
    }

    fn reject(&mut self, line: u64, error: RowError, _: &dyn Fn() -> String) {
        self.summary.rows += 1;
        *self.summary.rejects.entry(error.reason).or_default() += 1;
        let examples = self.summary.examples.entry(error.reason).or_default();
        if examples.len() < EXAMPLES {
            examples.push(RejectExample {
                file: self.file.to_owned(),
                line,
                detail: error.detail,
            });
        }
    }

    fn unknown(&mut self, name: &str) {
        self.summary.note_unknown_column(name);
    }
}
