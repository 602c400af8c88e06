//! Forms of other sites are not carried out.

use super::app::{PASSWORD, on_both};
use axum::body::Body;
use axum::http::{Request, StatusCode};

#[test]
fn without_the_sessions_token_nothing_is_done() {
    on_both(|app| async move {
        app.person("li", &[]).await;
        let mut browser = app.signed_in("li").await;
        for fields in [&[][..], &[("csrf", "")], &[("csrf", "wrong")]] {
            assert_eq!(browser.post_bare("/sign-out", fields).await.status, StatusCode::FORBIDDEN);
        }
        let other = app.signed_in("li").await;
        let answer = browser.post_bare("/sign-out", &[("csrf", &other.csrf)]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "another session's token");
        let plain = Request::post("/sign-out").header("content-type", "text/plain");
        let body = Body::from(format!("csrf={}", browser.csrf));
        assert_eq!(browser.send(plain.body(body).unwrap()).await.status, StatusCode::FORBIDDEN);
        for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")] {
            let request =
                Request::post("/sign-out").header(name, value).header("x-csrf-token", &browser.csrf);
            let answer = browser.send(request.body(Body::empty()).unwrap()).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}");
        }
        assert_eq!(browser.get("/my").await.status, StatusCode::OK, "still signed in");
        let request = Request::post("/sign-out").header("x-csrf-token", &browser.csrf);
        let answer = browser.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "the header serves as well");
    });
}

#[test]
fn nobody_can_sign_another_in() {
    on_both(|app| async move {
        app.person("li", &[]).await;
        let mut fresh = app.browser();
        let answer = fresh.post_bare("/sign-in", &[("login", "li"), ("password", PASSWORD)]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "a form that no page of ours gave");
    });
}

#[test]
fn the_token_may_come_first_in_a_multipart_form_and_the_body_stays_whole() {
    on_both(|app| async move {
        app.person("li", &[]).await;
        let mut browser = app.signed_in("li").await;
        let form = |token: &str| {
            format!("--b\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{token}\r\n--b--\r\n")
        };
        let send = |body: String| {
            let kind = "multipart/form-data; boundary=b";
            Request::post("/sign-out").header("content-type", kind).body(Body::from(body)).unwrap()
        };
        assert_eq!(browser.send(send(form("wrong"))).await.status, StatusCode::FORBIDDEN);
        let right = form(&browser.csrf.clone());
        assert_eq!(browser.send(send(right)).await.status, StatusCode::SEE_OTHER);
    });
}
