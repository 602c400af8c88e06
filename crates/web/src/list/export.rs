//! A list as xlsx: asked for, written by a background job page after page in constant memory, fetched by who asked.
//!
//! The job asks with the rights its person has when it runs, and begins anew when it is taken up again.

use super::ask::{Asked, State as Address};
use super::view::{Row, label, written};
use super::{Show, Spec, condition, named, question};
use crate::app::{App, show as show_page};
use crate::fault::Fault;
use crate::look::write::{bytes, minute, number};
use crate::look::{Flash, Section, Shell};
use crate::signed::{Signed, person};
use crate::words::Lang;
use askama::Template;
use axum::body::Body;
use axum::extract::{Path, RawForm, State};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures::future::BoxFuture;
use mingjing_casework::job::{Ctx, Failure, Work};
use mingjing_casework::permission::{Action, Actor};
use mingjing_model::id::JobId;
use mingjing_model::time::Micros;
use mingjing_report::table_xlsx::{Cell, Table};
use mingjing_store::audit;
use mingjing_store::job::{self, Job, NewJob, State as Stand};
use mingjing_store::list::{self, Ask, Value};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use std::path::PathBuf;
use std::sync::Arc;
use tokio_util::io::ReaderStream;

/// The word of the job.
pub const JOB: &str = "list_export";
/// Rows read at once.
const CHUNK: usize = 2_000;

fn file(app: &App, id: JobId) -> PathBuf {
    app.data.join("exports").join(format!("{}.xlsx", id.0))
}

/// `POST /lists/{name}/export`: the form holds the state of the list.
///
/// # Errors
/// There is no such list, they may not; the database refused.
pub async fn ask(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(name): Path<String>,
    RawForm(form): RawForm,
) -> Result<Response, Fault> {
    let spec = named(&name)?;
    signed.may_some(&app, Action::Export, spec.kind)?;
    let query = Address::read(spec, &String::from_utf8_lossy(&form)).first_page().query();
    let title = signed.lang.t(&format!("list.name.{}", spec.name));
    let new = NewJob {
        kind: JOB,
        title: signed.lang.f("list.export.job", &[("list", &title)]),
        input: json!({ "list": spec.name, "query": query, "language": signed.lang.tag() }),
        idempotency_key: None,
        account: Some(signed.actor.account),
        office: Some(signed.actor.office),
        division: signed.actor.posts.first().map(|post| post.division.clone()),
        subject: None,
        not_before: app.now(),
    };
    let mut tx = app.db.begin().await?;
    let id = job::enqueue(&mut tx, &new, app.now()).await?;
    let mut entry = signed.entry("export", spec.kind, format!("list:{}", spec.name));
    entry.detail = json!({ "list": spec.name, "job": id.0 });
    audit::append(&mut tx, &entry).await?;
    tx.commit().await?;
    app.wake();
    Ok(Flash::new("list.export.begun").to(&format!("/lists/exports/{id}")))
}

/// A job of lists that this person asked for.
pub(super) async fn own(
    app: &App,
    signed: &Signed,
    id: i64,
    kind: &str,
) -> Result<(Job, &'static Spec), Fault> {
    let found = job::read(&app.db, JobId(id)).await?;
    if found.kind != kind || found.account != Some(signed.actor.account) {
        return Err(Fault::NotFound);
    }
    let spec = named(found.input["list"].as_str().unwrap_or_default())?;
    Ok((found, spec))
}

/// How far a job is, for its page.
pub(super) struct Going {
    pub address: String,
    pub word: &'static str,
    pub message: String,
    pub percent: i64,
    pub steps: String,
}

impl Going {
    pub(super) fn of(lang: Lang, job: &Job) -> Option<Going> {
        let percent = job.all_steps.filter(|all| *all > 0).map_or(-1, |all| job.done_steps * 100 / all);
        (!job.state.is_over()).then(|| Going {
            address: format!("/jobs/{}/state", job.id),
            word: lang.t(&format!("look.state.{}", job.state.word())),
            message: job.message.clone(),
            percent: percent.clamp(-1, 100),
            steps: job
                .all_steps
                .map_or_else(String::new, |all| format!("{} / {}", number(job.done_steps), number(all))),
        })
    }
}

#[derive(Template)]
#[template(path = "list/export.html")]
struct Page {
    shell: Shell,
    going: Option<Going>,
    error: Option<String>,
    file: String,
    facts: Vec<(&'static str, String)>,
    back: String,
}

/// `GET /lists/exports/{job}`: how far it is, then the file's facts.
///
/// # Errors
/// There is none that this person asked for; the database cannot be read.
pub async fn show(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
) -> Result<Response, Fault> {
    let (found, spec) = own(&app, &signed, id, JOB).await?;
    let lang = signed.lang;
    let title = lang.t(&format!("list.name.{}", spec.name));
    let state = Address::read(spec, found.input["query"].as_str().unwrap_or_default());
    let shell = Shell::new(&app, &signed, Section::Jobs, "list.export.title").await;
    let shell = shell.titled(found.title.clone()).crumb(title, spec.path).lead("list.export");
    let mut facts = Vec::new();
    let mut href = String::new();
    if let (Stand::Done, Some(result)) = (found.state, &found.result) {
        let text = |key: &str| result[key].as_str().unwrap_or_default().to_owned();
        href = format!("/lists/exports/{id}/file");
        facts.push((lang.t("list.export.rows"), number(result["rows"].as_i64().unwrap_or_default())));
        facts.push((lang.t("list.export.size"), bytes(result["bytes"].as_u64().unwrap_or_default())));
        facts.push((lang.t("list.export.sha256"), text("sha256")));
        facts.push((lang.t("list.export.rows_sha256"), text("rows_sha256")));
        facts.push((lang.t("list.export.at"), found.finished_at.map(minute).unwrap_or_default()));
    }
    let error = found.error.clone().filter(|_| found.state == Stand::Failed);
    show_page(&Page {
        going: Going::of(lang, &found),
        error,
        file: href,
        facts,
        back: state.href(spec.path),
        shell,
    })
}

/// `GET /lists/exports/{job}/file`.
///
/// # Errors
/// It is not there, or not this person's, or they may no longer; the file cannot be read.
pub async fn download(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
) -> Result<Response, Fault> {
    let (found, spec) = own(&app, &signed, id, JOB).await?;
    signed.may_some(&app, Action::Export, spec.kind)?;
    if found.state != Stand::Done {
        return Err(Fault::NotFound);
    }
    let opened = tokio::fs::File::open(file(&app, found.id)).await.map_err(|_| Fault::NotFound)?;
    let mut entry = signed.entry("download", spec.kind, format!("list:{}", spec.name));
    entry.detail = json!({ "list": spec.name, "job": id, "sha256": found.result.as_ref().map(|result| &result["sha256"]) });
    let mut tx = app.db.begin().await?;
    audit::append(&mut tx, &entry).await?;
    tx.commit().await?;
    let mut response = Body::from_stream(ReaderStream::new(opened)).into_response();
    let headers = response.headers_mut();
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    let name = format!("attachment; filename=\"{}-{id}.xlsx\"", spec.name);
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

/// The work.
pub struct Export {
    app: Arc<App>,
}

impl Export {
    /// With what the pages share.
    pub fn new(app: Arc<App>) -> Export {
        Export { app }
    }
}

impl Work for Export {
    fn kind(&self) -> &'static str {
        JOB
    }

    fn run<'a>(&'a self, job: &'a Ctx) -> BoxFuture<'a, Result<Json, Failure>> {
        Box::pin(async move { export(&self.app, job).await })
    }
}

pub(super) fn failed(fault: &Fault) -> Failure {
    match fault {
        Fault::World(why) => Failure::Retry(why.clone()),
        other => Failure::Final(other.code().to_owned()),
    }
}

/// An export that is about to be written.
struct Plan {
    spec: &'static Spec,
    lang: Lang,
    state: Address,
    actor: Actor,
    ask: Ask<'static>,
    columns: Vec<(&'static str, Show)>,
}

impl Plan {
    /// What the job's input asks for, with the rights its person has now.
    async fn read(app: &App, ctx: &Ctx) -> Result<Plan, Failure> {
        let word = |key: &str| ctx.input()[key].as_str().unwrap_or_default().to_owned();
        let nobody = || Failure::Final("forbidden".to_owned());
        let spec = named(&word("list")).map_err(|fault| failed(&fault))?;
        let lang = Lang::of_tag(&word("language")).unwrap_or_default();
        let reader = ctx.account().ok_or_else(nobody)?;
        let found = person::find(app, reader, ctx.clock().now()).await.map_err(|fault| failed(&fault))?;
        let (_, actor) = found.ok_or_else(nobody)?;
        let state = Address::read(spec, &word("query"));
        let asked = Asked::of(spec, &state, reader);
        let mut ask = question(spec, &asked, condition(spec, &app.gate, &actor, Action::Export));
        ask.cursor = None;
        ask.size = CHUNK;
        let columns = spec.columns.iter().filter(|column| asked.columns.contains(&column.key));
        let columns = columns.map(|column| (column.key, column.show)).collect();
        Ok(Plan { spec, lang, state, actor, ask, columns })
    }

    fn heads(&self) -> Vec<(String, f64)> {
        let head =
            |(key, show): &(&'static str, Show)| (label(self.spec, self.lang, key).to_owned(), width(*show));
        self.columns.iter().map(head).collect()
    }

    /// Writes all rows; gives the SHA-256 of what was written.
    async fn rows(&mut self, ctx: &Ctx, table: &mut Table) -> Result<String, Failure> {
        let all = match list::count(ctx.db(), &self.ask, super::COUNT_MAX).await? {
            list::Count::Exactly(n) => i64::try_from(n).ok(),
            list::Count::MoreThan(_) => None,
        };
        let mut hash = Sha256::new();
        loop {
            let page = list::page(ctx.db(), &self.ask).await?;
            for values in &page.rows {
                let row = Row::new(self.spec.source, values);
                let cells = self.columns.iter().map(|(key, show)| cell(*show, row.value(key), self.lang));
                let cells: Vec<Cell> = cells.collect();
                hash.update(canonical(&cells));
                table.row(&cells).map_err(|e| Failure::Retry(e.to_string()))?;
            }
            ctx.progress(i64::try_from(table.rows()).unwrap_or(i64::MAX), all, "").await;
            if ctx.is_cancelled().await {
                return Err(Failure::Cancelled);
            }
            match page.after(&self.ask) {
                Some(cursor) => self.ask.cursor = Some(cursor),
                None => return Ok(hex::encode(hash.finalize())),
            }
        }
    }

    /// What the first sheet says.
    fn about(&self, rows: u64, rows_sha256: &str, now: Micros) -> Vec<(String, String)> {
        let t = |key: &str| self.lang.t(key).to_owned();
        let sort = &self.ask.sort;
        let column = self.spec.columns.iter().find(|column| column.key == sort.key);
        let by = label(self.spec, self.lang, column.map_or(self.spec.sort.0, |column| column.key));
        let direction = t(if sort.is_descending { "list.export.down" } else { "list.export.up" });
        vec![
            (t("list.export.list"), t(&format!("list.name.{}", self.spec.name))),
            (t("list.export.query"), self.state.href(self.spec.path)),
            (t("list.export.order"), format!("{by}, {direction}")),
            (t("list.export.who"), format!("{}（{}）", self.actor.name, self.actor.login)),
            (t("list.export.at"), minute(now)),
            (t("list.export.rows"), rows.to_string()),
            (t("list.export.rows_sha256"), rows_sha256.to_owned()),
            (t("list.export.how"), t("list.export.how_text")),
        ]
    }
}

async fn export(app: &App, ctx: &Ctx) -> Result<Json, Failure> {
    let mut plan = Plan::read(app, ctx).await?;
    let (lang, folder) = (plan.lang, app.data.join("exports"));
    let world = |why: String| Failure::Retry(why);
    std::fs::create_dir_all(&folder).map_err(|e| world(format!("{}: {e}", folder.display())))?;
    let (about, sheet) = (lang.t("list.export.about"), lang.t("list.export.sheet"));
    let mut table = Table::begin(&folder, about, sheet, &plan.heads()).map_err(|e| world(e.to_string()))?;
    let rows_sha256 = plan.rows(ctx, &mut table).await?;
    let rows = table.rows();
    let facts = plan.about(rows, &rows_sha256, ctx.clock().now());
    let (path, new) = (file(app, ctx.id()), folder.join(format!("{}.tmp", ctx.id().0)));
    let title = lang.t(&format!("list.name.{}", plan.spec.name));
    let written = tokio::task::spawn_blocking(move || -> Result<(u64, String), String> {
        table.finish(&new, title, &facts).map_err(|e| e.to_string())?;
        let (bytes, sha256) = digest(&new).map_err(|e| format!("{}: {e}", new.display()))?;
        std::fs::rename(&new, &path).map_err(|e| format!("{}: {e}", path.display()))?;
        Ok((bytes, sha256))
    });
    let (bytes, sha256) = written.await.map_err(|e| world(e.to_string()))?.map_err(world)?;
    Ok(json!({ "rows": rows, "bytes": bytes, "sha256": sha256, "rows_sha256": rows_sha256 }))
}

fn digest(path: &std::path::Path) -> std::io::Result<(u64, String)> {
    let (mut file, mut hash) = (std::fs::File::open(path)?, Sha256::new());
    let bytes = std::io::copy(&mut file, &mut hash)?;
    Ok((bytes, hex::encode(hash.finalize())))
}

/// A row as it is hashed: its cells with a tab between, a line feed behind; tab, line feed and backslash in a text
/// are written `\t`, `\n` and `\\`.
fn canonical(cells: &[Cell]) -> String {
    let texts = cells.iter().map(|cell| match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => text.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n"),
        Cell::Number(number) | Cell::Yuan(number) | Cell::Moment(number) => number.to_string(),
    });
    let mut line = texts.collect::<Vec<_>>().join("\t");
    line.push('\n');
    line
}

fn cell(show: Show, value: Option<&Value>, lang: Lang) -> Cell {
    match (show, value) {
        (_, None | Some(Value::Null)) => Cell::Empty,
        (Show::Yuan, Some(Value::Number(fen))) => Cell::Yuan(*fen),
        (Show::Moment, Some(Value::Number(at))) => Cell::Moment(*at),
        (_, Some(Value::Number(number))) => Cell::Number(*number),
        (show, Some(value)) => Cell::Text(written(show, value, lang)),
    }
}

fn width(show: Show) -> f64 {
    match show {
        Show::Long => 48.0,
        Show::Text => 24.0,
        Show::Moment | Show::Yuan => 18.0,
        _ => 14.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_differ_have_different_lines() {
        let text = |text: &str| Cell::Text(text.to_owned());
        assert_ne!(canonical(&[text("a\tb"), text("")]), canonical(&[text("a"), text("b")]));
        assert_ne!(canonical(&[text("a\\t")]), canonical(&[text("a\t")]));
        assert_eq!(canonical(&[Cell::Yuan(5), Cell::Empty, Cell::Moment(-1)]), "5\t\t-1\n");
    }
}
