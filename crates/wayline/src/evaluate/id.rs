use serde::de::{Deserialize, Deserializer, Error, Visitor};
use std::fmt;

/// The id of a person or of a journey as it stood in JSON: a text or a whole number.
///
/// The two kinds are never equal, `"7"` is not `7`: the reference scorer of simulations tells them
/// apart, those of missions and annotations compare people by their [text](fmt::Display).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Id {
    /// A JSON string.
    Text(String),
    /// A JSON integer.
    Number(i128),
}

impl Id {
    /// Whether the id says nothing: an empty text or zero.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::Number(number) => *number == 0,
        }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => number.fmt(f),
        }
    }
}

impl From<&str> for Id {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Id {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Id {
    fn from(number: i64) -> Self {
        Self::Number(number.into())
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyId;
        impl Visitor<'_> for AnyId {
            type Value = Id;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an id: a string or an integer")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Id, E> {
                Ok(text.into())
            }
            fn visit_string<E: Error>(self, text: String) -> Result<Id, E> {
                Ok(text.into())
            }
            fn visit_i64<E: Error>(self, number: i64) -> Result<Id, E> {
                Ok(number.into())
            }
            fn visit_u64<E: Error>(self, number: u64) -> Result<Id, E> {
                Ok(Id::Number(number.into()))
            }
        }
        deserializer.deserialize_any(AnyId)
    }
}
