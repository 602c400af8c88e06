//! Changes of duty lists: posts opened and closed, people put on duty and relieved.

use super::{missing, resource};
use crate::people::{Error, Kept, People, day, keep, no_inverse, text};
use crate::permission::{Action, Kind, Resource};
use mingjing_model::id::{AccountId, OfficeId};
use mingjing_store::duty::{self, Holder, NewHolder, Post};
use mingjing_store::{Tx, account, change::Change};
use serde_json::{Value, json};

/// Somebody who is to be on duty.
pub type NewDuty = NewHolder;

fn post_state(post: &Post) -> Value {
    json!({"office": post.office_id, "task": post.task, "closed_at": post.closed_at})
}

fn holder_state(holder: &Holder) -> Value {
    json!({
        "holder": holder.id, "account": holder.account_id, "stands_in_for": holder.stands_in_for,
        "since": holder.since_day, "until": holder.until_day,
    })
}

impl People<'_> {
    /// A new post of an office.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`]; the database.
    pub async fn open_post(&self, office: OfficeId, task: &str) -> Result<i64, Error> {
        let office = self.open_office(office).await?;
        self.allow(Action::Create, &Resource::new(Kind::Duty, "").held_by(&office.agency, &office.division))?;
        let task = text("task", task, 200)?;
        let mut tx = self.db.begin().await?;
        let id = duty::insert_post(&mut tx, office.id(), &task).await?;
        let state = json!({"office": office.id, "task": task, "closed_at": null});
        let detail = json!({"task": task, "office": office.id});
        let states = (None, Some(state));
        self.keep_duty(tx, id, &office.division, "duty_opened", states, detail, None).await?;
        Ok(id)
    }

    /// Changes what a post is there for.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`], [`Error::Changed`]; the database.
    pub async fn change_post(&self, id: i64, version: i64, task: &str) -> Result<(), Error> {
        let post = self.post(id).await?;
        let task = text("task", task, 200)?;
        let closed = post.closed_at;
        self.set_post(&post, version, &task, closed, "duty_changed", Action::Change, None).await
    }

    /// Closes a post: nobody needs to answer for it any longer.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Changed`]; the database.
    pub async fn close_post(&self, id: i64, version: i64) -> Result<(), Error> {
        let post = self.post(id).await?;
        let task = post.task.clone();
        self.set_post(&post, version, &task, Some(self.by.at), "duty_closed", Action::Delete, None).await
    }

    /// Puts somebody on duty for a post.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Refused`] for somebody of another office, for days that overlap, or in the stead
    /// of somebody who never held the post; the database.
    pub async fn put_on_duty(&self, new: &NewDuty) -> Result<i64, Error> {
        let post = self.post(new.post).await?;
        self.allow(Action::Change, &resource(&post))?;
        if post.closed_at.is_some() {
            return Err(Error::refused("closed", "post", "该岗位已撤销。The post is closed"));
        }
        let since = day("since", &new.since_day)?;
        let until = new.until_day.as_deref().map(|until| day("until", until)).transpose()?;
        if until.as_deref().is_some_and(|until| until < since.as_str()) {
            return Err(Error::refused("until", "until", "止日早于起日。The last day is before the first"));
        }
        let new = NewHolder { since_day: since, until_day: until, ..new.clone() };
        let person = self.account(new.account).await?;
        if person.disabled_at.is_some() {
            return Err(Error::refused("disabled", "account", "账号已停用。The account is disabled"));
        }
        let today = self.today();
        let grants = account::grants(self.db, new.account).await?;
        let is_of_office = person.office_id == post.office_id
            || grants.iter().any(|grant| grant.is_open(&today) && grant.office_id == post.office_id);
        if !is_of_office {
            let message = "只能由本机构人员担任。Somebody of this office is needed";
            return Err(Error::refused("not_of_office", "account", message));
        }
        fits(&new, &duty::holders(self.db, new.post).await?)?;
        let mut tx = self.db.begin().await?;
        let id = duty::insert_holder(&mut tx, &new).await?;
        let state = json!({
            "holder": id, "account": new.account, "stands_in_for": new.stands_in_for,
            "since": new.since_day, "until": new.until_day,
        });
        let detail =
            json!({"task": post.task, "name": person.name, "since": new.since_day, "until": new.until_day});
        let states = (None, Some(state));
        self.keep_duty(tx, post.id, &post.division, "duty_assigned", states, detail, None).await?;
        Ok(id)
    }

    /// Relieves somebody: sets the last day on duty.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`], [`Error::Changed`]; the database.
    pub async fn relieve(&self, holder: i64, version: i64, until: &str) -> Result<(), Error> {
        let held = duty::holder(self.db, holder).await?.ok_or_else(|| missing(holder))?;
        let until = day("until", until)?;
        if until < held.since_day {
            return Err(Error::refused("until", "until", "止日早于起日。The last day is before the first"));
        }
        self.set_until(&held, version, Some(&until), "duty_relieved", None).await
    }

    async fn set_until(
        &self,
        held: &Holder,
        version: i64,
        until: Option<&str>,
        action: &'static str,
        undoes: Option<i64>,
    ) -> Result<(), Error> {
        let post = self.post(held.post_id).await?;
        self.allow(Action::Change, &resource(&post))?;
        let mut tx = self.db.begin().await?;
        duty::set_until(&mut tx, held.id, version, until).await.map_err(|e| of_post(e.into(), post.id))?;
        let before = holder_state(held);
        let mut after = before.clone();
        after["until"] = json!(until);
        let detail = json!({"task": post.task, "name": held.account_name, "until": until});
        let states = (Some(before), Some(after));
        self.keep_duty(tx, post.id, &post.division, action, states, detail, undoes).await
    }

    #[allow(clippy::too_many_arguments)]
    async fn set_post(
        &self,
        post: &Post,
        version: i64,
        task: &str,
        closed_at: Option<i64>,
        action: &'static str,
        needs: Action,
        undoes: Option<i64>,
    ) -> Result<(), Error> {
        self.allow(needs, &resource(post))?;
        let mut tx = self.db.begin().await?;
        if let Err(error) = duty::set_post(&mut tx, post.id, version, task, closed_at).await {
            return Err(self.told(error.into()).await);
        }
        let after = json!({"office": post.office_id, "task": task, "closed_at": closed_at});
        let states = (Some(post_state(post)), Some(after));
        let detail = json!({"task": task, "office": post.office_id});
        self.keep_duty(tx, post.id, &post.division, action, states, detail, undoes).await
    }

    #[allow(clippy::too_many_arguments)]
    async fn keep_duty(
        &self,
        mut tx: Tx,
        post: i64,
        division: &str,
        action: &'static str,
        (before, after): (Option<Value>, Option<Value>),
        detail: Value,
        undoes: Option<i64>,
    ) -> Result<(), Error> {
        let (kind, id, division) = (Kind::Duty, post.to_string(), Some(division));
        keep(&mut tx, self.by, Kept { kind, id, action, division, before, after, detail, undoes }).await?;
        Ok(tx.commit().await?)
    }

    async fn post(&self, id: i64) -> Result<Post, Error> {
        duty::post(self.db, id).await?.ok_or_else(|| missing(id))
    }

    /// Takes back a change of a post or of who holds it.
    pub(crate) async fn undo_duty(&self, change: &Change) -> Result<(), Error> {
        let state = change.change.after.as_ref().or(change.change.before.as_ref()).ok_or_else(no_inverse)?;
        let Some(id) = state["holder"].as_i64() else { return self.undo_post(change).await };
        match (&change.change.before, &change.change.after) {
            (before, Some(_)) => {
                let held = duty::holder(self.db, id).await?.ok_or_else(|| missing(id))?;
                self.still(change, Some(&holder_state(&held))).await?;
                match before {
                    Some(before) => {
                        let until = before["until"].as_str();
                        self.set_until(&held, held.version, until, "duty_restored", Some(change.id)).await
                    }
                    None => self.take_away(&held, change.id).await,
                }
            }
            (Some(before), None) => self.put_back(change, before).await,
            (None, None) => Err(no_inverse()),
        }
    }

    async fn undo_post(&self, change: &Change) -> Result<(), Error> {
        let id = change.change.subject_id.parse().map_err(|_| no_inverse())?;
        let post = self.post(id).await?;
        self.still(change, Some(&post_state(&post))).await?;
        let (task, closed_at) = match &change.change.before {
            Some(before) => {
                (before["task"].as_str().unwrap_or(&post.task).to_owned(), before["closed_at"].as_i64())
            }
            None => (post.task.clone(), Some(self.by.at)),
        };
        let needs = match (post.closed_at, closed_at) {
            (None, Some(_)) => Action::Delete,
            (Some(_), None) => Action::Create,
            _ => Action::Change,
        };
        self.set_post(&post, post.version, &task, closed_at, "duty_restored", needs, Some(change.id)).await
    }

    /// An assignment that is taken back never was.
    async fn take_away(&self, held: &Holder, undoes: i64) -> Result<(), Error> {
        let post = self.post(held.post_id).await?;
        self.allow(Action::Change, &resource(&post))?;
        let mut tx = self.db.begin().await?;
        duty::delete_holder(&mut tx, held.id, held.version).await.map_err(|e| of_post(e.into(), post.id))?;
        let detail = json!({"task": post.task, "name": held.account_name});
        let states = (Some(holder_state(held)), None);
        self.keep_duty(tx, post.id, &post.division, "duty_restored", states, detail, Some(undoes)).await
    }

    async fn put_back(&self, change: &Change, state: &Value) -> Result<(), Error> {
        let post = self.post(change.change.subject_id.parse().map_err(|_| no_inverse())?).await?;
        self.allow(Action::Change, &resource(&post))?;
        let new = NewHolder {
            post: post.id,
            account: AccountId(state["account"].as_i64().ok_or_else(no_inverse)?),
            stands_in_for: state["stands_in_for"].as_i64().map(AccountId),
            since_day: state["since"].as_str().ok_or_else(no_inverse)?.to_owned(),
            until_day: state["until"].as_str().map(str::to_owned),
        };
        fits(&new, &duty::holders(self.db, post.id).await?)?;
        let mut tx = self.db.begin().await?;
        let id = duty::insert_holder(&mut tx, &new).await?;
        let mut after = state.clone();
        after["holder"] = json!(id);
        let detail = json!({"task": post.task, "account": new.account});
        let states = (None, Some(after));
        self.keep_duty(tx, post.id, &post.division, "duty_restored", states, detail, Some(change.id)).await
    }
}

/// A holding is found under its post.
fn of_post(error: Error, post: i64) -> Error {
    match error {
        Error::Changed { who, at, .. } => {
            Error::Changed { kind: Kind::Duty.word().to_owned(), id: post.to_string(), who, at }
        }
        other => other,
    }
}

/// One person holds a post once at a time, and stands in only for somebody who holds it.
fn fits(new: &NewHolder, others: &[Holder]) -> Result<(), Error> {
    let overlaps = |other: &Holder| {
        let ends_before = other.until_day.as_ref().is_some_and(|until| *until < new.since_day);
        let starts_behind = new.until_day.as_ref().is_some_and(|until| other.since_day > *until);
        !ends_before && !starts_behind
    };
    if others.iter().any(|other| other.account_id == new.account.0 && overlaps(other)) {
        return Err(Error::refused(
            "overlap",
            "since",
            "此人在这段时间已在该岗。Already on duty on these days",
        ));
    }
    match new.stands_in_for {
        Some(absent) if absent == new.account => Err(Error::refused(
            "stands_in_for",
            "stands_in_for",
            "不能代替自己。Nobody stands in for himself",
        )),
        Some(absent) if !others.iter().any(|other| other.account_id == absent.0 && overlaps(other)) => {
            let message = "被代替者在这段时间不在该岗。That person does not hold the post on these days";
            Err(Error::refused("stands_in_for", "stands_in_for", message))
        }
        _ => Ok(()),
    }
}
