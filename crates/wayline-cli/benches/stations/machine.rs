//! What the machine can do at best, and the table of what stations make of it.

use std::hint::black_box;
use std::time::Instant;

use multiversion::multiversion;

const PASSES: usize = 3;

/// What the machine does in a second, on one thread.
pub(crate) struct Machine {
    /// Bytes read and bytes written of a plain copy in memory.
    memory: f64,
    /// Likewise in a cache.
    cache: f64,
    /// Multiply-adds in registers.
    multiply_adds: f64,
}

impl Machine {
    /// Measures all three.
    pub(crate) fn measure() -> Self {
        const ROUNDS: usize = 1_000_000;
        let sums = fastest(|| {
            black_box(multiply_add(black_box(ROUNDS)));
        });
        Self {
            memory: copied(64 << 20, 1),
            cache: copied(256 << 10, 1_000),
            multiply_adds: (ROUNDS * 64) as f64 / sums,
        }
    }

    /// Prints what was measured.
    pub(crate) fn describe(&self) {
        let [memory, cache, made] =
            [self.memory, self.cache, self.multiply_adds].map(|all| all / 1e9);
        println!("A copy moves {memory:.1} GB/s in memory, {cache:.1} GB/s in cache.");
        println!("Multiply-adds: {made:.1} thousand million a second.\n");
    }
}

/// Bytes a second of copying so many, again and again.
fn copied(bytes: usize, times: usize) -> f64 {
    let (from, mut to) = (vec![1_u8; bytes], vec![0_u8; bytes]);
    let seconds = fastest(|| {
        for _ in 0..times {
            black_box(&mut to).copy_from_slice(black_box(&from));
        }
    });
    (2 * bytes * times) as f64 / seconds
}

/// 64 sums that don't wait for each other, as plain products and sums, as the rooms make them.
#[multiversion(targets("x86_64+avx2"))]
fn multiply_add(rounds: usize) -> [f32; 64] {
    let mut sums = [1.0_f32; 64];
    for _ in 0..rounds {
        for sum in &mut sums {
            *sum = *sum * 0.999 + 0.001;
        }
    }
    sums
}

/// Seconds of the fastest pass.
fn fastest(mut pass: impl FnMut()) -> f64 {
    let seconds = (0..PASSES).map(|_| {
        let start = Instant::now();
        pass();
        start.elapsed().as_secs_f64()
    });
    seconds.fold(f64::INFINITY, f64::min)
}

/// What a station must do for all people together.
#[derive(Clone, Copy)]
pub(crate) struct Work {
    /// Bytes that must move.
    pub(crate) bytes: usize,
    /// Multiply-adds that must be made.
    pub(crate) multiply_adds: usize,
}

/// Prints a row for each station.
pub(crate) struct Table<'a, P> {
    machine: Machine,
    people: &'a [P],
    seconds: f64,
}

impl<'a, P> Table<'a, P> {
    /// Begins a table for some people.
    pub(crate) fn new(machine: Machine, people: &'a [P]) -> Self {
        println!("| station | µs | limit, µs | of | factor |\n|---|---|---|---|---|");
        Self {
            machine,
            people,
            seconds: 0.0,
        }
    }

    /// Times a station with one person after the other.
    pub(crate) fn each<R>(&mut self, name: &str, work: Work, mut station: impl FnMut(&P) -> R) {
        let one = |person| {
            fastest(|| {
                black_box(station(black_box(person)));
            })
        };
        let seconds = self.people.iter().map(one).sum();
        self.row(name, work, self.machine.cache, seconds);
    }

    /// Times a station with all people at once.
    pub(crate) fn whole(&mut self, name: &str, work: Work, station: impl FnMut()) {
        self.row(name, work, self.machine.memory, fastest(station));
    }

    fn row(&mut self, name: &str, work: Work, bytes_a_second: f64, seconds: f64) {
        self.seconds += seconds;
        let moved = work.bytes as f64 / bytes_a_second;
        let made = work.multiply_adds as f64 / self.machine.multiply_adds;
        let limit = moved.max(made);
        let of = if moved > made {
            "bytes"
        } else {
            "multiply-adds"
        };
        let (own, at_best) = (self.micros(seconds), self.micros(limit));
        let factor = seconds / limit;
        println!("| {name} | {own:.1} | {at_best:.2} | {of} | {factor:.0} |");
    }

    /// Says what all stations take together, and how much more a whole run takes: starting, what
    /// goes from station to station, and data that are no longer in a cache when the next station
    /// asks for them.
    pub(crate) fn finish(self, run: impl FnMut()) {
        let all = self.micros(self.seconds);
        let whole = self.micros(fastest(run));
        println!("\nAll together {all:.0} µs a person on one thread; a run {whole:.0}.");
    }

    fn micros(&self, seconds: f64) -> f64 {
        seconds * 1e6 / self.people.len() as f64
    }
}
