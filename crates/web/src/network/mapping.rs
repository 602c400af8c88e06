//! Which heading is which field, which kind has which class, and what else decides the run: recognised, shown with
//! masked samples, confirmed by a person. Nothing that is unclear is chosen for him.

mod samples;
mod typed;

use super::frame::{aside, entry, house, load, refused, shell};
use super::policies;
use crate::app::{App, show as page};
use crate::fault::Fault;
use crate::look::{Flash, Shell};
use crate::signed::Signed;
use crate::words::Lang;
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use mingjing_casework::analysis::change;
use mingjing_casework::permission::Action;
use mingjing_intake::look::{Look, class_of, fields, kinds, look};
use mingjing_intake::{Error, Fault as Unclear, Field, Ledger, Mapping, Members, Table};
use mingjing_network::rows::Class;
use mingjing_store::analysis::{self, Analysis, File, Terms};
use samples::masked;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use typed::{Options, Typed};

/// Rows of a file in which samples are looked for: the first accounts are often roots without a referrer.
const SAMPLE_ROWS: usize = 200;
/// Samples of a column that are shown.
const SAMPLES: usize = 3;
/// Rows of a ledger in which kinds are looked for.
const KIND_ROWS: usize = 200_000;

#[derive(Template)]
#[template(path = "network/mapping.html")]
struct Page {
    shell: Shell,
    id: i64,
    typed: Typed,
    tables: Vec<TableView>,
    kinds: Vec<KindRow>,
    classes: Vec<Choice>,
    has_ledger: bool,
    needs_boundary: bool,
    policies: Vec<policies::Named>,
    complaints: Vec<Complaint>,
    may_run: bool,
}

/// One of several things to choose from.
struct Choice {
    value: &'static str,
    label: &'static str,
}

/// A table as it is mapped.
struct TableView {
    key: &'static str,
    word: &'static str,
    fields: Vec<Choice>,
    headings: Vec<HeadingRow>,
    missing: Vec<&'static str>,
    files: Vec<FileRow>,
    sheet: String,
}

struct HeadingRow {
    text: String,
    samples: String,
    chosen: String,
    note: String,
}

struct FileRow {
    name: String,
    facts: String,
    options: Options,
}

struct KindRow {
    text: String,
    count: String,
    class: String,
}

/// Something that must be mended before a run.
struct Complaint {
    text: String,
    detail: String,
}

/// What the files showed.
#[derive(Default)]
struct Looked {
    looks: Vec<(Table, String, Look)>,
    kinds: BTreeMap<String, u64>,
    complaints: Vec<Complaint>,
}

fn complaint(lang: Lang, error: &Error) -> Complaint {
    match error {
        Error::User(fault) => unclear(lang, fault),
        other => {
            Complaint { text: lang.t("network.mapping.unreadable").to_owned(), detail: other.to_string() }
        }
    }
}

fn unclear(lang: Lang, fault: &Unclear) -> Complaint {
    let place = match (&fault.file, fault.row) {
        (Some(file), Some(row)) => lang.f("network.mapping.at_row", &[("file", file), ("row", &row)]),
        (Some(file), None) => lang.f("network.mapping.at_file", &[("file", file)]),
        _ => String::new(),
    };
    match lang {
        Lang::Zh => Complaint { text: format!("{place}{}", fault.sentence()), detail: fault.message.clone() },
        Lang::En => Complaint { text: format!("{place}{}", fault.message), detail: fault.advice.clone() },
    }
}

/// Paths of the files of a table.
fn paths(app: &App, found: &Analysis, files: &[File], table: Table) -> Vec<PathBuf> {
    let inputs = house(app).inputs(found.id());
    files
        .iter()
        .filter(|file| file.table_name == table.name())
        .map(|file| inputs.join(&file.stored_name))
        .collect()
}

/// Looks at all files; what cannot be opened is a complaint.
fn looked(lang: Lang, members: &[PathBuf], ledger: &[PathBuf], typed: &Typed) -> Looked {
    let mut all = Looked::default();
    let opening = Mapping::parse(&typed.opening(), "mapping").unwrap_or_default();
    for (table, paths) in [(Table::Members, members), (Table::Ledger, ledger)] {
        for path in paths {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            match look(path, table, &opening, SAMPLE_ROWS) {
                Ok(look) => all.looks.push((table, name, look)),
                Err(error) => all.complaints.push(complaint(lang, &error)),
            }
        }
    }
    for path in ledger {
        let own =
            all.looks.iter().find(|(table, _, look)| *table == Table::Ledger && look.input.path == *path);
        let Some((.., look)) = own else { continue };
        let heading = look.headings.iter().find(|h| typed.field_of(Table::Ledger, h) == Some(Field::Kind));
        let Some(heading) = heading else { continue };
        match kinds(path, &heading.text, &opening, KIND_ROWS) {
            Ok(found) => found.into_iter().for_each(|(kind, n)| *all.kinds.entry(kind).or_default() += n),
            Err(error) => all.complaints.push(complaint(lang, &error)),
        }
    }
    all
}

/// `GET /analyses/{id}/mapping`.
pub async fn show(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
) -> Result<Response, Fault> {
    let found = load(&app, &signed, id, Action::Change).await?;
    let typed = Typed::of(&found);
    let built = build(&app, &signed, &found, typed, Vec::new()).await?;
    page(&built)
}

async fn build(
    app: &App,
    signed: &Signed,
    found: &Analysis,
    typed: Typed,
    complaints: Vec<Complaint>,
) -> Result<Page, Fault> {
    let lang = signed.lang;
    let files = analysis::files(&app.db, found.id()).await?;
    let (members, ledger) =
        (paths(app, found, &files, Table::Members), paths(app, found, &files, Table::Ledger));
    let has_ledger = !ledger.is_empty();
    let (looked, typed) = aside(move || {
        let looked = looked(lang, &members, &ledger, &typed);
        Ok((looked, typed))
    })
    .await?;
    let mut tables = vec![view(lang, Table::Members, &looked, &typed)];
    if has_ledger {
        tables.push(view(lang, Table::Ledger, &looked, &typed));
    }
    let kinds = kind_rows(&looked, &typed, found);
    let has = |class: Class| kinds.iter().any(|kind| kind.class == class.name());
    let needs_boundary = has(Class::Topup) && has(Class::Order) && typed.boundary.is_empty();
    // The same complaint of looking and of saving is said once.
    let mut all = complaints;
    for more in looked.complaints {
        if all.iter().all(|own| own.text != more.text) {
            all.push(more);
        }
    }
    let classes = Class::ALL.iter().map(|class| Choice {
        value: class.name(),
        label: lang.t(&format!("network.class.{}", class.name())),
    });
    Ok(Page {
        shell: shell(app, signed, found, "mapping").await,
        id: found.id,
        tables,
        kinds,
        classes: classes.collect(),
        has_ledger,
        needs_boundary,
        policies: policies::all(lang),
        complaints: all,
        may_run: signed.check(app, Action::Run, &super::frame::resource(found)).is_ok(),
        typed,
    })
}

fn view(lang: Lang, table: Table, looked: &Looked, typed: &Typed) -> TableView {
    let label = |field: Field| lang.t(&format!("network.field.{}", field.name()));
    let mut rows: Vec<HeadingRow> = Vec::new();
    let mut chosen = Vec::new();
    for (_, _, look) in looked.looks.iter().filter(|(own, ..)| *own == table) {
        for (at, heading) in look.headings.iter().enumerate() {
            if rows.iter().any(|row| row.text == heading.text) {
                continue;
            }
            // Two headings that fit one field: neither is chosen for anybody.
            let alike = look.headings.iter().filter(|own| own.fits == heading.fits).count();
            let is_double = !typed.has(table) && heading.fits.len() == 1 && alike > 1;
            let field = typed.field_of(table, heading).filter(|_| !is_double);
            chosen.extend(field);
            let cells = look.rows.iter().filter_map(|row| row.get(at)).filter(|cell| !cell.is_empty());
            let cells: Vec<String> =
                cells.take(SAMPLES).map(|cell| masked(field, &heading.fits, cell)).collect();
            let several = is_double || (field.is_none() && heading.fits.len() > 1 && !typed.has(table));
            let fits: Vec<&str> = heading.fits.iter().map(|field| label(*field)).collect();
            rows.push(HeadingRow {
                text: heading.text.clone(),
                samples: cells.join(lang.t("network.mapping.between")),
                chosen: field.map_or("", |field| field.name()).to_owned(),
                note: if several {
                    lang.f(
                        "network.mapping.several",
                        &[("fields", &fits.join(lang.t("network.mapping.between")))],
                    )
                } else {
                    String::new()
                },
            });
        }
    }
    let missing =
        fields(table).into_iter().filter(|(field, is_needed)| *is_needed && !chosen.contains(field));
    let missing = missing.map(|(field, _)| label(field)).collect();
    let files = looked.looks.iter().filter(|(own, ..)| *own == table).map(|(_, name, look)| {
        let input = &look.input;
        let encoding = input.encoding.map_or(String::new(), |encoding| format!(" · {encoding}"));
        let part = input.part.as_ref().map_or(String::new(), |part| format!(" · {part}"));
        FileRow {
            name: name.clone(),
            facts: format!("{:?}{encoding}{part}", input.format),
            options: typed.options.get(name).cloned().unwrap_or_default(),
        }
    });
    TableView {
        key: table.name(),
        word: lang.t(&format!("network.table.{}", table.name())),
        fields: fields(table)
            .into_iter()
            .map(|(field, _)| Choice { value: field.name(), label: label(field) })
            .collect(),
        missing,
        files: files.collect(),
        headings: rows,
        sheet: typed.sheets.get(table.name()).cloned().unwrap_or_default(),
    }
}

fn kind_rows(looked: &Looked, typed: &Typed, found: &Analysis) -> Vec<KindRow> {
    let mut all = looked.kinds.clone();
    // Kinds that the first rows do not hold but the last run met.
    for kind in typed::unknown_kinds(found.failure.as_deref().unwrap_or_default()) {
        all.entry(kind).or_insert(0);
    }
    for kind in typed.kinds.keys() {
        all.entry(kind.clone()).or_insert(0);
    }
    let shipped = Mapping::default();
    let mut rows: Vec<(u64, KindRow)> = all
        .into_iter()
        .map(|(text, count)| {
            let class = typed.kinds.get(&text).cloned();
            let class = class.or_else(|| class_of(&text, &shipped).map(|class| class.name().to_owned()));
            let count_text = if count == 0 { String::new() } else { super::say::count(count) };
            (count, KindRow { text, count: count_text, class: class.unwrap_or_default() })
        })
        .collect();
    rows.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.text.cmp(&b.1.text)));
    rows.into_iter().map(|(_, row)| row).collect()
}

/// What stands in the way of a run with these terms.
fn complaints(
    lang: Lang,
    typed: &Typed,
    members: &[PathBuf],
    ledger: &[PathBuf],
) -> (Option<Mapping>, Vec<Complaint>) {
    let mut wrong = Vec::new();
    let mut say = |key: &str| wrong.push(Complaint { text: lang.t(key).to_owned(), detail: String::new() });
    if members.is_empty() {
        say("network.refused.no_members");
    }
    if typed.kinds.values().any(String::is_empty) {
        say("network.mapping.kind_open");
    }
    if !typed.as_of.is_empty() && typed.as_of_day().is_none() {
        say("network.mapping.bad_day");
    }
    if policies::all(lang).iter().all(|policy| policy.id != typed.policy) {
        say("network.mapping.no_policy");
    }
    let mapping = match Mapping::parse(&typed.yaml(), "mapping.yaml") {
        Ok(mapping) => mapping,
        Err(error) => {
            wrong.push(complaint(lang, &error));
            return (None, wrong);
        }
    };
    if let Err(error) = Members::open(members, &mapping)
        && !members.is_empty()
    {
        wrong.push(complaint(lang, &error));
    }
    if let Err(error) = Ledger::open(ledger, &mapping)
        && !ledger.is_empty()
    {
        wrong.push(complaint(lang, &error));
    }
    (Some(mapping), wrong)
}

/// `POST /analyses/{id}/mapping`: saves what can be run; with `do=start` starts it.
pub async fn save(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
    Form(sent): Form<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let found = load(&app, &signed, id, Action::Change).await?;
    let lang = signed.lang;
    let typed = Typed::sent(&sent);
    if typed.deed == "look" {
        let built = build(&app, &signed, &found, typed, Vec::new()).await?;
        return page(&built);
    }
    let files = analysis::files(&app.db, found.id()).await?;
    let (members, ledger) =
        (paths(&app, &found, &files, Table::Members), paths(&app, &found, &files, Table::Ledger));
    let (mapping, wrong, typed) = aside(move || {
        let (mapping, wrong) = complaints(lang, &typed, &members, &ledger);
        Ok((mapping, wrong, typed))
    })
    .await?;
    let (Some(mapping), true) = (mapping, wrong.is_empty()) else {
        let built = build(&app, &signed, &found, typed, wrong).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page(&built)?).into_response());
    };
    let terms = Terms {
        policy: typed.policy.clone(),
        as_of: typed.as_of_day(),
        subjects: typed.subjects(),
        mapping: Some(mapping.to_yaml()),
    };
    let entry = entry(&signed, "analysis.terms", &found);
    change::set_terms(&app.db, &found, typed.version, &terms, entry).await.map_err(refused)?;
    if typed.deed != "start" {
        return Ok(Flash::new("network.said.terms").to(&format!("/analyses/{id}")));
    }
    let found = load(&app, &signed, id, Action::Run).await?;
    super::run::begin(&app, &signed, &found, found.version).await
}
