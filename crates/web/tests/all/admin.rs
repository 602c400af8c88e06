//! Administration as people use it: pages asked and forms sent to the whole program in this process, over the demo city,
//! on both databases.

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use axum::http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use mingjing_casework::clock::Fixed;
use mingjing_casework::demo::{City, fill};
use mingjing_casework::keys::Keys;
use mingjing_casework::sign_in::{Guard, Rules};
use mingjing_model::id::JobId;
use mingjing_model::time::Micros;
use mingjing_store::job::{NewJob, schedule};
use mingjing_store::{Db, account, job, migrate};
use mingjing_testkit::databases::{Database, databases};
use mingjing_web::app::App;
use mingjing_web::serve::router;
use mingjing_web::settings::Settings;
use std::collections::BTreeMap;
use std::sync::Arc;
use tempfile::TempDir;
use tower::ServiceExt;

/// 2026-06-30 08:00 in Shanghai.
const NOW: Micros = 1_782_777_600_000_000;

/// The program over a filled city.
struct Town {
    app: Arc<App>,
    password: String,
    _data: TempDir,
    _database: Database,
}

async fn cities() -> Vec<Town> {
    let mut all = Vec::new();
    for database in databases() {
        let data = tempfile::tempdir().unwrap();
        let db = Db::open(&database.address).await.unwrap();
        migrate::migrate(&db).await.unwrap();
        let city = City::load().unwrap();
        let keys = Keys::from_secret([7; 32]);
        assert!(fill(&db, &keys, &city, NOW).await.unwrap());
        assert!(!fill(&db, &keys, &city, NOW).await.unwrap(), "filling again does nothing");
        let flags = [("data", data.path().display().to_string()), ("sign_in_per_minute", "1000".to_owned())];
        let settings = Settings::read(None, Vec::new(), &flags).unwrap();
        let mut app = App::new(db.clone(), keys, Arc::new(Fixed::at(NOW)), settings, true).unwrap();
        // Hashes that cost little: what is tested here is not their cost.
        let mut rules = Rules::embedded();
        (rules.hash.memory_kib, rules.hash.passes) = (64, 1);
        app.guard = Guard::new(rules).unwrap();
        let hash = app.guard.hasher.hash(&city.password).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        for person in account::all(&db).await.unwrap() {
            account::set_password(&mut tx, person.id(), &hash, NOW, false).await.unwrap();
            // The second factor is the sign-in's own test.
            account::set_totp(&mut tx, person.id(), None, None, NOW).await.unwrap();
        }
        tx.commit().await.unwrap();
        all.push(Town { app: Arc::new(app), password: city.password, _data: data, _database: database });
    }
    all
}

/// What was answered.
struct Answer {
    status: StatusCode,
    location: String,
    text: String,
}

/// Somebody's browser.
struct Browser<'a> {
    city: &'a Town,
    cookies: BTreeMap<String, String>,
    csrf: String,
}

impl<'a> Browser<'a> {
    fn new(city: &'a Town) -> Browser<'a> {
        Browser { city, cookies: BTreeMap::new(), csrf: String::new() }
    }

    async fn ask(&mut self, method: Method, path: &str, body: String) -> Answer {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(COOKIE, cookies.join("; "))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body))
            .unwrap();
        let answer = router(Arc::clone(&self.city.app)).oneshot(request).await.unwrap();
        for cookie in answer.headers().get_all(SET_COOKIE) {
            let (name, value) = cookie.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let location = answer.headers().get(LOCATION).map(|value| value.to_str().unwrap().to_owned());
        let status = answer.status();
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((_, rest)) = text.split_once("name=\"csrf\" value=\"") {
            self.csrf = rest.split('"').next().unwrap().to_owned();
        }
        Answer { status, location: location.unwrap_or_default(), text }
    }

    async fn get(&mut self, path: &str) -> Answer {
        self.ask(Method::GET, path, String::new()).await
    }

    async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut all = vec![("csrf", self.csrf.clone())];
        all.extend(fields.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let encode = |text: &str| {
            let safe = |byte: u8| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => (byte as char).to_string(),
                _ => format!("%{byte:02X}"),
            };
            text.bytes().map(safe).collect::<String>()
        };
        let body: Vec<String> = all.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        self.ask(Method::POST, path, body.join("&")).await
    }

    /// A page that must be there.
    async fn page(&mut self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
        assert!(!answer.text.contains("〈?〉"), "{path}: a sentence is missing");
        answer.text
    }

    async fn password(&mut self, login: &str, password: &str) -> Answer {
        self.get("/sign-in").await;
        self.post("/sign-in", &[("login", login), ("password", password), ("next", "/admin")]).await
    }
}

impl Town {
    async fn browser(&self, login: &str) -> Browser<'_> {
        let mut browser = Browser::new(self);
        let answer = browser.password(login, &self.password).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{login}: {}", answer.text);
        browser.get("/my").await;
        browser
    }

    async fn person(&self, login: &str) -> i64 {
        account::by_login(&self.app.db, login).await.unwrap().unwrap().id
    }

    async fn office_of(&self, login: &str) -> String {
        account::by_login(&self.app.db, login).await.unwrap().unwrap().office_id.to_string()
    }
}

/// The value of a hidden field within the part with an anchor.
fn hidden(page: &str, anchor: &str, name: &str) -> String {
    let part =
        page.split(&format!("id=\"{anchor}\"")).nth(1).unwrap_or_else(|| panic!("no part {anchor}: {page}"));
    let value = part.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap();
    value.split('"').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_made_signs_in_gets_a_role_is_disabled_and_that_is_taken_back() {
    for city in cities().await {
        let mut admin = city.browser("admin").await;
        let office = city.office_of("monitor").await;
        admin.page("/admin/people/new").await;
        let fields = [
            ("login", "xinren"),
            ("name", "试甲子"),
            ("office", office.as_str()),
            ("role", "monitoring_officer"),
            ("language", "zh-CN"),
        ];
        let made = admin.post("/admin/people/new", &fields).await;
        assert_eq!(made.status, StatusCode::OK, "{}", made.text);
        let password =
            made.text.split("data-first-password>").nth(1).unwrap().split('<').next().unwrap().to_owned();
        let id = city.person("xinren").await;

        let mut person = Browser::new(&city);
        let answer = person.password("xinren", &password).await;
        assert!(
            answer.location.contains("new-password"),
            "the first password must be changed: {}",
            answer.location
        );
        person.get(&answer.location).await;
        let fresh = "a-mirror-of-the-test-77";
        let changed = person
            .post("/sign-in/new-password", &[("present", &password), ("new", fresh), ("again", fresh)])
            .await;
        assert_eq!(changed.status, StatusCode::SEE_OTHER, "{}", changed.text);
        assert_eq!(person.get("/admin/settings").await.status, StatusCode::FORBIDDEN);

        let page = admin.page(&format!("/admin/people/{id}")).await;
        let since = "2026-06-30";
        let fields = [("role", "field_officer"), ("office", office.as_str()), ("since", since)];
        let granted = admin.post(&format!("/admin/people/{id}/grants"), &fields).await;
        assert_eq!(granted.status, StatusCode::SEE_OTHER, "{}", granted.text);
        let version = hidden(&page, "disable", "version");
        let fields = [("version", version.as_str()), ("reason", "调离")];
        let disabled = admin.post(&format!("/admin/people/{id}/disable"), &fields).await;
        assert_eq!(disabled.status, StatusCode::SEE_OTHER, "{}", disabled.text);
        assert_eq!(
            person.get("/my").await.status,
            StatusCode::SEE_OTHER,
            "sessions of the disabled have ended"
        );

        let page = admin.page(&format!("/admin/people/{id}")).await;
        assert!(page.contains("调离") && page.contains("核查员"), "{page}");
        let undo = page.split("action=\"/changes/").nth(1).unwrap().split('"').next().unwrap();
        let undone =
            admin.post(&format!("/changes/{undo}"), &[("back", &format!("/admin/people/{id}"))]).await;
        assert_eq!(undone.location, format!("/admin/people/{id}"), "{}", undone.text);
        let again = account::by_login(&city.app.db, "xinren").await.unwrap().unwrap();
        assert_eq!(again.disabled_at, None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_typed_is_lost_and_errors_stand_beside_their_fields() {
    for city in cities().await {
        let mut admin = city.browser("admin2").await;
        admin.page("/admin/people/new").await;
        let answer = admin
            .post("/admin/people/new", &[("login", "a b"), ("name", "<b>试</b>"), ("telephone", "电话")])
            .await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            answer.text.contains("value=\"a b\"") && answer.text.contains("value=\"电话\""),
            "{}",
            answer.text
        );
        assert!(!answer.text.contains("<b>试"), "what was typed is never markup");
        assert!(answer.text.contains("invalid-feedback"), "{}", answer.text);
        let office = city.office_of("monitor").await;
        let fields =
            [("login", "monitor"), ("name", "试乙丑"), ("office", office.as_str()), ("language", "zh-CN")];
        let answer = admin.post("/admin/people/new", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "a login that is taken: {}", answer.text);
        assert!(answer.text.contains("value=\"试乙丑\""));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_overtaken_sees_by_whom_and_in_what_and_keeps_what_was_typed() {
    for city in cities().await {
        let (mut one, mut other) = (city.browser("admin").await, city.browser("admin2").await);
        let id = city.person("case").await;
        let path = format!("/admin/people/{id}");
        let (page, _) = (one.page(&path).await, other.page(&path).await);
        let (version, office) = (hidden(&page, "data", "version"), city.office_of("case").await);
        let fields = |telephone: &'static str| [("name", "王辛未"), ("telephone", telephone)];
        let send = |telephone| {
            let mut all = fields(telephone).to_vec();
            all.push(("version", version.as_str()));
            all.push(("office", office.as_str()));
            all
        };
        assert_eq!(other.post(&path, &send("0851-2")).await.status, StatusCode::SEE_OTHER);
        let answer = one.post(&path, &send("0851-1")).await;
        assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.text);
        assert!(answer.text.contains("韩戊寅"), "who: {}", answer.text);
        assert!(
            answer.text.contains("0851-2") && answer.text.contains("value=\"0851-1\""),
            "what: {}",
            answer.text
        );
        let version = hidden(&answer.text, "data", "version");
        let fields = [
            ("name", "王辛未"),
            ("telephone", "0851-1"),
            ("version", version.as_str()),
            ("office", office.as_str()),
        ];
        assert_eq!(
            one.post(&path, &fields).await.status,
            StatusCode::SEE_OTHER,
            "saving again is a decision"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_without_anyone_is_shown_as_a_fault_until_somebody_holds_it() {
    for city in cities().await {
        let mut coordinator = city.browser("coordinator").await;
        assert!(coordinator.page("/admin").await.contains("乌当区市场监督管理局：“线索现场核查”无人负责"));
        let list = coordinator.page("/admin/duty?state=gap").await;
        let id = list
            .split("href=\"/admin/duty/")
            .filter_map(|part| part.split('"').next()?.parse::<i64>().ok())
            .next()
            .unwrap();
        let path = format!("/admin/duty/{id}");
        assert!(coordinator.page(&path).await.contains("无人负责"));
        let stranger = city.person("monitor").await.to_string();
        let holder = city.person("wudang-field").await.to_string();
        let fields = |who: &str| [("account", who.to_owned()), ("since", "2026-06-30".to_owned())];
        let sent = fields(&stranger);
        let sent: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = coordinator.post(&format!("{path}/holders"), &sent).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "only people of the office");
        let sent = fields(&holder);
        let sent: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = coordinator.post(&format!("{path}/holders"), &sent).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        assert!(!coordinator.page("/admin").await.contains("“线索现场核查”无人负责"));
        // Somebody of another agency may look but not change.
        let mut other = city.browser("tax").await;
        other.page(&path).await;
        assert_eq!(other.post(&format!("{path}/holders"), &sent).await.status, StatusCode::FORBIDDEN);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_office_closes_only_when_nobody_belongs_to_it_and_opens_again() {
    for city in cities().await {
        let mut admin = city.browser("admin").await;
        let full = city.office_of("monitor").await;
        let page = admin.page(&format!("/admin/offices/{full}")).await;
        assert!(page.contains("周戊辰") && page.contains("disabled>"), "the button says why not: {page}");
        let answer = admin.post(&format!("/admin/offices/{full}/close"), &[("version", "1")]).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text);
        let offices = mingjing_store::office::offices(&city.app.db).await.unwrap();
        let empty = offices.iter().find(|one| one.agency == "tax" && one.division == "520122").unwrap().id;
        let path = format!("/admin/offices/{empty}");
        assert_eq!(
            admin.post(&format!("{path}/close"), &[("version", "1")]).await.status,
            StatusCode::SEE_OTHER
        );
        assert!(admin.page(&path).await.contains("已撤销"));
        assert_eq!(
            admin.post(&format!("{path}/reopen"), &[("version", "2")]).await.status,
            StatusCode::SEE_OTHER
        );
        let renamed = admin.post(&path, &[("version", "3"), ("name", "息烽县税务局（试）")]).await;
        assert_eq!(renamed.status, StatusCode::SEE_OTHER, "{}", renamed.text);
        assert!(admin.page(&path).await.contains("息烽县税务局（试）"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn registers_grow_and_their_names_change_with_a_way_back() {
    for city in cities().await {
        let mut admin = city.browser("admin").await;
        admin.page("/admin/divisions/new").await;
        let answer = admin.post("/admin/divisions/new", &[("code", "52010"), ("name", "试")]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "five digits are no division");
        let answer = admin.post("/admin/divisions/new", &[("code", "520102999"), ("name", "试街道")]).await;
        assert_eq!(answer.location, "/admin/divisions/520102999", "{}", answer.text);
        admin.page("/admin/divisions/520102").await;
        let agencies = admin.page("/admin/agencies").await;
        let id = agencies
            .split("href=\"/admin/agencies/")
            .filter_map(|part| part.split('"').next()?.parse::<i64>().ok())
            .next()
            .unwrap();
        let path = format!("/admin/agencies/{id}");
        let page = admin.page(&path).await;
        let version = hidden(&page, "data", "version");
        let fields = [("version", version.as_str()), ("name", "新名"), ("short_name", "新")];
        assert_eq!(admin.post(&path, &fields).await.status, StatusCode::SEE_OTHER);
        let page = admin.page(&path).await;
        let undo = page.split("action=\"/changes/").nth(1).unwrap().split('"').next().unwrap().to_owned();
        admin.post(&format!("/changes/{undo}"), &[("back", &path)]).await;
        assert!(admin.page(&path).await.contains("打击传销"), "the old name is back");
        let mut other = city.browser("admin2").await;
        other.page(&path).await;
        assert_eq!(
            other.post(&path, &fields).await.status,
            StatusCode::FORBIDDEN,
            "agencies are the steering agency's"
        );
    }
}

async fn put_job(city: &Town, login: &str) -> JobId {
    let owner = account::by_login(&city.app.db, login).await.unwrap().unwrap();
    let mut tx = city.app.db.begin().await.unwrap();
    let new = NewJob {
        kind: "test",
        title: "试任务".to_owned(),
        input: serde_json::json!({}),
        idempotency_key: None,
        account: Some(owner.id()),
        office: Some(owner.office()),
        division: Some(owner.division.clone()),
        subject: None,
        not_before: NOW,
    };
    let id = job::enqueue(&mut tx, &new, NOW).await.unwrap();
    tx.commit().await.unwrap();
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_are_watched_stopped_and_run_again_by_those_who_may() {
    for city in cities().await {
        let id = put_job(&city, "case").await;
        let path = format!("/jobs/{id}");
        let mut owner = city.browser("case").await;
        assert!(owner.page(&path).await.contains("data-job"));
        let state: serde_json::Value =
            serde_json::from_str(&owner.page(&format!("{path}/state")).await).unwrap();
        assert_eq!(state["state"], "waiting");
        let mut stranger = city.browser("nanming-field").await;
        assert_eq!(stranger.get(&path).await.status, StatusCode::NOT_FOUND, "another's job does not exist");
        assert_eq!(stranger.post(&format!("{path}/cancel"), &[]).await.status, StatusCode::NOT_FOUND);
        assert_eq!(owner.post(&format!("{path}/cancel"), &[]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(
            owner.post(&format!("{path}/cancel"), &[]).await.status,
            StatusCode::BAD_REQUEST,
            "it is over"
        );
        let mut admin = city.browser("admin").await;
        admin.page(&path).await;
        assert_eq!(admin.post(&format!("{path}/retry"), &[]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(job::read(&city.app.db, id).await.unwrap().state, job::State::Waiting);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn schedules_rest_and_the_announcement_is_changed_by_one_at_a_time() {
    for city in cities().await {
        schedule::put(&city.app.db, "backup", "backup", 86_400, NOW).await.unwrap();
        let mut admin = city.browser("admin").await;
        assert!(admin.page("/admin/schedules").await.contains("每 1 天"));
        let paused = admin.post("/admin/schedules/backup/pause", &[]).await;
        assert_eq!(paused.status, StatusCode::SEE_OTHER, "{}", paused.text);
        assert!(schedule::all(&city.app.db).await.unwrap()[0].is_paused);
        assert_eq!(admin.post("/admin/schedules/none/pause", &[]).await.status, StatusCode::NOT_FOUND);
        admin.page("/admin/settings").await;
        let saved = admin.post("/admin/settings", &[("version", "0"), ("announcement", "今晚维护")]).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
        assert!(admin.page("/admin/people/new").await.contains("今晚维护"));
        let late = admin.post("/admin/settings", &[("version", "0"), ("announcement", "明晚维护")]).await;
        assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.text);
        assert!(late.text.contains("今晚维护") && late.text.contains("明晚维护"));
        let mut other = city.browser("admin2").await;
        assert_eq!(
            other.get("/admin/settings").await.status,
            StatusCode::FORBIDDEN,
            "settings are the city's"
        );
        assert_eq!(other.get("/admin/system").await.status, StatusCode::FORBIDDEN);
        assert!(admin.page("/admin/system").await.contains("密钥文件指纹"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_sees_what_they_may_and_strangers_see_nothing() {
    let paths = [
        "/admin",
        "/admin/people",
        "/admin/people/new",
        "/admin/offices",
        "/admin/offices/new",
        "/admin/agencies",
        "/admin/divisions",
        "/admin/divisions/new",
        "/admin/roles",
        "/admin/duty",
        "/admin/duty/new",
        "/admin/schedules",
        "/admin/settings",
        "/admin/system",
    ];
    for city in cities().await {
        let mut stranger = Browser::new(&city);
        let mut reporter = city.browser("huaguoyuan").await;
        let mut admin = city.browser("admin").await;
        let hidden = ["/admin/duty/new"];
        for path in paths {
            let answer = stranger.get(path).await;
            assert!(
                answer.status == StatusCode::SEE_OTHER && answer.location.starts_with("/sign-in"),
                "{path}"
            );
            let expected = if hidden.contains(&path) { StatusCode::FORBIDDEN } else { StatusCode::OK };
            assert_eq!(admin.get(path).await.status, expected, "{path}");
            let open = ["/admin", "/admin/people", "/admin/offices", "/admin/divisions", "/admin/roles"];
            if !open.contains(&path) {
                assert_eq!(reporter.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
            }
        }
        let page = reporter.page("/admin/people").await;
        assert!(page.contains("马乙卯") && !page.contains("周戊辰"), "a reporter sees nobody but oneself");
        let colleague = city.person("monitor").await;
        assert_eq!(reporter.get(&format!("/admin/people/{colleague}")).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_markup_is_shown_as_it_was_typed() {
    for city in cities().await {
        let mut admin = city.browser("admin").await;
        let id = city.person("case").await;
        let path = format!("/admin/people/{id}");
        let page = admin.page(&path).await;
        let (version, office) = (hidden(&page, "data", "version"), city.office_of("case").await);
        let name = "<script>alert(1)</script>'\"&";
        let fields = [("name", name), ("office", office.as_str()), ("version", version.as_str())];
        assert_eq!(admin.post(&path, &fields).await.status, StatusCode::SEE_OTHER);
        for path in [path.as_str(), "/admin/people", &format!("/admin/offices/{office}"), "/admin"] {
            let page = admin.page(path).await;
            assert!(!page.contains("<script>alert"), "{path}");
        }
    }
}
