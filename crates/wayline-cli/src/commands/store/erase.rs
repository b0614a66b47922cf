//! `wayline store delete` and `wayline store merge`.

use anyhow::{Result, bail};
use clap::Args;
use wayline::keep::{Changes, Store, look_at};

use super::super::update::live_of;
use super::StoreArgs;
use crate::live::{commit_anew, is_told, load, load_to_erase};
use crate::run::{RunArgs, grouped};

/// Erase people for good: their events, journeys, lineage and feedback
///
/// What is erased is overwritten on disk. Where `wayline stream` tells others of this store's people, it
/// tells them by messages without a value; the topic of events and dead letters, backups, exported files
/// and the log itself are yours to clean. The corpus keeps no text of fewer than three people, and stays.
#[derive(Args, Debug)]
pub(crate) struct DeleteArgs {
    #[command(flatten)]
    store: StoreArgs,

    /// Who; may be given several times
    #[arg(long = "user", value_name = "ID", required = true)]
    users: Vec<String>,

    #[command(flatten)]
    run: RunArgs,
}

/// Join an anonymous visitor to the account that they turned out to be
///
/// Events and feedback of A are added to those of B, and A is erased. B's journeys keep their ids;
/// those that A alone had keep theirs.
#[derive(Args, Debug)]
pub(crate) struct MergeArgs {
    #[command(flatten)]
    store: StoreArgs,

    /// Who is joined, and erased
    #[arg(long, value_name = "A")]
    from: String,

    /// To whom
    #[arg(long, value_name = "B")]
    to: String,

    #[command(flatten)]
    run: RunArgs,
}

pub(crate) fn delete(args: &DeleteArgs) -> Result<()> {
    let config = args.run.config()?;
    let store = args.store.open()?;
    let mut unknown = 0;
    for user in &args.users {
        let mut told = None;
        commit_anew(&*store, || {
            let erasure = load_to_erase(&*store, user, &config)?;
            told = erasure.as_ref().map(|it| it.held);
            Ok(erasure.map(|it| Changes {
                people: vec![it.change],
                ..Changes::default()
            }))
        })?;
        match told {
            Some(Some((events, journeys))) => eprintln!(
                "erased `{user}`: {} events, {} journeys",
                grouped(events as u64),
                grouped(journeys as u64)
            ),
            Some(None) => eprintln!("erased `{user}`, whose record couldn't be read"),
            None => {
                unknown += 1;
                eprintln!("wayline: `{user}` is not in the store");
            }
        }
    }
    if unknown < args.users.len() {
        overwrite(&*store)?;
    }
    if unknown < args.users.len() && is_told(&*store)? {
        eprintln!(
            "`wayline stream` tells others that they are erased: now if it runs, else when it does"
        );
    }
    if unknown == args.users.len() {
        bail!("nobody was erased; is the id written as in the log?");
    }
    Ok(())
}

/// Leaves nothing of whoever was erased in the store's files, and says so where that doesn't go.
fn overwrite(store: &dyn Store) -> Result<()> {
    if !store.overwrite_erased()? {
        eprintln!(
            "wayline: somebody has read in the store for long, so what was erased may still stand in its \
             write-ahead log; `wayline store compact` overwrites it when they are done"
        );
    }
    Ok(())
}

pub(crate) fn merge(args: &MergeArgs) -> Result<()> {
    if args.from == args.to {
        bail!("--from and --to are one person");
    }
    let config = args.run.config()?;
    let models = args.run.models()?;
    models.is_model_there(false)?;
    let store = args.store.open()?;
    let live = live_of(&*store, &config, &models, None)?;
    let mut embeddings = models.embeddings(0);
    let mut told = (0, 0);
    commit_anew(&*store, || {
        let from = load(&*store, &args.from, &config)?;
        if !from.is_there() {
            bail!(
                "the store knows nobody `{}`; nothing was changed",
                args.from
            );
        }
        let mut to = load(&*store, &args.to, &config)?;
        let added = to.kept.join(&from.kept, &config.keep).added;
        let look = look_at(&mut to.kept, &live.rooms_asking(), &mut embeddings)?;
        models.go_on_after(&look.asked, "nothing was changed")?;
        told = (added, look.result.journeys.len());
        Ok(Some(Changes {
            people: vec![to.put(&config), from.erase()],
            ..Changes::default()
        }))
    })?;
    overwrite(&*store)?;
    eprintln!(
        "`{}` has {} more events and is on {} journeys; `{}` is erased",
        args.to,
        grouped(told.0),
        told.1,
        args.from
    );
    Ok(())
}
