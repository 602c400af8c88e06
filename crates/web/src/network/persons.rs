//! Persons: a list filtered, sorted and paged straight from the Parquet table, and one person. Identity numbers
//! stand masked; one field of one person can be unmasked for a reason.

use super::frame::{Done, Head, aside, done, fault, head, resource, seen, shell};
use super::{law, say, unmask};
use crate::app::{App, show as page};
use crate::fault::Fault;
use crate::look::Shell;
use crate::signed::Signed;
use crate::words::Lang;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use mingjing_casework::permission::Action;
use mingjing_model::mask;
use mingjing_model::time::day_text;
use mingjing_network::figures::{AccountFigures, PersonFigures};
use mingjing_results::lookup::{
    Accounts, Cursor, Identities, PersonColumn, PersonFilter, PersonPage, PersonQuery, Persons,
};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

/// Rows of a page.
const ROWS: usize = 50;
/// Accounts of a person that are shown.
const ACCOUNTS_MAX: usize = 200;

#[derive(Template)]
#[template(path = "network/persons.html")]
struct Page {
    shell: Shell,
    head: Head,
    id: i64,
    columns: Vec<Column>,
    rows: Vec<Row>,
    matching: String,
    all: String,
    asked: Asked,
    floor_word: String,
    selects: Vec<Input>,
    least: Vec<Input>,
    next: String,
    first: String,
    is_first: bool,
}

/// A field of the filter.
struct Input {
    name: &'static str,
    word: String,
    value: String,
}

/// A column that can be sorted by.
struct Column {
    word: String,
    href: String,
    /// `ascending`, `descending` or empty.
    sorted: &'static str,
}

struct Row {
    href: String,
    person: u32,
    identity: String,
    cells: Vec<(String, String)>,
    floor: bool,
}

/// What the address says. All that is empty does not count.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    sort: String,
    dir: String,
    floor: String,
    grave_persons: String,
    grave_amount: String,
    accounts_min: String,
    persons_min: String,
    levels_min: String,
    after: String,
    value: String,
    go: String,
}

impl Asked {
    fn sort(&self) -> PersonColumn {
        PersonColumn::named(&self.sort).unwrap_or(PersonColumn::Persons)
    }

    fn is_falling(&self) -> bool {
        // Numbers are looked at from the greatest on, running numbers and dates from the first.
        match self.dir.as_str() {
            "up" => false,
            "down" => true,
            _ => !matches!(self.sort(), PersonColumn::Person | PersonColumn::FloorMetOn),
        }
    }

    fn query(&self) -> PersonQuery {
        let flag = |text: &str| match text {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        };
        let number = |text: &str| text.trim().parse().ok();
        let filter = PersonFilter {
            floor_met: flag(&self.floor),
            grave_persons: flag(&self.grave_persons),
            grave_amount: flag(&self.grave_amount),
            accounts_min: number(&self.accounts_min),
            persons_min: number(&self.persons_min),
            levels_min: number(&self.levels_min),
        };
        let after = self.after.parse().ok().map(|person| Cursor { value: self.value.parse().ok(), person });
        PersonQuery { filter, sort: self.sort(), falling: self.is_falling(), after, rows: ROWS }
    }

    /// The address of this list with another order or place.
    fn href(&self, id: i64, sort: PersonColumn, falling: bool, after: Option<Cursor>) -> String {
        let mut parts =
            vec![format!("sort={}", sort.name()), format!("dir={}", if falling { "down" } else { "up" })];
        let filters = [
            ("floor", &self.floor),
            ("grave_persons", &self.grave_persons),
            ("grave_amount", &self.grave_amount),
            ("accounts_min", &self.accounts_min),
            ("persons_min", &self.persons_min),
            ("levels_min", &self.levels_min),
        ];
        let given = filters.iter().filter(|(_, value)| !value.is_empty());
        parts.extend(given.map(|(name, value)| format!("{name}={}", say::encoded(value))));
        if let Some(Cursor { value, person }) = after {
            let value = value.map_or_else(String::new, |value| value.to_string());
            parts.push(format!("after={person}&value={value}"));
        }
        format!("/analyses/{id}/persons?{}", parts.join("&"))
    }
}

const COLUMNS: [PersonColumn; 12] = [
    PersonColumn::Person,
    PersonColumn::Persons,
    PersonColumn::Levels,
    PersonColumn::DirectPersons,
    PersonColumn::Accounts,
    PersonColumn::FloorMetOn,
    PersonColumn::PaidIn,
    PersonColumn::Bonus,
    PersonColumn::Withdrawn,
    PersonColumn::TeamPaidIn,
    PersonColumn::TeamPaidInOthers,
    PersonColumn::Net,
];

fn is_money(column: PersonColumn) -> bool {
    !matches!(
        column,
        PersonColumn::Person
            | PersonColumn::Persons
            | PersonColumn::Levels
            | PersonColumn::DirectPersons
            | PersonColumn::Accounts
            | PersonColumn::FloorMetOn
    )
}

/// The value of a column as written.
fn shown(f: &PersonFigures, column: PersonColumn) -> String {
    let count = |n: u32| say::count(n.into());
    let yuan = |fen: Option<i64>| say::exact_or(fen.map(i128::from));
    match column {
        PersonColumn::Person => format!("P{}", f.person),
        PersonColumn::Accounts => count(f.accounts),
        PersonColumn::Persons => count(f.persons),
        PersonColumn::Levels => count(f.levels),
        PersonColumn::DirectPersons => count(f.direct_persons),
        PersonColumn::FloorMetOn => {
            f.floor_met_on.and_then(day_text).unwrap_or_else(|| say::NOTHING.to_owned())
        }
        PersonColumn::PaidIn => yuan(f.paid_in),
        PersonColumn::Bonus => yuan(f.bonus),
        PersonColumn::Withdrawn => yuan(f.withdrawn),
        PersonColumn::TeamPaidIn => yuan(f.team_paid_in),
        PersonColumn::TeamPaidInOthers => yuan(f.team_paid_in_others),
        PersonColumn::Net => yuan(f.net),
    }
}

/// Masked identity numbers, one or several.
fn masked(numbers: &[String], lang: Lang) -> String {
    match numbers {
        [] => lang.t("network.persons.no_identity").to_owned(),
        all => {
            all.iter().map(|number| mask::last_four(number)).collect::<Vec<_>>().join(lang.t("common.and"))
        }
    }
}

/// `GET /analyses/{id}/persons`.
pub async fn list(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
    Query(asked): Query<Asked>,
) -> Result<Response, Fault> {
    let done = done(&app, &signed, id, Action::Read).await?;
    let go = asked.go.trim().trim_start_matches(['P', 'p']);
    if let Ok(person) = go.parse::<u32>() {
        let path = format!("/analyses/{id}/persons/{person}");
        return Ok(axum::response::IntoResponse::into_response(axum::response::Redirect::to(&path)));
    }
    let query = asked.query();
    let detail =
        json!({"page": "persons", "sort": query.sort.name(), "after": query.after.map(|c| c.person)});
    seen(&app, &signed, &done.found, detail).await?;
    let (lang, dir) = (signed.lang, done.dir.clone());
    let (found, identities, all) = aside(move || {
        let persons = Persons::open(&dir).map_err(fault)?;
        let found: PersonPage = persons.page(&query).map_err(fault)?;
        let numbers = Identities::open(&dir).map_err(fault)?;
        let identities: Result<Vec<String>, Fault> =
            found.rows.iter().map(|f| Ok(masked(&numbers.of(f.person).map_err(fault)?, lang))).collect();
        Ok((found, identities?, persons.len() as u64))
    })
    .await?;
    let has_money = done.summary.figures.paid_in.is_some();
    let columns: Vec<PersonColumn> = COLUMNS.into_iter().filter(|c| has_money || !is_money(*c)).collect();
    let (sort, falling) = (query.sort, query.falling);
    let rows = found.rows.iter().zip(identities).map(|(f, identity)| Row {
        href: format!("/analyses/{id}/persons/{}", f.person),
        person: f.person,
        identity,
        cells: columns.iter().skip(1).map(|c| (figure_name(lang, c.name(), &done), shown(f, *c))).collect(),
        floor: f.floor_met,
    });
    let rows = rows.collect();
    let heads = columns.iter().map(|column| {
        let is_here = *column == sort;
        let turned = if is_here {
            !falling
        } else {
            Asked { sort: column.name().into(), ..Asked::default() }.is_falling()
        };
        Column {
            word: figure_name(lang, column.name(), &done),
            href: asked.href(id, *column, turned, None),
            sorted: match (is_here, falling) {
                (false, _) => "",
                (true, true) => "descending",
                (true, false) => "ascending",
            },
        }
    });
    let t = &done.summary.thresholds;
    let tests = [
        ("floor", &asked.floor),
        ("grave_persons", &asked.grave_persons),
        ("grave_amount", &asked.grave_amount),
    ];
    let selects = tests.into_iter().map(|(name, value)| Input {
        name,
        word: law::law(lang, &format!("network.law.{name}"), t),
        value: value.clone(),
    });
    let least = [
        ("persons_min", &asked.persons_min),
        ("levels_min", &asked.levels_min),
        ("accounts_min", &asked.accounts_min),
    ];
    let least = least.map(|(name, value)| Input {
        name,
        word: lang.t(&format!("network.persons.{name}")).to_owned(),
        value: value.clone(),
    });
    page(&Page {
        shell: shell(&app, &signed, &done.found, "persons").await,
        head: head(&app, lang, &done.found, "/persons", Some(&done.summary)),
        id,
        columns: heads.collect(),
        rows,
        matching: say::count(found.matching),
        all: say::count(all),
        floor_word: law::law(lang, "network.law.floor", t),
        selects: selects.filter(|one| has_money || one.name != "grave_amount").collect(),
        least: least.into(),
        next: found.next.map_or_else(String::new, |cursor| asked.href(id, sort, falling, Some(cursor))),
        first: asked.href(id, sort, falling, None),
        is_first: query.after.is_none(),
        asked,
    })
}

#[derive(Template)]
#[template(path = "network/person.html")]
struct OnePage {
    shell: Shell,
    head: Head,
    id: i64,
    person: u32,
    position: String,
    figures: Vec<FigureRow>,
    accounts: Vec<AccountRow>,
    accounts_more: String,
    fields: Vec<unmask::Field>,
    may_unmask: bool,
    minutes: i64,
    has_money: bool,
}

/// A figure with where it is taken apart.
struct FigureRow {
    name: String,
    value: String,
    href: String,
}

struct AccountRow {
    account: String,
    href: String,
    depth: String,
    directs: String,
    persons: String,
    levels: String,
    paid_in: String,
    team: String,
    why: String,
}

/// Figures of a person as they are told, by the columns of the table.
const FIGURES: [&str; 15] = [
    "accounts",
    "persons",
    "levels",
    "direct_persons",
    "floor_met",
    "floor_met_on",
    "grave_persons",
    "paid_in",
    "bonus",
    "withdrawn",
    "net",
    "team_paid_in",
    "team_paid_in_others",
    "grave_amount",
    "grave_amount_others",
];

fn flag(lang: Lang, is: Option<bool>) -> String {
    match is {
        Some(true) => lang.t("network.law.met").to_owned(),
        Some(false) => lang.t("network.law.not_met").to_owned(),
        None => say::NOTHING.to_owned(),
    }
}

fn figure_rows(lang: Lang, id: i64, done: &Done, f: &PersonFigures) -> Vec<FigureRow> {
    let has_money = done.summary.figures.paid_in.is_some();
    let told = FIGURES.iter().filter(|name| has_money || !is_money_name(name));
    told.map(|name| FigureRow {
        name: figure_name(lang, name, done),
        value: match *name {
            "floor_met" => flag(lang, Some(f.floor_met)),
            "grave_persons" => flag(lang, Some(f.grave_persons)),
            "grave_amount" => flag(lang, f.grave_amount),
            "grave_amount_others" => flag(lang, f.grave_amount_others),
            other => PersonColumn::named(other).map_or_else(String::new, |column| shown(f, column)),
        },
        href: format!("/analyses/{id}/explain?person={}&figure={name}", f.person),
    })
    .collect()
}

fn is_money_name(name: &str) -> bool {
    name.starts_with("grave_amount") || PersonColumn::named(name).is_some_and(is_money)
}

/// The name of a figure of a person or an account, thresholds filled in.
pub fn figure_name(lang: Lang, name: &str, done: &Done) -> String {
    let is_bonus = done.summary.figures.net_basis.as_deref() == Some("bonus");
    let key = if name == "net" && is_bonus { "net_bonus" } else { name };
    law::law(lang, &format!("network.figure.{key}"), &done.summary.thresholds)
}

/// `GET /analyses/{id}/persons/{person}`.
pub async fn one(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path((id, person)): Path<(i64, u32)>,
) -> Result<Response, Fault> {
    let done = done(&app, &signed, id, Action::Read).await?;
    let (lang, dir) = (signed.lang, done.dir.clone());
    let (figures, held, total, identities) = aside(move || {
        let figures = Persons::open(&dir).and_then(|persons| persons.find(person)).map_err(fault)?;
        let figures = figures.ok_or(Fault::NotFound)?;
        let (held, total) = Accounts::open(&dir).and_then(|a| a.held(person, ACCOUNTS_MAX)).map_err(fault)?;
        let identities = Identities::open(&dir).and_then(|i| i.of(person)).map_err(fault)?;
        Ok((figures, held, total, identities))
    })
    .await?;
    seen(&app, &signed, &done.found, json!({"page": "person", "person": format!("P{person}")})).await?;
    let fields = unmask::fields(&app, &signed, &done, person, &held, identities).await?;
    let accounts_more = match total > held.len() as u64 {
        true => lang.f("network.figures.more", &[("shown", &held.len()), ("all", &say::count(total))]),
        false => String::new(),
    };
    let position = lang.f(
        "network.person.position",
        &[
            ("person", &format!("P{person}")),
            ("persons", &say::count(figures.persons.into())),
            ("levels", &figures.levels),
            ("accounts", &figures.accounts),
        ],
    );
    let shell = shell(&app, &signed, &done.found, "person").await;
    let shell = shell.titled(lang.f("network.person.named", &[("person", &format!("P{person}"))]));
    page(&OnePage {
        shell: shell.crumb(lang.t("network.part.persons"), format!("/analyses/{id}/persons")),
        head: head(&app, lang, &done.found, "/persons", Some(&done.summary)),
        id,
        person,
        position,
        figures: figure_rows(lang, id, &done, &figures),
        accounts: held.iter().map(|account| account_row(id, account)).collect(),
        accounts_more,
        fields,
        may_unmask: signed.check(&app, Action::Unmask, &resource(&done.found)).is_ok(),
        minutes: mingjing_casework::analysis::UNMASK_MINUTES,
        has_money: done.summary.figures.paid_in.is_some(),
    })
}

fn account_row(id: i64, f: &AccountFigures) -> AccountRow {
    let account = say::encoded(&f.account);
    AccountRow {
        account: f.account.clone(),
        href: format!("/analyses/{id}/branches?account={account}"),
        depth: f.depth.to_string(),
        directs: say::count(f.directs.into()),
        persons: say::count(f.persons.into()),
        levels: f.levels.to_string(),
        paid_in: say::exact_or(f.paid_in.map(i128::from)),
        team: say::exact_or(f.team_paid_in.map(i128::from)),
        why: format!("/analyses/{id}/explain?account={account}&figure=depth"),
    }
}
