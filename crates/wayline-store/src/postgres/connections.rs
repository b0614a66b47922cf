//! Connections that wait for their next use, and what becomes of those that broke.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use postgres::config::{Host, SslMode};
use postgres::error::SqlState;
use postgres::{Client, Config, NoTls};
use wayline::keep::StoreError;

/// Connections that wait.
const MOST_IDLE: usize = 16;
/// So long a connection may take.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) struct Connections {
    config: Config,
    /// Host and database, for messages: never the password.
    shown: String,
    idle: Mutex<Vec<Client>>,
}

/// Why something inside a connection's use failed.
pub(super) enum Failed {
    Database(postgres::Error),
    /// The connection broke while a commit was under way, so nobody knows whether it is in.
    Unknown(postgres::Error),
    Store(StoreError),
}

impl From<postgres::Error> for Failed {
    fn from(error: postgres::Error) -> Self {
        Self::Database(error)
    }
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<std::io::Error> for Failed {
    fn from(error: std::io::Error) -> Self {
        let reason =
            format!("a record can't be unpacked ({error}); restore the store from a backup");
        Self::Store(StoreError::System {
            store: "PostgreSQL".to_owned(),
            reason,
        })
    }
}

impl Connections {
    pub(super) fn open(name: &str) -> Result<Self, StoreError> {
        let unusable = |store: &str, reason: String| StoreError::Unusable {
            store: store.to_owned(),
            reason,
        };
        let mut config: Config = name.parse().map_err(|_| {
            let form = "postgres://USER:PASSWORD@HOST:PORT/DATABASE";
            unusable(
                "postgres://…",
                format!("the name can't be read; write it as {form}"),
            )
        })?;
        let shown = shown(&config);
        if config.get_ssl_mode() == SslMode::Require {
            let reason = "sslmode=require isn't supported; reach the database over a private network or a tunnel";
            return Err(unusable(&shown, reason.to_owned()));
        }
        config.connect_timeout(PATIENCE).application_name("wayline");
        Ok(Self {
            config,
            shown,
            idle: Mutex::default(),
        })
    }

    /// What only reads is done again on another connection where the first had broken.
    pub(super) fn read<T>(
        &self,
        read: impl Fn(&mut Client) -> Result<T, Failed>,
    ) -> Result<T, StoreError> {
        self.using(&mut |client| read(client))
    }

    /// What writes, likewise: unless it was committing, nothing of it is in the database.
    pub(super) fn write<T>(
        &self,
        write: &mut dyn FnMut(&mut Client) -> Result<T, Failed>,
    ) -> Result<T, StoreError> {
        self.using(write)
    }

    fn using<T>(
        &self,
        work: &mut dyn FnMut(&mut Client) -> Result<T, Failed>,
    ) -> Result<T, StoreError> {
        loop {
            let (mut client, is_new) = match self.idle().pop() {
                Some(client) => (client, false),
                None => (self.connect()?, true),
            };
            let result = work(&mut client);
            let is_broken = client.is_closed();
            if !is_broken {
                let mut idle = self.idle();
                if idle.len() < MOST_IDLE {
                    idle.push(client);
                }
            }
            match result {
                // All that waited may have broken when the server started anew.
                Err(Failed::Database(_)) if is_broken && !is_new => {}
                other => return other.map_err(|failed| self.told(failed)),
            }
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Client>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn connect(&self) -> Result<Client, StoreError> {
        let client = self.config.connect(NoTls);
        client.map_err(|error| self.told(Failed::Database(error)))
    }

    fn told(&self, failed: Failed) -> StoreError {
        let (error, advice) = match failed {
            Failed::Store(error) => return error,
            Failed::Unknown(error) => (
                error,
                "it isn't known whether the last change is in; run it again, which finds out",
            ),
            Failed::Database(error) => {
                let advice = advice(&error);
                (error, advice)
            }
        };
        let cause = std::error::Error::source(&error).map(|it| format!(": {it}"));
        StoreError::System {
            store: self.shown.clone(),
            reason: format!("{error}{}; {advice}", cause.unwrap_or_default()),
        }
    }
}

fn advice(error: &postgres::Error) -> &'static str {
    match error.code() {
        Some(code) if *code == SqlState::INVALID_PASSWORD => "check user and password",
        Some(code) if *code == SqlState::INVALID_CATALOG_NAME => {
            "make the database first: createdb"
        }
        Some(code) if *code == SqlState::INSUFFICIENT_PRIVILEGE => {
            "the user needs CREATE on the database, or the tables of the schema wayline"
        }
        Some(code) if *code == SqlState::DISK_FULL => "make room on the database's disk",
        Some(_) => "see the database's log",
        None => "check that the database runs and can be reached",
    }
}

fn shown(config: &Config) -> String {
    let host = config
        .get_hosts()
        .first()
        .map_or("localhost".to_owned(), |host| match host {
            Host::Tcp(name) => name.clone(),
            #[cfg(unix)]
            Host::Unix(path) => path.display().to_string(),
        });
    format!(
        "postgres://{host}/{}",
        config.get_dbname().unwrap_or_default()
    )
}
