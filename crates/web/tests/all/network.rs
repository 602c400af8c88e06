//! A network analysis from its grounds to the rows behind a figure, through the pages, on both databases. The program
//! that counts is the one cargo builds beside these tests (`cargo build -p mingjing`).

use crate::all::app::{Answer, Browser, TestApp, on_both};
use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Request, StatusCode};
use mingjing_casework::analysis::{House, Program, works};
use mingjing_casework::job::{Pace, Runner};
use mingjing_casework::permission::Role;
use std::path::PathBuf;
use std::time::Duration;

/// The program, built beside the tests.
fn program() -> Program {
    let own = std::env::current_exe().unwrap();
    let path = own.parent().and_then(|deps| deps.parent()).unwrap().join("mingjing");
    assert!(path.is_file(), "{}: build it first: cargo build -p mingjing", path.display());
    Program { path, threads: Some(2) }
}

fn house(app: &TestApp) -> House {
    House::new(&app.app.data)
}

/// Runs jobs until the address tells a state that is over.
async fn run_until_over(app: &TestApp, browser: &mut Browser, state: &str) -> String {
    let ms = Duration::from_millis;
    let pace = Pace { poll: ms(20), beat: ms(50), stopped: ms(60_000), grace: ms(8_000), backoff: ms(50) };
    let runner = Runner::new(app.app.db.clone(), app.app.clock.clone(), works(&house(app), &program()))
        .with_pace(pace);
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = tokio::spawn(runner.run(async { drop(stopped.await) }));
    let mut over = String::new();
    for _ in 0..3_000 {
        over = browser.get(state).await.json()["state"].as_str().unwrap().to_owned();
        if over != "waiting" && over != "running" {
            break;
        }
        tokio::time::sleep(ms(20)).await;
    }
    drop(stop);
    running.await.unwrap();
    over
}

/// Uploads one file as a browser does.
async fn upload(browser: &mut Browser, id: &str, table: &str, name: &str, bytes: &[u8]) -> Answer {
    let mut body = Vec::new();
    for (field, value) in [("csrf", browser.csrf.as_str()), ("table", table)] {
        body.extend(
            format!("--b\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n").as_bytes(),
        );
    }
    let head = format!("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
    body.extend(head.as_bytes());
    body.extend(bytes);
    body.extend(b"\r\n--b--\r\n");
    let request = Request::post(format!("/analyses/{id}/files"))
        .header(CONTENT_TYPE, "multipart/form-data; boundary=b")
        .body(Body::from(body))
        .unwrap();
    browser.send(request).await
}

const CASE: [(&str, &str); 7] = [
    ("name", "某平台会员案"),
    ("kind", "case"),
    ("case_no", "筑公（经）立字〔2026〕1号"),
    ("basis", "刑法第二百二十四条之一"),
    ("purpose", "查明人数与层级"),
    ("approver", "王某 支队长"),
    ("retain_until", "2026-12-31"),
];

/// A draft; gives its number.
async fn created(browser: &mut Browser) -> String {
    browser.get("/analyses/new").await;
    let answer = browser.post("/analyses/new", &CASE).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    answer.location().split('/').nth(2).unwrap().to_owned()
}

/// One root with `n` below it in three levels, each with an identity number and a phone.
fn members(n: usize) -> String {
    let mut text = "会员编号,推荐人,身份证号,姓名,手机,注册时间\n".to_owned();
    for i in 0..n {
        let above = if i == 0 { String::new() } else { format!("M{:04}", (i - 1) / 4) };
        text += &format!(
            "M{i:04},{above},5201151990{:02}01{:04},张{i},138{i:08},2020-01-{:02} 10:00:00\n",
            i % 12 + 1,
            i,
            i % 28 + 1
        );
    }
    text
}

fn ledger(n: usize) -> String {
    let rows = (0..n).map(|i| format!("M{i:04},入会费,{}.00,2020-02-01,S{i}\n", 1000 + i));
    "会员编号,类型,金额,时间,流水号\n".to_owned() + &rows.collect::<String>()
}

/// The mapping page's form as a browser would send it back.
fn confirmed(page: &Answer, deed: &str) -> Vec<(String, String)> {
    let mut sent = vec![("do".to_owned(), deed.to_owned()), ("policy".to_owned(), "main".to_owned())];
    sent.push(("timezone".to_owned(), "Asia/Shanghai".to_owned()));
    for piece in page.body.split("<input type=\"hidden\" name=\"").skip(1) {
        let (name, rest) = piece.split_once('"').unwrap();
        let value = rest.split_once("value=\"").unwrap().1.split_once('"').unwrap().0;
        sent.push((name.to_owned(), value.to_owned()));
    }
    for piece in page.body.split("<select ").skip(1) {
        let Some((_, rest)) = piece.split_once("name=\"") else { continue };
        let (name, rest) = rest.split_once('"').unwrap();
        let options = rest.split_once("</select>").unwrap().0;
        let chosen = options.split("<option ").find(|option| option.contains(" selected"));
        let value =
            chosen.and_then(|o| Some(o.split_once("value=\"")?.1.split_once('"')?.0)).unwrap_or_default();
        if name.starts_with("f.") || name.starts_with("c.") {
            sent.push((name.to_owned(), value.to_owned()));
        }
    }
    sent.retain(|(name, _)| name != "csrf");
    sent
}

async fn start(browser: &mut Browser, id: &str) -> Answer {
    let page = browser.get(&format!("/analyses/{id}/mapping")).await;
    let sent = confirmed(&page, "start");
    let sent: Vec<(&str, &str)> = sent.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    browser.post(&format!("/analyses/{id}/mapping"), &sent).await
}

#[test]
fn an_officer_goes_from_the_grounds_to_the_rows_behind_a_figure() {
    on_both(|app| async move {
        app.person("ban", &[Role::CaseOfficer]).await;
        let mut ban = app.signed_in("ban").await;
        assert!(ban.get("/analyses").await.body.contains("还没有网络分析"), "an empty list teaches");
        ban.get("/analyses/new").await;
        let half = ban.post("/analyses/new", &CASE[..3]).await;
        assert_eq!(half.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            half.body.contains("此项必填") && half.body.contains("某平台会员案"),
            "nothing typed is lost"
        );

        let id = created(&mut ban).await;
        ban.get(&format!("/analyses/{id}/files")).await;
        let received = upload(&mut ban, &id, "members", "../../会员表.csv", members(200).as_bytes()).await;
        assert_eq!(received.status, StatusCode::SEE_OTHER, "{}", received.body);
        upload(&mut ban, &id, "ledger", "流水.csv", ledger(200).as_bytes()).await;
        let files = ban.get(&format!("/analyses/{id}/files")).await;
        assert!(
            files.body.contains(">会员表.csv<") && !files.body.contains("../"),
            "names lose their folders"
        );

        let mapping = ban.get(&format!("/analyses/{id}/mapping")).await;
        assert!(mapping.body.contains("张*") && !mapping.body.contains("张12"), "samples are masked");
        assert!(!mapping.body.contains("13800000001"), "phones are masked");
        let started = start(&mut ban, &id).await;
        assert_eq!(started.status, StatusCode::SEE_OTHER, "{}", started.body);
        let over = run_until_over(&app, &mut ban, &format!("/analyses/{id}/state")).await;
        let overview = ban.get(&format!("/analyses/{id}")).await;
        assert_eq!(over, "done", "{}", overview.body);
        assert!(overview.body.contains("30人且3级") && overview.body.contains("200"), "{}", overview.body);
        assert!(overview.body.contains("达到") && overview.body.contains("不表示任何人组织、领导"));
        for part in
            ["levels", "growth", "money", "branches", "findings", "candidates", "downloads", "policies"]
        {
            let page = ban.get(&format!("/analyses/{id}/{part}")).await;
            assert_eq!(page.status, StatusCode::OK, "{part}: {}", page.body);
            assert!(!page.body.contains("〈?〉"), "{part} lacks a sentence");
        }
        let part = ban.get(&format!("/analyses/{id}/branches/part?account=M0000")).await;
        assert!(part.body.contains("M0001") && !part.body.contains("<html"), "{}", part.body);

        let persons = ban.get(&format!("/analyses/{id}/persons?floor=yes&sort=persons&dir=down")).await;
        assert!(
            persons.body.contains("****") && !persons.body.contains("5201151990"),
            "identities are masked"
        );
        let path = format!("/analyses/{id}/persons/1");
        assert!(!ban.get(&path).await.body.contains("5201151990"));
        let refused = ban.post(&format!("{path}/unmask"), &[("field", "identity"), ("reason", " ")]).await;
        assert!(refused.status.is_client_error(), "no reason, no unmasking");
        for (field, value) in [("identity", "52011519900101"), ("name", "张0"), ("mobile", "13800000000")] {
            let sent = [("field", field), ("reason", "核对本人身份")];
            ban.post(&format!("{path}/unmask"), &sent).await;
            let page = ban.get(&path).await;
            assert!(page.body.contains(value), "{field}: {}", page.body);
        }
        app.clock.pass(31 * 60_000_000);
        let page = ban.get(&path).await;
        assert!(!page.body.contains("52011519900101"), "masked again after its time: {}", page.status);

        let why = format!("/analyses/{id}/explain?person=1&figure=persons");
        assert!(ban.get(&why).await.body.contains("还没有追过"));
        ban.post(
            &format!("/analyses/{id}/explain"),
            &[("person", "1"), ("account", ""), ("figure", "persons")],
        )
        .await;
        let waiting = ban.get(&why).await;
        let state = waiting.body.split_once("data-job=\"").unwrap().1.split_once('"').unwrap().0.to_owned();
        assert_eq!(run_until_over(&app, &mut ban, &state).await, "done");
        let told = ban.get(&why).await;
        assert!(told.body.contains("与结果一致") && told.body.contains("会员表.csv"), "{}", told.body);

        let file = ban.get(&format!("/analyses/{id}/downloads/summary.json")).await;
        assert_eq!(file.json()["figures"]["accounts"], 200);
        for name in ["identities.parquet", "..%2f..%2fmapping.yaml", "..%2fin"] {
            let refused = ban.get(&format!("/analyses/{id}/downloads/{name}")).await;
            assert_eq!(refused.status, StatusCode::NOT_FOUND, "{name}");
        }
        let deeds = app.deeds().await;
        for deed in
            ["created", "file_added", "started", "done", "viewed", "unmasked", "explained", "exported"]
        {
            assert!(deeds.contains(&format!("analysis.{deed}")), "{deed} is not in the log: {deeds:?}");
        }
    });
}

#[test]
fn nobody_else_sees_an_analysis_and_no_administrator_ever() {
    on_both(|app| async move {
        app.person("ban", &[Role::CaseOfficer]).await;
        app.person("guan", &[Role::Administrator]).await;
        let mut ban = app.signed_in("ban").await;
        let id = created(&mut ban).await;
        let mut guan = app.signed_in("guan").await;
        for path in ["", "/files", "/mapping", "/persons", "/branches", "/downloads/summary.json"] {
            let answer = guan.get(&format!("/analyses/{id}{path}")).await;
            assert!(answer.status.is_client_error(), "{path}: {}", answer.status);
            assert!(!answer.body.contains("某平台会员案"), "{path}");
        }
        assert!(guan.get("/analyses").await.status.is_client_error());
    });
}

#[test]
fn a_broken_table_says_what_is_wrong_on_the_page_and_an_unknown_heading_is_not_guessed() {
    on_both(|app| async move {
        app.person("ban", &[Role::CaseOfficer]).await;
        let mut ban = app.signed_in("ban").await;
        let id = created(&mut ban).await;
        ban.get(&format!("/analyses/{id}/files")).await;
        upload(&mut ban, &id, "members", "m.csv", "uid,parent_id,备注\n1,,甲\n2,1,乙\n".as_bytes()).await;
        let page = ban.get(&format!("/analyses/{id}/mapping")).await;
        assert!(page.body.contains("可能是推荐人、接点人"), "{}", page.body);
        let refused = start(&mut ban, &id).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains("缺少必需的栏目"), "{}", refused.body);

        let other = created(&mut ban).await;
        ban.get(&format!("/analyses/{other}/files")).await;
        upload(&mut ban, &other, "members", "m.csv", members(50).as_bytes()).await;
        let mut broken = ledger(50).into_bytes();
        broken.extend(b"M0001,\"never closed");
        broken.extend(vec![b'x'; 3 << 20]);
        upload(&mut ban, &other, "ledger", "l.csv", &broken).await;
        start(&mut ban, &other).await;
        assert_eq!(run_until_over(&app, &mut ban, &format!("/analyses/{other}/state")).await, "failed");
        let page = ban.get(&format!("/analyses/{other}")).await;
        assert!(page.body.contains("上次计算没有完成") && page.body.contains("l.csv"), "{}", page.body);
    });
}

#[test]
fn a_run_is_cancelled_a_deletion_is_taken_back_and_the_term_destroys() {
    on_both(|app| async move {
        app.person("ban", &[Role::CaseOfficer]).await;
        let mut ban = app.signed_in("ban").await;
        let id = created(&mut ban).await;
        ban.get(&format!("/analyses/{id}/files")).await;
        upload(&mut ban, &id, "members", "m.csv", members(100).as_bytes()).await;
        start(&mut ban, &id).await;
        ban.post(&format!("/analyses/{id}/cancel"), &[]).await;
        assert_eq!(ban.get(&format!("/analyses/{id}/state")).await.json()["state"], "cancelled");
        start(&mut ban, &id).await;
        assert_eq!(run_until_over(&app, &mut ban, &format!("/analyses/{id}/state")).await, "done");

        let page = ban.get(&format!("/analyses/{id}")).await;
        let version = page.field("version").unwrap();
        let wrong =
            ban.post(&format!("/analyses/{id}/delete"), &[("version", &version), ("name", "别的")]).await;
        assert!(wrong.status.is_client_error(), "the name is typed again");
        let sent = [("version", version.as_str()), ("name", "某平台会员案")];
        ban.post(&format!("/analyses/{id}/delete"), &sent).await;
        assert_eq!(ban.get(&format!("/analyses/{id}/persons")).await.status, StatusCode::NOT_FOUND);
        ban.post(&format!("/analyses/{id}/restore"), &[]).await;
        assert_eq!(ban.get(&format!("/analyses/{id}/persons")).await.status, StatusCode::OK);

        let folder: PathBuf = house(&app).of(mingjing_model::id::AnalysisId(id.parse().unwrap()));
        assert!(folder.join("out/summary.json").is_file());
        app.clock.pass(400 * 86_400_000_000);
        let now = mingjing_casework::clock::Clock::now(&*app.clock);
        mingjing_store::job::schedule::put(&app.app.db, "retention", "network_retention", 3_600, now)
            .await
            .unwrap();
        let mut ban = app.signed_in("ban").await;
        let ms = Duration::from_millis;
        let pace = Pace { poll: ms(20), beat: ms(50), ..Pace::default() };
        let runner = Runner::new(app.app.db.clone(), app.app.clock.clone(), works(&house(&app), &program()));
        let gone = folder.clone();
        runner
            .with_pace(pace)
            .run(async move {
                for _ in 0..500 {
                    if !gone.exists() {
                        break;
                    }
                    tokio::time::sleep(ms(20)).await;
                }
                tokio::time::sleep(ms(300)).await;
            })
            .await;
        assert!(!folder.exists(), "tables, results and answers are gone");
        let page = ban.get(&format!("/analyses/{id}")).await;
        assert!(page.body.contains("保存期限已过"), "{}", page.body);
        assert!(app.deeds().await.contains(&"analysis.destroyed".to_owned()));
    });
}
