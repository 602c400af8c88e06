//! Changes are taken back once, and the taking back is a change of its own.

use crate::world::{NOW, WANG, worlds};
use mingjing_store::Error;
use mingjing_store::change::{self, NewChange};
use serde_json::json;

fn renamed(from: &str, to: &str) -> NewChange {
    NewChange {
        subject_kind: "office".to_owned(),
        subject_id: "1".to_owned(),
        action: "rename".to_owned(),
        before: Some(json!({"name": from})),
        after: Some(json!({"name": to})),
        account: Some(WANG),
        at: NOW,
    }
}

#[tokio::test]
async fn a_change_is_taken_back_once_and_the_taking_back_as_well() {
    for world in worlds().await {
        let mut tx = world.begin().await;
        let first = change::create(&mut tx, &renamed("a", "b")).await.unwrap();
        let back = change::undo(&mut tx, first, &renamed("b", "a")).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = world.begin().await;
        let again = change::undo(&mut tx, first, &renamed("b", "a")).await.unwrap_err();
        assert!(matches!(again, Error::Changed { .. }), "{}: {again}", world.name());
        drop(tx);
        let mut tx = world.begin().await;
        let redone = change::undo(&mut tx, back, &renamed("a", "b")).await.unwrap();
        tx.commit().await.unwrap();

        let all = change::of_subject(&world.db, "office", "1", 10).await.unwrap();
        let links: Vec<_> = all.iter().map(|one| (one.id, one.undoes, one.undone_by)).collect();
        let expected =
            [(redone, Some(back), None), (back, Some(first), Some(redone)), (first, None, Some(back))];
        assert_eq!(links, expected, "{}", world.name());
        let read = change::read(&world.db, first).await.unwrap();
        assert_eq!((read.change, read.account_name.as_deref()), (renamed("a", "b"), Some("王芳")));
    }
}

#[tokio::test]
async fn the_changes_of_a_thing_end_with_its_term() {
    for world in worlds().await {
        let mut tx = world.begin().await;
        let first = change::create(&mut tx, &renamed("a", "b")).await.unwrap();
        change::undo(&mut tx, first, &renamed("b", "a")).await.unwrap();
        let other = NewChange { subject_id: "2".to_owned(), ..renamed("a", "b") };
        let other = change::create(&mut tx, &other).await.unwrap();
        assert_eq!(change::delete_of_subject(&mut tx, "office", "1").await.unwrap(), 2, "{}", world.name());
        tx.commit().await.unwrap();
        assert!(matches!(change::read(&world.db, first).await, Err(Error::Missing { .. })));
        assert!(change::read(&world.db, other).await.is_ok());
    }
}
