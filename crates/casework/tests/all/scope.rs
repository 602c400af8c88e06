//! Lists fetch exactly the rows that the policies let one see: the scope's SQL, on both databases, against the gate
//! row by row, in generated worlds. This is the proof that the scope and the policies are one rule book.

use crate::world::worlds;
use mingjing_casework::permission::{Action, Actor, Bind, Columns, Gate, Kind, Post, Resource, Role, Scope};
use mingjing_model::id::{AccountId, OfficeId};
use mingjing_store::{Db, on, written};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sqlx::AssertSqlSafe;
use std::cell::Cell;
use std::collections::BTreeSet;

const DIVISIONS: [&str; 12] = [
    "5201",
    "520102",
    "520103",
    "520102031",
    "520102032",
    "520103001",
    "520102031901",
    "520102031902",
    "520103001901",
    "5202",
    "520203",
    "520199999",
];
const AGENCIES: [&str; 4] = ["coordination", "market_regulation", "police", "community"];

type Thing = (Option<&'static str>, Option<&'static str>, Option<i64>);

fn thing() -> impl Strategy<Value = Thing> {
    (
        prop::option::weighted(0.9, prop::sample::select(&AGENCIES[..])),
        prop::option::weighted(0.9, prop::sample::select(&DIVISIONS[..])),
        prop::option::weighted(0.6, 1..4_i64),
    )
}

fn post() -> impl Strategy<Value = Post> {
    let parts = (
        prop::sample::select(Role::ALL),
        prop::sample::select(&AGENCIES[..]),
        prop::sample::select(&DIVISIONS[..]),
    );
    parts.prop_map(|(role, agency, division)| Post {
        role,
        office: OfficeId(1),
        agency: agency.to_owned(),
        division: division.to_owned(),
    })
}

fn actor() -> impl Strategy<Value = Actor> {
    (1..4_i64, prop::collection::vec(post(), 0..=3)).prop_map(|(account, posts)| Actor {
        account: AccountId(account),
        login: String::new(),
        name: String::new(),
        office: OfficeId(1),
        posts,
    })
}

async fn fill(db: &Db, things: &[Thing]) {
    let mut tx = db.begin().await.unwrap();
    written!(&mut tx, "delete from thing").unwrap();
    for (id, (agency, division, owner)) in things.iter().enumerate() {
        let sql = "insert into thing (id, agency, division, owner) values ($1, $2, $3, $4)";
        written!(&mut tx, sql, id as i64, *agency, *division, *owner).unwrap();
    }
    tx.commit().await.unwrap();
}

async fn rows(db: &Db, scope: &Scope) -> BTreeSet<i64> {
    let columns = Columns { agency: Some("t.agency"), division: Some("t.division"), owner: Some("t.owner") };
    // Not the first placeholder, as in a list that has filters of its own.
    let (condition, binds) = scope.to_sql(&columns, 2);
    let sql = format!("select t.id from thing t where t.id >= $1 and {condition}");
    let ids: Vec<i64> = on!(db, p => {
        let mut query = sqlx::query_scalar(AssertSqlSafe(sql)).bind(0_i64);
        for bind in binds {
            query = match bind {
                Bind::Text(text) => query.bind(text),
                Bind::Number(number) => query.bind(number),
            };
        }
        query.fetch_all(p).await
    })
    .unwrap();
    ids.into_iter().collect()
}

fn resource(kind: Kind, id: usize, &(agency, division, owner): &Thing) -> Resource {
    Resource {
        kind,
        id: id.to_string(),
        agency: agency.map(str::to_owned),
        division: division.map(str::to_owned),
        owner: owner.map(AccountId),
    }
}

#[test]
fn lists_fetch_exactly_the_rows_that_the_policies_let_one_see() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let worlds = runtime.block_on(async {
        let worlds = worlds().await;
        for world in &worlds {
            let mut tx = world.db.begin().await.unwrap();
            let sql = "create table thing (id bigint primary key, agency text, division text, owner bigint)";
            written!(&mut tx, sql).unwrap();
            tx.commit().await.unwrap();
        }
        worlds
    });
    let gate = Gate::load().unwrap();
    let (seen, unseen) = (Cell::new(0), Cell::new(0));
    let world = (prop::collection::vec(thing(), 1..=40), prop::collection::vec(actor(), 1..=3));
    let config = Config { cases: 24, failure_persistence: None, ..Config::default() };
    let told = TestRunner::new(config).run(&world, |(things, actors)| {
        worlds.iter().for_each(|world| runtime.block_on(fill(&world.db, &things)));
        for (actor, &kind) in actors.iter().flat_map(|actor| Kind::ALL.iter().map(move |kind| (actor, kind)))
        {
            for action in [Action::List, Action::Read] {
                let all = things.iter().enumerate();
                let may: BTreeSet<i64> = all
                    .filter(|(id, thing)| gate.may(actor, action, &resource(kind, *id, thing)))
                    .map(|(id, _)| id as i64)
                    .collect();
                let scope = gate.scope(actor, action, kind);
                for world in &worlds {
                    let fetched = runtime.block_on(rows(&world.db, &scope));
                    prop_assert_eq!(
                        &fetched,
                        &may,
                        "{}: {} {} by {:?}",
                        world.name(),
                        action,
                        kind,
                        actor.posts
                    );
                }
                seen.set(seen.get() + may.len());
                unseen.set(unseen.get() + things.len() - may.len());
            }
        }
        Ok(())
    });
    // proptest prints the smallest world that fails.
    told.unwrap_or_else(|failed| panic!("{failed}"));
    let (seen, unseen) = (seen.get(), unseen.get());
    assert!(seen > 1_000 && unseen > 1_000, "the worlds are dull: {seen} rows seen, {unseen} not");
}

#[test]
fn the_scope_of_any_action_never_holds_more_than_the_policies_permit() {
    let gate = Gate::load().unwrap();
    let world = (prop::collection::vec(thing(), 1..=20), actor(), prop::sample::select(Kind::ALL));
    let config = Config { cases: 48, failure_persistence: None, ..Config::default() };
    let told = TestRunner::new(config).run(&world, |(things, actor, kind)| {
        for &action in Action::ALL {
            let scope = gate.scope(&actor, action, kind);
            for (id, thing) in things.iter().enumerate() {
                let thing = resource(kind, id, thing);
                prop_assert!(!scope.holds(&thing) || gate.may(&actor, action, &thing), "{action} {thing:?}");
                prop_assert!(!gate.may(&actor, action, &thing) || gate.may_any(&actor, action, kind));
            }
        }
        Ok(())
    });
    told.unwrap_or_else(|failed| panic!("{failed}"));
}
