//! Accounts: made, changed, disabled, helped in by those who look after them.

use super::{Error, Kept, People, keep, taken, text, today};
use crate::permission::{Action, Actor, Kind, Post, Resource};
use crate::sign_in::{Guard, first_password, folded};
use mingjing_model::id::{AccountId, OfficeId};
use mingjing_model::time::Micros;
use mingjing_store::account::{self, Account, Care, NewAccount, Profile};
use mingjing_store::office::{self, Office};
use mingjing_store::{Db, audit, session, token};
use serde_json::json;

/// A person who is to sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPerson {
    /// The name to sign in by; folded here.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// The office.
    pub office: OfficeId,
    /// Office telephone.
    pub telephone: Option<String>,
    /// `zh-CN` or `en`.
    pub language: String,
}

/// Somebody with the roles held today; `None` if there is no such account or it is disabled.
///
/// # Errors
/// The database cannot be read, or holds a role that is none.
pub async fn actor(db: &Db, id: AccountId, now: Micros) -> Result<Option<Actor>, mingjing_store::Error> {
    let Some(account) = account::find(db, id).await? else { return Ok(None) };
    if account.disabled_at.is_some() {
        return Ok(None);
    }
    let mut posts = Vec::new();
    for post in account::posts(db, id, &today(now)).await? {
        let role = post.role.parse();
        let role = role.map_err(|why| mingjing_store::Error::Stored { what: "role_grant.role", why })?;
        let office = OfficeId(post.office_id);
        posts.push(Post { role, office, agency: post.agency, division: post.division });
    }
    let office = account.office();
    Ok(Some(Actor { account: id, login: account.login, name: account.name, office, posts }))
}

/// An account as the policies see it.
fn resource(account: &Account) -> Resource {
    Resource::new(Kind::Account, account.id)
        .held_by(&account.agency, &account.division)
        .owned_by(account.id())
}

/// What those who look after it may change, as it is now.
pub(crate) fn care_of(account: &Account) -> Care {
    Care {
        name: account.name.clone(),
        office: account.office(),
        telephone: account.telephone.clone(),
        directory_subject: account.directory_subject.clone(),
        disabled_at: account.disabled_at,
        disabled_reason: account.disabled_reason.clone(),
    }
}

fn login(value: &str) -> Result<String, Error> {
    let login = text("login", &folded(value), 64)?;
    let is_fit = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '@');
    if login.chars().count() < 2 || !login.chars().all(is_fit) {
        let message = "登录名为2至64个字母、数字或 . _ - @。Two to 64 letters, digits or . _ - @";
        return Err(Error::refused("login", "login", message));
    }
    Ok(login)
}

fn telephone(value: Option<&str>) -> Result<Option<String>, Error> {
    let Some(value) = value.map(str::trim).filter(|value| !value.is_empty()) else { return Ok(None) };
    let is_fit = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '-' | '+' | '(' | ')');
    if value.len() > 24 || !value.chars().all(is_fit) {
        return Err(Error::refused(
            "telephone",
            "telephone",
            "电话为数字、空格、+ - ( )。Digits, blanks, + - ( )",
        ));
    }
    Ok(Some(value.to_owned()))
}

fn one_of(field: &'static str, value: &str, all: &[&str]) -> Result<String, Error> {
    match all.contains(&value) {
        true => Ok(value.to_owned()),
        false => {
            Err(Error::refused(field, field, format!("须为 {}。One of these is expected", all.join("、"))))
        }
    }
}

impl People<'_> {
    /// Makes an account. Gives its number and the first password, to be shown once.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`] beside a field; the database.
    pub async fn create(&self, new: &NewPerson, guard: &Guard) -> Result<(AccountId, String), Error> {
        let password = first_password(guard.rules.password.first_length)?;
        Ok((self.create_with(new, guard, &password).await?, password))
    }

    /// Makes an account with a password that was chosen outside; it must be changed at the first sign-in.
    ///
    /// # Errors
    /// As [`People::create`]; [`Error::Refused`] for a weak password.
    pub async fn create_with(
        &self,
        new: &NewPerson,
        guard: &Guard,
        password: &str,
    ) -> Result<AccountId, Error> {
        let office = self.open_office(new.office).await?;
        let at = Resource::new(Kind::Account, "").held_by(&office.agency, &office.division);
        self.allow(Action::Create, &at)?;
        let (login, name) = (login(&new.login)?, text("name", &new.name, 64)?);
        let weak = guard.rules.weaknesses(password, &login, &name);
        if !weak.is_empty() {
            return Err(crate::sign_in::Error::Weak(weak).into());
        }
        let account = NewAccount {
            login,
            name,
            office: new.office,
            telephone: telephone(new.telephone.as_deref())?,
            language: one_of("language", &new.language, &["zh-CN", "en"])?,
            password_hash: Some(guard.hasher.hash(password).await?),
        };
        let mut tx = self.db.begin().await?;
        let inserted = account::insert(&mut tx, &account, self.by.at).await;
        let id = inserted.map_err(|e| taken(e, "login", &account.login))?;
        let made = account::find_in(&mut tx, id).await?.ok_or_else(|| Error::missing(Kind::Account, id))?;
        let kept = Kept {
            kind: Kind::Account,
            id: id.to_string(),
            action: "account_created",
            division: Some(&office.division),
            before: None,
            after: Some(json!(care_of(&made))),
            detail: json!({"login": account.login, "name": account.name, "office": office.id}),
            undoes: None,
        };
        keep(&mut tx, self.by, kept).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Changes name, office, telephone or subject in the directory.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`], [`Error::Changed`]; the database.
    pub async fn change(
        &self,
        id: AccountId,
        version: i64,
        name: &str,
        office: OfficeId,
        phone: Option<&str>,
        directory_subject: Option<&str>,
    ) -> Result<(), Error> {
        let account = self.account(id).await?;
        let subject = directory_subject.map(str::trim).filter(|subject| !subject.is_empty());
        let care = Care {
            name: text("name", name, 64)?,
            office,
            telephone: telephone(phone)?,
            directory_subject: subject.map(|subject| text("directory_subject", subject, 255)).transpose()?,
            ..care_of(&account)
        };
        self.set_care(&account, version, care, "account_changed", None).await
    }

    /// Disables an account: sessions end, tokens hold no longer.
    ///
    /// # Errors
    /// [`Error::Forbidden`] (also for oneself), [`Error::Refused`] without a reason, [`Error::Changed`]; the database.
    pub async fn disable(&self, id: AccountId, version: i64, reason: &str) -> Result<(), Error> {
        let account = self.account(id).await?;
        let reason = Some(text("reason", reason, 200)?);
        let care = Care { disabled_at: Some(self.by.at), disabled_reason: reason, ..care_of(&account) };
        self.set_care(&account, version, care, "account_disabled", None).await
    }

    /// Lets a disabled account sign in again.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Changed`]; the database.
    pub async fn enable(&self, id: AccountId, version: i64) -> Result<(), Error> {
        let account = self.account(id).await?;
        let care = Care { disabled_at: None, disabled_reason: None, ..care_of(&account) };
        self.set_care(&account, version, care, "account_enabled", None).await
    }

    pub(crate) async fn set_care(
        &self,
        account: &Account,
        version: i64,
        care: Care,
        action: &'static str,
        undoes: Option<i64>,
    ) -> Result<(), Error> {
        self.may_look_after(account).await?;
        let is_enabled = care.disabled_at.is_none() && account.disabled_at.is_some();
        if is_enabled || care.office != account.office() {
            let office = self.open_office(care.office).await?;
            let there = Resource::new(Kind::Account, "").held_by(&office.agency, &office.division);
            self.allow(Action::Create, &there)?;
        }
        let (id, before) = (account.id(), care_of(account));
        let is_disabled = care.disabled_at.is_some() && account.disabled_at.is_none();
        if is_disabled {
            self.keep_one_administrator(id).await?;
        }
        let mut tx = self.db.begin().await?;
        match account::update(&mut tx, id, version, &care).await {
            Ok(()) => {}
            Err(error @ mingjing_store::Error::Taken(_)) => {
                let subject = care.directory_subject.as_deref().unwrap_or_default();
                return Err(taken(error, "directory_subject", subject));
            }
            Err(error) => return Err(self.told(error.into()).await),
        }
        if is_disabled {
            session::delete_of_account(&mut tx, id, None).await?;
            token::revoke_all(&mut tx, id, self.by.at).await?;
        }
        let mut detail = json!({"name": care.name, "office": care.office});
        if before.office != care.office {
            detail["office_before"] = json!(before.office);
        }
        if let Some(reason) = &care.disabled_reason {
            detail["reason"] = json!(reason);
        }
        let kept = Kept {
            kind: Kind::Account,
            id: id.to_string(),
            action,
            division: Some(&account.division),
            before: Some(json!(before)),
            after: Some(json!(care)),
            detail,
            undoes,
        };
        keep(&mut tx, self.by, kept).await?;
        Ok(tx.commit().await?)
    }

    /// A new first password, to be shown once; it must be changed at the next sign-in. The lock is over, sessions
    /// end.
    ///
    /// # Errors
    /// [`Error::Forbidden`] (also for oneself); the database.
    pub async fn reset_password(&self, id: AccountId, guard: &Guard) -> Result<String, Error> {
        let account = self.account(id).await?;
        self.may_look_after(&account).await?;
        let password = first_password(guard.rules.password.first_length)?;
        let hash = guard.hasher.hash(&password).await?;
        let mut tx = self.db.begin().await?;
        account::set_password(&mut tx, id, &hash, self.by.at, true).await?;
        session::delete_of_account(&mut tx, id, None).await?;
        self.note(&mut tx, "password_reset", &account).await?;
        tx.commit().await?;
        Ok(password)
    }

    /// Takes away the second factor of somebody who lost device and recovery codes. Sessions end.
    ///
    /// # Errors
    /// [`Error::Forbidden`] (also for oneself); the database.
    pub async fn reset_factor(&self, id: AccountId) -> Result<(), Error> {
        let account = self.account(id).await?;
        self.may_look_after(&account).await?;
        let mut tx = self.db.begin().await?;
        account::set_totp(&mut tx, id, None, None, self.by.at).await?;
        account::set_codes(&mut tx, id, &[]).await?;
        session::delete_of_account(&mut tx, id, None).await?;
        self.note(&mut tx, "second_factor_reset", &account).await?;
        Ok(tx.commit().await?)
    }

    /// Ends the lock after failed sign-ins.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; the database.
    pub async fn unlock(&self, id: AccountId) -> Result<(), Error> {
        let account = self.account(id).await?;
        self.may_look_after(&account).await?;
        let mut tx = self.db.begin().await?;
        account::set_failures(&mut tx, id, 0, None).await?;
        self.note(&mut tx, "account_unlocked", &account).await?;
        Ok(tx.commit().await?)
    }

    /// Ends all sessions of an account. Gives how many.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; the database.
    pub async fn end_sessions(&self, id: AccountId) -> Result<u64, Error> {
        let account = self.account(id).await?;
        self.may_look_after(&account).await?;
        let mut tx = self.db.begin().await?;
        let ended = session::delete_of_account(&mut tx, id, None).await?;
        self.note(&mut tx, "sessions_ended", &account).await?;
        tx.commit().await?;
        Ok(ended)
    }

    /// Changes one's own telephone, language and theme.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for another's, [`Error::Refused`], [`Error::Changed`]; the database.
    pub async fn set_profile(&self, id: AccountId, version: i64, profile: &Profile) -> Result<(), Error> {
        let account = self.account(id).await?;
        self.allow(Action::Change, &resource(&account))?;
        let profile = Profile {
            telephone: telephone(profile.telephone.as_deref())?,
            language: one_of("language", &profile.language, &["zh-CN", "en"])?,
            theme: one_of("theme", &profile.theme, &["auto", "light", "dark"])?,
        };
        let mut tx = self.db.begin().await?;
        if let Err(error) = account::set_profile(&mut tx, id, version, &profile).await {
            return Err(self.told(error.into()).await);
        }
        self.note(&mut tx, "profile_changed", &account).await?;
        Ok(tx.commit().await?)
    }

    /// One looks after an account if its office is in reach and one could grant every role it holds: whoever sets
    /// another's password can act as him.
    async fn may_look_after(&self, account: &Account) -> Result<(), Error> {
        self.allow(Action::Manage, &resource(account))?;
        let today = self.today();
        for grant in
            account::grants(self.db, account.id()).await?.iter().filter(|grant| grant.is_open(&today))
        {
            let allowed = self.allow(Action::Create, &super::grant::resource(grant));
            allowed.map_err(|_| Error::Forbidden { action: Action::Manage, kind: Kind::Account })?;
        }
        Ok(())
    }

    pub(crate) async fn account(&self, id: AccountId) -> Result<Account, Error> {
        account::find(self.db, id).await?.ok_or_else(|| Error::missing(Kind::Account, id))
    }

    pub(crate) async fn open_office(&self, id: OfficeId) -> Result<Office, Error> {
        let found = office::office(self.db, id).await?;
        let missing = || Error::refused("office", "office", "没有这个机构。There is no such office");
        let office = found.ok_or_else(missing)?;
        match office.closed_at {
            None => Ok(office),
            Some(_) => Err(Error::refused("closed", "office", "机构已撤销。The office is closed")),
        }
    }

    async fn note(&self, tx: &mut mingjing_store::Tx, action: &str, account: &Account) -> Result<(), Error> {
        let detail = json!({"name": account.name});
        let division = Some(account.division.as_str());
        audit::append(tx, &self.by.entry(action, Kind::Account.word(), account.id, division, detail)).await?;
        Ok(())
    }
}
