//! JSON by hand: rows have a fixed shape and are written by the million.

use wayline::nouns::Timestamp;

/// Appends a string in quotes.
pub(crate) fn push_text(out: &mut Vec<u8>, text: &str) {
    // No early exit, so that the compiler can look at many bytes at once.
    let special = text.bytes().fold(false, |any, byte| {
        any | (byte < 0x20) | (byte == b'"') | (byte == b'\\')
    });
    if special {
        push_value(out, &text);
    } else {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    }
}

/// Appends a string in quotes, or `null`.
pub(crate) fn push_text_or_null(out: &mut Vec<u8>, text: Option<&str>) {
    match text {
        Some(text) => push_text(out, text),
        None => out.extend_from_slice(b"null"),
    }
}

/// Appends an integer.
pub(crate) fn push_integer(out: &mut Vec<u8>, value: i64) {
    push_value(out, &value);
}

/// Appends the shortest text that reads back as `value`, or `null` where JSON has no number.
pub(crate) fn push_float(out: &mut Vec<u8>, value: f64) {
    push_value(out, &value);
}

/// Appends a list of strings.
pub(crate) fn push_texts(out: &mut Vec<u8>, texts: &[String]) {
    push_list(out, texts, |out, text| push_text(out, text));
}

/// Appends a list.
pub(crate) fn push_list<T>(out: &mut Vec<u8>, items: &[T], push: impl Fn(&mut Vec<u8>, &T)) {
    out.push(b'[');
    for (place, item) in items.iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        push(out, item);
    }
    out.push(b']');
}

fn push_value<T: serde::Serialize>(out: &mut Vec<u8>, value: &T) {
    // A vector takes any write, and texts and numbers are always valid JSON values.
    if serde_json::to_writer(&mut *out, value).is_err() {
        debug_assert!(false, "texts and numbers can always be written");
    }
}

/// Whole years 1970 to 2199, to which [`push_time`]'s quick way is limited.
const QUICK_MILLIS: std::ops::Range<i64> = 0..7_258_118_400_000;

/// Appends a point in time as RFC 3339 in quotes, the same text as its `Display`.
///
/// A person has hundreds of them, and the general formatter takes several times as long.
pub(crate) fn push_time(out: &mut Vec<u8>, time: Timestamp) {
    let millis = time.millis();
    let moment = jiff::Timestamp::from_millisecond(millis);
    let (true, Ok(moment)) = (QUICK_MILLIS.contains(&millis), moment) else {
        push_text(out, &time.to_string());
        return;
    };
    let civil = jiff::tz::Offset::UTC.to_datetime(moment);
    let mut text = *b"\"0000-00-00T00:00:00";
    put_digits(&mut text[1..5], civil.year() as u32);
    put_digits(&mut text[6..8], civil.month() as u32);
    put_digits(&mut text[9..11], civil.day() as u32);
    put_digits(&mut text[12..14], civil.hour() as u32);
    put_digits(&mut text[15..17], civil.minute() as u32);
    put_digits(&mut text[18..20], civil.second() as u32);
    out.extend_from_slice(&text);
    let fraction = (millis % 1_000) as u32;
    if fraction > 0 {
        let mut digits = *b".000";
        put_digits(&mut digits[1..], fraction);
        let zeros = digits
            .iter()
            .rev()
            .take_while(|digit| **digit == b'0')
            .count();
        out.extend_from_slice(&digits[..digits.len() - zeros]);
    }
    out.extend_from_slice(b"Z\"");
}

fn put_digits(place: &mut [u8], mut value: u32) {
    for digit in place.iter_mut().rev() {
        *digit = b'0' + (value % 10) as u8;
        value /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pushed(push: impl Fn(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        push(&mut out);
        String::from_utf8(out).expect("JSON is UTF-8")
    }

    #[test]
    fn a_float_is_as_short_as_it_can_be() {
        assert_eq!(pushed(|out| push_float(out, 0.1)), "0.1");
        assert_eq!(pushed(|out| push_float(out, 1.0)), "1.0");
        assert_eq!(pushed(|out| push_float(out, f64::NAN)), "null");
    }

    proptest! {
        #[test]
        fn a_text_is_written_as_serde_would(text in any::<String>()) {
            let expected = serde_json::to_string(&text).expect("a string");
            prop_assert_eq!(pushed(|out| push_text(out, &text)), expected);
        }

        #[test]
        fn a_time_is_written_as_it_is_displayed(
            millis in prop_oneof![-10_000_000_000_000_i64..10_000_000_000_000, (0..2_000_000_000_i64).prop_map(|s| s * 1000), (0..2_000_000_000_i64).prop_map(|s| s * 100)]
        ) {
            let time = Timestamp::from_millis(millis);
            prop_assert_eq!(pushed(|out| push_time(out, time)), format!("\"{time}\""));
        }
    }
}
