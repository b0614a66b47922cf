//! Texts, lists and scripts that are larger or other than usual.

use crate::support::{Folder, text};

#[test]
fn a_query_of_a_megabyte_is_counted() {
    let long = "x".repeat(1 << 20);
    let log = format!(
        "{{\"user_id\":\"u\",\"timestamp\":1700000000,\"query\":\"{long}\"}}\n\
         {{\"user_id\":\"u\",\"timestamp\":1700000000,\"query\":\"barn\"}}\n"
    );
    let ran = Folder::with("x.jsonl", log).infer("x.jsonl", "").ok();
    assert_eq!((ran.count("events"), ran.count("  text_too_long")), (1, 1));
    let told = "`query` has 1048576 bytes, more than 4096";
    assert!(
        ran.stderr.contains(told) && ran.stderr.len() < 2_000,
        "{}",
        ran.stderr
    );
}

#[test]
fn a_row_of_twenty_megabytes_is_counted() {
    let long = "x".repeat(20 << 20);
    let log = format!(
        "{{\"user_id\":\"{long}\"}}\n{{\"user_id\":\"u\",\"timestamp\":1700000000,\"query\":\"barn\"}}\n"
    );
    let ran = Folder::with("x.jsonl", log).infer("x.jsonl", "").ok();
    assert_eq!((ran.count("events"), ran.count("  row_too_long")), (1, 1));
}

#[test]
fn a_thousand_annotations_have_a_row_each() {
    let annotations: Vec<String> = (0..1_000).map(|n| format!("\"note {n:04}\"")).collect();
    let log = format!(
        "{{\"user_id\":\"u\",\"timestamp\":1700000000,\"action\":\"save\",\"item_id\":\"i\",\"annotations\":[{}]}}\n",
        annotations.join(",")
    );
    let folder = Folder::with("x.jsonl", log);
    let ran = folder.infer("x.jsonl", "").ok();
    assert_eq!(ran.count("keywords"), 1_000);
    // The default looks at 64 of them.
    assert_eq!(ran.count("  over_cap"), 936);
    assert_eq!(folder.keywords().len(), 1_000);
    folder.write("all.toml", "[extract]\nmax_annotations_per_item = 1000\n");
    let ran = folder.infer("x.jsonl", "--config @all.toml").ok();
    assert_eq!(ran.count("  over_cap"), 0);
}

#[test]
fn ten_thousand_and_one_annotations_are_a_reject() {
    let annotations = vec!["\"a\""; 10_001].join(",");
    let row = |list: &str| {
        format!(
            "{{\"user_id\":\"u\",\"timestamp\":1700000000,\"action\":\"save\",\"item_id\":\"i\",\"annotations\":[{list}]}}\n"
        )
    };
    let log = row(&annotations) + &row("\"a\"");
    let ran = Folder::with("x.jsonl", log).infer("x.jsonl", "").ok();
    assert_eq!((ran.count("events"), ran.count("  list_too_long")), (1, 1));
}

#[test]
fn every_script_survives() {
    // As typed, and as it stands in the results: NFKC, lower case, single spaces.
    let texts = [
        ("👩‍👩‍👧 Party 🎉", "👩‍👩‍👧 party 🎉"),
        ("حفل  زفاف", "حفل زفاف"),
        ("שלום עולם", "שלום עולם"),
        ("e\u{301}toile", "étoile"),
        ("ﬁreplace", "fireplace"),
        ("STRASSE Straße", "strasse straße"),
        ("ΟΔΟΣ", "οδος"),
        ("日本語\u{3000}旅行", "日本語 旅行"),
        ("q\u{323}\u{307}", "q\u{323}\u{307}"),
        ("हिन्दी", "हिन्दी"),
    ];
    let log: String = texts
        .iter()
        .map(|(typed, _)| {
            format!("{{\"user_id\":\"ü👤\",\"timestamp\":1700000000,\"query\":\"{typed}\"}}\n")
        })
        .collect();
    let folder = Folder::with("x.jsonl", log);
    let ran = folder.infer("x.jsonl", "").ok();
    assert_eq!(ran.count("keywords"), texts.len() as u64);
    let keywords = folder.keywords();
    let mut found: Vec<&str> = keywords.iter().map(|row| text(row, "keyword")).collect();
    let mut expected: Vec<&str> = texts.iter().map(|(_, normal)| *normal).collect();
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected);
    assert!(keywords.iter().all(|row| text(row, "user_id") == "ü👤"));
}

#[test]
fn a_thousand_equal_items_are_grouped() {
    let log: String = (0..1_000)
        .map(|n| format!(
            "{{\"user_id\":\"u\",\"timestamp\":{},\"action\":\"save\",\"item_id\":\"i{n}\",\"title\":\"Barn\",\"annotations\":[\"a\",\"b\",\"c\",\"d\",\"e\"]}}\n",
            1_600_000_000 + n * 80_000
        ))
        .collect();
    let folder = Folder::with("x.jsonl", log);
    let ran = folder.infer("x.jsonl", "").ok();
    assert_eq!((ran.count("journeys"), ran.count("  in journeys")), (1, 5));
    assert_eq!(folder.journeys()[0]["events"], 1_000);
}

#[test]
fn one_unit_is_no_journey() {
    let folder = Folder::with(
        "x.jsonl",
        "{\"user_id\":\"u\",\"timestamp\":1700000000,\"query\":\"barn\"}\n",
    );
    let ran = folder.infer("x.jsonl", "").ok();
    assert_eq!(
        (
            ran.count("journeys"),
            ran.count("keywords"),
            ran.count("  one_off")
        ),
        (0, 1, 1)
    );
    assert!(folder.journeys().is_empty());
}

#[test]
fn two_units_are_grouped_or_left_over() {
    let log = "{\"user_id\":\"u\",\"timestamp\":1700000000,\"query\":\"red barn\"}\n\
               {\"user_id\":\"u\",\"timestamp\":1700000009,\"query\":\"red barn wedding\"}\n";
    let folder = Folder::with("x.jsonl", log);
    let ran = folder.infer("x.jsonl", "").ok();
    assert_eq!(ran.count("keywords"), 2);
    assert_eq!(folder.keywords().len(), 2);
}

#[test]
fn items_without_any_text_give_no_keyword() {
    let log: String = (0..100)
        .map(|n| {
            format!(
                "{{\"user_id\":\"u\",\"timestamp\":{},\"action\":\"save\",\"item_id\":\"i{n}\"}}\n",
                1_600_000_000 + n
            )
        })
        .collect();
    let folder = Folder::with("x.jsonl", log);
    let ran = folder.infer("x.jsonl", "").ok();
    assert_eq!((ran.count("people"), ran.count("keywords")), (1, 0));
    assert_eq!(ran.count("journeys"), 0);
}

#[test]
fn everything_at_one_moment_is_one_visit() {
    let log: String = (0..200)
        .map(|n| {
            format!(
                "{{\"user_id\":\"u{}\",\"timestamp\":1700000000,\"query\":\"barn number {n}\"}}\n",
                n % 4
            )
        })
        .collect();
    let folder = Folder::with("x.jsonl", log);
    let ran = folder.infer("x.jsonl", "").ok();
    assert_eq!((ran.count("people"), ran.count("keywords")), (4, 200));
    for journey in folder.journeys() {
        assert_eq!(journey["visits"], 1);
        assert_eq!(journey["started_at"], journey["last_active_at"]);
    }
}

#[test]
fn goals_of_one_moment_are_kept_apart() {
    let goals = [
        [
            "barn wedding lights",
            "barn wedding cake",
            "rustic barn wedding dress",
        ],
        [
            "chrysler engine oil",
            "chrysler engine gasket",
            "1966 chrysler engine rebuild",
        ],
        [
            "vegan lasagna recipe",
            "vegan pasta recipe",
            "vegan lasagna without cheese",
        ],
        [
            "hip pain exercises",
            "hip pain when running",
            "stretches for hip pain",
        ],
    ];
    // At one moment, and each goal on a day of its own.
    for days_between in [0, 3] {
        let queries = goals.iter().zip(0..);
        let queries = queries.flat_map(|(goal, day)| goal.iter().map(move |it| (day, it)));
        let log: String = queries
            .map(|(day, query)| {
                let time = 1_700_000_000 + day * days_between * 86_400;
                format!("{{\"user_id\":\"u\",\"timestamp\":{time},\"query\":\"{query}\"}}\n")
            })
            .collect();
        let folder = Folder::with("x.jsonl", log);
        folder.infer("x.jsonl", "").ok();
        let journeys = folder.journeys();
        assert!(journeys.len() >= 3, "{}", journeys.len());
        for journey in journeys {
            let keywords = journey["keywords"].as_array().expect("a list");
            let keywords: Vec<&str> = keywords
                .iter()
                .filter_map(|it| it["keyword"].as_str())
                .collect();
            let served = |goal: &&[&str; 3]| keywords.iter().any(|it| goal.contains(it));
            assert_eq!(goals.iter().filter(served).count(), 1, "{keywords:?}");
        }
    }
}

#[test]
fn where_every_keyword_is_generic_nothing_is_a_journey() {
    // Everybody has the same three annotations on everything.
    let log: String = (0..400)
        .map(|n| {
            format!(
                "{{\"user_id\":\"u{}\",\"timestamp\":{},\"action\":\"save\",\"item_id\":\"i{n}\",\"annotations\":[\"ideas\",\"home\",\"style\"]}}\n",
                n / 10,
                1_600_000_000 + n * 9_000
            )
        })
        .collect();
    let folder = Folder::with("x.jsonl", log);
    let ran = folder.infer("x.jsonl", "").ok();
    assert_eq!((ran.count("people"), ran.count("journeys")), (40, 0));
    assert_eq!((ran.count("keywords"), ran.count("  generic")), (120, 120));
}

#[test]
fn a_year_in_one_visit_is_grouped_by_what_is_left() {
    // An event every twenty minutes for a year never ends the visit; two goals by text.
    let log: String = (0..26_000)
        .map(|n| {
            let goal = ["barn wedding", "engine oil"][n % 2];
            format!(
                "{{\"user_id\":\"u\",\"timestamp\":{},\"query\":\"{goal} {}\"}}\n",
                1_600_000_000 + n * 1_200,
                n % 60
            )
        })
        .collect();
    let folder = Folder::with("x.jsonl", log);
    let ran = folder.infer("x.jsonl", "").ok();
    assert_eq!(ran.count("keywords"), 60);
    assert!(ran.count("journeys") >= 1);
    for journey in folder.journeys() {
        assert_eq!(journey["visits"], 1);
    }
    for row in folder.keywords() {
        assert_ne!(row["journey_id"].is_null(), row["reason"].is_null());
    }
}

#[test]
fn twenty_thousand_searches_of_one_person_cost_no_more_than_the_cap() {
    let log: String = (0..20_000)
        .map(|n| {
            format!(
                "{{\"user_id\":\"u\",\"timestamp\":{},\"query\":\"goal{} part{n}\"}}\n",
                1_600_000_000 + n * 1_500,
                n / 100
            )
        })
        .collect();
    let folder = Folder::with("x.jsonl", log);
    let ran = folder.infer("x.jsonl", "").ok();
    assert_eq!(
        (ran.count("keywords"), ran.count("  over_cap")),
        (20_000, 19_000)
    );
    // The newest are looked at.
    assert!(
        folder
            .keywords()
            .iter()
            .any(|row| { row["keyword"] == "goal199 part19999" && row["reason"] != "over_cap" })
    );
}
