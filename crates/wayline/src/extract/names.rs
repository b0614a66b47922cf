//! Names that a person's events repeat, each kept once.

use crate::nouns::{TextId, TextTable};

use super::url::host;

/// Distinct names in the order of first use.
#[derive(Default)]
pub(super) struct Names(TextTable);

impl Names {
    /// The place of a name, which is added when it is new.
    pub(super) fn place_of(&mut self, name: &str) -> u32 {
        self.0.intern(name).index() as u32
    }

    /// All names, by their places.
    pub(super) fn into_names(self) -> Vec<String> {
        self.0.iter().map(str::to_owned).collect()
    }
}

/// The hosts of a log's addresses, each address taken apart once.
pub(super) struct Hosts {
    names: Names,
    of_url: Vec<HostOfUrl>,
}

#[derive(Clone, Copy, Default)]
enum HostOfUrl {
    #[default]
    NotAsked,
    NoHost,
    Host(u32),
}

impl Hosts {
    /// For addresses among `texts` texts of a log.
    pub(super) fn new(texts: usize) -> Self {
        Self {
            names: Names::default(),
            of_url: vec![HostOfUrl::NotAsked; texts],
        }
    }

    /// The place of the host of an address of the log, if it has one.
    pub(super) fn place_of(&mut self, url: TextId, texts: &TextTable) -> Option<u32> {
        let known = &mut self.of_url[url.index()];
        if matches!(known, HostOfUrl::NotAsked) {
            let name = host(texts.get(url));
            *known = if name.is_empty() {
                HostOfUrl::NoHost
            } else {
                HostOfUrl::Host(self.names.place_of(&name))
            };
        }
        match *known {
            HostOfUrl::Host(place) => Some(place),
            HostOfUrl::NoHost | HostOfUrl::NotAsked => None,
        }
    }

    /// All hosts, by their places.
    pub(super) fn into_names(self) -> Vec<String> {
        self.names.into_names()
    }
}
