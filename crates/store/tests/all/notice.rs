//! Notices: told once, read once, thrown away.

use crate::world::{LI, NOW, WANG, worlds};
use mingjing_store::Error;
use mingjing_store::notice::{self, NewNotice};
use serde_json::json;

fn new(key: &str, due: Option<&str>) -> NewNotice {
    NewNotice {
        account: WANG,
        text_key: key.to_owned(),
        arguments: json!({"analysis": 3}),
        href: "/network/3".to_owned(),
        due_day: due.map(str::to_owned),
    }
}

#[tokio::test]
async fn notices_are_read_by_their_person_only() {
    for world in worlds().await {
        let mut tx = world.begin().await;
        let mut ids = Vec::new();
        for (at, (key, due)) in
            [("a", None), ("b", Some("2026-07-02")), ("c", Some("2026-07-01")), ("d", None)]
                .into_iter()
                .enumerate()
        {
            ids.push(notice::create(&mut tx, &new(key, due), NOW + at as i64).await.unwrap());
        }
        tx.commit().await.unwrap();
        let keys = |all: Vec<notice::Notice>| all.into_iter().map(|n| n.notice.text_key).collect::<Vec<_>>();
        let unread = async || keys(notice::unread(&world.db, WANG, 10).await.unwrap());
        assert_eq!(unread().await, ["c", "b", "d", "a"], "{}", world.name());
        assert_eq!(keys(notice::unread(&world.db, LI, 10).await.unwrap()), [""; 0]);
        let page = notice::of_account(&world.db, WANG, None, 3).await.unwrap();
        let next = notice::of_account(&world.db, WANG, Some(page[2].id), 3).await.unwrap();
        assert_eq!((keys(page), keys(next)), (vec!["d".into(), "c".into(), "b".into()], vec!["a".into()]));

        let mut tx = world.begin().await;
        assert!(!notice::mark_read(&mut tx, ids[1], LI, NOW).await.unwrap());
        assert!(notice::mark_read(&mut tx, ids[1], WANG, NOW).await.unwrap());
        assert!(!notice::mark_read(&mut tx, ids[1], WANG, NOW).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(notice::unread_count(&world.db, WANG).await.unwrap(), 3, "{}", world.name());
        let read = notice::read(&world.db, ids[1], WANG).await.unwrap();
        assert_eq!((read.notice, read.read_at), (new("b", Some("2026-07-02")), Some(NOW)));
        assert!(matches!(notice::read(&world.db, ids[1], LI).await, Err(Error::Missing { .. })));

        let mut tx = world.begin().await;
        assert_eq!(notice::mark_all_read(&mut tx, ids[2], WANG, NOW + 5).await.unwrap(), 2);
        assert!(!notice::delete(&mut tx, ids[3], LI).await.unwrap());
        assert!(notice::delete(&mut tx, ids[0], WANG).await.unwrap());
        assert_eq!(notice::delete_read_before(&mut tx, NOW + 5).await.unwrap(), 1);
        tx.commit().await.unwrap();
        assert_eq!(unread().await, ["d"], "{}", world.name());
        assert_eq!(world.number("select count(*) from notice").await, 2, "{}", world.name());
    }
}
