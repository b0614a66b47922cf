//! How Kafka is reached, for the commands that do.

use std::path::PathBuf;

use anyhow::{Context as _, Result, anyhow};
use clap::Args;

/// Settings of librdkafka.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct KafkaArgs {
    /// A setting of librdkafka; may be given several times
    #[arg(long = "kafka", value_name = "NAME=VALUE")]
    given: Vec<String>,

    /// A file of such settings, a line each; for passwords
    #[arg(long = "kafka-file", value_name = "FILE", env = "WAYLINE_KAFKA_FILE")]
    file: Option<PathBuf>,
}

impl KafkaArgs {
    /// All of them; those of the command line come last and count.
    pub(crate) fn settings(&self) -> Result<Vec<(String, String)>> {
        let mut settings = Vec::new();
        if let Some(path) = &self.file {
            let name = path.display();
            let text =
                std::fs::read_to_string(path).with_context(|| format!("can't read {name}"))?;
            for (number, line) in (1..).zip(text.lines()) {
                let line = line.trim();
                if line.is_empty() || line.starts_with('#') {
                    continue;
                }
                // Without the line, which may hold a password.
                let setting = setting(line).map_err(|reason| anyhow!("{name}:{number}: {reason}"));
                settings.push(setting?);
            }
        }
        for given in &self.given {
            let setting = setting(given).map_err(|reason| anyhow!("--kafka: {reason}"));
            settings.push(setting?);
        }
        Ok(settings)
    }
}

fn setting(text: &str) -> Result<(String, String), String> {
    let (name, value) = text
        .split_once('=')
        .ok_or("write a setting as NAME=VALUE")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}
