//! Comma-separated files as this program writes them, and reads them back: UTF-8 with a byte order mark (so that a
//! spreadsheet shows Chinese), a heading, LF, quotes only where needed. Values stand exactly as they are: open a
//! file of seized texts in a spreadsheet by importing its columns as text.

use crate::Error;
use crate::stage::Stage;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

const MARK: &[u8] = "\u{feff}".as_bytes();

/// A file being written.
pub(crate) struct Writer {
    path: PathBuf,
    out: BufWriter<File>,
}

impl Writer {
    pub fn create(stage: &Stage, name: &str, heading: &[&str]) -> Result<Writer, Error> {
        let out = BufWriter::with_capacity(1 << 18, stage.create(name)?);
        let mut writer = Writer { path: stage.path().join(name), out };
        writer.out.write_all(MARK).map_err(|e| Error::io(&writer.path, "write", e))?;
        writer.row(heading)?;
        Ok(writer)
    }

    pub fn row(&mut self, fields: &[&str]) -> Result<(), Error> {
        put_row(&mut self.out, fields).map_err(|e| Error::io(&self.path, "write", e))
    }

    pub fn finish(mut self) -> Result<(), Error> {
        self.out.flush().map_err(|e| Error::io(&self.path, "write", e))
    }
}

fn put_row(out: &mut impl Write, fields: &[&str]) -> io::Result<()> {
    for (i, field) in fields.iter().enumerate() {
        if i > 0 {
            out.write_all(b",")?;
        }
        if field.contains([',', '"', '\n', '\r']) {
            write!(out, "\"{}\"", field.replace('"', "\"\""))?;
        } else {
            out.write_all(field.as_bytes())?;
        }
    }
    out.write_all(b"\n")
}

/// A file being read, row by row.
pub(crate) struct Reader {
    pub path: PathBuf,
    input: BufReader<File>,
    columns: usize,
}

impl Reader {
    /// Opens a file and checks its heading.
    pub fn open(dir: &Path, name: &str, heading: &[&str]) -> Result<Reader, Error> {
        let (path, file) = crate::open(dir, name)?;
        let mut reader = Reader { path, input: BufReader::new(file), columns: heading.len() };
        let found = reader.row()?.unwrap_or_default();
        let mut expected: Vec<String> = heading.iter().map(|&text| text.to_owned()).collect();
        expected[0].insert(0, '\u{feff}');
        if found != expected {
            return Err(Error::broken(&reader.path, format!("its heading is not {}", heading.join(","))));
        }
        Ok(reader)
    }

    /// The next row; `None` at the end.
    pub fn row(&mut self) -> Result<Option<Vec<String>>, Error> {
        let mut text = String::new();
        // A record ends with a line in which every quote is closed.
        loop {
            let read = self.input.read_line(&mut text).map_err(|e| match e.kind() {
                io::ErrorKind::InvalidData => Error::broken(&self.path, "is not UTF-8"),
                _ => Error::io(&self.path, "read", e),
            })?;
            match (text.bytes().filter(|&b| b == b'"').count() % 2, read) {
                (0, 0) => return Ok(None),
                (_, 0) => return Err(Error::broken(&self.path, "ends within a quoted field")),
                (0, _) => break,
                _ => {}
            }
        }
        let fields = split(text.strip_suffix('\n').unwrap_or(&text));
        if fields.len() != self.columns {
            return Err(Error::broken(&self.path, format!("has a row of {} fields", fields.len())));
        }
        Ok(Some(fields))
    }
}

fn split(record: &str) -> Vec<String> {
    let (mut fields, mut quoted) = (vec![String::new()], false);
    let mut chars = record.chars().peekable();
    while let Some(c) = chars.next() {
        let field = fields.last_mut().expect("there is one from the start");
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            c => field.push(c),
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_comes_back_from_its_record() {
        let rows = [["", ""], ["a,b", "\"quoted\""], ["line\nbreak\r", "会员"], ["\"", ",,"]];
        for row in rows {
            let mut bytes = Vec::new();
            put_row(&mut bytes, &row).unwrap();
            let text = String::from_utf8(bytes).unwrap();
            assert_eq!(split(text.strip_suffix('\n').unwrap()), row);
        }
    }
}
