//! Agencies, divisions, offices: the registers everything else stands in.

use super::{Error, Kept, People, keep, taken, text};
use crate::permission::{Action, Kind, Resource, agencies};
use mingjing_model::division::Level;
use mingjing_model::id::{AgencyId, OfficeId};
use mingjing_store::Tx;
use mingjing_store::office::{self, Agency, Division, Office};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// An agency that is to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewAgency {
    /// A word of `data/policy/agency.yaml`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its short name.
    pub short_name: String,
}

/// An office that is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewOffice {
    /// Of which agency.
    pub agency: AgencyId,
    /// For which division.
    pub division: String,
    /// Its name.
    pub name: String,
}

pub(crate) fn agency_state(agency: &Agency) -> Value {
    json!({"kind": agency.kind, "name": agency.name, "short_name": agency.short_name})
}

pub(crate) fn division_state(division: &Division) -> Value {
    json!({"code": division.code, "name": division.name})
}

pub(crate) fn office_state(office: &Office) -> Value {
    json!({
        "agency": office.agency_id, "division": office.division, "name": office.name, "closed_at": office.closed_at,
    })
}

fn agency_resource(id: impl ToString, kind: &str) -> Resource {
    Resource { agency: Some(kind.to_owned()), ..Resource::new(Kind::Agency, id) }
}

fn division_resource(code: &str) -> Resource {
    Resource { division: Some(code.to_owned()), ..Resource::new(Kind::Division, code) }
}

impl People<'_> {
    /// A new agency.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`]; the database.
    pub async fn create_agency(&self, new: &NewAgency, undoes: Option<i64>) -> Result<AgencyId, Error> {
        self.allow(Action::Create, &agency_resource("", &new.kind))?;
        if !agencies().iter().any(|agency| agency.kind == new.kind) {
            let message = format!("没有部门种类 {}。There is no such kind of agency", new.kind);
            return Err(Error::refused("kind", "kind", message));
        }
        let (name, short) = (text("name", &new.name, 64)?, text("short_name", &new.short_name, 16)?);
        let mut tx = self.db.begin().await?;
        let inserted = office::insert_agency(&mut tx, &new.kind, &name, &short).await;
        let id = inserted.map_err(|e| taken(e, "kind", &new.kind))?;
        let state = json!({"kind": new.kind, "name": name, "short_name": short});
        self.keep_register(tx, Kind::Agency, id, "agency_created", None, (None, Some(state)), undoes).await?;
        Ok(id)
    }

    /// Changes the names of an agency.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`], [`Error::Changed`]; the database.
    pub async fn change_agency(
        &self,
        id: AgencyId,
        version: i64,
        name: &str,
        short: &str,
        undoes: Option<i64>,
    ) -> Result<(), Error> {
        let agency = self.agency(id).await?;
        self.allow(Action::Change, &agency_resource(id, &agency.kind))?;
        let (name, short) = (text("name", name, 64)?, text("short_name", short, 16)?);
        let mut tx = self.db.begin().await?;
        if let Err(error) = office::set_agency(&mut tx, id, version, &name, &short).await {
            return Err(self.told(error.into()).await);
        }
        let after = json!({"kind": agency.kind, "name": name, "short_name": short});
        let states = (Some(agency_state(&agency)), Some(after));
        self.keep_register(tx, Kind::Agency, id, "agency_changed", None, states, undoes).await
    }

    /// Removes an agency of which there is no office.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`] while there is an office; the database.
    pub async fn delete_agency(&self, id: AgencyId, version: i64, undoes: Option<i64>) -> Result<(), Error> {
        let agency = self.agency(id).await?;
        self.allow(Action::Delete, &agency_resource(id, &agency.kind))?;
        let mut tx = self.db.begin().await?;
        if !office::delete_agency(&mut tx, id, version).await? {
            return Err(in_use("该部门已有机构，不能删除。There are offices of it"));
        }
        let states = (Some(agency_state(&agency)), None);
        self.keep_register(tx, Kind::Agency, id, "agency_deleted", None, states, undoes).await
    }

    /// A new division below one that is there (a city stands alone).
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`]; the database.
    pub async fn create_division(&self, code: &str, name: &str, undoes: Option<i64>) -> Result<(), Error> {
        // What is no code lies in no division: said before it is asked who may.
        if Level::of(code).is_none() {
            return Err(Error::refused("code", "code", "区划代码为4、6、9或12位数字。4, 6, 9 or 12 digits"));
        }
        self.allow(Action::Create, &division_resource(code))?;
        let name = text("name", name, 64)?;
        let parent = match code.len() {
            4 => None,
            6 => Some(&code[..4]),
            digits => Some(&code[..digits - 3]),
        };
        if let Some(parent) = parent
            && office::division(self.db, parent).await?.is_none()
        {
            let message = format!("上级区划 {parent} 尚未录入。Enter the division above first");
            return Err(Error::refused("code", "code", message));
        }
        let mut tx = self.db.begin().await?;
        office::insert_division(&mut tx, code, &name).await.map_err(|e| taken(e, "code", code))?;
        let states = (None, Some(json!({"code": code, "name": name})));
        self.keep_register(tx, Kind::Division, code, "division_created", Some(code), states, undoes).await
    }

    /// Changes the name of a division.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`], [`Error::Changed`]; the database.
    pub async fn change_division(
        &self,
        code: &str,
        version: i64,
        name: &str,
        undoes: Option<i64>,
    ) -> Result<(), Error> {
        let division = self.division(code).await?;
        self.allow(Action::Change, &division_resource(code))?;
        let name = text("name", name, 64)?;
        let mut tx = self.db.begin().await?;
        if let Err(error) = office::set_division(&mut tx, code, version, &name).await {
            return Err(self.told(error.into()).await);
        }
        let states = (Some(division_state(&division)), Some(json!({"code": code, "name": name})));
        self.keep_register(tx, Kind::Division, code, "division_changed", Some(code), states, undoes).await
    }

    /// Removes a division in which nothing lies.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`] while something lies in it; the database.
    pub async fn delete_division(&self, code: &str, version: i64, undoes: Option<i64>) -> Result<(), Error> {
        let division = self.division(code).await?;
        self.allow(Action::Delete, &division_resource(code))?;
        let mut tx = self.db.begin().await?;
        if !office::delete_division(&mut tx, code, version).await? {
            return Err(in_use("该区划内有下级或机构，不能删除。Something lies in it"));
        }
        let states = (Some(division_state(&division)), None);
        self.keep_register(tx, Kind::Division, code, "division_deleted", Some(code), states, undoes).await
    }

    /// A new office.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`]; the database.
    pub async fn create_office(&self, new: &NewOffice) -> Result<OfficeId, Error> {
        let missing = |_| Error::refused("agency", "agency", "没有这个部门。There is no such agency");
        let agency = self.agency(new.agency).await.map_err(missing)?;
        self.allow(Action::Create, &Resource::new(Kind::Office, "").held_by(&agency.kind, &new.division))?;
        let missing = |_| Error::refused("division", "division", "没有这个区划。There is no such division");
        let division = self.division(&new.division).await.map_err(missing)?;
        let name = text("name", &new.name, 64)?;
        let mut tx = self.db.begin().await?;
        let inserted = office::insert_office(&mut tx, new.agency, &division.code, &name).await;
        let id =
            inserted.map_err(|e| taken(e, "division", &format!("{}{}", division.name, agency.short_name)))?;
        let state = json!({"agency": agency.id, "division": division.code, "name": name, "closed_at": null});
        let states = (None, Some(state));
        self.keep_register(tx, Kind::Office, id, "office_created", Some(&division.code), states, None)
            .await?;
        Ok(id)
    }

    /// Changes the name of an office.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`], [`Error::Changed`]; the database.
    pub async fn change_office(&self, id: OfficeId, version: i64, name: &str) -> Result<(), Error> {
        let office = self.office(id).await?;
        let name = text("name", name, 64)?;
        let closed = office.closed_at;
        self.set_office(&office, version, &name, closed, "office_changed", Action::Change, None).await
    }

    /// Closes an office to which nobody belongs any longer.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`] while people belong to it, [`Error::Changed`]; the database.
    pub async fn close_office(&self, id: OfficeId, version: i64) -> Result<(), Error> {
        let office = self.office(id).await?;
        let (name, at) = (office.name.clone(), Some(self.by.at));
        self.set_office(&office, version, &name, at, "office_closed", Action::Delete, None).await
    }

    /// Opens a closed office again.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Changed`]; the database.
    pub async fn open_again(&self, id: OfficeId, version: i64) -> Result<(), Error> {
        let office = self.office(id).await?;
        let name = office.name.clone();
        self.set_office(&office, version, &name, None, "office_opened", Action::Create, None).await
    }

    #[allow(clippy::too_many_arguments)]
    pub(crate) async fn set_office(
        &self,
        office: &Office,
        version: i64,
        name: &str,
        closed_at: Option<i64>,
        action: &'static str,
        needs: Action,
        undoes: Option<i64>,
    ) -> Result<(), Error> {
        self.allow(needs, &Resource::new(Kind::Office, office.id).held_by(&office.agency, &office.division))?;
        if closed_at.is_some()
            && office.closed_at.is_none()
            && office::people(self.db, office.id()).await? > 0
        {
            return Err(in_use("机构尚有在用账号，请先调离或停用。People still belong to it"));
        }
        let mut tx = self.db.begin().await?;
        if let Err(error) = office::set_office(&mut tx, office.id(), version, name, closed_at).await {
            return Err(self.told(error.into()).await);
        }
        let before = office_state(office);
        let mut after = before.clone();
        after["name"] = json!(name);
        after["closed_at"] = json!(closed_at);
        let states = (Some(before), Some(after));
        self.keep_register(tx, Kind::Office, office.id, action, Some(&office.division), states, undoes).await
    }

    #[allow(clippy::too_many_arguments)]
    async fn keep_register(
        &self,
        mut tx: Tx,
        kind: Kind,
        id: impl ToString,
        action: &'static str,
        division: Option<&str>,
        (before, after): (Option<Value>, Option<Value>),
        undoes: Option<i64>,
    ) -> Result<(), Error> {
        let named = after.as_ref().or(before.as_ref()).map_or(Value::Null, |state| state["name"].clone());
        let detail = json!({ "name": named });
        let kept = Kept { kind, id: id.to_string(), action, division, before, after, detail, undoes };
        keep(&mut tx, self.by, kept).await?;
        Ok(tx.commit().await?)
    }

    pub(crate) async fn agency(&self, id: AgencyId) -> Result<Agency, Error> {
        office::agency(self.db, id).await?.ok_or_else(|| Error::missing(Kind::Agency, id))
    }

    pub(crate) async fn division(&self, code: &str) -> Result<Division, Error> {
        office::division(self.db, code).await?.ok_or_else(|| Error::missing(Kind::Division, code))
    }

    pub(crate) async fn office(&self, id: OfficeId) -> Result<Office, Error> {
        office::office(self.db, id).await?.ok_or_else(|| Error::missing(Kind::Office, id))
    }
}

fn in_use(message: &str) -> Error {
    Error::refused("in_use", "", message)
}
