//! What forms offer to choose from: only what the one who chooses may do.

use super::form::Choice;
use crate::app::App;
use crate::fault::Fault;
use crate::signed::Signed;
use crate::words::Lang;
use mingjing_casework::permission::{Action, Kind, Resource, Role};
use mingjing_model::id::AccountId;
use mingjing_store::office::{self, Office};

/// Open offices for which they may do this to a new thing of a kind, from the city down.
///
/// # Errors
/// The database cannot be read.
pub async fn offices(app: &App, signed: &Signed, action: Action, kind: Kind) -> Result<Vec<Office>, Fault> {
    let scope = signed.scope(app, action, kind);
    let mut offices = office::offices(&app.db).await?;
    offices.retain(|office| {
        let there = Resource::new(kind, "").held_by(&office.agency, &office.division);
        office.closed_at.is_none() && scope.holds(&there)
    });
    Ok(offices)
}

/// Open offices in which they may grant some role to somebody, from the city down. Which role matters to the policies, so
/// this cannot be asked as a scope.
///
/// # Errors
/// The database cannot be read.
pub async fn granting(app: &App, signed: &Signed, to: AccountId) -> Result<Vec<Office>, Fault> {
    let mut offices = office::offices(&app.db).await?;
    offices.retain(|office| {
        office.closed_at.is_none() && !roles(app, signed, std::slice::from_ref(office), Some(to)).is_empty()
    });
    Ok(offices)
}

/// Offices as choices.
pub fn of_offices(offices: &[Office]) -> Vec<Choice> {
    let choice = |office: &Office| Choice { value: office.id.to_string(), label: office.name.clone() };
    offices.iter().map(choice).collect()
}

/// Roles that they may grant to somebody in one of the offices.
pub fn roles(app: &App, signed: &Signed, offices: &[Office], to: Option<AccountId>) -> Vec<Choice> {
    let may = |role: &Role, office: &Office| {
        let mut grant = Resource::new(Kind::RoleGrant, role).held_by(&office.agency, &office.division);
        grant.owner = to;
        app.gate.may(&signed.actor, Action::Create, &grant)
    };
    let granted = Role::ALL.iter().filter(|role| offices.iter().any(|office| may(role, office)));
    granted
        .map(|role| Choice { value: role.word().to_owned(), label: role_name(signed.lang, role.word()) })
        .collect()
}

/// A role in words.
pub fn role_name(lang: Lang, word: &str) -> String {
    lang.sentence(&format!("common.role.{word}")).unwrap_or(word).to_owned()
}

/// The languages.
pub fn languages() -> Vec<Choice> {
    let choice = |lang: Lang| Choice { value: lang.tag().to_owned(), label: lang.name().to_owned() };
    Lang::ALL.into_iter().map(choice).collect()
}
