//! The identity of a journey: an id made from the person and the founding evidence.
//!
//! The founding evidence is the keyword that came first, so that the id stays while a journey
//! grows. A keyword is in one journey only, so ids of a person differ.

use crate::assign::Candidate;
use crate::extract::Extracted;
use crate::nouns::Source;

/// The id of a candidate: 22 characters of `[0-9a-v]`, 110 bits of a hash.
#[must_use]
pub fn journey_id(person: &Extracted, candidate: &Candidate) -> String {
    let founding = candidate
        .keywords
        .iter()
        .map(|(keyword, _)| &person.keywords[*keyword as usize])
        // The person's own words before what content understanding says.
        .min_by_key(|keyword| {
            (
                !keyword.sources.contains(Source::Query),
                keyword.first_seen,
                &keyword.text,
            )
        });
    let mut hasher = blake3::Hasher::new_derive_key("wayline 2026 journey id");
    hasher.update(&(person.user_id.len() as u64).to_le_bytes());
    hasher.update(person.user_id.as_bytes());
    hasher.update(founding.map_or("", |keyword| &keyword.text).as_bytes());
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
