//! Faults as pages and as problem documents; limits; headers.

use super::app::{on_both, with_settings};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use mingjing_casework::permission::Role;

#[test]
fn what_is_not_there_and_what_one_may_not_is_said_in_words() {
    on_both(|app| async move {
        app.person("li", &[Role::FieldOfficer]).await;
        let mut browser = app.signed_in("li").await;
        let answer = browser.get("/no-such-page").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert!(answer.body.contains("没有这个页面"));
        let answer = browser.get("/audit").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(answer.body.contains("审计员"), "it says which role could: {}", answer.body);
        let answer = browser.get("/api/v1/no-such").await;
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        assert_eq!(answer.json()["code"], "not_found");
        let request =
            Request::delete("/my").header("x-csrf-token", &browser.csrf).body(Body::empty()).unwrap();
        assert_eq!(browser.send(request).await.status, StatusCode::METHOD_NOT_ALLOWED);
    });
}

#[test]
fn a_body_that_is_too_large_is_refused_announced_or_not() {
    with_settings(&[("body_kilobytes_max", "16".to_owned())], |app| async move {
        app.person("li", &[]).await;
        let mut browser = app.signed_in("li").await;
        let large = "x".repeat(20_000);
        let answer = browser.post("/my/password", &[("present", &large)]).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert!(answer.body.contains("16 KB"), "{}", answer.body);
        let request = Request::post("/my/password").header("x-csrf-token", &browser.csrf);
        let request = request.header("content-length", "20000").body(Body::empty()).unwrap();
        assert_eq!(browser.send(request).await.status, StatusCode::PAYLOAD_TOO_LARGE);
        let request = Request::post("/my/password").header("x-csrf-token", &browser.csrf);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let answer = browser.send(request.body(Body::from(format!("present={large}"))).unwrap()).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{}", answer.body);
    });
}

#[test]
fn every_answer_carries_the_headers_that_bind_the_browser() {
    on_both(|app| async move {
        let mut browser = app.browser();
        for path in ["/sign-in", "/", "/no-such-page", "/health", "/api/v1/me", "/static/none.css"] {
            let answer = browser.get(path).await;
            let policy = answer.headers["content-security-policy"].to_str().unwrap();
            assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe-inline"), "{path}");
            assert!(policy.contains("frame-ancestors 'none'"));
            assert_eq!(answer.headers["x-content-type-options"], "nosniff");
            assert_eq!(answer.headers["referrer-policy"], "same-origin");
            assert!(answer.headers.contains_key("x-request-id"));
            assert!(!answer.headers.contains_key("strict-transport-security"), "not without TLS");
            assert!(!answer.body.contains("<script>") && !answer.body.contains(" style=\""), "{path}");
        }
        let mut browser = app.browser();
        let cookie = browser.get("/sign-in").await.headers["set-cookie"].to_str().unwrap().to_owned();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    });
}

#[test]
fn under_tls_cookies_are_secure_and_browsers_stay_with_tls() {
    with_settings(&[("public_address", "https://here.example".to_owned())], |app| async move {
        let answer = app.browser().get("/sign-in").await;
        let cookie = answer.headers["set-cookie"].to_str().unwrap();
        assert!(cookie.starts_with("__Host-mingjing=") && cookie.contains("Secure"), "{cookie}");
        assert!(answer.headers.contains_key("strict-transport-security"));
    });
}

#[test]
fn metrics_are_for_those_the_settings_name() {
    with_settings(&[("metrics_from", "10.0.0.1".to_owned())], |app| async move {
        assert_eq!(app.browser().get("/metrics").await.status, StatusCode::NOT_FOUND);
    });
    on_both(|app| async move {
        let mut browser = app.browser();
        browser.get("/health").await;
        let answer = browser.get("/metrics").await;
        assert!(
            answer.body.contains("mingjing_request_seconds_bucket{method=\"GET\",route=\"/health\""),
            "{}",
            answer.body
        );
        assert!(answer.body.contains("mingjing_jobs_due 0"));
        assert_eq!(browser.get("/ready").await.status, StatusCode::OK);
    });
}
