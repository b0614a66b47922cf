//! The tables, and what says of which version they are.

use postgres::Client;
use wayline::keep::StoreError;

use super::connections::Failed;

/// Version of the tables.
const VERSION: i32 = 1;

/// One process at a time makes them.
const LOCK: i64 = 0x5741_594c;

// Records are compressed already, so the database needn't try.
const TABLES: &str = "
CREATE SCHEMA IF NOT EXISTS wayline;
CREATE TABLE wayline.version (version integer NOT NULL);
CREATE TABLE wayline.people (
    user_id bytea PRIMARY KEY,
    version bigint NOT NULL,
    record bytea NOT NULL
);
ALTER TABLE wayline.people ALTER record SET STORAGE EXTERNAL;
CREATE TABLE wayline.waiting (
    user_id bytea NOT NULL,
    number bigint GENERATED ALWAYS AS IDENTITY,
    batch bytea NOT NULL,
    PRIMARY KEY (user_id, number)
);
CREATE TABLE wayline.notes (
    name bytea PRIMARY KEY,
    value bytea NOT NULL
);
";

/// Makes sure that the tables are there and of this version.
pub(super) fn prepare(client: &mut Client, creates: bool) -> Result<(), Failed> {
    let mut transaction = client.transaction()?;
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK])?;
    let there = transaction.query_one("SELECT to_regclass('wayline.version') IS NOT NULL", &[])?;
    let unusable = |reason: String| StoreError::Unusable {
        store: "PostgreSQL".to_owned(),
        reason,
    };
    if there.get(0) {
        let found: i32 = transaction
            .query_one("SELECT version FROM wayline.version", &[])?
            .get(0);
        if found != VERSION {
            return Err(unusable(format!(
                "a store of version {found}, this Wayline uses {VERSION}; move the people over with \
                 `wayline store export --people` and `wayline store import`"
            ))
            .into());
        }
    } else if creates {
        transaction.batch_execute(TABLES)?;
        transaction.execute("INSERT INTO wayline.version VALUES ($1)", &[&VERSION])?;
    } else {
        let reason =
            "there is no store; `wayline update` or `wayline infer` with --store makes one";
        return Err(unusable(reason.to_owned()).into());
    }
    Ok(transaction.commit()?)
}
