//! Passwords, second factor, recovery, lock-out: from a login to somebody who is signed in.
//!
//! A state machine in two steps: [`SignIn::password`] (or [`SignIn::directory`]), then, for accounts with a second
//! factor, [`SignIn::second_factor`]. Every step writes its audit entry in the transaction that counts it.
//! Wrong, unknown and locked take the same time; a page must also say the same of them, or it tells which logins
//! exist. Sessions and cookies are the web's business.

mod change;
mod factor;
mod password;
mod rules;

pub use change::Enrolment;
pub use factor::{Vault, seal_factor};
pub(crate) use password::first_password;
pub use password::{Hasher, Weakness, hash_password};
pub use rules::Rules;

use crate::people::By;
use mingjing_model::id::{AccountId, OfficeId};
use mingjing_model::time::Micros;
use mingjing_store::account::{self, Account};
use mingjing_store::{Db, Tx, audit};
use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization;

/// What can go wrong in changing how one signs in.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The new password is too easy: the user's.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Weak(Vec<Weakness>),
    /// The present password or the code is wrong, or too many were: the user's.
    #[error(
        "口令或验证码不正确，或账号暂时锁定。Password or code is wrong, or the account is locked for a while"
    )]
    Wrong,
    /// There is no such account, or it has no password or second factor.
    #[error("账号没有可更改的项目。The account has nothing of the kind to change")]
    Missing,
    /// The database.
    #[error(transparent)]
    Store(#[from] mingjing_store::Error),
    /// The world's: dice, seals, threads.
    #[error("{0}")]
    World(String),
}

/// What came of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Not signed in. Say one and the same sentence of every [`Refusal`].
    Refused(Refusal),
    /// The password is right; the second factor is asked for.
    SecondFactor {
        /// Whose.
        account: AccountId,
    },
    /// Signed in.
    In(Entered),
}

/// Why somebody is not signed in; for the audit log and for tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Unknown login, wrong password, wrong or used code.
    Wrong,
    /// Too many failures before; nothing was compared.
    Locked {
        /// Until when.
        until: Micros,
    },
    /// Everything is right, but the account is disabled.
    Disabled,
}

/// Somebody who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entered {
    /// Who.
    pub account: AccountId,
    /// The name.
    pub name: String,
    /// The office.
    pub office: OfficeId,
    /// Must the password be changed before anything else?
    pub must_change_password: bool,
    /// Is there a second factor? If not, the web may ask to set one up.
    pub has_second_factor: bool,
    /// Recovery codes left, if one was used just now.
    pub codes_left: Option<i64>,
}

/// What signing in needs and what does not change from one to the next: rules and the hasher. One in the program.
#[derive(Debug)]
pub struct Guard {
    /// The rules of `data/policy/sign_in.yaml`.
    pub rules: Rules,
    /// Computes and compares passwords.
    pub hasher: Hasher,
}

impl Guard {
    /// With the rules that are compiled in.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn load() -> Result<Guard, Error> {
        Guard::new(Rules::embedded())
    }

    /// With other rules.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn new(rules: Rules) -> Result<Guard, Error> {
        let hasher = Hasher::new(&rules.hash)?;
        Ok(Guard { rules, hasher })
    }
}

/// One attempt to sign in, or one change of how one signs in.
#[derive(Clone, Copy)]
pub struct SignIn<'a> {
    /// The database.
    pub db: &'a Db,
    /// Rules and hasher.
    pub guard: &'a Guard,
    /// Seals secrets of second factors.
    pub vault: &'a dyn Vault,
    /// From where, when; nobody is signed in yet.
    pub by: &'a By,
}

/// The form under which a login is stored: compatibility forms folded, lower case, no blanks around.
pub fn folded(login: &str) -> String {
    login.trim().nfkc().collect::<String>().to_lowercase()
}

impl SignIn<'_> {
    /// First step: login and password.
    ///
    /// # Errors
    /// The database or the system.
    pub async fn password(&self, login: &str, password: &str) -> Result<Outcome, Error> {
        let Some(account) = account::by_login(self.db, &folded(login)).await? else {
            self.guard.hasher.pretend(password).await?;
            // What was typed is not kept: it may be a password in the wrong field.
            self.note("sign_in_refused", None, json!({"why": "unknown"})).await?;
            return Ok(Outcome::Refused(Refusal::Wrong));
        };
        let mut tx = match self.tried(&account, password).await? {
            Tried::Refused(refusal) => return Ok(Outcome::Refused(refusal)),
            Tried::Right(tx) => tx,
        };
        if account.totp_sealed.is_some() {
            self.append(&mut tx, "sign_in_first_step", Some(&account), json!({})).await?;
            tx.commit().await?;
            return Ok(Outcome::SecondFactor { account: account.id() });
        }
        account::set_failures(&mut tx, account.id(), 0, None).await?;
        self.enter(tx, &account, json!({"by": "password"}), None).await
    }

    /// Second step: a code of the second factor, or a recovery code. The password was right before; the caller
    /// keeps that in the session.
    ///
    /// # Errors
    /// The database or the system.
    pub async fn second_factor(&self, id: AccountId, code: &str) -> Result<Outcome, Error> {
        let account = account::find(self.db, id).await?.ok_or(Error::Missing)?;
        let mut tx = self.db.begin().await?;
        let held = account::hold(&mut tx, id).await?;
        if let Some(until) = self.locked(held.locked_until) {
            return self.refuse(tx, &account, Refusal::Locked { until }).await.map(Outcome::Refused);
        }
        let Some(proof) = self.prove(&mut tx, id, held.totp_sealed.as_deref(), code).await? else {
            return self.fail(tx, &account, held.failures, "code").await.map(Outcome::Refused);
        };
        if held.disabled_at.is_some() {
            return self.refuse(tx, &account, Refusal::Disabled).await.map(Outcome::Refused);
        }
        account::set_failures(&mut tx, id, 0, None).await?;
        match proof {
            factor::Proof::Totp => self.enter(tx, &account, json!({"by": "second_factor"}), None).await,
            factor::Proof::Recovery => {
                let left = account::codes_left_in(&mut tx, id).await?;
                self.enter(tx, &account, json!({"by": "recovery_code", "left": left}), Some(left)).await
            }
        }
    }

    /// First step for people of the city's directory, which has vouched for them.
    ///
    /// # Errors
    /// The database or the system.
    pub async fn directory(&self, subject: &str) -> Result<Outcome, Error> {
        let Some(account) = account::by_subject(self.db, subject).await? else {
            self.note("sign_in_refused", None, json!({"why": "unknown", "by": "directory"})).await?;
            return Ok(Outcome::Refused(Refusal::Wrong));
        };
        let mut tx = self.db.begin().await?;
        let held = account::hold(&mut tx, account.id()).await?;
        if held.disabled_at.is_some() {
            return self.refuse(tx, &account, Refusal::Disabled).await.map(Outcome::Refused);
        }
        if held.totp_sealed.is_some() {
            self.append(&mut tx, "sign_in_first_step", Some(&account), json!({"by": "directory"})).await?;
            tx.commit().await?;
            return Ok(Outcome::SecondFactor { account: account.id() });
        }
        let entered = self.enter(tx, &account, json!({"by": "directory"}), None).await?;
        Ok(match entered {
            // The directory looks after their passwords.
            Outcome::In(entered) => Outcome::In(Entered { must_change_password: false, ..entered }),
            other => other,
        })
    }

    /// Compares a password; counts a failure, or gives the transaction that holds the row.
    async fn tried(&self, account: &Account, password: &str) -> Result<Tried, Error> {
        let hasher = &self.guard.hasher;
        // Computed before the row is held: it takes long, and SQLite has one writer.
        let is_right = match &account.password_hash {
            Some(hash) => hasher.verify(password, hash).await?,
            None => hasher.pretend(password).await?,
        };
        let renewed = match &account.password_hash {
            Some(hash) if is_right && hasher.is_outdated(hash) => Some(hasher.hash(password).await?),
            _ => None,
        };
        let mut tx = self.db.begin().await?;
        let held = account::hold(&mut tx, account.id()).await?;
        if let Some(until) = self.locked(held.locked_until) {
            return self.refuse(tx, account, Refusal::Locked { until }).await.map(Tried::Refused);
        }
        // Changed while it was compared: the comparison says nothing any more.
        if !is_right || held.password_hash != account.password_hash {
            return self.fail(tx, account, held.failures, "password").await.map(Tried::Refused);
        }
        if held.disabled_at.is_some() {
            return self.refuse(tx, account, Refusal::Disabled).await.map(Tried::Refused);
        }
        if let (Some(old), Some(new)) = (&account.password_hash, renewed) {
            account::rehash(&mut tx, account.id(), old, &new).await?;
        }
        Ok(Tried::Right(tx))
    }

    fn locked(&self, until: Option<Micros>) -> Option<Micros> {
        until.filter(|until| *until > self.by.at)
    }

    /// Counts a failure; locks when there were enough.
    async fn fail(&self, mut tx: Tx, account: &Account, before: i64, what: &str) -> Result<Refusal, Error> {
        let failures = before + 1;
        let until = self.guard.rules.lockout.lock_after(failures).map(|micros| self.by.at + micros);
        account::set_failures(&mut tx, account.id(), failures, until).await?;
        let detail = json!({"why": what, "failures": failures});
        self.append(&mut tx, "sign_in_refused", Some(account), detail).await?;
        if until.is_some() {
            self.append(&mut tx, "account_locked", Some(account), json!({"failures": failures})).await?;
        }
        tx.commit().await?;
        Ok(Refusal::Wrong)
    }

    async fn refuse(&self, mut tx: Tx, account: &Account, refusal: Refusal) -> Result<Refusal, Error> {
        let why = match refusal {
            Refusal::Wrong => "wrong",
            Refusal::Locked { .. } => "locked",
            Refusal::Disabled => "disabled",
        };
        self.append(&mut tx, "sign_in_refused", Some(account), json!({"why": why})).await?;
        tx.commit().await?;
        Ok(refusal)
    }

    async fn enter(
        &self,
        mut tx: Tx,
        account: &Account,
        detail: Value,
        codes_left: Option<i64>,
    ) -> Result<Outcome, Error> {
        let mut entry = self.entry("sign_in", Some(account), detail);
        entry.account = Some(account.id());
        entry.account_name.clone_from(&account.name);
        entry.office = Some(account.office());
        audit::append(&mut tx, &entry).await?;
        tx.commit().await?;
        let is_old = self.guard.rules.password.is_old(account.password_changed_at, self.by.at);
        Ok(Outcome::In(Entered {
            account: account.id(),
            name: account.name.clone(),
            office: account.office(),
            must_change_password: account.password_hash.is_some() && (account.must_change_password || is_old),
            has_second_factor: account.totp_sealed.is_some(),
            codes_left,
        }))
    }

    fn entry(&self, action: &str, account: Option<&Account>, detail: Value) -> audit::Entry {
        let id = account.map(|account| account.id.to_string()).unwrap_or_default();
        let mut entry = self.by.entry(action, "account", id, account.map(|a| a.division.as_str()), detail);
        if let (None, Some(account)) = (entry.account, account) {
            // Nobody is signed in: the login tells which account was tried.
            entry.account_name.clone_from(&account.login);
            entry.office = Some(account.office());
        }
        entry
    }

    async fn append(
        &self,
        tx: &mut Tx,
        action: &str,
        account: Option<&Account>,
        detail: Value,
    ) -> Result<(), Error> {
        Ok(audit::append(tx, &self.entry(action, account, detail)).await?)
    }

    async fn note(&self, action: &str, account: Option<&Account>, detail: Value) -> Result<(), Error> {
        let mut tx = self.db.begin().await?;
        self.append(&mut tx, action, account, detail).await?;
        Ok(tx.commit().await?)
    }
}

/// What came of comparing a password.
enum Tried {
    Refused(Refusal),
    Right(Tx),
}

#[cfg(test)]
mod tests {
    use super::folded;

    #[test]
    fn one_person_has_one_login_however_it_is_typed() {
        assert_eq!(folded(" Ｚhang.Wei "), "zhang.wei");
        assert_eq!(folded("ZHANG.WEI"), "zhang.wei");
    }
}
