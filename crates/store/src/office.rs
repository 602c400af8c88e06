//! Agencies, divisions, offices.

use crate::account::changed;
use crate::{Db, Error, Tx, on, within, written};
use mingjing_model::division::Level;
use mingjing_model::id::{AgencyId, OfficeId};
use mingjing_model::time::Micros;

/// An agency.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Agency {
    /// Its number.
    pub id: i64,
    /// A word of `data/policy/agency.yaml`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its short name.
    pub short_name: String,
    /// For optimistic locking.
    pub version: i64,
}

/// A division.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Division {
    /// Its code.
    pub code: String,
    /// The code above.
    pub parent: Option<String>,
    /// `city`, `district`, `street`, `community`.
    pub level: String,
    /// Its name.
    pub name: String,
    /// For optimistic locking.
    pub version: i64,
}

/// An office with its agency and division.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Office {
    /// Its number.
    pub id: i64,
    /// The agency.
    pub agency_id: i64,
    /// Kind of the agency.
    pub agency: String,
    /// Name of the agency.
    pub agency_name: String,
    /// Short name of the agency.
    pub short_name: String,
    /// Code of the division.
    pub division: String,
    /// Name of the division.
    pub division_name: String,
    /// Its name.
    pub name: String,
    /// Since when it is closed.
    pub closed_at: Option<i64>,
    /// For optimistic locking.
    pub version: i64,
}

impl Office {
    /// Its number.
    pub fn id(&self) -> OfficeId {
        OfficeId(self.id)
    }
}

/// All agencies, in the order they were made.
///
/// # Errors
/// The database cannot be read.
pub async fn agencies(db: &Db) -> Result<Vec<Agency>, Error> {
    Ok(on!(db, p => sqlx::query_as(include_str!("office/agencies.sql")).fetch_all(p).await)?)
}

/// An agency.
///
/// # Errors
/// The database cannot be read.
pub async fn agency(db: &Db, id: AgencyId) -> Result<Option<Agency>, Error> {
    Ok(on!(db, p => sqlx::query_as(include_str!("office/agency.sql")).bind(id.0).fetch_optional(p).await)?)
}

/// A new agency.
///
/// # Errors
/// [`Error::Taken`] for the kind; the database refused.
pub async fn insert_agency(tx: &mut Tx, kind: &str, name: &str, short: &str) -> Result<AgencyId, Error> {
    let id = within!(tx, c => sqlx::query_scalar(include_str!("office/insert_agency.sql"))
        .bind(kind).bind(name).bind(short).fetch_one(c).await)?;
    Ok(AgencyId(id))
}

/// Changes the names of an agency.
///
/// # Errors
/// [`Error::Changed`]; the database refused.
pub async fn set_agency(
    tx: &mut Tx,
    id: AgencyId,
    version: i64,
    name: &str,
    short: &str,
) -> Result<(), Error> {
    changed(written!(tx, include_str!("office/set_agency.sql"), id.0, version, name, short)?, "agency", id)
}

/// Removes an agency of which there is no office. False: it was changed, or there is one.
///
/// # Errors
/// The database refused.
pub async fn delete_agency(tx: &mut Tx, id: AgencyId, version: i64) -> Result<bool, Error> {
    Ok(written!(tx, include_str!("office/delete_agency.sql"), id.0, version)? == 1)
}

/// All divisions by code.
///
/// # Errors
/// The database cannot be read.
pub async fn divisions(db: &Db) -> Result<Vec<Division>, Error> {
    Ok(on!(db, p => sqlx::query_as(include_str!("office/divisions.sql")).fetch_all(p).await)?)
}

/// A division.
///
/// # Errors
/// The database cannot be read.
pub async fn division(db: &Db, code: &str) -> Result<Option<Division>, Error> {
    Ok(on!(db, p => sqlx::query_as(include_str!("office/division.sql")).bind(code).fetch_optional(p).await)?)
}

/// A new division; the one above must be there.
///
/// # Errors
/// [`Error::Taken`], [`Error::Refused`] if the code is none; the database refused.
pub async fn insert_division(tx: &mut Tx, code: &str, name: &str) -> Result<(), Error> {
    let refused = || Error::Refused(format!("{code}: codes of divisions have 4, 6, 9 or 12 digits"));
    let level = Level::of(code).ok_or_else(refused)?;
    let above = match level {
        Level::City => None,
        Level::District => Some(&code[..4]),
        Level::Street => Some(&code[..6]),
        Level::Community => Some(&code[..9]),
    };
    written!(tx, include_str!("office/insert_division.sql"), code, above, level.word(), name).map(drop)
}

/// Changes the name of a division.
///
/// # Errors
/// [`Error::Changed`]; the database refused.
pub async fn set_division(tx: &mut Tx, code: &str, version: i64, name: &str) -> Result<(), Error> {
    changed(written!(tx, include_str!("office/set_division.sql"), code, version, name)?, "division", code)
}

/// Removes a division in which nothing lies. False: it was changed, or something lies in it.
///
/// # Errors
/// The database refused.
pub async fn delete_division(tx: &mut Tx, code: &str, version: i64) -> Result<bool, Error> {
    Ok(written!(tx, include_str!("office/delete_division.sql"), code, version)? == 1)
}

/// All offices, from the city down.
///
/// # Errors
/// The database cannot be read.
pub async fn offices(db: &Db) -> Result<Vec<Office>, Error> {
    Ok(on!(db, p => sqlx::query_as(include_str!("office/offices.sql")).fetch_all(p).await)?)
}

/// An office.
///
/// # Errors
/// The database cannot be read.
pub async fn office(db: &Db, id: OfficeId) -> Result<Option<Office>, Error> {
    Ok(on!(db, p => sqlx::query_as(include_str!("office/office.sql")).bind(id.0).fetch_optional(p).await)?)
}

/// A new office of an agency for a division.
///
/// # Errors
/// [`Error::Taken`] if there is one; the database refused.
pub async fn insert_office(
    tx: &mut Tx,
    agency: AgencyId,
    division: &str,
    name: &str,
) -> Result<OfficeId, Error> {
    let id = within!(tx, c => sqlx::query_scalar(include_str!("office/insert_office.sql"))
        .bind(agency.0).bind(division).bind(name).fetch_one(c).await)?;
    Ok(OfficeId(id))
}

/// Changes the name of an office, closes or opens it.
///
/// # Errors
/// [`Error::Changed`]; the database refused.
pub async fn set_office(
    tx: &mut Tx,
    id: OfficeId,
    version: i64,
    name: &str,
    closed_at: Option<Micros>,
) -> Result<(), Error> {
    changed(
        written!(tx, include_str!("office/set_office.sql"), id.0, version, name, closed_at)?,
        "office",
        id,
    )
}

/// How many people who may sign in belong to an office.
///
/// # Errors
/// The database cannot be read.
pub async fn people(db: &Db, id: OfficeId) -> Result<i64, Error> {
    Ok(on!(db, p => sqlx::query_scalar(include_str!("office/people.sql")).bind(id.0).fetch_one(p).await)?)
}
