//! The tables, and what says of which version they are.

use postgres::Client;
use postgres::types::Type;
use wayline::keep::ERASED;

use super::connections::Failed;

/// Version of the tables.
const VERSION: i32 = 1;

/// One process at a time makes them.
const LOCK: i64 = 0x5741_594c;

// Records are compressed already, so the database needn't try.
const TABLES: &str = "
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
    transaction.execute_typed("SELECT pg_advisory_xact_lock($1)", &[(&LOCK, Type::INT8)])?;
    let there = "SELECT to_regclass('wayline.version') IS NOT NULL, \
                 to_regnamespace('wayline') IS NOT NULL";
    let there = transaction.query_typed_one(there, &[])?;
    let (store_is_there, schema_is_there): (bool, bool) = (there.get(0), there.get(1));
    if store_is_there {
        let version = "SELECT version FROM wayline.version";
        let found: Option<i32> = transaction
            .query_typed_opt(version, &[])?
            .map(|row| row.get(0));
        if found != Some(VERSION) {
            let found = found.map_or("no version".to_owned(), |it| format!("version {it}"));
            return Err(Failed::Unusable(format!(
                "a store of {found}, this Wayline uses {VERSION}; move the people over with \
                 `wayline store export --people` of the Wayline that wrote it and `wayline store \
                 import` of this one"
            )));
        }
    } else if creates {
        // Whoever may only use a schema that was made for them can't even say IF NOT EXISTS.
        if !schema_is_there {
            transaction.batch_execute("CREATE SCHEMA wayline")?;
        }
        transaction.batch_execute(TABLES)?;
        let version = "INSERT INTO wayline.version VALUES ($1)";
        transaction.execute_typed(version, &[(&VERSION, Type::INT4)])?;
        // Its row is a lock between those who erase people and those who make records of new ones.
        let erased = "INSERT INTO wayline.notes VALUES ($1, $2)";
        let zero: &[u8] = &0_i64.to_le_bytes();
        let erased_note: &[u8] = ERASED.as_bytes();
        transaction.execute_typed(erased, &[(&erased_note, Type::BYTEA), (&zero, Type::BYTEA)])?;
    } else {
        let reason =
            "there is no store; `wayline update` or `wayline infer` with --store makes one";
        return Err(Failed::Unusable(reason.to_owned()));
    }
    Ok(transaction.commit()?)
}
