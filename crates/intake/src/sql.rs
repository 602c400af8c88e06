//! MySQL dumps: the INSERT rows of the tables that the mapping names, streamed.
//!
//! Column names come from the INSERT itself or from the CREATE TABLE before it. Backslash escapes are undone as
//! MySQL reads them by default. Statements of other tables are passed over. Rows are numbered from 1 over all
//! INSERT rows of these tables in the file.

mod lexer;

use crate::columns::Plan;
use crate::csv::bad_bytes;
use crate::encoding::{BadBytes, Encoding, utf8_reader};
use crate::error::Error;
use crate::field::{Field, Table};
use crate::input::{Body, Opened, Packing, unpacked};
use crate::mapping::Mapping;
use crate::sheet::{Cells, Value};
use crate::table::{Feed, Job};
use lexer::{Lexer, Problem};
use std::collections::{BTreeSet, HashMap};
use std::io::Read;
use std::path::Path;

/// Does the text look like a dump?
pub(crate) fn is_dump(sample: &[u8]) -> bool {
    let start = &sample[..sample.len().min(1 << 16)];
    let text = String::from_utf8_lossy(start).to_ascii_lowercase();
    text.lines().any(|line| {
        let line = line.trim_start();
        [
            "insert into ",
            "insert ignore into ",
            "replace into ",
            "create table ",
            "-- mysql dump",
            "drop table if exists ",
        ]
        .iter()
        .any(|word| line.starts_with(word))
    })
}

/// The encoding a dump names near its start (`SET NAMES …`).
pub(crate) fn named_encoding(sample: &[u8]) -> Option<Encoding> {
    if sample.starts_with(&[0xFF, 0xFE]) || sample.starts_with(&[0xFE, 0xFF]) || !is_dump(sample) {
        return None;
    }
    let text = String::from_utf8_lossy(&sample[..sample.len().min(1 << 14)]).to_ascii_lowercase();
    let name = text.split_once("set names ")?.1.trim_start_matches(['\'', '"']);
    let name: String = name.chars().take_while(char::is_ascii_alphanumeric).collect();
    Encoding::named(name.trim_end_matches("mb4").trim_end_matches("mb3"))
}

/// Finds the columns of the wanted tables.
pub(crate) fn open(
    path: &Path,
    packing: Packing,
    encoding: Encoding,
    name: &str,
    table: Table,
    mapping: &Mapping,
) -> Result<Opened, Error> {
    let wanted = mapping.sql_tables(table);
    let reader = unpacked(path, packing, None)
        .and_then(|r| utf8_reader(r, encoding))
        .map_err(|e| Error::world(path, e))?;
    let mut dump = Dump::new(reader);
    let mut tables = BTreeSet::new();
    loop {
        match dump.next_insert().map_err(|p| refused(p, name, path, 0))? {
            None => break,
            Some(insert) => {
                if wanted.contains(&insert.table) {
                    let Some(headings) = insert.columns else { return Err(no_columns(name, &insert.table)) };
                    let part = Some(wanted.join(", "));
                    let body = Body::Sql { encoding, table: wanted.join("\n") };
                    return Ok(Opened { body, headings, heading_row: 0, extra: 0, delimiter: None, part });
                }
                tables.insert(insert.table);
                dump.skip_statement().map_err(|p| refused(p, name, path, 0))?;
            }
        }
    }
    let listed = tables.into_iter().collect::<Vec<_>>().join(", ");
    let message = match wanted.is_empty() {
        true => format!("which table of this dump holds the {}? It has rows of: {listed}", table.name()),
        false => format!("no rows of {} in this dump. It has rows of: {listed}", wanted.join(", ")),
    };
    let advice = format!("Name the table in the mapping file:\ntables: {{ {}: NAME }}", table.name());
    Err(Error::fault("sql_table_unclear", name, message, &advice))
}

fn no_columns(name: &str, table: &str) -> Error {
    let message = format!("table {table} has no CREATE TABLE before its rows, and INSERT names no columns");
    Error::fault("sql_columns_unknown", name, message, "Give the dump with its CREATE TABLE statements.")
}

fn refused(problem: Problem, name: &str, path: &Path, row: u64) -> Error {
    match problem {
        Problem::Io(e) if e.get_ref().is_some_and(|e| e.is::<BadBytes>()) => bad_bytes(name, row + 1),
        Problem::Io(e) => Error::world(path, e),
        Problem::Syntax(what) => {
            let advice = "Get the dump again; if it is cut off, say so and give the part that is whole.";
            Error::fault("bad_sql", name, format!("the dump cannot be read here: {what}"), advice)
                .at_row(row + 1)
        }
    }
}

struct Insert {
    table: String,
    columns: Option<Vec<String>>,
}

/// Walks the statements of a dump.
struct Dump {
    lexer: Lexer,
    created: HashMap<String, Vec<String>>,
}

impl Dump {
    fn new(reader: Box<dyn Read + Send>) -> Dump {
        Dump { lexer: Lexer::new(reader), created: HashMap::new() }
    }

    /// Goes to the first row of the next INSERT.
    fn next_insert(&mut self) -> Result<Option<Insert>, Problem> {
        loop {
            self.lexer.skip_blanks()?;
            let Some(byte) = self.lexer.peek()? else { return Ok(None) };
            if byte == b';' {
                self.lexer.bump();
                continue;
            }
            let word = self.lexer.word()?.to_ascii_lowercase();
            match word.as_str() {
                "insert" | "replace" => {
                    if let Some(insert) = self.insert()? {
                        return Ok(Some(insert));
                    }
                }
                "create" => self.create()?,
                _ => {}
            }
            self.skip_statement()?;
        }
    }

    fn skip_statement(&mut self) -> Result<(), Problem> {
        self.lexer.skip_to(b";", None)
    }

    /// Behind INSERT: up to the first row. `None` for forms without rows (INSERT … SELECT, SET).
    fn insert(&mut self) -> Result<Option<Insert>, Problem> {
        let mut word = self.lexer.spaced_word()?;
        while ["low_priority", "delayed", "high_priority", "ignore"]
            .contains(&word.to_ascii_lowercase().as_str())
        {
            word = self.lexer.spaced_word()?;
        }
        let mut table = if word.eq_ignore_ascii_case("into") { self.lexer.name()? } else { word };
        table = self.qualified(table)?;
        self.lexer.skip_blanks()?;
        let mut columns = self.created.get(&table).cloned();
        if self.lexer.peek()? == Some(b'(') {
            columns = Some(self.names()?);
        }
        let word = self.lexer.spaced_word()?.to_ascii_lowercase();
        Ok((word == "values" || word == "value").then_some(Insert { table, columns }))
    }

    /// `db`.`table` is the table.
    fn qualified(&mut self, first: String) -> Result<String, Problem> {
        if self.lexer.peek()? == Some(b'.') {
            self.lexer.bump();
            return self.lexer.name();
        }
        Ok(first)
    }

    fn names(&mut self) -> Result<Vec<String>, Problem> {
        self.lexer.bump();
        let mut names = Vec::new();
        loop {
            names.push(self.lexer.name()?.trim().to_owned());
            self.lexer.skip_blanks()?;
            match self.lexer.next()? {
                Some(b',') => {}
                Some(b')') => return Ok(names),
                _ => return Err(Problem::Syntax("a list of columns that does not end")),
            }
        }
    }

    /// Behind CREATE: remembers the columns of a table.
    fn create(&mut self) -> Result<(), Problem> {
        let mut word = self.lexer.spaced_word()?.to_ascii_lowercase();
        while word == "temporary" {
            word = self.lexer.spaced_word()?.to_ascii_lowercase();
        }
        if word != "table" {
            return Ok(());
        }
        let mut table = self.lexer.name()?;
        if table.eq_ignore_ascii_case("if") {
            self.lexer.spaced_word()?;
            self.lexer.spaced_word()?;
            table = self.lexer.name()?;
        }
        table = self.qualified(table)?;
        self.lexer.skip_blanks()?;
        if self.lexer.peek()? != Some(b'(') {
            return Ok(());
        }
        self.lexer.bump();
        let mut columns = Vec::new();
        loop {
            self.lexer.skip_blanks()?;
            let is_quoted = matches!(self.lexer.peek()?, Some(b'`' | b'"'));
            let name = self.lexer.name()?;
            const NOT_COLUMNS: [&str; 9] = [
                "primary",
                "key",
                "unique",
                "index",
                "constraint",
                "fulltext",
                "spatial",
                "foreign",
                "check",
            ];
            if is_quoted || !NOT_COLUMNS.contains(&name.to_ascii_lowercase().as_str()) {
                columns.push(name.trim().to_owned());
            }
            self.lexer.skip_to(b",)", Some(b'('))?;
            match self.lexer.next()? {
                Some(b',') => {}
                Some(b')') => break,
                _ => return Err(Problem::Syntax("a CREATE TABLE that does not end")),
            }
        }
        self.created.insert(table, columns);
        Ok(())
    }
}

/// Reads the rows of the wanted tables.
struct Rows<'a> {
    dump: Dump,
    name: &'a str,
    path: &'a Path,
    wanted: Vec<String>,
    headings: Vec<String>,
    /// Is a field held in that column?
    mapped: Vec<bool>,
    /// Of the INSERT at hand: the column of each value, or none between INSERTs.
    order: Option<Vec<usize>>,
    row: u64,
    cells: Vec<Vec<u8>>,
}

pub(crate) fn feed<'a>(
    reader: Box<dyn Read + Send>,
    name: &'a str,
    path: &'a Path,
    tables: &str,
    plan: &Plan,
) -> Feed<'a> {
    let width = plan.headings.len();
    let mut rows = Rows {
        dump: Dump::new(reader),
        name,
        path,
        wanted: tables.split('\n').map(str::to_owned).collect(),
        headings: plan.headings.clone(),
        mapped: (0..width).map(|i| Field::ALL.iter().any(|f| plan.fields[*f as usize] == i)).collect(),
        order: None,
        row: 0,
        cells: vec![Vec::new(); width],
    };
    Box::new(move || {
        let mut cells = Cells::default();
        while !cells.is_full() {
            let row = rows.row;
            match rows.next(&mut cells) {
                Ok(true) => {}
                Ok(false) => break,
                Err(Stop::Problem(problem)) => return Err(refused(problem, rows.name, rows.path, row)),
                Err(Stop::Fault(error)) => return Err(*error),
            }
        }
        Ok((!cells.is_empty()).then(|| Job::Cells(Box::new(cells))))
    })
}

/// A longer row is damage.
const ROW_BYTES_MAX: usize = 64 << 20;

enum Stop {
    Problem(Problem),
    Fault(Box<Error>),
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Stop {
        Stop::Problem(problem)
    }
}

impl Rows<'_> {
    /// Reads one row; `false` at the end.
    fn next(&mut self, out: &mut Cells) -> Result<bool, Stop> {
        loop {
            if self.order.is_none() {
                let Some(insert) = self.dump.next_insert()? else { return Ok(false) };
                if !self.wanted.contains(&insert.table) {
                    self.dump.skip_statement()?;
                    continue;
                }
                self.order = Some(self.placed(insert)?);
            }
            self.dump.lexer.skip_blanks()?;
            match self.dump.lexer.next()? {
                Some(b'(') => {
                    self.row += 1;
                    self.tuple(out)?;
                    return Ok(true);
                }
                Some(b',') => {}
                Some(b';') | None => self.order = None,
                Some(_) => {
                    // ON DUPLICATE KEY UPDATE …
                    self.dump.skip_statement()?;
                    self.order = None;
                }
            }
        }
    }

    fn placed(&self, insert: Insert) -> Result<Vec<usize>, Stop> {
        let fault = |error: Error| Stop::Fault(Box::new(error));
        let columns = insert.columns.ok_or_else(|| fault(no_columns(self.name, &insert.table)))?;
        let place = |column: &String| {
            self.headings.iter().position(|h| h == column).ok_or_else(|| {
                let message = format!(
                    "table {} has a column {column} that the first INSERT does not have",
                    insert.table
                );
                fault(Error::fault(
                    "sql_columns_differ",
                    self.name,
                    message,
                    "Read tables of different form one by one.",
                ))
            })
        };
        columns.iter().map(place).collect()
    }

    /// Reads the values up to the closing parenthesis.
    fn tuple(&mut self, out: &mut Cells) -> Result<(), Stop> {
        let order = self.order.take().unwrap_or_default();
        self.cells.iter_mut().for_each(Vec::clear);
        let (mut count, mut bytes, mut beyond) = (0, 0, Vec::new());
        loop {
            let at = order.get(count).copied();
            let cell = at.map_or(&mut beyond, |at| &mut self.cells[at]);
            self.dump.lexer.value(cell)?;
            count += 1;
            bytes += at.map_or(beyond.len(), |at| self.cells[at].len());
            if bytes > ROW_BYTES_MAX {
                return Err(Problem::Syntax("a row without end").into());
            }
            if let Some(at) = at
                && std::str::from_utf8(&self.cells[at]).is_err()
            {
                if self.mapped[at] {
                    return Err(Stop::Fault(Box::new(bad_bytes(self.name, self.row))));
                }
                // Binary content of a column that is only compared.
                self.cells[at] = hex(&self.cells[at]);
            }
            match self.dump.lexer.next()? {
                Some(b',') => {}
                Some(b')') => break,
                _ => return Err(Problem::Syntax("a row that does not end").into()),
            }
        }
        if count == order.len() {
            for cell in &self.cells {
                out.text().extend_from_slice(cell);
                out.end_cell(Value::Text);
            }
            out.end_row(self.row, self.cells.len());
        } else {
            out.ragged_row(self.row, format!("{count} cells, {} expected", order.len()));
        }
        self.order = Some(order);
        Ok(())
    }
}

fn hex(bytes: &[u8]) -> Vec<u8> {
    let digits = bytes.iter().flat_map(|b| [b >> 4, b & 15]).map(|d| b"0123456789abcdef"[d as usize]);
    b"0x".iter().copied().chain(digits).collect()
}
