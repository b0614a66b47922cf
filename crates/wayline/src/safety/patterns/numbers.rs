//! Numbers by which somebody is known: cards, accounts, papers, birth dates.

use regex::Regex;

use super::super::SafetyError;
use super::regex;

/// Forms of numbers.
#[derive(Debug)]
pub(super) struct Numbers {
    card: Regex,
    iban: Regex,
    social_security: Regex,
    insurance: Regex,
    tax_code: Regex,
    cpf: Regex,
    dni: Regex,
    token: Regex,
    date: Regex,
    named_date: Regex,
    password: Regex,
    account: Regex,
    short: Regex,
    code: Regex,
    loose_iban: Regex,
    plate: Regex,
    net: Regex,
    handle: Regex,
}

impl Numbers {
    pub(super) fn new() -> Result<Self, SafetyError> {
        let date = r"(?:(?:0?[1-9]|[12]\d|3[01])[./ -](?:0?[1-9]|1[0-2])[./ -](?:(?:19|20)\d\d|\d\d)|(?:0?[1-9]|1[0-2])[/-](?:0?[1-9]|[12]\d|3[01])[/-](?:(?:19|20)\d\d|\d\d)|(?:19|20)\d\d ?[./年-] ?\d{1,2} ?[./月-] ?\d{1,2}|(?:[0-3]?\d(?:st|nd|rd|th|\.|º)? (?:of |de )?[a-zа-я]{3,10}\.?,? (?:de )?|[a-zа-я]{3,9}\.? [0-3]?\d(?:st|nd|rd|th)?,? )(?:19|20)\d\d)";
        Ok(Self {
            card: regex(r"\d(?:[ ./-]{0,2}\d){12,18}")?,
            iban: regex(r"\b[a-z]{2}\d\d(?:[ -]?[a-z0-9]){11,30}")?,
            social_security: regex(r"(?:^|[^\d-])(\d{3})[- ](\d{2})[- ](\d{4})(?:$|[^\d-])")?,
            insurance: regex(r"\b[a-ceghj-prstw-z][a-ceghj-nprstw-z] ?\d\d ?\d\d ?\d\d ?[a-d]\b")?,
            tax_code: regex(r"\b[a-z]{6}\d\d[abcdehlmprst]\d\d[a-z]\d{3}[a-z]\b")?,
            cpf: regex(r"\b\d{3}\.\d{3}\.\d{3}-\d\d\b")?,
            dni: regex(r"\b([xyz]?)-?(\d{7,8})[- ]?([a-hj-np-tv-z])\b")?,
            token: regex(r"\b[a-z]{0,3}\d[a-z\d./-]*(?: [a-z]?\d[\d/-]*)*")?,
            date: regex(&format!(r"\b{date}"))?,
            named_date: regex(&format!(
                r"^[a-zа-я'-]{{2,}}(?: [a-zа-я'-]{{2,}}){{1,2}},? [(\[]?(?:\*|[a-zа-я.]{{1,6}} )?{date}[)\]]?$"
            ))?,
            password: regex(
                r"\b(?:password|passwort|passcode|pwd|contrasena|mot de passe|senha|wachtwoord|haslo|пароль|parola|sifre|pin)(?: is| ist| es| est| e)?(?: ?[:=] ?| is | ist | es | est )[^ ]*[\d!@#$%&*][^ ]*",
            )?,
            account: regex(r"\d(?:[ ./-]?\d){5,}")?,
            short: regex(
                r"\b(?:id|no|nr|num|number|nummer|numero|numer|n[ºo°]|номер|番号|account|acct|konto|routing)[.:# ]{0,3}(?:is |ist |es |est |e )?[a-z]{0,3}[- ]?\d{4,}",
            )?,
            code: regex(
                r"\b(?:cvv2?|cvc2?|security code|prufziffer|pin(?: ?code)?|codigo de seguridad|codigo pin)[:= ]{1,3}(?:is |ist |es |e )?\d{3,6}\b",
            )?,
            loose_iban: regex(r"\b[a-z]{2}\d\d[ -]?(?:[a-z0-9]{2,4}[ -]?){3,8}\b")?,
            plate: regex(
                r"\b(?:[a-z]{1,3}[- ]?[a-z]{0,2}[- ]?\d{2,4}[- ]?[a-z]{0,3}|\d{1,4}[- ]?[a-z]{2,3}(?:[- ]?\d{2,4})?|[a-zа-я]\d{3}[a-zа-я]{2} ?\d{2,3})\b",
            )?,
            net: regex(
                r"\b(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}\b|\b(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b|\b(?:[0-9a-f]{1,4}:){4,7}[0-9a-f]{1,4}\b",
            )?,
            handle: regex(r"\b[a-z0-9_.]{3,32}#\d{4}\b")?,
        })
    }

    /// A payment card: a length and a beginning that some brand has, and the check digit (Luhn) or groups as
    /// on a card. `named`: a word for cards stands there, and a length is enough.
    pub(super) fn is_card(&self, text: &str, named: bool) -> bool {
        self.card.find_iter(text).any(|run| {
            let digits = values(run.as_str());
            let groups: Vec<usize> = run
                .as_str()
                .split(|it: char| !it.is_ascii_digit())
                .map(str::len)
                .filter(|length| *length > 0)
                .collect();
            let grouped = groups.starts_with(&[4, 4, 4, 4]) && matches!(digits[0], 4..=6)
                || groups == [4, 6, 5] && digits[0] == 3;
            // What follows a card may be its date: the first digits are the card then.
            let parted = run.as_str().len() > digits.len();
            named
                || grouped
                || (13..=digits.len().min(19))
                    .any(|length| (length == digits.len() || parted) && is_card(&digits[..length]))
        })
    }

    /// An international account number: a country's length, and the remainder 1 by 97 (ISO 13616).
    /// `named`: a word for such a number stands there, and its form is enough.
    pub(super) fn is_iban(&self, text: &str, named: bool) -> bool {
        let loosely =
            |it: regex::Match<'_>| it.as_str().bytes().filter(u8::is_ascii_digit).count() >= 8;
        if named && self.loose_iban.find_iter(text).any(loosely) {
            return true;
        }
        self.iban.find_iter(text).any(|run| {
            let signs: Vec<u8> = run
                .as_str()
                .bytes()
                .filter(u8::is_ascii_alphanumeric)
                .collect();
            let length = iban_length(&signs[..2]).unwrap_or(0);
            (15..=signs.len()).contains(&length) && is_iban(&signs[..length])
        })
    }

    /// `named`: a word for such a number stands there.
    pub(super) fn is_identity(&self, text: &str, named: bool) -> bool {
        let social = self.social_security.captures_iter(text).any(|parts| {
            let part = |at: usize| parts.get(at).map_or("", |it| it.as_str());
            let hyphens = parts
                .get(0)
                .is_some_and(|it| it.as_str().matches('-').count() == 2);
            let issued = !matches!(part(1), "000" | "666") && !part(1).starts_with('9');
            hyphens && issued && part(2) != "00" && part(3) != "0000"
        });
        let dni = || {
            self.dni.captures_iter(text).any(|parts| {
                let part = |at: usize| parts.get(at).map_or("", |it| it.as_str());
                let first = match part(1) {
                    "x" => "0",
                    "y" => "1",
                    "z" => "2",
                    _ => "",
                };
                let number: Option<usize> = format!("{first}{}", part(2)).parse().ok();
                let letters = b"trwagmyfpdxbnjzsqvhlcke";
                let whole = first.len() + part(2).len() == 8;
                whole && number.is_some_and(|it| letters[it % 23] == part(3).as_bytes()[0])
            })
        };
        social
            || self.insurance.is_match(text)
            || self.tax_code.is_match(text)
            || self
                .cpf
                .find_iter(text)
                .any(|it| is_cpf(&values(it.as_str())))
            || dni()
            || (named
                && self
                    .token
                    .find_iter(text)
                    .any(|it| is_number_of_paper(it.as_str())))
    }

    /// `named`: a word for births stands there.
    pub(super) fn is_birth(&self, text: &str, named: bool) -> bool {
        named && self.date.is_match(text)
            || self.named_date.is_match(text)
                && self
                    .date
                    .find_iter(text)
                    .all(|it| is_of_a_life(it.as_str()))
    }

    /// A birthday that is some years ago.
    pub(super) fn is_birthday(&self, text: &str) -> bool {
        self.date
            .find_iter(text)
            .any(|it| is_of_a_life(it.as_str()))
    }

    /// A number of an account, beside a word that says so.
    pub(super) fn is_account(&self, text: &str) -> bool {
        self.account.is_match(text) || self.short.is_match(text) || self.code.is_match(text)
    }

    /// The plate of a car, beside a word that says so.
    pub(super) fn is_plate(&self, text: &str) -> bool {
        self.plate.find_iter(text).any(|it| {
            let signs = it.as_str().chars().filter(|it| it.is_alphanumeric());
            let digits = it.as_str().bytes().filter(u8::is_ascii_digit).count();
            signs.count() >= 5 && digits >= 2
        })
    }

    /// An address on the net that isn't one of those that every house has.
    pub(super) fn is_net(&self, text: &str) -> bool {
        let own = [
            "192.168.", "10.", "127.", "0.", "255.", "8.8.", "1.1.", "172.16.",
        ];
        self.net
            .find_iter(text)
            .any(|it| !own.iter().any(|own| it.as_str().starts_with(own)))
    }

    /// A name with a number behind its sign, as chats give them.
    pub(super) fn is_handle(&self, text: &str) -> bool {
        self.handle.is_match(text)
    }

    /// A password that is told, in a text with a word for one.
    pub(super) fn is_password(&self, text: &str) -> bool {
        self.password.is_match(text)
    }
}

fn values(text: &str) -> Vec<u8> {
    text.bytes()
        .filter(u8::is_ascii_digit)
        .map(|it| it - b'0')
        .collect()
}

fn is_card(digits: &[u8]) -> bool {
    let first = |count: usize| {
        digits[..count]
            .iter()
            .fold(0_u32, |sum, it| sum * 10 + u32::from(*it))
    };
    let brand = match digits.len() {
        13 | 19 => first(1) == 4,
        14 => matches!(first(3), 300..=305) || matches!(first(2), 36 | 38),
        15 => matches!(first(2), 34 | 37),
        16 => {
            first(1) == 4
                || matches!(first(2), 51..=55 | 62 | 65)
                || matches!(first(4), 2221..=2720 | 3528..=3589 | 6011)
                || matches!(first(3), 644..=649)
        }
        _ => false,
    };
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let value = u32::from(*digit) * (1 + (place as u32 % 2));
            value / 10 + value % 10
        })
        .sum();
    brand && sum.is_multiple_of(10)
}

fn iban_length(country: &[u8]) -> Option<usize> {
    Some(match country {
        b"no" => 15,
        b"be" => 16,
        b"dk" | b"fi" | b"nl" => 18,
        b"si" | b"mk" => 19,
        b"at" | b"lu" | b"lt" | b"ee" | b"kz" | b"xk" | b"ba" => 20,
        b"ch" | b"hr" | b"li" | b"lv" | b"cr" => 21,
        b"de" | b"gb" | b"ie" | b"bg" | b"rs" | b"me" | b"ge" | b"bh" | b"va" => 22,
        b"ae" | b"il" | b"gi" | b"tl" | b"iq" => 23,
        b"es" | b"se" | b"cz" | b"sk" | b"ro" | b"sa" | b"pk" | b"ad" | b"md" | b"tn" | b"vg" => 24,
        b"pt" => 25,
        b"tr" | b"is" => 26,
        b"fr" | b"it" | b"gr" | b"mc" | b"sm" => 27,
        b"pl" | b"hu" | b"cy" | b"al" | b"do" | b"gt" | b"az" | b"by" | b"lb" | b"sv" => 28,
        b"br" | b"ua" | b"qa" | b"ps" | b"eg" => 29,
        b"jo" | b"kw" | b"mu" => 30,
        b"mt" | b"sc" => 31,
        b"lc" => 32,
        b"ru" => 33,
        _ => return None,
    })
}

fn is_iban(signs: &[u8]) -> bool {
    let turned = signs[4..].iter().chain(&signs[..4]);
    let remainder = turned.fold(0_u32, |remainder, sign| {
        let value = u32::from(sign.to_ascii_lowercase());
        if sign.is_ascii_digit() {
            (remainder * 10 + value - u32::from(b'0')) % 97
        } else {
            (remainder * 100 + value - u32::from(b'a') + 10) % 97
        }
    });
    remainder == 1
}

fn is_cpf(digits: &[u8]) -> bool {
    let check = |count: usize| {
        let weights = (2..=count + 1).rev();
        let sum: usize = digits[..count]
            .iter()
            .zip(weights)
            .map(|(digit, weight)| usize::from(*digit) * weight)
            .sum();
        let rest = sum * 10 % 11 % 10;
        usize::from(digits[count]) == rest
    };
    digits.len() == 11 && check(9) && check(10)
}

/// A token of some length that is mostly digits, and no year, date or amount.
fn is_number_of_paper(token: &str) -> bool {
    let digits = token.bytes().filter(u8::is_ascii_digit).count();
    let letters = token.chars().filter(|it| it.is_alphabetic()).count();
    (digits >= 6 || (digits >= 5 && letters > 0)) && letters <= 6 && digits <= 20
}

/// Whether a date can be a living person's birth date and is too old for an event that is announced.
fn is_of_a_life(date: &str) -> bool {
    let years = date
        .split(|it: char| !it.is_ascii_digit())
        .filter(|it| it.len() == 4);
    let mut years = years.filter_map(|it| it.parse::<u32>().ok());
    years.any(|year| (1920..=2012).contains(&year))
}
