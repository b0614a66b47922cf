//! The people of a part, each with all rows.

use std::hash::BuildHasher;

use arrow::array::Array;
use foldhash::fast::FixedState;
use hashbrown::HashTable;

use super::options::Tally;
use super::rows::EventColumns;

/// One person of a part.
pub(crate) struct Person<'a> {
    pub(crate) user_id: &'a str,
    pub(crate) tally: Tally,
    /// Place in order of appearance.
    index: u32,
}

/// The people of a part by name, and their rows.
pub(crate) struct PartOrder<'a> {
    people: Vec<Person<'a>>,
    /// Rows (batch, row) person after person, people in order of appearance.
    rows: Vec<(u32, u32)>,
    /// Where each person's rows end.
    ends: Vec<usize>,
}

impl<'a> PartOrder<'a> {
    pub(crate) fn new(columns: &[EventColumns<'a>]) -> Self {
        let hasher = FixedState::default();
        let mut lookup: HashTable<u32> = HashTable::new();
        let mut people: Vec<Person<'a>> = Vec::new();
        let total: usize = columns.iter().map(|columns| columns.user_id.len()).sum();
        let mut person_of_row: Vec<u32> = Vec::with_capacity(total);
        for columns in columns {
            let mut last: Option<u32> = None;
            for (row, bytes) in columns.row_bytes().into_iter().enumerate() {
                let user_id = columns.user_id.value(row);
                let index = match last {
                    Some(index) if people[index as usize].user_id == user_id => index,
                    _ => {
                        let hash = hasher.hash_one(user_id);
                        let same = |index: &u32| people[*index as usize].user_id == user_id;
                        match lookup.find(hash, same) {
                            Some(index) => *index,
                            None => {
                                let index = people.len() as u32;
                                people.push(Person {
                                    user_id,
                                    tally: Tally::default(),
                                    index,
                                });
                                lookup.insert_unique(hash, index, |other| {
                                    hasher.hash_one(people[*other as usize].user_id)
                                });
                                index
                            }
                        }
                    }
                };
                last = Some(index);
                people[index as usize].tally.add(u64::from(bytes));
                person_of_row.push(index);
            }
        }
        let mut ends: Vec<usize> = Vec::with_capacity(people.len());
        let mut next: Vec<usize> = Vec::with_capacity(people.len());
        let mut end = 0;
        for person in &people {
            next.push(end);
            end += person.tally.events as usize;
            ends.push(end);
        }
        let mut rows = vec![(0, 0); total];
        let mut of_row = person_of_row.into_iter();
        for (batch, columns) in columns.iter().enumerate() {
            for (row, person) in (0..columns.user_id.len()).zip(&mut of_row) {
                let place = &mut next[person as usize];
                rows[*place] = (batch as u32, row as u32);
                *place += 1;
            }
        }
        people.sort_unstable_by_key(|person| person.user_id);
        Self { people, rows, ends }
    }

    /// The people in order of their names.
    pub(crate) fn people(&self) -> &[Person<'a>] {
        &self.people
    }

    /// Batch and row of each of a person's rows.
    pub(crate) fn rows(&self, person: &Person<'_>) -> &[(u32, u32)] {
        let end = self.ends[person.index as usize];
        &self.rows[end - person.tally.events as usize..end]
    }
}
