//! E-mail addresses and phone numbers.

use regex::Regex;

use super::super::SafetyError;
use super::regex;

/// Forms of contacts.
#[derive(Debug)]
pub(super) struct Contact {
    email: Regex,
    hidden_email: Regex,
    run: Regex,
    date: Regex,
    north_american: Regex,
}

impl Contact {
    pub(super) fn new() -> Result<Self, SafetyError> {
        Ok(Self {
            email: regex(
                r"[a-z0-9][a-z0-9._%+-]{0,63} ?@ ?(?:[a-z0-9-]{1,63} ?\. ?){1,12}[a-z]{2,18}\b",
            )?,
            // A name, what stands for the sign, a host, what stands for the dot.
            hidden_email: regex(
                r"[a-z0-9][a-z0-9._%+-]{0,63} ?(?:[\[({<] ?(?:at|arroba|chiocciola|arobase|malpa|собака|@|a|et) ?[\])}>]|@|_at_|-at-| at | arroba | chiocciola | klammeraffe | arobase | malpa | собака | apenstaartje ) ?[a-z0-9-]{2,63} ?(?:[\[({<] ?(?:dot|punkt|punto|point|ponto|kropka|nokta|точка|\.) ?[\])}>]|\.|_dot_|-dot-| dot | punkt | punto | point | ponto | kropka | nokta | точка | punt ) ?(?:com?|net|org|de|fr|es|it|pt|nl|pl|ru|br|uk|jp|tr|eu|me|io|edu|gov|info|ch|at|be|mx|ar|ca|us|in|au|example|invalid|se|dk|fi|cz|gr|ua|hu|ro|vn|cn|kr|ie|nz|za)\b",
            )?,
            run: regex(r"\+?[(\[]?\+?\d[\d ().\[\]/·-]{4,28}\d")?,
            date: regex(
                r"\b(?:\d{1,2}[./ -]\d{1,2}[./ -](?:19|20)\d\d|(?:19|20)\d\d[./-]\d{1,2}[./-]\d{1,2}|(?:19|20)\d\d ?[-/] ?(?:(?:19|20)\d\d|\d\d\b))",
            )?,
            north_american: regex(
                r"^(?:\+?1[-. ]?)?[(\[]?[2-9]\d\d[)\]]?[-. /]{0,3}[2-9]\d\d[-. ]{1,3}\d{4}$",
            )?,
        })
    }

    pub(super) fn is_email(&self, text: &str) -> bool {
        // Whoever is called git is a server.
        let is_person = |form: &Regex| {
            let mut found = form.find_iter(text);
            found.any(|it| !it.as_str().starts_with("git@"))
        };
        let apart = || apart(text).is_some_and(|it| self.email.is_match(&it));
        is_person(&self.email) || is_person(&self.hidden_email) || is_foreign(text) || apart()
    }

    /// `called`: a word for phones stands there. `thing`: a word for numbers of things does.
    pub(super) fn is_phone(&self, text: &str, called: bool, thing: bool) -> bool {
        // An o among digits is meant as one of them.
        let zeros = zeros(text);
        let text = zeros.as_deref().unwrap_or(text);
        self.run.find_iter(text).any(|run| {
            let before = text[..run.start()].chars().next_back();
            let after = text[run.end()..].chars().next();
            let inside = |it: Option<char>| {
                it.is_some_and(|it| {
                    it.is_alphanumeric() || matches!(it, '€' | '$' | '£' | '¥' | '#' | '№')
                })
            };
            let amount = text[run.end()..].trim_start();
            let is_amount = [
                "€", "$", "£", "eur", "usd", "km", "mm", "cm", "ml", "mah", "rpm",
            ]
            .iter()
            .any(|unit| amount.starts_with(unit));
            let apart = !inside(before) && !inside(after) && !is_amount;
            (apart || called) && self.is_number(run.as_str(), called, thing)
        })
    }

    fn is_number(&self, run: &str, called: bool, thing: bool) -> bool {
        let digits: String = run.chars().filter(char::is_ascii_digit).collect();
        let groups: Vec<usize> = run
            .split(|it: char| !it.is_ascii_digit())
            .map(str::len)
            .filter(|length| *length > 0)
            .collect();
        let dated = self.date.is_match(run);
        if called && !thing {
            return (6..=15).contains(&digits.len()) && !dated;
        }
        if thing || dated {
            return false;
        }
        let international = run.trim_start_matches(['(', '[']).starts_with('+')
            || (digits.starts_with("00") && !digits.starts_with("000"));
        if international {
            return (8..=15).contains(&digits.len());
        }
        if self.north_american.is_match(run) {
            return true;
        }
        let national = digits.starts_with('0') && !digits.starts_with("00");
        let parted = groups.len() > 1;
        match digits.len() {
            // 0171 2345678, 06 12 34 56 78, 090-1234-5678, unbroken too.
            9..=12 if national => groups[0] > 1 || groups.len() == 1,
            // 612 345 678, 912 34 56 78.
            9 if parted => {
                matches!(digits.as_bytes()[0], b'4'..=b'9')
                    && [[3, 3, 3].as_slice(), &[3, 2, 2, 2]].contains(&groups.as_slice())
            }
            // Ten digits unbroken, as in North America and India.
            10 if !parted => {
                let bytes = digits.as_bytes();
                (b'2'..=b'9').contains(&bytes[0]) && (b'2'..=b'9').contains(&bytes[3])
                    || (b'6'..=b'9').contains(&bytes[0])
            }
            10 => {
                let mobile = matches!(digits.as_bytes()[0], b'3' | b'5' | b'9');
                let forms: [&[usize]; 4] = [&[3, 3, 4], &[3, 7], &[3, 3, 2, 2], &[3, 2, 2, 3]];
                groups == [5, 5]
                    || groups == [4, 3, 3] && run.contains('(')
                    || groups == [2, 4, 4] && (run.contains('(') || run.contains('-'))
                    || mobile && forms.contains(&groups.as_slice())
            }
            // 8 (912) 345-67-89, 11 91234-5678, 1 555 234 5678.
            11 => {
                digits.starts_with("89") && (groups.len() > 3 || !parted)
                    || groups == [2, 5, 4]
                    || groups == [1, 3, 3, 4]
                    || matches!(digits.as_bytes()[0], b'7' | b'8') && groups == [1, 3, 3, 2, 2]
                    || digits.starts_with('1') && groups == [3, 4, 4]
            }
            7 => run.starts_with("555-") && groups == [3, 4],
            12 => groups == [2, 5, 5] || groups == [2, 3, 3, 4],
            _ => false,
        }
    }
}

/// Whether an address stands there in another script than the Latin one: иван@почта.рф.
fn is_foreign(text: &str) -> bool {
    if text.is_ascii() {
        return false;
    }
    let mut signs = text.match_indices('@');
    signs.any(|(place, _)| {
        let is_named = text[..place].ends_with(char::is_alphanumeric);
        let host =
            text[place + 1..].split(|it: char| !it.is_alphanumeric() && it != '-' && it != '.');
        let host = host
            .clone()
            .next()
            .unwrap_or_default()
            .trim_end_matches('.');
        let is_host = host.split('.').all(|label| !label.is_empty());
        let last = host.rsplit_once('.').map_or("", |(_, last)| last);
        let is_word = last.chars().count() >= 2 && last.chars().all(char::is_alphabetic);
        is_named && is_host && is_word
    })
}

/// What single characters around an `@` are together: j o h n @ m a i l . c o m.
fn apart(text: &str) -> Option<String> {
    let pieces: Vec<&str> = text
        .split([' ', '-', '_'])
        .filter(|piece| !piece.is_empty())
        .collect();
    let is_one = |piece: &str| piece.chars().nth(1).is_none();
    let mut runs = pieces.chunk_by(|a, b| is_one(a) && is_one(b));
    let run = runs.find(|run| run.len() > 5 && run.contains(&"@"))?;
    Some(run.concat())
}

/// The text with each o and l that stands among digits as a zero and a one: o7700 9oo123, 2l2-555.
fn zeros(text: &str) -> Option<String> {
    let is_letter = |it: char| matches!(it, 'o' | 'l');
    let is_number = |word: &str| {
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        let letters = word.chars().filter(|it| is_letter(*it)).count();
        let signs = word.bytes().filter(|it| b"+-().".contains(it)).count();
        letters > 0 && digits >= letters && word.len() > 2 && digits + letters + signs == word.len()
    };
    if !text.contains(is_letter) || !text.split(' ').any(is_number) {
        return None;
    }
    let words = text.split(' ').map(|word| {
        if is_number(word) {
            word.replace('o', "0").replace('l', "1")
        } else {
            word.to_owned()
        }
    });
    Some(words.collect::<Vec<String>>().join(" "))
}
