//! The second factor: codes by time (RFC 6238), and recovery codes for when the device is lost.

use super::{Error, SignIn};
use crate::keys::Keys;
use mingjing_model::id::AccountId;
use mingjing_store::{Tx, account};
use sha2::{Digest, Sha256};
use totp_rs::{Builder, Secret, Totp};

/// Digits and letters of recovery codes (Crockford): 5 bits each.
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Letters of a recovery code: 80 bits.
const CODE_LETTERS: usize = 16;
const MICROS: i64 = 1_000_000;

/// Seals secrets before they go into the database. `place` must be the same when a secret is unsealed.
pub trait Vault: Send + Sync {
    /// Seals.
    ///
    /// # Errors
    /// Why it could not.
    fn seal(&self, place: &str, secret: &[u8]) -> Result<String, String>;

    /// Unseals.
    ///
    /// # Errors
    /// Why it could not.
    fn unseal(&self, place: &str, sealed: &str) -> Result<Vec<u8>, String>;
}

impl Vault for Keys {
    fn seal(&self, place: &str, secret: &[u8]) -> Result<String, String> {
        Keys::seal(self, "second-factor", place, secret).map_err(|e| e.to_string())
    }

    fn unseal(&self, place: &str, sealed: &str) -> Result<Vec<u8>, String> {
        self.open_sealed("second-factor", place, sealed).map_err(|e| e.to_string())
    }
}

/// By what somebody proved the second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// A code by time.
    Totp,
    /// A recovery code.
    Recovery,
}

/// Where a secret belongs: it cannot be moved to another account.
pub(crate) fn place(account: AccountId) -> String {
    format!("totp:{account}")
}

/// Six digits, thirty seconds, one step of tolerance each way.
pub(crate) fn totp(secret: Vec<u8>) -> Builder {
    Builder::new().with_secret(secret).with_skew(1)
}

/// The code without the blanks and hyphens people type.
fn bare(code: &str) -> String {
    code.chars().filter(|c| !c.is_whitespace() && *c != '-').collect::<String>().to_lowercase()
}

/// The step whose code this is.
pub(crate) fn step_of(totp: &Totp, code: &str, now: i64) -> Option<i64> {
    let code = bare(code);
    if code.len() != 6 || !code.bytes().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let step = totp.check(&code, u64::try_from(now / MICROS).ok()?)?;
    i64::try_from(step).ok()
}

/// Recovery codes to be shown once, in groups of four.
pub(crate) fn codes(count: usize) -> Result<Vec<String>, Error> {
    let mut codes = Vec::new();
    for _ in 0..count {
        let mut bytes = [0; CODE_LETTERS];
        getrandom::fill(&mut bytes).map_err(|e| Error::World(format!("the system's random numbers: {e}")))?;
        let letter = |byte: &u8| char::from(LETTERS[usize::from(byte % 32)]);
        let groups: Vec<String> = bytes.chunks(4).map(|group| group.iter().map(letter).collect()).collect();
        codes.push(groups.join("-"));
    }
    Ok(codes)
}

/// What is kept of a recovery code. 80 random bits need no slow hash.
pub(crate) fn code_hash(account: AccountId, code: &str) -> String {
    let clear = bare(code).replace('o', "0").replace(['i', 'l'], "1");
    hex::encode(Sha256::digest(format!("recovery:{account}:{clear}")))
}

/// Seals a secret that is known as people type it (Base32), for an account; for the demo and for moving houses.
///
/// # Errors
/// [`Error::Wrong`] for what is no Base32; the vault's.
pub fn seal_factor(vault: &dyn Vault, account: AccountId, secret: &str) -> Result<String, Error> {
    let secret = Secret::try_from_base32(secret).map_err(|_| Error::Wrong)?;
    vault.seal(&place(account), secret.as_bytes()).map_err(Error::World)
}

impl SignIn<'_> {
    /// Uses up a code by time or a recovery code.
    pub(crate) async fn prove(
        &self,
        tx: &mut Tx,
        id: AccountId,
        sealed: Option<&str>,
        code: &str,
    ) -> Result<Option<Proof>, Error> {
        let Some(sealed) = sealed else { return Ok(None) };
        if bare(code).len() == CODE_LETTERS {
            let is_used = account::use_code(tx, id, &code_hash(id, code), self.by.at).await?;
            return Ok(is_used.then_some(Proof::Recovery));
        }
        let totp = self.unsealed(id, sealed)?;
        let Some(step) = step_of(&totp, code, self.by.at) else { return Ok(None) };
        Ok(account::use_step(tx, id, step).await?.then_some(Proof::Totp))
    }

    pub(crate) fn unsealed(&self, id: AccountId, sealed: &str) -> Result<Totp, Error> {
        let secret = self.vault.unseal(&place(id), sealed).map_err(Error::World)?;
        totp(secret).build().map_err(|e| Error::World(format!("second factor: {e}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_holds_one_step_before_and_after() {
        // RFC 6238 appendix B: 07081804 at 1111111109, of which six digits are used.
        let totp = totp(b"12345678901234567890".to_vec()).build().unwrap();
        let at = |seconds: i64| step_of(&totp, "081 804", seconds * MICROS);
        assert_eq!(at(1_111_111_109), Some(37_037_036));
        assert_eq!(at(1_111_111_109 + 30), Some(37_037_036));
        assert_eq!(at(1_111_111_109 - 30), Some(37_037_036));
        assert_eq!(at(1_111_111_109 + 60), None);
        assert_eq!(step_of(&totp, "08180", 1_111_111_109 * MICROS), None);
    }

    #[test]
    fn a_recovery_code_is_read_as_people_type_it_and_belongs_to_one_account() {
        let one = AccountId(1);
        assert_eq!(code_hash(one, "0123-1abc-defg-hjkm"), code_hash(one, " O123 IABC DEFG HJKM"));
        assert_ne!(code_hash(one, "0123-1abc-defg-hjkm"), code_hash(AccountId(2), "0123-1abc-defg-hjkm"));
        let codes = codes(10).unwrap();
        assert_eq!(codes.iter().collect::<std::collections::BTreeSet<_>>().len(), 10);
        assert!(codes.iter().all(|code| bare(code).len() == CODE_LETTERS));
    }
}
