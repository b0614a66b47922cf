//! Numbers that are spelt out.

/// Digits in a row from which they are a number to be read, not an amount.
const LEAST: usize = 6;

/// The text with words for digits as digits, where so many of them stand in a row that they are the parts of
/// one number; none elsewhere.
pub(super) fn digits(written: &str) -> Option<String> {
    if let Some(joined) = joined(written) {
        return Some(joined);
    }
    let is_end = |it: char| !it.is_alphanumeric();
    let mut run = 0;
    let mut longest = 0;
    for word in written.split(is_end).filter(|word| !word.is_empty()) {
        match digit(word) {
            Some((_, times)) => run += times,
            None if word.bytes().all(|it| it.is_ascii_digit()) && run > 0 => run += word.len(),
            None => run = 0,
        }
        longest = longest.max(run);
    }
    if longest < LEAST {
        return None;
    }
    let mut out = String::with_capacity(written.len());
    let mut double = false;
    for word in written.split(is_end).filter(|word| !word.is_empty()) {
        match digit(word) {
            Some(("", _)) => double = true,
            Some((digit, _)) => {
                out.push_str(digit);
                if std::mem::take(&mut double) {
                    out.push_str(digit);
                }
            }
            None if word.bytes().all(|it| it.is_ascii_digit()) => out.push_str(word),
            None => {
                if !out.is_empty() && !out.ends_with(' ') {
                    out.push(' ');
                }
                out.push_str(word);
                out.push(' ');
            }
        }
    }
    Some(out)
}

/// The text with letters for the digits inside words: r1v3rside. None where no word has such.
pub(super) fn letters(written: &str) -> Option<String> {
    let hides = |word: &str| {
        let inner = word.trim_matches(|it: char| !it.is_alphabetic());
        inner.len() > 4 && inner.is_ascii() && inner.bytes().any(|it| it.is_ascii_digit())
    };
    if !written.split(' ').any(hides) {
        return None;
    }
    let words = written.split(' ').map(|word| {
        if !hides(word) {
            return word.to_owned();
        }
        let letter = |it: char| match it {
            '0' => 'o',
            '1' => 'i',
            '3' => 'e',
            '4' => 'a',
            '5' => 's',
            '7' => 't',
            '8' => 'b',
            _ => it,
        };
        word.chars().map(letter).collect()
    });
    Some(words.collect::<Vec<String>>().join(" "))
}

/// The text with digits that all stand alone put together: 0 7 7 0 0 9; what parts them in two is kept.
fn joined(written: &str) -> Option<String> {
    let is_digit = |word: &str| word.len() == 1 && word.bytes().all(|it| it.is_ascii_digit());
    let is_part = |word: &str| is_digit(word) || matches!(word, "-" | "/" | ".");
    let words: Vec<&str> = written.split(' ').collect();
    let runs = || words.chunk_by(|a, b| is_part(a) && is_part(b));
    let long = |run: &[&str]| run.iter().filter(|word| is_digit(word)).count() >= LEAST;
    if !runs().any(long) {
        return None;
    }
    let runs = runs().map(|run| {
        if long(run) {
            run.concat()
        } else {
            run.join(" ")
        }
    });
    Some(runs.collect::<Vec<String>>().join(" "))
}

/// The text with digits put together that other signs than those of numbers stand between: 9=1-2=8. Where
/// whole groups stand between them, a hyphen takes the place of the signs. None where there are no such.
pub(super) fn separated(written: &str) -> Option<String> {
    let odd = |it: char| {
        !it.is_alphanumeric()
            && !it.is_whitespace()
            && !matches!(
                it,
                '.' | ','
                    | ':'
                    | '/'
                    | '('
                    | ')'
                    | '+'
                    | '"'
                    | '\''
                    | '°'
                    | '€'
                    | '$'
                    | '£'
                    | '%'
                    | '@'
                    | '#'
                    | '&'
            )
    };
    let signs: Vec<char> = written.chars().collect();
    let is_digit = |at: usize| signs.get(at).is_some_and(char::is_ascii_digit);
    let mut out = String::with_capacity(written.len());
    let (mut lone, mut others, mut at) = (0, 0, 0);
    while at < signs.len() {
        let run = signs[at..].iter().take_while(|it| odd(**it)).count();
        if run > 0 && at > 0 && is_digit(at - 1) && is_digit(at + run) {
            let single = !(at > 1 && is_digit(at - 2) && is_digit(at + run + 1));
            lone += usize::from(single);
            others += usize::from(signs[at..at + run].iter().any(|it| *it != '-'));
            if !single {
                out.push('-');
            }
            at += run;
        } else {
            out.push(signs[at]);
            at += 1;
        }
    }
    (lone >= 4 || others > 0 && lone == 0).then_some(out)
}

/// The digit that a word names, and for how many it counts; "double" is none yet.
fn digit(word: &str) -> Option<(&'static str, usize)> {
    let digit = match word {
        "zero" | "oh" | "null" | "cero" | "ноль" | "sifir" | "nul" => "0",
        "one" | "eins" | "uno" | "une" | "um" | "один" | "bir" | "een" | "jeden" => "1",
        "two" | "zwei" | "zwo" | "dos" | "deux" | "dois" | "due" | "два" | "iki" | "twee"
        | "dwa" => "2",
        "three" | "drei" | "tres" | "trois" | "tre" | "три" | "uc" | "drie" | "trzy" => "3",
        "four" | "vier" | "cuatro" | "quatre" | "quatro" | "quattro" | "четыре" | "dort"
        | "cztery" => "4",
        "five" | "funf" | "cinco" | "cinq" | "cinque" | "пять" | "bes" | "vijf" | "piec" => "5",
        "six" | "sechs" | "seis" | "sei" | "шесть" | "alti" | "zes" | "szesc" => "6",
        "seven" | "sieben" | "siete" | "sept" | "sete" | "sette" | "семь" | "yedi" | "zeven"
        | "siedem" => "7",
        "eight" | "acht" | "ocho" | "huit" | "oito" | "otto" | "восемь" | "sekiz" | "osiem" => {
            "8"
        }
        "nine" | "neun" | "nueve" | "neuf" | "nove" | "девять" | "dokuz" | "negen" | "dziewiec" => {
            "9"
        }
        "double" => return Some(("", 0)),
        _ => return None,
    };
    Some((digit, 1))
}
