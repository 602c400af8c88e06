//! A list as the template needs it: every word and address ready.

use super::ask::{Asked, State, cursor_text};
use super::{COUNT_MAX, Filter, Show, Spec, condition, question};
use crate::app::App;
use crate::fault::Fault;
use crate::look::{Mark, Tone, write};
use crate::signed::Signed;
use crate::words::Lang;
use mingjing_casework::permission::{Action, Kind};
use mingjing_store::list::{self, Count, Source, Value};
use mingjing_store::{audit, search};

/// A row of a list, by the names of its columns.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    source: &'a Source,
    values: &'a [Value],
}

impl<'a> Row<'a> {
    /// Values in the order of the source's columns.
    pub fn new(source: &'a Source, values: &'a [Value]) -> Row<'a> {
        Row { source, values }
    }

    /// A value.
    pub fn value(&self, key: &str) -> Option<&'a Value> {
        let at = self.source.columns.iter().position(|column| column.key == key)?;
        self.values.get(at)
    }

    /// A text.
    pub fn text(&self, key: &str) -> Option<&'a str> {
        self.value(key)?.text()
    }

    /// A number.
    pub fn number(&self, key: &str) -> Option<i64> {
        self.value(key)?.number()
    }

    /// The value of the id, as it stands in forms.
    pub fn id(&self) -> String {
        match self.value(self.source.id) {
            Some(Value::Number(number)) => number.to_string(),
            Some(Value::Text(text)) => text.clone(),
            _ => String::new(),
        }
    }
}

/// What stands in a cell.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    /// As written; empty for nothing.
    pub text: String,
    /// A state.
    pub mark: Option<Mark>,
    /// CSS class.
    pub class: &'static str,
    /// Name of its column, for one-column screens.
    pub label: &'static str,
}

/// A row as shown.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its id.
    pub id: String,
    /// Where it leads.
    pub href: String,
    /// What it is called.
    pub name: String,
    /// Its cells; the first is the link.
    pub cells: Vec<Cell>,
}

/// The head of a column.
#[derive(Clone, Debug)]
pub struct Head {
    /// Its name.
    pub label: &'static str,
    /// The address of the list sorted by it; empty if it cannot be.
    pub href: String,
    /// `ascending`, `descending` or `none`.
    pub sort: &'static str,
    /// CSS class.
    pub class: &'static str,
}

/// A choice with its sentence.
#[derive(Clone, Debug)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
    /// Is it chosen?
    pub is_on: bool,
}

/// A filter as shown.
#[derive(Clone, Debug)]
pub struct FilterView {
    /// `text`, `words`, `range` or `mine`.
    pub kind: &'static str,
    /// Its name in the address.
    pub key: &'static str,
    /// What it is called.
    pub label: &'static str,
    /// What stands in it.
    pub value: String,
    /// Begin of a range.
    pub from: String,
    /// End of a range.
    pub to: String,
    /// `date` for ranges of days, else `text`.
    pub input: &'static str,
    /// Words to choose from.
    pub choices: Vec<Choice>,
    /// What is wrong with it.
    pub wrong: Option<&'static str>,
    /// Is it the begin of the range?
    pub is_wrong_from: bool,
    /// Is it the end of the range?
    pub is_wrong_to: bool,
}

/// A filter that holds, with the way to lift it.
#[derive(Clone, Debug)]
pub struct Chip {
    /// What it says.
    pub text: String,
    /// The list without it.
    pub href: String,
}

/// A saved search.
#[derive(Clone, Debug)]
pub struct Saved {
    /// Its number.
    pub id: i64,
    /// Its version.
    pub version: i64,
    /// Its name.
    pub name: String,
    /// Where it leads.
    pub href: String,
    /// Who shared it; empty for one's own.
    pub by: String,
    /// Is it the state that is shown?
    pub is_here: bool,
}

/// Something that can be done with many rows.
#[derive(Clone, Debug)]
pub struct Deed {
    /// Its name.
    pub name: &'static str,
    /// What the button says.
    pub label: &'static str,
    /// Can it not be taken back?
    pub is_grave: bool,
}

/// A list with all its words.
#[derive(Clone, Debug)]
pub struct List {
    /// Its name.
    pub name: &'static str,
    /// Its page.
    pub path: &'static str,
    /// How many rows, in words.
    pub count: String,
    /// Filters that hold.
    pub chips: Vec<Chip>,
    /// All filters.
    pub filters: Vec<FilterView>,
    /// Are the filters open?
    pub is_open: bool,
    /// What was sought by words.
    pub q: String,
    /// Is there a field for words?
    pub has_words: bool,
    /// Heads of the columns.
    pub heads: Vec<Head>,
    /// The rows.
    pub rows: Vec<Line>,
    /// The page before; empty for none.
    pub before: String,
    /// The next page; empty for none.
    pub after: String,
    /// The first page; empty if this is it.
    pub first: String,
    /// The list without filters.
    pub clear: String,
    /// Heading of an empty list.
    pub empty_title: &'static str,
    /// What to do about it.
    pub empty_text: &'static str,
    /// Columns to choose from.
    pub columns: Vec<Choice>,
    /// Saved searches.
    pub saved: Vec<Saved>,
    /// May searches be saved?
    pub may_save: bool,
    /// May the list be exported?
    pub may_export: bool,
    /// What can be done with many rows.
    pub deeds: Vec<Deed>,
    /// The state without page, for hidden fields.
    pub hidden: Vec<(String, String)>,
    /// The same for the form of the filters: order and columns only.
    pub kept: Vec<(String, String)>,
    /// The same for the form of the columns: everything but columns.
    pub but_columns: Vec<(String, String)>,
    /// The address of the state, for saving.
    pub query: String,
}

impl List {
    /// The list of an address as somebody may see it. A search by words is written to the audit log.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn open(app: &App, signed: &Signed, spec: &'static Spec, query: &str) -> Result<List, Fault> {
        let state = State::read(spec, query);
        let asked = Asked::of(spec, &state, signed.actor.account);
        let scope = condition(spec, &app.gate, &signed.actor, Action::List);
        let mut ask = question(spec, &asked, scope);
        let page = match list::page(&app.db, &ask).await {
            // A cursor of another order than the address names: begin at the beginning.
            Err(mingjing_store::Error::Refused(_)) => {
                ask.cursor = None;
                list::page(&app.db, &ask).await?
            }
            other => other?,
        };
        let count = list::count(&app.db, &ask, COUNT_MAX).await?;
        record(app, signed, spec, &state).await?;
        let saved = search::of_list(&app.db, spec.name, signed.actor.account, signed.actor.office).await?;
        let lang = signed.lang;
        let first = state.first_page();
        let at = |name: &str, cursor: Option<list::Cursor>| {
            cursor.map_or_else(String::new, |cursor| first.with(name, &cursor_text(&cursor)).href(spec.path))
        };
        let now = app.now();
        let clear = state.without(&clear_names(&state)).href(spec.path);
        let is_filtered = state.is_filtered();
        let empty = |end: &str| {
            let own = format!("{}.empty.{end}", spec.text);
            let general = format!("list.nothing.{end}");
            lang.sentence(&own).filter(|_| !is_filtered).unwrap_or_else(|| lang.t(&general))
        };
        Ok(List {
            name: spec.name,
            path: spec.path,
            count: count_words(lang, count),
            chips: chips(spec, &state, lang),
            filters: filters(spec, &state, &asked, lang),
            is_open: !asked.wrong.is_empty() || !state.one("filters").is_empty(),
            q: state.one("q").to_owned(),
            has_words: !spec.words.is_empty(),
            heads: heads(spec, &state, &asked, lang),
            rows: page.rows.iter().map(|row| line(spec, &asked, row, lang, now)).collect(),
            before: at("before", page.before(&ask)),
            after: at("after", page.after(&ask)),
            first: if ask.cursor.is_some() { first.href(spec.path) } else { String::new() },
            clear,
            empty_title: empty("title"),
            empty_text: empty("text"),
            columns: column_choices(spec, &asked, lang),
            saved: saved.into_iter().map(|saved| saved_view(spec, &first, saved, signed)).collect(),
            may_save: signed.could(app, Action::Create, Kind::SavedSearch),
            may_export: signed.could(app, Action::Export, spec.kind),
            deeds: deeds(app, signed, spec),
            hidden: first.pairs().to_vec(),
            kept: first
                .pairs()
                .iter()
                .filter(|(name, _)| ["sort", "cols"].contains(&name.as_str()))
                .cloned()
                .collect(),
            but_columns: first.without(&["cols"]).pairs().to_vec(),
            query: first.query(),
        })
    }
}

/// Names of the filters that hold.
fn clear_names(state: &State) -> Vec<&str> {
    let stays = ["sort", "cols"];
    state.pairs().iter().map(|(name, _)| name.as_str()).filter(|name| !stays.contains(name)).collect()
}

fn count_words(lang: Lang, count: Count) -> String {
    let (key, n) = match count {
        Count::Exactly(1) => ("list.count.one", 1),
        Count::Exactly(n) => ("list.count.exactly", n),
        Count::MoreThan(n) => ("list.count.more", n),
    };
    lang.f(key, &[("n", &write::number(i64::try_from(n).unwrap_or(i64::MAX)))])
}

/// Searching for words is recorded; what was typed may be a name, so only a keyed token of it is kept.
async fn record(app: &App, signed: &Signed, spec: &Spec, state: &State) -> Result<(), Fault> {
    let texts = spec.filters.iter().filter(|filter| matches!(filter, Filter::Contains(_)));
    let mut sought: Vec<&str> = texts.map(|filter| state.one(filter.key())).collect();
    sought.push(state.one("q"));
    let sought: Vec<&str> = sought.into_iter().filter(|text| !text.is_empty()).collect();
    // Turning pages of one search is one search.
    if sought.is_empty() || !state.one("after").is_empty() || !state.one("before").is_empty() {
        return Ok(());
    }
    let mut entry = signed.entry("search", spec.kind, format!("list:{}", spec.name));
    let tokens: Vec<String> = sought.iter().map(|text| app.keys.token("search", text)).collect();
    entry.detail = serde_json::json!({ "list": spec.name, "sought": tokens });
    let mut tx = app.db.begin().await?;
    audit::append(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(())
}

/// The name of a column or filter.
pub(super) fn label(spec: &Spec, lang: Lang, key: &str) -> &'static str {
    lang.t(&format!("{}.{key}", spec.text))
}

fn chips(spec: &Spec, state: &State, lang: Lang) -> Vec<Chip> {
    let mut chips = Vec::new();
    let first = state.first_page();
    let said = |name: &str, value: &str| lang.f("list.chip.field", &[("name", &name), ("value", &value)]);
    if !state.one("q").is_empty() {
        let text = lang.f("list.chip.words", &[("q", &state.one("q"))]);
        chips.push(Chip { text, href: first.without(&["q"]).href(spec.path) });
    }
    for filter in spec.filters {
        let key = filter.key();
        let name = label(spec, lang, key);
        match filter {
            Filter::OneOf(_, words, prefix) => {
                for word in state.all(key).into_iter().filter(|word| words.contains(word)) {
                    let text = said(name, lang.t(&format!("{prefix}.{word}")));
                    chips.push(Chip { text, href: first.minus(key, word).href(spec.path) });
                }
            }
            Filter::Contains(_) if !state.one(key).is_empty() => {
                let text = said(name, state.one(key));
                chips.push(Chip { text, href: first.without(&[key]).href(spec.path) });
            }
            Filter::Mine(_) if !state.one(key).is_empty() => {
                chips.push(Chip { text: name.to_owned(), href: first.without(&[key]).href(spec.path) });
            }
            Filter::Contains(_) | Filter::Mine(_) => {}
            _ => {
                let (low, high) = (format!("{key}_from"), format!("{key}_to"));
                let (from, to) = (state.one(&low), state.one(&high));
                if !from.is_empty() || !to.is_empty() {
                    let text = said(name, &format!("{from} – {to}"));
                    chips.push(Chip { text, href: first.without(&[&low, &high]).href(spec.path) });
                }
            }
        }
    }
    chips
}

fn filters(spec: &Spec, state: &State, asked: &Asked, lang: Lang) -> Vec<FilterView> {
    let view = |filter: &Filter| {
        let key = filter.key();
        let wrong_at = |end: &str| {
            let name = format!("{key}{end}");
            asked.wrong.iter().find(|(other, _)| *other == name).map(|(_, sentence)| lang.t(sentence))
        };
        let (kind, choices) = match filter {
            Filter::Contains(_) => ("text", Vec::new()),
            Filter::Mine(_) => ("mine", Vec::new()),
            Filter::OneOf(_, words, prefix) => {
                let chosen = state.all(key);
                let choice = |word: &&str| Choice {
                    value: (*word).to_owned(),
                    label: lang.t(&format!("{prefix}.{word}")).to_owned(),
                    is_on: chosen.contains(word),
                };
                ("words", words.iter().map(choice).collect())
            }
            _ => ("range", Vec::new()),
        };
        FilterView {
            kind,
            key,
            label: label(spec, lang, key),
            value: state.one(key).to_owned(),
            from: state.one(&format!("{key}_from")).to_owned(),
            to: state.one(&format!("{key}_to")).to_owned(),
            input: if matches!(filter, Filter::Moments(_) | Filter::Days(_)) { "2020-06-30" } else { "" },
            choices,
            wrong: wrong_at("").or_else(|| wrong_at("_from")).or_else(|| wrong_at("_to")),
            is_wrong_from: wrong_at("_from").is_some(),
            is_wrong_to: wrong_at("_to").is_some(),
        }
    };
    spec.filters.iter().map(view).collect()
}

fn heads(spec: &Spec, state: &State, asked: &Asked, lang: Lang) -> Vec<Head> {
    let first = state.first_page();
    let head = |key: &&'static str| {
        let column = spec.columns.iter().find(|column| column.key == *key)?;
        let is_here = asked.sort.key == *key;
        let next = match (is_here, asked.sort.is_descending) {
            (true, false) => format!("-{key}"),
            // What is looked for in numbers and days is usually the largest or the newest.
            (false, _) if is_number(column.show) || column.show == Show::Moment => format!("-{key}"),
            _ => (*key).to_owned(),
        };
        Some(Head {
            label: label(spec, lang, key),
            href: if column.may_sort { first.with("sort", &next).href(spec.path) } else { String::new() },
            sort: match (is_here, asked.sort.is_descending) {
                (false, _) => "none",
                (true, false) => "ascending",
                (true, true) => "descending",
            },
            class: if is_number(column.show) { "num" } else { "" },
        })
    };
    asked.columns.iter().filter_map(head).collect()
}

fn is_number(show: Show) -> bool {
    matches!(show, Show::Number | Show::Yuan)
}

fn line(spec: &Spec, asked: &Asked, values: &[Value], lang: Lang, now: i64) -> Line {
    let row = Row::new(spec.source, values);
    let cells = asked.columns.iter().filter_map(|key| {
        let column = spec.columns.iter().find(|column| column.key == *key)?;
        let mut cell = cell(column.show, row.value(key)?, lang, now);
        cell.label = label(spec, lang, key);
        Some(cell)
    });
    let cells: Vec<Cell> = cells.collect();
    let name = row.text(spec.label).map_or_else(|| row.id(), str::to_owned);
    Line { id: row.id(), href: (spec.href)(&row), name, cells }
}

fn cell(show: Show, value: &Value, lang: Lang, now: i64) -> Cell {
    let class = match show {
        Show::Number | Show::Yuan => "num",
        Show::Long => "may-wrap",
        _ => "",
    };
    let mark = match (show, value) {
        (Show::State, Value::Text(word)) => Some(Mark::state(lang, word)),
        (Show::Due, Value::Text(day)) => due(lang, day, now),
        _ => None,
    };
    Cell { text: written(show, value, lang), mark, class, label: "" }
}

fn due(lang: Lang, day: &str, now: i64) -> Option<Mark> {
    let days = write::days_until(day, now)?;
    let (icon, tone) = match days {
        ..=-1 => ("alert-circle", Tone::Overdue),
        0..=3 => ("clock-exclamation", Tone::Due),
        _ => ("calendar-due", Tone::Quiet),
    };
    Some(Mark::new(format!("{day} · {}", write::distance(lang, days)), icon, tone))
}

/// A value as it is read, in lists and in exports of words.
pub fn written(show: Show, value: &Value, lang: Lang) -> String {
    match (show, value) {
        (_, Value::Null) => String::new(),
        (Show::Yuan, Value::Number(fen)) => write::yuan(*fen),
        (Show::Moment, Value::Number(at)) => write::minute(*at),
        (_, Value::Number(number)) => write::number(*number),
        (Show::Word(prefix), Value::Text(word)) => {
            lang.sentence(&format!("{prefix}.{word}")).unwrap_or(word).to_owned()
        }
        (Show::State, Value::Text(word)) => Mark::state(lang, word).word,
        (_, Value::Text(text)) => text.clone(),
        (_, Value::Flag(flag)) => lang.t(if *flag { "list.yes" } else { "list.no" }).to_owned(),
    }
}

fn column_choices(spec: &Spec, asked: &Asked, lang: Lang) -> Vec<Choice> {
    let choice = |column: &super::Column| Choice {
        value: column.key.to_owned(),
        label: label(spec, lang, column.key).to_owned(),
        is_on: asked.columns.contains(&column.key),
    };
    spec.columns.iter().skip(1).map(choice).collect()
}

fn saved_view(spec: &Spec, here: &State, saved: search::Search, signed: &Signed) -> Saved {
    let is_own = saved.search.account == signed.actor.account;
    Saved {
        id: saved.id,
        version: saved.version,
        href: State::read(spec, &saved.search.query).href(spec.path),
        is_here: State::read(spec, &saved.search.query) == *here,
        name: saved.search.name,
        by: if is_own { String::new() } else { saved.account_name },
    }
}

fn deeds(app: &App, signed: &Signed, spec: &Spec) -> Vec<Deed> {
    let deed = |action: &&'static dyn super::BulkAction| {
        signed.could(app, action.action(), spec.kind).then(|| Deed {
            name: action.name(),
            label: signed.lang.t(&format!("{}.bulk.{}", spec.text, action.name())),
            is_grave: action.is_grave(),
        })
    };
    spec.actions.iter().filter_map(deed).collect()
}
