//! Fields of one person in clear: asked for one by one, with a reason, logged, shown for a while to who asked.
//!
//! An identity number comes from the results; name, phone and card stand in the uploaded member table alone and are
//! read there again. Nothing in clear is kept.

use super::frame::{Done, aside, done, entry, house, refused};
use crate::app::App;
use crate::fault::Fault;
use crate::look::{Flash, write};
use crate::signed::Signed;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use mingjing_casework::analysis::change::{self, FIELDS};
use mingjing_casework::permission::Action;
use mingjing_intake::look::{cells_of, field_named};
use mingjing_intake::{Field as Column, Mapping, Members};
use mingjing_model::mask;
use mingjing_network::figures::AccountFigures;
use mingjing_store::analysis;
use serde::Deserialize;
use std::collections::{BTreeSet, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

/// A field as the page shows it.
pub struct Field {
    /// Its name in forms.
    pub name: &'static str,
    /// Its word.
    pub word: &'static str,
    /// Masked or in clear.
    pub value: String,
    /// Until when it is shown in clear; empty while it is masked.
    pub until: String,
}

/// The fields of a person: in clear what the reader unmasked a while ago, masked all else.
pub async fn fields(
    app: &App,
    signed: &Signed,
    done: &Done,
    person: u32,
    held: &[AccountFigures],
    identities: Vec<String>,
) -> Result<Vec<Field>, Fault> {
    let lang = signed.lang;
    let now = app.now();
    // The right may have ended since.
    let may = signed.check(app, Action::Unmask, &super::frame::resource(&done.found)).is_ok();
    let open = match may {
        true => analysis::unmasked(&app.db, done.found.id(), signed.actor.account, now).await?,
        false => Vec::new(),
    };
    let mut all = Vec::new();
    for name in FIELDS {
        let until = open.iter().filter(|own| own.person == i64::from(person) && own.field == name);
        let until = until.map(|own| own.expires_at).max();
        let numbers = match (name, until) {
            ("identity", _) => identities.clone(),
            (_, None) => Vec::new(),
            (_, Some(_)) => contacts(app, done, held, name).await?,
        };
        let is_empty = numbers.is_empty() && (name == "identity" || until.is_some());
        let shown = |number: &String| if until.is_some() { number.clone() } else { mask::last_four(number) };
        let value = match is_empty {
            true => lang.t("network.unmask.none").to_owned(),
            false if numbers.is_empty() => "****".to_owned(),
            false => numbers.iter().map(shown).collect::<Vec<_>>().join(lang.t("common.and")),
        };
        all.push(Field {
            name,
            word: lang.t(&format!("network.field.{name}")),
            value,
            until: until.map_or_else(String::new, write::minute),
        });
    }
    Ok(all)
}

/// What the member tables say of a person's accounts in one field, each once.
async fn contacts(app: &App, done: &Done, held: &[AccountFigures], name: &str) -> Result<Vec<String>, Fault> {
    let files = analysis::files(&app.db, done.found.id()).await?;
    let inputs = house(app).inputs(done.found.id());
    let members = files.iter().filter(|file| file.table_name == "members");
    let paths: Vec<PathBuf> = members.map(|file| inputs.join(&file.stored_name)).collect();
    let accounts: HashSet<String> = held.iter().map(|account| account.account.clone()).collect();
    let (mapping, field) = (done.dir.join("mapping.yaml"), field_named(name));
    aside(move || {
        let Some(field) = field else { return Ok(Vec::new()) };
        let world = |e: mingjing_intake::Error| Fault::World(e.to_string());
        let mapping = Mapping::parse(&std::fs::read_to_string(mapping)?, "mapping.yaml").map_err(world)?;
        let table = Members::open(&paths, &mapping).map_err(world)?;
        let mut found = BTreeSet::new();
        for input in table.inputs() {
            let heading = |wanted: Column| input.columns.iter().find(|(_, own)| *own == Some(wanted));
            let (Some((account, _)), Some((heading, _))) = (heading(Column::Account), heading(field)) else {
                continue;
            };
            cells_of(&input.path, &mapping, (account, heading), |account, cell| {
                if accounts.contains(account) && !cell.is_empty() {
                    found.insert(cell.to_owned());
                }
            })
            .map_err(world)?;
        }
        Ok(found.into_iter().collect())
    })
    .await
}

/// What the form sends.
#[derive(Deserialize)]
pub struct Sent {
    field: String,
    reason: String,
}

/// `POST /analyses/{id}/persons/{person}/unmask`.
pub async fn unmask(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path((id, person)): Path<(i64, u32)>,
    Form(sent): Form<Sent>,
) -> Result<Response, Fault> {
    let done = done(&app, &signed, id, Action::Unmask).await?;
    let entry = entry(&signed, "analysis.unmasked", &done.found);
    let asked = (person, sent.field.as_str(), sent.reason.as_str());
    change::unmask(&app.db, &done.found, asked, signed.actor.account, entry).await.map_err(|e| match e {
        mingjing_casework::analysis::Refused::Field { .. } => {
            Fault::field("reason", "no_reason", "network.refused.no_reason")
        }
        other => refused(other),
    })?;
    let minutes = mingjing_casework::analysis::UNMASK_MINUTES;
    Ok(Flash::new("network.said.unmasked").with("n", minutes).to(&format!("/analyses/{id}/persons/{person}")))
}
