//! The parsers of single rows take any bytes.

use proptest::prelude::*;
use wayline_files::read::{ReadOptions, RowHeader, csv_row, json_row, tsv_row};

use crate::common::actions;

fn header(options: &ReadOptions<'_>) -> RowHeader {
    let fields = ["user_id", "timestamp", "query", "annotations"].map(str::to_owned);
    RowHeader::new(&fields, options).expect("a good header")
}

/// Bytes that look like rows often enough to get past the first check.
fn row_like() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"{\"user_id\":\"u\",\"timestamp\":1714564800,".to_vec()),
        Just(b"\"query\":\"a\"}".to_vec()),
        Just(b"\"annotations\":[\"x\",".to_vec()),
        Just(b"u,1714564800,".to_vec()),
        Just(b"u\t1714564800\t".to_vec()),
        Just(b"\"".to_vec()),
        Just(b",".to_vec()),
        Just(b"\\u00e9".to_vec()),
        proptest::collection::vec(any::<u8>(), 0..8),
    ];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_bytes_make_a_parser_panic(bytes in prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..200),
        row_like(),
    ]) {
        let actions = actions();
        let options = ReadOptions::new(&actions);
        let header = header(&options);
        for parsed in [
            json_row(&bytes, &options),
            csv_row(&bytes, &header, &options),
            tsv_row(&bytes, &header, &options),
        ] {
            if let Ok(Some(row)) = parsed {
                prop_assert!(!row.user_id.trim().is_empty());
                prop_assert!(row.time.checked().is_ok());
                prop_assert!(row.query.is_some());
            }
        }
    }

    #[test]
    fn what_is_written_as_json_is_read(user_id in "\\PC*[a-z]\\PC*", query in "\\PC*[a-z]\\PC*", annotation in "[a-z é|]*") {
        let actions = actions();
        let options = ReadOptions::new(&actions);
        let line = serde_json::json!({
            "user_id": user_id, "timestamp": 1_714_564_800, "query": query, "annotations": [annotation],
        });
        let row = json_row(line.to_string().as_bytes(), &options).expect("an event").expect("kept");
        prop_assert_eq!(row.user_id, user_id);
        prop_assert_eq!(row.query, Some(query));
        let kept: Vec<&str> = Some(annotation.trim()).filter(|text| !text.is_empty()).into_iter().collect();
        prop_assert_eq!(row.annotations, kept);
    }

    #[test]
    fn a_quoted_csv_field_is_read_as_it_is(query in "[a-z,\"\n]*[a-z][a-z,\"\n]*") {
        let actions = actions();
        let options = ReadOptions::new(&actions);
        let row = format!("u,1714564800,\"{}\",", query.replace('"', "\"\""));
        let row = csv_row(row.as_bytes(), &header(&options), &options).expect("an event").expect("kept");
        prop_assert_eq!(row.query, Some(query));
    }
}
