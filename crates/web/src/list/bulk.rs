//! One deed on many rows: chosen ones, or all that a search finds. First a preview, then a background job that does
//! it row by row and writes down what became of each; a job that is taken up again goes on where it stopped.

use super::ask::{Asked, State as Address};
use super::export::{Going, failed, own};
use super::view::Row;
use super::{COUNT_MAX, Spec, condition, named, question};
use crate::app::{App, show as show_page};
use crate::fault::Fault;
use crate::look::write::number;
use crate::look::{Flash, Mark, Section, Shell, Tone};
use crate::signed::{Signed, person};
use crate::words::Lang;
use askama::Template;
use axum::extract::{Path, RawForm, State};
use axum::response::Response;
use futures::future::BoxFuture;
use mingjing_casework::job::{Ctx, Failure, Work};
use mingjing_casework::permission::{Action, Actor, Gate, Kind, Resource};
use mingjing_model::id::JobId;
use mingjing_model::time::Micros;
use mingjing_store::Db;
use mingjing_store::audit::{self, Entry};
use mingjing_store::job::{self, NewJob};
use mingjing_store::list::{self, Ask, Count, Filter, Sort, Value};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::sync::Arc;

/// The word of the job.
pub const JOB: &str = "list_bulk";
/// Rows read at once.
const CHUNK: usize = 1_000;
/// Rows of a preview.
const SAMPLE: usize = 10;
/// Rows of a report on its page; the others are counted.
const REPORT: usize = 500;

/// What can be done with many rows. Sentences: `<list text>.bulk.<name>` on the button, `<name>_what` in the preview.
pub trait BulkAction: Sync + Send {
    /// Its word.
    fn name(&self) -> &'static str;

    /// What one must be able to do with each row.
    fn action(&self) -> Action;

    /// Can it not be taken back?
    fn is_grave(&self) -> bool {
        false
    }

    /// Does it to one row; asks for the right first. Twice must be as once: a job may be taken up again.
    fn run<'a>(&'a self, on: &'a On, id: &'a str) -> BoxFuture<'a, Result<Done, Fault>>;
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// It was done.
    Done,
    /// There was nothing to do; key of the sentence why.
    Nothing(&'static str),
}

/// In whose name a deed is done.
pub struct On {
    /// The database.
    pub db: Db,
    /// The policies.
    pub gate: Arc<Gate>,
    /// Who.
    pub actor: Actor,
    /// Id of the request that asked for it.
    pub request: String,
    /// Network address of the client that asked.
    pub address: Option<String>,
    /// The job that does it.
    pub job: JobId,
    now: Micros,
}

impl On {
    /// Now.
    pub fn now(&self) -> Micros {
        self.now
    }

    /// May they do this to this thing? One they may not see does not exist.
    ///
    /// # Errors
    /// [`Fault::NotFound`] or [`Fault::Forbidden`].
    pub fn check(&self, action: Action, resource: &Resource) -> Result<(), Fault> {
        match self.gate.may(&self.actor, action, resource) {
            true => Ok(()),
            false if !self.gate.may(&self.actor, Action::Read, resource) => Err(Fault::NotFound),
            false => Err(Fault::Forbidden { action, kind: resource.kind, roles: Vec::new() }),
        }
    }

    /// An audit entry about a thing.
    pub fn entry(&self, action: &str, kind: Kind, id: &str) -> Entry {
        Entry {
            at: self.now,
            account: Some(self.actor.account),
            account_name: self.actor.name.clone(),
            office: Some(self.actor.office),
            action: action.to_owned(),
            subject_kind: kind.word().to_owned(),
            subject_id: id.to_owned(),
            division: None,
            detail: json!({ "bulk": true }),
            request: self.request.clone(),
            address: self.address.clone(),
        }
    }
}

/// What a form says: the deed, the rows picked or all, the state of the list.
struct Chosen {
    deed: &'static dyn BulkAction,
    picks: Option<Vec<String>>,
    state: Address,
}

impl Chosen {
    fn read(spec: &'static Spec, form: &[u8]) -> Result<Chosen, Fault> {
        let text = String::from_utf8_lossy(form);
        let pairs: Vec<(String, String)> = serde_urlencoded::from_str(&text).unwrap_or_default();
        let one = |name: &str| pairs.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str());
        let deed = spec.actions.iter().copied().find(|deed| Some(deed.name()) == one("deed"));
        let picks: Vec<String> =
            pairs.iter().filter(|(name, _)| name == "pick").map(|(_, value)| value.clone()).collect();
        let is_all = one("all").is_some();
        if picks.is_empty() && !is_all {
            return Err(Fault::user("no_rows", "list.bulk.no_rows"));
        }
        Ok(Chosen {
            deed: deed.ok_or(Fault::NotFound)?,
            picks: (!is_all).then_some(picks),
            state: Address::read(spec, &text).first_page(),
        })
    }
}

/// The rows meant, of those with which the actor may do it, in the order of their ids.
fn meant(
    spec: &'static Spec,
    state: &Address,
    picks: Option<&[String]>,
    gate: &Gate,
    actor: &Actor,
    action: Action,
) -> Ask<'static> {
    let asked = Asked::of(spec, state, actor.account);
    let mut ask = question(spec, &asked, condition(spec, gate, actor, action));
    ask.cursor = None;
    ask.sort = Sort { key: spec.source.id.to_owned(), is_descending: false };
    if let Some(picks) = picks {
        let is_number =
            spec.source.column(spec.source.id).is_ok_and(|column| column.kind == list::Kind::Number);
        let value = |pick: &String| match is_number {
            true => pick.parse().ok().map(Value::Number),
            // PostgreSQL has no text with NUL in it.
            false => (!pick.contains('\0')).then(|| Value::Text(pick.clone())),
        };
        ask.filters =
            vec![Filter::OneOf(spec.source.id.to_owned(), picks.iter().filter_map(value).collect())];
    }
    ask
}

#[derive(Template)]
#[template(path = "list/preview.html")]
struct Preview {
    shell: Shell,
    name: &'static str,
    deed: &'static str,
    deed_label: &'static str,
    deed_what: &'static str,
    is_grave: bool,
    count: String,
    is_none: bool,
    sample: Vec<String>,
    picks: Vec<String>,
    is_all: bool,
    hidden: Vec<(String, String)>,
    expected: usize,
    back: String,
}

/// `POST /lists/{name}/bulk`: which rows, how many; nothing is done yet.
///
/// # Errors
/// There is no such list or deed, no row was picked, they may not; the database cannot be read.
pub async fn preview(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(name): Path<String>,
    RawForm(form): RawForm,
) -> Result<Response, Fault> {
    let spec = named(&name)?;
    let chosen = Chosen::read(spec, &form)?;
    signed.may_some(&app, chosen.deed.action(), spec.kind)?;
    let ask =
        meant(spec, &chosen.state, chosen.picks.as_deref(), &app.gate, &signed.actor, chosen.deed.action());
    let count = list::count(&app.db, &ask, COUNT_MAX).await?;
    let sample = list::sample(&app.db, &ask, SAMPLE).await?;
    let label = |values: &Vec<Value>| {
        let row = Row::new(spec.source, values);
        row.text(spec.label).map_or_else(|| row.id(), str::to_owned)
    };
    let lang = signed.lang;
    let (words, expected) = match count {
        Count::Exactly(n) => (lang.f("list.bulk.exactly", &[("n", &number(n as i64))]), n),
        Count::MoreThan(n) => (lang.f("list.bulk.more", &[("n", &number(n as i64))]), n + 1),
    };
    let deed = chosen.deed.name();
    let back = chosen.state.href(spec.path);
    let list_title = lang.t(&format!("list.name.{}", spec.name));
    let shell = Shell::new(&app, &signed, Section::Jobs, "list.bulk.title").await;
    show_page(&Preview {
        shell: shell.lead("list.bulk").crumb(list_title, back.clone()),
        name: spec.name,
        deed,
        deed_label: lang.t(&format!("{}.bulk.{deed}", spec.text)),
        deed_what: lang.t(&format!("{}.bulk.{deed}_what", spec.text)),
        is_grave: chosen.deed.is_grave(),
        count: words,
        is_none: expected == 0,
        sample: sample.iter().map(label).collect(),
        is_all: chosen.picks.is_none(),
        picks: chosen.picks.unwrap_or_default(),
        hidden: chosen.state.pairs().to_vec(),
        expected,
        back,
    })
}

/// `POST /lists/{name}/bulk/do`: puts the job in.
///
/// # Errors
/// As [`preview`].
pub async fn begin(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(name): Path<String>,
    RawForm(form): RawForm,
) -> Result<Response, Fault> {
    let spec = named(&name)?;
    let chosen = Chosen::read(spec, &form)?;
    signed.may_some(&app, chosen.deed.action(), spec.kind)?;
    let label = signed.lang.t(&format!("{}.bulk.{}", spec.text, chosen.deed.name()));
    let list_title = signed.lang.t(&format!("list.name.{}", spec.name));
    let new = NewJob {
        kind: JOB,
        title: signed.lang.f("list.bulk.job", &[("deed", &label), ("list", &list_title)]),
        input: json!({
            "list": spec.name, "deed": chosen.deed.name(), "picks": chosen.picks, "query": chosen.state.query(),
            "request": signed.request, "address": signed.address,
        }),
        idempotency_key: None,
        account: Some(signed.actor.account),
        office: Some(signed.actor.office),
        division: signed.actor.posts.first().map(|post| post.division.clone()),
        subject: None,
        not_before: app.now(),
    };
    let mut tx = app.db.begin().await?;
    let id = job::enqueue(&mut tx, &new, app.now()).await?;
    let mut entry = signed.entry("bulk", spec.kind, format!("list:{}", spec.name));
    entry.detail = json!({ "list": spec.name, "deed": chosen.deed.name(), "job": id.0 });
    audit::append(&mut tx, &entry).await?;
    tx.commit().await?;
    app.wake();
    Ok(Flash::new("list.bulk.begun").to(&format!("/lists/bulk/{id}")))
}

/// What became of one row, a line of the job's file.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Outcome {
    id: String,
    name: String,
    /// `done`, `nothing` or `refused`.
    how: String,
    /// Key of the sentence why not; empty where it was done.
    why: String,
}

fn file(app: &App, id: JobId) -> PathBuf {
    app.data.join("bulk").join(format!("{}.jsonl", id.0))
}

fn outcomes(app: &App, id: JobId) -> Vec<Outcome> {
    let Ok(file) = File::open(file(app, id)) else { return Vec::new() };
    let lines = BufReader::new(file).lines().map_while(Result::ok);
    // A server that was killed may have left half a line; that row is done again.
    lines.filter_map(|line| serde_json::from_str(&line).ok()).collect()
}

#[derive(Template)]
#[template(path = "list/report.html")]
struct Report {
    shell: Shell,
    going: Option<Going>,
    counts: Vec<(&'static str, String)>,
    rows: Vec<(String, String, Mark, String)>,
    more: usize,
    more_text: String,
    back: String,
}

/// `GET /lists/bulk/{job}`: how far it is, and what became of each row; the refused first.
///
/// # Errors
/// There is none that this person asked for; the database cannot be read.
pub async fn report(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
) -> Result<Response, Fault> {
    let (found, spec) = own(&app, &signed, id, JOB).await?;
    let lang = signed.lang;
    let mut all = outcomes(&app, found.id);
    all.sort_by_key(|outcome| (outcome.how == "done", outcome.how == "nothing"));
    let count = |how: &str| number(all.iter().filter(|outcome| outcome.how == how).count() as i64);
    let counts = ["done", "nothing", "refused"];
    let counts = counts.map(|how| (lang.t(&format!("list.bulk.how.{how}")), count(how))).to_vec();
    let rows = all.iter().take(REPORT).map(|outcome| {
        let (icon, tone) = match outcome.how.as_str() {
            "done" => ("circle-check", Tone::Good),
            "nothing" => ("circle-minus", Tone::Quiet),
            _ => ("alert-circle", Tone::Overdue),
        };
        let mark = Mark::new(lang.t(&format!("list.bulk.how.{}", outcome.how)), icon, tone);
        let mut row = vec![Value::Null; spec.source.columns.len()];
        if let Some(at) = spec.source.columns.iter().position(|column| column.key == spec.source.id) {
            row[at] = outcome.id.parse().map_or_else(|_| Value::Text(outcome.id.clone()), Value::Number);
        }
        let href = (spec.href)(&Row::new(spec.source, &row));
        (href, outcome.name.clone(), mark, why(lang, &outcome.why))
    });
    let rows: Vec<_> = rows.collect();
    let more = all.len() - rows.len();
    let list_title = lang.t(&format!("list.name.{}", spec.name));
    let shell = Shell::new(&app, &signed, Section::Jobs, "list.bulk.title").await.titled(found.title.clone());
    show_page(&Report {
        shell: shell.crumb(list_title, spec.path).lead("list.report"),
        going: Going::of(lang, &found),
        counts,
        rows,
        more,
        more_text: lang.f("list.bulk.rest", &[("n", &number(more as i64))]),
        back: spec.path.to_owned(),
    })
}

/// Why a row was not done: a key of a sentence, or the code of a fault.
fn why(lang: Lang, key: &str) -> String {
    if key.is_empty() {
        return String::new();
    }
    let fault = format!("fault.{key}.title");
    lang.sentence(key).or_else(|| lang.sentence(&fault)).unwrap_or(key).to_owned()
}

/// The work.
pub struct Bulk {
    app: Arc<App>,
}

impl Bulk {
    /// With what the pages share.
    pub fn new(app: Arc<App>) -> Bulk {
        Bulk { app }
    }
}

impl Work for Bulk {
    fn kind(&self) -> &'static str {
        JOB
    }

    fn run<'a>(&'a self, job: &'a Ctx) -> BoxFuture<'a, Result<Json, Failure>> {
        Box::pin(async move { carry_out(&self.app, job).await })
    }
}

/// A deed that is being done.
struct Run {
    deed: &'static dyn BulkAction,
    spec: &'static Spec,
    ask: Ask<'static>,
    on: On,
    /// Ids of rows that an earlier attempt of the job handled.
    is_done: HashSet<String>,
    counts: [i64; 3],
    all: Option<i64>,
    out: File,
}

impl Run {
    /// What the job's input asks for, with the rights its person has now.
    async fn read(app: &App, ctx: &Ctx) -> Result<Run, Failure> {
        let word = |key: &str| ctx.input()[key].as_str().unwrap_or_default().to_owned();
        let nobody = || Failure::Final("forbidden".to_owned());
        let spec = named(&word("list")).map_err(|fault| failed(&fault))?;
        let deed = spec.actions.iter().copied().find(|deed| deed.name() == word("deed"));
        let deed = deed.ok_or_else(|| Failure::Final("not_found".to_owned()))?;
        let account = ctx.account().ok_or_else(nobody)?;
        let found = person::find(app, account, ctx.clock().now()).await.map_err(|fault| failed(&fault))?;
        let (_, actor) = found.ok_or_else(nobody)?;
        let picks: Option<Vec<String>> =
            serde_json::from_value(ctx.input()["picks"].clone()).unwrap_or_default();
        let state = Address::read(spec, &word("query"));
        let mut ask = meant(spec, &state, picks.as_deref(), &app.gate, &actor, deed.action());
        ask.size = CHUNK;
        let before = outcomes(app, ctx.id());
        let mut counts = [0; 3];
        for outcome in &before {
            counts[place(&outcome.how)] += 1;
        }
        let all = match list::count(ctx.db(), &ask, COUNT_MAX).await? {
            Count::Exactly(n) => Some(n as i64 + counts.iter().sum::<i64>()),
            Count::MoreThan(_) => None,
        };
        let on = On {
            db: ctx.db().clone(),
            gate: Arc::clone(&app.gate),
            actor,
            request: word("request"),
            address: ctx.input()["address"].as_str().map(str::to_owned),
            job: ctx.id(),
            now: ctx.clock().now(),
        };
        let is_done = before.into_iter().map(|outcome| outcome.id).collect();
        let out = open(app, ctx.id()).map_err(|e| Failure::Retry(e.to_string()))?;
        Ok(Run { deed, spec, ask, on, is_done, counts, all, out })
    }

    /// Does it to one row and writes down what became of it.
    async fn row(&mut self, ctx: &Ctx, row: Row<'_>) -> Result<(), Failure> {
        let id = row.id();
        if self.is_done.contains(&id) {
            return Ok(());
        }
        if ctx.is_cancelled().await {
            return Err(Failure::Cancelled);
        }
        self.on.now = ctx.clock().now();
        let (how, why) = match self.deed.run(&self.on, &id).await {
            Ok(Done::Done) => ("done", String::new()),
            Ok(Done::Nothing(why)) => ("nothing", why.to_owned()),
            // The world's fault stops the job; it goes on at this row.
            Err(Fault::World(why)) => return Err(Failure::Retry(why)),
            Err(Fault::User { key, .. }) => ("refused", key.to_owned()),
            Err(fault) => ("refused", fault.code().to_owned()),
        };
        self.counts[place(how)] += 1;
        let name = row.text(self.spec.label).map_or_else(|| id.clone(), str::to_owned);
        let line = json!(Outcome { id, name, how: how.to_owned(), why }).to_string() + "\n";
        self.out.write_all(line.as_bytes()).map_err(|e| Failure::Retry(e.to_string()))?;
        ctx.progress(self.counts.iter().sum(), self.all, "").await;
        Ok(())
    }
}

async fn carry_out(app: &App, ctx: &Ctx) -> Result<Json, Failure> {
    let mut run = Run::read(app, ctx).await?;
    loop {
        let page = list::page(ctx.db(), &run.ask).await?;
        for values in &page.rows {
            run.row(ctx, Row::new(run.spec.source, values)).await?;
        }
        match page.after(&run.ask) {
            Some(cursor) => run.ask.cursor = Some(cursor),
            None => break,
        }
    }
    run.out.sync_all().map_err(|e| Failure::Retry(e.to_string()))?;
    let [done, nothing, refused] = run.counts;
    Ok(json!({ "done": done, "nothing": nothing, "refused": refused }))
}

fn place(how: &str) -> usize {
    match how {
        "done" => 0,
        "nothing" => 1,
        _ => 2,
    }
}

fn open(app: &App, id: JobId) -> std::io::Result<File> {
    let path = file(app, id);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path)?;
    // Behind half a line of a killed server a new line begins.
    file.write_all(b"\n")?;
    Ok(file)
}
