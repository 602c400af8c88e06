//! The sandbox case: name and grounds, asked before anything is brought in, corrected until results stand.

use super::frame::{entry, leads, load, refused, shell};
use crate::app::{App, show as page};
use crate::fault::Fault;
use crate::look::{Flash, Section, Shell};
use crate::signed::Signed;
use crate::words::Lang;
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use mingjing_casework::analysis::{Refused, change, grounds};
use mingjing_casework::permission::{Action, Kind, Resource};
use mingjing_store::analysis::{Analysis, Owner};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "network/grounds.html")]
struct Page {
    shell: Shell,
    form: Sent,
    wrong: Vec<(&'static str, &'static str)>,
    action: String,
    back: String,
    /// Offices to choose from: number and name.
    offices: Vec<(i64, String)>,
    is_new: bool,
}

impl Page {
    /// Is it the office that was chosen?
    fn is_chosen(&self, office: &i64) -> bool {
        self.form.office == Some(*office)
    }

    /// What is wrong with a field; empty if nothing.
    fn wrong(&self, name: &str) -> &'static str {
        self.wrong.iter().find(|(field, _)| *field == name).map_or("", |(_, said)| said)
    }
}

/// What the form sends.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Sent {
    name: String,
    kind: String,
    case_no: String,
    basis: String,
    purpose: String,
    approver: String,
    retain_until: String,
    office: Option<i64>,
    version: i64,
}

impl Sent {
    fn form(&self) -> grounds::Form {
        let own = self.clone();
        grounds::Form {
            name: own.name,
            kind: own.kind,
            case_no: own.case_no,
            basis: own.basis,
            purpose: own.purpose,
            approver: own.approver,
            retain_until: own.retain_until,
        }
    }

    fn of(found: &Analysis) -> Sent {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        Sent {
            name: found.name.clone(),
            kind: if found.is_public { "public" } else { "case" }.to_owned(),
            case_no: text(&found.case_no),
            basis: text(&found.basis),
            purpose: text(&found.purpose),
            approver: text(&found.approver),
            retain_until: text(&found.retain_until),
            office: None,
            version: found.version,
        }
    }
}

/// Offices of the posts in which an analysis may be made, each once: number, agency, division.
fn offices(app: &App, signed: &Signed) -> Vec<(i64, String, String)> {
    let mut all: Vec<(i64, String, String)> = Vec::new();
    for post in &signed.actor.posts {
        let made = Resource::new(Kind::Analysis, "")
            .held_by(&post.agency, &post.division)
            .owned_by(signed.actor.account);
        let is_new = all.iter().all(|(office, ..)| *office != post.office.0);
        if is_new && signed.check(app, Action::Create, &made).is_ok() {
            all.push((post.office.0, post.agency.clone(), post.division.clone()));
        }
    }
    all
}

async fn named(app: &App, offices: &[(i64, String, String)]) -> Vec<(i64, String)> {
    let mut all = Vec::new();
    for (office, _, division) in offices {
        let name = mingjing_store::analysis::office_name(&app.db, *office).await.ok().flatten();
        all.push((*office, name.unwrap_or_else(|| division.clone())));
    }
    all
}

fn complaints(lang: Lang, wrong: &[Refused]) -> Vec<(&'static str, &'static str)> {
    let said = |wrong: &Refused| match wrong {
        Refused::Field { field, why } => Some((*field, lang.t(&format!("network.grounds.wrong.{why}")))),
        _ => None,
    };
    wrong.iter().filter_map(said).collect()
}

/// `GET /analyses/new`.
pub async fn new(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Fault> {
    let offices = named(&app, &offices(&app, &signed)).await;
    let shell = Shell::new(&app, &signed, Section::Network, "network.grounds.title").await;
    let shell = leads(shell.crumb(signed.lang.t("network.list.title"), "/analyses"), "grounds");
    let form = Sent { kind: "case".to_owned(), ..Sent::default() };
    let action = "/analyses/new".to_owned();
    page(&Page {
        shell,
        form,
        wrong: Vec::new(),
        action,
        back: "/analyses".to_owned(),
        offices,
        is_new: true,
    })
}

/// `POST /analyses/new`.
pub async fn create(
    State(app): State<Arc<App>>,
    signed: Signed,
    Form(sent): Form<Sent>,
) -> Result<Response, Fault> {
    let offices = offices(&app, &signed);
    let chosen = match sent.office {
        Some(office) => offices.iter().find(|(own, ..)| *own == office),
        None => offices.first(),
    };
    let Some((office, _, division)) = chosen else {
        return Err(signed.may_some(&app, Action::Create, Kind::Analysis).err().unwrap_or(Fault::NotFound));
    };
    let grounds = match grounds::check(&sent.form(), app.now()) {
        Ok(grounds) => grounds,
        Err(wrong) => {
            let shell = Shell::new(&app, &signed, Section::Network, "network.grounds.title").await;
            let shell = leads(shell.crumb(signed.lang.t("network.list.title"), "/analyses"), "grounds");
            let wrong = complaints(signed.lang, &wrong);
            let offices = named(&app, &offices).await;
            let (action, back) = ("/analyses/new".to_owned(), "/analyses".to_owned());
            return unprocessable(&Page { shell, form: sent, wrong, action, back, offices, is_new: true });
        }
    };
    let owner = Owner {
        account: signed.actor.account,
        office: mingjing_model::id::OfficeId(*office),
        division: division.clone(),
    };
    let entry = signed.entry("analysis.created", Kind::Analysis, "");
    let id = change::create(&app.db, &grounds, &owner, entry).await.map_err(refused)?;
    Ok(Flash::new("network.said.created").to(&format!("/analyses/{id}/files")))
}

/// `GET /analyses/{id}/grounds`.
pub async fn edit(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
) -> Result<Response, Fault> {
    let found = load(&app, &signed, id, Action::Change).await?;
    editing(&app, &signed, &found, Sent::of(&found), Vec::new()).await.and_then(|form| page(&form))
}

async fn editing(
    app: &App,
    signed: &Signed,
    found: &Analysis,
    form: Sent,
    wrong: Vec<(&'static str, &'static str)>,
) -> Result<Page, Fault> {
    let shell = shell(app, signed, found, "grounds").await;
    let (action, back) = (format!("/analyses/{}/grounds", found.id), format!("/analyses/{}", found.id));
    Ok(Page { shell, form, wrong, action, back, offices: Vec::new(), is_new: false })
}

/// `POST /analyses/{id}/grounds`.
pub async fn save(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
    Form(sent): Form<Sent>,
) -> Result<Response, Fault> {
    let found = load(&app, &signed, id, Action::Change).await?;
    match grounds::check(&sent.form(), app.now()) {
        Ok(grounds) => {
            let entry = entry(&signed, "analysis.changed", &found);
            change::set_grounds(&app.db, &found, sent.version, &grounds, entry).await.map_err(refused)?;
            Ok(Flash::new("network.said.grounds").to(&format!("/analyses/{id}")))
        }
        Err(wrong) => {
            let wrong = complaints(signed.lang, &wrong);
            unprocessable(&editing(&app, &signed, &found, sent, wrong).await?)
        }
    }
}

/// The form again, with its complaints.
fn unprocessable(form: &Page) -> Result<Response, Fault> {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page(form)?).into_response())
}
