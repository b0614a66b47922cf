//! What is asked of the database.
//!
//! Types are given with each query (`query_typed`): it is one round trip then instead of two, and is
//! planned for what is asked, while a prepared one may be planned for anything.

use postgres::Client;
use postgres::types::{ToSql, Type};
use wayline::keep::{Counts, Mark, Stored, Waiting};

use super::connections::Failed;
use crate::packing::unpacked;

/// Ids and names were texts when they were written.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn stored(version: i64, record: &[u8]) -> Stored {
    Stored {
        version: version as u64,
        record: unpacked(record),
    }
}

pub(super) fn get(client: &mut Client, user_id: &str) -> Result<Option<Stored>, Failed> {
    let get = "SELECT version, record FROM wayline.people WHERE user_id = $1";
    let row = client.query_typed_opt(get, &[(&user_id.as_bytes(), Type::BYTEA)])?;
    Ok(row.map(|row| stored(row.get(0), row.get(1))))
}

pub(super) fn mark(client: &mut Client, user_id: &str) -> Result<Option<Mark>, Failed> {
    let mark = "SELECT coalesce((SELECT version FROM wayline.people WHERE user_id = $1), 0), \
                coalesce((SELECT max(number) FROM wayline.waiting WHERE user_id = $1), 0)";
    let row = client.query_typed_one(mark, &[(&user_id.as_bytes(), Type::BYTEA)])?;
    let mark = Mark {
        version: row.get::<_, i64>(0) as u64,
        waiting_until: row.get::<_, i64>(1) as u64,
    };
    Ok((mark.version > 0 || mark.waiting_until > 0).then_some(mark))
}

pub(super) fn marks(client: &mut Client, user_ids: &[&str]) -> Result<Vec<Option<Mark>>, Failed> {
    let ids: Vec<&[u8]> = user_ids.iter().map(|it| it.as_bytes()).collect();
    let marks = "SELECT coalesce((SELECT version FROM wayline.people WHERE user_id = id), 0), \
                 coalesce((SELECT max(number) FROM wayline.waiting WHERE user_id = id), 0) \
                 FROM unnest($1::bytea[]) WITH ORDINALITY AS asked (id, place) ORDER BY place";
    let rows = client.query_typed(marks, &[(&ids, Type::BYTEA_ARRAY)])?;
    let marks = rows.iter().map(|row| Mark {
        version: row.get::<_, i64>(0) as u64,
        waiting_until: row.get::<_, i64>(1) as u64,
    });
    let is_there = |mark: &Mark| mark.version > 0 || mark.waiting_until > 0;
    Ok(marks.map(|mark| Some(mark).filter(is_there)).collect())
}

pub(super) fn waiting(client: &mut Client, user_id: &str) -> Result<Vec<Waiting>, Failed> {
    let waiting = "SELECT number, batch FROM wayline.waiting WHERE user_id = $1 ORDER BY number";
    let rows = client.query_typed(waiting, &[(&user_id.as_bytes(), Type::BYTEA)])?;
    let waiting = rows.iter().map(|row| Waiting {
        number: row.get::<_, i64>(0) as u64,
        batch: row.get(1),
    });
    Ok(waiting.collect())
}

type Parameter<'a> = (&'a (dyn ToSql + Sync), Type);

fn page<'a>(after: &'a Option<&[u8]>, most: &'a i64) -> [Parameter<'a>; 2] {
    [(after, Type::BYTEA), (most, Type::INT8)]
}

pub(super) fn people(
    client: &mut Client,
    after: Option<&str>,
    most: usize,
) -> Result<Vec<(String, Stored)>, Failed> {
    let people = "SELECT user_id, version, record FROM wayline.people \
                  WHERE $1::bytea IS NULL OR user_id > $1 ORDER BY user_id LIMIT $2";
    let rows = client.query_typed(people, &page(&after.map(str::as_bytes), &(most as i64)))?;
    rows.iter()
        .map(|row| Ok((text(row.get(0)), stored(row.get(1), row.get(2)))))
        .collect()
}

pub(super) fn people_waiting(
    client: &mut Client,
    after: Option<&str>,
    most: usize,
) -> Result<Vec<String>, Failed> {
    let people = "SELECT DISTINCT user_id FROM wayline.waiting \
                  WHERE $1::bytea IS NULL OR user_id > $1 ORDER BY user_id LIMIT $2";
    let rows = client.query_typed(people, &page(&after.map(str::as_bytes), &(most as i64)))?;
    Ok(rows.iter().map(|row| text(row.get(0))).collect())
}

pub(super) fn note(client: &mut Client, name: &str) -> Result<Option<Vec<u8>>, Failed> {
    let note = "SELECT value FROM wayline.notes WHERE name = $1";
    let row = client.query_typed_opt(note, &[(&name.as_bytes(), Type::BYTEA)])?;
    Ok(row.map(|row| row.get(0)))
}

pub(super) fn notes(
    client: &mut Client,
    beginning: &str,
) -> Result<Vec<(String, Vec<u8>)>, Failed> {
    let notes = "SELECT name, value FROM wayline.notes \
                 WHERE name >= $1 AND ($2::bytea IS NULL OR name < $2) ORDER BY name";
    let end = after_all_that_begin_with(beginning.as_bytes());
    let range: [Parameter<'_>; 2] = [
        (&beginning.as_bytes(), Type::BYTEA),
        (&end.as_deref(), Type::BYTEA),
    ];
    let rows = client.query_typed(notes, &range)?;
    Ok(rows
        .iter()
        .map(|row| (text(row.get(0)), row.get(1)))
        .collect())
}

/// The first bytes that come after all that begin so; none where nothing does.
fn after_all_that_begin_with(beginning: &[u8]) -> Option<Vec<u8>> {
    let last = beginning.iter().rposition(|byte| *byte < u8::MAX)?;
    let mut end = beginning[..=last].to_vec();
    end[last] += 1;
    Some(end)
}

pub(super) fn counts(client: &mut Client) -> Result<Counts, Failed> {
    let counts = "SELECT count(*), coalesce(sum(octet_length(record)), 0)::bigint, \
                  (SELECT count(*) FROM wayline.waiting), \
                  pg_total_relation_size('wayline.people') + pg_total_relation_size('wayline.waiting') \
                  + pg_total_relation_size('wayline.notes') FROM wayline.people";
    let row = client.query_typed_one(counts, &[])?;
    let number = |place: usize| row.get::<_, i64>(place) as u64;
    Ok(Counts {
        people: number(0),
        record_bytes: number(1),
        waiting: number(2),
        disk_bytes: Some(number(3)),
    })
}
