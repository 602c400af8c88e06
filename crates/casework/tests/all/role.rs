//! Roles: who grants which, to whom, where.

use crate::world::{START, World, grant, worlds};
use mingjing_casework::people::{By, Error};
use mingjing_casework::permission::Role;
use mingjing_model::id::AccountId;
use mingjing_store::account::{self, NewGrant};

fn code(error: Error) -> &'static str {
    match error {
        Error::Refused { code, .. } => code,
        Error::Forbidden { .. } => "forbidden",
        other => panic!("{other}"),
    }
}

async fn roles(world: &World, id: AccountId) -> Vec<Role> {
    world.actor(id).await.posts.into_iter().map(|post| post.role).collect()
}

#[tokio::test]
async fn a_role_is_granted_in_reach_and_never_to_oneself() {
    for world in worlds().await {
        let office = world.office("police", "520102").await;
        let city = world.office("police", "5201").await;
        let admin = world.person("admin-nm", "police", "520102", &[Role::Administrator]).await;
        let other = world.person("zhang.san", "police", "520102", &[]).await;
        let by = world.by(admin).await;
        let people = world.people(&by);
        people.grant(&grant(other, Role::CaseOfficer, office)).await.unwrap();
        assert_eq!(roles(&world, other).await, [Role::CaseOfficer]);
        assert_eq!(
            code(people.grant(&grant(other, Role::CaseOfficer, city)).await.unwrap_err()),
            "forbidden"
        );
        assert_eq!(
            code(people.grant(&grant(admin, Role::CaseOfficer, office)).await.unwrap_err()),
            "forbidden"
        );
        assert_eq!(code(people.grant(&grant(other, Role::CaseOfficer, office)).await.unwrap_err()), "held");
        assert_eq!(code(people.grant(&grant(other, Role::Auditor, office)).await.unwrap_err()), "forbidden");
        let log = world.log("role_granted").await;
        assert!(log.len() == 1 && log[0].contains("\"role\":\"case_officer\""), "{log:?}");
    }
}

#[tokio::test]
async fn auditors_are_appointed_by_coordinators_and_are_nothing_else() {
    for world in worlds().await {
        let office = world.office("coordination", "5201").await;
        let coordinator = world.person("coord", "coordination", "5201", &[Role::Coordinator]).await;
        let by = world.by(coordinator).await;
        let people = world.people(&by);
        let plain = world.person("zhang.san", "coordination", "5201", &[]).await;
        let admin = world.person("li.si", "coordination", "5201", &[Role::Administrator]).await;
        people.grant(&grant(plain, Role::Auditor, office)).await.unwrap();
        assert_eq!(
            code(people.grant(&grant(admin, Role::Auditor, office)).await.unwrap_err()),
            "auditor_alone"
        );
        assert_eq!(code(people.grant(&grant(admin, Role::Reviewer, office)).await.unwrap_err()), "forbidden");
        let machine = By::command_line(START);
        let refused = world.people(&machine).grant(&grant(plain, Role::Reviewer, office)).await.unwrap_err();
        assert_eq!(code(refused), "auditor_alone");
    }
}

#[tokio::test]
async fn a_role_is_held_on_its_days_only() {
    for world in worlds().await {
        let office = world.office("police", "520102").await;
        let id = world.person("zhang.san", "police", "520102", &[]).await;
        let by = world.by(world.admin).await;
        let days = |role, since: &str, until: &str| NewGrant {
            since_day: since.to_owned(),
            until_day: Some(until.to_owned()),
            ..grant(id, role, office)
        };
        let people = world.people(&by);
        people.grant(&days(Role::Reviewer, "2026-06-30", "2026-06-30")).await.unwrap();
        people.grant(&days(Role::CaseOfficer, "2026-07-01", "2026-07-31")).await.unwrap();
        people.grant(&days(Role::FieldOfficer, "2026-01-01", "2026-06-29")).await.unwrap();
        assert_eq!(roles(&world, id).await, [Role::Reviewer]);
        let backwards = days(Role::Coordinator, "2026-07-02", "2026-07-01");
        assert_eq!(code(people.grant(&backwards).await.unwrap_err()), "until");
        let none = days(Role::Coordinator, "2026-02-30", "2026-07-01");
        assert_eq!(code(people.grant(&none).await.unwrap_err()), "day");
    }
}

#[tokio::test]
async fn a_role_is_taken_back_and_that_is_taken_back_again() {
    for world in worlds().await {
        let id = world.person("zhang.san", "police", "520102", &[Role::CaseOfficer]).await;
        let by = world.by(world.admin).await;
        let people = world.people(&by);
        let held = account::grants(&world.db, id).await.unwrap().remove(0);
        people.revoke(held.id, held.version).await.unwrap();
        assert!(roles(&world, id).await.is_empty());
        let change = world.last_change().await;
        assert!(matches!(people.revoke(held.id, held.version).await, Err(Error::Changed { .. })));
        people.undo(change).await.unwrap();
        assert_eq!(roles(&world, id).await, [Role::CaseOfficer]);
    }
}

#[tokio::test]
async fn one_administrator_always_stays() {
    for world in worlds().await {
        let machine = By::command_line(START);
        let people = world.people(&machine);
        let held = account::grants(&world.db, world.admin).await.unwrap().remove(0);
        assert_eq!(code(people.revoke(held.id, held.version).await.unwrap_err()), "last_administrator");
        let version = world.account(world.admin).await.version;
        assert_eq!(
            code(people.disable(world.admin, version, "离职").await.unwrap_err()),
            "last_administrator"
        );
        let second = world.person("admin2", "coordination", "5201", &[Role::Administrator]).await;
        let by = world.by(second).await;
        world.people(&by).revoke(held.id, held.version).await.unwrap();
        let own = account::grants(&world.db, second).await.unwrap().remove(0);
        assert_eq!(code(world.people(&by).revoke(own.id, own.version).await.unwrap_err()), "forbidden");
    }
}

#[tokio::test]
async fn the_roles_of_a_disabled_account_and_of_a_closed_office_rest() {
    for world in worlds().await {
        let office = world.office("police", "520102").await;
        let id = world.person("zhang.san", "police", "520102", &[Role::CaseOfficer]).await;
        let by = world.by(world.admin).await;
        let people = world.people(&by);
        let version = world.account(id).await.version;
        people.disable(id, version, "调离").await.unwrap();
        assert!(mingjing_casework::people::actor(&world.db, id, START).await.unwrap().is_none());
        people.close_office(office, 1).await.unwrap();
        assert_eq!(code(people.enable(id, version + 1).await.unwrap_err()), "closed");
    }
}
