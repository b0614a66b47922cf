//! Digits and signs that stand for letters.

use hashbrown::HashSet;

/// Readings of one chunk that are tried at most.
const READINGS: usize = 48;

/// Letters that a digit or sign may stand for, the likelier ones first.
fn letters_of(sign: char) -> &'static [char] {
    match sign {
        '0' => &['o'],
        '1' | '!' | '|' => &['i', 'l'],
        '2' => &['z', 'r'],
        '3' => &['e'],
        '4' => &['a'],
        '@' => &['a', 'o'],
        '5' | '$' => &['s'],
        '6' => &['g', 'b'],
        '9' => &['g', 'q'],
        '7' => &['t', 'l'],
        '+' => &['t'],
        '8' => &['b'],
        '€' => &['e'],
        '£' => &['l', 'e'],
        '¢' | '(' | '<' => &['c'],
        '#' => &['h'],
        _ => &[],
    }
}

/// Whether a sign may stand for a letter.
pub(super) fn is_sign(character: char) -> bool {
    character == '*' || !character.is_alphanumeric() && !letters_of(character).is_empty()
}

/// The chunk with letters for all its digits and signs, in each way that they can be read; none where
/// there are none, or one that stands for nothing. `freely`: other words of the text are written so, and few
/// letters are enough.
pub(super) fn as_letters(chunk: &str, freely: bool) -> Vec<String> {
    let letters = chunk.chars().filter(|it| it.is_alphabetic()).count();
    let all = chunk.chars().count();
    // 600k and v60 are amounts and names.
    let few = if freely {
        3 * letters < all
    } else {
        5 * letters <= 2 * all
    };
    if letters == all || letters == 0 || few {
        return Vec::new();
    }
    let mut out = read(chunk);
    // What ends a sentence is no letter.
    let trimmed = chunk.trim_end_matches(['!', '(']);
    if trimmed.len() < chunk.len() {
        out.extend(as_letters(trimmed, freely));
    }
    out
}

fn read(chunk: &str) -> Vec<String> {
    let mut out = vec![String::with_capacity(chunk.len())];
    for character in chunk.chars() {
        let readings = if character.is_alphabetic() {
            std::slice::from_ref(&character)
        } else {
            letters_of(character)
        };
        // Where there are too many, the likeliest is enough.
        let many = out.len() * readings.len() > READINGS;
        let readings = &readings[..readings.len().min(if many { 1 } else { 2 })];
        out = readings
            .iter()
            .flat_map(|letter| {
                out.iter()
                    .map(|it| format!("{it}{letter}"))
                    .collect::<Vec<_>>()
            })
            .collect();
    }
    out
}

/// Whether a digit or sign stands between two letters, as in words that are written with them.
pub(super) fn is_inside(chunk: &str) -> bool {
    let inner = chunk.trim_matches(|it: char| !it.is_alphabetic());
    inner.chars().any(|it| !it.is_alphabetic())
}

/// What of `words` a chunk may be of which some letters are hidden by stars and the like: f*ck, c**aine.
/// The first letter must be there, and half of all.
pub(super) fn starred<'w>(chunk: &str, words: &[&'w HashSet<String>]) -> Option<&'w str> {
    let is_star = |it: char| {
        matches!(
            it,
            '*' | '#' | '_' | '-' | '.' | '?' | '•' | '%' | '~' | '^' | '=' | '·' | '|' | '+'
        )
    };
    let chunk = chunk.trim_end_matches(|it| is_star(it) && it != '*');
    let stars = chunk.chars().filter(|it| is_star(*it)).count();
    let letters = chunk.chars().count() - stars;
    let opens = chunk.chars().next().is_some_and(char::is_alphabetic);
    if stars == 0 || !opens || stars > letters || letters < 2 {
        return None;
    }
    let hides = chunk.chars().any(|it| matches!(it, '*' | '#'));
    let runs = is_one_run(chunk, &is_star);
    let fits = |word: &str, loosely: bool| {
        if loosely {
            return runs && fits_loosely(chunk, word, &is_star);
        }
        let mut wanted = word.chars();
        let each = chunk
            .chars()
            .all(|it| wanted.next().is_some_and(|its| its == it || is_star(it)));
        each && wanted.next().is_none()
    };
    // Other signs than stars part words too: only what is withheld is read into them.
    let sets = if hides { words } else { &words[..1] };
    let least = if hides { 2 } else { 3 };
    [false, true]
        .into_iter()
        .filter(|loosely| hides || !loosely)
        .find_map(|loosely| {
            sets.iter().find_map(|set| {
                let fitting = set
                    .iter()
                    .filter(|word| word.len() > least && fits(word, loosely));
                fitting.min().map(String::as_str)
            })
        })
}

/// Whether all stars stand together.
fn is_one_run(chunk: &str, is_star: &dyn Fn(char) -> bool) -> bool {
    let inner = chunk.trim_matches(|it| !is_star(it));
    inner.chars().all(is_star)
}

/// Whether the stars of a chunk may stand for one letter more or less each than they are.
fn fits_loosely(chunk: &str, word: &str, is_star: &dyn Fn(char) -> bool) -> bool {
    let before: String = chunk.chars().take_while(|it| !is_star(*it)).collect();
    let after: String = chunk
        .chars()
        .skip_while(|it| !is_star(*it))
        .skip_while(|it| is_star(*it))
        .collect();
    let letters = before.chars().count() + after.chars().count();
    let (stars, all) = (chunk.chars().count() - letters, word.chars().count());
    let hidden = all.saturating_sub(letters);
    all > letters
        && letters > 2
        && hidden <= stars + 2
        && word.starts_with(&before)
        && word.ends_with(&after)
}
