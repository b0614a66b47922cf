//! A point in time, to the millisecond, in UTC.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Milliseconds since 1970-01-01T00:00:00Z. All of Wayline's reckoning is in UTC.
///
/// Human-readable formats carry it as RFC 3339 text, binary formats as the integer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// Why a text or number is not a point in time that Wayline takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimestampError {
    /// Neither RFC 3339, nor `YYYY-MM-DD HH:MM:SS`, nor Unix seconds or milliseconds.
    #[error(
        "not a timestamp: give RFC 3339, YYYY-MM-DD HH:MM:SS (UTC), or Unix seconds or milliseconds"
    )]
    Malformed,
    /// Before 1990 or after 2199: almost surely a wrong unit or a default value.
    #[error("timestamp out of range: before 1990 or after 2199")]
    OutOfRange,
}

/// 1990-01-01T00:00:00Z: no log of searches is older.
const EARLIEST: i64 = 631_152_000_000;
/// 2200-01-01T00:00:00Z.
const LATEST: i64 = 7_258_118_400_000;
/// Integers from here on are milliseconds, smaller ones seconds (10¹¹ s is the year 5138).
const FIRST_MILLISECONDS: i64 = 100_000_000_000;
const DAY: i64 = 86_400_000;

impl Timestamp {
    /// From milliseconds since the Unix epoch, unchecked.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// From an integer of an event: seconds, or milliseconds from 10¹¹ on.
    ///
    /// # Errors
    /// [`TimestampError::OutOfRange`] outside 1990 to 2199.
    pub fn from_unix(value: i64) -> Result<Self, TimestampError> {
        let millis = if value >= FIRST_MILLISECONDS {
            value
        } else {
            value.saturating_mul(1_000)
        };
        Self(millis).checked()
    }

    /// The same, refused outside 1990 to 2199.
    ///
    /// # Errors
    /// [`TimestampError::OutOfRange`].
    pub fn checked(self) -> Result<Self, TimestampError> {
        if (EARLIEST..LATEST).contains(&self.0) {
            Ok(self)
        } else {
            Err(TimestampError::OutOfRange)
        }
    }

    /// Days since the Unix epoch, in UTC.
    #[must_use]
    pub const fn day(self) -> i64 {
        self.0.div_euclid(DAY)
    }

    /// Days from `earlier` to this, with fractions; negative if `earlier` is later.
    #[must_use]
    pub fn days_since(self, earlier: Self) -> f64 {
        (self.0 - earlier.0) as f64 / DAY as f64
    }

    /// Reads the common fixed forms `YYYY-MM-DD?HH:MM:SS` with an optional `Z` without the
    /// generality (and cost) of a full parser.
    fn from_fixed_form(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let bytes = match bytes {
            [rest @ .., b'Z'] if rest.len() == 19 => rest,
            _ if bytes.len() == 19 => bytes,
            _ => return None,
        };
        if bytes[4] != b'-'
            || bytes[7] != b'-'
            || !matches!(bytes[10], b' ' | b'T')
            || bytes[13] != b':'
            || bytes[16] != b':'
        {
            return None;
        }
        let number = |range: std::ops::Range<usize>| -> Option<i64> {
            bytes[range].iter().try_fold(0_i64, |sum, digit| {
                digit
                    .is_ascii_digit()
                    .then(|| sum * 10 + i64::from(digit - b'0'))
            })
        };
        let date = jiff::civil::Date::new(
            number(0..4)? as i16,
            number(5..7)? as i8,
            number(8..10)? as i8,
        )
        .ok()?;
        let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let days = i64::from((date - jiff::civil::date(1970, 1, 1)).get_days());
        Some(Self(
            days * DAY + (hour * 3_600 + minute * 60 + second) * 1_000,
        ))
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    /// Reads any of the forms that an event's `timestamp` may have.
    fn from_str(text: &str) -> Result<Self, TimestampError> {
        let text = text.trim();
        if let Some(time) = Self::from_fixed_form(text) {
            return time.checked();
        }
        if let Ok(seconds_or_millis) = text.parse::<i64>() {
            return Self::from_unix(seconds_or_millis);
        }
        if let Ok(time) = text.parse::<jiff::Timestamp>() {
            return Self(time.as_millisecond()).checked();
        }
        let civil = text
            .parse::<jiff::civil::DateTime>()
            .map_err(|_| TimestampError::Malformed)?;
        let zoned = civil
            .to_zoned(jiff::tz::TimeZone::UTC)
            .map_err(|_| TimestampError::Malformed)?;
        Self(zoned.timestamp().as_millisecond()).checked()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(time) => write!(formatter, "{time}"),
            Err(_) => write!(formatter, "{} ms", self.0),
        }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            serializer.serialize_i64(self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
            text.parse().map_err(serde::de::Error::custom)
        } else {
            i64::deserialize(deserializer).map(Self)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_an_event_means_the_same_moment() {
        let expected = Timestamp::from_millis(1_714_564_800_000);
        for form in [
            "2024-05-01 12:00:00",
            "2024-05-01T12:00:00Z",
            "2024-05-01T12:00:00",
            "2024-05-01T14:00:00+02:00",
            "1714564800",
            "1714564800000",
            " 2024-05-01T12:00:00.000Z ",
        ] {
            assert_eq!(form.parse(), Ok(expected), "{form}");
        }
    }

    #[test]
    fn nonsense_is_refused_with_its_reason() {
        for form in [
            "",
            "yesterday",
            "2024-13-01 00:00:00",
            "2024-05-01 25:00:00",
            "-",
        ] {
            assert_eq!(
                form.parse::<Timestamp>(),
                Err(TimestampError::Malformed),
                "{form}"
            );
        }
        for form in ["0", "0001-01-01T00:00:00Z", "99999999999999999"] {
            assert_eq!(
                form.parse::<Timestamp>(),
                Err(TimestampError::OutOfRange),
                "{form}"
            );
        }
    }

    #[test]
    fn text_form_reads_back() {
        let time = Timestamp::from_millis(1_714_564_800_123);
        assert_eq!(time.to_string().parse(), Ok(time));
    }
}
