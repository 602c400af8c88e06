//! Taking back a change of people, offices or duty: the inverse, with the same permissions as any change, and only
//! while the thing still is as the change left it.

use super::account::care_of;
use super::office::{NewAgency, agency_state, division_state, office_state};
use super::{Error, People};
use crate::permission::{Action, Kind};
use mingjing_model::id::{AccountId, AgencyId, OfficeId};
use mingjing_store::account::Care;
use mingjing_store::change::{self, Change};
use serde_json::{Value, json};

impl People<'_> {
    /// Takes a change back by its number. The taking back is a change too and can itself be taken back.
    ///
    /// # Errors
    /// [`Error::Changed`] when the thing was changed since; [`Error::Refused`] when it was taken back before or has
    /// no inverse; [`Error::Forbidden`]; the database.
    pub async fn undo(&self, number: i64) -> Result<(), Error> {
        let change = change::read(self.db, number).await?;
        if change.undone_by.is_some() {
            let message = "该更改已被撤销。It was taken back before";
            return Err(Error::refused("undone", "change", message));
        }
        let kind: Result<Kind, String> = change.change.subject_kind.parse();
        match kind {
            Ok(Kind::Account) => self.undo_account(&change).await,
            Ok(Kind::RoleGrant) => self.undo_grant(&change).await,
            Ok(Kind::Office) => self.undo_office(&change).await,
            Ok(Kind::Agency) => self.undo_agency(&change).await,
            Ok(Kind::Division) => self.undo_division(&change).await,
            Ok(Kind::Duty) => self.undo_duty(&change).await,
            _ => Err(no_inverse()),
        }
    }

    async fn undo_account(&self, change: &Change) -> Result<(), Error> {
        let account = self.account(AccountId(number_of(change)?)).await?;
        self.still(change, Some(&json!(care_of(&account)))).await?;
        let care = match &change.change.before {
            Some(before) => serde_json::from_value(before.clone()).map_err(|_| no_inverse())?,
            // What was made is disabled, not removed: its entries name it.
            None => Care {
                disabled_at: Some(self.by.at),
                disabled_reason: Some("撤销新建".to_owned()),
                ..care_of(&account)
            },
        };
        self.set_care(&account, account.version, care, "account_restored", Some(change.id)).await
    }

    async fn undo_grant(&self, change: &Change) -> Result<(), Error> {
        let grant = self.found(number_of(change)?).await?;
        let is_held = grant.revoked_at.is_none();
        let left_held = change.change.after.as_ref().is_some_and(|after| after["held"] == true);
        if is_held != left_held {
            return Err(self.changed_since(change).await);
        }
        self.set_held(&grant, grant.version, !is_held, "role_restored", Some(change.id)).await
    }

    async fn undo_office(&self, change: &Change) -> Result<(), Error> {
        let office = self.office(OfficeId(number_of(change)?)).await?;
        self.still(change, Some(&office_state(&office))).await?;
        let (name, closed_at, needs) = match &change.change.before {
            Some(before) => {
                let closed_at = before["closed_at"].as_i64();
                let needs = match (office.closed_at, closed_at) {
                    (None, Some(_)) => Action::Delete,
                    (Some(_), None) => Action::Create,
                    _ => Action::Change,
                };
                (before["name"].as_str().unwrap_or(&office.name).to_owned(), closed_at, needs)
            }
            None => (office.name.clone(), Some(self.by.at), Action::Delete),
        };
        let undoes = Some(change.id);
        self.set_office(&office, office.version, &name, closed_at, "office_restored", needs, undoes).await
    }

    async fn undo_agency(&self, change: &Change) -> Result<(), Error> {
        let (before, undoes) = (&change.change.before, Some(change.id));
        if change.change.after.is_none() {
            let new: NewAgency =
                before.clone().and_then(|b| serde_json::from_value(b).ok()).ok_or_else(no_inverse)?;
            return self.create_agency(&new, undoes).await.map(drop);
        }
        let agency = self.agency(AgencyId(number_of(change)?)).await?;
        self.still(change, Some(&agency_state(&agency))).await?;
        match before {
            None => self.delete_agency(AgencyId(agency.id), agency.version, undoes).await,
            Some(before) => {
                let (name, short) = (string(before, "name")?, string(before, "short_name")?);
                self.change_agency(AgencyId(agency.id), agency.version, name, short, undoes).await
            }
        }
    }

    async fn undo_division(&self, change: &Change) -> Result<(), Error> {
        let (before, undoes, code) = (&change.change.before, Some(change.id), &change.change.subject_id);
        match (before, &change.change.after) {
            (Some(before), None) => self.create_division(code, string(before, "name")?, undoes).await,
            (before, _) => {
                let division = self.division(code).await?;
                self.still(change, Some(&division_state(&division))).await?;
                match before {
                    None => self.delete_division(code, division.version, undoes).await,
                    Some(before) => {
                        self.change_division(code, division.version, string(before, "name")?, undoes).await
                    }
                }
            }
        }
    }

    /// Is the thing still as the change left it?
    pub(crate) async fn still(&self, change: &Change, is: Option<&Value>) -> Result<(), Error> {
        match change.change.after.as_ref() == is {
            true => Ok(()),
            false => Err(self.changed_since(change).await),
        }
    }

    pub(crate) async fn changed_since(&self, change: &Change) -> Error {
        let (kind, id) = (change.change.subject_kind.clone(), change.change.subject_id.clone());
        self.told(Error::Changed { kind, id, who: None, at: None }).await
    }
}

fn number_of(change: &Change) -> Result<i64, Error> {
    change.change.subject_id.parse().map_err(|_| no_inverse())
}

fn string<'a>(value: &'a Value, key: &str) -> Result<&'a str, Error> {
    value[key].as_str().ok_or_else(no_inverse)
}

pub(crate) fn no_inverse() -> Error {
    Error::refused("no_inverse", "change", "该更改不能撤销。This change cannot be taken back")
}
