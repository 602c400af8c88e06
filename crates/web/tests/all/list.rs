//! Lists as people use them: scope, addresses, saved searches, many rows at once, export; search and notices.

use super::app::{Browser, MORNING, TestApp, on_both};
use axum::http::StatusCode;
use mingjing_casework::job::Runner;
use mingjing_casework::permission::Role;
use mingjing_model::id::{AccountId, JobId};
use mingjing_store::job::{self, NewJob, State};
use mingjing_store::list::{Ask, Condition, Filter, Sort};
use mingjing_store::notice::{self, NewNotice};
use std::sync::Arc;
use std::time::Duration;

/// Something a browser must never run.
const MARKUP: &str = "<script>alert(1)</script>";

async fn put(app: &TestApp, account: AccountId, title: &str) -> JobId {
    let new = NewJob {
        kind: "nothing",
        title: title.to_owned(),
        input: serde_json::json!({}),
        idempotency_key: None,
        account: Some(account),
        office: Some(app.office),
        division: Some("5201".to_owned()),
        subject: None,
        not_before: MORNING,
    };
    let mut tx = app.app.db.begin().await.unwrap();
    let id = job::enqueue(&mut tx, &new, MORNING).await.unwrap();
    tx.commit().await.unwrap();
    id
}

/// Runs the jobs of lists until this one is over.
async fn work(app: &TestApp, path: &str) -> job::Job {
    let id = JobId(path.rsplit('/').next().unwrap().parse().unwrap());
    let clock = Arc::clone(&app.app.clock);
    let runner = Runner::new(app.app.db.clone(), clock, mingjing_web::list::works(&app.app));
    let (db, over) = (app.app.db.clone(), async {
        for _ in 0..600 {
            let found = job::read(&app.app.db, id).await.unwrap();
            if found.state.is_over() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the job does not end");
    });
    runner.run(over).await;
    job::read(&db, id).await.unwrap()
}

async fn page(browser: &mut Browser, path: &str) -> String {
    let answer = browser.get(path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
    answer.body
}

#[test]
fn a_list_shows_what_one_may_see_and_every_state_is_an_address() {
    on_both(|app| async move {
        let wang = app.person("wang", &[Role::MonitoringOfficer]).await;
        let li = app.person("li", &[Role::MonitoringOfficer]).await;
        put(&app, wang, "甲的分析").await;
        put(&app, li, "乙的分析").await;
        put(&app, wang, MARKUP).await;
        let mut browser = app.signed_in("wang").await;
        let all = page(&mut browser, "/jobs").await;
        assert!(all.contains("甲的分析") && !all.contains("乙的分析"), "only one's own");
        assert!(!all.contains(MARKUP) && all.contains("&#60;script"), "markup is a text: {all}");
        assert!(page(&mut browser, "/jobs?q=%E7%94%B2").await.contains("甲的分析"));
        assert!(!page(&mut browser, "/jobs?state=failed").await.contains("甲的分析"));
        for strange in [
            "/jobs?sort=-title;drop&q=%27%22%5C%25_%00&state=x%27%20or%201=1&created_at_from=%27",
            "/jobs?after=n1~n1&sort=title",
            "/jobs?after=t00~tzz",
            "/jobs?after=t00~n1&sort=title",
            "/jobs?before=z~n5&sort=finished_at",
            "/jobs?cols=title&cols=nothing&cols=%3Cscript%3E",
            "/jobs?q=%FF%FE",
        ] {
            assert!(!page(&mut browser, strange).await.contains("〈?〉"), "{strange}");
        }
        let wrong = page(&mut browser, "/jobs?created_at_from=%E4%B8%8A%E5%91%A8").await;
        assert!(wrong.contains("value=\"上周\"") && wrong.contains("is-invalid"), "what was typed stays");
    });
}

#[test]
fn a_search_can_be_kept_and_shared_and_thrown_away() {
    on_both(|app| async move {
        app.person("wang", &[Role::MonitoringOfficer]).await;
        app.person("li", &[Role::MonitoringOfficer]).await;
        let mut browser = app.signed_in("wang").await;
        let fields = [("name", "失败的"), ("query", "state=failed&unknown=1"), ("is_shared", "1")];
        let answer = browser.post("/lists/jobs/searches", &fields).await;
        assert_eq!(answer.location(), "/jobs?state=failed", "{}", answer.body);
        let said = page(&mut browser, "/jobs?state=failed").await;
        assert!(said.contains("已保存搜索") && said.contains("失败的"));
        assert!(!page(&mut browser, "/jobs").await.contains("已保存搜索"), "it is said once");
        let mut other = app.signed_in("li").await;
        assert!(page(&mut other, "/jobs").await.contains("失败的"), "shared with the office");
        let answer = other.post("/lists/jobs/searches/1/delete", &[("version", "1")]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "only the owner throws it away");
        let answer =
            browser.post("/lists/jobs/searches/1/delete", &[("version", "1"), ("back", "//evil")]).await;
        assert_eq!(answer.location(), "/jobs");
        assert!(!page(&mut other, "/jobs").await.contains("失败的"));
        let answer = browser.post("/lists/jobs/searches", &[("name", " "), ("query", "")]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(browser.post("/lists/nothing/searches", &fields).await.status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn many_rows_are_seen_before_and_each_says_what_became_of_it() {
    on_both(|app| async move {
        let wang = app.person("wang", &[Role::MonitoringOfficer]).await;
        let li = app.person("li", &[Role::MonitoringOfficer]).await;
        let mine = [put(&app, wang, "甲一").await, put(&app, wang, "甲二").await];
        let his = put(&app, li, "乙一").await;
        let mut browser = app.signed_in("wang").await;
        page(&mut browser, "/jobs").await;
        let picks: Vec<String> = [mine[0], his].iter().map(|id| id.0.to_string()).collect();
        let fields = [("deed", "cancel"), ("pick", picks[0].as_str()), ("pick", picks[1].as_str())];
        let preview = browser.post("/lists/jobs/bulk", &fields).await;
        assert_eq!(preview.status, StatusCode::OK);
        assert!(preview.body.contains("将处理 1 条"), "another's does not count: {}", preview.body);
        assert_eq!(
            job::read(&app.app.db, mine[0]).await.unwrap().state,
            State::Waiting,
            "nothing is done yet"
        );
        let begun = browser.post("/lists/jobs/bulk/do", &[("deed", "cancel"), ("all", "1")]).await;
        let done = work(&app, begun.location()).await;
        assert_eq!(done.state, State::Done, "it is among the jobs and does not stop itself: {done:?}");
        for id in mine {
            assert_eq!(job::read(&app.app.db, id).await.unwrap().state, State::Cancelled);
        }
        assert_eq!(job::read(&app.app.db, his).await.unwrap().state, State::Waiting, "another's stays");
        let report = page(&mut browser, begun.location()).await;
        assert!(report.contains("甲一") && report.contains("甲二") && !report.contains("乙一"));
        let mut other = app.signed_in("li").await;
        assert_eq!(other.get(begun.location()).await.status, StatusCode::NOT_FOUND);
        let none = browser.post("/lists/jobs/bulk", &[("deed", "cancel")]).await;
        assert_eq!(none.status, StatusCode::BAD_REQUEST);
        let unknown = browser.post("/lists/jobs/bulk", &[("deed", "burn"), ("all", "1")]).await;
        assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn an_export_is_written_in_the_background_for_who_asked() {
    on_both(|app| async move {
        let wang = app.person("wang", &[Role::MonitoringOfficer]).await;
        let li = app.person("li", &[Role::MonitoringOfficer]).await;
        put(&app, wang, "=1+1").await;
        put(&app, li, "乙的").await;
        let mut browser = app.signed_in("wang").await;
        page(&mut browser, "/jobs").await;
        let begun = browser.post("/lists/jobs/export", &[("state", "waiting"), ("sort", "title")]).await;
        assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.body);
        let path = begun.location().to_owned();
        let file = format!("{path}/file");
        assert_eq!(browser.get(&file).await.status, StatusCode::NOT_FOUND, "not yet");
        let done = work(&app, &path).await;
        let result = done.result.unwrap();
        assert_eq!(
            (done.state, result["rows"].as_i64()),
            (State::Done, Some(1)),
            "the export itself runs by then"
        );
        let shown = page(&mut browser, &path).await;
        assert!(shown.contains(result["sha256"].as_str().unwrap()) && shown.contains(&file));
        let answer = browser.get(&file).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
        let mut other = app.signed_in("li").await;
        assert_eq!(other.get(&path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(other.get(&file).await.status, StatusCode::NOT_FOUND);
        let deeds = app.deeds().await;
        assert_eq!(deeds.iter().filter(|deed| ["export", "download"].contains(&deed.as_str())).count(), 2);
    });
}

#[test]
fn a_search_finds_what_one_may_see_and_leaves_no_word_in_the_log() {
    on_both(|app| async move {
        let wang = app.person("wang", &[Role::MonitoringOfficer]).await;
        let li = app.person("li", &[Role::MonitoringOfficer]).await;
        let mine = put(&app, wang, "槐花样本").await;
        put(&app, li, "槐花另案").await;
        let mut browser = app.signed_in("wang").await;
        let found = page(&mut browser, "/search?q=%E6%A7%90%E8%8A%B1").await;
        assert!(found.contains("槐花样本") && !found.contains("槐花另案"));
        let numbered = page(&mut browser, &format!("/search?q={}", mine.0)).await;
        assert!(numbered.contains("槐花样本"), "a number is found as a number");
        let nothing = page(&mut browser, "/search?q=%3Cscript%3Ealert(1)%3C/script%3E").await;
        assert!(!nothing.contains(MARKUP));
        assert_eq!(app.deeds().await.iter().filter(|deed| *deed == "search").count(), 3);
        let kept = Ask {
            source: &mingjing_web::audit::SOURCE,
            scope: Condition::everything(),
            filters: vec![Filter::Contains(vec!["detail".to_owned()], "槐花".to_owned())],
            sort: Sort { key: "id".to_owned(), is_descending: false },
            cursor: None,
            size: 10,
        };
        let kept = mingjing_store::list::page(&app.app.db, &kept).await.unwrap();
        assert!(kept.rows.is_empty(), "what was typed may be a name: {:?}", kept.rows);
    });
}

#[test]
fn a_notice_is_opened_once_and_leads_only_to_pages_of_ours() {
    on_both(|app| async move {
        let wang = app.person("wang", &[]).await;
        app.person("li", &[]).await;
        let mut tx = app.app.db.begin().await.unwrap();
        for (href, due) in [("/help", Some("2026-03-01")), ("//evil.example", None)] {
            let new = NewNotice {
                account: wang,
                text_key: "notice.deleted".to_owned(),
                arguments: serde_json::json!({}),
                href: href.to_owned(),
                due_day: due.map(str::to_owned),
            };
            notice::create(&mut tx, &new, MORNING).await.unwrap();
        }
        tx.commit().await.unwrap();
        let mut browser = app.signed_in("wang").await;
        let desk = page(&mut browser, "/").await;
        assert!(desk.contains("逾期 1 天") && desk.contains("count-due\">2"), "{desk}");
        let mut other = app.signed_in("li").await;
        assert_eq!(other.get("/notices/1").await.status, StatusCode::NOT_FOUND);
        assert_eq!(browser.get("/notices/1").await.location(), "/help");
        assert_eq!(browser.get("/notices/2").await.location(), "/notices", "no way to another host");
        assert!(!page(&mut browser, "/notices").await.contains("count-due"));
        assert_eq!(other.post("/notices/1/delete", &[]).await.status, StatusCode::NOT_FOUND);
        assert_eq!(browser.post("/notices/1/delete", &[]).await.location(), "/notices");
    });
}

#[test]
fn language_and_appearance_are_kept_in_the_account() {
    on_both(|app| async move {
        app.person("wang", &[]).await;
        let mut browser = app.signed_in("wang").await;
        assert!(page(&mut browser, "/").await.contains("data-theme=\"auto\""));
        let answer = browser.post("/look", &[("theme", "dark"), ("back", "/help?x=1")]).await;
        assert_eq!(answer.location(), "/help?x=1");
        browser.post("/look", &[("language", "en"), ("back", "https://evil.example/")]).await;
        let later = page(&mut app.signed_in("wang").await, "/").await;
        assert!(later.contains("data-theme=\"dark\"") && later.contains("<html lang=\"en\""));
        let answer = browser.post("/look", &[("theme", "neon")]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    });
}

#[test]
fn every_page_of_help_is_there_in_both_languages() {
    on_both(|app| async move {
        app.person("wang", &[]).await;
        let mut browser = app.signed_in("wang").await;
        for language in ["zh-CN", "en"] {
            browser.post("/look", &[("language", language)]).await;
            let index = page(&mut browser, "/help").await;
            let links: Vec<&str> =
                index.split("href=\"/help/").skip(1).filter_map(|part| part.split('"').next()).collect();
            assert!(links.len() >= 15, "{links:?}");
            for link in links {
                let text = page(&mut browser, &format!("/help/{link}")).await;
                assert!(!text.contains("〈?〉"), "{link}");
            }
            for name in ["desk", "list-jobs", "notice", "search", "help"] {
                let text = page(&mut browser, &format!("/help/page/{name}")).await;
                assert!(!text.contains("〈?〉"), "{name}");
            }
        }
        assert_eq!(browser.get("/help/page/nothing-here").await.status, StatusCode::NOT_FOUND);
        assert_eq!(
            browser.get("/look").await.status,
            StatusCode::NOT_FOUND,
            "components are shown in the demo only"
        );
    });
}
