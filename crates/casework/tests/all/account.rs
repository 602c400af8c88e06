//! Accounts: made, changed, disabled, and the same taken back.

use crate::world::{PASSWORD, START, World, grant, worlds};
use mingjing_casework::people::{By, Error, NewPerson};
use mingjing_casework::permission::Role;
use mingjing_casework::sign_in::Outcome;
use mingjing_model::id::{AccountId, OfficeId};

fn new(login: &str, office: OfficeId) -> NewPerson {
    NewPerson {
        login: login.to_owned(),
        name: "张三".to_owned(),
        office,
        telephone: Some("0851-85801234".to_owned()),
        language: "zh-CN".to_owned(),
    }
}

fn code(error: Error) -> &'static str {
    match error {
        Error::Refused { code, .. } => code,
        Error::Forbidden { .. } => "forbidden",
        Error::Changed { .. } => "changed",
        other => panic!("{other}"),
    }
}

/// An administrator of a district's office.
async fn district_admin(world: &World, agency: &str, division: &str) -> By {
    let login = format!("admin-{agency}-{division}");
    let id = world.person(&login, agency, division, &[Role::Administrator]).await;
    world.by(id).await
}

#[tokio::test]
async fn an_administrator_makes_accounts_in_reach_only_and_the_first_password_works_once_shown() {
    for world in worlds().await {
        let own = world.office("police", "520102").await;
        let next = world.office("police", "520103").await;
        let tax = world.office("tax", "520102").await;
        let by = district_admin(&world, "police", "520102").await;
        let people = world.people(&by);
        let (id, first) = people.create(&new("Zhang.San", own), &world.guard).await.unwrap();
        assert_eq!(world.account(id).await.login, "zhang.san");
        assert_eq!(code(people.create(&new("b.b", next), &world.guard).await.unwrap_err()), "forbidden");
        assert_eq!(code(people.create(&new("b.b", tax), &world.guard).await.unwrap_err()), "forbidden");
        assert_eq!(code(people.create(&new("ZHANG.SAN", own), &world.guard).await.unwrap_err()), "taken");
        assert_eq!(code(people.create(&new("zhang san", own), &world.guard).await.unwrap_err()), "login");
        let coordination = district_admin(&world, "coordination", "520102").await;
        world.people(&coordination).create(&new("li.si", tax), &world.guard).await.unwrap();
        let nobody = By::nobody(START, "r", None);
        let outcome = world.sign_in(&nobody).password("zhang.san", &first).await.unwrap();
        assert!(matches!(outcome, Outcome::In(person) if person.must_change_password));
        let log = world.log("account_created").await.join("\n");
        assert!(log.contains("\"login\":\"zhang.san\""), "{log}");
        assert!(!log.contains("85801234") && !log.contains(&first), "{log}");
    }
}

#[tokio::test]
async fn who_looked_at_an_older_version_is_told_who_changed_it_and_when() {
    for world in worlds().await {
        let id = world.person("zhang.san", "police", "520102", &[]).await;
        let (account, by) = (world.account(id).await, world.by(world.admin).await);
        let people = world.people(&by);
        people.change(id, account.version, "张叁", account.office(), None, None).await.unwrap();
        let late =
            people.change(id, account.version, "张散", account.office(), None, None).await.unwrap_err();
        let Error::Changed { who, at, .. } = late else { panic!("{late}") };
        assert_eq!((who.as_deref(), at), (Some("赵甲子"), Some(START)));
        assert_eq!(world.account(id).await.name, "张叁");
    }
}

#[tokio::test]
async fn nobody_moves_an_account_out_of_reach_or_disables_himself() {
    for world in worlds().await {
        let by = district_admin(&world, "police", "520102").await;
        let people = world.people(&by);
        let id = world.person("zhang.san", "police", "520102", &[Role::CaseOfficer]).await;
        let city = world.office("police", "5201").await;
        let version = world.account(id).await.version;
        assert_eq!(
            code(people.change(id, version, "张三", city, None, None).await.unwrap_err()),
            "forbidden"
        );
        let own = by.account().unwrap();
        assert_eq!(code(people.disable(own, 1, "休假").await.unwrap_err()), "forbidden");
        assert_eq!(code(people.reset_password(own, &world.guard).await.unwrap_err()), "forbidden");
        people.disable(id, version, "调离").await.unwrap();
        assert_eq!(code(people.disable(id, version + 1, " ").await.unwrap_err()), "empty");
    }
}

#[tokio::test]
async fn one_looks_after_an_account_only_if_one_could_grant_every_role_it_holds() {
    for world in worlds().await {
        let district = district_admin(&world, "police", "520102").await;
        let city = world.office("police", "5201").await;
        // At home in the district, but with a role in the city: whoever sets the password could act there.
        let id = world.person("zhang.san", "police", "520102", &[]).await;
        world.people(&By::command_line(START)).grant(&grant(id, Role::CaseOfficer, city)).await.unwrap();
        let refused = world.people(&district).reset_password(id, &world.guard).await.unwrap_err();
        assert_eq!(code(refused), "forbidden");
        let admin = world.by(world.admin).await;
        world.people(&admin).reset_password(id, &world.guard).await.unwrap();
        // Auditors watch administrators: only a coordinator of the steering office helps them in.
        let auditor = world.person("auditor", "coordination", "5201", &[Role::Auditor]).await;
        let refused = world.people(&admin).reset_password(auditor, &world.guard).await.unwrap_err();
        assert_eq!(code(refused), "forbidden");
        let coordinator = world.person("coord", "coordination", "5201", &[Role::Coordinator]).await;
        let coordinator = world.by(coordinator).await;
        world.people(&coordinator).reset_password(auditor, &world.guard).await.unwrap();
        assert_eq!(
            code(world.people(&coordinator).reset_password(id, &world.guard).await.unwrap_err()),
            "forbidden"
        );
    }
}

#[tokio::test]
async fn a_change_is_taken_back_once_and_the_taking_back_too() {
    for world in worlds().await {
        let id = world.person("zhang.san", "police", "520102", &[]).await;
        let (account, by) = (world.account(id).await, world.by(world.admin).await);
        let people = world.people(&by);
        people.disable(id, account.version, "误操作").await.unwrap();
        let disabled = world.last_change().await;
        let nobody = By::nobody(START, "r", None);
        let refused = world.sign_in(&nobody).password("zhang.san", PASSWORD).await.unwrap();
        assert!(matches!(refused, Outcome::Refused(_)));
        people.undo(disabled).await.unwrap();
        let restored = world.last_change().await;
        assert_eq!(world.account(id).await.disabled_reason, None);
        assert!(matches!(
            world.sign_in(&nobody).password("zhang.san", PASSWORD).await.unwrap(),
            Outcome::In(_)
        ));
        assert_eq!(code(people.undo(disabled).await.unwrap_err()), "undone");
        people.undo(restored).await.unwrap();
        assert_eq!(world.account(id).await.disabled_reason.as_deref(), Some("误操作"));
    }
}

#[tokio::test]
async fn what_was_changed_since_is_not_taken_back() {
    for world in worlds().await {
        let id = world.person("zhang.san", "police", "520102", &[]).await;
        let (account, by) = (world.account(id).await, world.by(world.admin).await);
        let people = world.people(&by);
        people.change(id, account.version, "张叁", account.office(), None, None).await.unwrap();
        let first = world.last_change().await;
        people.change(id, account.version + 1, "张散", account.office(), None, None).await.unwrap();
        assert_eq!(code(people.undo(first).await.unwrap_err()), "changed");
        assert_eq!(world.account(id).await.name, "张散");
    }
}

#[tokio::test]
async fn taking_back_asks_for_the_same_permission() {
    for world in worlds().await {
        let id = world.person("zhang.san", "police", "520102", &[]).await;
        let (account, admin) = (world.account(id).await, world.by(world.admin).await);
        world.people(&admin).change(id, account.version, "张叁", account.office(), None, None).await.unwrap();
        let change = world.last_change().await;
        let other = district_admin(&world, "police", "520103").await;
        assert_eq!(code(world.people(&other).undo(change).await.unwrap_err()), "forbidden");
        let gone: AccountId = AccountId(999);
        assert!(matches!(world.people(&admin).reset_factor(gone).await, Err(Error::Missing { .. })));
    }
}
