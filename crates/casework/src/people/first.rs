//! The first start: divisions, agencies and one administrator, so that everything else can be entered on pages.

use super::{By, Error, NewAgency, NewOffice, NewPerson, People, divisions};
use crate::permission::{Gate, Role, agencies};
use crate::sign_in::Guard;
use mingjing_model::id::{AccountId, AgencyId};
use mingjing_store::account::NewGrant;
use mingjing_store::{Db, office};

/// The first administrator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct First {
    /// The login.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// The password, to be changed at the first sign-in.
    pub password: String,
    /// The city, such as `5201`.
    pub city: String,
    /// The city's name; needed where its divisions are not compiled in.
    pub city_name: Option<String>,
}

/// Enters what is missing of the city's divisions, of the agencies and of the steering agency's office for the
/// city, then the account and its role, by the command line. What is there already stays as it is.
///
/// # Errors
/// [`Error::Refused`] for login, password or city; the database.
pub async fn first_administrator(
    db: &Db,
    gate: &Gate,
    guard: &Guard,
    by: &By,
    first: &First,
) -> Result<AccountId, Error> {
    let people = People { db, gate, by };
    enter_divisions(&people, first).await?;
    let agency = enter_agencies(&people).await?;
    let offices = office::offices(db).await?;
    let own = offices.iter().find(|one| one.agency_id == agency.0 && one.division == first.city);
    let office = match own {
        Some(office) => office.id(),
        None => {
            let division = people.division(&first.city).await?;
            let name = format!("{}{}", division.name, people.agency(agency).await?.name);
            people.create_office(&NewOffice { agency, division: first.city.clone(), name }).await?
        }
    };
    let new = NewPerson {
        login: first.login.clone(),
        name: first.name.clone(),
        office,
        telephone: None,
        language: "zh-CN".to_owned(),
    };
    let account = people.create_with(&new, guard, &first.password).await?;
    let role = Role::Administrator.word().to_owned();
    let grant = NewGrant { account, role, office, since_day: people.today(), until_day: None };
    people.grant(&grant).await?;
    Ok(account)
}

async fn enter_divisions(people: &People<'_>, first: &First) -> Result<(), Error> {
    let known = office::divisions(people.db).await?;
    let mut wanted = divisions::of_city(&first.city);
    if wanted.is_empty() {
        let name = first.city_name.clone().unwrap_or_default();
        wanted.push(divisions::Named { code: first.city.clone(), name });
    }
    for division in wanted {
        if !known.iter().any(|one| one.code == division.code) {
            people.create_division(&division.code, &division.name, None).await?;
        }
    }
    Ok(())
}

/// Gives the agency that steers.
async fn enter_agencies(people: &People<'_>) -> Result<AgencyId, Error> {
    let known = office::agencies(people.db).await?;
    let mut steering = None;
    for agency in agencies() {
        let id = match known.iter().find(|one| one.kind == agency.kind) {
            Some(one) => AgencyId(one.id),
            None => {
                let new = NewAgency {
                    kind: agency.kind.clone(),
                    name: agency.name.zh.clone(),
                    short_name: agency.short.zh.clone(),
                };
                people.create_agency(&new, None).await?
            }
        };
        steering = steering.or(agency.steers.then_some(id));
    }
    steering.ok_or_else(|| Error::World("data/policy/agency.yaml: no kind steers".to_owned()))
}
