//! What people typed, as data inside a message.

use std::fmt::Write as _;

/// Lines of JSON between `<data>` and `</data>`, written so that nothing inside them can end the data or a
/// message: no string holds `<` or `[`, by which the control tokens of models begin (`<|im_end|>`,
/// `<start_of_turn>`, `[INST]`) and the marks around the data. JSON reads the same.
#[must_use]
pub fn data(lines: &str) -> String {
    let mut data = String::from("<data>\n");
    escape(lines, &mut data);
    data.push_str("</data>");
    data
}

/// The same of one JSON text, without marks.
#[must_use]
pub fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    escape(json, &mut out);
    out
}

fn escape(lines: &str, out: &mut String) {
    let (mut is_string, mut is_escaped) = (false, false);
    for character in lines.chars() {
        match character {
            '<' | '[' if is_string => {
                // Writing into a text can't fail.
                let _ = write!(out, "\\u{:04x}", u32::from(character));
            }
            _ => out.push(character),
        }
        is_string ^= character == '"' && !is_escaped;
        is_escaped = is_string && character == '\\' && !is_escaped;
    }
}
