//! Settings: changed by one after another, never by one over another.

use crate::world::{LI, NOW, WANG, worlds};
use mingjing_store::{Error, setting};
use serde_json::json;

#[tokio::test]
async fn a_setting_is_put_changed_and_taken_back() {
    for world in worlds().await {
        assert_eq!(setting::read(&world.db, "minutes").await.unwrap(), None);
        let mut tx = world.begin().await;
        setting::put(&mut tx, "minutes", &json!(30), Some(WANG), NOW, None).await.unwrap();
        setting::put(&mut tx, "name", &json!("明镜"), None, NOW, None).await.unwrap();
        setting::put(&mut tx, "minutes", &json!(20), Some(LI), NOW + 1, Some(1)).await.unwrap();
        tx.commit().await.unwrap();
        let all = setting::all(&world.db).await.unwrap();
        assert_eq!(all.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["minutes", "name"]);
        assert_eq!(all[0].value, json!(20), "{}", world.name());
        assert_eq!((all[0].changed_by, all[0].changed_at, all[0].version), (Some(LI), NOW + 1, 2));
        let mut tx = world.begin().await;
        setting::delete(&mut tx, "minutes", 2).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(setting::read(&world.db, "minutes").await.unwrap(), None, "{}", world.name());
    }
}

#[tokio::test]
async fn whoever_saw_an_older_version_is_told() {
    for world in worlds().await {
        let mut tx = world.begin().await;
        setting::put(&mut tx, "minutes", &json!(30), Some(WANG), NOW, None).await.unwrap();
        for seen in [None, Some(2)] {
            let error = setting::put(&mut tx, "minutes", &json!(1), Some(LI), NOW, seen).await.unwrap_err();
            assert!(matches!(error, Error::Changed { kind: "setting", .. }), "{}: {error}", world.name());
        }
        let error = setting::delete(&mut tx, "minutes", 2).await.unwrap_err();
        assert!(matches!(error, Error::Changed { .. }), "{}: {error}", world.name());
        tx.commit().await.unwrap();
        let kept = setting::read(&world.db, "minutes").await.unwrap().unwrap();
        assert_eq!(kept.value, json!(30), "{}", world.name());
    }
}
