//! Any server with an OpenAI-compatible chat endpoint.

mod address;
mod answer;
mod body;
mod dialect;
mod key;
mod refusal;
mod resolver;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ureq::http::Response;
use ureq::tls::{RootCerts, TlsConfig};
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, Body};
use wayline::text_model::{Reply, Request, TextModel, TextModelError};

pub use dialect::Structure;
pub use key::{Key, KeyError};

use address::Address;
use dialect::Dialect;
use resolver::Remembering;

/// How long a connection may take to come about; what answers at all answers sooner.
const CONNECT: Duration = Duration::from_secs(10);

/// What an endpoint is asked as.
#[derive(Clone, Debug)]
pub struct Options {
    /// The URL before `/chat/completions`; often it ends in `/v1`.
    pub url: String,
    /// The model's name as the server knows it.
    pub model: String,
    /// Sent as a bearer token; none where the server wants none.
    pub key: Option<Key>,
    /// How long one call may take, from connecting to the last byte.
    pub timeout: Duration,
    /// The most bytes that a reply may have.
    pub max_reply_bytes: u64,
    /// Calls that may be on their way at once; so many connections are kept.
    pub connections: usize,
    /// How the server is asked to hold a reply to its schema.
    pub structure: Structure,
}

/// An OpenAI-compatible chat endpoint. One call for each request: nothing is tried again here, but
/// for what the server doesn't know and can do without, which is left out from then on.
pub struct Endpoint {
    agent: Agent,
    address: Address,
    model: String,
    key: Option<Key>,
    timeout: Duration,
    max_reply_bytes: u64,
    dialect: Mutex<Dialect>,
}

impl Endpoint {
    /// An endpoint; nothing is asked yet.
    ///
    /// # Errors
    /// The URL can't be used.
    pub fn new(options: Options) -> Result<Self, TextModelError> {
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
            model: options.model,
            key: options.key,
            timeout: options.timeout,
            max_reply_bytes: options.max_reply_bytes,
            dialect: Mutex::new(Dialect::new(options.structure)),
        })
    }

    /// What the server turned out not to know, each in words; for the run's summary.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        self.dialect().notes()
    }

    /// The names of the server's models, as far as it tells.
    ///
    /// # Errors
    /// The server can't be asked, or offers no list.
    pub fn models(&self) -> Result<Vec<String>, TextModelError> {
        let url = self.address.models();
        let mut request = self.agent.get(&url);
        if let Some(key) = &self.key {
            request = request.header("authorization", key.bearer());
        }
        let got = request.call().map_err(|error| self.not_sent(&error))?;
        let (status, body) = self.read(got)?;
        if status.code != 200 {
            return Err(self.refusal(&status, &body));
        }
        answer::models(&body).map_err(|reason| self.unreadable(&body, reason))
    }

    /// Looks whether the server knows the model, where it tells which it has. Some servers answer to
    /// any name, with the model that they have.
    ///
    /// # Errors
    /// It has no model of this name, or can't be asked.
    pub fn check(&self) -> Result<(), TextModelError> {
        let models = match self.models() {
            Ok(models) => models,
            // Not every server has a list.
            Err(TextModelError::NoEndpoint { .. }) => return Ok(()),
            Err(error) => return Err(error),
        };
        if models.is_empty() || models.contains(&self.model) {
            return Ok(());
        }
        Err(TextModelError::UnknownModel {
            endpoint: self.address.to_string(),
            model: self.model.clone(),
            reason: format!("it has {}", models.join(", ")),
        })
    }

    fn dialect(&self) -> Dialect {
        *self.dialect.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn send(&self, json: &[u8]) -> Result<(Status, String), TextModelError> {
        let url = self.address.chat();
        let mut request = self.agent.post(&url);
        request = request.header("content-type", "application/json");
        if let Some(key) = &self.key {
            request = request.header("authorization", key.bearer());
        }
        let got = request.send(json).map_err(|error| self.not_sent(&error))?;
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
        let endpoint = self.address.to_string();
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
        let endpoint = self.address.to_string();
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

    fn refusal(&self, status: &Status, body: &str) -> TextModelError {
        let hide = |text: &str| match &self.key {
            Some(key) => key.hide(text),
            None => text.to_owned(),
        };
        let endpoint = self.address.to_string();
        refusal::error(status, &hide(body), endpoint, &self.model)
    }

    fn unreadable(&self, body: &str, reason: String) -> TextModelError {
        let endpoint = self.address.to_string();
        if refusal::is_page(body) {
            let reason = "it answered with a web page".to_owned();
            return TextModelError::NoEndpoint { endpoint, reason };
        }
        TextModelError::Broken { endpoint, reason }
    }
}

/// What is said of an answer before its body.
struct Status {
    code: u16,
    retry_after: Option<String>,
    location: Option<String>,
}

impl TextModel for Endpoint {
    fn name(&self) -> &str {
        &self.model
    }

    fn reply(&self, request: &Request) -> Result<Reply, TextModelError> {
        loop {
            let used = self.dialect();
            let json = body::json(&self.model, request, used);
            let (status, body) = self.send(&json)?;
            let (status, body) = match status.code {
                200 => match answer::reply(&body, request, used) {
                    Ok(reply) => return Ok(reply),
                    Err(answer::Unusable::Declined(reason)) => {
                        return Err(TextModelError::Declined { reason });
                    }
                    Err(answer::Unusable::Unreadable(reason)) => {
                        return Err(self.unreadable(&body, reason));
                    }
                    // Some gateways put the status of a refusal inside.
                    Err(answer::Unusable::Refused(code)) => (Status { code, ..status }, body),
                },
                _ => (status, body),
            };
            let mut dialect = self.dialect.lock().unwrap_or_else(PoisonError::into_inner);
            // Somebody else has learned meanwhile what this refusal says, or it is learned now. Each
            // lesson leaves something out, so this ends.
            if *dialect != used {
                continue;
            }
            match used.learn(status.code, &body, request.schema.is_some()) {
                Some(next) => *dialect = next,
                None if used.must_hold(status.code, &body, request.schema.is_some()) => {
                    return Err(TextModelError::SchemaUnsupported {
                        endpoint: self.address.to_string(),
                        reason: refusal::words(&body),
                    });
                }
                None => return Err(self.refusal(&status, &body)),
            }
        }
    }
}
