//! The rules of the house, checked on the source. What is allowed stands below as data;
//! ARCHITECTURE.md says why.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Every crate with the crates of the workspace that it may depend on. A crate stands below those
/// that it names, so no cycle can be written here.
const CRATES: &[(&str, &[&str])] = &[
    ("wayline", &[]),
    ("wayline-files", &["wayline"]),
    ("wayline-store", &["wayline"]),
    ("wayline-text-model", &["wayline"]),
    ("wayline-embedders", &["wayline", "wayline-text-model"]),
    (
        "wayline-cli",
        &[
            "wayline",
            "wayline-files",
            "wayline-store",
            "wayline-text-model",
            "wayline-embedders",
        ],
    ),
];

/// The rooms of each crate from the ground up. A room may name those above it in this list, which
/// are earlier on the data's way, never those below.
const ROOMS: &[(&str, &[&str])] = &[
    (
        "wayline",
        &[
            "nouns",
            "config",
            "logistic",
            "vectorised",
            "text_model",
            "asking",
            "extract",
            "corpus",
            "embed",
            "safety",
            "profile",
            "at_once",
            "distil",
            "affinity",
            "cluster",
            "assign",
            "identify",
            "feedback",
            "name",
            "rank",
            "stage",
            "diversify",
            "expand",
            "model",
            "walk",
            "lineage",
            "keep",
            "explain",
            "train",
            "simulate",
            "compare",
            "annotate",
            "evaluate",
            "judge",
        ],
    ),
    (
        "wayline-files",
        &["read", "write", "tables", "group", "corpus"],
    ),
    (
        "wayline-store",
        &["packing", "versions", "memory", "folder", "postgres"],
    ),
    (
        "wayline-text-model",
        &[
            "at_once",
            "cancel",
            "tally",
            "purse",
            "by_function",
            "endpoint",
            "gate",
            "limited",
            "retrying",
            "resting",
            "cache_file",
            "cached",
            "recording",
            "replay",
            "capped",
            "settings",
            "opened",
        ],
    ),
    (
        "wayline-embedders",
        &["disk", "endpoint", "transformer", "settings", "opened"],
    ),
    (
        "wayline-cli",
        &[
            "run", "asking", "live", "serve", "stream", "plots", "commands",
        ],
    ),
];

/// `config` puts the rooms' own config structs together, so of rooms later on the way it may name
/// what ends so, and only that.
const CONFIG_STRUCT: &str = "Config";

/// Rooms of the library that each adapter may name.
const ADAPTERS: &[(&str, &[&str])] = &[
    ("wayline-files", &["nouns", "corpus", "extract"]),
    ("wayline-store", &["keep"]),
    ("wayline-text-model", &["text_model"]),
    ("wayline-embedders", &["embed", "nouns", "text_model"]),
];

/// Parts of the standard library that reach outside: the library names none.
const OUTSIDE: &[&str] = &["env", "fs", "io", "net", "os", "process", "thread", "time"];

/// Lines that a source file may have, and the files that may have more, with how many.
const MOST_LINES: usize = 400;
const LONG_FILES: &[(&str, usize)] = &[
    ("crates/wayline/src/simulate/person.rs", 550),
    ("crates/wayline/src/simulate/tests.rs", 450),
];

#[test]
fn crates_depend_only_downwards() {
    let output = std::process::Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let name_of = |package: &serde_json::Value| package["name"].as_str().map(str::to_owned);
    let names: BTreeSet<String> = packages.iter().filter_map(name_of).collect();
    let listed: BTreeSet<String> = CRATES.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names, listed, "CRATES lists every crate of the workspace");
    let mut problems = BTreeSet::new();
    for (place, (name, allowed)) in CRATES.iter().enumerate() {
        for below in *allowed {
            let earlier = CRATES[..place].iter().any(|(it, _)| it == below);
            assert!(earlier, "CRATES: {below} stands before {name}");
        }
        let package = packages.iter().find(|it| it["name"] == *name);
        let dependencies = package.expect("listed")["dependencies"].as_array();
        for dependency in dependencies.expect("dependencies") {
            let dependency = name_of(dependency).expect("a name");
            if names.contains(&dependency) && !allowed.contains(&dependency.as_str()) {
                problems.insert(format!("{name} depends on {dependency}"));
            }
        }
    }
    fail_if_any(&problems);
}

#[test]
fn rooms_name_only_rooms_before_them() {
    let mut problems = BTreeSet::new();
    for (name, rooms) in ROOMS {
        for file in source_files(name) {
            let Some(room) = file.room.as_deref() else {
                continue;
            };
            let Some(own) = rooms.iter().position(|it| *it == room) else {
                problems.insert(format!("{name}: ROOMS lacks {room}"));
                continue;
            };
            for path in file.paths_from("crate") {
                let Some(other) = rooms.iter().position(|it| *it == path[1]) else {
                    continue;
                };
                let config_struct = (*name, room) == ("wayline", "config")
                    && path.len() == 3
                    && path[2].ends_with(CONFIG_STRUCT);
                if other > own && !config_struct {
                    let path = path.join("::");
                    problems.insert(format!("{}: {room} names {path}", file.path));
                }
            }
            // From a room's front, `super` is the crate, which the rule above wouldn't see.
            if file.is_front && !file.paths_from("super").is_empty() {
                problems.insert(format!("{}: write crate:: for other rooms", file.path));
            }
        }
    }
    fail_if_any(&problems);
}

#[test]
fn adapters_name_only_what_they_carry() {
    let mut problems = BTreeSet::new();
    for (name, rooms) in ADAPTERS {
        for file in source_files(name) {
            for path in file.paths_from("wayline") {
                if !rooms.contains(&path[1].as_str()) {
                    problems.insert(format!("{} names {}", file.path, path.join("::")));
                }
            }
        }
    }
    fail_if_any(&problems);
}

#[test]
fn library_reaches_nothing_outside() {
    let mut problems = BTreeSet::new();
    for file in source_files("wayline") {
        for path in file.paths_from("std") {
            if OUTSIDE.contains(&path[1].as_str()) {
                problems.insert(format!("{} names {}", file.path, path.join("::")));
            }
        }
    }
    fail_if_any(&problems);
}

#[test]
fn map_shows_every_room_and_no_other() {
    let map = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let mut shown: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let mut inside = None;
    for line in map.lines() {
        if line.starts_with('#') {
            let named = |name: &&str| line.contains(&format!("`crates/{name}`"));
            inside = ROOMS.iter().map(|(name, _)| *name).find(named);
        } else if let (Some(inside), Some(rest)) = (inside, line.strip_prefix("| `")) {
            let room = rest.split('`').next().unwrap_or_default();
            shown.entry(inside).or_default().insert(room.to_owned());
        }
    }
    for (name, rooms) in ROOMS {
        let files = source_files(name).into_iter();
        let built: BTreeSet<String> = files.filter_map(|file| file.room).collect();
        let listed: BTreeSet<String> = rooms.iter().map(|it| (*it).to_owned()).collect();
        assert_eq!(built, listed, "{name}: ROOMS lists the rooms");
        let shown = shown.remove(name).unwrap_or_default();
        assert_eq!(built, shown, "{name}: ARCHITECTURE.md shows the rooms");
    }
}

#[test]
fn files_are_short() {
    let mut problems = BTreeSet::new();
    for (path, _) in LONG_FILES {
        if !root().join(path).exists() {
            problems.insert(format!("LONG_FILES names {path}, which doesn't exist"));
        }
    }
    for (name, _) in CRATES {
        for path in rust_files(&source_of(name)) {
            let lines = fs::read_to_string(&path).expect("a text").lines().count();
            let path = below_root(&path);
            let exception = LONG_FILES.iter().find(|(long, _)| *long == path);
            let most = exception.map_or(MOST_LINES, |(_, most)| *most);
            if lines > most {
                problems.insert(format!("{path} has {lines} lines, more than {most}"));
            }
            if exception.is_some() && lines <= MOST_LINES {
                problems.insert(format!("{path} is short now: take it out of LONG_FILES"));
            }
        }
    }
    fail_if_any(&problems);
}

#[test]
fn paths_are_found_wherever_they_stand() {
    let text = "use crate::{a::{B, c}, d}; fn f() { matches!(x, crate::e::F::<g>()) }
        // crate::comment
        /// crate::doc
        fn g() { let x: crate::h; }
        #[cfg(test)] mod tests { use crate::only_in_tests; }
        #[cfg(test)] pub(crate) mod samples;
        use other::crate_like;";
    let (tokens, modules) = without_tests(text.parse().expect("Rust"));
    let mut found = Vec::new();
    collect(&tokens, "crate", &mut found);
    let found: Vec<String> = found.iter().map(|path| path.join("::")).collect();
    assert_eq!(
        found,
        [
            "crate::a::B",
            "crate::a::c",
            "crate::d",
            "crate::e::F",
            "crate::h"
        ]
    );
    assert_eq!(modules, ["tests", "samples"]);
}

fn fail_if_any(problems: &BTreeSet<String>) {
    let mut text = String::new();
    for problem in problems {
        let _ = writeln!(text, "  {problem}");
    }
    assert!(problems.is_empty(), "the rules of the house:\n{text}");
}

fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("a workspace").to_path_buf()
}

fn source_of(name: &str) -> PathBuf {
    root().join("crates").join(name).join("src")
}

fn below_root(path: &Path) -> String {
    let below = path.strip_prefix(root()).expect("inside");
    below.to_string_lossy().into_owned()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// A source file, less what is compiled for tests only.
struct SourceFile {
    path: String,
    /// The room it belongs to; none for the crate's own file.
    room: Option<String>,
    /// Whether it is the room's first file.
    is_front: bool,
    tokens: Vec<TokenTree>,
}

impl SourceFile {
    /// Every path of two parts and more that starts with `start`; a `use` of several is taken
    /// apart.
    fn paths_from(&self, start: &str) -> Vec<Vec<String>> {
        let mut found = Vec::new();
        collect(&self.tokens, start, &mut found);
        found.retain(|path| path.len() > 1);
        found
    }
}

fn source_files(name: &str) -> Vec<SourceFile> {
    let source = source_of(name);
    let mut tests_only = BTreeSet::new();
    let mut files = Vec::new();
    for path in rust_files(&source) {
        let text = fs::read_to_string(&path).expect("a text");
        let (tokens, modules) = without_tests(text.parse().expect("Rust"));
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let folder = if ["mod", "lib", "main"].contains(&stem.as_ref()) {
            path.with_file_name("")
        } else {
            path.with_extension("")
        };
        for module in modules {
            tests_only.insert(folder.join(format!("{module}.rs")));
            tests_only.insert(folder.join(module).join("mod.rs"));
        }
        let below = path.strip_prefix(&source).expect("inside");
        let first = below.components().next().expect("a part").as_os_str();
        let room = first.to_string_lossy().trim_end_matches(".rs").to_owned();
        let is_front = below.components().count() == 1 || below == Path::new(&room).join("mod.rs");
        let file = SourceFile {
            path: below_root(&path),
            room: Some(room).filter(|room| !["lib", "main"].contains(&room.as_str())),
            is_front,
            tokens,
        };
        files.push((path.clone(), file));
    }
    files.retain(|(path, _)| !tests_only.contains(path));
    assert!(!files.is_empty(), "{name} has source files");
    files.into_iter().map(|(_, file)| file).collect()
}

/// Takes out what follows `#[cfg(test)]`, and says which modules in files of their own that is.
fn without_tests(tokens: TokenStream) -> (Vec<TokenTree>, Vec<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let (mut kept, mut modules) = (Vec::new(), Vec::new());
    let mut next = 0;
    while next < tokens.len() {
        let attribute = tokens.get(next + 1).map(ToString::to_string);
        let for_tests = attribute.is_some_and(|it| it.replace(' ', "") == "[cfg(test)]");
        if is_punct(tokens.get(next), '#') && for_tests {
            let item = &tokens[next..];
            let ends = |it: &TokenTree| {
                matches!(it, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
                    || is_punct(Some(it), ';')
            };
            let length = item
                .iter()
                .position(ends)
                .map_or(item.len(), |last| last + 1);
            let is_module = |pair: &&[TokenTree]| pair[0].to_string() == "mod";
            if let Some(pair) = item[..length].windows(2).find(is_module) {
                modules.push(pair[1].to_string());
            }
            next += length;
        } else {
            kept.push(tokens[next].clone());
            next += 1;
        }
    }
    (kept, modules)
}

fn is_punct(token: Option<&TokenTree>, character: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == character)
}

fn collect(tokens: &[TokenTree], start: &str, found: &mut Vec<Vec<String>>) {
    for (place, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                collect(&inner, start, found);
            }
            TokenTree::Ident(ident) if ident == start && !follows_path(&tokens[..place]) => {
                branches(&tokens[place..], &mut Vec::new(), found);
            }
            _ => {}
        }
    }
}

/// Whether what comes next continues a path, as the second part of `other::start`.
fn follows_path(before: &[TokenTree]) -> bool {
    let mut back = before.iter().rev();
    let colons = is_punct(back.next(), ':') && is_punct(back.next(), ':');
    colons && matches!(back.next(), Some(TokenTree::Ident(_)))
}

/// Follows a path, and each branch of its braces, to its end.
fn branches(tokens: &[TokenTree], path: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    match tokens.first() {
        Some(TokenTree::Ident(ident)) => {
            path.push(ident.to_string());
            if is_punct(tokens.get(1), ':') && is_punct(tokens.get(2), ':') {
                branches(&tokens[3..], path, found);
            } else {
                found.push(path.clone());
            }
            path.pop();
        }
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
            let inner: Vec<TokenTree> = group.stream().into_iter().collect();
            for branch in inner.split(|token| is_punct(Some(token), ',')) {
                branches(branch, path, found);
            }
        }
        _ => found.push(path.clone()),
    }
}
