//! Where somebody lives: a street with a house number.

use regex::Regex;

use super::super::SafetyError;
use super::regex;
use super::streets::{COUNTED, FAMOUS, NO_NAME, NO_STREET, PLACES};

/// Forms of addresses.
#[derive(Debug)]
pub(super) struct Addresses {
    number_first: Regex,
    french: Regex,
    number_last: Regex,
    compound: Regex,
    one_word: Regex,
    slavic_turkish: Regex,
    japanese: Regex,
    box_or_place: Regex,
    coordinates: Regex,
    home: Regex,
    numbered: Regex,
}

impl Addresses {
    pub(super) fn new() -> Result<Self, SafetyError> {
        let after =
            r"(?:$|,|;|\.| ?[-–(/]| \d{4,5}\b| (?:apt|apartment|unit|flat|suite|ste|floor|#))";
        Ok(Self {
            number_first: regex(
                r"(?:^|[ ,:(])(?:no\.? ?)?\d{1,5}[a-d]?(?:[-/]\d{1,4})?,? ((?:[nsew]\.? |north |south |east |west )?(?:[a-z0-9'.-]+ ){1,3}?)(street|strt|str|st|avenue|aven|ave|road|rd|lane|ln|drive|dr|boulevard|blvd|court|ct|terrace|close|crescent|square|sq|parkway|pkwy|circle|cir|highway|hwy|mews|gardens|grove|place|pl|way|walk|row|hill|view|trail)\b\.?,? ?([a-z]*)",
            )?,
            french: regex(
                r"\b\d{1,4} ?(?:bis|ter)?,? (?:rue|avenue|av\.?|boulevard|bd|chemin|impasse|allee|quai|(?:place|cours|passage|route|square) (?:de|du|des|d'))[ ']+[a-z'-]{2,}",
            )?,
            number_last: regex(
                r"\b(calle|c/|avda\.?|avenida|av\.?|paseo|plaza|carrera|cra\.|carretera|rua|r\.|travessa|praca|alameda|estrada|via|viale|piazza|corso|vicolo|largo|strada)[ /]+((?:[a-z'.]+ ){0,4}?[a-z'.]+),? ?(?:n[.ºo°]{0,2} ?|# ?|num(?:ero)?\.? ?|numero |n\. ?)?(\d{1,5})(?: ?[a-d])?(?:$|,|;|\.| ?-| ?º| [0-9]| (?:piso|puerta|apto|apt|bloco|casa|interno|scala)|( [a-z]{2,}))",
            )?,
            compound: regex(&format!(
                r"\b(?:[a-z]{{3,}}(?:strasse|str\.?|straat|laan|gracht|kade|plein|singel|gatan|vagen|gade|gata|veien|vej|katu)|[a-z]{{2,}}(?:er|-)? ?(?:strasse|str\.|allee|chaussee|gasse|damm|ufer|stieg|steig|markt|platz|weg|ring|dijk|straat))\.? (?:nr\.? ?)?(\d{{1,4}}) ?[a-h]?(?:[-/]\d{{1,3}})?{after}"
            ))?,
            one_word: regex(
                r"\b[a-z]{3,}(?:strasse|straat|laan|gracht|kade|gatan|vagen|gade|gata|veien|katu) (\d{1,4}) ?[a-h]? ([a-z]{3,})",
            )?,
            slavic_turkish: regex(
                r"(?:(?:\bul\.?|\bulica|\bulicy|\bal\.|\baleja|\bos\.|\bpl\.) (?:[a-z.-]+ ){0,3}[a-z.-]+ \d{1,4}|(?:ул\.?|улица|улице|пр-?т\.?|проспект|пр\.|пер\.|переулок|шоссе|бульвар|б-р|наб\.?|набережная) *[а-я. -]{2,40},? ?(?:д\.?|дом)? ?\d{1,4}|[а-я]{3,} (?:ул\.?|улица|проспект|шоссе),? ?(?:д\.?|дом)? ?\d{1,4}|(?:sokak|sokagi|sok\.|sk\.|cadde|caddesi|cad\.|mahallesi|mah\.|bulvari)[a-z,. ]{0,40}(?:no|numara)?[:. ]{0,2}\d{1,4})",
            )?,
            japanese: regex(
                r"(?:〒 ?\d{3}-?\d{4}|[都道府県].{1,12}[市区町村].{1,20}\d+(?:丁目|番地?|号|-\d+)|[市区町村].{0,12}\d+(?:丁目|番地|-\d+-\d+)|\d+丁目 ?\d+)",
            )?,
            box_or_place: regex(
                r"\b(?:p\.? ?o\.? box|postfach|apartado(?: postal)?|caixa postal|casella postale|boite postale|postbus) \d{2,6}\b|\b(?:flat|apt\.?|apartment|unit|suite) #?\d{1,4}[a-d]?,? .{0,40}\b(?:[a-z]{1,2}\d[a-z\d]? \d[abd-hjlnp-uw-z]{2}|[a-z]{2} \d{5})\b|\b\d{1,4}[a-d]?,? .{2,40},? (?:[a-z]{1,2}\d[a-z\d]? \d[abd-hjlnp-uw-z]{2}|(?:a[klrz]|c[aot]|d[ce]|fl|ga|hi|i[adln]|k[sy]|la|m[adeinost]|n[cdehjmvy]|o[hkr]|pa|ri|s[cd]|t[nx]|ut|v[at]|w[aivy]) \d{5})\b",
            )?,
            home: regex(r"\b\d{1,5}[a-d]?,? [a-z]{3,}|[а-я]{3,},? (?:д\.? ?)?\d{1,4}|\d+-\d+")?,
            numbered: regex(
                r"\b(?:h\.? ?no|house no|house number|flat no|plot no|door no|d\.? ?no)[.: #]{0,3}[a-z]?\d[\da-z/-]*,? [a-z]|\bcep:? ?\d{5}-?\d{3}\b|(?:д\.|дом) ?\d{1,4}[а-я]?,? (?:кв|корп|стр)\.? ?\d{1,4}",
            )?,
            coordinates: regex(
                r#"\b\d{1,3}° ?\d{1,2}[′'] ?(?:\d{1,2}(?:\.\d+)?[″"] ?)?[nsewo],? ?\d{1,3}° ?\d{1,2}|-?\d{1,2}\.\d{4,8}°?[ns]?,? ?-?\d{1,3}\.\d{4,8}"#,
            )?,
        })
    }

    /// `street`: a word of streets stands there.
    pub(super) fn is_address(&self, text: &str, street: bool) -> bool {
        if self.coordinates.is_match(text) || self.numbered.is_match(text) {
            return true;
        }
        let coded = |it: &&str| it.len() == 5 && it.bytes().all(|it| it.is_ascii_digit());
        let may_be = street || text.split(' ').any(|it| coded(&it) || it.contains("box"));
        if (may_be || has_code(text)) && self.box_or_place.is_match(text) {
            return true;
        }
        // The sign of Japanese post is no word.
        (street || text.contains('〒'))
            && (self.is_number_first(text)
                || self.french.is_match(text)
                || self.is_number_last(text)
                || self.is_compound(text)
                || self.slavic_turkish.is_match(text)
                || self.japanese.is_match(text))
    }

    /// Whether a number and a word stand beside each other, in a text that says that it is an address.
    pub(super) fn is_home(&self, text: &str) -> bool {
        self.home.is_match(text)
    }

    fn is_number_first(&self, text: &str) -> bool {
        self.number_first.captures_iter(text).any(|parts| {
            let part = |at: usize| parts.get(at).map_or("", |it| it.as_str());
            let (name, street, next) = (part(1).trim(), part(2), part(3));
            let named = !name.split(' ').any(|word| NO_NAME.contains(&word));
            // These words are names of many other things: only at the end, or before what follows an
            // address.
            let vague = matches!(
                street,
                "place"
                    | "way"
                    | "walk"
                    | "row"
                    | "hill"
                    | "view"
                    | "trail"
                    | "close"
                    | "square"
                    | "pl"
                    | "st"
                    | "circle"
                    | "grove"
                    | "gardens"
                    | "court"
                    | "drive"
                    | "dr"
                    | "ct"
                    | "sq"
                    | "cir"
            );
            let whole = parts.get(0).map_or("", |it| it.as_str());
            let ends = next.is_empty() || whole.contains(',') || is_state(next) || is_way(next);
            let famous = FAMOUS.contains(&format!("{name} {street}").as_str());
            // Hardly anything is counted beyond a hundred before these.
            let house = whole.bytes().filter(u8::is_ascii_digit).count() > 2;
            named && !NO_STREET.contains(&next) && (ends || house || !vague) && !famous
        })
    }

    fn is_number_last(&self, text: &str) -> bool {
        self.number_last.captures_iter(text).any(|parts| {
            let part = |at: usize| parts.get(at).map_or("", |it| it.as_str());
            let number: u32 = part(3).parse().unwrap_or(0);
            let first = part(2).split(' ').next().unwrap_or_default();
            let way = matches!(
                (part(1), first),
                (
                    "via",
                    "ferrata"
                        | "francigena"
                        | "degli"
                        | "lattea"
                        | "email"
                        | "mail"
                        | "app"
                        | "web"
                ) | ("corso", "di" | "per" | "online" | "base")
                    | ("estrada", "real")
            );
            let counts = COUNTED.contains(&part(4).trim());
            !way && !counts && !(1900..=2100).contains(&number)
        })
    }

    fn is_compound(&self, text: &str) -> bool {
        let town = |parts: regex::Captures<'_>| {
            let part = |at: usize| parts.get(at).map_or("", |it| it.as_str());
            let year = (1900..=2100).contains(&part(1).parse().unwrap_or(0));
            !year && !COUNTED.contains(&part(2))
        };
        if self.one_word.captures_iter(text).any(town) {
            return true;
        }
        self.compound.captures_iter(text).any(|parts| {
            let whole = parts.get(0).map_or("", |it| it.as_str());
            let mut words = whole.split([' ', '.']);
            let word = words.next().unwrap_or_default();
            let number: u32 = parts
                .get(1)
                .and_then(|it| it.as_str().parse().ok())
                .unwrap_or(0);
            let vague = word.ends_with("ring") || word.ends_with("markt");
            let coded = whole.bytes().rev().take_while(u8::is_ascii_digit).count() == 5;
            !PLACES.contains(&word) && !(1900..=2100).contains(&number) && (!vague || coded)
        })
    }
}

/// Whether the last word looks like a British postcode's second half.
fn has_code(text: &str) -> bool {
    text.split([' ', ',']).any(|word| {
        let bytes = word.as_bytes();
        bytes.len() == 3
            && bytes[0].is_ascii_digit()
            && bytes[1..].iter().all(u8::is_ascii_alphabetic)
    })
}

/// A word of streets after another: Bramble Court Road.
fn is_way(word: &str) -> bool {
    matches!(
        word,
        "road"
            | "street"
            | "avenue"
            | "lane"
            | "drive"
            | "rd"
            | "ave"
            | "north"
            | "south"
            | "east"
            | "west"
    )
}

fn is_state(word: &str) -> bool {
    word.len() == 2
        || matches!(
            word,
            "apt" | "unit" | "flat" | "suite" | "london" | "apartment"
        )
}
