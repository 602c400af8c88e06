//! The demo city: offices, people, duty lists, notices, searches, history, all made up (`data/demo`).
//!
//! Filled once, in one transaction, into a database that holds nobody; filling again does nothing, so that what was
//! changed in the demo stays. Never into a database that people work with. The analyses are the caller's business:
//! they take jobs.

mod city;
mod past;

pub use city::{City, Division, Faulty, Holder, Office, Past, Person, Post};

use crate::keys::Keys;
use crate::permission;
use crate::sign_in::{hash_password, seal_factor};
use mingjing_model::id::{AccountId, OfficeId};
use mingjing_model::time::{Micros, day_in_shanghai, day_text};
use mingjing_store::account::{Care, NewAccount, NewGrant};
use mingjing_store::duty::NewHolder;
use mingjing_store::notice::NewNotice;
use mingjing_store::search::NewSearch;
use mingjing_store::{Db, Tx, account, audit, duty, notice, office, search, setting};
use serde_json::json;
use std::collections::BTreeMap;

/// The setting that says that this database is a demo.
pub const MARK: &str = "demo.filled";

/// Why the city was not filled.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The user's: somebody works with this database.
    #[error(
        "数据库中已有账户,不是演示库,未作任何改动。请换目录或数据库。\n\
         the database holds accounts and is no demo; nothing was changed. Name another directory or database"
    )]
    InUse,
    /// Ours.
    #[error(transparent)]
    Faulty(#[from] Faulty),
    /// The world's.
    #[error(transparent)]
    Store(#[from] mingjing_store::Error),
    /// The world's or ours: a secret could not be made.
    #[error("{0}")]
    Secret(String),
}

/// Is this database a demo city?
///
/// # Errors
/// The database cannot be read.
pub async fn is_filled(db: &Db) -> Result<bool, mingjing_store::Error> {
    Ok(setting::read(db, MARK).await?.is_some())
}

/// Fills the city into an empty database. False: it was filled before, nothing was done.
///
/// # Errors
/// Somebody works with this database; the database refuses.
pub async fn fill(db: &Db, keys: &Keys, city: &City, now: Micros) -> Result<bool, Error> {
    if is_filled(db).await? {
        return Ok(false);
    }
    if !account::all(db).await?.is_empty() {
        return Err(Error::InUse);
    }
    // Known by who reads data/demo; one hash serves all of them.
    let hash = hash_password(&city.password).map_err(|e| Error::Secret(e.to_string()))?;
    let mut tx = db.begin().await?;
    let mut filling = Filling { tx: &mut tx, city, now, offices: BTreeMap::new(), people: BTreeMap::new() };
    filling.offices().await?;
    filling.people(keys, &hash).await?;
    let gaps = filling.duty().await?;
    filling.notices(&gaps).await?;
    filling.searches().await?;
    filling.past().await?;
    setting::put(&mut tx, MARK, &json!({ "at": now }), None, now, None).await?;
    tx.commit().await?;
    Ok(true)
}

/// A filling under way: numbers of what is there already.
struct Filling<'a> {
    tx: &'a mut Tx,
    city: &'a City,
    now: Micros,
    offices: BTreeMap<(&'a str, &'a str), OfficeId>,
    people: BTreeMap<&'a str, (AccountId, OfficeId)>,
}

impl<'a> Filling<'a> {
    /// The date so many days after today.
    fn day(&self, days: i64) -> String {
        let today = day_in_shanghai(self.now).unwrap_or_default();
        day_text(today.saturating_add(i32::try_from(days).unwrap_or_default())).unwrap_or_default()
    }

    fn office(&self, agency: &str, division: &str) -> OfficeId {
        self.offices[&(agency, division)]
    }

    fn account(&self, login: &str) -> AccountId {
        self.people[login].0
    }

    async fn offices(&mut self) -> Result<(), Error> {
        for division in &self.city.divisions {
            office::insert_division(self.tx, &division.code, &division.name).await?;
        }
        let mut agencies = BTreeMap::new();
        for agency in permission::agencies() {
            let id = office::insert_agency(self.tx, &agency.kind, &agency.name.zh, &agency.short.zh).await?;
            agencies.insert(agency.kind.as_str(), id);
        }
        for one in &self.city.offices {
            let fault = || Faulty { file: "offices.yaml", fault: format!("{} is no agency", one.agency) };
            let agency = *agencies.get(one.agency.as_str()).ok_or_else(fault)?;
            let id = office::insert_office(self.tx, agency, &one.division, &one.name).await?;
            self.offices.insert((&one.agency, &one.division), id);
        }
        Ok(())
    }

    async fn people(&mut self, keys: &Keys, hash: &str) -> Result<(), Error> {
        for person in &self.city.people {
            let office = self.office(&person.agency, &person.division);
            let new = NewAccount {
                login: person.login.clone(),
                name: person.name.clone(),
                office,
                telephone: None,
                language: "zh-CN".to_owned(),
                password_hash: Some(hash.to_owned()),
            };
            let id = account::insert(self.tx, &new, self.now).await?;
            account::set_password(self.tx, id, hash, self.now, false).await?;
            if person.has_factor {
                let sealed = seal_factor(keys, id, &self.city.totp_secret)
                    .map_err(|e| Error::Secret(e.to_string()))?;
                account::set_totp(self.tx, id, Some(&sealed), None, self.now).await?;
            }
            for role in &person.roles {
                let grant = NewGrant {
                    account: id,
                    role: role.word().to_owned(),
                    office,
                    since_day: self.day(-400),
                    until_day: None,
                };
                account::insert_grant(self.tx, &grant, None, self.now).await?;
            }
            if let Some(reason) = &person.disabled {
                let care = Care {
                    name: person.name.clone(),
                    office,
                    telephone: None,
                    directory_subject: None,
                    disabled_at: Some(self.now),
                    disabled_reason: Some(reason.clone()),
                };
                account::update(self.tx, id, 1, &care).await?;
            }
            self.people.insert(&person.login, (id, office));
        }
        Ok(())
    }

    /// Gives the posts that have nobody, each with its office's name.
    async fn duty(&mut self) -> Result<Vec<(i64, &'a Post)>, Error> {
        let mut gaps = Vec::new();
        for post in &self.city.posts {
            let office = self.office(&post.agency, &post.division);
            let id = duty::insert_post(self.tx, office, &post.task).await?;
            for holder in &post.holders {
                let new = NewHolder {
                    post: id,
                    account: self.account(&holder.login),
                    stands_in_for: holder.in_stead_of.as_ref().map(|login| self.account(login)),
                    since_day: self.day(holder.since),
                    until_day: holder.until.map(|days| self.day(days)),
                };
                duty::insert_holder(self.tx, &new).await?;
            }
            if post.holders.is_empty() {
                gaps.push((id, post));
            }
        }
        Ok(gaps)
    }

    async fn notices(&mut self, gaps: &[(i64, &Post)]) -> Result<(), Error> {
        for (id, post) in gaps {
            let office = self
                .city
                .offices
                .iter()
                .find(|one| one.agency == post.agency && one.division == post.division);
            let name = office.map_or("", |office| office.name.as_str());
            let arguments = json!({ "office": name, "task": post.task });
            let path = format!("/admin/duty/{id}");
            for login in ["coordinator", "wudang-coord"] {
                self.notice(login, "admin.notice.gap", &arguments, &path, Some(3)).await?;
            }
        }
        let nothing = json!({});
        self.notice("police2", "admin.notice.stand_in", &nothing, "/admin/duty", Some(-1)).await?;
        self.notice("auditor", "admin.notice.verify", &nothing, "/audit", Some(5)).await?;
        for person in self.city.people.iter().filter(|person| person.login.ends_with("-coord")) {
            self.notice(&person.login, "admin.notice.review_duty", &nothing, "/admin/duty", Some(10)).await?;
        }
        Ok(())
    }

    async fn notice(
        &mut self,
        login: &str,
        key: &str,
        arguments: &serde_json::Value,
        href: &str,
        due: Option<i64>,
    ) -> Result<(), Error> {
        let new = NewNotice {
            account: self.account(login),
            text_key: key.to_owned(),
            arguments: arguments.clone(),
            href: href.to_owned(),
            due_day: due.map(|days| self.day(days)),
        };
        notice::create(self.tx, &new, self.now).await?;
        Ok(())
    }

    async fn searches(&mut self) -> Result<(), Error> {
        for (login, list, name, query) in past::SEARCHES {
            let (account, office) = self.people[login];
            let new = NewSearch {
                account,
                office: Some(office),
                list: list.to_owned(),
                name: name.to_owned(),
                query: query.to_owned(),
                is_shared: true,
            };
            search::create(self.tx, &new, self.now).await?;
        }
        Ok(())
    }

    async fn past(&mut self) -> Result<(), Error> {
        for entry in past::entries(self.city, &self.people, self.now) {
            audit::append(self.tx, &entry).await?;
        }
        Ok(())
    }
}
