//! Secrets outside the database: the key file, sealing of stored secrets, keyed tokens.
//!
//! One secret of 32 bytes lies in `<data>/secret.key`, made on the first start, readable by its owner only. Nothing
//! uses it itself: every purpose has a key of its own, derived by HMAC-SHA-256 over its label, so that what one
//! purpose shows tells nothing about another. A copy of the database without the file holds no usable secret.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Name of the file in the data directory.
pub const FILE: &str = "secret.key";
/// Before a sealed text; says how it is sealed.
const SEALED: &str = "x1:";
const NONCE: usize = 24;

/// What can be wrong with the key file or a sealed text.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Others may read it: the user's to mend.
    #[error("{}: 密钥文件可被他人读取，请改权限: chmod 600。 Others can read the key file: chmod 600", .0.display())]
    Open(PathBuf),
    /// It holds no key: the user's to mend.
    #[error("{}: 不是密钥文件（应为64个十六进制字符）。 No key file: 64 hexadecimal digits are expected; \
        put back the copy you keep", .0.display())]
    Malformed(PathBuf),
    /// It is not there though it should be: the user's to mend.
    #[error("{}: 缺少密钥文件，请放回备份的副本。 The key file is missing: put back the copy you keep", .0.display())]
    Missing(PathBuf),
    /// The world's.
    #[error("{}: {source}", path.display())]
    World {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The system gives no random numbers: the world's.
    #[error("the system's random numbers: {0}")]
    Dice(getrandom::Error),
    /// A sealed text was changed, or sealed by another key or for another place.
    #[error(
        "无法解封：内容被改动，或密钥文件不是当时的那个。 Cannot be unsealed: changed, or sealed with another key"
    )]
    Unsealed,
}

impl Error {
    /// Is it the user's to mend?
    pub fn is_users(&self) -> bool {
        matches!(self, Error::Open(_) | Error::Malformed(_) | Error::Missing(_))
    }
}

/// The keys of this installation.
pub struct Keys {
    secret: [u8; 32],
}

impl std::fmt::Debug for Keys {
    /// Shows nothing of the secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys")
    }
}

impl Keys {
    /// Reads the key file of a data directory, or makes it where `may_make` says that this is the first start.
    ///
    /// # Errors
    /// It is missing and may not be made, others may read it, it holds no key, or it cannot be read or written.
    pub fn open(data: &Path, may_make: bool) -> Result<Keys, Error> {
        let path = data.join(FILE);
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                private(&path)?;
                let mut secret = [0; 32];
                hex::decode_to_slice(text.trim_end(), &mut secret).map_err(|_| Error::Malformed(path))?;
                Ok(Keys { secret })
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && may_make => make(&path),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(Error::Missing(path)),
            Err(error) if error.kind() == std::io::ErrorKind::InvalidData => Err(Error::Malformed(path)),
            Err(source) => Err(Error::World { path, source }),
        }
    }

    /// Keys from a secret that is known; for tests.
    pub fn from_secret(secret: [u8; 32]) -> Keys {
        Keys { secret }
    }

    /// The key of a purpose.
    pub fn subkey(&self, label: &str) -> [u8; 32] {
        mac(&self.secret, label.as_bytes())
    }

    /// A keyed token of a value, 64 hexadecimal digits: equal values give equal tokens, and without the key file
    /// nobody can tell which value a token stands for.
    pub fn token(&self, label: &str, value: &str) -> String {
        hex::encode(mac(&self.subkey(label), value.as_bytes()))
    }

    /// Tells this key file from another without telling anything of it; for backups.
    pub fn fingerprint(&self) -> String {
        self.token("fingerprint", "")[..16].to_owned()
    }

    /// Seals a secret for the database. `place` (such as `totp:17`) must be the same when it is unsealed, so that a
    /// sealed text cannot be moved to another row.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn seal(&self, label: &str, place: &str, secret: &[u8]) -> Result<String, Error> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(Error::Dice)?;
        let sealed = self
            .cipher(label)
            .encrypt(XNonce::from_slice(&nonce), Payload { msg: secret, aad: place.as_bytes() })
            .expect("texts of less than 256 GiB can be sealed");
        Ok(format!("{SEALED}{}{}", hex::encode(nonce), hex::encode(sealed)))
    }

    /// Unseals.
    ///
    /// # Errors
    /// [`Error::Unsealed`] when anything differs.
    pub fn open_sealed(&self, label: &str, place: &str, sealed: &str) -> Result<Vec<u8>, Error> {
        let bytes = sealed.strip_prefix(SEALED).and_then(|text| hex::decode(text).ok());
        let bytes = bytes.filter(|bytes| bytes.len() > NONCE).ok_or(Error::Unsealed)?;
        let (nonce, sealed) = bytes.split_at(NONCE);
        self.cipher(label)
            .decrypt(XNonce::from_slice(nonce), Payload { msg: sealed, aad: place.as_bytes() })
            .map_err(|_| Error::Unsealed)
    }

    fn cipher(&self, label: &str) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&self.subkey(label)).into())
    }
}

fn mac(key: &[u8], text: &[u8]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(key).expect("HMAC takes keys of any length");
    Mac::update(&mut mac, text);
    mac.finalize().into_bytes().into()
}

/// Refuses a file that others may read.
fn private(path: &Path) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt;
    let metadata =
        std::fs::metadata(path).map_err(|source| Error::World { path: path.to_owned(), source })?;
    if metadata.permissions().mode() & 0o077 != 0 {
        return Err(Error::Open(path.to_owned()));
    }
    Ok(())
}

/// Makes the file, whole or not at all; when another process was quicker, its file is taken.
fn make(path: &Path) -> Result<Keys, Error> {
    use std::os::unix::fs::OpenOptionsExt;
    let world = |source| Error::World { path: path.to_owned(), source };
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).map_err(Error::Dice)?;
    let partial = path.with_extension(format!("key.{}", std::process::id()));
    let write = || {
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&partial)?;
        writeln!(file, "{}", hex::encode(secret))?;
        file.sync_all()?;
        // A link fails where a file is, a rename would replace it.
        std::fs::hard_link(&partial, path)
    };
    let made = write();
    // What is left of a failed attempt hinders nobody but the next one with this process number.
    let _ = std::fs::remove_file(&partial);
    match made {
        Ok(()) => Ok(Keys { secret }),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && path.exists() => {
            Keys::open(path.parent().unwrap_or(Path::new(".")), false)
        }
        Err(source) => Err(world(source)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_key_file_is_made_once_and_only_its_owner_may_read_it() {
        let data = tempfile::tempdir().unwrap();
        assert!(matches!(Keys::open(data.path(), false), Err(Error::Missing(_))));
        let made = Keys::open(data.path(), true).unwrap();
        let mode = std::fs::metadata(data.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let read = Keys::open(data.path(), true).unwrap();
        assert_eq!(made.fingerprint(), read.fingerprint());
        assert_eq!(std::fs::read_dir(data.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_key_file_that_others_may_read_is_refused() {
        let data = tempfile::tempdir().unwrap();
        Keys::open(data.path(), true).unwrap();
        let path = data.path().join(FILE);
        for mode in [0o640, 0o604, 0o660] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            let error = Keys::open(data.path(), false).unwrap_err();
            assert!(matches!(error, Error::Open(_)) && error.is_users(), "{mode:o}");
        }
    }

    #[test]
    fn a_damaged_key_file_is_refused_and_never_replaced() {
        let data = tempfile::tempdir().unwrap();
        let path = data.path().join(FILE);
        std::fs::write(&path, "abc\n").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert!(matches!(Keys::open(data.path(), true), Err(Error::Malformed(_))));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "abc\n");
    }

    #[test]
    fn a_sealed_secret_opens_only_with_its_key_label_and_place() {
        let keys = Keys::from_secret([7; 32]);
        let sealed = keys.seal("totp", "account:1", "秘密".as_bytes()).unwrap();
        assert_eq!(keys.open_sealed("totp", "account:1", &sealed).unwrap(), "秘密".as_bytes());
        assert_ne!(sealed, keys.seal("totp", "account:1", "秘密".as_bytes()).unwrap());
        assert!(keys.open_sealed("totp", "account:2", &sealed).is_err());
        assert!(keys.open_sealed("oidc", "account:1", &sealed).is_err());
        assert!(Keys::from_secret([8; 32]).open_sealed("totp", "account:1", &sealed).is_err());
        for at in SEALED.len()..sealed.len() {
            let mut changed = sealed.clone().into_bytes();
            changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(keys.open_sealed("totp", "account:1", &changed).is_err(), "{at}");
        }
        for none in ["", "x1:", "x1:zz", &sealed[..20]] {
            assert!(keys.open_sealed("totp", "account:1", none).is_err(), "{none}");
        }
    }

    #[test]
    fn tokens_are_equal_for_equal_values_and_labels_only() {
        let keys = Keys::from_secret([7; 32]);
        assert_eq!(keys.token("csrf", "a"), keys.token("csrf", "a"));
        assert_ne!(keys.token("csrf", "a"), keys.token("csrf", "b"));
        assert_ne!(keys.token("csrf", "a"), keys.token("reporter", "a"));
        assert_ne!(keys.token("csrf", "a"), Keys::from_secret([8; 32]).token("csrf", "a"));
        // Computed with Python's hmac.
        assert_eq!(
            keys.token("csrf", "a"),
            "d6ec4743908fe5a975a9af878f7bc2f04d8dc6fc0a53e37015a844959b828da3"
        );
    }
}
