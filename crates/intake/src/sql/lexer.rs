//! The words and values of a dump, byte by byte from a stream.

use memchr::memchr2;
use std::io::{self, Read};

/// Why a dump cannot be read on.
#[derive(Debug)]
pub(crate) enum Problem {
    Io(io::Error),
    Syntax(&'static str),
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Problem {
        Problem::Io(error)
    }
}

/// A longer name, number or text is damage.
const TOKEN_BYTES_MAX: usize = 16 << 20;

pub(crate) struct Lexer {
    reader: Box<dyn Read + Send>,
    buffer: Vec<u8>,
    at: usize,
    len: usize,
}

impl Lexer {
    pub fn new(reader: Box<dyn Read + Send>) -> Lexer {
        Lexer { reader, buffer: vec![0; 1 << 18], at: 0, len: 0 }
    }

    fn fill(&mut self) -> Result<bool, Problem> {
        if self.at >= self.len {
            self.len = self.reader.read(&mut self.buffer)?;
            self.at = 0;
        }
        Ok(self.len > 0)
    }

    /// The next byte, not taken.
    #[inline]
    pub fn peek(&mut self) -> Result<Option<u8>, Problem> {
        if self.at < self.len || self.fill()? { Ok(Some(self.buffer[self.at])) } else { Ok(None) }
    }

    /// Takes the byte that was peeked.
    #[inline]
    pub fn bump(&mut self) {
        self.at += 1;
    }

    /// Takes the next byte.
    #[inline]
    pub fn next(&mut self) -> Result<Option<u8>, Problem> {
        let byte = self.peek()?;
        self.at += usize::from(byte.is_some());
        Ok(byte)
    }

    /// Passes blanks and comments.
    pub fn skip_blanks(&mut self) -> Result<(), Problem> {
        loop {
            match self.peek()? {
                Some(b' ' | b'\t' | b'\r' | b'\n') => self.bump(),
                Some(b'#') => self.skip_line()?,
                Some(b'-') => {
                    self.bump();
                    if self.peek()? != Some(b'-') {
                        return Err(Problem::Syntax("a minus sign outside of a value"));
                    }
                    self.skip_line()?;
                }
                Some(b'/') => {
                    self.bump();
                    if self.next()? != Some(b'*') {
                        return Err(Problem::Syntax("a slash outside of a value"));
                    }
                    self.skip_comment()?;
                }
                _ => return Ok(()),
            }
        }
    }

    fn skip_line(&mut self) -> Result<(), Problem> {
        while !matches!(self.next()?, None | Some(b'\n')) {}
        Ok(())
    }

    fn skip_comment(&mut self) -> Result<(), Problem> {
        let mut star = false;
        loop {
            match self.next()? {
                None => return Err(Problem::Syntax("a comment that does not end")),
                Some(b'/') if star => return Ok(()),
                Some(byte) => star = byte == b'*',
            }
        }
    }

    /// A bare word; empty where none begins (the byte there is taken, so that the walk goes on).
    pub fn word(&mut self) -> Result<String, Problem> {
        let mut word = Vec::new();
        while let Some(byte) = self.peek()? {
            if !(byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80) {
                break;
            }
            if word.len() >= TOKEN_BYTES_MAX {
                return Err(Problem::Syntax("a word without end"));
            }
            word.push(byte);
            self.bump();
        }
        Ok(String::from_utf8_lossy(&word).into_owned())
    }

    /// A bare word or a quoted name behind blanks.
    pub fn spaced_word(&mut self) -> Result<String, Problem> {
        self.skip_blanks()?;
        match self.peek()? {
            Some(quote @ (b'`' | b'"')) => {
                self.bump();
                let mut name = Vec::new();
                self.quoted(quote, &mut name)?;
                Ok(String::from_utf8_lossy(&name).into_owned())
            }
            _ => self.word(),
        }
    }

    /// A name that must be there.
    pub fn name(&mut self) -> Result<String, Problem> {
        let name = self.spaced_word()?;
        if name.is_empty() { Err(Problem::Syntax("a name is missing")) } else { Ok(name) }
    }

    /// The rest of a quoted text, escapes undone (not in names between backticks).
    fn quoted(&mut self, quote: u8, out: &mut Vec<u8>) -> Result<(), Problem> {
        let escape = if quote == b'`' { b'`' } else { b'\\' };
        loop {
            if !self.fill()? {
                return Err(Problem::Syntax("a text that does not end"));
            }
            if out.len() > TOKEN_BYTES_MAX {
                return Err(Problem::Syntax("a text without end"));
            }
            let rest = &self.buffer[self.at..self.len];
            let Some(stop) = memchr2(quote, escape, rest) else {
                out.extend_from_slice(rest);
                self.at = self.len;
                continue;
            };
            out.extend_from_slice(&rest[..stop]);
            let sign = rest[stop];
            self.at += stop + 1;
            if sign == quote {
                if self.peek()? != Some(quote) {
                    return Ok(());
                }
                out.push(quote);
                self.bump();
                continue;
            }
            match self.next()? {
                None => return Err(Problem::Syntax("a text that does not end")),
                Some(b'0') => out.push(0),
                Some(b'n') => out.push(b'\n'),
                Some(b'r') => out.push(b'\r'),
                Some(b't') => out.push(b'\t'),
                Some(b'b') => out.push(8),
                Some(b'Z') => out.push(26),
                Some(byte @ (b'%' | b'_')) => out.extend_from_slice(&[b'\\', byte]),
                Some(byte) => out.push(byte),
            }
        }
    }

    /// Goes to the first of `ends` outside of quotes, comments and (where given) nested parentheses. One `;` is
    /// taken, any other end is not.
    pub fn skip_to(&mut self, ends: &[u8], nesting: Option<u8>) -> Result<(), Problem> {
        let (mut depth, mut scrap) = (0u32, Vec::new());
        while let Some(byte) = self.peek()? {
            if depth == 0 && ends.contains(&byte) {
                self.at += usize::from(byte == b';');
                return Ok(());
            }
            self.bump();
            match byte {
                b'\'' | b'"' | b'`' => {
                    scrap.clear();
                    self.quoted(byte, &mut scrap)?;
                }
                b'/' if self.peek()? == Some(b'*') => {
                    self.bump();
                    self.skip_comment()?;
                }
                b'-' if self.peek()? == Some(b'-') => self.skip_line()?,
                b'#' => self.skip_line()?,
                b'(' if nesting.is_some() => depth += 1,
                b')' if nesting.is_some() => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        Ok(())
    }

    /// One value of a row, as text: NULL is nothing.
    pub fn value(&mut self, out: &mut Vec<u8>) -> Result<(), Problem> {
        out.clear();
        self.value_start()?;
        if self.peek()? == Some(b'_') {
            // A character set before a text.
            self.word()?;
            self.value_start()?;
        }
        match self.peek()? {
            Some(quote @ (b'\'' | b'"')) => {
                self.bump();
                self.quoted(quote, out)?;
            }
            Some(b'-' | b'+' | b'.' | b'0'..=b'9') => self.number(out)?,
            _ => {
                let word = self.word()?;
                let is_text = self.peek()? == Some(b'\'');
                match word.to_ascii_lowercase().as_str() {
                    "null" => {}
                    "true" => out.push(b'1'),
                    "false" => out.push(b'0'),
                    "x" if is_text => {
                        self.bump();
                        let mut digits = Vec::new();
                        self.quoted(b'\'', &mut digits)?;
                        *out =
                            unhex(&digits).ok_or(Problem::Syntax("a hexadecimal value with other signs"))?;
                    }
                    "b" | "n" if is_text => {
                        self.bump();
                        self.quoted(b'\'', out)?;
                    }
                    _ => return Err(Problem::Syntax("a value that is no text, number or NULL")),
                }
            }
        }
        self.value_start()
    }

    /// Blanks and comments, but a minus sign belongs to a value.
    fn value_start(&mut self) -> Result<(), Problem> {
        while let Some(byte) = self.peek()? {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => self.bump(),
                b'/' | b'#' => self.skip_blanks()?,
                _ => break,
            }
        }
        Ok(())
    }

    fn number(&mut self, out: &mut Vec<u8>) -> Result<(), Problem> {
        while let Some(byte) = self.peek()? {
            if !(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.')) {
                break;
            }
            if out.len() > 400 {
                return Err(Problem::Syntax("a number without end"));
            }
            out.push(byte);
            self.bump();
        }
        if out.starts_with(b"0x") {
            *out = unhex(&out[2..]).ok_or(Problem::Syntax("a hexadecimal value with other signs"))?;
        }
        Ok(())
    }
}

fn unhex(digits: &[u8]) -> Option<Vec<u8>> {
    let value = |d: u8| char::from(d).to_digit(16).map(|v| v as u8);
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    digits.chunks(2).map(|pair| Some(value(pair[0])? << 4 | value(pair[1])?)).collect()
}
