//! Counts the people of a log, to see how fast and in how much memory it is grouped:
//! `count_people INPUT... [--as-read] [--memory-mib 256] [--workers 2]`.

use std::error::Error;
use std::time::Instant;

use wayline::nouns::{Actions, PersonLog};
use wayline_files::group::{GroupOptions, Grouping, for_each_person};
use wayline_files::read::{Inputs, ReadOptions};

fn main() -> Result<(), Box<dyn Error>> {
    let mut group = GroupOptions::default();
    let mut workers = 2;
    let mut names = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut number = || arguments.next().unwrap_or_default().parse::<u64>();
        match argument.as_str() {
            "--as-read" => group.grouping = Grouping::AsRead,
            "--memory-mib" => group.memory_bytes = number()? << 20,
            "--workers" => workers = number()?.max(1) as usize,
            _ => names.push(argument),
        }
    }
    let actions = Actions::new(["search", "closeup", "save", "click"].map(|name| (name, 1.0)))?;
    let mut options = ReadOptions::new(&actions);
    options.parse_threads = workers;
    let start = Instant::now();
    let count = |(people, events): &mut (u64, u64), log: &mut PersonLog| {
        *people += 1;
        *events += log.events.len() as u64;
        Ok::<(), std::convert::Infallible>(())
    };
    let (states, summary) = for_each_person(
        &Inputs::find(&names)?,
        &options,
        &group,
        vec![(0, 0); workers],
        count,
    )?;
    let people: u64 = states.iter().map(|state| state.0).sum();
    let events: u64 = states.iter().map(|state| state.1).sum();
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{people} people, {events} events, {} rejects in {seconds:.2} s, {:.0} rows/s",
        summary.rejected(),
        summary.rows as f64 / seconds
    );
    if let Ok(status) = std::fs::read_to_string("/proc/self/status")
        && let Some(peak) = status.lines().find(|line| line.starts_with("VmHWM"))
    {
        println!("{peak}");
    }
    Ok(())
}
