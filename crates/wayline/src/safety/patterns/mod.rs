//! Personal data, by its form.
//!
//! Nothing here is looked for in a text without digits or an `@`, and regular expressions (which run in
//! linear time) only where a listed word, or enough digits, says that it is worth it.

mod address;
mod contact;
mod numbers;
mod spelt;
mod streets;
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
    hints: Hints,
}

/// The groups of listed words that say what a number may be.
#[derive(Debug)]
struct Hints {
    at: u32,
    digit: u32,
    phone: u32,
    thing: u32,
    identity: u32,
    account: u32,
    born: u32,
    birthday: u32,
    street: u32,
    home: u32,
    card: u32,
    plate: u32,
    net: u32,
}

impl Patterns {
    pub(super) fn new(lists: &Lists) -> Result<Self, SafetyError> {
        Ok(Self {
            contact: contact::Contact::new()?,
            numbers: numbers::Numbers::new()?,
            address: address::Addresses::new()?,
            hints: Hints {
                at: lists.group(files::AT),
                digit: lists.group(files::DIGIT),
                phone: lists.group(files::PHONE),
                thing: lists.group(files::THING),
                identity: lists.group(files::IDENTITY),
                account: lists.group(files::ACCOUNT),
                born: lists.group(files::BORN),
                birthday: lists.group(files::BIRTHDAY),
                street: lists.group(files::STREET),
                home: lists.group(files::HOME),
                card: lists.group(files::CARD),
                plate: lists.group(files::PLATE),
                net: lists.group(files::NET),
            },
        })
    }

    /// The first personal data of a written text of which that was found.
    pub(super) fn find(&self, written: &str, found: &Found) -> Option<Reason> {
        let hints = &self.hints;
        let is_at = written.contains('@') || written.contains("_at_") || found.has(hints.at);
        if is_at && self.contact.is_email(written) {
            return Some(Reason::Email);
        }
        if found.has(hints.account) && self.numbers.is_password(written) {
            return Some(Reason::Account);
        }
        let is_digit = |it: &u8| it.is_ascii_digit();
        let digits = written.bytes().filter(is_digit).count();
        let spelt = found.has(hints.digit) || digits >= 6;
        let spelt = spelt.then(|| spelt::digits(written)).flatten();
        if digits == 0 && spelt.is_none() {
            return None;
        }
        let text = spelt.as_deref().unwrap_or(written);
        let joined = spelt::separated(text);
        let text = joined.as_deref().unwrap_or(text);
        let digits = text.bytes().filter(is_digit).count();
        let thing = found.has(hints.thing);
        if digits >= 12 && self.numbers.is_card(text, found.has(hints.card) && !thing) {
            return Some(Reason::Card);
        }
        if digits >= 8 && self.numbers.is_iban(text, found.has(hints.account)) {
            return Some(Reason::Bank);
        }
        if digits >= 5 {
            if self.numbers.is_identity(text, found.has(hints.identity)) {
                return Some(Reason::Identity);
            }
            if self.numbers.is_birth(text, found.has(hints.born)) {
                return Some(Reason::Birth);
            }
            if found.has(hints.birthday) && self.numbers.is_birthday(text) {
                return Some(Reason::Birth);
            }
            if found.has(hints.account) && self.numbers.is_account(text) {
                return Some(Reason::Account);
            }
            if self.contact.is_phone(text, found.has(hints.phone), thing) {
                return Some(Reason::Phone);
            }
        }
        if digits >= 2 && found.has(hints.plate) && self.numbers.is_plate(text) {
            return Some(Reason::Identity);
        }
        let named = found.has(hints.account) || found.has(hints.identity);
        if digits >= 3 && named && self.numbers.is_account(text) {
            return Some(Reason::Account);
        }
        if digits >= 4 && found.has(hints.net) && self.numbers.is_net(text)
            || digits >= 4 && text.contains('#') && self.numbers.is_handle(text)
        {
            return Some(Reason::Account);
        }
        if found.has(hints.home) && self.address.is_home(text) {
            return Some(Reason::Address);
        }
        let plain = spelt::letters(text);
        let street = found.has(hints.street) || plain.is_some();
        let text = plain.as_deref().unwrap_or(text);
        self.address
            .is_address(text, street)
            .then_some(Reason::Address)
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
