//! 概况: what needs attention, then the parts.

use super::thing::{Cell, Row, Table, Thing};
use super::{Page, system, tabs};
use crate::app::App;
use crate::fault::Fault;
use crate::look::write::day;
use crate::signed::Signed;
use axum::extract::State;
use axum::response::Response;
use mingjing_casework::duty;
use mingjing_casework::permission::{Action, Kind, Resource};
use mingjing_store::{account, job, office};
use std::sync::Arc;

/// `GET /admin`.
///
/// # Errors
/// The database cannot be read.
pub async fn show(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Fault> {
    let lang = signed.lang;
    let mut thing = Thing::default();
    thing.tables.push(Table {
        id: "due",
        title: lang.t("admin.overview.due").to_owned(),
        note: String::new(),
        empty: lang.t("admin.overview.none"),
        heads: vec![lang.t("admin.field.what_due")],
        rows: due(&app, &signed).await?,
    });
    let mut rows = Vec::new();
    for tab in tabs(&app, &signed, "/admin").into_iter().filter(|tab| !tab.is_here) {
        let said = said(&app, &signed, tab.href).await?;
        rows.push(Row { cells: vec![Cell::link(tab.label, tab.href), Cell::text(said)], deed: None });
    }
    thing.tables.push(Table {
        id: "parts",
        title: lang.t("admin.title").to_owned(),
        note: String::new(),
        empty: "",
        heads: ["title", "message"].map(|name| lang.t(&format!("admin.field.{name}"))).to_vec(),
        rows,
    });
    Page::new(&app, &signed, "/admin", "admin.overview").await.show(thing)
}

fn line(cell: Cell) -> Row {
    Row { cells: vec![cell], deed: None }
}

/// What needs attention, of what they may see.
async fn due(app: &App, signed: &Signed) -> Result<Vec<Row>, Fault> {
    let lang = signed.lang;
    let mut rows = Vec::new();
    let scope = signed.scope(app, Action::List, Kind::Duty);
    for vacancy in duty::faults(&app.db, &day(app.now())).await? {
        if scope.holds(&duty::resource(&vacancy.post)) {
            let said = lang.f(
                "admin.overview.gap",
                &[("office", &vacancy.post.office_name), ("task", &vacancy.post.task)],
            );
            rows.push(line(Cell::link(said, format!("/admin/duty/{}", vacancy.post.id))));
        }
    }
    if signed.could(app, Action::Run, Kind::Job) {
        let failed = job::counts(&app.db, app.now(), 0).await?.failed;
        if failed > 0 {
            let said = lang.f("admin.overview.failed", &[("n", &failed)]);
            rows.push(line(Cell::link(said, "/jobs?state=failed")));
        }
    }
    if signed.could(app, Action::Manage, Kind::Account) {
        let scope = signed.scope(app, Action::Manage, Kind::Account);
        for person in account::all(&app.db).await? {
            let what = Resource::new(Kind::Account, person.id).held_by(&person.agency, &person.division);
            if person.locked_until.is_some_and(|until| until > app.now())
                && scope.holds(&what.owned_by(person.id()))
            {
                let said = lang.f("admin.overview.locked_one", &[("name", &person.name)]);
                rows.push(line(Cell::link(said, format!("/admin/people/{}", person.id))));
            }
        }
    }
    if signed.could(app, Action::List, Kind::Setting) {
        for check in system::checks(app, lang).await.into_iter().filter(|check| !check.is_well) {
            let said =
                lang.f("admin.overview.fault", &[("what", &format!("{}：{}", check.name, check.found))]);
            rows.push(line(Cell::link(said, "/admin/system")));
        }
    }
    Ok(rows)
}

/// What a part holds, in numbers.
async fn said(app: &App, signed: &Signed, href: &str) -> Result<String, Fault> {
    let lang = signed.lang;
    Ok(match href {
        "/admin/people" => {
            let scope = signed.scope(app, Action::List, Kind::Account);
            let seen = account::all(&app.db).await?.into_iter().filter(|person| {
                let what = Resource::new(Kind::Account, person.id).held_by(&person.agency, &person.division);
                person.disabled_at.is_none() && scope.holds(&what.owned_by(person.id()))
            });
            lang.f("admin.overview.people", &[("n", &seen.count())])
        }
        "/admin/offices" => {
            let scope = signed.scope(app, Action::List, Kind::Office);
            let seen = office::offices(&app.db).await?.into_iter().filter(|office| {
                let what = Resource::new(Kind::Office, office.id).held_by(&office.agency, &office.division);
                office.closed_at.is_none() && scope.holds(&what)
            });
            lang.f("admin.overview.offices", &[("n", &seen.count())])
        }
        "/admin/agencies" => {
            let count = office::agencies(&app.db).await?.len();
            lang.f("admin.overview.agencies", &[("n", &count)])
        }
        "/admin/divisions" => {
            let count = office::divisions(&app.db).await?.len();
            lang.f("admin.overview.divisions", &[("n", &count)])
        }
        "/admin/duty" => {
            let board = duty::board(&app.db, &app.gate, &signed.actor, &day(app.now())).await?;
            let gaps = board.iter().filter(|post| post.is_vacant()).count();
            lang.f("admin.overview.duty", &[("n", &board.len()), ("gaps", &gaps)])
        }
        "/admin/schedules" => {
            let all = job::schedule::all(&app.db).await?;
            let paused = all.iter().filter(|schedule| schedule.is_paused).count();
            lang.f("admin.overview.schedules", &[("n", &all.len()), ("paused", &paused)])
        }
        "/admin/roles" => lang.t("admin.overview.roles").to_owned(),
        "/admin/settings" => lang.t("admin.overview.settings").to_owned(),
        _ => lang.t("admin.overview.system").to_owned(),
    })
}
