//! Ids of events, whose numbers mostly grow by little.

use std::borrow::Cow;

use crate::nouns::TextTable;

use super::Ids;
use super::unpack::Reading;

/// Longer numbers don't fit into 64 bits.
const MOST_DIGITS: usize = 18;

/// What stands before the number that an id ends in, and the number. One with a leading zero wouldn't
/// come back as it was.
fn split(id: &str) -> (&str, Option<u64>) {
    let digits = id.bytes().rev().take_while(u8::is_ascii_digit).count();
    let (mut beginning, mut number) = id.split_at(id.len() - digits.min(MOST_DIGITS));
    while number.len() > 1 && number.starts_with('0') {
        (beginning, number) = id.split_at(beginning.len() + 1);
    }
    match number.parse() {
        Ok(number) => (beginning, Some(number)),
        Err(_) => (id, None),
    }
}

impl Ids {
    /// Adds an event's id, if it has one; `before` is the number of the last that had one.
    pub(super) fn push(&mut self, id: Option<&str>, texts: &mut TextTable, before: &mut u64) {
        let (beginning, number) = id.map_or((None, None), |id| {
            let (beginning, number) = split(id);
            (Some(beginning), number)
        });
        self.beginnings
            .push(beginning.map_or(0, |it| texts.intern(it).index() as u32 + 1));
        self.numbers.push(number.map_or(0, |number| {
            // Both have 18 digits at most, so the difference fits.
            let grown = number as i64 - std::mem::replace(before, number) as i64;
            1 + ((grown << 1) ^ (grown >> 63)) as u64
        }));
    }

    /// The id of the event at a place; none inside where it has none.
    pub(super) fn get<'a>(
        &self,
        place: usize,
        reading: &Reading<'a>,
        before: &mut u64,
    ) -> Option<Option<Cow<'a, str>>> {
        let beginning = reading.maybe(*self.beginnings.get(place)?)?;
        let Some(beginning) = beginning else {
            return Some(None);
        };
        let Some(steps) = self.numbers.get(place)?.checked_sub(1) else {
            return Some(Some(Cow::Borrowed(beginning)));
        };
        let grown = (steps >> 1) as i64 ^ -((steps & 1) as i64);
        *before = before.checked_add_signed(grown)?;
        Some(Some(Cow::Owned(format!("{beginning}{before}"))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_that_come_back_as_they_were_are_split() {
        for (id, expected) in [
            ("s1-42", ("s1-", Some(42))),
            ("42", ("", Some(42))),
            ("0", ("", Some(0))),
            ("a0", ("a", Some(0))),
            ("a007", ("a00", Some(7))),
            ("a00", ("a0", Some(0))),
            ("abc", ("abc", None)),
            ("", ("", None)),
            (
                "1234567890123456789012",
                ("1234", Some(567_890_123_456_789_012)),
            ),
            ("é9", ("é", Some(9))),
        ] {
            assert_eq!(split(id), expected, "{id}");
            let (beginning, number) = split(id);
            let back = number.map_or(beginning.to_owned(), |it| format!("{beginning}{it}"));
            assert_eq!(back, id);
        }
    }
}
