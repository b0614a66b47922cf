use super::*;
use crate::config::Config;
use crate::nouns::{EventFields, LeftOver, Source, Timestamp};

struct Row<'a> {
    seconds: i64,
    action: &'a str,
    query: Option<&'a str>,
    item_id: Option<&'a str>,
    title: Option<&'a str>,
    annotations: &'a [&'a str],
    url: Option<&'a str>,
}

const DAY: i64 = 86_400;

const NOTHING: Row<'static> = Row {
    seconds: 0,
    action: "search",
    query: None,
    item_id: None,
    title: None,
    annotations: &[],
    url: None,
};

fn extracted(rows: &[Row<'_>], settings: &str) -> Result<Extracted, Automated> {
    let config = Config::from_toml(settings).expect("good settings");
    let mut log = PersonLog::new("p");
    for row in rows {
        log.push(&EventFields {
            time: Timestamp::from_millis(1_700_000_000_000 + row.seconds * 1_000),
            action: config.actions.find(row.action).expect("a known action"),
            event_id: None,
            query: row.query,
            item_id: row.item_id,
            title: row.title,
            annotations: row.annotations,
            interests: &[],
            board: None,
            url: row.url,
        });
    }
    log.sort();
    extract(&log, &config.actions, &config.extract)
}

fn search(seconds: i64, query: &str) -> Row<'_> {
    Row {
        seconds,
        query: Some(query),
        ..NOTHING
    }
}

fn closeup<'a>(seconds: i64, item_id: &'a str, annotations: &'a [&'a str]) -> Row<'a> {
    Row {
        seconds,
        action: "closeup",
        item_id: Some(item_id),
        annotations,
        ..NOTHING
    }
}

#[test]
fn a_query_in_two_spellings_is_one_keyword_and_one_unit() {
    let result = extracted(
        &[search(0, "Barn  Wedding"), search(90_000, "barn wedding")],
        "",
    )
    .expect("a human");
    assert_eq!(result.keywords.len(), 1);
    assert_eq!(result.keywords[0].text, "barn wedding");
    assert_eq!(
        (result.keywords[0].count, result.keywords[0].visits),
        (2, 2)
    );
    assert_eq!(result.units.len(), 1);
    assert_eq!(result.units[0].occurrences.len(), 2);
    assert_eq!(result.visits, 2);
}

#[test]
fn an_item_belongs_softly_to_the_searches_before_it() {
    let rows = [
        search(0, "arch"),
        search(60, "veil"),
        closeup(120, "i1", &["lace"]),
        closeup(5_000, "i2", &["lace"]),
    ];
    let result = extracted(&rows, "").expect("a human");
    let item = result
        .units
        .iter()
        .find(|unit| unit.key == "i1")
        .expect("the item");
    let key = |unit: u32| result.units[unit as usize].key.as_str();
    let context: Vec<(&str, f32)> = item
        .context
        .iter()
        .map(|(unit, weight)| (key(*unit), *weight))
        .collect();
    assert_eq!(context.len(), 2);
    assert_eq!(context[0].0, "arch");
    assert!((context[0].1 - 0.3 * (-1.0_f32).exp()).abs() < 1e-5);
    assert!((context[1].1 - (-0.5_f32).exp()).abs() < 1e-5);
    let later = result
        .units
        .iter()
        .find(|unit| unit.key == "i2")
        .expect("the item");
    assert!(
        later.context.is_empty(),
        "another visit has another context"
    );
    let arch = result
        .units
        .iter()
        .find(|unit| unit.key == "arch")
        .expect("the search");
    assert_eq!(arch.context.len(), 1, "a search knows the items it led to");
}

#[test]
fn a_search_with_its_click_knows_the_host_and_the_home_page() {
    let row = |seconds, url| Row {
        url: Some(url),
        ..search(seconds, "example.com")
    };
    let result = extracted(
        &[
            row(0, "http://www.example.com/"),
            row(9, "http://shop.example.org/x"),
        ],
        "",
    )
    .expect("a human");
    assert_eq!(result.hosts, ["example.com", "shop.example.org"]);
    assert_eq!(
        (result.keywords[0].clicks, result.keywords[0].home_clicks),
        (2, 1)
    );
    assert!(result.searches_only());
}

#[test]
fn items_without_an_id_are_told_apart_by_title_then_by_labels() {
    let untitled = |seconds, annotations| Row {
        action: "save",
        seconds,
        annotations,
        ..NOTHING
    };
    let rows = [
        Row {
            title: Some("A Barn"),
            ..untitled(0, &["x"])
        },
        Row {
            title: Some("A Barn"),
            ..untitled(1, &["y"])
        },
        untitled(2, &["y", "x"]),
        untitled(3, &["x", "y"]),
    ];
    let result = extracted(&rows, "").expect("a human");
    assert_eq!(result.units.len(), 2);
    assert!(result.units.iter().all(|unit| unit.events == 2));
}

#[test]
fn what_the_person_hides_is_named_hidden() {
    let rows = [
        closeup(0, "i1", &["clown"]),
        Row {
            action: "hide",
            ..closeup(9, "i1", &["clown"])
        },
        closeup(20, "i2", &["lace"]),
    ];
    let result = extracted(&rows, "").expect("a human");
    assert_eq!(result.keywords[0].unsupported, Some(LeftOver::Hidden));
    assert_eq!(result.keywords[1].unsupported, None);
    assert_eq!(result.units.len(), 1);
}

#[test]
fn the_cap_keeps_the_most_recent_units_and_names_the_rest() {
    let rows = [
        search(0, "oldest"),
        search(10, "middle"),
        search(20, "newest"),
    ];
    let result = extracted(&rows, "[extract]\nmax_units = 2").expect("a human");
    assert_eq!(result.units_over_cap, 1);
    let oldest = result
        .keywords
        .iter()
        .find(|keyword| keyword.text == "oldest")
        .expect("a row");
    assert_eq!(oldest.unsupported, Some(LeftOver::OverCap));
}

#[test]
fn nobody_acts_a_thousand_times_an_hour() {
    let rows: Vec<Row<'_>> = (0..30).map(|second| search(second, "again")).collect();
    assert_eq!(
        extracted(&rows, "[extract]\nmax_events_per_hour = 20"),
        Err(Automated::TooFast)
    );
    assert_eq!(
        extracted(&rows, "[extract]\nmax_events_per_person = 20"),
        Err(Automated::TooManyEvents)
    );
}

#[test]
fn an_ignored_action_leaves_keyword_rows_and_nothing_else() {
    let result =
        extracted(&[closeup(0, "i1", &["lace"])], "[actions]\ncloseup = 0").expect("a human");
    assert_eq!((result.ignored_events, result.events), (1, 0));
    assert!(result.units.is_empty());
    assert_eq!(result.keywords[0].unsupported, Some(LeftOver::Hidden));
    assert_eq!(result.keywords[0].count, 1);
}

#[test]
fn signs_alone_get_rows_and_are_no_evidence() {
    let rows = [
        search(0, "???"),
        search(9, "\u{200b}"),
        closeup(20, "i1", &["…", "lace"]),
        Row {
            query: Some("--"),
            ..closeup(30, "i2", &["veil"])
        },
    ];
    let result = extracted(&rows, "").expect("a human");
    let unsupported: Vec<_> = result
        .keywords
        .iter()
        .map(|it| (it.text.as_str(), it.count, it.unsupported))
        .collect();
    let no_words = Some(LeftOver::NoWords);
    let expected = [
        ("--", 1, no_words),
        ("...", 1, no_words),
        ("???", 1, no_words),
        ("lace", 1, None),
        ("veil", 1, None),
        ("\u{200b}", 1, no_words),
    ];
    assert_eq!(unsupported, expected);
    assert!(result.units.iter().all(|unit| unit.kind == UnitKind::Item));
    assert_eq!(result.units.len(), 2);
}

#[test]
fn a_hidden_items_query_is_hidden_too() {
    let row = Row {
        action: "hide",
        query: Some("clown"),
        ..closeup(0, "i1", &[])
    };
    let result = extracted(&[row], "").expect("a human");
    assert_eq!(result.keywords[0].unsupported, Some(LeftOver::Hidden));
}

#[test]
fn a_year_of_daily_searches_keeps_its_whole_span() {
    let rows: Vec<Row<'_>> = (0..365).map(|day| search(day * 86_400, "again")).collect();
    let result = extracted(&rows, "").expect("a human");
    let unit = &result.units[0];
    assert_eq!((unit.events, unit.visits), (365, 365));
    assert!(unit.occurrences.len() <= 64);
    assert_eq!(unit.occurrences[0].time, unit.first_seen);
    assert_eq!(unit.last_seen(), result.last_event);
}

#[test]
fn thousands_of_labels_all_get_their_rows() {
    let labels: Vec<String> = (0..20_000)
        .map(|number| format!("label {number}"))
        .collect();
    let own: Vec<[&str; 1]> = labels.iter().map(|label| [label.as_str()]).collect();
    let rows: Vec<Row<'_>> = own
        .iter()
        .zip(&labels)
        .enumerate()
        .map(|(number, (label, id))| closeup(number as i64 * 10, id, label))
        .collect();
    let result = extracted(&rows, "").expect("a human");
    assert_eq!(result.keywords.len(), 20_000);
}

#[test]
fn an_event_counts_a_keyword_once_wherever_it_stands() {
    let rows = [Row {
        query: Some("lace"),
        ..closeup(0, "i1", &["Lace", "lace"])
    }];
    let result = extracted(&rows, "").expect("a human");
    assert_eq!(result.keywords[0].count, 1);
    let sources: Vec<Source> = result.keywords[0].sources.iter().collect();
    assert_eq!(sources, [Source::Query, Source::Annotation]);
    assert_eq!(
        result.units.len(),
        2,
        "the search that the item names, and the item"
    );
}

#[test]
fn a_person_of_an_earlier_moment_is_near_to_what_was_extracted_then() {
    let rows = [
        search(0, "barn wedding"),
        closeup(60, "i1", &["lace veil", "barn"]),
        search(DAY, "barn wedding"),
        search(9 * DAY, "engine oil"),
        closeup(9 * DAY + 60, "i2", &["oil filter", "barn"]),
    ];
    let all = extracted(&rows, "").expect("a human");
    let then = extracted(&rows[..3], "").expect("a human");
    let until = all.until(Timestamp::from_millis(1_700_000_000_000 + 2 * DAY * 1_000));
    assert_eq!(until.units, then.units);
    let texts = |person: &Extracted| -> Vec<String> {
        let keywords = person.keywords.iter();
        keywords.map(|keyword| keyword.text.clone()).collect()
    };
    assert_eq!(texts(&until), texts(&then));
    assert_eq!((until.events, until.visits), (then.events, then.visits));
    assert_eq!(all.until(all.last_event), all);
    let before = all.until(Timestamp::from_millis(0));
    assert!(before.units.is_empty() && before.keywords.is_empty());
}
