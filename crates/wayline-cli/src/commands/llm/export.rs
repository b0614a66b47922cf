//! `wayline llm export`: what a teacher found, as examples for a chat model.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use wayline::distil::{Counts, Datasheet, Part, Selection, Teacher};
use wayline::nouns::{Timestamp, Verdict};
use wayline_files::group::Grouping;
use wayline_files::read::Inputs;
use wayline_files::write::{AsideFile, put_in_place};

use super::taught::{OfPerson, Teaching};
use super::teacher::Taught;
use crate::run::{
    AskedModel, InputArgs, Job, Models, RunArgs, gather, grouped, line, line_unless_zero,
    parse_time,
};

/// Write what a teacher found as examples from which a chat model learns
///
/// For each person one example: the instructions (system), what the person searched, saved and
/// opened, in few words and as data (user), and the teacher's journeys as JSON (assistant).
/// Programs that fine-tune chat models take such files.
///
/// The teacher is a run over the same log: with --journeys and --keywords one that was made before,
/// say with a language model, else Wayline as it infers here. A journey that the person took away
/// isn't taught. Where a language model is the teacher, neither is what the rooms did in its place:
/// people with another `grouped_by` than `llm`, journeys with a `name_reason`. Give what `infer` or
/// `update` wrote of them; `store export` goes by memory.
///
/// FOLDER gets three files:
///   train.jsonl       to learn from
///   validation.jsonl  to see how well it was learned: other people, drawn by the hash of the id
///   DATASHEET.md      how they were made, how many and how long, what was left out and why
/// No id of a person is in them. Texts that must not be shown (`[safety]` of the config) are left
/// out, people with the keywords of another one too. The same input gives the same bytes.
///
/// What people typed is in them: keep them as you keep the log.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:
  wayline llm export events.parquet -o examples
  wayline infer events.parquet -o journeys.parquet --keywords keywords.parquet
  wayline llm export events.parquet -o examples --journeys journeys.parquet \\
      --keywords keywords.parquet --validation 0.2",
    verbatim_doc_comment
)]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    input: InputArgs,

    /// Where the examples go: a folder, made where it isn't there
    #[arg(short, long, value_name = "FOLDER")]
    output: PathBuf,

    /// The teacher's journeys, as `wayline infer -o` wrote them (default: infer here)
    #[arg(long, value_name = "FILE", requires = "keywords")]
    journeys: Option<PathBuf>,

    /// The teacher's keywords, as `wayline infer --keywords` wrote them
    #[arg(long, value_name = "FILE", requires = "journeys")]
    keywords: Option<PathBuf>,

    /// Which share of the people is for validation, 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.1, value_parser = share)]
    validation: f64,

    /// Another seed draws other people for validation
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,

    /// The largest share of examples without a journey, 0 to 1: from too many a model learns to say
    /// nothing
    #[arg(long, value_name = "SHARE", default_value_t = 0.1, value_parser = share)]
    most_without: f64,

    /// Leave out texts of sensitive subjects too, such as health, debt or religion
    #[arg(long)]
    no_sensitive: bool,

    /// A corpus made by `wayline corpus build` (default: the corpus of this input)
    #[arg(long, value_name = "FILE")]
    corpus: Option<PathBuf>,

    /// The moment for which the log is told; later events are left out (default: that of the teacher's
    /// run, else the newest event)
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    as_of: Option<Timestamp>,

    #[command(flatten)]
    run: RunArgs,
}

fn share(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err("must be a number from 0 to 1".to_owned()),
    }
}

/// The files in the folder.
struct Outputs {
    train: PathBuf,
    validation: PathBuf,
    datasheet: PathBuf,
}

/// What came of it.
struct Made {
    counts: Counts,
    /// What a language model was asked, in words.
    of_model: Vec<String>,
}

pub(super) fn run(args: &ExportArgs) -> Result<()> {
    let config = args.run.config()?;
    let outputs = Outputs {
        train: args.output.join("train.jsonl"),
        validation: args.output.join("validation.jsonl"),
        datasheet: args.output.join("DATASHEET.md"),
    };
    let mut job = Job {
        input: &args.input,
        run: &args.run,
        config: &config,
        as_of: args.as_of,
    };
    job.check_outputs(
        &[&outputs.train, &outputs.validation, &outputs.datasheet].map(|it| Some(it.as_path())),
        &[&args.corpus, &args.journeys, &args.keywords].map(Option::as_deref),
    )?;
    let taught = match (&args.journeys, &args.keywords) {
        (Some(journeys), Some(keywords)) => Some(Taught::read(journeys, keywords)?),
        _ => None,
    };
    // What came after the teacher looked isn't in its labels.
    job.as_of = args.as_of.or(taught.as_ref().map(|it| it.as_of));
    // Opened once, whatever attempts it takes: a language model's budget is that of the run.
    let models = match &taught {
        Some(_) => args.run.learned_parts()?,
        None => args.run.models()?,
    };
    models.is_model_there(false)?;
    let taught = taught.as_ref();
    let made = job.attempt(|grouping| export(args, &job, &models, taught, &outputs, grouping));
    eprint!("{}", summary(&made?));
    Ok(())
}

fn export(
    args: &ExportArgs,
    job: &Job<'_>,
    models: &Models,
    taught: Option<&Taught>,
    outputs: &Outputs,
    grouping: Grouping,
) -> Result<Made> {
    let gathered = gather(job, args.corpus.as_deref(), grouping, true)?;
    let rooms = gathered.rooms(job.config, models);
    let (strictest, safety) = match args.no_sensitive {
        false => (Verdict::Sensitive, "all that `safety` doesn't withhold"),
        true => (
            Verdict::Ok,
            "all that `safety` neither withholds nor finds sensitive",
        ),
    };
    let may_tell = |text: &str| models.safety.check(text).verdict <= strictest;
    let teaching = Teaching {
        rooms: &rooms,
        models,
        run: taught,
        validation: args.validation,
        seed: args.seed,
        may_tell: &may_tell,
    };
    let examples = teaching.teach(&gathered, job)?;
    fs::create_dir_all(&args.output)
        .with_context(|| format!("can't make the folder {}", args.output.display()))?;
    let mut train = AsideFile::create(&outputs.train)?;
    let mut validation = AsideFile::create(&outputs.validation)?;
    let mut selection = Selection::new(args.most_without);
    examples.merge(|person: &OfPerson| -> Result<()> {
        let example = person.example.as_ref().map_err(|untaught| *untaught);
        if selection.keeps(example)
            && let Ok(example) = example
        {
            let file = match example.part {
                Part::Train => &mut train,
                Part::Validation => &mut validation,
            };
            writeln!(file, "{}", example.line)?;
        }
        Ok(())
    })?;
    let counts = selection.counts();
    if counts.train.examples == 0 {
        bail!(
            "none of {} people gives an example to learn from: {} have nothing that may be told, the \
             teacher didn't see {}, of {} a language model gave nothing that can be used, {} have no journey",
            counts.people,
            counts.nothing_to_tell,
            counts.unseen,
            counts.unanswered,
            counts.beyond_without + counts.no_journey_to_tell
        );
    }
    let info = models.run_info(&rooms);
    let of_rooms = || Teacher::Rooms {
        run_id: info.run_id.clone(),
        models: info.models.clone(),
    };
    let datasheet = Datasheet {
        inputs: &names(job)?,
        teacher: &taught.map_or_else(of_rooms, |it| it.teacher.clone()),
        as_of: gathered.as_of,
        config_hash: &info.config_hash,
        profile_tokens: job.config.profile.max_tokens,
        safety,
        validation: args.validation,
        seed: args.seed,
        most_without: args.most_without,
        counts,
    };
    let mut page = AsideFile::create(&outputs.datasheet)?;
    page.write_all(datasheet.markdown().as_bytes())?;
    put_in_place(vec![
        train.complete()?,
        validation.complete()?,
        page.complete()?,
    ])?;
    Ok(Made {
        counts: counts.clone(),
        of_model: models.asked.iter().flat_map(AskedModel::lines).collect(),
    })
}

/// Names of the files that were read: folders would tell whose machine it was.
fn names(job: &Job<'_>) -> Result<Vec<String>> {
    let inputs = Inputs::find(&job.input.inputs)?;
    let name = |path: &Path| path.file_name().map(|it| it.to_string_lossy().into_owned());
    let mut names: Vec<String> = inputs.paths().filter_map(name).collect();
    if names.is_empty() {
        names.push("standard input".to_owned());
    }
    Ok(names)
}

fn summary(made: &Made) -> String {
    let counts = &made.counts;
    let mut out = String::new();
    line(&mut out, "people", &grouped(counts.people));
    for (name, count) in [
        ("  nothing to tell", counts.nothing_to_tell),
        ("  unseen by the teacher", counts.unseen),
        ("  not by the model", counts.unanswered),
        ("  no journey to tell", counts.no_journey_to_tell),
        ("  same as another", counts.same),
        ("  without, beyond share", counts.beyond_without),
    ] {
        line_unless_zero(&mut out, name, count);
    }
    line(&mut out, "to learn from", &grouped(counts.train.examples));
    line(
        &mut out,
        "for validation",
        &grouped(counts.validation.examples),
    );
    let withheld = counts.unused.keywords_withheld + counts.unused.journeys_withheld;
    line_unless_zero(&mut out, "texts not to be told", withheld);
    let unnamed = counts.unused.journeys_unnamed;
    line_unless_zero(&mut out, "journeys it didn't name", unnamed);
    for told in &made.of_model {
        line(&mut out, "language model", told);
    }
    out
}
