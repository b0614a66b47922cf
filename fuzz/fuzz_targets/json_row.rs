//! Any bytes as a line of JSON: `cargo +nightly fuzz run json_row`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wayline::nouns::Actions;
use wayline_files::read::{ReadOptions, json_row};

fuzz_target!(|bytes: &[u8]| {
    let Ok(actions) = Actions::new([("search", 1.0), ("save", 1.0)]) else {
        return;
    };
    let options = ReadOptions::new(&actions);
    if let Ok(Some(row)) = json_row(bytes, &options) {
        assert!(!row.user_id.trim().is_empty());
        assert!(row.time.checked().is_ok());
    }
});
