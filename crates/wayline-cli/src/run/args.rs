//! Options that several commands share.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use clap::Args;
use serde::de::DeserializeOwned;
use wayline::Rooms;
use wayline::asking::Asked;
use wayline::config::Config;
use wayline::corpus::Corpus;
use wayline::embed::{Embedder, EmbeddingCache};
use wayline::expand::RelatedTable;
use wayline::model::{GroupingModel, ModelError, NamingModel, RankModel, SafetyModel, StageModel};
use wayline::nouns::{RunInfo, Timestamp};
use wayline::safety::Safety;

use super::{AskedModel, Embedding};

/// Where events come from.
#[derive(Args, Clone, Debug)]
pub(crate) struct InputArgs {
    /// Event logs: files, directories, globs, or - for JSON lines on standard input
    ///
    /// .jsonl, .csv, .tsv (each plain, .gz or .zst) or .parquet, with the columns user_id and
    /// timestamp and any of event_id, action, query, item_id, title, annotations, interests,
    /// board, url. Rows may come in any order, a person's rows anywhere.
    #[arg(value_name = "INPUT", required = true)]
    pub(crate) inputs: Vec<String>,

    /// A table of items with item_id and any of title, annotations, interests, for events that
    /// lack them
    #[arg(long, value_name = "FILE")]
    pub(crate) items: Option<String>,

    /// Read column B of the input as Wayline's column A, as in query=search_term
    #[arg(long = "map", value_name = "A=B")]
    pub(crate) renamings: Vec<String>,

    /// Keep rows that can't be used in FILE, one JSON object each with file, line and reason
    #[arg(long, value_name = "FILE")]
    pub(crate) rejects: Option<PathBuf>,

    /// Stop when more rows than this can't be used (default: never)
    #[arg(long, value_name = "N")]
    pub(crate) max_rejects: Option<u64>,
}

/// How to run.
#[derive(Args, Clone, Debug)]
pub(crate) struct RunArgs {
    /// Settings to change, as TOML; `wayline config` prints all of them with their defaults
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// A grouping model made by `wayline train affinity` (default: the one inside)
    #[arg(long, value_name = "FILE")]
    pub(crate) model: Option<PathBuf>,

    /// A naming model made by `wayline train names` (default: the one inside)
    #[arg(long, value_name = "FILE")]
    pub(crate) naming: Option<PathBuf>,

    /// A ranking model made by `wayline train ranker` (default: the one inside)
    #[arg(long, value_name = "FILE")]
    pub(crate) ranker: Option<PathBuf>,

    /// A stage model made by `wayline train stage` (default: the one inside)
    #[arg(long, value_name = "FILE")]
    pub(crate) stage: Option<PathBuf>,

    /// A model for the check of what may be shown, made by `wayline train safety` (default: the one inside)
    #[arg(long, value_name = "FILE")]
    pub(crate) safety: Option<PathBuf>,

    /// A table of related journeys made by `wayline expand build` (default: the one inside)
    #[arg(long, value_name = "FILE")]
    pub(crate) related: Option<PathBuf>,

    /// Threads that work on people (default: all cores)
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,

    /// Memory for events and results that wait, in MiB; more goes to temporary files
    #[arg(long, value_name = "MIB", default_value_t = 256, value_parser = clap::value_parser!(u64).range(16..1_000_000))]
    pub(crate) memory: u64,

    /// Where temporary files go (default: the system's place for them)
    #[arg(long, value_name = "DIR")]
    pub(crate) temp_dir: Option<PathBuf>,
}

impl RunArgs {
    pub(crate) fn config(&self) -> Result<Config> {
        match &self.config {
            None => Ok(Config::builtin()),
            Some(path) => read_config(path),
        }
    }

    /// The learned parts, and the language model where the config says that steps ask one.
    pub(crate) fn models(&self) -> Result<Models> {
        Ok(Models {
            asked: AskedModel::open(self.config.as_deref())?,
            ..self.learned_parts()?
        })
    }

    /// The learned parts alone, for a command that asks no language model whatever the config says.
    pub(crate) fn learned_parts(&self) -> Result<Models> {
        let embedding = self.embedding()?;
        let grouping = embedding.grouping(self.model.as_deref(), self.config.as_deref());
        let naming = read_model(
            self.naming.as_deref(),
            NamingModel::builtin,
            NamingModel::from_json,
        );
        let ranking = read_model(
            self.ranker.as_deref(),
            RankModel::builtin,
            RankModel::from_json,
        );
        let staging = read_model(
            self.stage.as_deref(),
            StageModel::builtin,
            StageModel::from_json,
        );
        Ok(Models {
            embedding,
            grouping: grouping?,
            naming: naming?,
            ranking: ranking?,
            staging: staging?,
            related: self.related.as_deref().map(read_related).transpose()?,
            asked: None,
            safety: self.safety()?,
        })
    }

    /// What groups a person's units.
    pub(crate) fn embedding(&self) -> Result<Embedding> {
        Embedding::open(self.config.as_deref())
    }

    /// What may be shown, by the config and the model.
    pub(crate) fn safety(&self) -> Result<Safety> {
        let model = read_model(
            self.safety.as_deref(),
            SafetyModel::builtin,
            SafetyModel::from_json,
        )?;
        Ok(Safety::new(&self.config()?.safety, &model.classifier)?.of_model(model.hash()))
    }

    pub(crate) fn threads(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        self.threads.unwrap_or_else(cores).clamp(1, 1_024)
    }

    pub(crate) fn memory_bytes(&self) -> u64 {
        self.memory << 20
    }

    pub(crate) fn temp_dir(&self) -> PathBuf {
        self.temp_dir.clone().unwrap_or_else(std::env::temp_dir)
    }
}

/// The learned parts of a run.
pub(crate) struct Models {
    pub(crate) embedding: Embedding,
    pub(crate) grouping: GroupingModel,
    pub(crate) naming: NamingModel,
    pub(crate) ranking: RankModel,
    pub(crate) staging: StageModel,
    /// Where it isn't the one inside.
    pub(crate) related: Option<RelatedTable>,
    /// What may be shown.
    pub(crate) safety: Safety,
    /// A language model, where steps ask one.
    pub(crate) asked: Option<AskedModel>,
}

fn read_related(path: &Path) -> Result<RelatedTable> {
    let name = path.display();
    let text = std::fs::read_to_string(path).with_context(|| format!("can't read {name}"))?;
    RelatedTable::from_jsonl(&text, Embedder::builtin()).with_context(|| name.to_string())
}

impl Models {
    /// Whether the language model is there, where steps ask one; said before anything is read. One that is
    /// down may come back, which is an error only where the config says so, and never to a service.
    pub(crate) fn is_model_there(&self, is_service: bool) -> Result<()> {
        self.asked
            .as_ref()
            .map_or(Ok(()), |it| it.is_there(is_service))
    }

    /// An error where a run is to end at what came of a person's questions; `kept` says what is there by
    /// then.
    pub(crate) fn go_on_after(&self, asked: &Asked, kept: &str) -> Result<()> {
        let model = self.asked.as_ref();
        model.map_or(Ok(()), |it| it.go_on_after(asked, kept))
    }

    /// How many threads work on people. Where a language model is asked, as many as questions may be on
    /// their way wait for it, and others work meanwhile, so that there is always a next question. Those who
    /// ask an endpoint for embeddings wait as well.
    pub(crate) fn threads(&self, run: &RunArgs) -> usize {
        let asked = self.asked.as_ref().map_or(0, AskedModel::concurrency);
        run.threads().max(self.embedding.at_once) + asked
    }

    /// Room for the vectors of so many texts.
    pub(crate) fn embeddings(&self, texts: usize) -> EmbeddingCache<'static> {
        EmbeddingCache::new(self.embedding.embedder, texts)
    }

    /// The rooms with these parts, for a look at what is new.
    pub(crate) fn rooms<'a>(
        &'a self,
        config: &'a Config,
        corpus: &'a Corpus,
        as_of: Timestamp,
    ) -> Rooms<'a> {
        Rooms {
            config,
            corpus,
            grouping: &self.grouping,
            ranking: &self.ranking,
            naming: &self.naming,
            staging: &self.staging,
            related: self.related(),
            safety: &self.safety,
            model: self.asked.as_ref().map(AskedModel::model),
            asks_anew: true,
            as_of,
        }
    }

    /// What stands on every journey of a run.
    pub(crate) fn run_info(&self, rooms: &Rooms<'_>) -> RunInfo {
        rooms.run_info(self.embedding.embedder.hash())
    }

    pub(crate) fn related(&self) -> &RelatedTable {
        self.related
            .as_ref()
            .unwrap_or_else(|| RelatedTable::builtin())
    }

    /// Says so where models were fitted to what another one than that of this run makes: they are right
    /// for what they were fitted with.
    pub(crate) fn warn_of_strangers(&self) {
        let (grouping, ranking) = (self.grouping.hash(), self.ranking.hash());
        self.warn_of(
            "grouping",
            "--model",
            grouping,
            &[
                ("naming", "names", &self.naming.grouping),
                ("ranking", "ranker", &self.ranking.grouping),
                ("stage", "stage", &self.staging.grouping),
            ],
        );
        self.warn_of(
            "ranking",
            "--ranker",
            ranking,
            &[("stage", "stage", &self.staging.ranking)],
        );
    }

    /// Of models, each with its command and what it was fitted with.
    fn warn_of(&self, of: &str, option: &str, here: &str, models: &[(&str, &str, &String)]) {
        let strangers: Vec<_> = models.iter().filter(|it| it.2 != here).collect();
        let Some((_, _, fitted_with)) = strangers.first() else {
            return;
        };
        let names: Vec<&str> = strangers.iter().map(|it| it.0).collect();
        let (model, it) = match names.len() {
            1 => ("model was", "it goes on, but may be"),
            _ => ("models were", "they go on, but may be"),
        };
        let config = if self.embedding.embedder.is_builtin() {
            ""
        } else {
            " --config …"
        };
        let commands = strangers
            .iter()
            .map(|it| format!("`wayline train {}{config} {option} …`", it.1));
        eprintln!(
            "wayline: the {} {model} fitted with the {of} model {fitted_with}, this one is {here}; {it} wrong \
             more often until you remake that: {}",
            names.join(", "),
            commands.collect::<Vec<_>>().join(", ")
        );
    }
}

/// A model that was named, or the one inside.
pub(crate) fn read_model<M>(
    path: Option<&Path>,
    builtin: impl Fn() -> M,
    from_json: impl Fn(&str, &Embedder) -> Result<M, ModelError>,
) -> Result<M> {
    let Some(path) = path else {
        return Ok(builtin());
    };
    let bytes =
        std::fs::read(path).with_context(|| format!("can't read the model {}", path.display()))?;
    let text = String::from_utf8(bytes).map_err(|_| {
        anyhow!(
            "{}: a model is JSON in UTF-8, and this is not UTF-8",
            path.display()
        )
    })?;
    // Some editors put a byte order mark before it.
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    from_json(text, Embedder::builtin()).with_context(|| format!("{}", path.display()))
}

pub(crate) fn read_config(path: &Path) -> Result<Config> {
    Config::from_toml(&config_text(path)?).with_context(|| path.display().to_string())
}

/// Sections of a config that the library knows nothing of, which [`read_config`] passes over.
pub(crate) fn config_section<T: DeserializeOwned>(path: &Path) -> Result<T> {
    toml::from_str(&config_text(path)?).with_context(|| path.display().to_string())
}

fn config_text(path: &Path) -> Result<String> {
    let what = || format!("can't read the config {}", path.display());
    std::fs::read_to_string(path).with_context(what)
}

/// A moment on the command line.
pub(crate) fn parse_time(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|error| format!("{error}"))
}
