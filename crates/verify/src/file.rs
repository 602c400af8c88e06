//! The exported file: JSON lines. The first names what follows and the head, then comes one link a line with its
//! record, the last holds the SHA-256 of all bytes before it.
//!
//! The last line finds every accident; the chain finds every wish, as far as a head was kept elsewhere. A line must
//! be written exactly as the program writes it, so that nothing can hide in blanks or repeated keys.

use crate::chain::{Checker, Report};
use crate::fault::{Damage, Fault};
use crate::record::{Head, Link, Record};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::io::{self, BufRead, Read, Write};

/// What stands in the first line.
const FORMAT: &str = "mingjing-audit";
/// No line of the program is longer; a longer one is not read into memory.
const LINE_MAX: u64 = 16 << 20;

/// The first line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    format: String,
    version: u32,
    /// When it was exported, microseconds since 1970 UTC.
    pub exported_at: i64,
    /// Links that follow.
    pub links: i64,
    /// Entries that waited for a link and are not in the file.
    pub waiting: i64,
    /// The last link.
    pub head: Head,
}

impl Header {
    /// A header of this version of the form.
    pub fn new(exported_at: i64, links: i64, waiting: i64, head: Head) -> Header {
        Header { format: FORMAT.to_owned(), version: 1, exported_at, links, waiting, head }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    seq: i64,
    linked_at: i64,
    hash: String,
    /// None when the log has lost it: a broken log is exported as well, and found broken.
    record: Option<Record>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct End {
    lines: u64,
    sha256: String,
}

/// Writes an exported file.
pub struct Writer<W: Write> {
    out: W,
    sha: Sha256,
    lines: u64,
}

impl<W: Write> Writer<W> {
    /// Begins with the header.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn new(out: W, header: &Header) -> io::Result<Writer<W>> {
        let mut writer = Writer { out, sha: Sha256::new(), lines: 0 };
        writer.line(header)?;
        Ok(writer)
    }

    /// The next link and its entry; none when the log has lost it.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn link(&mut self, link: Link, record: Option<Record>) -> io::Result<()> {
        self.line(&Line { seq: link.seq, linked_at: link.linked_at, hash: link.hash, record })
    }

    /// Ends with the last line and gives back what it wrote to.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn finish(mut self) -> io::Result<W> {
        let end = End { lines: self.lines, sha256: hex::encode(self.sha.clone().finalize()) };
        self.line(&end)?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn line(&mut self, value: &impl Serialize) -> io::Result<()> {
        let mut text = serde_json::to_vec(value)?;
        text.push(b'\n');
        self.sha.update(&text);
        self.lines += 1;
        self.out.write_all(&text)
    }
}

/// Reads a line that is written exactly as the program writes it.
fn exact<T: Serialize + for<'a> Deserialize<'a>>(line: &[u8]) -> Option<T> {
    let text = line.strip_suffix(b"\n")?;
    let value: T = serde_json::from_slice(text).ok()?;
    (serde_json::to_vec(&value).ok()? == text).then_some(value)
}

/// Checks an exported file, and that it agrees with heads that were kept elsewhere.
///
/// # Errors
/// The file cannot be read. Whatever is wrong with its content stands in the report.
pub fn check(mut input: impl BufRead, heads: &[Head]) -> io::Result<(Option<Header>, Report)> {
    let mut checker = Checker::new(heads);
    let mut damages = Vec::new();
    let (mut sha, mut line, mut number) = (Sha256::new(), Vec::new(), 0_u64);
    let (mut header, mut end) = (None::<Header>, None::<End>);
    loop {
        line.clear();
        if (&mut input).take(LINE_MAX).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        number += 1;
        let mut damage = |what| {
            // The rest of a file that is none could be endless.
            if damages.len() < crate::chain::SHOWN {
                damages.push(Fault::File { line: number, what });
            }
        };
        if end.is_some() {
            damage(Damage::Behind);
            break;
        }
        if number == 1 {
            header = exact(&line).filter(|header: &Header| header.format == FORMAT && header.version == 1);
            if header.is_none() {
                damage(Damage::Header);
                break;
            }
        } else if let Some(Line { seq, linked_at, hash, record }) = exact(&line) {
            checker.link(&Link { seq, linked_at, hash }, record.as_ref());
        } else if let Some(last) = exact::<End>(&line) {
            if last.sha256 != hex::encode(sha.clone().finalize()) || last.lines != number - 1 {
                damage(Damage::Sum);
            }
            end = Some(last);
        } else {
            damage(Damage::Unreadable);
        }
        sha.update(&line);
    }
    let mut report = checker.finish();
    if let Some(header) = &header {
        if header.head != report.head {
            damages.push(Fault::File { line: 1, what: Damage::HeadDiffers });
        }
        if header.links != report.links {
            damages.push(Fault::File { line: 1, what: Damage::Count });
        }
        if end.is_none() {
            damages.push(Fault::File { line: number, what: Damage::CutOff });
        }
    } else if number == 0 {
        damages.push(Fault::File { line: 1, what: Damage::Header });
    }
    damages.into_iter().for_each(|damage| report.add(damage));
    Ok((header, report))
}

#[cfg(test)]
mod tests;
