//! The first page of an analysis: before results stand, where it is and what to do next; then the headline figures,
//! the tests of the law, who counted, policy and inputs.

use super::frame::{Head, aside, fault, has_results, head, house, load, resource, shell};
use super::law::{self, Test, Widest};
use super::run::{Progress, progress, settled};
use super::say;
use crate::app::{App, show as page};
use crate::fault::Fault;
use crate::look::{Figure, Shell, write};
use crate::signed::Signed;
use crate::words::Lang;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use mingjing_casework::permission::Action;
use mingjing_results::branches::Branches;
use mingjing_results::lookup::Accounts;
use mingjing_results::summary::Summary;
use mingjing_store::analysis::{self, Analysis};
use std::sync::Arc;

#[derive(Template)]
#[template(path = "network/overview.html")]
struct Page {
    shell: Shell,
    head: Head,
    id: i64,
    version: i64,
    name: String,
    steps: Vec<Step>,
    progress: Option<Progress>,
    state_href: String,
    failure: Option<Failure>,
    results: Option<Results>,
    may: May,
    is_deleted: bool,
    is_destroyed: bool,
    destroyed: String,
    is_held: bool,
    is_busy: bool,
    is_ready: bool,
}

/// What the reader may do.
struct May {
    change: bool,
    run: bool,
    cancel: bool,
    delete: bool,
}

/// A step on the way to results.
struct Step {
    word: &'static str,
    said: String,
    href: String,
    is_done: bool,
}

/// What a run said when it failed.
pub struct Failure {
    /// In the reader's language.
    pub text: String,
    /// All of it.
    pub detail: String,
    /// Is it for the mapping page to mend?
    pub is_mapping: bool,
}

impl Failure {
    /// Of the stored JSON {code, message}: a line in Chinese, the rest in English.
    pub fn of(lang: Lang, stored: Option<&str>) -> Option<Failure> {
        let value: serde_json::Value = serde_json::from_str(stored?).ok()?;
        let (code, message) = (value["code"].as_str()?, value["message"].as_str()?);
        let (zh, rest) = message.split_once('\n').unwrap_or((message, message));
        let first = |text: &str| text.split("\n\n").next().unwrap_or_default().to_owned();
        let is_mapping = !matches!(code, "world" | "process" | "results" | "job" | "interrupted");
        let text = if lang == Lang::Zh { zh.to_owned() } else { first(rest) };
        Some(Failure { text, detail: if lang == Lang::Zh { first(rest) } else { String::new() }, is_mapping })
    }
}

/// What stands when results stand.
struct Results {
    figures: Vec<Figure>,
    tests: Vec<Test>,
    roots: String,
    is_forest: bool,
    inputs: Vec<Input>,
    terms: Vec<(String, String)>,
    found: String,
    tool: String,
}

struct Input {
    table: &'static str,
    name: String,
    format: String,
    bytes: String,
    sha256: String,
    read: String,
    accepted: String,
    rejected: String,
    duplicate: String,
    superseded: String,
}

/// `GET /analyses/{id}`.
pub async fn show(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
) -> Result<Response, Fault> {
    let found = settled(&app, load(&app, &signed, id, Action::Read).await?).await?;
    let lang = signed.lang;
    let results = match has_results(&app, &found) {
        true => Some(read(&app, lang, &found).await?),
        false => None,
    };
    let files = analysis::files(&app.db, found.id()).await?;
    let resource = resource(&found);
    let may = |action| signed.check(&app, action, &resource).is_ok();
    let may = May {
        change: may(Action::Change),
        run: may(Action::Run),
        cancel: may(Action::Cancel),
        delete: may(Action::Delete),
    };
    let (summary, results) = results.unzip();
    let mut shell = shell(&app, &signed, &found, "overview").await;
    if results.is_none() {
        shell = super::frame::leads(shell, "steps");
    }
    page(&Page {
        shell,
        head: head(&app, lang, &found, "", summary.as_ref()),
        id,
        version: found.version,
        name: found.name.clone(),
        steps: steps(lang, &found, &files),
        progress: match found.is_busy() {
            true => Some(progress(&app, lang, &found).await?),
            false => None,
        },
        state_href: format!("/analyses/{id}/state"),
        failure: Failure::of(lang, found.failure.as_deref()).filter(|_| found.state == "failed"),
        results,
        may,
        is_deleted: found.deleted_at.is_some() && found.state != "destroyed",
        is_destroyed: found.state == "destroyed",
        destroyed: destroyed(lang, &found),
        is_held: found.hold_reason.is_some(),
        is_busy: found.is_busy(),
        is_ready: found.mapping.is_some() && files.iter().any(|file| file.table_name == "members"),
    })
}

fn destroyed(lang: Lang, found: &Analysis) -> String {
    let Some(at) = found.destroyed_at else { return String::new() };
    let why = if found.destroyed_why.as_deref() == Some("term") { "term" } else { "deleted" };
    lang.f(&format!("network.destroyed.{why}"), &[("day", &write::day(at))])
}

fn steps(lang: Lang, found: &Analysis, files: &[analysis::File]) -> Vec<Step> {
    let step = |key: &str, said: String, end: &str, is_done: bool| Step {
        word: lang.t(&format!("network.step.{key}")),
        said,
        href: format!("/analyses/{}{end}", found.id),
        is_done,
    };
    let count = |table: &str| files.iter().filter(|file| file.table_name == table).count();
    let (members, ledger) = (count("members"), count("ledger"));
    let grounds = match (&found.case_no, found.is_public) {
        (_, true) => lang.t("network.head.public").to_owned(),
        (case, false) => case.clone().unwrap_or_default(),
    };
    let brought = lang.f("network.step.files_said", &[("members", &members), ("ledger", &ledger)]);
    let policy = match found.mapping {
        Some(_) => {
            lang.f("network.step.mapping_said", &[("policy", &super::policies::name(lang, &found.policy))])
        }
        None => lang.t("network.step.mapping_open").to_owned(),
    };
    vec![
        step("grounds", grounds, "/grounds", true),
        step("files", brought, "/files", members > 0),
        step("mapping", policy, "/mapping", found.mapping.is_some()),
    ]
}

async fn read(app: &App, lang: Lang, found: &Analysis) -> Result<(Summary, Results), Fault> {
    let (dir, id) = (house(app).results(found.id()), found.id);
    aside(move || {
        let summary = Summary::read(&dir).map_err(fault)?;
        let root = Branches::open(&dir).and_then(|index| index.roots(1)).map_err(fault)?.into_iter().next();
        let widest = match root.filter(|_| summary.figures.roots > 1) {
            Some(root) => {
                let account =
                    Accounts::open(&dir).and_then(|accounts| accounts.find(&root.account)).map_err(fault)?;
                account.map(|account| Widest { root, person_levels: account.person_levels })
            }
            None => None,
        };
        let results = Results {
            figures: figures(lang, id, &summary),
            tests: law::tests(lang, id, &summary, widest.as_ref()),
            roots: say::count(summary.figures.roots),
            is_forest: summary.figures.roots > 1,
            inputs: summary.inputs.iter().map(|input| input_row(lang, input)).collect(),
            terms: terms(lang, &summary),
            found: found_line(lang, &summary),
            tool: summary.tool.clone(),
        };
        Ok((summary, results))
    })
    .await
}

/// Policy, period and place of every figure of the whole.
fn sourced(
    lang: Lang,
    id: i64,
    summary: &Summary,
    figure: Figure,
    rule: &str,
    end: &str,
    link: &str,
) -> Figure {
    let policy = format!("{} {}", summary.policy.id, super::policies::name(lang, &summary.policy.id));
    figure
        .from(lang.t("network.source.rule"), lang.t(rule), "")
        .from(lang.t("network.source.policy"), policy, format!("/analyses/{id}/policies"))
        .from(lang.t("network.source.tool"), summary.tool.clone(), "")
        .from(lang.t("network.source.rows"), lang.t(link), format!("/analyses/{id}{end}"))
}

fn figures(lang: Lang, id: i64, summary: &Summary) -> Vec<Figure> {
    let f = &summary.figures;
    let source =
        |figure, rule: &str, end: &str, link: &str| sourced(lang, id, summary, figure, rule, end, link);
    let persons =
        Figure::new(lang.t("network.whole.persons"), say::count(f.persons), lang.t("network.unit.persons"))
            .note(lang.f(
                "network.overview.also_accounts",
                &[("n", &say::count(f.accounts)), ("roots", &say::count(f.roots))],
            ));
    let levels = Figure::new(
        lang.t("network.whole.person_levels"),
        f.person_levels.to_string(),
        lang.t("network.unit.levels"),
    )
    .note(lang.f("network.overview.also_levels", &[("n", &f.levels)]));
    let mut all = vec![
        source(persons, "network.overview.persons_from", "/persons", "network.source.persons"),
        source(levels, "network.overview.levels_from", "/levels", "network.source.levels"),
    ];
    let Some(paid_in) = f.paid_in else {
        let none = Figure::new(lang.t("network.whole.paid_in"), say::NOTHING, "");
        all.push(none.note(lang.t("network.overview.no_ledger")));
        return all;
    };
    let (value, unit) = say::money(lang, paid_in.0);
    let net = say::money_or(lang, f.paid_in_net.map(|yuan| yuan.0));
    let paid = Figure::new(lang.t("network.whole.paid_in"), value, unit)
        .note(lang.f("network.overview.also_net", &[("n", &net)]))
        .from(
            lang.t("network.source.exact"),
            format!("{} {}", say::exact(paid_in.0), lang.t("network.unit.yuan")),
            "",
        );
    all.push(source(paid, boundary(summary), "/money", "network.source.money"));
    if let Some(kept) = f.retained {
        let (value, unit) = say::money(lang, kept.0);
        let figure = Figure::new(lang.t("network.whole.retained"), value, unit)
            .note(lang.t(if f.net_basis.as_deref() == Some("out") {
                "network.overview.kept_out"
            } else {
                "network.overview.kept_bonus"
            }))
            .from(
                lang.t("network.source.exact"),
                format!("{} {}", say::exact(kept.0), lang.t("network.unit.yuan")),
                "",
            );
        all.push(source(figure, "network.overview.kept_from", "/money", "network.source.money"));
    }
    all
}

/// Where money in was measured.
pub fn boundary(summary: &Summary) -> &'static str {
    match summary.terms.boundary.as_deref() {
        Some("cash") => "network.boundary.cash",
        Some("order") => "network.boundary.order",
        _ => "network.boundary.none",
    }
}

fn terms(lang: Lang, summary: &Summary) -> Vec<(String, String)> {
    let (p, t, f) = (&summary.policy, &summary.terms, &summary.figures);
    let kept = |is: bool| lang.t(if is { "network.terms.kept" } else { "network.terms.dropped" }).to_owned();
    let mut rows = vec![
        ("network.terms.policy", format!("{} {}", p.id, super::policies::name(lang, &p.id))),
        ("network.terms.tree", lang.t(&format!("network.terms.{}", p.tree)).to_owned()),
        (
            "network.terms.accounts",
            lang.t(if p.paid_only { "network.terms.paid_only" } else { "network.terms.every" }).to_owned(),
        ),
        ("network.terms.system", kept(p.with_system)),
        ("network.terms.consumers", kept(p.with_consumers)),
        (
            "network.terms.cutoff",
            t.cutoff.map_or_else(|| lang.t("network.head.no_cutoff").to_owned(), |day| day.to_string()),
        ),
        ("network.terms.boundary", lang.t(boundary(summary)).to_owned()),
        ("network.terms.dropped_accounts", say::count(f.dropped_accounts)),
        ("network.terms.confirmed", say::count(t.confirmed_accounts)),
    ];
    if !t.system_accounts.is_empty() {
        rows.push(("network.terms.declared", t.system_accounts.join(lang.t("common.and"))));
    }
    rows.into_iter().map(|(key, value)| (lang.t(key).to_owned(), value)).collect()
}

fn found_line(lang: Lang, summary: &Summary) -> String {
    let found = summary.findings.values().filter(|count| **count > 0);
    let (kinds, rows) = found.fold((0u64, 0u64), |(kinds, rows), count| (kinds + 1, rows + count));
    match kinds {
        0 => lang.t("network.overview.found_none").to_owned(),
        _ => lang.f("network.overview.found", &[("kinds", &kinds), ("rows", &say::count(rows))]),
    }
}

fn input_row(lang: Lang, input: &mingjing_results::summary::Input) -> Input {
    Input {
        table: lang.t(&format!("network.table.{}", input.table)),
        name: input.name.clone(),
        format: match &input.encoding {
            Some(encoding) => format!("{} · {encoding}", input.format),
            None => input.format.clone(),
        },
        bytes: write::bytes(input.bytes),
        sha256: input.sha256.clone(),
        read: say::count(input.rows_read),
        accepted: say::count(input.rows_accepted),
        rejected: say::count(input.rows_rejected),
        duplicate: say::count(input.rows_duplicate),
        superseded: say::count(input.rows_superseded),
    }
}
