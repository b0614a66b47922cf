//! TLS, where it is built in and the name asks for it.

#[cfg(feature = "postgres-tls")]
use native_tls::TlsConnector;
use postgres::config::SslMode;
use postgres::{Client, Config, NoTls};
#[cfg(feature = "postgres-tls")]
use postgres_native_tls::MakeTlsConnector;

/// How a server is reached.
pub(super) enum Tls {
    No,
    /// The server's certificate is checked, and that it is of this host.
    #[cfg(feature = "postgres-tls")]
    Required(MakeTlsConnector),
}

impl Tls {
    /// What a name asks for, or why that can't be had.
    pub(super) fn of(config: &Config) -> Result<Self, String> {
        // A mode that takes TLS where it is to be had protects from nobody who is in between.
        if config.get_ssl_mode() != SslMode::Require {
            return Ok(Self::No);
        }
        #[cfg(feature = "postgres-tls")]
        return TlsConnector::new()
            .map(|it| Self::Required(MakeTlsConnector::new(it)))
            .map_err(|error| {
                format!("TLS can't be set up ({error}); check the system's certificates")
            });
        #[cfg(not(feature = "postgres-tls"))]
        return Err(
            "this Wayline was built without TLS; build it with `cargo build --release --features \
             postgres-tls`, or leave sslmode out and reach the database over a private network or a tunnel"
                .to_owned(),
        );
    }

    pub(super) fn connect(&self, config: &Config) -> Result<Client, postgres::Error> {
        match self {
            Self::No => config.connect(NoTls),
            #[cfg(feature = "postgres-tls")]
            Self::Required(connector) => config.connect(connector.clone()),
        }
    }
}
