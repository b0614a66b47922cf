//! Where an endpoint is.

use std::fmt;

use ureq::http::Uri;
use wayline::text_model::TextModelError;

/// The URL before `/chat/completions`, without a slash at its end.
pub(super) struct Address {
    base: String,
    host: String,
}

impl Address {
    pub(super) fn new(url: &str) -> Result<Self, TextModelError> {
        let base = url.trim().trim_end_matches('/');
        // What people copy from documentation.
        let base = base.strip_suffix("/chat/completions").unwrap_or(base);
        let wrong = |reason: &str| {
            Err(TextModelError::NoEndpoint {
                endpoint: without_user(base),
                reason: reason.to_owned(),
            })
        };
        if !base.starts_with("http://") && !base.starts_with("https://") {
            return wrong("the URL must begin with http:// or https://");
        }
        let Ok(uri) = base.parse::<Uri>() else {
            return wrong("it is no URL");
        };
        let authority = uri.authority().map_or("", |it| it.as_str());
        // It would show up in errors and logs.
        if authority.contains('@') {
            return wrong("put the key where `key_env` says, not into the URL");
        }
        if base.contains(['?', '#']) {
            return wrong("leave out what follows `?` or `#`");
        }
        match uri.host() {
            None | Some("") => wrong("the URL names no host"),
            Some(host) => Ok(Self {
                base: base.to_owned(),
                host: host.to_owned(),
            }),
        }
    }

    pub(super) fn chat(&self) -> String {
        format!("{}/chat/completions", self.base)
    }

    pub(super) fn models(&self) -> String {
        format!("{}/models", self.base)
    }

    /// Whether it is on this machine, where no proxy is of use.
    pub(super) fn is_loopback(&self) -> bool {
        let host = self.host.trim_matches(['[', ']']);
        let address: Result<std::net::IpAddr, _> = host.parse();
        host == "localhost" || address.is_ok_and(|it| it.is_loopback())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.base)
    }
}

fn without_user(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, rest))) => format!("{scheme}://…@{rest}"),
        _ => url.to_owned(),
    }
}
