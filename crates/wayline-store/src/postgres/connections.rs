//! Connections that wait for their next use, and what becomes of those that broke.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use postgres::config::Host;
use postgres::error::{Severity, SqlState};
use postgres::{Client, Config};
use wayline::keep::StoreError;

use super::advice::{advice, told};
use super::tls::Tls;

/// Connections that wait.
const MOST_IDLE: usize = 16;
/// So long a connection may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// So long a server may be silent before it is asked whether it is there, and may leave what was sent
/// to it unanswered: one whose machine has vanished says nothing at all.
const SILENCE: Duration = Duration::from_secs(30);
/// Without a word in the name, the driver would wait so long.
const DRIVERS_SILENCE: Duration = Duration::from_secs(2 * 60 * 60);
/// Times that a transaction is made which others made impossible.
const TRIES: usize = 5;

// Where neither the name nor the server says otherwise: nobody waits without end for somebody who hangs,
// and a machine that vanished inside a transaction doesn't hold its people locked. A server that is set
// to answer before a commit is on its disk would break what a store promises.
const SETTINGS: &str = "
SELECT set_config(name, ours, false)
FROM (VALUES ('lock_timeout', '0', '30s'),
             ('idle_in_transaction_session_timeout', '0', '60s'),
             ('synchronous_commit', 'off', 'on')) AS setting (name, instead_of, ours)
WHERE current_setting(name) = instead_of";

pub(super) struct Connections {
    config: Config,
    tls: Tls,
    /// Host and database, for messages: never the password.
    shown: String,
    idle: Mutex<Vec<Client>>,
}

/// Why something inside a connection's use failed.
pub(super) enum Failed {
    Database(postgres::Error),
    /// The connection broke while a commit was under way, so nobody knows whether it is in.
    Unknown(postgres::Error),
    Conflict {
        user_id: String,
    },
    Moved {
        note: String,
    },
    /// What is there is no store of this version, and what to do.
    Unusable(String),
    /// A record can't be compressed, and what to do.
    Record(String),
}

impl From<postgres::Error> for Failed {
    fn from(error: postgres::Error) -> Self {
        Self::Database(error)
    }
}

impl From<std::io::Error> for Failed {
    fn from(error: std::io::Error) -> Self {
        Self::Record(format!(
            "a record can't be compressed ({error}); run it again"
        ))
    }
}

impl Connections {
    pub(super) fn open(name: &str) -> Result<Self, StoreError> {
        let mut config = parsed(name)?;
        let shown = shown(&config);
        let tls = match Tls::of(&config) {
            Ok(tls) => tls,
            Err(reason) => {
                let store = shown;
                return Err(StoreError::Unusable { store, reason });
            }
        };
        config.connect_timeout(PATIENCE).application_name("wayline");
        if config.get_keepalives_idle() == DRIVERS_SILENCE {
            config.keepalives_idle(SILENCE);
            config.keepalives_interval(SILENCE / 3);
            config.keepalives_retries(3);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(2 * SILENCE);
        }
        Ok(Self {
            config,
            tls,
            shown,
            idle: Mutex::default(),
        })
    }

    /// Does it, in a connection that waited or in a new one. It is done again where the first connection
    /// had broken, or where others made its transaction impossible: so `work` may be anything of which
    /// nothing is in the database if it fails, unless it says [`Failed::Unknown`].
    pub(super) fn using<T>(
        &self,
        work: impl Fn(&mut Client) -> Result<T, Failed>,
    ) -> Result<T, StoreError> {
        let mut tries = 1;
        loop {
            let waiting = self.idle().pop();
            let is_new = waiting.is_none();
            let mut client = match waiting {
                Some(client) => client,
                None => self.connect().map_err(|error| self.told(error))?,
            };
            let result = work(&mut client);
            let is_broken = client.is_closed() || result.as_ref().is_err_and(breaks);
            if !is_broken {
                let mut idle = self.idle();
                if idle.len() < MOST_IDLE {
                    idle.push(client);
                }
            }
            match result {
                // All that waited may have broken when the server started anew.
                Err(Failed::Database(_)) if is_broken && !is_new => {}
                Err(Failed::Database(error)) if was_in_the_way(&error) && tries < TRIES => {
                    tries += 1;
                }
                other => return other.map_err(|failed| self.told(failed)),
            }
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Client>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn connect(&self) -> Result<Client, Failed> {
        let mut client = self.tls.connect(&self.config)?;
        client.batch_execute(SETTINGS)?;
        Ok(client)
    }

    pub(super) fn told(&self, failed: Failed) -> StoreError {
        let store = self.shown.clone();
        let reason = match failed {
            Failed::Conflict { user_id } => return StoreError::Conflict { user_id },
            Failed::Moved { note } => return StoreError::Moved { note },
            Failed::Unusable(reason) => return StoreError::Unusable { store, reason },
            Failed::Record(reason) => reason,
            Failed::Unknown(error) => {
                let advice =
                    "it isn't known whether the last change is in; run it again, which finds out";
                let reason = told(&error, advice);
                return StoreError::Unknown { store, reason };
            }
            Failed::Database(error) => told(&error, advice(&error)),
        };
        StoreError::System { store, reason }
    }
}

/// Whether the database refused something and goes on, rather than ending the connection.
pub(super) fn is_refusal(error: &postgres::Error) -> bool {
    let severity = error.as_db_error().and_then(|it| it.parsed_severity());
    severity == Some(Severity::Error)
}

fn breaks(failed: &Failed) -> bool {
    match failed {
        Failed::Database(error) => !is_refusal(error),
        Failed::Unknown(_) => true,
        Failed::Conflict { .. }
        | Failed::Moved { .. }
        | Failed::Unusable(_)
        | Failed::Record(_) => false,
    }
}

/// Others who changed the same were first, and nothing of the transaction is in.
fn was_in_the_way(error: &postgres::Error) -> bool {
    error.code().is_some_and(|code| {
        *code == SqlState::T_R_DEADLOCK_DETECTED || *code == SqlState::T_R_SERIALIZATION_FAILURE
    })
}

fn parsed(name: &str) -> Result<Config, StoreError> {
    // Whatever stands in a name that can't be read may be a password.
    let unreadable = |reason: &str| StoreError::Unusable {
        store: "postgres://…".to_owned(),
        reason: reason.to_owned(),
    };
    let form = "the name can't be read; write it as postgres://USER:PASSWORD@HOST:PORT/DATABASE, special \
                characters in the password as %40 for @";
    if name.contains("sslmode=verify") || name.contains("sslrootcert=") {
        let reason = "write sslmode=require, which checks the certificate and its host too, by the \
                      certificates that the system trusts";
        return Err(unreadable(reason));
    }
    let config: Config = name.parse().map_err(|_| unreadable(form))?;
    // An @ in the password ends it, and the rest looks like the host's beginning.
    let is_no_host = |host: &Host| matches!(host, Host::Tcp(name) if name.contains('@'));
    if config.get_hosts().iter().any(is_no_host) {
        return Err(unreadable(form));
    }
    Ok(config)
}

/// Host and database of a name, or less where it can't be read.
pub(super) fn shown_name(name: &str) -> String {
    parsed(name).map_or_else(|_| "postgres://…".to_owned(), |config| shown(&config))
}

fn shown(config: &Config) -> String {
    let host = match (config.get_hosts().first(), config.get_hostaddrs().first()) {
        (Some(Host::Tcp(name)), _) => name.clone(),
        #[cfg(unix)]
        (Some(Host::Unix(path)), _) => path.display().to_string(),
        (None, Some(address)) => address.to_string(),
        (None, None) => "localhost".to_owned(),
    };
    // Without a name the database is called like the user.
    let database = config.get_dbname().or(config.get_user());
    format!("postgres://{host}/{}", database.unwrap_or_default())
}
