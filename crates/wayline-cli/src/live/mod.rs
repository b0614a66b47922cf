//! Journeys that stay current: people's records in a store, and looks at them.
//!
//! A run reads its input once and lets what it found wait, as [`crate::run::gather`] does; when the
//! newest event is known, each person's record is taken from the store, gets the new events, is looked
//! at, and goes back in one commit. So a run that is killed has finished some people and not begun
//! others, and the same run again does the rest: a record says which inputs are in it.

mod batches;
mod input;
mod json;
mod looking;
mod outbox;
mod person;
mod pins;
mod renew;
mod results;

pub(crate) use batches::{Batches, check_id};
pub(crate) use input::{NewEvents, gather_events};
pub(crate) use json::{StoreJson, kept_from_json, person_json};
pub(crate) use looking::{Looked, Looking};
pub(crate) use outbox::{
    PARTS, Told, Untold, count_untold, is_told, open_store, tell_from_now_on, tell_no_more, untold,
    were_told,
};
pub(crate) use person::{Loaded, commit_anew, load, load_place_of_record, load_to_erase, stored};
pub(crate) use pins::{Fingerprint, POSITIONS, Pins, newest_number};
pub(crate) use renew::{IS_KEPT, RenewCounts, Renewed, Renewing, renew_everybody};
pub(crate) use results::{JourneyRow, LineageFile, over_everybody, refuse_unreadable, result_of};

use std::sync::Arc;

use anyhow::Result;
use wayline::Rooms;
use wayline::config::Config;
use wayline::corpus::{Corpus, Snapshot};
use wayline::keep::Store;
use wayline::nouns::Timestamp;
use wayline_files::corpus::general_corpus;

use crate::run::Models;

/// A store with all that a look at its people takes.
pub(crate) struct Live<'a> {
    pub(crate) store: &'a dyn Store,
    pub(crate) config: &'a Config,
    pub(crate) models: &'a Models,
    pub(crate) corpus: Corpus,
    pub(crate) as_of: Timestamp,
}

impl<'a> Live<'a> {
    /// With the corpus that a store has pinned.
    pub(crate) fn new(
        store: &'a dyn Store,
        config: &'a Config,
        models: &'a Models,
        log: Snapshot,
        as_of: Timestamp,
    ) -> Result<Self> {
        let prior = Arc::new(general_corpus()?);
        Ok(Self {
            store,
            config,
            models,
            corpus: Corpus::with_prior(Arc::new(log), prior, config.corpus.clone()),
            as_of,
        })
    }

    /// The rooms as of its moment, for a look that brings nothing new.
    pub(crate) fn rooms(&self) -> Rooms<'_> {
        self.rooms_at(self.as_of)
    }

    /// The same, for a look at new events, which a language model is asked about where one is.
    pub(crate) fn rooms_asking(&self) -> Rooms<'_> {
        self.rooms_asking_at(self.as_of)
    }

    /// Likewise, for another moment than its own.
    pub(crate) fn rooms_asking_at(&self, as_of: Timestamp) -> Rooms<'_> {
        self.models.rooms(self.config, &self.corpus, as_of)
    }

    /// For another moment than its own.
    pub(crate) fn rooms_at(&self, as_of: Timestamp) -> Rooms<'_> {
        Rooms {
            asks_anew: false,
            ..self.rooms_asking_at(as_of)
        }
    }
}
