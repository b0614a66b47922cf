//! The identity of a journey: is it one that we already know, or a new one?
//!
//! A new one gets an id from the person and the founding evidence: the keyword that came first, so
//! that the id stays while a journey grows even where nothing is remembered. A keyword is in one
//! journey only, so ids of a person differ. Where journeys are remembered, a journey keeps the id
//! that it had while its evidence carries over ([`identities`]).

mod carry;

pub use carry::{Identity, identities};

use crate::assign::Candidate;
use crate::extract::Extracted;
use crate::nouns::{LineageKind, Source};

/// The id of a candidate by its founding evidence: 22 characters of `[0-9a-v]`, 110 bits of a hash.
#[must_use]
pub fn journey_id(person: &Extracted, candidate: &Candidate) -> String {
    let founding = candidate
        .keywords
        .iter()
        .map(|(keyword, _)| &person.keywords[*keyword as usize])
        // At the same time the person's own words before what content understanding says.
        .min_by_key(|keyword| {
            (
                keyword.first_seen,
                !keyword.sources.contains(Source::Query),
                &keyword.text,
            )
        });
    founded_by(
        &person.user_id,
        founding.map_or("", |keyword| &keyword.text),
    )
}

/// The id of the journey of a person that this keyword founded.
fn founded_by(user_id: &str, keyword: &str) -> String {
    let mut hasher = blake3::Hasher::new_derive_key("wayline 2026 journey id");
    hasher.update(&(user_id.len() as u64).to_le_bytes());
    hasher.update(user_id.as_bytes());
    hasher.update(keyword.as_bytes());
    base32(hasher.finalize().as_bytes())
}

/// The keyword of a person that founded the journey of this id, if the person has it.
#[must_use]
pub fn founding_keyword(person: &Extracted, journey_id: &str) -> Option<u32> {
    let founded = |text: &str| founded_by(&person.user_id, text) == journey_id;
    let keyword = person.keywords.iter().position(|it| founded(&it.text));
    keyword.map(|place| place as u32)
}

/// An id that is in no use, where the one by the founding evidence is in use by a journey that kept
/// it while the keyword moved on.
fn unused_id(user_id: &str, founded: &str, is_used: impl Fn(&str) -> bool) -> String {
    let numbered = |number: u32| founded_by(user_id, &format!("{founded}\0{number}"));
    let ids = std::iter::once(founded.to_owned()).chain((2..).map(numbered));
    ids.into_iter()
        .find(|id| !is_used(id))
        .unwrap_or_else(|| founded.to_owned())
}

/// The key of a lineage event: 22 characters that may stand in URLs.
pub(crate) fn key_of(user_id: &str, journey_id: &str, event: LineageKind, version: u64) -> String {
    let mut hasher = blake3::Hasher::new_derive_key("wayline 2026 lineage key");
    for text in [user_id, journey_id, event.as_str()] {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    hasher.update(&version.to_le_bytes());
    base32(hasher.finalize().as_bytes())
}

fn base32(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";
    let mut bits = 0_u32;
    let mut held = 0;
    let mut text = String::with_capacity(22);
    for byte in bytes {
        bits = (bits << 8) | u32::from(*byte);
        held += 8;
        while held >= 5 {
            held -= 5;
            text.push(char::from(DIGITS[(bits >> held) as usize & 31]));
            if text.len() == 22 {
                return text;
            }
        }
    }
    text
}

#[cfg(test)]
mod tests;
