//! One JSON object a line.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::raw::{Raw, RawList, RawRow};
use super::{Column, ColumnNames, Reason, RowError};

/// The values of one line. Reused from line to line.
#[derive(Default)]
pub(crate) struct JsonRow<'de> {
    values: [Value<'de>; 11],
    annotations: Vec<Cow<'de, str>>,
    interests: Vec<Cow<'de, str>>,
}

#[derive(Debug, Default)]
enum Value<'de> {
    #[default]
    Absent,
    Text(Cow<'de, str>),
    Int(i64),
    Uint(u64),
    Float(f64),
    List,
    Wrong(&'static str),
}

impl<'de> JsonRow<'de> {
    /// Reads a line; `unknown` is told the names that are no column.
    pub(crate) fn parse(
        &mut self,
        line: &'de [u8],
        names: &ColumnNames,
        unknown: &mut dyn FnMut(&str),
    ) -> Result<RawRow<'_>, RowError> {
        self.values = Default::default();
        self.annotations.clear();
        self.interests.clear();
        let text = std::str::from_utf8(line).map_err(|_| RowError::not_utf8(None))?;
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let object = ObjectVisitor {
            row: self,
            names,
            unknown,
        };
        deserializer
            .deserialize_map(object)
            .and_then(|()| deserializer.end())
            .map_err(|error| malformed(&error))?;
        Ok(self.raw())
    }

    fn raw(&self) -> RawRow<'_> {
        let mut row = RawRow::default();
        for column in Column::ALL {
            let value = &self.values[column as usize];
            if column.is_list() {
                let (slot, texts) = match column {
                    Column::Annotations => (&mut row.annotations, &self.annotations),
                    _ => (&mut row.interests, &self.interests),
                };
                *slot = match value {
                    Value::Absent => RawList::Absent,
                    Value::List => RawList::Texts(texts),
                    Value::Text(text) => RawList::Piped(text),
                    Value::Int(_) | Value::Uint(_) | Value::Float(_) => RawList::Wrong("a number"),
                    Value::Wrong(found) => RawList::Wrong(found),
                };
            } else {
                let raw = match value {
                    Value::Absent => Raw::Absent,
                    Value::Text(text) => Raw::Text(text),
                    Value::Int(value) => Raw::Int(*value),
                    Value::Uint(value) => Raw::Uint(*value),
                    Value::Float(value) => Raw::Float(*value),
                    Value::List => Raw::Wrong("a list"),
                    Value::Wrong(found) => Raw::Wrong(found),
                };
                row.set(column, raw);
            }
        }
        row
    }
}

fn malformed(error: &serde_json::Error) -> RowError {
    let detail = if error.is_data() {
        "the line is JSON, but not an object".to_owned()
    } else if error.is_eof() {
        format!("the line ends too early, at column {}", error.column())
    } else {
        // serde_json counts lines within the text it was given, which is always line 1.
        error.to_string().replace(" at line 1 column", " at column")
    };
    RowError::new(Reason::MalformedJson, detail)
}

struct ObjectVisitor<'row, 'de> {
    row: &'row mut JsonRow<'de>,
    names: &'row ColumnNames,
    unknown: &'row mut dyn FnMut(&str),
}

impl<'de> Visitor<'de> for ObjectVisitor<'_, 'de> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Key(key)) = map.next_key()? {
            match self.names.find(&key) {
                None => {
                    (self.unknown)(&key);
                    map.next_value::<IgnoredAny>()?;
                }
                Some(column) => {
                    let list = match column {
                        Column::Annotations => Some(&mut self.row.annotations),
                        Column::Interests => Some(&mut self.row.interests),
                        _ => None,
                    };
                    self.row.values[column as usize] = map.next_value_seed(ValueSeed { list })?;
                }
            }
        }
        Ok(())
    }
}

/// A key, borrowed where it has no escapes.
struct Key<'de>(Cow<'de, str>);

impl<'de> serde::Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match deserializer.deserialize_str(ValueSeed { list: None })? {
            Value::Text(text) => Ok(Self(text)),
            _ => Ok(Self(Cow::Borrowed(""))),
        }
    }
}

/// Takes a value of any type, so that a wrong one rejects the row with its column's name. A list
/// goes to `list` where the column is one.
struct ValueSeed<'list, 'de> {
    list: Option<&'list mut Vec<Cow<'de, str>>>,
}

impl<'de> DeserializeSeed<'de> for ValueSeed<'_, 'de> {
    type Value = Value<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueSeed<'_, 'de> {
    type Value = Value<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value<'de>, E> {
        Ok(Value::Int(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value<'de>, E> {
        Ok(i64::try_from(value).map_or(Value::Uint(value), Value::Int))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value<'de>, E> {
        Ok(Value::Float(value))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Value<'de>, E> {
        Ok(Value::Wrong("true or false"))
    }

    fn visit_unit<E>(self) -> Result<Value<'de>, E> {
        Ok(Value::Absent)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value<'de>, A::Error> {
        let Some(list) = self.list else {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(Value::List);
        };
        // A key may come twice in one object; the last one counts.
        list.clear();
        let mut wrong = false;
        while let Some(value) = seq.next_element_seed(ValueSeed { list: None })? {
            match value {
                Value::Text(text) => list.push(text),
                Value::Absent => {}
                _ => wrong = true,
            }
        }
        Ok(if wrong {
            Value::Wrong("a list with other things than texts")
        } else {
            Value::List
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value<'de>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value::Wrong("an object"))
    }
}
