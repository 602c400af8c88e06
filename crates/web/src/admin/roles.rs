//! 角色: what each role may do, computed from the policies and said in words.

use super::Page;
use super::thing::{Cell, Row, Table, Thing};
use crate::app::App;
use crate::fault::Fault;
use crate::signed::Signed;
use crate::words::Lang;
use axum::extract::State;
use axum::response::Response;
use mingjing_casework::permission::{self, Action, Actor, Clause, Gate, Kind, Place, Post, Role, Scope};
use mingjing_model::id::{AccountId, OfficeId};
use mingjing_store::account;
use std::sync::Arc;

/// The city of the sample posts.
const CITY: &str = "5201";
/// An agency that steers, and one that does not.
const AGENCIES: [&str; 2] = ["coordination", "market_regulation"];

/// `GET /admin/roles`.
///
/// # Errors
/// The database cannot be read.
pub async fn roles(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Fault> {
    let lang = signed.lang;
    let today = crate::look::write::day(app.now());
    let mut thing = Thing::default();
    for role in permission::roles() {
        let holders = account::holders(&app.db, role.role.word(), &today).await?;
        let (name, purpose) = match lang {
            Lang::Zh => (&role.name.zh, &role.purpose.zh),
            Lang::En => (&role.name.en, &role.purpose.en),
        };
        let held = lang.f("admin.roles.holders", &[("n", &holders)]);
        thing.tables.push(Table {
            id: role.role.word(),
            title: format!("{name} · {held}"),
            note: purpose.clone(),
            empty: lang.t("admin.reach.nothing"),
            heads: ["admin.roles.kind", "admin.reach.steering", "admin.reach.other"].map(|key| lang.t(key)).to_vec(),
            rows: rows(&app.gate, role.role, lang),
        });
    }
    Page::new(&app, &signed, "/admin/roles", "admin.roles").await.show(thing)
}

/// A line for each kind of thing of which the role may do anything.
fn rows(gate: &Gate, role: Role, lang: Lang) -> Vec<Row> {
    let said = |kind: Kind| AGENCIES.map(|agency| words(gate, &actor(role, agency), kind, lang));
    let rows = Kind::ALL.iter().map(|kind| (*kind, said(*kind)));
    rows.filter(|(_, said)| said.iter().any(|text| !text.is_empty()))
        .map(|(kind, said)| {
            let name = lang.sentence(&format!("common.kind.{kind}")).unwrap_or(kind.word());
            let mut cells = vec![Cell::text(name)];
            cells.extend(said.map(|text| Cell::text(if text.is_empty() { "—".to_owned() } else { text })));
            Row { cells, deed: None }
        })
        .collect()
}

/// Somebody who holds just this role in the city's office of an agency.
fn actor(role: Role, agency: &str) -> Actor {
    let post = Post { role, office: OfficeId(0), agency: agency.to_owned(), division: CITY.to_owned() };
    Actor { account: AccountId(0), login: String::new(), name: String::new(), office: OfficeId(0), posts: vec![post] }
}

/// What they may do with things of a kind: actions of the same reach together.
fn words(gate: &Gate, actor: &Actor, kind: Kind, lang: Lang) -> String {
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for action in Action::ALL {
        let reach = reach(&gate.scope(actor, *action, kind), lang);
        if reach.is_empty() {
            continue;
        }
        let name = lang.sentence(&format!("common.action.{action}")).unwrap_or(action.word());
        match groups.iter_mut().find(|(known, _)| *known == reach) {
            Some((_, names)) => names.push(name),
            None => groups.push((reach, vec![name])),
        }
    }
    let (comma, colon, semicolon) = match lang {
        Lang::Zh => ("、", "：", "；"),
        Lang::En => (", ", ": ", "; "),
    };
    let said = groups.iter().map(|(reach, names)| format!("{}{colon}{reach}", names.join(comma)));
    said.collect::<Vec<_>>().join(semicolon)
}

/// How far a scope reaches, in words; empty for nothing.
fn reach(scope: &Scope, lang: Lang) -> String {
    let mut said: Vec<&str> = scope.0.iter().map(|clause| lang.t(clause_key(clause))).collect();
    said.sort_unstable();
    said.dedup();
    said.join(if lang == Lang::Zh { "，以及" } else { ", and " })
}

fn clause_key(clause: &Clause) -> &'static str {
    if clause.owner.is_some() {
        return "admin.reach.own";
    }
    match (&clause.place, &clause.agency) {
        (Place::Anywhere, _) => "admin.reach.all",
        (Place::Nowhere, _) => "admin.reach.nowhere",
        (Place::Within(_), None) => "admin.reach.within",
        (Place::Within(_), Some(_)) => "admin.reach.within_agency",
        (Place::Only(code), _) if code != CITY => "admin.reach.above",
        (Place::Only(_), None) => "admin.reach.only",
        (Place::Only(_), Some(_)) => "admin.reach.only_agency",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_matrix_says_what_the_policies_say() {
        let gate = Gate::load().unwrap();
        let said = |role, agency, kind| words(&gate, &actor(role, agency), kind, Lang::Zh);
        assert_eq!(said(Role::CommunityReporter, "market_regulation", Kind::Analysis), "");
        let steering = said(Role::Administrator, "coordination", Kind::Setting);
        assert!(steering.contains("修改"), "{steering}");
        assert_eq!(said(Role::Administrator, "market_regulation", Kind::Setting), "", "settings are the city's");
        let auditors = said(Role::Auditor, "market_regulation", Kind::Audit);
        assert!(auditors.contains("本部门") && auditors.contains("核验"), "{auditors}");
    }

    #[test]
    fn every_role_may_do_something_and_every_word_is_there() {
        let gate = Gate::load().unwrap();
        for role in Role::ALL {
            for lang in Lang::ALL {
                let rows = rows(&gate, *role, lang);
                assert!(!rows.is_empty(), "{role}");
                for cell in rows.iter().flat_map(|row| &row.cells) {
                    assert!(!cell.text.contains('〈'), "{role}: {}", cell.text);
                }
            }
        }
    }
}
