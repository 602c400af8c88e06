//! Changing how one signs in: password, second factor, recovery codes. All of one's own.

use super::factor::{code_hash, codes, place, step_of, totp};
use super::{Error, SignIn, Tried, Weakness};
use mingjing_model::id::AccountId;
use mingjing_store::account::{self, Account};
use mingjing_store::{Tx, session};
use serde_json::json;
use totp_rs::Secret;

/// A second factor that is offered and not yet confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enrolment {
    /// The secret as people type it (Base32), to be shown once.
    pub secret: String,
    /// `otpauth://…` for a QR code, to be shown once.
    pub url: String,
    /// The sealed secret: keep it in the session until [`SignIn::confirm_factor`].
    pub sealed: String,
}

impl SignIn<'_> {
    /// Changes one's own password. All sessions end but the one that is kept (by the hash of its token).
    ///
    /// # Errors
    /// [`Error::Wrong`] for the present password, which counts as a failed sign-in; [`Error::Weak`]; the database.
    pub async fn change_password(
        &self,
        id: AccountId,
        present: &str,
        new: &str,
        keep: Option<&str>,
    ) -> Result<(), Error> {
        let account = self.account(id).await?;
        let mut weak = self.guard.rules.weaknesses(new, &account.login, &account.name);
        if new == present {
            weak.push(Weakness::Same);
        }
        if !weak.is_empty() {
            return Err(Error::Weak(weak));
        }
        let hash = self.guard.hasher.hash(new).await?;
        let mut tx = self.again(&account, present).await?;
        account::set_password(&mut tx, id, &hash, self.by.at, false).await?;
        let ended = session::delete_of_account(&mut tx, id, keep).await?;
        self.append(&mut tx, "password_changed", Some(&account), json!({"sessions_ended": ended})).await?;
        Ok(tx.commit().await?)
    }

    /// Offers a second factor; nothing is stored.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub async fn offer_factor(&self, id: AccountId, issuer: &str) -> Result<Enrolment, Error> {
        let account = self.account(id).await?;
        let mut secret = [0; 20];
        getrandom::fill(&mut secret)
            .map_err(|e| Error::World(format!("the system's random numbers: {e}")))?;
        // A colon parts issuer and name in the address.
        let name = |text: &str| text.replace(':', " ");
        let world = |e: totp_rs::TotpError| Error::World(format!("second factor: {e}"));
        let totp = totp(secret.to_vec())
            .with_issuer(Some(name(issuer)))
            .with_account_name(name(&account.login))
            .build()
            .map_err(world)?;
        Ok(Enrolment {
            secret: Secret::new(secret.to_vec().into()).to_base32(),
            url: totp.to_url().map_err(world)?,
            sealed: self.vault.seal(&place(id), &secret).map_err(Error::World)?,
        })
    }

    /// Sets up the second factor that was offered, proved by a first code. Gives the recovery codes, to be shown
    /// once.
    ///
    /// # Errors
    /// [`Error::Wrong`] for the code; the database.
    pub async fn confirm_factor(
        &self,
        id: AccountId,
        sealed: &str,
        code: &str,
    ) -> Result<Vec<String>, Error> {
        let account = self.account(id).await?;
        let step = step_of(&self.unsealed(id, sealed)?, code, self.by.at).ok_or(Error::Wrong)?;
        let mut tx = self.db.begin().await?;
        account::set_totp(&mut tx, id, Some(sealed), Some(step), self.by.at).await?;
        let codes = self.write_codes(&mut tx, id).await?;
        self.append(&mut tx, "second_factor_set", Some(&account), json!({})).await?;
        tx.commit().await?;
        Ok(codes)
    }

    /// New recovery codes instead of all old ones, for the present password. To be shown once.
    ///
    /// # Errors
    /// [`Error::Wrong`], which counts as a failed sign-in; [`Error::Missing`] without a second factor; the database.
    pub async fn new_codes(&self, id: AccountId, present: &str) -> Result<Vec<String>, Error> {
        let account = self.account(id).await?;
        if account.totp_sealed.is_none() {
            return Err(Error::Missing);
        }
        let mut tx = self.again(&account, present).await?;
        let codes = self.write_codes(&mut tx, id).await?;
        self.append(&mut tx, "recovery_codes_made", Some(&account), json!({})).await?;
        tx.commit().await?;
        Ok(codes)
    }

    /// Takes away one's own second factor and its recovery codes, for the present password.
    ///
    /// # Errors
    /// [`Error::Wrong`], which counts as a failed sign-in; the database.
    pub async fn remove_factor(&self, id: AccountId, present: &str) -> Result<(), Error> {
        let account = self.account(id).await?;
        let mut tx = self.again(&account, present).await?;
        account::set_totp(&mut tx, id, None, None, self.by.at).await?;
        account::set_codes(&mut tx, id, &[]).await?;
        self.append(&mut tx, "second_factor_removed", Some(&account), json!({})).await?;
        Ok(tx.commit().await?)
    }

    async fn account(&self, id: AccountId) -> Result<Account, Error> {
        account::find(self.db, id).await?.ok_or(Error::Missing)
    }

    /// The present password once more: whoever sits at another's desk does not know it.
    async fn again(&self, account: &Account, present: &str) -> Result<Tx, Error> {
        if account.password_hash.is_none() {
            return Err(Error::Missing);
        }
        match self.tried(account, present).await? {
            Tried::Right(tx) => Ok(tx),
            Tried::Refused(_) => Err(Error::Wrong),
        }
    }

    async fn write_codes(&self, tx: &mut Tx, id: AccountId) -> Result<Vec<String>, Error> {
        let codes = codes(self.guard.rules.second_factor.recovery_codes)?;
        let hashes: Vec<String> = codes.iter().map(|code| code_hash(id, code)).collect();
        account::set_codes(tx, id, &hashes).await?;
        Ok(codes)
    }
}
