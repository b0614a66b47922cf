//! What must hold for every log: the same bytes whatever the order, the files, the threads and the
//! memory; every keyword in exactly one row; one person the same alone and among others.

mod alone;
mod keywords;
mod order;
mod rows;

pub(crate) use order::shuffled;
