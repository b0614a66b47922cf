//! What any OpenAI-compatible server is spoken to over: one call at a time, and what its refusals mean.

use std::sync::Arc;
use std::time::Duration;

use ureq::http::Response;
use ureq::tls::{RootCerts, TlsConfig};
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, Body};
use wayline::text_model::TextModelError;

use super::address::Address;
use super::key::Key;
use super::refusal;
use super::resolver::Remembering;

/// How long a connection may take to come about; what answers at all answers sooner.
const CONNECT: Duration = Duration::from_secs(10);

/// How a server is spoken to.
#[derive(Clone, Debug)]
pub struct WireOptions {
    /// The URL before the paths of the protocol; often it ends in `/v1`.
    pub url: String,
    /// Sent as a bearer token; none where the server wants none.
    pub key: Option<Key>,
    /// How long one call may take, from connecting to the last byte.
    pub timeout: Duration,
    /// The most bytes that a reply may have.
    pub max_reply_bytes: u64,
    /// Connections that are kept open: the calls that are on their way at once at most.
    pub connections: usize,
}

/// A server. Nothing is tried again here.
pub struct Wire {
    agent: Agent,
    address: Address,
    key: Option<Key>,
    timeout: Duration,
    max_reply_bytes: u64,
}

/// What is said of an answer before its body.
#[derive(Clone, Debug)]
pub struct Status {
    /// Of HTTP.
    pub code: u16,
    pub(super) retry_after: Option<String>,
    pub(super) location: Option<String>,
}

impl Wire {
    /// A server; nothing is asked yet.
    ///
    /// # Errors
    /// The URL can't be used.
    pub fn new(options: WireOptions) -> Result<Self, TextModelError> {
        let address = Address::new(&options.url)?;
        let tls = TlsConfig::builder()
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            // The system's, where companies put their own too.
            .root_certs(RootCerts::PlatformVerifier)
            .build();
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            // A redirect would turn the question into another one, or take the key elsewhere.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(options.timeout))
            .timeout_connect(Some(CONNECT.min(options.timeout)))
            .max_idle_connections(options.connections)
            .max_idle_connections_per_host(options.connections)
            .user_agent(concat!("wayline/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls);
        if address.is_loopback() {
            config = config.proxy(None);
        }
        Ok(Self {
            agent: Agent::with_parts(
                config.build(),
                DefaultConnector::default(),
                Remembering::default(),
            ),
            address,
            key: options.key,
            timeout: options.timeout,
            max_reply_bytes: options.max_reply_bytes,
        })
    }

    /// The server, as messages name it.
    #[must_use]
    pub fn endpoint(&self) -> String {
        self.address.to_string()
    }

    /// Sends JSON to a path as `/embeddings`.
    ///
    /// # Errors
    /// No whole answer came. Any status is an answer.
    pub fn post(&self, path: &str, json: &[u8]) -> Result<(Status, String), TextModelError> {
        let mut request = self.agent.post(self.address.of(path));
        request = request.header("content-type", "application/json");
        if let Some(key) = &self.key {
            request = request.header("authorization", key.bearer());
        }
        let got = request.send(json).map_err(|error| self.not_sent(&error))?;
        self.read(got)
    }

    /// Asks for what is at a path as `/models`.
    ///
    /// # Errors
    /// No whole answer came. Any status is an answer.
    pub fn get(&self, path: &str) -> Result<(Status, String), TextModelError> {
        let mut request = self.agent.get(self.address.of(path));
        if let Some(key) = &self.key {
            request = request.header("authorization", key.bearer());
        }
        let got = request.call().map_err(|error| self.not_sent(&error))?;
        self.read(got)
    }

    fn read(&self, mut got: Response<Body>) -> Result<(Status, String), TextModelError> {
        let header = |name: &str| {
            let value = got.headers().get(name)?.to_str().ok()?;
            Some(value.to_owned())
        };
        let status = Status {
            code: got.status().as_u16(),
            retry_after: header("retry-after"),
            location: header("location"),
        };
        let body = got
            .body_mut()
            .with_config()
            .limit(self.max_reply_bytes)
            .read_to_vec()
            .map_err(|error| self.cut_off(&error))?;
        Ok((status, String::from_utf8_lossy(&body).into_owned()))
    }

    /// The request may or may not have reached the server.
    fn not_sent(&self, error: &ureq::Error) -> TextModelError {
        use std::io::ErrorKind;
        let endpoint = self.endpoint();
        let reason = error.to_string();
        match error {
            ureq::Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve)
            | ureq::Error::HostNotFound
            | ureq::Error::ConnectionFailed
            | ureq::Error::ConnectProxyFailed(_)
            | ureq::Error::InvalidProxyUrl
            | ureq::Error::Tls(_)
            | ureq::Error::Rustls(_) => TextModelError::Unreachable { endpoint, reason },
            // Whatever else the system says, looking up the name and TLS among it, comes before the
            // request is sent.
            ureq::Error::Io(io)
                if !matches!(
                    io.kind(),
                    ErrorKind::BrokenPipe
                        | ErrorKind::ConnectionAborted
                        | ErrorKind::ConnectionReset
                        | ErrorKind::UnexpectedEof
                ) =>
            {
                TextModelError::Unreachable { endpoint, reason }
            }
            ureq::Error::BadUri(_) | ureq::Error::Http(_) => {
                TextModelError::NoEndpoint { endpoint, reason }
            }
            _ => self.cut_off(error),
        }
    }

    /// The request was sent, but no whole reply came.
    fn cut_off(&self, error: &ureq::Error) -> TextModelError {
        let endpoint = self.endpoint();
        match error {
            ureq::Error::Timeout(_) => TextModelError::TimedOut {
                endpoint,
                seconds: self.timeout.as_secs_f64(),
            },
            ureq::Error::BodyExceedsLimit(_) => TextModelError::TooLarge {
                most: self.max_reply_bytes,
            },
            _ => TextModelError::Broken {
                endpoint,
                reason: error.to_string(),
            },
        }
    }

    /// The error that an answer with another status than 200 is.
    #[must_use]
    pub fn refusal(&self, status: &Status, body: &str, model: &str) -> TextModelError {
        refusal::error(status, &self.hide(body), self.endpoint(), model)
    }

    /// What a refusal says, in few words.
    pub(super) fn words(&self, body: &str) -> String {
        refusal::words(&self.hide(body))
    }

    /// A text of the server's without the key, which some repeat.
    fn hide(&self, text: &str) -> String {
        match &self.key {
            Some(key) => key.hide(text),
            None => text.to_owned(),
        }
    }

    /// The error that an answer is which can't be read.
    #[must_use]
    pub fn unreadable(&self, body: &str, reason: String) -> TextModelError {
        let endpoint = self.endpoint();
        if refusal::is_page(body) {
            let reason = "it answered with a web page".to_owned();
            return TextModelError::NoEndpoint { endpoint, reason };
        }
        TextModelError::Broken { endpoint, reason }
    }
}
