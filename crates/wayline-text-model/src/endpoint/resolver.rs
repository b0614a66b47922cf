//! Where a host is, looked up once in a while.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// How long an address is taken to be right.
const RIGHT: Duration = Duration::from_secs(30);

/// Remembers the addresses of the last host. By itself ureq looks the host up before each call, on a
/// thread of its own, whether the call takes a connection that is open already or not.
#[derive(Debug, Default)]
pub(super) struct Remembering {
    inner: DefaultResolver,
    last: Mutex<Option<Known>>,
}

#[derive(Debug)]
struct Known {
    origin: String,
    since: Instant,
    addresses: ResolvedSocketAddrs,
}

impl Resolver for Remembering {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let authority = uri.authority().map_or("", |it| it.as_str());
        let origin = format!("{}://{authority}", uri.scheme_str().unwrap_or_default());
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let known = last.as_ref();
        if let Some(known) = known.filter(|it| it.origin == origin && it.since.elapsed() < RIGHT) {
            return Ok(known.addresses.clone());
        }
        drop(last);
        let addresses = self.inner.resolve(uri, config, timeout)?;
        last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        *last = Some(Known {
            origin,
            since: Instant::now(),
            addresses: addresses.clone(),
        });
        Ok(addresses)
    }
}
