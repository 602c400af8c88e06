//! Every route of the table, for nobody and for every role. A route is tested by standing in the table; what each
//! role gets is golden, so that a new route or another right is seen by whoever reviews.

use super::app::{Answer, Browser, on_both};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use mingjing_casework::permission::Role;
use mingjing_web::routes::{Need, Route, all};
use std::fmt::Write;
use std::path::Path;

/// An address of a route: what is filled into its path exists nowhere, or is nonsense.
fn address(route: &Route) -> String {
    let parts = route.path.split('/').map(|part| match part.strip_prefix('{') {
        Some(name) if name.starts_with('*') => "none",
        Some(_) => "999999",
        None => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

fn is_get(route: &Route) -> bool {
    route.method == Method::GET
}

async fn ask(browser: &mut Browser, route: &Route) -> Answer {
    let request = Request::builder().method(route.method.clone()).uri(address(route));
    let request = match is_get(route) {
        true => request.body(Body::empty()),
        false => request
            .header("x-csrf-token", browser.csrf.clone())
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::empty()),
    };
    browser.send(request.unwrap()).await
}

#[test]
fn nobody_comes_in_where_a_sign_in_is_needed() {
    on_both(|app| async move {
        for route in all().table() {
            let answer = ask(&mut app.browser(), route).await;
            assert!(!answer.status.is_server_error(), "{} {}: {}", route.method, route.path, answer.body);
            if route.need == Need::Open {
                continue;
            }
            match route.path.starts_with("/api/") {
                true => assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{}", route.path),
                false => {
                    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{} {}", route.method, route.path);
                    assert!(answer.location().starts_with("/sign-in?next="), "{}", route.path);
                }
            }
        }
    });
}

#[test]
fn each_role_comes_in_where_the_policies_say_and_nowhere_else() {
    on_both(|app| async move {
        let mut golden = String::from("# route | need | roles that come in; written by the test\n");
        let routes = all();
        let mut browsers = Vec::new();
        for role in Role::ALL {
            app.person(role.word(), &[*role]).await;
            browsers.push((role, app.signed_in(role.word()).await));
        }
        app.person("none", &[]).await;
        let mut none = app.signed_in("none").await;
        for route in routes.table() {
            let need = match route.need {
                Need::Open => continue,
                Need::Account => "account".to_owned(),
                Need::May(action, kind) => format!("{action} {kind}"),
            };
            let ends = ["/sign-out", "/my/sessions/end-others"].contains(&route.path);
            let mut inside = Vec::new();
            for (role, browser) in &mut browsers {
                if ends {
                    inside.push(role.word());
                    continue;
                }
                let answer = ask(browser, route).await;
                let name = format!("{role}: {} {}", route.method, route.path);
                assert!(!answer.status.is_server_error(), "{name}: {}", answer.body);
                assert!(
                    !answer.location().starts_with("/sign-in") && answer.status != StatusCode::UNAUTHORIZED,
                    "{name}"
                );
                let may = match route.need {
                    Need::May(action, kind) => {
                        let me = mingjing_casework::people::actor(
                            &app.app.db,
                            id(&app, role.word()).await,
                            super::app::MORNING,
                        );
                        app.app.gate.may_any(&me.await.unwrap().unwrap(), action, kind)
                    }
                    _ => true,
                };
                match may {
                    true => inside.push(role.word()),
                    false => assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}"),
                }
            }
            if let Need::May(..) = route.need {
                let answer = ask(&mut none, route).await;
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "no role: {} {}", route.method, route.path);
            }
            writeln!(golden, "{} {} | {need} | {}", route.method, route.path, inside.join(" ")).unwrap();
        }
        compare(&golden);
    });
}

async fn id(app: &super::app::TestApp, login: &str) -> mingjing_model::id::AccountId {
    mingjing_store::account::by_login(&app.app.db, login).await.unwrap().unwrap().id()
}

fn compare(found: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../golden/web/routes.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, found).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(kept, found, "compare with {}; UPDATE_GOLDEN=1 writes it anew", path.display());
}

#[test]
fn without_the_token_no_route_changes_anything() {
    on_both(|app| async move {
        app.person("li", &[Role::Administrator, Role::Coordinator, Role::Auditor, Role::CaseOfficer]).await;
        let browser = app.signed_in("li").await;
        for route in all().table().iter().filter(|route| !is_get(route)) {
            let mut without = browser.clone();
            without.csrf = "forged".to_owned();
            let answer = ask(&mut without, route).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{} {}", route.method, route.path);
        }
    });
}

#[test]
fn paths_that_climb_and_questions_that_inject_find_nothing() {
    on_both(|app| async move {
        app.person("li", &[Role::Auditor, Role::Administrator, Role::CaseOfficer]).await;
        let mut browser = app.signed_in("li").await;
        let climbing =
            ["..%2f..%2fetc%2fpasswd", "%2e%2e%2f%2e%2e%2fsecret.key", "..%5c..%5csecret.key", "%00"];
        let injecting = [
            "'",
            "';drop table session;--",
            "1 or 1=1",
            "%25",
            "name; select 1",
            "a%27%20or%201%3D1--",
            "\u{202e}",
        ];
        for route in all().table().iter().filter(|route| is_get(route)) {
            for word in climbing {
                let parts = route.path.split('/').map(|part| if part.starts_with('{') { word } else { part });
                let answer = browser.get(&parts.collect::<Vec<_>>().join("/")).await;
                assert!(!answer.status.is_server_error(), "{}: {}", route.path, answer.body);
                assert!(!answer.body.contains("root:x:0"), "{}", route.path);
            }
            for word in injecting {
                let word = serde_urlencoded::to_string([("w", word)]).unwrap();
                let word = word.trim_start_matches("w=");
                let query =
                    format!("q={word}&sort={word}&cursor={word}&action={word}&filter={word}&next={word}");
                let answer = browser.get(&format!("{}?{query}", address(route))).await;
                assert!(!answer.status.is_server_error(), "{}?{query}: {}", route.path, answer.body);
            }
        }
        assert_eq!(browser.get("/my").await.status, StatusCode::OK, "the sessions are still there");
    });
}

#[test]
fn the_description_of_the_api_and_the_table_of_routes_name_the_same() {
    let described = serde_json::to_value(mingjing_web::api::description()).unwrap();
    let mut written: Vec<String> = Vec::new();
    for (path, methods) in described["paths"].as_object().unwrap() {
        written.extend(
            methods.as_object().unwrap().keys().map(|method| format!("{} {path}", method.to_uppercase())),
        );
    }
    let of_table = all();
    let mut routed: Vec<String> = of_table
        .table()
        .iter()
        .filter(|route| route.path.starts_with("/api/v1/") && route.path != "/api/v1/openapi.json")
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    written.sort();
    routed.sort();
    assert_eq!(written, routed);
}

#[test]
fn the_page_of_settings_is_the_one_the_program_writes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide/settings.md");
    let written = mingjing_web::settings::reference();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &written).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), written, "UPDATE_GOLDEN=1 writes it anew");
}
