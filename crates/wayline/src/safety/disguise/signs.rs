//! Digits and signs that stand for letters.

use hashbrown::HashSet;

/// Whether a sign may stand for a letter.
pub(super) fn is_sign(character: char) -> bool {
    matches!(
        character,
        '@' | '$' | '!' | '|' | '+' | '*' | '€' | '£' | '¢' | '#' | '(' | '<'
    )
}

/// The chunk with letters for all its digits and signs: twice, where one has two readings; none where
/// there are none, or one that stands for nothing.
pub(super) fn as_letters(chunk: &str) -> Vec<String> {
    let letters = chunk.chars().filter(|it| it.is_alphabetic()).count();
    let all = chunk.chars().count();
    // 600k and v60 are amounts and names.
    if letters == all || 5 * letters <= 2 * all {
        return Vec::new();
    }
    let read = |first: bool| -> Option<String> {
        let letter = |it: char| {
            Some(match it {
                '0' => 'o',
                '1' | '!' | '|' => {
                    if first {
                        'i'
                    } else {
                        'l'
                    }
                }
                '2' => 'z',
                '3' | '€' => 'e',
                '4' | '@' => 'a',
                '5' | '$' => 's',
                '6' | '9' => {
                    if first {
                        'g'
                    } else {
                        'b'
                    }
                }
                '7' | '+' => 't',
                '8' => 'b',
                '£' => 'l',
                '¢' | '(' | '<' => 'c',
                _ if it.is_alphabetic() => it,
                _ => return None,
            })
        };
        chunk.chars().map(letter).collect()
    };
    let trimmed = chunk.trim_end_matches('!');
    let mut out: Vec<String> = [read(true), read(false)].into_iter().flatten().collect();
    out.dedup();
    if trimmed.len() < chunk.len() {
        out.extend(as_letters(trimmed));
    }
    out
}

/// The first listed word that a chunk with stars for letters may be: f*ck, c**aine. The first letter must
/// be there, and half of all.
pub(super) fn starred<'w>(chunk: &str, words: &'w HashSet<String>) -> Option<&'w str> {
    let is_star = |it: char| matches!(it, '*' | '#' | '_' | '-' | '.' | '?' | '•' | '%');
    let chunk = chunk.trim_end_matches(|it| is_star(it) && it != '*');
    let stars = chunk.chars().filter(|it| is_star(*it)).count();
    let letters = chunk.chars().count() - stars;
    let hides = chunk.chars().any(|it| matches!(it, '*' | '#'));
    let opens = chunk.chars().next().is_some_and(char::is_alphabetic);
    if !hides || !opens || stars > letters || letters < 2 {
        return None;
    }
    let fits = |word: &str| {
        let mut wanted = word.chars();
        let each = chunk
            .chars()
            .all(|it| wanted.next().is_some_and(|its| its == it || is_star(it)));
        each && wanted.next().is_none()
    };
    let fitting = words.iter().filter(|word| word.len() > 2 && fits(word));
    fitting.min().map(String::as_str)
}
