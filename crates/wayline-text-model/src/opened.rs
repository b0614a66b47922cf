//! A model with all that surrounds it, as settings say.

use std::sync::Arc;
use std::time::Duration;

use wayline::text_model::{Reply, Request, TextModel, TextModelError};

use crate::cached::Cached;
use crate::cancel::Cancel;
use crate::capped::Capped;
use crate::endpoint::{Endpoint, Key, KeyError, Options};
use crate::limited::Limited;
use crate::purse::{Budgeted, Limits, Purse};
use crate::recording::Recording;
use crate::replay::Replay;
use crate::resting::Resting;
use crate::retrying::{Patience, Retrying};
use crate::settings::{Settings, SettingsError, USUAL_REPLY_TOKENS};
use crate::tally::{Counting, Counts, Tally};

/// Why there is no model.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum OpenError {
    /// A setting can't be.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The key isn't there.
    #[error("text_model.key_env: {0}")]
    Key(#[from] KeyError),
    /// The URL, the cache or the record can't be used.
    #[error(transparent)]
    Model(#[from] TextModelError),
}

/// A model as settings say, for one run: it counts, and spends, from when it was opened.
pub struct Opened {
    model: Box<dyn TextModel>,
    endpoint: Option<Arc<Endpoint>>,
    tally: Arc<Tally>,
    purse: Arc<Purse>,
}

/// Opens the model that settings describe; none where they describe none. No server is asked yet:
/// [`Opened::check`] does that.
///
/// From the outside in a request goes: counted, capped, recorded, looked for in the cache, refused
/// while the endpoint is down, tried several times, paid for, let through with few others, sent.
///
/// # Errors
/// The settings can't be, or what they name can't be used.
pub fn open(settings: &Settings, cancel: &Cancel) -> Result<Option<Opened>, OpenError> {
    settings.check()?;
    if !settings.is_on() {
        return Ok(None);
    }
    let tally = Arc::new(Tally::default());
    let purse = Arc::new(Purse::new(Limits {
        tokens: Some(settings.budget_tokens).filter(|it| *it > 0),
        money: Some(settings.budget_money).filter(|it| *it > 0.0),
        prompt_price: settings.price_prompt,
        completion_price: settings.price_completion,
    }));
    let mut endpoint = None;
    let mut model: Box<dyn TextModel> = if settings.replays() {
        Box::new(Replay::open(&settings.model, &settings.replay)?)
    } else {
        let asked = Arc::new(Endpoint::new(options(settings)?)?);
        endpoint = Some(Arc::clone(&asked));
        let patience = Patience {
            tries: settings.tries,
            ..Patience::default()
        };
        let (concurrency, rest) = (
            settings.concurrency,
            Duration::from_secs_f64(settings.rest_s),
        );
        let model = Limited::new(asked, concurrency, cancel.clone(), Arc::clone(&tally));
        let model = Budgeted::new(model, Arc::clone(&purse));
        let model = Retrying::new(model, patience, cancel.clone(), Arc::clone(&tally));
        Box::new(Resting::new(model, rest))
    };
    if !settings.cache.as_os_str().is_empty() && !settings.replays() {
        model = Box::new(Cached::open(model, &settings.cache, Arc::clone(&tally))?);
    }
    if !settings.record.as_os_str().is_empty() {
        model = Box::new(Recording::open(model, &settings.record)?);
    }
    let most = match settings.max_tokens {
        0 => USUAL_REPLY_TOKENS,
        said => said,
    };
    let model = Capped::new(model, most);
    Ok(Some(Opened {
        model: Box::new(Counting::new(model, Arc::clone(&tally))),
        endpoint,
        tally,
        purse,
    }))
}

fn options(settings: &Settings) -> Result<Options, KeyError> {
    let key = Some(&settings.key_env).filter(|it| !it.is_empty());
    Ok(Options {
        url: settings.url.clone(),
        model: settings.model.clone(),
        key: key.map(|it| Key::from_env(it)).transpose()?,
        timeout: Duration::from_secs_f64(settings.timeout_s),
        max_reply_bytes: settings.max_reply_bytes,
        connections: settings.concurrency,
        structure: settings.structure,
    })
}

impl Opened {
    /// Looks whether the server is there, takes the key and has the model, as far as it tells. A
    /// record that is replayed needs no look.
    ///
    /// # Errors
    /// It isn't, doesn't or hasn't.
    pub fn check(&self) -> Result<(), TextModelError> {
        self.endpoint.as_ref().map_or(Ok(()), |it| it.check())
    }

    /// What was asked, spent and left so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let spent = self.purse.spent();
        Counts {
            prompt_tokens: spent.prompt_tokens,
            completion_tokens: spent.completion_tokens,
            is_estimated: spent.is_estimated,
            money: self.purse.money_spent(),
            tokens_left: self.purse.tokens_left(),
            money_left: self.purse.money_left(),
            ..self.tally.counts()
        }
    }

    /// What the server turned out not to know, each in words; for the run's summary.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        self.endpoint
            .as_ref()
            .map_or_else(Vec::new, |it| it.notes())
    }
}

impl TextModel for Opened {
    fn name(&self) -> &str {
        self.model.name()
    }

    fn reply(&self, request: &Request) -> Result<Reply, TextModelError> {
        self.model.reply(request)
    }
}
