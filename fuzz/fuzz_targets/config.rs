//! A user's config file: any text is read or refused, never a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wayline::config::Config;

fuzz_target!(|text: &str| {
    let _ = Config::from_toml(text);
});
