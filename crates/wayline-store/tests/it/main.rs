//! What every store must do, on each kind of them, and what a folder does beside that.

mod conformance;
mod folder;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "postgres")]
mod postgres_between;
#[cfg(feature = "postgres")]
mod postgres_broken;

use wayline::keep::Store;
use wayline_store::{Folder, Memory, Open};

/// A store of each kind, and its folder as long as it is needed.
struct Fresh {
    store: Box<dyn Store>,
    /// Opens what is there once more; none where nothing outlives the first.
    again: Option<Box<dyn Fn() -> Box<dyn Store>>>,
}

fn memory() -> Fresh {
    Fresh {
        store: Box::new(Memory::default()),
        again: None,
    }
}

fn in_a_folder() -> Fresh {
    let folder = tempfile::tempdir().expect("a folder");
    let open = move || -> Box<dyn Store> {
        let path = folder.path().join("store");
        Box::new(Folder::open(&path, Open::OrCreate).expect("it opens"))
    };
    Fresh {
        store: open(),
        again: Some(Box::new(open)),
    }
}

conformance::suite!(memory, in_a_folder);
#[cfg(feature = "postgres")]
conformance::suite!(in_postgres);

/// In a database of its own on the server of WAYLINE_TEST_POSTGRES, which `scripts/with-postgres` starts.
#[cfg(feature = "postgres")]
fn in_postgres() -> Fresh {
    let name = postgres::database();
    let open = move || -> Box<dyn Store> {
        Box::new(wayline_store::Postgres::open(&name, true).expect("it opens"))
    };
    Fresh {
        store: open(),
        again: Some(Box::new(open)),
    }
}
