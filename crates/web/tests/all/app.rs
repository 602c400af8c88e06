//! The whole web in process, on a fresh database, with a browser that keeps cookies.

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::header::{CONTENT_TYPE, COOKIE, HOST, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use mingjing_casework::clock::{Clock, Fixed};
use mingjing_casework::keys::Keys;
use mingjing_casework::people::{By, First, first_administrator};
use mingjing_casework::permission::{Gate, Role};
use mingjing_casework::sign_in::Guard;
use mingjing_model::id::{AccountId, OfficeId};
use mingjing_model::time::Micros;
use mingjing_store::Db;
use mingjing_store::account::{self, NewAccount, NewGrant};
use mingjing_testkit::databases::{Database, databases};
use mingjing_web::app::App;
use mingjing_web::serve::router;
use mingjing_web::settings::Settings;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use tower::ServiceExt;

/// 2026-03-02 09:00 in Shanghai.
pub const MORNING: Micros = 1_772_413_200_000_000;
/// Of everybody in the tests; good enough for the rules.
pub const PASSWORD: &str = "correct horse battery";

/// One installation.
pub struct TestApp {
    pub app: Arc<App>,
    pub router: Router,
    pub clock: Arc<Fixed>,
    pub office: OfficeId,
    _database: Database,
    _data: tempfile::TempDir,
}

/// Runs a story on both databases, one after the other.
pub fn on_both<F: Future<Output = ()>>(story: impl Fn(TestApp) -> F) {
    with_settings(&[], story);
}

/// The same with settings.
pub fn with_settings<F: Future<Output = ()>>(flags: &[(&str, String)], story: impl Fn(TestApp) -> F) {
    for database in databases() {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        println!("on {}", database.name);
        let app = runtime.block_on(TestApp::new(database, flags));
        runtime.block_on(story(app));
    }
}

/// One hash serves everybody: computing it is meant to be slow.
fn hash() -> String {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| {
        let hash = async { Guard::load().unwrap().hasher.hash(PASSWORD).await.unwrap() };
        std::thread::spawn(|| tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(hash))
            .join()
            .unwrap()
    })
    .clone()
}

impl TestApp {
    pub async fn new(database: Database, flags: &[(&str, String)]) -> TestApp {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let data = tempfile::tempdir().unwrap();
        let mut all = vec![
            ("data", data.path().display().to_string()),
            ("database", database.address.clone()),
            ("sign_in_per_minute", "1000".to_owned()),
        ];
        all.extend(flags.iter().cloned());
        let settings = Settings::read(None, Vec::new(), &all).unwrap();
        let db = Db::open(&settings.database).await.unwrap();
        mingjing_store::migrate::migrate(&db).await.unwrap();
        let clock = Arc::new(Fixed::at(MORNING));
        let office = ground(&db).await;
        let shared: Arc<dyn Clock> = Arc::clone(&clock) as _;
        let app = Arc::new(App::new(db, Keys::from_secret([7; 32]), shared, settings, false).unwrap());
        let router = router(Arc::clone(&app));
        TestApp { router, app, clock, office, _database: database, _data: data }
    }

    /// Somebody with roles in the city's steering office, who has chosen their password.
    pub async fn person(&self, login: &str, roles: &[Role]) -> AccountId {
        self.person_in(login, roles, self.office).await
    }

    pub async fn person_in(&self, login: &str, roles: &[Role], office: OfficeId) -> AccountId {
        let new = NewAccount {
            login: login.to_owned(),
            name: format!("{login} 甲"),
            office,
            telephone: None,
            language: "zh-CN".to_owned(),
            password_hash: None,
        };
        let mut tx = self.app.db.begin().await.unwrap();
        let id = account::insert(&mut tx, &new, MORNING).await.unwrap();
        account::set_password(&mut tx, id, &hash(), MORNING, false).await.unwrap();
        for role in roles {
            let grant = NewGrant {
                account: id,
                role: role.word().to_owned(),
                office,
                since_day: "2026-01-01".to_owned(),
                until_day: None,
            };
            account::insert_grant(&mut tx, &grant, None, MORNING).await.unwrap();
        }
        tx.commit().await.unwrap();
        id
    }

    pub fn browser(&self) -> Browser {
        Browser { router: self.router.clone(), cookies: BTreeMap::new(), csrf: String::new(), bearer: None }
    }

    /// A browser in which somebody is signed in.
    pub async fn signed_in(&self, login: &str) -> Browser {
        let mut browser = self.browser();
        let answer = browser.sign_in(login, PASSWORD).await;
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/"), "{}", answer.body);
        browser.get("/my").await;
        browser
    }

    /// Actions of the audit log about everything, the oldest first.
    pub async fn deeds(&self) -> Vec<String> {
        use mingjing_store::list::{Ask, Condition, Sort};
        let ask = Ask {
            source: &mingjing_web::audit::SOURCE,
            scope: Condition::everything(),
            filters: Vec::new(),
            sort: Sort { key: "id".to_owned(), is_descending: false },
            cursor: None,
            size: 1000,
        };
        let at =
            mingjing_web::audit::SOURCE.columns.iter().position(|column| column.key == "action").unwrap();
        let page = mingjing_store::list::page(&self.app.db, &ask).await.unwrap();
        page.rows.iter().map(|row| row[at].text().unwrap().to_owned()).collect()
    }
}

/// Divisions, agencies, the city's office and an administrator nobody signs in as.
async fn ground(db: &Db) -> OfficeId {
    let (gate, guard) = (Gate::load().unwrap(), Guard::load().unwrap());
    let first = First {
        login: "root".to_owned(),
        name: "首任".to_owned(),
        password: "a long first password".to_owned(),
        city: "5201".to_owned(),
        city_name: Some("贵阳市".to_owned()),
    };
    let by = By::command_line(MORNING);
    let root = first_administrator(db, &gate, &guard, &by, &first).await.unwrap();
    account::find(db, root).await.unwrap().unwrap().office()
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn location(&self) -> &str {
        self.headers.get(LOCATION).map_or("", |value| value.to_str().unwrap())
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.body))
    }

    /// The value of a hidden field.
    pub fn field(&self, name: &str) -> Option<String> {
        let (_, rest) = self.body.split_once(&format!("name=\"{name}\" value=\""))?;
        Some(rest.split_once('"')?.0.to_owned())
    }
}

/// Keeps cookies and the CSRF token of the last page.
#[derive(Clone)]
pub struct Browser {
    router: Router,
    pub cookies: BTreeMap<String, String>,
    pub csrf: String,
    pub bearer: Option<String>,
}

impl Browser {
    pub async fn send(&mut self, mut request: Request<Body>) -> Answer {
        let headers = request.headers_mut();
        headers.entry(HOST).or_insert("here.example".parse().unwrap());
        if !self.cookies.is_empty() {
            let all: Vec<String> =
                self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            headers.insert(COOKIE, all.join("; ").parse().unwrap());
        }
        if let Some(bearer) = &self.bearer {
            headers.insert("authorization", format!("Bearer {bearer}").parse().unwrap());
        }
        let peer: SocketAddr = "127.0.0.1:4000".parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(peer));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let (pair, rest) = cookie.split_once(';').unwrap_or((cookie, ""));
            let (name, value) = pair.split_once('=').unwrap();
            match rest.contains("Max-Age=0") || value.is_empty() {
                true => self.cookies.remove(name),
                false => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
        let bytes = body.collect().await.unwrap().to_bytes();
        let answer = Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8_lossy(&bytes).into_owned(),
        };
        if let Some(token) = answer.field("csrf") {
            self.csrf = token;
        }
        answer
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// Sends a form with the token of the last page.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.csrf.clone();
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend_from_slice(fields);
        self.post_bare(path, &all).await
    }

    pub async fn post_bare(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = serde_urlencoded::to_string(fields).unwrap();
        let request = Request::post(path).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    pub async fn call(&mut self, method: Method, path: &str, json: Option<serde_json::Value>) -> Answer {
        let request = Request::builder().method(method).uri(path).header(CONTENT_TYPE, "application/json");
        let body = json.map_or_else(Body::empty, |json| Body::from(json.to_string()));
        self.send(request.body(body).unwrap()).await
    }

    pub async fn sign_in(&mut self, login: &str, password: &str) -> Answer {
        self.get("/sign-in").await;
        self.post("/sign-in", &[("login", login), ("password", password)]).await
    }

    /// The session's cookie.
    pub fn session(&self) -> Option<&str> {
        self.cookies.get("mingjing").map(String::as_str)
    }
}
