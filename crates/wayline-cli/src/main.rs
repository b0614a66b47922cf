//! The wayline command.

mod commands;

fn main() -> anyhow::Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_default();
    let json = std::env::args().any(|argument| argument == "--json");
    commands::evaluate_texts::run(folder.as_ref(), json)
}
