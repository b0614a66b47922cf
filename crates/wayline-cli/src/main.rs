//! The `wayline` command: puts the rooms of the library and the adapters of the outside world
//! together.

mod asking;
mod commands;
// Some of it is for the stream alone.
#[cfg_attr(not(feature = "kafka"), allow(dead_code, unused_imports))]
mod live;
mod plots;
mod run;
mod serve;
#[cfg(feature = "kafka")]
mod stream;

use std::process::ExitCode;

use clap::Parser;

/// A person's data are thousands of small texts and lists, made on one thread and freed on another:
/// with this allocator a run takes a tenth less time than with the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Says which journeys people are on, from the log of what they search, open, save and click.
///
/// A journey is a goal that one person pursues over days to years: planning a barn wedding,
/// restoring a car, eating vegan. `wayline infer` reads a log and writes every person's journeys,
/// each with a name, its keywords, a stage, a confidence and a rank.
///
/// New here? `wayline demo` shows it on made-up people within seconds.
#[derive(Parser)]
#[command(
    name = "wayline",
    version,
    after_help = "Every command explains itself: wayline COMMAND --help"
)]
enum Cli {
    Infer(commands::infer::InferArgs),
    Update(commands::update::UpdateArgs),
    Sweep(commands::sweep::SweepArgs),
    Serve(commands::serve::ServeArgs),
    Stream(commands::stream::StreamArgs),
    #[command(subcommand)]
    Store(commands::store::StoreCommand),
    Explain(commands::explain::ExplainArgs),
    Demo(commands::demo::DemoArgs),
    #[command(subcommand)]
    Corpus(commands::corpus::CorpusCommand),
    #[command(subcommand)]
    Expand(commands::expand::ExpandCommand),
    #[command(subcommand)]
    Safety(commands::safety::SafetyCommand),
    Simulate(commands::simulate::SimulateArgs),
    Evaluate(commands::evaluate::EvaluateArgs),
    Compare(commands::compare::CompareArgs),
    Judge(Box<commands::judge::JudgeArgs>),
    #[command(subcommand)]
    Llm(commands::llm::LlmCommand),
    #[command(subcommand)]
    Annotate(commands::annotate::AnnotateCommand),
    #[command(subcommand)]
    Train(commands::train::TrainCommand),
    Config(commands::config::ConfigArgs),
    Doctor(commands::doctor::DoctorArgs),
}

/// The status of a command that says by 1 that something was found, not that it couldn't be done.
const COULD_NOT_BE_DONE: u8 = 2;

fn main() -> ExitCode {
    let done = match Cli::parse() {
        Cli::Compare(args) => {
            let compared = commands::compare::run(&args);
            return compared.unwrap_or_else(|error| {
                told(&error);
                ExitCode::from(COULD_NOT_BE_DONE)
            });
        }
        Cli::Infer(args) => commands::infer::run(&args),
        Cli::Update(args) => commands::update::run(&args),
        Cli::Serve(args) => commands::serve::run(&args),
        Cli::Stream(args) => commands::stream::run(&args),
        Cli::Sweep(args) => commands::sweep::run(&args),
        Cli::Store(command) => commands::store::run(&command),
        Cli::Explain(args) => commands::explain::run(&args),
        Cli::Demo(args) => commands::demo::run(&args),
        Cli::Corpus(command) => commands::corpus::run(&command),
        Cli::Expand(command) => commands::expand::run(&command),
        Cli::Safety(command) => commands::safety::run(&command),
        Cli::Simulate(args) => commands::simulate::run(args),
        Cli::Evaluate(args) => commands::evaluate::run(args),
        Cli::Llm(command) => commands::llm::run(&command),
        Cli::Judge(args) => commands::judge::run(&args),
        Cli::Annotate(command) => commands::annotate::run(&command),
        Cli::Train(command) => commands::train::run(&command),
        Cli::Config(args) => commands::config::run(&args),
        Cli::Doctor(args) => commands::doctor::run(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read the output has seen enough, as `head` has.
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            told(&error);
            ExitCode::FAILURE
        }
    }
}

fn told(error: &anyhow::Error) {
    eprintln!("wayline: {}", told_once(error));
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let mut causes = error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>());
    causes.any(|cause| cause.kind() == std::io::ErrorKind::BrokenPipe)
}

/// The error and its causes on one line, each said once: many errors quote their cause.
fn told_once(error: &anyhow::Error) -> String {
    let mut told = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if !told.contains(cause.trim()) {
            let separator = if told.is_empty() { "" } else { ": " };
            told = format!("{told}{separator}{}", cause.trim());
        }
    }
    told
}
