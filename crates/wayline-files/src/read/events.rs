//! Reads inputs into batches of events: one thread cuts the input into pieces, others parse them,
//! and the batches come out in the order of the input.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::thread;

use arrow::array::RecordBatch;
use crossbeam_channel::{Receiver, Sender, bounded};

use super::event_sink::{Parsed, parse_events};
use super::reject_file::RejectFile;
use super::units::{Unit, Units, check_json_columns};
use super::{Column, Inputs, ReadError, ReadOptions, ReadSummary};

const NEEDED: [Column; 2] = [Column::UserId, Column::Timestamp];

type ParseResult = Result<Parsed, ReadError>;

/// What the cutting thread says, in the order of the input.
enum Step {
    /// A piece is being parsed; the result will come through here.
    Piece(Receiver<ParseResult>),
    FileEnd {
        file: Arc<str>,
        bytes: u64,
        unknown: Vec<String>,
    },
    Failed(ReadError),
}

/// Reads all inputs and hands out their events in batches of [`event_schema`](super::event_schema),
/// in the order of the input. When `sink` breaks, reading stops and what was counted so far comes
/// back.
///
/// # Errors
/// An input can't be read as its format or not to its end, too many rows are rejected, or there
/// is no event at all.
pub fn read_events(
    inputs: &Inputs,
    options: &ReadOptions<'_>,
    sink: &mut dyn FnMut(RecordBatch) -> ControlFlow<()>,
) -> Result<ReadSummary, ReadError> {
    let mut rejects = match &options.rejects {
        Some(path) => Some(RejectFile::create(path)?),
        None => None,
    };
    let mut summary = ReadSummary::default();
    let threads = options.parse_threads.max(1);
    let flow = thread::scope(|scope| {
        let (steps, next_steps) = bounded(threads * 2 + 1);
        let (work, next_work) = bounded::<(Unit, Sender<ParseResult>)>(threads);
        scope.spawn(move || cut(inputs, options, &steps, &work));
        for _ in 0..threads {
            let next_work = next_work.clone();
            scope.spawn(move || {
                for (unit, done) in next_work {
                    // Nobody waits any more when reading has been stopped.
                    let _ = done.send(parse_events(&unit, options));
                }
            });
        }
        drop(next_work);
        collect(&next_steps, options, &mut summary, rejects.as_mut(), sink)
    })?;
    if flow.is_continue() {
        check_any_event(inputs, &summary)?;
        if let Some(rejects) = rejects {
            rejects.finish()?;
        }
    }
    Ok(summary)
}

/// Cuts the inputs into pieces until they end or nobody wants more.
fn cut(
    inputs: &Inputs,
    options: &ReadOptions<'_>,
    steps: &Sender<Step>,
    work: &Sender<(Unit, Sender<ParseResult>)>,
) {
    let mut bytes_before = 0;
    for file in &inputs.files {
        let mut units = match Units::open(file, inputs, &options.columns, &NEEDED) {
            Ok(units) => units,
            Err(error) => {
                let _ = steps.send(Step::Failed(error));
                return;
            }
        };
        loop {
            let unit = match units.next(&options.columns, &NEEDED) {
                Ok(Some(unit)) => unit,
                Ok(None) => break,
                Err(error) => {
                    let _ = steps.send(Step::Failed(error));
                    return;
                }
            };
            let (done, result) = bounded(1);
            if steps.send(Step::Piece(result)).is_err() || work.send((unit, done)).is_err() {
                return;
            }
            if let Some(progress) = options.progress {
                progress(bytes_before + units.bytes());
            }
        }
        let bytes = units.final_bytes();
        bytes_before += bytes;
        let end = Step::FileEnd {
            file: Arc::clone(&file.name),
            bytes,
            unknown: std::mem::take(&mut units.unknown),
        };
        if steps.send(end).is_err() {
            return;
        }
    }
}

fn collect(
    steps: &Receiver<Step>,
    options: &ReadOptions<'_>,
    summary: &mut ReadSummary,
    mut rejects: Option<&mut RejectFile>,
    sink: &mut dyn FnMut(RecordBatch) -> ControlFlow<()>,
) -> Result<ControlFlow<()>, ReadError> {
    let mut rows_of_file = 0;
    for step in steps {
        match step {
            Step::Failed(error) => return Err(error),
            Step::FileEnd {
                file,
                bytes,
                unknown,
            } => {
                summary.files += 1;
                summary.bytes += bytes;
                if rows_of_file == 0 {
                    summary.empty_files.insert(file.to_string());
                }
                rows_of_file = 0;
                for name in unknown {
                    summary.note_unknown_column(&name);
                }
            }
            Step::Piece(result) => {
                // The parsing thread always answers unless it panics, and then so does the scope.
                let Ok(parsed) = result.recv() else { break };
                let parsed = parsed?;
                if rows_of_file == 0 {
                    check_json_columns(
                        &parsed.file,
                        |column| parsed.seen.contains(&column),
                        parsed.summary.unknown_columns.iter(),
                        &options.columns,
                        &NEEDED,
                    )?;
                }
                rows_of_file += parsed.summary.rows;
                summary.merge(parsed.summary);
                if let Some(rejects) = rejects.as_deref_mut() {
                    rejects.write(&parsed.rejects)?;
                }
                check_rejects(options, summary)?;
                if parsed.batch.num_rows() > 0 && sink(parsed.batch).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
        }
    }
    Ok(ControlFlow::Continue(()))
}

fn check_rejects(options: &ReadOptions<'_>, summary: &ReadSummary) -> Result<(), ReadError> {
    match options.max_rejects {
        Some(allowed) if summary.rejected() > allowed => Err(ReadError::TooManyRejects {
            rejected: summary.rejected(),
            allowed,
            reasons: summary.reject_list(),
        }),
        _ => Ok(()),
    }
}

fn check_any_event(inputs: &Inputs, summary: &ReadSummary) -> Result<(), ReadError> {
    if summary.events + summary.other_users + summary.after_as_of > 0 {
        return Ok(());
    }
    let advice = if summary.rows == 0 {
        "; the files are empty: check that they were written to their end"
    } else if summary.unknown_columns.is_empty() {
        ""
    } else {
        "\nIf columns have other names, say which with --map COLUMN=INPUT_COLUMN"
    };
    Err(ReadError::NoEvents {
        files: inputs.names(),
        rows: summary.rows,
        reasons: summary.reject_list(),
        advice,
    })
}
