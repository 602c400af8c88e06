//! Longer stories: tokens and the API, the audit pages, probes in every field, a real listener with TLS.

use super::app::{PASSWORD, on_both};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use mingjing_casework::permission::Role;
use mingjing_web::serve::Bound;
use serde_json::json;

#[test]
fn a_token_uses_the_api_within_its_scopes_and_its_holders_rights() {
    on_both(|app| async move {
        app.person("li", &[Role::CaseOfficer]).await;
        let mut page = app.signed_in("li").await;
        let refused = page.post("/my/tokens", &[("name", "测试 <b>"), ("days", "0"), ("scopes", "me")]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            refused.body.contains("测试 &#60;b&#62;") || refused.body.contains("测试 &lt;b&gt;"),
            "kept and harmless"
        );
        let fields = [
            ("name", "夜间同步"),
            ("days", "30"),
            ("scopes", "me"),
            ("scopes", "office:read"),
            ("scopes", "analysis:read"),
            ("scopes", "analysis:write"),
            ("scopes", "audit:read"),
        ];
        let made = page.post("/my/tokens", &fields).await;
        let (_, rest) = made.body.split_once("id=\"token\">").expect("it is shown");
        let token = rest.split_once('<').unwrap().0.to_owned();
        assert!(!page.get("/my").await.body.contains(&token), "and never again");

        let mut api = app.browser();
        api.bearer = Some(token);
        let me = api.get("/api/v1/me").await;
        assert_eq!((me.status, me.json()["login"].as_str()), (StatusCode::OK, Some("li")), "{}", me.body);
        let offices = api.get("/api/v1/offices").await.json();
        assert_eq!(offices["items"].as_array().unwrap().len(), 1, "{offices}");
        assert_eq!(api.get("/api/v1/jobs").await.json()["code"], "scope");
        assert_eq!(api.get("/api/v1/audit").await.json()["code"], "forbidden", "the scope gives no right");
        assert_eq!(api.get("/my").await.status, StatusCode::SEE_OTHER, "a token is no session");

        let new = json!({"name": "样本", "kind": "public"});
        let first = api.call(Method::POST, "/api/v1/analyses", Some(new)).await;
        assert_eq!(first.status, StatusCode::CREATED, "{}", first.body);
        let send = |name: &str, key: &str| {
            let request = Request::post("/api/v1/analyses").header("idempotency-key", key);
            request.body(Body::from(json!({"name": name, "kind": "public"}).to_string())).unwrap()
        };
        let one = api.send(send("甲", "k1")).await;
        let two = api.send(send("甲", "k1")).await;
        assert_eq!((one.status, &one.body), (StatusCode::CREATED, &two.body));
        assert_eq!(two.headers["idempotent-replayed"], "true");
        let other = api.send(send("乙", "k1")).await;
        assert_eq!(
            (other.status, other.json()["code"].as_str()),
            (StatusCode::UNPROCESSABLE_ENTITY, Some("idempotency_key"))
        );
        let wrong =
            api.call(Method::POST, "/api/v1/analyses", Some(json!({"name": "", "kind": "case"}))).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", wrong.body);

        let mut seen = Vec::new();
        let mut path = "/api/v1/analyses?limit=1".to_owned();
        loop {
            let page = api.get(&path).await.json();
            seen.extend(
                page["items"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|item| item["name"].as_str().unwrap().to_owned()),
            );
            let Some(next) = page["next"].as_str() else { break };
            path = format!("/api/v1/analyses?limit=1&cursor={next}");
        }
        assert_eq!(seen, ["甲", "样本"], "page by page, nothing twice");
        assert_eq!(api.get("/api/v1/analyses?sort=owner%3B").await.json()["field"], "sort");
        assert_eq!(api.get("/api/v1/analyses?cursor=zz").await.json()["field"], "cursor");

        let page_again = page.get("/my").await;
        let (_, rest) = page_again.body.split_once("/my/tokens/").unwrap();
        let path = format!("/my/tokens/{}", rest.split_once('"').unwrap().0);
        app.person("wang", &[Role::CaseOfficer]).await;
        let mut other = app.signed_in("wang").await;
        assert_eq!(other.post(&path, &[]).await.status, StatusCode::NOT_FOUND, "another's token");
        assert_eq!(page.post(&path, &[]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(api.get("/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
    });
}

#[test]
fn an_auditor_reads_verifies_and_takes_out_the_log() {
    on_both(|app| async move {
        app.person("li", &[Role::Auditor]).await;
        let mut browser = app.signed_in("li").await;
        let page = browser.get("/audit").await;
        assert!(page.body.contains("登录"), "{}", page.body);
        while mingjing_store::audit::link::link(&app.app.db, super::app::MORNING, 1000)
            .await
            .unwrap()
            .unwrap()
            .0
            > 0
        {}
        browser.get("/audit/verification").await;
        let found = browser.post("/audit/verification", &[]).await;
        assert!(found.body.contains("记录链完整"), "{}", found.body);
        let head = browser.get("/audit/head").await;
        assert!(head.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
        let started = browser.post("/audit/export", &[]).await;
        assert_eq!(started.status, StatusCode::SEE_OTHER, "{}", started.body);
        let path = started.location().to_owned();
        assert_eq!(browser.get(&path).await.status, StatusCode::OK);
        assert_eq!(
            browser.get(&format!("{path}/file")).await.status,
            StatusCode::NOT_FOUND,
            "not before it is done"
        );
        let deeds = app.deeds().await;
        for deed in ["audit_listed", "audit_verified", "audit_head_exported", "audit_exported"] {
            assert!(deeds.iter().any(|done| done == deed), "{deed}: {deeds:?}");
        }
    });
}

#[test]
fn what_is_typed_into_a_field_is_never_run() {
    const PROBE: &str = "\"><script>alert(1)</script><img src=x onerror=alert(1)>";
    on_both(|app| async move {
        app.person("li", &[Role::Auditor]).await;
        let mut browser = app.browser();
        let mut pages = vec![browser.sign_in(PROBE, "x").await];
        let mut browser = app.signed_in("li").await;
        pages.push(browser.post("/my/tokens", &[("name", PROBE), ("days", "9"), ("scopes", "me")]).await);
        pages.push(browser.get("/my").await);
        pages.push(browser.post("/my/tokens", &[("name", PROBE), ("days", PROBE), ("scopes", PROBE)]).await);
        pages.push(
            browser.post("/my/password", &[("present", PROBE), ("new", PROBE), ("again", PROBE)]).await,
        );
        pages.push(browser.post("/my/second-factor", &[("sealed", PROBE), ("code", PROBE)]).await);
        let probe = serde_urlencoded::to_string([("q", PROBE), ("action", PROBE), ("kind", PROBE)]).unwrap();
        pages.push(browser.get(&format!("/audit?{probe}")).await);
        pages.push(browser.get("/audit").await);
        pages.push(browser.get(&format!("/{}", probe.replace('&', "/"))).await);
        for (at, page) in pages.iter().enumerate() {
            assert!(!page.body.contains("<script>alert") && !page.body.contains("<img src=x"), "page {at}");
        }
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_is_spoken_with_the_certificate_of_the_settings() {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = (folder.path().join("certificate.pem"), folder.path().join("key.pem"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let flags =
        [("tls_certificate", certificate.display().to_string()), ("tls_key", key.display().to_string())];
    let app = super::app::TestApp::new(mingjing_testkit::databases::fresh_sqlite(), &flags).await;
    app.person("li", &[]).await;
    let nowhere = "127.0.0.1:0".parse().unwrap();
    let bound = Bound::new(nowhere, app.app.settings.tls.as_ref()).unwrap();
    let port = bound.address.port();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let served = tokio::spawn(bound.serve(std::sync::Arc::clone(&app.app), async move {
        let _ = stopped.await;
    }));
    let root = reqwest::Certificate::from_pem(made.cert.pem().as_bytes()).unwrap();
    let client = reqwest::Client::builder().tls_certs_only([root]).cookie_store(true).build().unwrap();
    let base = format!("https://localhost:{port}");
    let page = client.get(format!("{base}/sign-in")).send().await.unwrap();
    assert!(page.headers()["strict-transport-security"].to_str().unwrap().starts_with("max-age="));
    let text = page.text().await.unwrap();
    let csrf = text.split_once("name=\"csrf\" value=\"").unwrap().1.split_once('"').unwrap().0.to_owned();
    let form = [("csrf", csrf.as_str()), ("login", "li"), ("password", PASSWORD), ("next", "/my")];
    let inside = client.post(format!("{base}/sign-in")).form(&form).send().await.unwrap();
    assert_eq!((inside.status().as_u16(), inside.url().path()), (200, "/my"));
    let plain = reqwest::Client::new().get(format!("http://localhost:{port}/health")).send().await;
    assert!(plain.is_err() || !plain.unwrap().status().is_success(), "no plain HTTP on the TLS port");
    let taken = Bound::new(format!("127.0.0.1:{port}").parse().unwrap(), None);
    assert!(taken.err().unwrap().to_string().contains("--listen"));
    let swapped = (key.clone(), certificate.clone());
    assert!(Bound::new(nowhere, Some(&swapped)).is_err(), "a key is no certificate");
    stop.send(()).unwrap();
    tokio::time::timeout(std::time::Duration::from_secs(15), served).await.unwrap().unwrap().unwrap();
}
