//! How much a name says what a golden one says.

use std::collections::BTreeSet;

use crate::name::is_filler;

/// The distinct words of a name: runs of ASCII letters and digits of the lower-cased text, each
/// without one trailing `s`, and then without stop words.
#[must_use]
pub fn words(name: &str) -> BTreeSet<String> {
    let lower = name.to_lowercase();
    let words = lower
        .split(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit()))
        // A lone "s" stays as an empty word: the reference scorers keep it too.
        .filter(|word| !word.is_empty())
        .map(|word| word.strip_suffix('s').unwrap_or(word))
        .filter(|word| !is_filler(word));
    words.map(str::to_owned).collect()
}

/// The token F1 of two names, 2 |a ∩ b| / (|a| + |b|) over their [`words`], 0..1; 0 if either has
/// none.
///
/// ```
/// # use wayline::evaluate::names::token_f1;
/// assert_eq!(token_f1("The Barn Weddings", "barn wedding"), 1.0);
/// assert_eq!(token_f1("Garden", "a garden shed"), 2.0 / 3.0);
/// ```
#[must_use]
pub fn token_f1(a: &str, b: &str) -> f64 {
    let (a, b) = (words(a), words(b));
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    2.0 * a.intersection(&b).count() as f64 / (a.len() + b.len()) as f64
}

/// The best token F1 of `name` with any of the golden names, 0..1.
pub fn best_token_f1<'a>(name: &str, golden: impl IntoIterator<Item = &'a str>) -> f64 {
    golden
        .into_iter()
        .map(|gold| token_f1(name, gold))
        .fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stop_words_go_after_the_plural_s() {
        let set: Vec<_> = words("As the Glasses of İ-s").into_iter().collect();
        assert_eq!(set, ["", "glasse", "i"]);
    }

    #[test]
    fn other_scripts_have_no_words() {
        assert_eq!(token_f1("京都", "京都"), 0.0);
    }
}
