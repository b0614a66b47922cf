//! How far each partition was read: in the store, in one commit with what was read.
//!
//! A position moves only from where this member found it. Where another member has moved it meanwhile,
//! since the partition became theirs, the commit is refused and nothing of it is taken: so each message
//! is in the store once, whatever the group does.

use anyhow::Result;
use wayline::keep::{Store, StoreError, number_of};

use crate::live::POSITIONS;

/// Where a group stands in a topic.
#[derive(Clone, Debug)]
pub(crate) struct Positions {
    group: String,
    topic: String,
}

/// A partition's position: the offset of the next message; none where none was read yet.
pub(crate) type Position = Option<i64>;

/// The step of one partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) partition: i32,
    pub(crate) from: Position,
    pub(crate) to: i64,
}

/// What a note was and what it becomes.
type Notes = Vec<(String, Option<Vec<u8>>)>;

impl Positions {
    pub(crate) fn new(group: &str, topic: &str) -> Self {
        Self {
            group: group.to_owned(),
            topic: topic.to_owned(),
        }
    }

    fn note(&self, partition: i32) -> String {
        format!("{POSITIONS}{}/{}/{partition}", self.group, self.topic)
    }

    /// Where a partition stands.
    pub(crate) fn of(&self, store: &dyn Store, partition: i32) -> Result<Position, StoreError> {
        let note = store.note(&self.note(partition))?;
        Ok(note.map(|value| number_of(&value)))
    }

    /// Notes as a commit must find them, and as it leaves them.
    pub(crate) fn notes(&self, steps: &[Step]) -> (Notes, Notes) {
        let bytes = |offset: i64| offset.to_le_bytes().to_vec();
        let steps = steps.iter();
        let both = steps.map(|step| {
            let note = self.note(step.partition);
            (
                (note.clone(), step.from.map(bytes)),
                (note, Some(bytes(step.to))),
            )
        });
        both.unzip()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wayline::keep::Changes;
    use wayline_store::Memory;

    #[test]
    fn a_position_moves_from_where_it_was_found_and_else_nothing_happens() {
        let store = Memory::default();
        let positions = Positions::new("g", "t");
        let step = |from, to| {
            let partition = 3;
            let (expects, notes) = positions.notes(&[Step {
                partition,
                from,
                to,
            }]);
            store.commit(&Changes {
                expects,
                notes,
                waiting: vec![("p".to_owned(), vec![1])],
                ..Changes::default()
            })
        };
        assert_eq!(positions.of(&store, 3).expect("read"), None);
        step(None, 7).expect("taken");
        step(None, 9).expect_err("another was there");
        step(Some(7), 8).expect("taken");
        step(Some(7), 12).expect_err("another was there");
        assert_eq!(positions.of(&store, 3).expect("read"), Some(8));
        assert_eq!(positions.of(&store, 4).expect("read"), None);
        assert_eq!(store.waiting("p").expect("read").len(), 2);
    }
}
