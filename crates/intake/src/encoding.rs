//! Which encoding a text is in, and its bytes as UTF-8.
//!
//! The decision is taken once, on a sample from the start of the file, so that reading can stream: a byte order
//! mark decides; else a sample that is valid UTF-8 is UTF-8; else the encoding is GB18030 if the whole sample
//! is valid there and UTF-8 sequences are not the greater part of what is not ASCII (a damaged UTF-8 file must
//! not turn into other Chinese text). A file whose sample is plain ASCII is read as UTF-8 and refused with file
//! and row at the first byte that is not: then the mapping file must name the encoding.

use encoding_rs::{Decoder, DecoderResult};
use std::io::{self, Read};

/// An encoding that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Utf8,
    Gb18030,
    Utf16Le,
    Utf16Be,
}

impl Encoding {
    /// By the name a mapping file uses.
    pub fn named(name: &str) -> Option<Encoding> {
        match name.to_ascii_lowercase().replace(['-', '_'], "").as_str() {
            "utf8" => Some(Encoding::Utf8),
            "gb18030" | "gbk" | "gb2312" | "cp936" => Some(Encoding::Gb18030),
            "utf16le" => Some(Encoding::Utf16Le),
            "utf16be" => Some(Encoding::Utf16Be),
            _ => None,
        }
    }

    /// The name shown.
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "utf-8",
            Encoding::Gb18030 => "gb18030",
            Encoding::Utf16Le => "utf-16le",
            Encoding::Utf16Be => "utf-16be",
        }
    }

    /// Decides on a sample from the start of a file; `None` when it is no text in any of them.
    pub fn recognise(sample: &[u8]) -> Option<Encoding> {
        match sample {
            [0xEF, 0xBB, 0xBF, ..] => return Some(Encoding::Utf8),
            [0xFF, 0xFE, ..] => return Some(Encoding::Utf16Le),
            [0xFE, 0xFF, ..] => return Some(Encoding::Utf16Be),
            _ => {}
        }
        let utf8 = utf8_share(sample);
        if utf8.invalid == 0 || utf8.valid > utf8.invalid {
            return Some(Encoding::Utf8);
        }
        let mut text = String::with_capacity(sample.len() * 2);
        let mut decoder = encoding_rs::GB18030.new_decoder_without_bom_handling();
        // Not `last`: the sample may end inside a character.
        match decoder.decode_to_string_without_replacement(sample, &mut text, false).0 {
            DecoderResult::Malformed(..) => None,
            _ => Some(Encoding::Gb18030),
        }
    }
}

#[derive(Default)]
struct Share {
    valid: usize,
    invalid: usize,
}

/// Bytes that are not ASCII, inside and outside of valid UTF-8 sequences; a cut sequence at the end is neither.
fn utf8_share(mut sample: &[u8]) -> Share {
    let not_ascii = |part: &[u8]| part.iter().filter(|b| !b.is_ascii()).count();
    let mut share = Share::default();
    loop {
        match std::str::from_utf8(sample) {
            Ok(_) => {
                share.valid += not_ascii(sample);
                return share;
            }
            Err(error) => {
                share.valid += not_ascii(&sample[..error.valid_up_to()]);
                let Some(len) = error.error_len() else { return share };
                share.invalid += len;
                sample = &sample[error.valid_up_to() + len..];
            }
        }
    }
}

/// A reader that gives UTF-8, without byte order mark. UTF-8 itself passes unchecked.
pub(crate) fn utf8_reader(
    mut inner: Box<dyn Read + Send>,
    encoding: Encoding,
) -> io::Result<Box<dyn Read + Send>> {
    let mark: &[u8] = match encoding {
        Encoding::Utf8 => &[0xEF, 0xBB, 0xBF],
        Encoding::Utf16Le => &[0xFF, 0xFE],
        Encoding::Utf16Be => &[0xFE, 0xFF],
        Encoding::Gb18030 => &[],
    };
    let mut start = Vec::new();
    inner.by_ref().take(mark.len() as u64).read_to_end(&mut start)?;
    if start == mark {
        start.clear();
    }
    let inner: Box<dyn Read + Send> = Box::new(io::Cursor::new(start).chain(inner));
    let decoder = match encoding {
        Encoding::Utf8 => return Ok(inner),
        Encoding::Gb18030 => encoding_rs::GB18030.new_decoder_without_bom_handling(),
        Encoding::Utf16Le => encoding_rs::UTF_16LE.new_decoder_without_bom_handling(),
        Encoding::Utf16Be => encoding_rs::UTF_16BE.new_decoder_without_bom_handling(),
    };
    Ok(Box::new(Decoded {
        inner,
        decoder,
        raw: vec![0; 1 << 16],
        held: 0..0,
        ended: false,
        finished: false,
        text: vec![0; 1 << 18],
        ready: 0..0,
    }))
}

struct Decoded {
    inner: Box<dyn Read + Send>,
    decoder: Decoder,
    raw: Vec<u8>,
    held: std::ops::Range<usize>,
    ended: bool,
    finished: bool,
    text: Vec<u8>,
    ready: std::ops::Range<usize>,
}

impl Decoded {
    fn refill(&mut self) -> io::Result<()> {
        while self.ready.is_empty() && !self.finished {
            if self.held.is_empty() && !self.ended {
                let count = self.inner.read(&mut self.raw)?;
                self.held = 0..count;
                self.ended = count == 0;
            }
            let source = &self.raw[self.held.clone()];
            let (result, read, written) =
                self.decoder.decode_to_utf8_without_replacement(source, &mut self.text, self.ended);
            self.held.start += read;
            self.ready = 0..written;
            match result {
                DecoderResult::InputEmpty => self.finished = self.ended,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) if written > 0 => {
                    // What came before is given first; the decoder would go on behind the bad bytes.
                    self.finished = true;
                    self.ended = true;
                    self.inner = Box::new(Malformed);
                }
                DecoderResult::Malformed(..) => return Err(malformed()),
            }
        }
        Ok(())
    }
}

struct Malformed;

impl Read for Malformed {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(malformed())
    }
}

fn malformed() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, BadBytes)
}

/// Bytes that are no text in the encoding; inside an [`io::Error`] of a decoding reader.
#[derive(Debug, thiserror::Error)]
#[error("bytes that are no text in this encoding")]
pub(crate) struct BadBytes;

impl Read for Decoded {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        self.refill()?;
        if self.ready.is_empty() && self.finished {
            // At the true end this reads nothing; after bad bytes it fails.
            return self.inner.read(&mut [0]).map(|_| 0);
        }
        let count = out.len().min(self.ready.len());
        out[..count].copy_from_slice(&self.text[self.ready.start..self.ready.start + count]);
        self.ready.start += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], encoding: Encoding) -> io::Result<String> {
        let mut text = String::new();
        utf8_reader(Box::new(io::Cursor::new(bytes.to_vec())), encoding)?.read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn one_text_is_recognised_and_read_in_each_encoding() {
        let text = "会员编号,推荐人\n甲,乙\n";
        let gb = encoding_rs::GB18030.encode(text).0.into_owned();
        let le: Vec<u8> =
            [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let be: Vec<u8> =
            [0xFE, 0xFF].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect();
        let bom = format!("\u{feff}{text}").into_bytes();
        for (bytes, encoding) in [
            (text.as_bytes().to_vec(), Encoding::Utf8),
            (bom, Encoding::Utf8),
            (gb, Encoding::Gb18030),
            (le, Encoding::Utf16Le),
            (be, Encoding::Utf16Be),
        ] {
            assert_eq!(Encoding::recognise(&bytes), Some(encoding));
            assert_eq!(read(&bytes, encoding).unwrap(), text);
        }
    }

    #[test]
    fn a_sample_cut_inside_a_character_is_still_utf8() {
        assert_eq!(Encoding::recognise(&"会员".as_bytes()[..5]), Some(Encoding::Utf8));
    }

    #[test]
    fn damaged_utf8_is_not_taken_for_gb18030() {
        let mut bytes = "会员编号会员编号会员编号".as_bytes().to_vec();
        bytes.remove(4);
        assert_eq!(Encoding::recognise(&bytes), Some(Encoding::Utf8));
    }

    #[test]
    fn bad_bytes_fail_after_the_text_before_them() {
        let error = read(&[b'a', 0xFF, b'b'], Encoding::Gb18030).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        let error = read(b"a", Encoding::Utf16Le).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }
}
