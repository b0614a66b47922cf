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

/// Words that chunks with stars may be: those whose letters are looked for, in order of the alphabet.
#[derive(Debug)]
pub(super) struct Starred {
    /// The set that is read first, and into any sign; then the others.
    sets: Vec<Vec<String>>,
}

impl Starred {
    /// One of sets of words, the first of them withheld ones.
    pub(super) fn new(sets: &[&HashSet<String>]) -> Self {
        let sorted = |set: &&HashSet<String>| {
            let mut words: Vec<String> = set.iter().cloned().collect();
            words.sort_unstable();
            words
        };
        Self {
            sets: sets.iter().map(sorted).collect(),
        }
    }

    /// What a chunk may be of which some letters are hidden by stars and the like: f*ck, c**aine. The first
    /// letter must be there, and half of all.
    pub(super) fn meant(&self, chunk: &str) -> Option<&str> {
        let chunk = chunk.trim_end_matches(|it| is_star(it) && it != '*');
        let stars = chunk.chars().filter(|it| is_star(*it)).count();
        let letters = chunk.chars().count() - stars;
        let first = chunk.chars().next().filter(|it| it.is_alphabetic())?;
        if stars == 0 || stars > letters || letters < 2 {
            return None;
        }
        // Other signs than stars part words too: only what is withheld is read into them.
        let hides = chunk.chars().any(|it| matches!(it, '*' | '#'));
        let (sets, least) = if hides {
            (&self.sets[..], 2)
        } else {
            (&self.sets[..1], 3)
        };
        let find = |fits: &dyn Fn(&str) -> bool| {
            let sets = sets.iter().map(|words| beginning_with(first, words));
            let mut words = sets.flatten().filter(|word| word.len() > least);
            words.find(|word| fits(word)).map(String::as_str)
        };
        find(&|word| fits(chunk, word)).or_else(|| {
            let loose = hides.then(|| Loose::new(chunk)).flatten()?;
            find(&|word| loose.fits(word))
        })
    }
}

/// Those of sorted words that begin with a letter.
fn beginning_with(first: char, sorted: &[String]) -> &[String] {
    let first = first.to_string();
    let begins = sorted.partition_point(|word| *word < first);
    let those = &sorted[begins..];
    &those[..those.partition_point(|word| word.starts_with(&first))]
}

fn is_star(character: char) -> bool {
    matches!(
        character,
        '*' | '#' | '_' | '-' | '.' | '?' | '•' | '%' | '~' | '^' | '=' | '·' | '|' | '+'
    )
}

/// Whether each star of a chunk stands for one letter of a word.
fn fits(chunk: &str, word: &str) -> bool {
    let mut wanted = word.chars();
    let each = chunk
        .chars()
        .all(|it| wanted.next().is_some_and(|its| its == it || is_star(it)));
    each && wanted.next().is_none()
}

/// A chunk whose stars stand together, and may be some letters less than they stand for, or more.
struct Loose<'c> {
    before: &'c str,
    after: &'c str,
    stars: usize,
    letters: usize,
}

impl<'c> Loose<'c> {
    fn new(chunk: &'c str) -> Option<Self> {
        let (before, rest) = chunk.split_at(chunk.find(is_star)?);
        let after = rest.trim_start_matches(is_star);
        if after.contains(is_star) {
            return None;
        }
        let letters = before.chars().count() + after.chars().count();
        (letters > 2).then(|| Self {
            before,
            after,
            stars: chunk.chars().count() - letters,
            letters,
        })
    }

    fn fits(&self, word: &str) -> bool {
        let hidden = word.chars().count().saturating_sub(self.letters);
        (1..=self.stars + 2).contains(&hidden)
            && word.starts_with(self.before)
            && word.ends_with(self.after)
    }
}
