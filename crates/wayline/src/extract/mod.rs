//! From a person's events to keywords with metadata and *evidence units*.
//!
//! A **unit** is a distinct search or a distinct item: the smallest piece of behaviour that serves
//! one goal. A **keyword** is a query, an annotation or an interest; units carry keywords. An item
//! belongs softly to the searches that came shortly before it.
//!
//! [`Reducer`] is a fold over the events in canonical order ([`crate::nouns::PersonLog::sort`]);
//! [`Reducer::finish`] applies the caps. What one person can hold is bounded.

mod config;
mod context;
mod evidence;
mod extracted;
mod keyword_drafts;
mod names;
mod reducer;
mod unit_drafts;
mod until;
mod url;

pub use config::ExtractConfig;
pub use evidence::Evidence;
pub use extracted::{Extracted, Keyword, Occurrence, Unit, UnitKind};
pub use reducer::{Automated, Reducer};
pub use url::{host, is_home_page_of};

use crate::nouns::{Actions, PersonLog};

/// Folds all events of a person, in canonical order.
///
/// # Errors
/// The person's activity looks automated.
pub fn extract(
    log: &PersonLog,
    actions: &Actions,
    config: &ExtractConfig,
) -> Result<Extracted, Automated> {
    let mut reducer = Reducer::new(log, actions, config);
    for event in &log.events {
        reducer.fold(event)?;
    }
    Ok(reducer.finish())
}

#[cfg(test)]
mod tests;
