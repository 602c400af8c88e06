//! Agencies, divisions, offices.

use crate::world::{START, worlds};
use mingjing_casework::people::{By, Error, NewAgency, NewOffice};
use mingjing_casework::permission::Role;
use mingjing_model::id::AgencyId;
use mingjing_store::office;

fn code(error: Error) -> &'static str {
    match error {
        Error::Refused { code, .. } => code,
        Error::Forbidden { .. } => "forbidden",
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn the_first_start_enters_the_city_its_districts_and_all_agencies() {
    for world in worlds().await {
        let divisions = office::divisions(&world.db).await.unwrap();
        assert_eq!(divisions.len(), 11);
        assert_eq!(divisions[1].parent.as_deref(), Some("5201"));
        let agencies = office::agencies(&world.db).await.unwrap();
        assert_eq!(agencies.len(), mingjing_casework::permission::agencies().len());
        let own = world.account(world.admin).await;
        assert_eq!((own.agency.as_str(), own.division.as_str()), ("coordination", "5201"));
        assert_eq!(world.actor(world.admin).await.posts[0].role, Role::Administrator);
    }
}

#[tokio::test]
async fn divisions_stand_below_those_that_are_there_and_go_only_when_empty() {
    for world in worlds().await {
        let by = world.by(world.admin).await;
        let people = world.people(&by);
        people.create_division("520102031", "花果园街道", None).await.unwrap();
        let street = world.last_change().await;
        assert_eq!(code(people.create_division("520104001", "无", None).await.unwrap_err()), "code");
        assert_eq!(code(people.create_division("52010", "无", None).await.unwrap_err()), "code");
        assert_eq!(code(people.create_division("520102031", "花果园", None).await.unwrap_err()), "taken");
        assert_eq!(code(people.create_division("5202", "六盘水市", None).await.unwrap_err()), "forbidden");
        people.create_division("520102031901", "社区", None).await.unwrap();
        assert_eq!(code(people.delete_division("520102031", 1, None).await.unwrap_err()), "in_use");
        people.delete_division("520102031901", 1, None).await.unwrap();
        let deleted = world.last_change().await;
        people.undo(deleted).await.unwrap();
        assert_eq!(office::division(&world.db, "520102031901").await.unwrap().unwrap().name, "社区");
        let deleted = world.last_change().await;
        people.undo(deleted).await.unwrap();
        people.undo(street).await.unwrap();
        assert!(office::division(&world.db, "520102031").await.unwrap().is_none());
    }
}

#[tokio::test]
async fn an_office_is_renamed_closed_and_opened_by_those_in_reach() {
    for world in worlds().await {
        let by = world.by(world.admin).await;
        let people = world.people(&by);
        let tax =
            office::agencies(&world.db).await.unwrap().into_iter().find(|one| one.kind == "tax").unwrap();
        let new = |division: &str| NewOffice {
            agency: AgencyId(tax.id),
            division: division.to_owned(),
            name: "税务局".to_owned(),
        };
        let id = people.create_office(&new("520102")).await.unwrap();
        assert_eq!(code(people.create_office(&new("520102")).await.unwrap_err()), "taken");
        assert_eq!(code(people.create_office(&new("520199")).await.unwrap_err()), "division");
        people.change_office(id, 1, "南明区税务局").await.unwrap();
        people.close_office(id, 2).await.unwrap();
        people.undo(world.last_change().await).await.unwrap();
        let office = office::office(&world.db, id).await.unwrap().unwrap();
        assert_eq!((office.closed_at, office.name.as_str()), (None, "南明区税务局"));
        world.person("zhang.san", "tax", "520102", &[]).await;
        assert_eq!(code(people.close_office(id, office.version).await.unwrap_err()), "in_use");
        let police = world.person("admin-police", "police", "520102", &[Role::Administrator]).await;
        let police = world.by(police).await;
        let refused = world.people(&police).change_office(id, office.version, "别名").await.unwrap_err();
        assert_eq!(code(refused), "forbidden");
    }
}

#[tokio::test]
async fn agencies_are_of_a_known_kind_and_go_only_without_offices() {
    for world in worlds().await {
        let machine = By::command_line(START);
        let people = world.people(&machine);
        let kind = |kind: &str| NewAgency {
            kind: kind.to_owned(),
            name: "名".to_owned(),
            short_name: "短".to_owned(),
        };
        assert_eq!(code(people.create_agency(&kind("army"), None).await.unwrap_err()), "kind");
        assert_eq!(code(people.create_agency(&kind("tax"), None).await.unwrap_err()), "taken");
        let agencies = office::agencies(&world.db).await.unwrap();
        let of = |kind: &str| agencies.iter().find(|one| one.kind == kind).unwrap();
        let steering = of("coordination");
        let refused = people.delete_agency(AgencyId(steering.id), steering.version, None).await.unwrap_err();
        assert_eq!(code(refused), "in_use");
        let telecom = of("telecom");
        people.change_agency(AgencyId(telecom.id), 1, "通信办", "通信", None).await.unwrap();
        people.undo(world.last_change().await).await.unwrap();
        people.delete_agency(AgencyId(telecom.id), 3, None).await.unwrap();
        people.undo(world.last_change().await).await.unwrap();
        let again = office::agencies(&world.db).await.unwrap();
        assert_eq!(again.iter().find(|one| one.kind == "telecom").unwrap().name, telecom.name);
    }
}
