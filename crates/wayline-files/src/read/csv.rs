//! CSV: fields between commas, quoted where they hold one.

use csv_core::{ReadRecordResult, Reader};
use memchr::memchr_iter;

use super::header::Header;
use super::lines::BLOCK_BYTES;
use super::raw::RawRow;
use super::source::Source;
use super::{MAX_ROW_BYTES, ReadError, Reason, RowError};

/// Rows cut into fields, all in one piece of memory.
#[derive(Debug, Default)]
pub(crate) struct Records {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    rows: Vec<RowEnd>,
}

#[derive(Clone, Copy, Debug)]
struct RowEnd {
    line: u64,
    lines: u64,
    ends: usize,
    fault: Option<Fault>,
}

/// Why a row has no fields to look at.
#[derive(Clone, Copy, Debug)]
enum Fault {
    TooLong,
    OpenQuote,
}

/// A row of [`Records`].
pub(crate) struct Record<'r> {
    pub(crate) line: u64,
    lines: u64,
    fault: Option<Fault>,
    start: usize,
    bytes: &'r [u8],
    ends: &'r [usize],
}

impl Records {
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Record<'_>> {
        let mut first = 0;
        self.rows.iter().map(move |row| {
            let start = if first == 0 { 0 } else { self.ends[first - 1] };
            let ends = &self.ends[first..row.ends];
            first = row.ends;
            Record {
                line: row.line,
                lines: row.lines,
                fault: row.fault,
                start,
                bytes: &self.bytes,
                ends,
            }
        })
    }
}

impl<'r> Record<'r> {
    fn fields(&self) -> impl Iterator<Item = &'r [u8]> {
        let mut start = self.start;
        let bytes = self.bytes;
        self.ends.iter().map(move |end| {
            let field = &bytes[start..*end];
            start = *end;
            field
        })
    }

    /// The fields as text, for the header and for messages.
    pub(crate) fn texts(&self) -> Vec<String> {
        self.fields()
            .map(|field| String::from_utf8_lossy(field).into_owned())
            .collect()
    }

    /// The fields, of which there must be `count`.
    pub(crate) fn fields_of(&self, count: usize) -> Result<Vec<&'r str>, RowError> {
        self.check(count)?;
        let fields = self.fields().map(std::str::from_utf8);
        let fields: Result<_, _> = fields.collect();
        fields.map_err(|_| RowError::not_utf8(None))
    }

    fn check(&self, count: usize) -> Result<(), RowError> {
        match self.fault {
            Some(Fault::TooLong) => return Err(row_too_long(self.lines)),
            Some(Fault::OpenQuote) => return Err(open_quote(self.lines)),
            None => {}
        }
        if self.ends.len() != count {
            return Err(RowError::field_count(self.ends.len(), count, self.lines));
        }
        Ok(())
    }

    pub(crate) fn row(&self, header: &Header) -> Result<RawRow<'r>, RowError> {
        self.check(header.fields.len())?;
        let end = self.ends.last().copied().unwrap_or(self.start);
        // One check for the row; that the fields then begin and end between characters is certain
        // unless a character is cut by a comma, which would not be UTF-8 in the field.
        let mut row = RawRow::default();
        let valid = std::str::from_utf8(&self.bytes[self.start..end]).is_ok();
        for (field, column) in self.fields().zip(&header.fields) {
            let Some(column) = column else { continue };
            match std::str::from_utf8(field) {
                Ok(text) if valid => row.set_text(*column, text),
                _ => return Err(RowError::not_utf8(None)),
            }
        }
        Ok(row)
    }
}

pub(crate) fn row_too_long(lines: u64) -> RowError {
    let quote = if lines > 1 {
        format!(", over {lines} lines: a closing quote may be missing")
    } else {
        String::new()
    };
    RowError::new(
        Reason::RowTooLong,
        format!("longer than {} MiB{quote}", MAX_ROW_BYTES >> 20),
    )
}

fn open_quote(lines: u64) -> RowError {
    RowError::new(
        Reason::OpenQuote,
        format!(
            "a quote is opened and never closed: the {lines} lines to the end of the file are lost; \
             close it, or write quotes inside of a field twice"
        ),
    )
}

/// Cuts a stream into rows, in bounded memory whatever the quotes.
pub(crate) struct CsvRows {
    pub(crate) source: Source,
    core: Reader,
    input: Vec<u8>,
    used: usize,
    line: u64,
    at_start: bool,
    ended: bool,
}

impl CsvRows {
    pub(crate) fn new(source: Source) -> Self {
        Self {
            source,
            core: Reader::new(),
            input: Vec::new(),
            used: 0,
            line: 1,
            at_start: true,
            ended: false,
        }
    }

    /// The next rows, at most `max`; none at the end.
    pub(crate) fn next(&mut self, max: usize) -> Result<Option<Records>, ReadError> {
        let mut records = Records::default();
        while records.rows.len() < max && records.bytes.len() < BLOCK_BYTES {
            if !self.next_row(&mut records)? {
                break;
            }
        }
        Ok((records.len() > 0).then_some(records))
    }

    fn next_row(&mut self, records: &mut Records) -> Result<bool, ReadError> {
        if !self.skip_line_ends()? {
            return Ok(false);
        }
        let line = self.line;
        let (first_byte, first_end) = (records.bytes.len(), records.ends.len());
        let (mut bytes, mut ends) = (first_byte, first_end);
        let mut fault = None;
        loop {
            self.refill()?;
            // At the end a line end is put in: it ends a row unless a quote is still open.
            let at_end = self.used == self.input.len();
            let input = if at_end {
                b"\n"
            } else {
                &self.input[self.used..]
            };
            records
                .bytes
                .resize(records.bytes.len().max(bytes + 1_024), 0);
            records.ends.resize(records.ends.len().max(ends + 32), 0);
            let (result, read, written, fields) = self.core.read_record(
                input,
                &mut records.bytes[bytes..],
                &mut records.ends[ends..],
            );
            if !at_end {
                let consumed = &input[..read];
                self.line += memchr_iter(b'\n', consumed).count() as u64;
                self.used += read;
            } else if result == ReadRecordResult::InputEmpty {
                fault = fault.or(Some(Fault::OpenQuote));
            }
            bytes += written;
            ends += fields;
            if bytes - first_byte > MAX_ROW_BYTES {
                fault = Some(Fault::TooLong);
            }
            if fault.is_some() {
                (bytes, ends) = (first_byte, first_end);
            }
            match result {
                ReadRecordResult::Record | ReadRecordResult::End => break,
                ReadRecordResult::OutputFull => {
                    let more = records.bytes.len() + (bytes - first_byte).max(1_024);
                    records.bytes.resize(more, 0);
                }
                ReadRecordResult::OutputEndsFull => records.ends.resize(records.ends.len() * 2, 0),
                ReadRecordResult::InputEmpty if at_end => break,
                ReadRecordResult::InputEmpty => {}
            }
        }
        records.bytes.truncate(bytes);
        records.ends.truncate(ends);
        for end in &mut records.ends[first_end..] {
            *end += first_byte;
        }
        records.rows.push(RowEnd {
            line,
            lines: (self.line - line).max(1),
            ends,
            fault,
        });
        Ok(true)
    }

    /// Moves to the first byte of the next row; false at the end.
    fn skip_line_ends(&mut self) -> Result<bool, ReadError> {
        loop {
            self.refill()?;
            match self.input.get(self.used) {
                None => return Ok(false),
                Some(b'\n') => self.line += 1,
                Some(b'\r') => {}
                Some(_) => return Ok(true),
            }
            self.used += 1;
        }
    }

    fn refill(&mut self) -> Result<(), ReadError> {
        if self.used < self.input.len() || self.ended {
            return Ok(());
        }
        self.input.clear();
        self.used = 0;
        self.ended = self.source.fill(&mut self.input, BLOCK_BYTES)? < BLOCK_BYTES;
        if std::mem::replace(&mut self.at_start, false) && self.input.starts_with(b"\xEF\xBB\xBF") {
            self.used = 3;
        }
        Ok(())
    }
}

/// Cuts one row of CSV, for a caller that has it already.
pub(crate) fn one_record(row: &[u8]) -> Records {
    let mut core = Reader::new();
    let mut records = Records {
        bytes: vec![0; row.len() + 2],
        ends: vec![0; row.len() + 2],
        rows: Vec::new(),
    };
    let (mut result, _, mut written, mut fields) =
        core.read_record(row, &mut records.bytes, &mut records.ends);
    let mut fault = None;
    if result == ReadRecordResult::InputEmpty {
        let more;
        let last;
        (result, _, more, last) = core.read_record(
            b"\n",
            &mut records.bytes[written..],
            &mut records.ends[fields..],
        );
        // Only inside of quotes is a line end text.
        if result == ReadRecordResult::InputEmpty && more > 0 {
            fault = Some(Fault::OpenQuote);
        }
        written += more;
        fields += last;
    }
    records.bytes.truncate(written);
    records.ends.truncate(fields);
    records.rows.push(RowEnd {
        line: 1,
        lines: 1,
        ends: fields,
        fault,
    });
    records
}
