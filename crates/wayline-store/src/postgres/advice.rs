//! What the database says, in words that also say what to do.

use std::error::Error;

use postgres::error::SqlState;

/// What was said, why, and what to do.
pub(super) fn told(error: &postgres::Error, advice: &str) -> String {
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(because) = cause {
        let because_it_is = because.to_string();
        // Some name their cause themselves.
        if !said.contains(&because_it_is) {
            said = format!("{said}: {because_it_is}");
        }
        cause = because.source();
    }
    format!("{said}; {advice}")
}

pub(super) fn advice(error: &postgres::Error) -> &'static str {
    let Some(code) = error.code() else {
        // The driver has no code for it.
        let cause = error.source().map(ToString::to_string);
        return match cause.as_deref() {
            Some("password missing") => {
                "the server wants a password: postgres://USER:PASSWORD@HOST:PORT/DATABASE"
            }
            // Nothing but its words tells this kind.
            _ if error.to_string().contains("TLS") => {
                "check that the server has TLS (ssl = on) and a certificate of this host that this \
                 machine trusts"
            }
            _ => "check that the database runs and can be reached",
        };
    };
    match *code {
        SqlState::INVALID_PASSWORD => "check user and password",
        SqlState::INVALID_AUTHORIZATION_SPECIFICATION => {
            "check the user, and in the server's pg_hba.conf whether it may come from here, and without TLS (else: \
             sslmode=require)"
        }
        SqlState::INVALID_CATALOG_NAME => "make the database first: createdb",
        SqlState::INSUFFICIENT_PRIVILEGE => {
            "the user needs CREATE on the database or on its schema wayline to make a store, and rights \
             on its tables to use one"
        }
        SqlState::DISK_FULL => "make room on the database's disk",
        SqlState::TOO_MANY_CONNECTIONS => {
            "let the database take more connections (max_connections), or run fewer processes"
        }
        SqlState::CANNOT_CONNECT_NOW | SqlState::ADMIN_SHUTDOWN | SqlState::CRASH_SHUTDOWN => {
            "the database is starting or stopping; run it again in a moment"
        }
        SqlState::READ_ONLY_SQL_TRANSACTION => {
            "this server only reads, as a standby does; name the one that writes"
        }
        SqlState::LOCK_NOT_AVAILABLE => {
            "another process holds the same people for long; wait for it or stop it"
        }
        SqlState::T_R_DEADLOCK_DETECTED | SqlState::T_R_SERIALIZATION_FAILURE => {
            "others change the same again and again; run it anew when they are done"
        }
        SqlState::PROGRAM_LIMIT_EXCEEDED => {
            "PostgreSQL can't take ids of more than about 2,700 bytes; shorten them"
        }
        SqlState::UNDEFINED_TABLE | SqlState::UNDEFINED_COLUMN => {
            "somebody changed its tables; restore the store from a backup"
        }
        SqlState::DUPLICATE_TABLE => {
            "the schema wayline holds something else; use another database"
        }
        _ => "see the database's log",
    }
}
