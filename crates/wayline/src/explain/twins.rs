//! Units whose texts are nearly the same.

use crate::corpus::words;
use crate::extract::{Unit, UnitKind};
use crate::name::folded;

/// The words of a unit's text, folded and in order, and its kind.
pub(super) struct UnitWords {
    kind: UnitKind,
    words: Vec<String>,
}

/// Texts are nearly the same from this share of all their words on that both have.
const TWINS: f64 = 0.8;

impl UnitWords {
    pub(super) fn of(unit: &Unit) -> Self {
        let text = unit.title.as_deref().unwrap_or(&unit.key).to_lowercase();
        let mut words: Vec<String> = words(&text).map(|word| folded(word).to_owned()).collect();
        words.sort_unstable();
        words.dedup();
        Self {
            kind: unit.kind,
            words,
        }
    }

    pub(super) fn is_twin_of(&self, other: &Self) -> bool {
        let (own, others) = (&self.words, &other.words);
        // More words than this in the one alone, and no merge is needed.
        let (fewer, more) = (own.len().min(others.len()), own.len().max(others.len()));
        if self.kind != other.kind || (fewer as f64) < TWINS * more as f64 || fewer == 0 {
            return false;
        }
        let both = own.iter().filter(|word| others.binary_search(word).is_ok());
        let both = both.count();
        both as f64 >= TWINS * (fewer + more - both) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words_of(title: &str) -> UnitWords {
        UnitWords::of(&Unit {
            kind: UnitKind::Item,
            title: Some(title.to_owned()),
            ..Unit::default()
        })
    }

    #[test]
    fn twins_have_nearly_all_words_in_common() {
        for (one, other, are) in [
            ("Lace veil", "lace veils", true),
            (
                "ten best barn weddings of spain",
                "ten best barn weddings of italy",
                false,
            ),
            ("a b c d e f g h i", "a b c d e f g h j", true),
            ("oil", "engine oil change", false),
            ("🍕", "🎂", false),
            ("🍕", "pizza", false),
        ] {
            let (one, other) = (words_of(one), words_of(other));
            assert_eq!(
                one.is_twin_of(&other),
                are,
                "{:?} {:?}",
                one.words,
                other.words
            );
            assert_eq!(other.is_twin_of(&one), are);
        }
        let mut search = words_of("lace veil");
        search.kind = UnitKind::Search;
        assert!(!search.is_twin_of(&words_of("lace veil")));
    }
}
