//! Personal data, by its form.
//!
//! Nothing here is looked for in a text without digits or an `@`, and regular expressions (which run in
//! linear time) only where a listed word, or enough digits, says that it is worth it.

mod address;
mod contact;
mod numbers;
mod spelt;
#[cfg(test)]
mod tests;

use regex::Regex;

use super::SafetyError;
use super::files;
use super::lists::{Found, Lists};
use crate::nouns::Reason;

/// All forms, compiled.
#[derive(Debug)]
pub(super) struct Patterns {
    contact: contact::Contact,
    numbers: numbers::Numbers,
    address: address::Addresses,
}

impl Patterns {
    pub(super) fn new() -> Result<Self, SafetyError> {
        Ok(Self {
            contact: contact::Contact::new()?,
            numbers: numbers::Numbers::new()?,
            address: address::Addresses::new()?,
        })
    }

    /// The first personal data of a written text in which those words stand.
    pub(super) fn find(&self, written: &str, lists: &Lists, found: &Found) -> Option<Reason> {
        let has = |group: &str| lists.has(found, group);
        let spelt = spelt::digits(written);
        let text = spelt.as_deref().unwrap_or(written);
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        if self.contact.is_email(text) {
            return Some(Reason::Email);
        }
        if self.numbers.is_password(text, has(files::ACCOUNT)) {
            return Some(Reason::Account);
        }
        if digits == 0 {
            return None;
        }
        if digits >= 12 {
            if self.numbers.is_card(text) {
                return Some(Reason::Card);
            }
            if self.numbers.is_iban(text) {
                return Some(Reason::Bank);
            }
        }
        if digits >= 5 && self.numbers.is_identity(text, has(files::IDENTITY)) {
            return Some(Reason::Identity);
        }
        if digits >= 5 && self.numbers.is_birth(text, has(files::BORN)) {
            return Some(Reason::Birth);
        }
        if digits >= 5 && has(files::ACCOUNT) && self.numbers.is_account(text) {
            return Some(Reason::Account);
        }
        if digits >= 6
            && self
                .contact
                .is_phone(text, has(files::PHONE), has(files::THING))
        {
            return Some(Reason::Phone);
        }
        let plain = spelt::letters(text);
        let street = has(files::STREET) || plain.is_some();
        if self.address.is_address(plain.as_deref().unwrap_or(text), street) {
            return Some(Reason::Address);
        }
        None
    }
}

/// One regular expression of this room. Digits and borders of words are those of ASCII, which written texts
/// have: it keeps the automata small, and quick on texts of any script.
fn regex(pattern: &str) -> Result<Regex, SafetyError> {
    let plain = pattern.replace(r"\d", "[0-9]").replace(r"\b", r"(?-u:\b)");
    regex::RegexBuilder::new(&plain)
        .size_limit(1 << 20)
        .build()
        .map_err(|error| SafetyError::TooLarge(error.to_string()))
}
