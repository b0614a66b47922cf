//! The wayline command.

mod commands;

use clap::Parser;

#[derive(Parser)]
#[command(name = "wayline", version)]
enum Cli {
    Simulate(commands::simulate::SimulateArgs),
}

fn main() -> anyhow::Result<()> {
    match Cli::parse() {
        Cli::Simulate(args) => commands::simulate::run(args),
    }
}
