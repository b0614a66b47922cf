//! Any bytes as a row of CSV and of TSV: `cargo +nightly fuzz run separated_row`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wayline::nouns::Actions;
use wayline_files::read::{ReadOptions, RowHeader, csv_row, tsv_row};

fuzz_target!(|bytes: &[u8]| {
    let Ok(actions) = Actions::new([("search", 1.0), ("save", 1.0)]) else {
        return;
    };
    let options = ReadOptions::new(&actions);
    let fields = ["user_id", "timestamp", "action", "query", "annotations"].map(str::to_owned);
    let Ok(header) = RowHeader::new(&fields, &options) else {
        return;
    };
    for parsed in [
        csv_row(bytes, &header, &options),
        tsv_row(bytes, &header, &options),
    ] {
        if let Ok(Some(row)) = parsed {
            assert!(!row.user_id.trim().is_empty());
            assert!(row.time.checked().is_ok());
        }
    }
});
