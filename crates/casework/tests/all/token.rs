//! Tokens of the API, and answers by idempotency key.

use crate::world::{SECOND, START, worlds};
use mingjing_casework::people::{By, Error, authenticated};
use mingjing_casework::permission::Role;
use mingjing_model::id::AccountId;
use mingjing_store::token::{self, Begun};

const KNOWN: [&str; 2] = ["analysis:read", "duty:read"];

fn scopes(all: &[&str]) -> Vec<String> {
    all.iter().map(|one| (*one).to_owned()).collect()
}

#[tokio::test]
async fn a_token_is_shown_once_holds_for_its_days_and_ends_with_its_holder() {
    for world in worlds().await {
        let id = world.person("zhang.san", "police", "520102", &[Role::CaseOfficer]).await;
        let by = world.by(id).await;
        let people = world.people(&by);
        let known = scopes(&KNOWN);
        let (number, text) = people.create_token("报表", &scopes(&["duty:read"]), &known, 30).await.unwrap();
        let found = authenticated(&world.db, &text, START).await.unwrap().unwrap();
        assert_eq!((found.id, found.account, found.scopes), (number, id, scopes(&["duty:read"])));
        let kept = token::of_account(&world.db, id).await.unwrap();
        assert!(!format!("{kept:?} {:?}", world.log("token_created").await).contains(&text[3..]));
        let day = 86_400 * SECOND;
        assert!(authenticated(&world.db, &text, START + 30 * day - 1).await.unwrap().is_some());
        assert!(authenticated(&world.db, &text, START + 30 * day).await.unwrap().is_none());
        assert!(authenticated(&world.db, &text[1..], START).await.unwrap().is_none());
        let admin = world.by(world.admin).await;
        let version = world.account(id).await.version;
        world.people(&admin).disable(id, version, "调离").await.unwrap();
        assert!(authenticated(&world.db, &text, START).await.unwrap().is_none());
        world.people(&admin).enable(id, version + 1).await.unwrap();
        assert!(authenticated(&world.db, &text, START).await.unwrap().is_none(), "it stays revoked");
    }
}

#[tokio::test]
async fn a_token_has_known_scopes_a_term_and_one_owner() {
    for world in worlds().await {
        let id = world.person("zhang.san", "police", "520102", &[Role::CaseOfficer]).await;
        let reporter = world.person("li.si", "police", "520102", &[Role::CommunityReporter]).await;
        let by = world.by(id).await;
        let people = world.people(&by);
        let known = scopes(&KNOWN);
        for (wanted, days) in
            [(scopes(&["root"]), 1), (scopes(&[]), 1), (scopes(&["duty:read"]), 0), (known.clone(), 367)]
        {
            assert!(matches!(
                people.create_token("a", &wanted, &known, days).await,
                Err(Error::Refused { .. })
            ));
        }
        let (number, text) = people.create_token("a", &known, &known, 1).await.unwrap();
        let other = world.by(reporter).await;
        assert!(matches!(world.people(&other).revoke_token(number).await, Err(Error::Forbidden { .. })));
        let refused = world.people(&other).create_token("a", &known, &known, 1).await;
        assert!(matches!(refused, Err(Error::Forbidden { .. })), "reporters have no tokens");
        let admin = By::actor(world.actor(world.admin).await, START, "r", None);
        assert!(matches!(world.people(&admin).revoke_token(number).await, Err(Error::Forbidden { .. })));
        people.revoke_token(number).await.unwrap();
        assert!(authenticated(&world.db, &text, START).await.unwrap().is_none());
        assert_eq!(world.log("token_revoked").await.len(), 1);
    }
}

#[tokio::test]
async fn a_write_under_a_key_is_done_once_and_answered_again() {
    for world in worlds().await {
        let begin = async |account: AccountId, hash: &str, now: i64| {
            let mut tx = world.db.begin().await.unwrap();
            let begun = token::begin(&mut tx, account, "key-1", hash, now, now - 60 * SECOND).await.unwrap();
            tx.commit().await.unwrap();
            begun
        };
        let id = world.admin;
        assert_eq!(begin(id, "a", START).await, Begun::New);
        assert_eq!(begin(id, "a", START).await, Begun::Busy);
        assert_eq!(begin(id, "b", START).await, Begun::Other);
        assert_eq!(begin(id, "a", START + 61 * SECOND).await, Begun::New, "given up by a program that died");
        let mut tx = world.db.begin().await.unwrap();
        token::finish(&mut tx, id, "key-1", 201, "{}").await.unwrap();
        tx.commit().await.unwrap();
        let answer = Begun::Answered { status: 201, body: "{}".to_owned() };
        assert_eq!(begin(id, "a", START + 999 * SECOND).await, answer);
        let other = world.person("zhang.san", "police", "520102", &[]).await;
        assert_eq!(begin(other, "a", START).await, Begun::New, "keys are each person's own");
    }
}
