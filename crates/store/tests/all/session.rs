//! Sessions hold for a time and can be ended.

use crate::world::{LI, NOW, SECOND, WANG, worlds};
use mingjing_model::id::AccountId;
use mingjing_store::session::{self, Session};

fn session(token: &str, account: Option<AccountId>) -> Session {
    Session {
        token_hash: token.to_owned(),
        account,
        data: "{}".to_owned(),
        created_at: NOW,
        seen_at: NOW,
        expires_at: NOW + 60 * SECOND,
        address: Some("10.0.0.7".to_owned()),
        agent: None,
    }
}

#[tokio::test]
async fn a_session_holds_until_its_time_and_longer_when_used() {
    for world in worlds().await {
        let mut tx = world.begin().await;
        session::put(&mut tx, &session("a", None)).await.unwrap();
        tx.commit().await.unwrap();
        let read = async |now| session::read(&world.db, "a", now).await.unwrap();
        assert_eq!(read(NOW).await, Some(session("a", None)));
        assert_eq!(read(NOW + 60 * SECOND).await, None, "{}", world.name());
        let mut tx = world.begin().await;
        assert!(session::touch(&mut tx, "a", NOW + SECOND, NOW + 90 * SECOND).await.unwrap());
        assert!(!session::touch(&mut tx, "b", NOW + SECOND, NOW + 90 * SECOND).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(read(NOW + 60 * SECOND).await.unwrap().seen_at, NOW + SECOND);
        let mut tx = world.begin().await;
        assert!(!session::touch(&mut tx, "a", NOW + 90 * SECOND, NOW + 900 * SECOND).await.unwrap());
        assert_eq!(session::delete_expired(&mut tx, NOW + 90 * SECOND).await.unwrap(), 1);
        tx.commit().await.unwrap();
        assert_eq!(read(NOW).await, None, "{}", world.name());
    }
}

#[tokio::test]
async fn signing_in_keeps_when_the_session_began() {
    for world in worlds().await {
        let mut tx = world.begin().await;
        session::put(&mut tx, &session("a", None)).await.unwrap();
        let later =
            Session { created_at: NOW + 9, data: "{\"csrf\":1}".to_owned(), ..session("a", Some(WANG)) };
        session::put(&mut tx, &later).await.unwrap();
        tx.commit().await.unwrap();
        let read = session::read(&world.db, "a", NOW).await.unwrap().unwrap();
        assert_eq!(read, Session { created_at: NOW, ..later }, "{}", world.name());
    }
}

#[tokio::test]
async fn a_person_sees_and_ends_own_sessions_only() {
    for world in worlds().await {
        let mut tx = world.begin().await;
        for (token, who) in [("a", WANG), ("b", WANG), ("c", WANG), ("d", LI)] {
            session::put(&mut tx, &session(token, Some(who))).await.unwrap();
        }
        session::touch(&mut tx, "b", NOW + SECOND, NOW + 60 * SECOND).await.unwrap();
        tx.commit().await.unwrap();
        let of = async |who| {
            let all = session::of_account(&world.db, who, NOW).await.unwrap();
            all.into_iter().map(|session| session.token_hash).collect::<Vec<_>>()
        };
        assert_eq!(of(WANG).await, ["b", "a", "c"], "{}", world.name());
        let mut tx = world.begin().await;
        assert_eq!(session::delete_of_account(&mut tx, WANG, Some("a")).await.unwrap(), 2);
        tx.commit().await.unwrap();
        assert_eq!((of(WANG).await, of(LI).await), (vec!["a".to_owned()], vec!["d".to_owned()]));
        let mut tx = world.begin().await;
        assert_eq!(session::delete_of_account(&mut tx, WANG, None).await.unwrap(), 1);
        assert!(session::delete(&mut tx, "d").await.unwrap());
        assert!(!session::delete(&mut tx, "d").await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(world.number("select count(*) from session").await, 0, "{}", world.name());
    }
}
