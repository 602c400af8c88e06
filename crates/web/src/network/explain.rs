//! Any figure of a person or an account, taken apart down to the rows of the uploaded files. The network is counted
//! again for it, so it is a job; its answer is kept and shown again at once.

use super::frame::{Done, Head, aside, done, entry, head, house, refused, seen, shell};
use super::persons::figure_name;
use super::run::{Progress, question_progress};
use super::say;
use crate::app::{App, show as page};
use crate::fault::Fault;
use crate::look::{Mark, Shell, Tone, write};
use crate::signed::Signed;
use crate::words::Lang;
use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use mingjing_casework::analysis::question::{self, Asked};
use mingjing_casework::permission::Action;
use mingjing_store::analysis::{self, Question, QuestionKind};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

#[derive(Template)]
#[template(path = "network/explain.html")]
struct Page {
    shell: Shell,
    head: Head,
    id: i64,
    whose: Whose,
    subject: String,
    figure: String,
    back: String,
    others: Vec<(String, String, bool)>,
    progress: Option<Progress>,
    state_href: String,
    failure: String,
    told: Option<Told>,
    asked: Vec<Row>,
}

impl Page {
    /// Is the question over without an answer?
    fn is_over(&self) -> bool {
        self.progress.as_ref().is_some_and(|at| matches!(at.state.as_str(), "failed" | "cancelled"))
    }
}

/// An earlier question.
pub struct Row {
    /// What was asked.
    pub word: String,
    /// Where it stands.
    pub href: String,
    /// Its state.
    pub state: Mark,
    /// When it was asked.
    pub at: String,
}

impl Row {
    /// Of a stored question; none where it cannot be read.
    pub fn of(lang: Lang, question: &Question) -> Option<Row> {
        let id = question.analysis_id;
        let figure = |name: &str| {
            lang.sentence(&format!("network.explain.short.{name}"))
                .unwrap_or(lang.t("network.explain.figure"))
        };
        let (word, href) = match Asked::of(&question.question)? {
            Asked::Person { person, figure: name } => (
                format!("P{person} {}", figure(&name)),
                format!("/analyses/{id}/explain?person={person}&figure={name}"),
            ),
            Asked::Account { account, figure: name } => (
                format!("{account} {}", figure(&name)),
                format!("/analyses/{id}/explain?account={}&figure={name}", say::encoded(&account)),
            ),
            Asked::Policies(one, other) => (
                format!("{one} / {other}"),
                format!("/analyses/{id}/policies?one={}&other={}", say::encoded(&one), say::encoded(&other)),
            ),
        };
        Some(Row {
            word,
            href,
            state: Mark::state(lang, &question.state),
            at: write::minute(question.asked_at),
        })
    }
}

/// Whose figure, as the address and the form say it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Whose {
    person: String,
    account: String,
    figure: String,
}

/// Figures of a person, as `network explain` knows them.
const OF_PERSON: [&str; 15] = [
    "accounts",
    "persons",
    "levels",
    "direct_persons",
    "paid_in",
    "bonus",
    "withdrawn",
    "team_paid_in",
    "team_paid_in_others",
    "net",
    "floor_met",
    "floor_met_on",
    "grave_persons",
    "grave_amount",
    "grave_amount_others",
];
/// Figures of an account.
const OF_ACCOUNT: [&str; 11] = [
    "person",
    "depth",
    "directs",
    "accounts",
    "persons",
    "levels",
    "person_levels",
    "paid_in",
    "bonus",
    "withdrawn",
    "team_paid_in",
];

impl Whose {
    fn asked(&self) -> Option<Asked> {
        let is = |names: &[&str]| names.contains(&self.figure.as_str());
        let figure = self.figure.clone();
        match self.person.trim().trim_start_matches(['P', 'p']).parse::<u32>() {
            Ok(person) if person > 0 && is(&OF_PERSON) => Some(Asked::Person { person, figure }),
            Ok(_) => None,
            Err(_) => {
                let account = self.account.trim().to_owned();
                (!account.is_empty() && is(&OF_ACCOUNT)).then_some(Asked::Account { account, figure })
            }
        }
    }

    fn query(&self) -> String {
        match self.person.is_empty() {
            false => format!("person={}", say::encoded(&self.person)),
            true => format!("account={}", say::encoded(&self.account)),
        }
    }
}

/// An answer as it is shown.
struct Told {
    value: String,
    agrees: Mark,
    policy: String,
    rule: Vec<String>,
    lines: Vec<Line>,
    total: String,
    more: String,
    has_level: bool,
    has_amount: bool,
    has_group: bool,
}

struct Line {
    group: String,
    level: String,
    account: String,
    account_href: String,
    person: String,
    person_href: String,
    day: String,
    amount: String,
    note: String,
    file: String,
    row: String,
}

/// One language of a text that says a thing in Chinese and then in English.
fn one_language(lang: Lang, text: &str) -> &str {
    let is_chinese =
        |c: char| ('\u{3000}'..='\u{9fff}').contains(&c) || ('\u{ff00}'..='\u{ffef}').contains(&c);
    let Some((at, last)) = text.char_indices().rfind(|(_, c)| is_chinese(*c)) else {
        return text;
    };
    let (zh, en) = text.split_at(at + last.len_utf8());
    match (lang, en.trim()) {
        (_, "") => text,
        (Lang::En, en) if en.chars().filter(char::is_ascii_alphabetic).count() > 5 => en,
        (Lang::Zh, en) if en.chars().filter(char::is_ascii_alphabetic).count() > 5 => zh,
        _ => text,
    }
}

/// A value of a figure as written.
fn shown(lang: Lang, figure: &str, value: &str) -> String {
    let is_money = matches!(figure, "paid_in" | "bonus" | "withdrawn" | "net") || figure.starts_with("team_");
    match value {
        "true" => lang.t("network.law.met").to_owned(),
        "false" => lang.t("network.law.not_met").to_owned(),
        "null" => say::NOTHING.to_owned(),
        text if is_money => mingjing_model::money::parse_yuan(text).map_or_else(
            |_| text.to_owned(),
            |fen| format!("{} {}", say::exact(fen.into()), lang.t("network.unit.yuan")),
        ),
        text => text.parse().map_or_else(|_| text.to_owned(), write::number),
    }
}

fn told(lang: Lang, id: i64, figure: &str, answer: &Value) -> Told {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let agrees = match answer["value"] == answer["written"] {
        true => Mark::new(lang.t("network.explain.agrees"), "circle-check", Tone::Good),
        false => Mark::new(lang.t("network.explain.differs"), "alert-triangle", Tone::Overdue),
    };
    let rule = answer["rule"].as_array().into_iter().flatten();
    let lines: Vec<Line> =
        answer["lines"].as_array().into_iter().flatten().map(|line| line_of(lang, id, line)).collect();
    let total = answer["lines_total"].as_u64().unwrap_or(0);
    Told {
        value: shown(lang, figure, answer["value"].as_str().unwrap_or_default()),
        agrees,
        policy: text(&answer["policy"]),
        rule: rule.map(|rule| one_language(lang, rule.as_str().unwrap_or_default()).to_owned()).collect(),
        more: match total > lines.len() as u64 {
            true => lang.f("network.figures.more", &[("shown", &lines.len()), ("all", &say::count(total))]),
            false => String::new(),
        },
        total: say::count(total),
        has_level: lines.iter().any(|line| !line.level.is_empty()),
        has_amount: lines.iter().any(|line| !line.amount.is_empty()),
        has_group: lines.iter().any(|line| !line.group.is_empty()),
        lines,
    }
}

fn line_of(lang: Lang, id: i64, line: &Value) -> Line {
    let text = |key: &str| line[key].as_str().unwrap_or_default().to_owned();
    let (account, person) = (text("account"), text("person"));
    let amount = line["amount"].as_str().and_then(|text| mingjing_model::money::parse_yuan(text).ok());
    Line {
        group: text("group"),
        level: line["level"].as_u64().map_or_else(String::new, |level| level.to_string()),
        account_href: format!("/analyses/{id}/branches?account={}", say::encoded(&account)),
        person_href: format!("/analyses/{id}/persons/{}", person.trim_start_matches('P')),
        account,
        person,
        day: line["day"].as_str().map_or_else(|| lang.t("network.explain.no_day").to_owned(), str::to_owned),
        amount: amount.map_or_else(String::new, |fen| say::exact(fen.into())),
        note: one_language(lang, line["note"].as_str().unwrap_or_default()).to_owned(),
        file: text("file"),
        row: line["row"].as_u64().map_or_else(String::new, |row| row.to_string()),
    }
}

/// `GET /analyses/{id}/explain?person=&figure=` or `?account=&figure=`.
pub async fn show(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
    Query(whose): Query<Whose>,
) -> Result<Response, Fault> {
    let done = done(&app, &signed, id, Action::Read).await?;
    let asked = whose.asked().ok_or(Fault::NotFound)?;
    let lang = signed.lang;
    let key = (done.found.id(), done.found.run);
    let question = analysis::question_like(&app.db, key, QuestionKind::Explanation, &asked.words()).await?;
    let (mut progress, mut answer, mut failure) = (None, None, String::new());
    if let Some(question) = &question {
        let at = question_progress(&app, lang, question).await?;
        failure =
            super::overview::Failure::of(lang, question.failure.as_deref()).map_or(String::new(), |f| f.text);
        if at.state == "done" {
            seen(&app, &signed, &done.found, json!({"page": "explanation", "question": question.id})).await?;
            let (house, question) = (house(&app), question.clone());
            let kept = aside(move || question::answer(&house, &question).map_err(refused)).await?;
            answer = kept.map(|kept| told(lang, id, &whose.figure, &kept));
        } else {
            progress = Some(at);
        }
    }
    let questions = analysis::questions(&app.db, key, QuestionKind::Explanation).await?;
    let (subject, back, names): (String, String, &[&str]) = match &asked {
        Asked::Person { person, .. } => {
            (format!("P{person}"), format!("/analyses/{id}/persons/{person}"), &OF_PERSON)
        }
        _ => (
            whose.account.clone(),
            format!("/analyses/{id}/branches?account={}", say::encoded(&whose.account)),
            &OF_ACCOUNT,
        ),
    };
    let others = others(lang, id, &done, &whose, names);
    let title = format!("{subject} · {}", figure_name(lang, &whose.figure, &done));
    page(&Page {
        shell: shell(&app, &signed, &done.found, "explain").await.titled(title),
        head: head(&app, lang, &done.found, "/explain", Some(&done.summary)),
        id,
        figure: figure_name(lang, &whose.figure, &done),
        subject,
        back,
        others,
        state_href: question
            .as_ref()
            .map_or_else(String::new, |q| format!("/analyses/{id}/questions/{}/state", q.id)),
        progress,
        failure,
        told: answer,
        asked: questions.iter().filter_map(|question| Row::of(lang, question)).collect(),
        whose,
    })
}

/// The other figures of the same person or account: name, address, is it the one at hand.
fn others(lang: Lang, id: i64, done: &Done, whose: &Whose, names: &[&str]) -> Vec<(String, String, bool)> {
    let has_money = done.summary.figures.paid_in.is_some();
    let is_money = |name: &str| {
        matches!(name, "paid_in" | "bonus" | "withdrawn" | "net")
            || name.starts_with("team_")
            || name.starts_with("grave_amount")
    };
    let told = names.iter().filter(|name| has_money || !is_money(name));
    told.map(|name| {
        let href = format!("/analyses/{id}/explain?{}&figure={name}", whose.query());
        (figure_name(lang, name, done), href, *name == whose.figure)
    })
    .collect()
}

/// `POST /analyses/{id}/explain`.
pub async fn ask(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
    Form(whose): Form<Whose>,
) -> Result<Response, Fault> {
    let done = done(&app, &signed, id, Action::Read).await?;
    let asked = whose.asked().ok_or(Fault::NotFound)?;
    let title = signed.lang.f("network.explain.job", &[("name", &done.found.name)]);
    let entry = entry(&signed, "analysis.explained", &done.found);
    question::ask(&app.db, &done.found, &asked, &title, entry).await.map_err(refused)?;
    let path = format!("/analyses/{id}/explain?{}&figure={}", whose.query(), whose.figure);
    Ok(Redirect::to(&path).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reader_is_told_in_one_language() {
        let text = "自顶层账号（第 1 级）逐级向下。The way down from the root, which is level 1.";
        assert_eq!(one_language(Lang::Zh, text), "自顶层账号（第 1 级）逐级向下。");
        assert_eq!(one_language(Lang::En, text), "The way down from the root, which is level 1.");
        assert_eq!(one_language(Lang::En, "直属于 M1"), "直属于 M1", "an account number is no English");
    }

    #[test]
    fn only_figures_that_exist_can_be_asked() {
        let whose = |person: &str, account: &str, figure: &str| Whose {
            person: person.into(),
            account: account.into(),
            figure: figure.into(),
        };
        assert_eq!(whose("P3", "", "net").asked(), Some(Asked::Person { person: 3, figure: "net".into() }));
        let account = Asked::Account { account: "M1".into(), figure: "depth".into() };
        assert_eq!(whose("", "M1", "depth").asked(), Some(account));
        for wrong in
            [whose("3", "", "depth"), whose("", "M1", "net"), whose("0", "", "net"), whose("", "", "depth")]
        {
            assert_eq!(wrong.asked(), None, "{wrong:?}");
        }
    }
}
