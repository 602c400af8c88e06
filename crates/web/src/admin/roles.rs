//! 角色: what each role may do, computed from the policies and said in words.

use super::Page;
use super::thing::{Cell, Row, Table, Thing};
use crate::app::App;
use crate::fault::Fault;
use crate::signed::Signed;
use crate::words::Lang;
use axum::extract::State;
use axum::response::Response;
use mingjing_casework::permission::{self, Action, Actor, Gate, Kind, Post, Resource, Role};
use mingjing_model::id::{AccountId, OfficeId};
use mingjing_store::account;
use std::sync::{Arc, OnceLock};

/// The city of the sample posts, and a district in it.
const CITY: &str = "5201";
const DISTRICT: &str = "520102";
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
            heads: ["admin.roles.kind", "admin.reach.steering", "admin.reach.other"]
                .map(|key| lang.t(key))
                .to_vec(),
            rows: matrix(&app.gate, lang)[thing.tables.len()].clone(),
        });
    }
    Page::new(&app, &signed, "/admin/roles", "admin.roles").await.show(thing)
}

/// The lines of all roles in their order. The policies are compiled in: asked once, told for ever.
fn matrix(gate: &Gate, lang: Lang) -> &'static [Vec<Row>] {
    static ZH: OnceLock<Vec<Vec<Row>>> = OnceLock::new();
    static EN: OnceLock<Vec<Vec<Row>>> = OnceLock::new();
    let kept = match lang {
        Lang::Zh => &ZH,
        Lang::En => &EN,
    };
    kept.get_or_init(|| permission::roles().iter().map(|text| rows(gate, text.role, lang)).collect())
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
    Actor {
        account: AccountId(0),
        login: String::new(),
        name: String::new(),
        office: OfficeId(0),
        posts: vec![post],
    }
}

/// What they may do with things of a kind: actions of the same reach together.
fn words(gate: &Gate, actor: &Actor, kind: Kind, lang: Lang) -> String {
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for action in Action::ALL {
        let reach = reach(gate, actor, *action, kind, lang);
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

/// How far it reaches, in words, found by asking about things near and far; empty for nothing.
fn reach(gate: &Gate, actor: &Actor, action: Action, kind: Kind, lang: Lang) -> String {
    // Of grants the id is the role; any but the auditor's, which is a rule of its own.
    let thing = || Resource::new(kind, if kind == Kind::RoleGrant { "reviewer" } else { "1" });
    let may = |resource: &Resource| gate.may(actor, action, resource);
    let post = &actor.posts[0];
    let stranger = "tax";
    let is_own = may(&thing().held_by(&post.agency, CITY));
    let is_nowhere = may(&thing());
    let mut keys = Vec::new();
    if is_own {
        let is_below = may(&thing().held_by(&post.agency, DISTRICT));
        let is_wide = may(&thing().held_by(stranger, CITY));
        keys.push(match (is_below, is_wide) {
            (true, true) if is_nowhere => "admin.reach.all",
            (true, true) => "admin.reach.within",
            (true, false) => "admin.reach.within_agency",
            (false, true) => "admin.reach.only",
            (false, false) => "admin.reach.only_agency",
        });
    } else if may(&thing().held_by(stranger, CITY).owned_by(actor.account))
        || may(&thing().owned_by(actor.account))
    {
        keys.push("admin.reach.own");
    }
    if is_nowhere && keys.first() != Some(&"admin.reach.all") {
        keys.push("admin.reach.nowhere");
    }
    let said: Vec<&str> = keys.into_iter().map(|key| lang.t(key)).collect();
    said.join(if lang == Lang::Zh { "，以及" } else { ", and " })
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
        assert_eq!(
            said(Role::Administrator, "market_regulation", Kind::Setting),
            "",
            "settings are the city's"
        );
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
