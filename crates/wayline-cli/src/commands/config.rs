//! `wayline config`: all settings with their defaults.

use std::io::Write;

use anyhow::Result;
use clap::Args;

/// Print all settings with their defaults and what they mean
///
/// The output is a TOML file. Keep the lines that you want to change and give them to
/// `wayline infer --config FILE`.
#[derive(Args, Debug)]
pub(crate) struct ConfigArgs {}

pub(crate) fn run(_: &ConfigArgs) -> Result<()> {
    std::io::stdout().write_all(wayline::config::DEFAULT_TOML.as_bytes())?;
    Ok(())
}
