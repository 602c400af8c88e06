//! Bytes of the branch index: header, record, text slot.

/// No parent: the node is a root.
pub(super) const NO_PARENT: u32 = u32::MAX;
pub(super) const HEADER_BYTES: usize = 64;
pub(super) const RECORD_BYTES: usize = 52;
const MAGIC: &[u8; 8] = b"MJBRANCH";
const VERSION: u32 = 1;
const TEXT_LONG: u8 = 0xFF;
/// Bytes of the longest text that stands in the record.
const TEXT_HELD_MAX: usize = 15;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub nodes: u32,
    pub roots: u32,
    pub text_bytes: u64,
    pub has_money: bool,
}

impl Header {
    pub fn bytes(&self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[..8].copy_from_slice(MAGIC);
        bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
        bytes[12..16].copy_from_slice(&(RECORD_BYTES as u32).to_le_bytes());
        bytes[16..20].copy_from_slice(&self.nodes.to_le_bytes());
        bytes[20..24].copy_from_slice(&self.roots.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.text_bytes.to_le_bytes());
        bytes[32] = u8::from(self.has_money);
        bytes
    }

    /// The header, or what is wrong with it.
    pub fn read(bytes: &[u8; HEADER_BYTES]) -> Result<Header, String> {
        if &bytes[..8] != MAGIC {
            return Err("is no branch index".into());
        }
        let (version, record) = (u32_at(bytes, 8), u32_at(bytes, 12));
        if version != VERSION || record as usize != RECORD_BYTES {
            return Err(format!("is a branch index of version {version}, not {VERSION}"));
        }
        Ok(Header {
            nodes: u32_at(bytes, 16),
            roots: u32_at(bytes, 20),
            text_bytes: u64_at(bytes, 24),
            has_money: bytes[32] == 1,
        })
    }

    pub fn record_at(&self, place: u32) -> u64 {
        HEADER_BYTES as u64 + u64::from(place) * RECORD_BYTES as u64
    }

    pub fn places_at(&self) -> u64 {
        self.record_at(self.nodes)
    }

    pub fn texts_at(&self) -> u64 {
        self.places_at() + u64::from(self.nodes) * 4
    }

    /// Length of the whole file; `None` if no file can be that long.
    pub fn file_bytes(&self) -> Option<u64> {
        self.texts_at().checked_add(self.text_bytes)
    }
}

/// Sixteen bytes that hold a text of up to 15 bytes, or say where a longer one stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Text([u8; 16]);

impl Text {
    /// Does the text need a place of its own?
    pub fn is_long(text: &str) -> bool {
        text.len() > TEXT_HELD_MAX
    }

    /// A text that is not long.
    pub fn short(text: &str) -> Text {
        let mut bytes = [0; 16];
        bytes[0] = text.len() as u8;
        bytes[1..=text.len()].copy_from_slice(text.as_bytes());
        Text(bytes)
    }

    pub fn long(offset: u64, length: u32) -> Text {
        let mut bytes = [0; 16];
        bytes[0] = TEXT_LONG;
        bytes[4..8].copy_from_slice(&length.to_le_bytes());
        bytes[8..].copy_from_slice(&offset.to_le_bytes());
        Text(bytes)
    }

    /// The bytes of the text, or where they stand: (offset, length).
    pub fn held(&self) -> Result<&[u8], (u64, u32)> {
        let length = self.0[0] as usize;
        if length <= TEXT_HELD_MAX {
            Ok(&self.0[1..=length])
        } else {
            Err((u64_at(&self.0, 8), u32_at(&self.0, 4)))
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Record {
    pub parent: u32,
    pub person: u32,
    pub depth: u32,
    pub directs: u32,
    pub accounts: u32,
    pub persons: u32,
    pub levels: u32,
    pub team_paid_in: i64,
    pub text: Text,
}

impl Record {
    pub fn put(&self, bytes: &mut Vec<u8>) {
        let numbers =
            [self.parent, self.person, self.depth, self.directs, self.accounts, self.persons, self.levels];
        numbers.iter().for_each(|number| bytes.extend_from_slice(&number.to_le_bytes()));
        bytes.extend_from_slice(&self.team_paid_in.to_le_bytes());
        bytes.extend_from_slice(&self.text.0);
    }

    pub fn read(bytes: &[u8; RECORD_BYTES]) -> Record {
        let mut text = [0; 16];
        text.copy_from_slice(&bytes[36..52]);
        Record {
            parent: u32_at(bytes, 0),
            person: u32_at(bytes, 4),
            depth: u32_at(bytes, 8),
            directs: u32_at(bytes, 12),
            accounts: u32_at(bytes, 16),
            persons: u32_at(bytes, 20),
            levels: u32_at(bytes, 24),
            team_paid_in: u64_at(bytes, 28) as i64,
            text: Text(text),
        }
    }
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let mut four = [0; 4];
    four.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(four)
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    let mut eight = [0; 8];
    eight.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(eight)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_comes_back_as_it_was_put() {
        for text in [
            Text::short(""),
            Text::short("M00000001"),
            Text::short("123456789012345"),
            Text::long(1 << 40, 300),
        ] {
            let record = Record {
                parent: NO_PARENT,
                person: 2,
                depth: 3,
                directs: 4,
                accounts: 5,
                persons: 6,
                levels: 7,
                team_paid_in: -8,
                text,
            };
            let mut bytes = Vec::new();
            record.put(&mut bytes);
            let bytes: [u8; RECORD_BYTES] = bytes.try_into().unwrap();
            assert_eq!(Record::read(&bytes), record);
        }
        assert_eq!(Text::short("甲乙丙丁戊").held(), Ok("甲乙丙丁戊".as_bytes()));
        assert_eq!(Text::long(1 << 40, 300).held(), Err((1 << 40, 300)));
    }

    #[test]
    fn a_header_of_another_kind_or_version_is_refused() {
        let header = Header { nodes: 3, roots: 1, text_bytes: 20, has_money: true };
        assert_eq!(Header::read(&header.bytes()), Ok(header));
        assert_eq!(header.file_bytes(), Some(64 + 3 * 56 + 20));
        let mut other = header.bytes();
        other[8] = 9;
        assert!(Header::read(&other).unwrap_err().contains("version 9"));
        other[0] = b'X';
        assert!(Header::read(&other).unwrap_err().contains("no branch index"));
    }
}
