//! A folder with a log, the command run in it, and what it left.

mod disk;
mod endpoint;
mod rows;

pub(crate) use disk::TinyDisk;
pub(crate) use endpoint::Endpoint;
pub(crate) use rows::{Row, normal, rows, text, texts};

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use tempfile::TempDir;

/// No command of a test takes so long.
const LONGEST: Duration = Duration::from_secs(600);

/// What a run of the command said.
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    fn of(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    /// The same, which must have succeeded.
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.code, Some(0), "{}", self.stderr);
        self
    }

    /// What stands behind `name` in the closing summary.
    pub(crate) fn line(&self, name: &str) -> Option<&str> {
        self.stderr.lines().find_map(|line| {
            let value = line.strip_prefix(name)?;
            value.starts_with(' ').then(|| value.trim())
        })
    }

    /// The number behind `name`, 0 where the summary has no such line.
    pub(crate) fn count(&self, name: &str) -> u64 {
        let first = self.line(name).and_then(|line| line.split(' ').next());
        first.map_or(0, |number| {
            let digits = number.replace(',', "");
            digits.parse().expect("a number in the summary")
        })
    }

    /// A failed run must say `message`, on standard error, without a panic.
    pub(crate) fn fails_with(&self, message: &str) {
        assert_eq!(self.code, Some(1), "{}", self.stderr);
        assert!(self.stderr.contains(message), "{}", self.stderr);
        assert!(self.stderr.starts_with("wayline: "), "{}", self.stderr);
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
    }
}

/// Runs the command to its end.
pub(crate) fn wayline<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Ran {
    finished(command(args).stdin(Stdio::null()))
}

/// The command, not yet started, with its temporary files where no other test puts any.
pub(crate) fn command<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wayline"));
    command.args(args);
    command
}

/// One that hangs fails its test, and with it all that it said.
fn finished(command: &mut Command) -> Ran {
    let piped = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = piped.spawn().expect("the command starts");
    let id = child.id().to_string();
    let (done, is_done) = mpsc::channel();
    std::thread::spawn(move || done.send(child.wait_with_output()));
    let (output, in_time) = match is_done.recv_timeout(LONGEST) {
        Ok(output) => (output, true),
        Err(_) => {
            let killed = Command::new("kill").args(["-KILL", &id]).status();
            assert!(killed.expect("kill runs").success());
            (is_done.recv().expect("it was killed"), false)
        }
    };
    let ran = Ran::of(output.expect("it ends"));
    assert!(in_time, "it doesn't end: {}", ran.stderr);
    ran
}

/// A folder for one test: inputs at the top, outputs in `out`.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        fs::create_dir(folder.path().join("out")).expect("a folder");
        Self(folder)
    }

    /// A folder with one log.
    pub(crate) fn with(name: &str, content: impl AsRef<[u8]>) -> Self {
        let folder = Self::new();
        folder.write(name, content);
        folder
    }

    /// A folder with the log of simulated people, `events.jsonl`, and `gold.jsonl`.
    pub(crate) fn simulated(options: &str) -> Self {
        let folder = Self::new();
        folder.simulate(".", options);
        folder
    }

    /// Simulates people into a folder inside this one.
    pub(crate) fn simulate(&self, name: &str, options: &str) {
        let into = self.path(name);
        let args = ["simulate", "-o", into.to_str().expect("a name")];
        wayline(args.into_iter().chain(options.split_whitespace())).ok();
    }

    /// Counts the corpus of `events.jsonl` into `corpus.parquet`.
    pub(crate) fn build_corpus(&self) {
        let (log, corpus) = (self.path("events.jsonl"), self.path("corpus.parquet"));
        let args = [
            "corpus".as_ref(),
            "build".as_ref(),
            log.as_os_str(),
            "-o".as_ref(),
            corpus.as_ref(),
        ];
        wayline(args).ok();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).expect("a file");
        path
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).expect("a file")
    }

    /// Everything in the folder of outputs, hidden files too.
    pub(crate) fn outputs(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path("out")).expect("a folder");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("an entry").file_name())
            .map(|name| name.into_string().expect("UTF-8"))
            .collect();
        names.sort_unstable();
        names
    }

    /// The words of a line; those that start with @ name files of this folder.
    pub(crate) fn words(&self, line: &str) -> Vec<PathBuf> {
        let words = line.split_whitespace();
        let words = words.map(|word| match word.strip_prefix('@') {
            Some(name) => self.path(name),
            None => PathBuf::from(word),
        });
        words.collect()
    }

    /// The `infer` command for a log of this folder into `out/j.jsonl` and `out/k.jsonl`, not yet
    /// started. Words of `options` that start with @ name files of this folder.
    pub(crate) fn infer_command(&self, log: &str, options: &str) -> Command {
        self.infer_into(log, "jsonl", options)
    }

    fn infer_into(&self, log: &str, format: &str, options: &str) -> Command {
        let inputs = log.split_whitespace().map(|name| match name {
            "-" => PathBuf::from("-"),
            name => self.path(name),
        });
        let mut command = command(["infer"]);
        command
            .args(inputs)
            .arg("-o")
            .arg(self.path(&format!("out/j.{format}")))
            .arg("--keywords")
            .arg(self.path(&format!("out/k.{format}")))
            .args(self.words(options))
            .stdin(Stdio::null());
        command
    }

    /// Runs [`Self::infer_command`].
    pub(crate) fn infer(&self, log: &str, options: &str) -> Ran {
        finished(&mut self.infer_command(log, options))
    }

    /// The same into Parquet.
    pub(crate) fn infer_parquet(&self, log: &str, options: &str) -> Ran {
        finished(&mut self.infer_into(log, "parquet", options))
    }

    /// The same with the log on standard input.
    pub(crate) fn infer_stdin(&self, log: &[u8], options: &str) -> Ran {
        let mut command = self.infer_command("-", options);
        command.stdin(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.stdout(Stdio::piped()).spawn().expect("it starts");
        let mut stdin = child.stdin.take().expect("piped");
        // It may stop reading early; what it says of that is what the test looks at.
        stdin.write_all(log).ok();
        drop(stdin);
        Ran::of(child.wait_with_output().expect("it ends"))
    }

    /// A run that must succeed: both outputs as bytes.
    pub(crate) fn inferred(&self, log: &str, options: &str) -> [Vec<u8>; 2] {
        self.infer(log, options).ok();
        self.results()
    }

    /// Both outputs as bytes.
    pub(crate) fn results(&self) -> [Vec<u8>; 2] {
        ["out/j.jsonl", "out/k.jsonl"].map(|name| self.read(name))
    }

    /// The journeys of the last run.
    pub(crate) fn journeys(&self) -> Vec<Row> {
        rows(&self.read("out/j.jsonl"))
    }

    /// The keywords of the last run.
    pub(crate) fn keywords(&self) -> Vec<Row> {
        rows(&self.read("out/k.jsonl"))
    }

    /// The run must fail with `message` and leave nothing.
    pub(crate) fn refuses(&self, log: &str, options: &str, message: &str) {
        let ran = self.infer(log, options);
        ran.fails_with(message);
        assert!(self.outputs().is_empty(), "{:?}", self.outputs());
    }
}

/// The bytes as a gzip file.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("gzip");
    encoder.finish().expect("gzip")
}

/// Whether the path is there.
pub(crate) fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}
