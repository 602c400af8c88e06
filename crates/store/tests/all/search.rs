//! Kept searches: own, shared, changed, forgotten.

use crate::world::{LI, NOW, OFFICE, WANG, worlds};
use mingjing_model::id::OfficeId;
use mingjing_store::Error;
use mingjing_store::search::{self, NewSearch};

fn new(name: &str) -> NewSearch {
    NewSearch {
        account: WANG,
        office: None,
        list: "analysis".to_owned(),
        name: name.to_owned(),
        query: "state=done&sort=-created".to_owned(),
        is_shared: false,
    }
}

#[tokio::test]
async fn a_person_sees_own_searches_and_those_shared_with_the_office() {
    for world in worlds().await {
        let mut tx = world.begin().await;
        let shared = |name: &str, office| NewSearch { office, is_shared: true, ..new(name) };
        for one in [new("a own"), shared("b all", None), shared("c office", Some(OFFICE))] {
            search::create(&mut tx, &one, NOW).await.unwrap();
        }
        search::create(&mut tx, &NewSearch { list: "job".to_owned(), ..new("d other list") }, NOW)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let names = async |who, office| {
            let all = search::of_list(&world.db, "analysis", who, office).await.unwrap();
            all.into_iter().map(|one| one.search.name).collect::<Vec<_>>()
        };
        assert_eq!(names(WANG, OfficeId(7)).await, ["a own", "b all", "c office"], "{}", world.name());
        assert_eq!(names(LI, OFFICE).await, ["b all", "c office"], "{}", world.name());
        assert_eq!(names(LI, OfficeId(7)).await, ["b all"], "{}", world.name());
    }
}

#[tokio::test]
async fn a_search_is_changed_and_forgotten_by_whoever_saw_it_last() {
    for world in worlds().await {
        let mut tx = world.begin().await;
        let id = search::create(&mut tx, &new("mine"), NOW).await.unwrap();
        let changed = NewSearch { is_shared: true, query: "q=1".to_owned(), ..new("ours") };
        search::change(&mut tx, id, 1, &changed).await.unwrap();
        let late = search::change(&mut tx, id, 1, &new("late")).await.unwrap_err();
        assert!(matches!(late, Error::Changed { .. }), "{}: {late}", world.name());
        assert!(matches!(search::delete(&mut tx, id, 1).await, Err(Error::Changed { .. })));
        tx.commit().await.unwrap();
        let read = search::read(&world.db, id).await.unwrap();
        assert_eq!((read.search, read.version, read.account_name.as_str()), (changed, 2, "王芳"));
        let mut tx = world.begin().await;
        search::delete(&mut tx, id, 2).await.unwrap();
        tx.commit().await.unwrap();
        assert!(matches!(search::read(&world.db, id).await, Err(Error::Missing { .. })), "{}", world.name());
    }
}
