//! Natural case for a name made from a text in normal form.

/// Words that stay small inside an English title.
const SMALL: [&str; 22] = [
    "a", "an", "and", "as", "at", "but", "by", "for", "from", "in", "nor", "of", "on", "or",
    "over", "per", "the", "to", "vs", "via", "with", "without",
];

/// Short forms that are always written in capitals.
const CAPITALS: [&str; 16] = [
    "ac", "bbq", "cpr", "cv", "diy", "dna", "gps", "hiit", "led", "nyc", "pcos", "tv", "uk", "us",
    "usa", "wifi",
];

/// "how to fix a tv" becomes "How to Fix a TV". Scripts without case stay as they are.
#[must_use]
pub fn title_case(text: &str) -> String {
    let last = text.split(' ').count().saturating_sub(1);
    let words = text.split(' ').enumerate().map(|(place, word)| {
        if CAPITALS.contains(&word) {
            word.to_uppercase()
        } else if place > 0 && place < last && SMALL.contains(&word) {
            word.to_owned()
        } else {
            capitalized(word)
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Each part of a hyphenated word begins with a capital; nothing else changes.
fn capitalized(word: &str) -> String {
    let parts = word.split('-').map(|part| {
        let mut characters = part.chars();
        match characters.next() {
            Some(first) => first.to_uppercase().chain(characters).collect::<String>(),
            None => String::new(),
        }
    });
    parts.collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::title_case;

    #[test]
    fn natural_in_english_and_harmless_elsewhere() {
        assert_eq!(title_case("how to fix a tv"), "How to Fix a TV");
        assert_eq!(title_case("the art of"), "The Art Of");
        assert_eq!(title_case("mid-century sofa"), "Mid-Century Sofa");
        assert_eq!(title_case("women's fashion"), "Women's Fashion");
        assert_eq!(title_case("東京 ラーメン"), "東京 ラーメン");
        assert_eq!(title_case("über"), "Über");
        assert_eq!(title_case(""), "");
    }
}
