//! What was asked, read again.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

/// A line of the data, as far as replies refer to it.
#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    keywords: Vec<Vec<Value>>,
}

/// The numbers of the keywords in a question that [`request`](super::request) made. Who has only the
/// conversation can check its reply by them ([`Reply::check_against`](super::Reply::check_against)).
///
/// # Errors
/// It is no such question; the text says why.
pub fn numbers(asked: &str) -> Result<BTreeSet<u32>, String> {
    let inner = asked
        .strip_prefix("<data>\n")
        .and_then(|it| it.strip_suffix("</data>"))
        .ok_or("the question isn't data between <data> and </data>")?;
    let mut numbers = BTreeSet::new();
    for line in inner.lines() {
        let line: Line = serde_json::from_str(line).map_err(|error| error.to_string())?;
        for keyword in line.keywords {
            let number = keyword.first().and_then(Value::as_u64);
            let number = number.and_then(|it| u32::try_from(it).ok());
            numbers.insert(number.ok_or("a keyword of the data has no number")?);
        }
    }
    Ok(numbers)
}
