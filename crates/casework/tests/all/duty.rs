//! Duty lists: who is on duty, in whose stead, and posts without anyone.

use crate::world::{START, World, worlds};
use mingjing_casework::duty::{NewDuty, board, faults};
use mingjing_casework::people::{By, Error};
use mingjing_casework::permission::Role;
use mingjing_model::id::AccountId;
use mingjing_store::duty;

const TODAY: &str = "2026-06-30";

fn code(error: Error) -> &'static str {
    match error {
        Error::Refused { code, .. } => code,
        Error::Forbidden { .. } => "forbidden",
        Error::Changed { .. } => "changed",
        other => panic!("{other}"),
    }
}

fn on_duty(post: i64, account: AccountId, since: &str, until: Option<&str>) -> NewDuty {
    let until_day = until.map(str::to_owned);
    NewDuty { post, account, stands_in_for: None, since_day: since.to_owned(), until_day }
}

/// The coordinator of a district.
async fn coordinator(world: &World, division: &str) -> By {
    let id = world.person(&format!("coord-{division}"), "coordination", division, &[Role::Coordinator]).await;
    world.by(id).await
}

async fn vacant(world: &World, day: &str) -> Vec<String> {
    let all = faults(&world.db, day).await.unwrap();
    all.into_iter().map(|one| format!("{} {:?} {:?}", one.post.task, one.since, one.until)).collect()
}

#[tokio::test]
async fn a_post_without_anyone_is_a_fault_until_somebody_takes_it_up() {
    for world in worlds().await {
        let by = coordinator(&world, "520102").await;
        let people = world.people(&by);
        let office = world.office("police", "520102").await;
        let holder = world.person("zhang.san", "police", "520102", &[]).await;
        let post = people.open_post(office, "线索接收").await.unwrap();
        assert_eq!(vacant(&world, TODAY).await, ["线索接收 None None"]);
        let held = people.put_on_duty(&on_duty(post, holder, "2026-06-01", None)).await.unwrap();
        assert!(vacant(&world, TODAY).await.is_empty());
        people.relieve(held, 1, "2026-06-29").await.unwrap();
        assert_eq!(vacant(&world, TODAY).await, [r#"线索接收 Some("2026-06-29") None"#]);
        assert!(vacant(&world, "2026-06-29").await.is_empty(), "the last day counts");
        people.put_on_duty(&on_duty(post, holder, "2026-07-05", None)).await.unwrap();
        assert_eq!(vacant(&world, TODAY).await, [r#"线索接收 Some("2026-06-29") Some("2026-07-05")"#]);
        people.close_post(post, 1).await.unwrap();
        assert!(vacant(&world, TODAY).await.is_empty(), "a closed post needs nobody");
    }
}

#[tokio::test]
async fn a_disabled_account_leaves_its_post_vacant() {
    for world in worlds().await {
        let by = coordinator(&world, "520102").await;
        let office = world.office("police", "520102").await;
        let holder = world.person("zhang.san", "police", "520102", &[]).await;
        let post = world.people(&by).open_post(office, "线索接收").await.unwrap();
        world.people(&by).put_on_duty(&on_duty(post, holder, "2026-06-01", None)).await.unwrap();
        let admin = world.by(world.admin).await;
        let version = world.account(holder).await.version;
        world.people(&admin).disable(holder, version, "调离").await.unwrap();
        assert_eq!(vacant(&world, TODAY).await, ["线索接收 None None"]);
    }
}

#[tokio::test]
async fn a_deputy_stands_in_for_somebody_who_holds_the_post() {
    for world in worlds().await {
        let by = coordinator(&world, "520102").await;
        let people = world.people(&by);
        let office = world.office("police", "520102").await;
        let [one, two, out] = [("zhang.san", "police"), ("li.si", "police"), ("wang.wu", "tax")];
        let one = world.person(one.0, one.1, "520102", &[]).await;
        let two = world.person(two.0, two.1, "520102", &[]).await;
        let out = world.person(out.0, out.1, "520102", &[]).await;
        let post = people.open_post(office, "线索接收").await.unwrap();
        let deputy = |account, stead| NewDuty {
            stands_in_for: Some(stead),
            ..on_duty(post, account, "2026-06-20", Some("2026-07-10"))
        };
        assert_eq!(code(people.put_on_duty(&deputy(two, one)).await.unwrap_err()), "stands_in_for");
        people.put_on_duty(&on_duty(post, one, "2026-06-01", None)).await.unwrap();
        people.put_on_duty(&deputy(two, one)).await.unwrap();
        assert_eq!(code(people.put_on_duty(&deputy(out, one)).await.unwrap_err()), "not_of_office");
        assert_eq!(code(people.put_on_duty(&deputy(two, one)).await.unwrap_err()), "overlap");
        let actor = world.actor(by.account().unwrap()).await;
        let seen = board(&world.db, &world.gate, &actor, TODAY).await.unwrap();
        let names: Vec<_> =
            seen[0].holders.iter().map(|h| (&*h.account_name, h.stands_in_for_name.as_deref())).collect();
        assert_eq!(names, [("姓名zhang.san", None), ("姓名li.si", Some("姓名zhang.san"))]);
    }
}

#[tokio::test]
async fn a_district_keeps_its_own_lists_and_sees_those_above_it() {
    for world in worlds().await {
        let nanming = coordinator(&world, "520102").await;
        let yunyan = coordinator(&world, "520103").await;
        let admin = world.by(world.admin).await;
        let district = world.office("police", "520102").await;
        let city = world.office("police", "5201").await;
        let post = world.people(&nanming).open_post(district, "区级接收").await.unwrap();
        world.people(&By::command_line(START)).open_post(city, "市级接收").await.unwrap();
        assert_eq!(code(world.people(&yunyan).open_post(district, "越界").await.unwrap_err()), "forbidden");
        assert_eq!(code(world.people(&nanming).open_post(city, "越级").await.unwrap_err()), "forbidden");
        assert_eq!(code(world.people(&admin).change_post(post, 1, "改名").await.unwrap_err()), "forbidden");
        let officer = world.person("zhang.san", "tax", "520103", &[Role::FieldOfficer]).await;
        let tasks = async |id: AccountId| {
            let seen = board(&world.db, &world.gate, &world.actor(id).await, TODAY).await.unwrap();
            seen.into_iter().map(|one| one.post.task).collect::<Vec<_>>()
        };
        assert_eq!(tasks(nanming.account().unwrap()).await, ["市级接收", "区级接收"]);
        assert_eq!(tasks(officer).await, ["市级接收"]);
    }
}

#[tokio::test]
async fn an_assignment_and_its_end_are_taken_back() {
    for world in worlds().await {
        let by = coordinator(&world, "520102").await;
        let people = world.people(&by);
        let office = world.office("police", "520102").await;
        let holder = world.person("zhang.san", "police", "520102", &[]).await;
        let post = people.open_post(office, "线索接收").await.unwrap();
        let held = people.put_on_duty(&on_duty(post, holder, "2026-06-01", None)).await.unwrap();
        let assigned = world.last_change().await;
        people.relieve(held, 1, "2026-06-10").await.unwrap();
        assert_eq!(code(people.undo(assigned).await.unwrap_err()), "changed");
        people.undo(world.last_change().await).await.unwrap();
        assert_eq!(duty::holder(&world.db, held).await.unwrap().unwrap().until_day, None);
        people.undo(assigned).await.unwrap();
        assert!(duty::holders(&world.db, post).await.unwrap().is_empty());
        people.undo(world.last_change().await).await.unwrap();
        assert_eq!(duty::holders(&world.db, post).await.unwrap()[0].account_id, holder.0);
        people.change_post(post, 1, "线索接收与反馈").await.unwrap();
        people.undo(world.last_change().await).await.unwrap();
        assert_eq!(duty::post(&world.db, post).await.unwrap().unwrap().task, "线索接收");
        assert_eq!(world.log("duty_restored").await.len(), 4);
    }
}
