//! What everybody's log says about words and keywords: how common they are, how spread, and
//! whether a query only names a site.
//!
//! [`CorpusBuilder`] counts over extracted people with integers, so any order, split and merge
//! gives the same counts. [`Corpus`] is the finished snapshot that rooms look things up in: with
//! the same snapshot a person's result is the same alone and among a million others.
//!
//! It also counts which keywords go together ([`Together`]): how many people had both in one moment
//! ([`Moments`]). [`Corpus::partners`] hands out those that belong together more than by chance, by
//! positive pointwise mutual information,
//!
//! ```text
//! ln((C + 0.3) / (E + 0.3)), at least 0 and at most 4;  E = m_a · m_b / M
//! ```
//!
//! for `C` people with both, `m_a` people summed over all pairs of `a`, and `M` the sum of all `m`.
//! Church & Hanks (1990) measure words so; Levy, Goldberg & Dagan (2015) compare shifted and cut
//! kinds. Texts and pairs of fewer than [`CorpusConfig::min_people`] people never get into a
//! snapshot.
//!
//! For logs of a few people a general corpus made from simulated people stands in as the prior
//! ([`Corpus::with_prior`]). It has no pairs: those are learnt from real people alone.

mod association;
mod builder;
mod config;
mod counts;
mod facts;
mod moments;
mod pairs;
mod snapshot;
mod together;
mod words;

pub use association::STRONGEST_ASSOCIATION;
pub use builder::{CorpusBuilder, SupportCut, Supported};
pub use config::CorpusConfig;
pub use counts::{CorpusCounts, InMemoryCounter};
pub use facts::KeywordFacts;
pub use moments::{MOST_PAIRS, Moments};
pub use pairs::{PairBuilder, PairSeen};
pub use snapshot::{Corpus, CorpusEntry, EntryKind, Partner, Snapshot, TextCounts};
pub use together::{PartnerCount, Together, TogetherCounts};
pub use words::words;

#[cfg(test)]
mod tests;
