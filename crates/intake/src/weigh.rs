//! How much a packed file holds: unpacked piece by piece and counted, so that a small file that swells to a huge one
//! is refused before anything reads it.
//!
//! Of gzip and Zstandard the one stream is counted; of a workbook (a zip archive) every member, by what it really
//! unpacks to and not by what its directory claims. Other files weigh what they are. Memory: one buffer.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Take};
use std::path::Path;

/// Why a file was not weighed to its end.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// It unpacks to more than was allowed.
    #[error("unpacks to more than {0} bytes")]
    TooHeavy(u64),
    /// The archive is damaged, or holds more members than a workbook has.
    #[error("damaged archive: {0}")]
    Damaged(String),
    /// The system refuses.
    #[error(transparent)]
    World(#[from] io::Error),
}

/// Members of an archive; a workbook has some dozens.
const MEMBERS_MAX: u64 = 10_000;
/// Bytes of a directory of so many members.
const DIRECTORY_BYTES_MAX: u64 = 8 << 20;

/// The bytes a file unpacks to.
///
/// # Errors
/// More than `bytes_max`; a damaged archive; the system refuses.
pub fn unpacked_bytes(path: &Path, bytes_max: u64) -> Result<u64, Refused> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut start = [0; 4];
    let n = file.read(&mut start)?;
    file.rewind()?;
    match start[..n] {
        [0x1F, 0x8B, ..] => weigh(flate2::bufread::MultiGzDecoder::new(BufReader::new(file)), bytes_max),
        [0x28, 0xB5, 0x2F, 0xFD] => weigh(zstd::Decoder::new(file)?, bytes_max),
        [b'P', b'K', 3, 4] => archive(file, length, bytes_max),
        _ if length > bytes_max => Err(Refused::TooHeavy(bytes_max)),
        _ => Ok(length),
    }
}

/// Reads to the end, at most one byte more than allowed.
fn weigh(reader: impl Read, bytes_max: u64) -> Result<u64, Refused> {
    let mut limited = reader.take(bytes_max.saturating_add(1));
    let bytes = match io::copy(&mut limited, &mut io::sink()) {
        Err(e)
            if matches!(
                e.kind(),
                io::ErrorKind::InvalidData
                    | io::ErrorKind::InvalidInput
                    | io::ErrorKind::UnexpectedEof
                    | io::ErrorKind::Other
            ) =>
        {
            return Err(Refused::Damaged(e.to_string()));
        }
        done => done?,
    };
    if bytes > bytes_max { Err(Refused::TooHeavy(bytes_max)) } else { Ok(bytes) }
}

fn damaged(what: &str) -> Refused {
    Refused::Damaged(what.to_owned())
}

fn number(bytes: &[u8], at: usize, width: usize) -> Result<u64, Refused> {
    let piece = bytes.get(at..at + width).ok_or_else(|| damaged("its directory is cut short"))?;
    Ok(piece.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

/// (offset, bytes, members) of the directory.
fn directory(file: &mut File, length: u64) -> Result<(u64, u64, u64), Refused> {
    // The end record has 22 bytes and a comment of at most 65,535 behind it.
    let tail = length.min(22 + 65_535 + 20);
    file.seek(SeekFrom::Start(length - tail))?;
    let mut bytes = Vec::new();
    file.by_ref().take(tail).read_to_end(&mut bytes)?;
    let end =
        bytes.windows(4).rposition(|four| four == b"PK\x05\x06").ok_or_else(|| damaged("it has no end"))?;
    let (members, size, offset) =
        (number(&bytes, end + 10, 2)?, number(&bytes, end + 12, 4)?, number(&bytes, end + 16, 4)?);
    if members < 0xFFFF && size < 0xFFFF_FFFF && offset < 0xFFFF_FFFF {
        return Ok((offset, size, members));
    }
    // Zip64: a locator stands right before the end record and names the larger one.
    let locator = end.checked_sub(20).filter(|&at| bytes[at..].starts_with(b"PK\x06\x07"));
    let locator = locator.ok_or_else(|| damaged("its large end is missing"))?;
    file.seek(SeekFrom::Start(number(&bytes, locator + 8, 8)?))?;
    let mut large = Vec::new();
    file.by_ref().take(56).read_to_end(&mut large)?;
    Ok((number(&large, 48, 8)?, number(&large, 40, 8)?, number(&large, 32, 8)?))
}

/// Every member of an archive, unpacked and counted.
fn archive(mut file: File, length: u64, bytes_max: u64) -> Result<u64, Refused> {
    let (offset, size, members) = directory(&mut file, length)?;
    if members > MEMBERS_MAX
        || size > DIRECTORY_BYTES_MAX
        || offset.checked_add(size).is_none_or(|end| end > length)
    {
        return Err(damaged("its directory is too large"));
    }
    file.seek(SeekFrom::Start(offset))?;
    let mut list = Vec::new();
    file.by_ref().take(size).read_to_end(&mut list)?;
    let (mut at, mut total) = (0usize, 0u64);
    for _ in 0..members {
        if !list.get(at..).is_some_and(|rest| rest.starts_with(b"PK\x01\x02")) {
            return Err(damaged("its directory is cut short"));
        }
        let (method, mut packed) = (number(&list, at + 10, 2)?, number(&list, at + 20, 4)?);
        let widths = [28, 30, 32].map(|field| number(&list, at + field, 2));
        let [name, extra, comment] = widths;
        let (name, extra, comment) = (name? as usize, extra? as usize, comment? as usize);
        let mut place = number(&list, at + 42, 4)?;
        let swollen = number(&list, at + 24, 4)?;
        large_fields(
            list.get(at + 46 + name..at + 46 + name + extra).unwrap_or_default(),
            swollen,
            &mut packed,
            &mut place,
        )?;
        total += member(&mut file, place, packed, method, bytes_max - total)?;
        at += 46 + name + extra + comment;
    }
    Ok(total)
}

/// Sizes beyond four gigabytes stand in an extra field, in a fixed order, only those that do not fit.
fn large_fields(extra: &[u8], swollen: u64, packed: &mut u64, place: &mut u64) -> Result<(), Refused> {
    const LARGE: u64 = 0xFFFF_FFFF;
    let mut at = 0;
    while at + 4 <= extra.len() {
        let (id, width) = (number(extra, at, 2)?, number(extra, at + 2, 2)? as usize);
        if id == 1 {
            let mut field = at + 4 + if swollen == LARGE { 8 } else { 0 };
            if *packed == LARGE {
                *packed = number(extra, field, 8)?;
                field += 8;
            }
            if *place == LARGE {
                *place = number(extra, field, 8)?;
            }
        }
        at += 4 + width;
    }
    Ok(())
}

fn member(file: &mut File, place: u64, packed: u64, method: u64, bytes_max: u64) -> Result<u64, Refused> {
    file.seek(SeekFrom::Start(place))?;
    let mut head = Vec::new();
    file.by_ref().take(30).read_to_end(&mut head)?;
    if !head.starts_with(b"PK\x03\x04") {
        return Err(damaged("a member is not where its directory says"));
    }
    let behind = number(&head, 26, 2)? + number(&head, 28, 2)?;
    file.seek(SeekFrom::Current(behind as i64))?;
    let body: Take<&mut File> = file.take(packed);
    match method {
        0 => weigh(body, bytes_max),
        8 => weigh(flate2::bufread::DeflateDecoder::new(BufReader::new(body)), bytes_max),
        _ => Err(damaged("a member is packed in an unknown way")),
    }
}
