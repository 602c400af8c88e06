//! Signing in by a directory: a small real provider on a local port, honest or lying in one thing.

use super::app::{Browser, TestApp, on_both};
use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::Redirect;
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mingjing_testkit::databases::{Database, databases};
use rsa::rand_core::OsRng;
use rsa::traits::PublicKeyParts;
use rsa::{Pkcs1v15Sign, RsaPrivateKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

/// What stands before a SHA-256 digest in an RS256 signature (RFC 8017, 9.2).
const PREFIX: [u8; 19] = [48, 49, 48, 13, 6, 9, 96, 134, 72, 1, 101, 3, 4, 2, 1, 5, 0, 4, 32];

/// In what the provider lies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Lie {
    #[default]
    None,
    Nonce,
    Signature,
    Audience,
    Issuer,
    Expired,
    Unsigned,
    Verifier,
}

struct Provider {
    issuer: String,
    lie: Mutex<Lie>,
    /// What was asked for, by code.
    asked: Mutex<HashMap<String, HashMap<String, String>>>,
    login: Mutex<String>,
}

fn key() -> &'static RsaPrivateKey {
    static KEY: OnceLock<RsaPrivateKey> = OnceLock::new();
    KEY.get_or_init(|| RsaPrivateKey::new(&mut OsRng, 2048).unwrap())
}

fn other_key() -> &'static RsaPrivateKey {
    static KEY: OnceLock<RsaPrivateKey> = OnceLock::new();
    KEY.get_or_init(|| RsaPrivateKey::new(&mut OsRng, 2048).unwrap())
}

async fn provider() -> Arc<Provider> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    let provider = Arc::new(Provider {
        issuer,
        lie: Mutex::default(),
        asked: Mutex::default(),
        login: Mutex::new("li".to_owned()),
    });
    let router = Router::new()
        .route("/.well-known/openid-configuration", get(discovery))
        .route("/authorize", get(authorize))
        .route("/token", post(token))
        .route("/jwks", get(jwks))
        .with_state(Arc::clone(&provider));
    tokio::spawn(async move { axum::serve(listener, router).await });
    provider
}

async fn discovery(State(provider): State<Arc<Provider>>) -> Json<Value> {
    let issuer = &provider.issuer;
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }))
}

async fn jwks() -> Json<Value> {
    let number = |bytes: Vec<u8>| URL_SAFE_NO_PAD.encode(bytes);
    let (n, e) = (number(key().n().to_bytes_be()), number(key().e().to_bytes_be()));
    Json(json!({"keys": [{"kty": "RSA", "use": "sig", "kid": "k", "alg": "RS256", "n": n, "e": e}]}))
}

async fn authorize(
    State(provider): State<Arc<Provider>>,
    Query(asked): Query<HashMap<String, String>>,
) -> Redirect {
    let code = format!("code{}", provider.asked.lock().unwrap().len());
    let back = format!("{}?code={code}&state={}", asked["redirect_uri"], asked["state"]);
    provider.asked.lock().unwrap().insert(code, asked);
    Redirect::to(&back)
}

async fn token(
    State(provider): State<Arc<Provider>>,
    Form(form): Form<HashMap<String, String>>,
) -> Result<Json<Value>, StatusCode> {
    let lie = *provider.lie.lock().unwrap();
    let asked = provider.asked.lock().unwrap().remove(&form["code"]).ok_or(StatusCode::BAD_REQUEST)?;
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(form["code_verifier"].as_bytes()));
    if lie == Lie::Verifier
        || challenge != asked["code_challenge"]
        || asked["code_challenge_method"] != "S256"
    {
        return Err(StatusCode::BAD_REQUEST);
    }
    let now = super::app::MORNING / 1_000_000;
    let claims = json!({
        "iss": if lie == Lie::Issuer { "https://elsewhere.example" } else { &provider.issuer },
        "aud": if lie == Lie::Audience { "somebody-else" } else { "mingjing" },
        "sub": "subject-7",
        "nonce": if lie == Lie::Nonce { "another" } else { &asked["nonce"] },
        "iat": now - 5,
        "exp": if lie == Lie::Expired { now - 600 } else { now + 300 },
        "preferred_username": *provider.login.lock().unwrap(),
        "name": "李某",
    });
    let signer = if lie == Lie::Signature { other_key() } else { key() };
    let header =
        if lie == Lie::Unsigned { json!({"alg": "none"}) } else { json!({"alg": "RS256", "kid": "k"}) };
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(&header), part(&claims));
    let scheme = Pkcs1v15Sign { hash_len: Some(32), prefix: Box::from(PREFIX) };
    let signature = match lie {
        Lie::Unsigned => String::new(),
        _ => URL_SAFE_NO_PAD.encode(signer.sign(scheme, &Sha256::digest(&signed)).unwrap()),
    };
    let id_token = format!("{signed}.{signature}");
    Ok(Json(json!({"access_token": "a", "token_type": "Bearer", "id_token": id_token})))
}

/// Runs a story with a provider on both databases.
fn with_provider<F: Future<Output = ()>>(more: &[(&str, &str)], story: impl Fn(TestApp, Arc<Provider>) -> F) {
    for database in databases() {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let provider = provider().await;
            story(app(database, &provider, more).await, provider).await;
        });
    }
}

async fn app(database: Database, provider: &Provider, more: &[(&str, &str)]) -> TestApp {
    let mut flags = vec![
        ("directory_issuer", provider.issuer.clone()),
        ("directory_client_id", "mingjing".to_owned()),
        ("directory_client_secret", "secret".to_owned()),
        ("public_address", "http://here.example".to_owned()),
    ];
    flags.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
    TestApp::new(database, &flags).await
}

/// To the directory; gives the way back that it answers.
async fn there(browser: &mut Browser) -> String {
    let sent = browser.get("/sign-in/directory?next=/my").await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let answer = http.get(sent.location()).send().await.unwrap();
    let back = answer.headers()["location"].to_str().unwrap().to_owned();
    back.strip_prefix("http://here.example").unwrap().to_owned()
}

#[test]
fn somebody_known_by_the_login_is_linked_once_and_signs_in() {
    with_provider(&[("directory_found_by", "login")], |app, provider| async move {
        app.person("li", &[]).await;
        assert!(app.browser().get("/sign-in").await.body.contains("用统一身份认证登录"));
        for _ in 0..2 {
            let mut browser = app.browser();
            let back = there(&mut browser).await;
            let planted = browser.session().unwrap().to_owned();
            let answer = browser.get(&back).await;
            assert_eq!(answer.location(), "/my", "{}", answer.body);
            assert_ne!(browser.session().unwrap(), planted);
            assert_eq!(browser.get("/my").await.status, StatusCode::OK);
            let again = browser.get(&back).await;
            assert_ne!(again.status, StatusCode::SEE_OTHER, "the way back serves once");
        }
        let links = app.deeds().await.iter().filter(|deed| *deed == "directory_linked").count();
        assert_eq!(links, 1);
        // The subject decides from now on, not the login that somebody else may get.
        *provider.login.lock().unwrap() = "root".to_owned();
        let mut browser = app.browser();
        let back = there(&mut browser).await;
        browser.get(&back).await;
        assert!(browser.get("/my").await.body.contains("<dd>li</dd>"));
    });
}

#[test]
fn who_is_not_known_is_not_let_in_unless_accounts_may_be_made() {
    with_provider(&[], |app, _| async move {
        app.person("li", &[]).await;
        let mut browser = app.browser();
        let back = there(&mut browser).await;
        let answer = browser.get(&back).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "the login alone is not enough");
        assert!(answer.body.contains("没有与您对应的可用账号"), "{}", answer.body);
    });
    with_provider(&[("directory_create_in_office", "1")], |app, _| async move {
        let mut browser = app.browser();
        let back = there(&mut browser).await;
        let answer = browser.get(&back).await;
        assert_eq!(answer.location(), "/my", "{}", answer.body);
        let page = browser.get("/my").await.body;
        assert!(page.contains("李某") && page.contains("尚无岗位"), "an account without any right");
    });
}

#[test]
fn a_token_that_lies_in_anything_is_not_believed() {
    with_provider(&[("directory_found_by", "login")], |app, provider| async move {
        app.person("li", &[]).await;
        let lies = [
            Lie::Nonce,
            Lie::Signature,
            Lie::Audience,
            Lie::Issuer,
            Lie::Expired,
            Lie::Unsigned,
            Lie::Verifier,
        ];
        for lie in lies {
            *provider.lie.lock().unwrap() = lie;
            let mut browser = app.browser();
            let back = there(&mut browser).await;
            let answer = browser.get(&back).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{lie:?}: {}", answer.body);
            assert_eq!(browser.get("/my").await.status, StatusCode::SEE_OTHER, "{lie:?}");
        }
        *provider.lie.lock().unwrap() = Lie::None;
        let mut browser = app.browser();
        let back = there(&mut browser).await;
        let forged = back.replace("state=", "state=x");
        assert_eq!(browser.get(&forged).await.status, StatusCode::BAD_REQUEST, "another state");
        let mut victim = app.browser();
        victim.get("/sign-in").await;
        let answer = victim.get(&back).await;
        assert_ne!(answer.location(), "/my", "a way back of another browser signs nobody in");
    });
}

#[test]
fn without_a_directory_there_is_no_such_page() {
    on_both(|app| async move {
        assert_eq!(app.browser().get("/sign-in/directory").await.status, StatusCode::NOT_FOUND);
    });
}
