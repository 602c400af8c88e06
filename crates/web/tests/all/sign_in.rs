//! Signing in and out, the second factor, sessions.

use super::app::{PASSWORD, TestApp, on_both, with_settings};
use axum::http::StatusCode;
use mingjing_casework::permission::Role;

const NEW: &str = "three unrelated words";

#[test]
fn a_password_signs_in_and_out_and_both_stand_in_the_log() {
    on_both(|app| async move {
        app.person("li", &[Role::Auditor]).await;
        let mut browser = app.browser();
        let refused = browser.sign_in("li", "wrong").await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains("value=\"li\""), "what was typed is kept");
        let unknown = browser.sign_in("nobody", "wrong").await;
        let sentence = "登录名或者口令不正确";
        assert!(refused.body.contains(sentence) && unknown.body.contains(sentence));
        let mut browser = app.signed_in("Ｌi").await;
        assert_eq!(browser.get("/my").await.status, StatusCode::OK);
        let out = browser.post("/sign-out", &[]).await;
        assert_eq!(out.location(), "/sign-in");
        assert_eq!(browser.get("/my").await.location(), "/sign-in?next=%2Fmy");
        let deeds = app.deeds().await;
        let count = |wanted: &str| deeds.iter().filter(|deed| *deed == wanted).count();
        assert_eq!((count("sign_in_refused"), count("sign_in"), count("sign_out")), (2, 1, 1));
    });
}

#[test]
fn a_session_that_was_planted_does_not_become_the_victims() {
    on_both(|app| async move {
        app.person("li", &[]).await;
        let mut browser = app.browser();
        browser.get("/sign-in").await;
        let planted = browser.session().unwrap().to_owned();
        browser.post("/sign-in", &[("login", "li"), ("password", PASSWORD)]).await;
        assert_ne!(browser.session().unwrap(), planted);
        let mut thief = app.browser();
        thief.cookies.insert("mingjing".to_owned(), planted);
        assert_eq!(thief.get("/my").await.status, StatusCode::SEE_OTHER, "the old id is worth nothing");
        thief.cookies.insert("mingjing".to_owned(), "AAAAAAAAAAAAAAAAAAAAAA".to_owned());
        let answer = thief.get("/sign-in").await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_ne!(thief.session(), Some("AAAAAAAAAAAAAAAAAAAAAA"), "an id of another's making is not taken");
    });
}

#[test]
fn a_session_ends_after_its_idle_term_and_after_its_whole_term() {
    let minutes = |n: i64| n * 60_000_000;
    on_both(|app| async move {
        app.person("li", &[]).await;
        let mut browser = app.signed_in("li").await;
        app.clock.pass(minutes(61));
        assert_eq!(browser.get("/my").await.status, StatusCode::SEE_OTHER, "idle");
        let mut browser = app.signed_in("li").await;
        for _ in 0..14 {
            app.clock.pass(minutes(50));
            assert_eq!(browser.get("/my").await.status, StatusCode::OK);
        }
        app.clock.pass(minutes(50));
        assert_eq!(browser.get("/my").await.status, StatusCode::SEE_OTHER, "twelve hours are over");
    });
}

#[test]
fn nobody_is_led_to_another_site_after_the_sign_in() {
    on_both(|app| async move {
        app.person("li", &[]).await;
        for (next, expected) in [("//evil.example", "/"), ("https://evil.example", "/"), ("/my", "/my")] {
            let mut browser = app.browser();
            browser.get(&format!("/sign-in?next={}", next.replace('/', "%2F"))).await;
            let answer =
                browser.post("/sign-in", &[("login", "li"), ("password", PASSWORD), ("next", next)]).await;
            assert_eq!(answer.location(), expected, "{next}");
        }
    });
}

#[test]
fn a_due_password_is_changed_before_anything_else() {
    on_both(|app| async move {
        let mut browser = app.browser();
        let answer = browser.sign_in("root", "a long first password").await;
        assert!(answer.location().starts_with("/sign-in/new-password"), "{}", answer.location());
        assert_eq!(browser.get("/my").await.status, StatusCode::SEE_OTHER, "not yet in");
        browser.get("/sign-in/new-password").await;
        let fields = |present, new, again| [("present", present), ("new", new), ("again", again)];
        let weak = fields("a long first password", "short", "short");
        let answer = browser.post("/sign-in/new-password", &weak).await;
        assert!(answer.body.contains("口令至少 12 个字符"), "{}", answer.body);
        let differs = fields("a long first password", NEW, "another long one");
        assert!(browser.post("/sign-in/new-password", &differs).await.body.contains("不一致"));
        let wrong = fields("not the present one", NEW, NEW);
        assert!(browser.post("/sign-in/new-password", &wrong).await.body.contains("现口令不正确"));
        let before = browser.session().unwrap().to_owned();
        let right = fields("a long first password", NEW, NEW);
        assert_eq!(browser.post("/sign-in/new-password", &right).await.location(), "/");
        assert_ne!(browser.session().unwrap(), before, "a new id after every step");
        assert_eq!(browser.get("/my").await.status, StatusCode::OK);
    });
}

/// The six digits of a secret in Base32 at an instant.
fn code(secret: &str, at: i64) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret.replace(' ', "")).unwrap();
    let totp = totp_rs::Builder::new().with_secret(secret).build().unwrap();
    totp.generate(u64::try_from(at / 1_000_000).unwrap()).to_string()
}

async fn with_factor(app: &TestApp) -> (String, Vec<String>) {
    use mingjing_casework::clock::Clock;
    let mut browser = app.signed_in("li").await;
    let offer = browser.get("/my/second-factor").await;
    assert!(offer.body.contains("<svg class=\"qr\""));
    let (_, rest) = offer.body.split_once("手工输入密钥： <code>").expect("the key is shown");
    let secret = rest.split_once('<').unwrap().0.to_owned();
    let sealed = offer.field("sealed").unwrap();
    let wrong = browser.post("/my/second-factor", &[("sealed", &sealed), ("code", "000000")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let now = app.clock.now();
    let done = browser.post("/my/second-factor", &[("sealed", &sealed), ("code", &code(&secret, now))]).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    let codes = done.body.split("<li><code>").skip(1).map(|part| part.split_once('<').unwrap().0.to_owned());
    (secret, codes.collect())
}

#[test]
fn with_a_second_factor_the_password_alone_does_not_sign_in() {
    use mingjing_casework::clock::Clock;
    on_both(|app| async move {
        app.person("li", &[]).await;
        let (secret, codes) = with_factor(&app).await;
        assert_eq!(codes.len(), 10);
        app.clock.pass(60_000_000);
        let mut browser = app.browser();
        let first = browser.sign_in("li", PASSWORD).await;
        assert!(first.location().starts_with("/sign-in/second-factor"));
        assert_eq!(browser.get("/my").await.status, StatusCode::SEE_OTHER, "half signed in is not in");
        browser.get("/sign-in/second-factor").await;
        let wrong = browser.post("/sign-in/second-factor", &[("code", "000000")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let right = code(&secret, app.clock.now());
        assert_eq!(browser.post("/sign-in/second-factor", &[("code", &right)]).await.location(), "/");
        assert_eq!(browser.get("/my").await.status, StatusCode::OK);

        let mut again = app.browser();
        again.sign_in("li", PASSWORD).await;
        again.get("/sign-in/second-factor").await;
        let used = again.post("/sign-in/second-factor", &[("code", &right)]).await;
        assert_eq!(used.status, StatusCode::UNPROCESSABLE_ENTITY, "a code serves once");
        assert_eq!(again.post("/sign-in/second-factor", &[("code", &codes[0])]).await.location(), "/");
        let page = again.get("/my").await;
        assert!(page.body.contains("还剩 9 个"), "it is said how many are left");
    });
}

#[test]
fn another_session_can_be_ended_and_a_changed_password_ends_all_others() {
    on_both(|app| async move {
        app.person("li", &[]).await;
        app.person("wang", &[]).await;
        let mut here = app.signed_in("li").await;
        let mut there = app.signed_in("li").await;
        let page = here.get("/my").await;
        let (_, rest) = page.body.split_once("/my/sessions/").unwrap();
        let path = format!("/my/sessions/{}", rest.split_once('"').unwrap().0);
        let mut other = app.signed_in("wang").await;
        assert_eq!(other.post(&path, &[]).await.status, StatusCode::NOT_FOUND, "another's does not exist");
        assert_eq!(here.post(&path, &[]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(there.get("/my").await.status, StatusCode::SEE_OTHER, "it is ended");
        let mut there = app.signed_in("li").await;
        let fields = [("present", PASSWORD), ("new", NEW), ("again", NEW)];
        assert_eq!(here.post("/my/password", &fields).await.location(), "/my");
        assert_eq!(there.get("/my").await.status, StatusCode::SEE_OTHER);
        assert_eq!(here.get("/my").await.status, StatusCode::OK);
        let changed = here.get("/my").await;
        assert_eq!(changed.status, StatusCode::OK);
    });
}

#[test]
fn too_many_attempts_from_one_address_have_to_wait() {
    with_settings(&[("sign_in_per_minute", "3".to_owned())], |app| async move {
        let mut browser = app.browser();
        for _ in 0..3 {
            assert_eq!(browser.sign_in("li", "x").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let answer = browser.sign_in("li", "x").await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(answer.headers["retry-after"], "61");
        app.clock.pass(60_000_000);
        assert_eq!(browser.sign_in("li", "x").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    });
}
