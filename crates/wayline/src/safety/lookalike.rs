//! Letters that only look like Latin ones.
//!
//! A word of one other script is what it says it is, and stays findable as such. One that mixes scripts,
//! or that is made of look-alikes alone, is read the way that an eye reads it. Which letters look alike
//! says the Unicode consortium's table (UTS #39, by the crate `unicode-security`), and, for the bolder
//! ones, the table below.

use unicode_security::skeleton;

/// The word in Latin letters, if it is more than one letter and each of its letters is one or looks like
/// one. None where it is plain ASCII already.
pub(super) fn latin(word: &str) -> Option<String> {
    if word.is_ascii() {
        return None;
    }
    let mixed = word.bytes().any(|byte| byte.is_ascii_alphabetic());
    let mut out = String::with_capacity(word.len());
    for character in word.chars() {
        if character.is_ascii() {
            out.push(character);
        } else if let Some(letter) = looks_like(character) {
            out.push_str(letter);
        } else if let Some(letter) = mixed.then(|| resembles(character)).flatten() {
            out.push_str(letter);
        } else {
            let alike: String = skeleton(character.encode_utf8(&mut [0; 4])).collect();
            match alike.as_str() {
                "rn" => out.push('m'),
                _ if alike.len() <= 2 && alike.is_ascii() => out.push_str(&alike),
                _ => return None,
            }
        }
    }
    out.make_ascii_lowercase();
    (out.len() > 1).then_some(out)
}

/// The commonest, so that most words need no look into the large table.
fn looks_like(character: char) -> Option<&'static str> {
    Some(match character {
        'а' | 'α' | 'ɑ' | 'ᴀ' => "a",
        'в' | 'ь' | 'β' | 'ʙ' => "b",
        'с' | 'ϲ' | 'ᴄ' => "c",
        'ԁ' | 'ᴅ' => "d",
        'е' | 'є' | 'ε' | 'ᴇ' | 'ɛ' | '℮' => "e",
        'ғ' | 'ꜰ' => "f",
        'ɡ' | 'ɢ' => "g",
        'н' | 'һ' | 'ʜ' | 'հ' => "h",
        'і' | 'ι' | 'ɪ' | 'ɩ' => "i",
        'ј' | 'ᴊ' => "j",
        'к' | 'κ' | 'ᴋ' => "k",
        'ӏ' | 'ʟ' => "l",
        'м' | 'ᴍ' => "m",
        'η' | 'ո' | 'ɴ' => "n",
        'о' | 'ο' | 'σ' | 'օ' | 'ᴏ' => "o",
        'р' | 'ρ' | 'ᴘ' => "p",
        'ԛ' => "q",
        'г' | 'ʀ' => "r",
        'ѕ' | 'ꜱ' => "s",
        'т' | 'τ' | 'ᴛ' => "t",
        'υ' | 'ս' | 'ᴜ' => "u",
        'ν' | 'ѵ' | 'ᴠ' => "v",
        'ω' | 'ԝ' | 'ᴡ' => "w",
        'х' | 'χ' => "x",
        'у' | 'γ' | 'ʏ' => "y",
        'ᴢ' => "z",
        _ => return None,
    })
}

/// What an eye takes for a Latin letter only among Latin ones.
fn resembles(character: char) -> Option<&'static str> {
    Some(match character {
        'и' | 'п' | 'л' | 'й' | 'π' => "n",
        'я' => "r",
        'з' | 'э' | 'ξ' => "e",
        'д' | 'δ' | 'λ' => "a",
        'ш' | 'щ' => "w",
        'ж' => "x",
        'ч' => "y",
        'ф' | 'θ' | 'φ' | 'ю' => "o",
        'б' => "b",
        'ц' | 'μ' => "u",
        'ъ' => "b",
        'ɹ' => "r",
        'ǝ' | 'ə' => "e",
        'ƃ' => "g",
        'ʇ' => "t",
        'ɐ' => "a",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eyes_read_mixed_words_as_latin() {
        for (word, expected) in [
            ("сосаіne", Some("cocaine")),
            ("ρоrn", Some("porn")),
            ("ѕех", Some("sex")),
            ("неroiи", Some("heroin")),
            ("ꓢuicide", Some("suicide")),
            ("plain", None),
            // Words of their own script: the first looks like Latin, and is kept beside it.
            ("сор", Some("cop")),
            ("порно", None),
            ("книга", None),
            ("日本", None),
        ] {
            assert_eq!(latin(word).as_deref(), expected, "{word}");
        }
    }
}
