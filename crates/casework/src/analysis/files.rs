//! Files coming in: named safely, bounded, hashed while they arrive, and there whole or not at all.
//!
//! A file is written under a name that begins with a dot in a folder of its own and renamed when it is whole; the
//! folder is removed unless the file is entered in the database. What a crash leaves, the sweep removes.

use super::Refused;
use futures::{Stream, StreamExt};
use sha2::{Digest, Sha256};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// Bytes of a file's name.
const NAME_BYTES_MAX: usize = 150;

/// The last part of a name as a client gave it, without anything that steers paths, terminals or readers.
pub fn safe_name(raw: &str) -> String {
    let last = raw.rsplit(['/', '\\']).next().unwrap_or_default();
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let clean: String = last.chars().filter(|c| !steers(*c) && !r#":*?"<>|"#.contains(*c)).collect();
    let clean = clean.trim().trim_start_matches('.').trim();
    if clean.is_empty() {
        return "table".to_owned();
    }
    if clean.len() <= NAME_BYTES_MAX {
        return clean.to_owned();
    }
    // The end stays, it tells the format.
    let (stem, end) = clean.rsplit_once('.').filter(|(_, end)| end.len() <= 12).unwrap_or((clean, ""));
    let mut cut = NAME_BYTES_MAX - end.len() - 1;
    while !stem.is_char_boundary(cut) {
        cut -= 1;
    }
    if end.is_empty() { stem[..cut].to_owned() } else { format!("{}.{end}", &stem[..cut]) }
}

/// A file that has arrived whole. Removed again when it is dropped without [`Received::keep`].
#[derive(Debug)]
pub struct Received {
    folder: PathBuf,
    is_kept: bool,
    /// Its safe name.
    pub name: String,
    /// Where it stands, below the folder of inputs.
    pub stored_name: String,
    /// Where it stands.
    pub path: PathBuf,
    /// Bytes.
    pub bytes: u64,
    /// SHA-256 of what arrived, lower-case hexadecimal.
    pub sha256: String,
}

impl Received {
    /// It is entered in the database and stays.
    pub fn keep(mut self) {
        self.is_kept = true;
    }
}

impl Drop for Received {
    fn drop(&mut self) {
        if !self.is_kept {
            // What cannot be removed now, the sweep removes.
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

/// A file on its way in. Dropped before [`Incoming::end`], it leaves nothing.
struct Incoming {
    file: std::fs::File,
    hash: Sha256,
    part: PathBuf,
    bytes_max: u64,
    received: Received,
}

impl Incoming {
    fn begin(inputs: &Path, name: &str, bytes_max: u64) -> Result<Incoming, Refused> {
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(|e| Refused::World(e.to_string()))?;
        let (token, name) = (hex::encode(random), safe_name(name));
        let folder = inputs.join(&token);
        std::fs::create_dir_all(&folder)?;
        let path = folder.join(&name);
        let part = folder.join(".part");
        let received = Received {
            folder,
            is_kept: false,
            stored_name: format!("{token}/{name}"),
            name,
            path,
            bytes: 0,
            sha256: String::new(),
        };
        let file = std::fs::OpenOptions::new().write(true).create_new(true).open(&part)?;
        Ok(Incoming { file, hash: Sha256::new(), part, bytes_max, received })
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), Refused> {
        self.received.bytes += bytes.len() as u64;
        if self.received.bytes > self.bytes_max {
            return Err(Refused::State("too_large"));
        }
        self.hash.update(bytes);
        Ok(self.file.write_all(bytes)?)
    }

    fn end(mut self) -> Result<Received, Refused> {
        if self.received.bytes == 0 {
            return Err(Refused::State("empty"));
        }
        self.file.sync_all()?;
        std::fs::rename(&self.part, &self.received.path)?;
        if let Some(folder) = self.received.path.parent() {
            std::fs::File::open(folder)?.sync_all()?;
        }
        self.received.sha256 = hex::encode(self.hash.finalize());
        Ok(self.received)
    }
}

/// Takes a stream in as a file below `inputs`, at most `bytes_max` bytes.
///
/// # Errors
/// `too_large`, `empty`; the stream breaks; the system refuses. Then nothing is left.
pub async fn receive<B, E>(
    inputs: &Path,
    name: &str,
    bytes_max: u64,
    mut stream: impl Stream<Item = Result<B, E>> + Unpin,
) -> Result<Received, Refused>
where
    B: AsRef<[u8]>,
    E: std::fmt::Display,
{
    let mut incoming = Incoming::begin(inputs, name, bytes_max)?;
    while let Some(piece) = stream.next().await {
        let piece = piece.map_err(|e| Refused::World(format!("the upload broke off: {e}")))?;
        // Pieces are small; writing and hashing one takes less than a millisecond.
        incoming.take(piece.as_ref())?;
    }
    tokio::task::spawn_blocking(move || incoming.end()).await.map_err(|e| Refused::World(e.to_string()))?
}

/// Takes a file of this machine in, copied and hashed; blocks.
///
/// # Errors
/// As [`receive`].
pub fn copy(inputs: &Path, name: &str, bytes_max: u64, mut from: impl Read) -> Result<Received, Refused> {
    let mut incoming = Incoming::begin(inputs, name, bytes_max)?;
    let mut piece = vec![0; 1 << 20];
    loop {
        match from.read(&mut piece)? {
            0 => return incoming.end(),
            n => incoming.take(&piece[..n])?,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::stream;

    #[test]
    fn a_name_is_its_last_part_and_steers_nothing() {
        let cases = [
            ("会员表.csv", "会员表.csv"),
            ("../../etc/passwd", "passwd"),
            ("..\\..\\windows\\会员.xlsx", "会员.xlsx"),
            ("..", "table"),
            ("", "table"),
            (".mapping.yaml", "mapping.yaml"),
            ("a\u{202e}vsc.exe\u{0}\n", "avsc.exe"),
            ("a:b*c?.csv", "abc.csv"),
            ("x/", "table"),
        ];
        for (raw, safe) in cases {
            assert_eq!(safe_name(raw), safe, "{raw:?}");
        }
        let long = safe_name(&("会".repeat(200) + ".parquet"));
        assert!(long.ends_with(".parquet") && long.len() <= NAME_BYTES_MAX, "{long}");
    }

    #[tokio::test]
    async fn a_file_arrives_whole_with_its_hash_or_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let pieces = |texts: &'static [&'static str]| stream::iter(texts.iter().map(|t| Ok::<_, String>(*t)));
        let received = receive(dir.path(), "../a.csv", 100, pieces(&["ab", "c"])).await.unwrap();
        assert_eq!(std::fs::read_to_string(&received.path).unwrap(), "abc");
        assert_eq!(received.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert!(received.path.starts_with(dir.path()));
        let path = received.path.clone();
        received.keep();
        assert!(path.exists());

        let refused = receive(dir.path(), "a.csv", 2, pieces(&["ab", "c"])).await.unwrap_err();
        assert!(matches!(refused, Refused::State("too_large")));
        let broken = stream::iter([Ok("ab"), Err("gone")]);
        receive(dir.path(), "a.csv", 100, broken).await.unwrap_err();
        assert!(matches!(
            receive(dir.path(), "a", 9, pieces(&[])).await.unwrap_err(),
            Refused::State("empty")
        ));
        drop(copy(dir.path(), "b.csv", 100, "xyz".as_bytes()).unwrap());
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "only what was kept stands");
    }
}
