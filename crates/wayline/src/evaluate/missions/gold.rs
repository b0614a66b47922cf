use crate::evaluate::{ReadError, normalise};
use jiff::civil;
use jiff::fmt::temporal::Pieces;
use std::collections::HashMap;

/// Events labelled by mission.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gold {
    /// People in the order of their first rows.
    pub people: Vec<Person>,
}

/// One person's events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub user_id: String,
    /// The events in the order of their rows.
    pub events: Vec<Event>,
}

/// One search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The [normalised](normalise) query.
    pub query: String,
    /// When, by the clock of the log: an offset is read over, as by the reference scorer.
    pub at: civil::DateTime,
    /// The mission, unique within the person.
    pub mission: String,
}

const WHAT: &str = "missions";

impl Gold {
    /// Reads a table with a header and tabs between columns, of which `user_id`, `query`,
    /// `timestamp` (`YYYY-MM-DD HH:MM:SS` or another ISO 8601 form) and `mission_id` are needed.
    /// There is no quoting; blank lines are passed over.
    pub fn from_tsv(text: &str) -> Result<Self, ReadError> {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let mut lines = text
            .split('\n')
            .enumerate()
            .map(|(index, row)| (index + 1, row));
        let header: Vec<&str> = lines
            .next()
            .map_or(vec![], |(_, row)| row.split('\t').collect());
        let column = |name: &'static str| {
            // The last of columns with the same name.
            let place = header.iter().rposition(|found| *found == name);
            place
                .map(|place| (name, place))
                .ok_or_else(|| error(1, name, "missing in the header"))
        };
        let (user_id, query) = (column("user_id")?, column("query")?);
        let (timestamp, mission) = (column("timestamp")?, column("mission_id")?);

        let mut people: Vec<Person> = Vec::new();
        let mut known: HashMap<String, usize> = HashMap::new();
        for (line, row) in lines.filter(|(_, row)| !row.is_empty()) {
            let fields: Vec<&str> = row.split('\t').collect();
            let field = |(name, place): (&'static str, usize)| {
                fields
                    .get(place)
                    .copied()
                    .ok_or_else(|| error(line, name, "missing in this row"))
            };
            let written = field(timestamp)?;
            let at = clock_time(written)
                .ok_or_else(|| error(line, timestamp.0, &format!("`{written}` is not a time")))?;
            let user_id = field(user_id)?;
            let person = *known.entry(user_id.to_owned()).or_insert_with(|| {
                people.push(Person {
                    user_id: user_id.to_owned(),
                    events: Vec::new(),
                });
                people.len() - 1
            });
            people[person].events.push(Event {
                query: normalise(field(query)?),
                at,
                mission: field(mission)?.to_owned(),
            });
        }
        Ok(Self { people })
    }
}

fn clock_time(text: &str) -> Option<civil::DateTime> {
    let pieces = Pieces::parse(text).ok()?;
    Some(
        pieces
            .date()
            .to_datetime(pieces.time().unwrap_or(civil::Time::midnight())),
    )
}

fn error(line: usize, column: &str, reason: &str) -> ReadError {
    ReadError {
        what: WHAT,
        line,
        column: column.to_owned(),
        reason: reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "user_id\tquery\ttimestamp\tclick_url\tmission_id\n";

    #[test]
    fn reads_without_quoting() {
        let row = "7\t\"Oak  TABLE\t2026-03-01T23:30:00+09:00\t\tm\r\n\r\n8\tx\t2026-03-02 00:00:00\t\t\n";
        let gold = Gold::from_tsv(&format!("{HEADER}{row}")).unwrap();
        assert_eq!(gold.people.len(), 2);
        let event = &gold.people[0].events[0];
        assert_eq!(event.query, "\"oak table");
        assert_eq!(event.at, civil::date(2026, 3, 1).at(23, 30, 0, 0));
        assert_eq!(gold.people[1].events[0].mission, "");
    }

    #[test]
    fn errors_name_line_and_column() {
        let read = |text: &str| Gold::from_tsv(text).unwrap_err().to_string();
        assert_eq!(
            read("user_id\tquery\n"),
            "missions, line 1, column timestamp: missing in the header"
        );
        assert_eq!(
            read(&format!("{HEADER}\n7\tx\tyesterday\t\t1\n")),
            "missions, line 3, column timestamp: `yesterday` is not a time"
        );
        assert_eq!(
            read(&format!("{HEADER}7\tx\t2026-03-01\t\n")),
            "missions, line 2, column mission_id: missing in this row"
        );
    }
}
