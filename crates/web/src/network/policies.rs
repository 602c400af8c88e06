//! Counting policies in words, and two of them side by side.

use super::explain::Row as AskedRow;
use super::frame::{Done, Head, aside, done, entry, head, house, refused, shell};
use super::run::{Progress, question_progress};
use super::{law, say};
use crate::app::{App, show as page};
use crate::fault::Fault;
use crate::look::{Shell, write};
use crate::signed::Signed;
use crate::words::Lang;
use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use mingjing_casework::analysis::question::{self, Asked};
use mingjing_casework::permission::Action;
use mingjing_store::analysis::{self, QuestionKind};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

/// A policy as a page names it.
#[derive(Clone, Debug)]
pub struct Named {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The contested question it answers.
    pub question: String,
}

#[derive(Deserialize)]
struct File {
    policies: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    id: String,
    name: Both,
    question: Both,
}

#[derive(Deserialize)]
struct Both {
    zh: String,
    en: String,
}

impl Both {
    fn of(&self, lang: Lang) -> &str {
        if lang == Lang::Zh { &self.zh } else { &self.en }
    }
}

static ALL: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let file: File = serde_yaml_ng::from_str(include_str!("../../../../data/law/policy.yaml"))
        .expect("the policies are part of the program and a test reads them");
    file.policies
});

/// All policies, the main one first.
pub fn all(lang: Lang) -> Vec<Named> {
    let named = |entry: &Entry| Named {
        id: entry.id.clone(),
        name: entry.name.of(lang).to_owned(),
        question: entry.question.of(lang).to_owned(),
    };
    ALL.iter().map(named).collect()
}

/// The name of a policy; its id where this program does not know it.
pub fn name(lang: Lang, id: &str) -> String {
    ALL.iter()
        .find(|entry| entry.id == id)
        .map_or_else(|| id.to_owned(), |entry| entry.name.of(lang).to_owned())
}

#[derive(Template)]
#[template(path = "network/policies.html")]
struct Page {
    shell: Shell,
    head: Head,
    id: i64,
    policies: Vec<Named>,
    chooses: [Choose; 2],
    may_ask: bool,
    progress: Option<Progress>,
    state_href: String,
    failure: String,
    sides: [Named; 2],
    rows: Vec<Row>,
    same: usize,
    finding: String,
    only: String,
    asked: Vec<AskedRow>,
}

/// A choice of one side.
struct Choose {
    name: &'static str,
    word: &'static str,
    chosen: String,
}

/// A figure on both sides.
struct Row {
    name: String,
    left: String,
    right: String,
    change: String,
}

/// The two policies of the address or the form.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Two {
    one: String,
    other: String,
}

/// A policy to set beside that of the results: one that can be counted on the same tables.
fn beside(done: &Done) -> &'static str {
    match (done.summary.policy.id.as_str(), done.summary.figures.paid_in.is_some()) {
        ("main", true) => "strict",
        ("main", false) => "no-system",
        _ => "main",
    }
}

/// `GET /analyses/{id}/policies?one=&other=`.
pub async fn show(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
    Query(two): Query<Two>,
) -> Result<Response, Fault> {
    let done = done(&app, &signed, id, Action::Read).await?;
    let lang = signed.lang;
    let known = |id: &str| ALL.iter().any(|entry| entry.id == id);
    let one = if known(&two.one) { two.one.clone() } else { done.summary.policy.id.clone() };
    let other = if known(&two.other) { two.other.clone() } else { beside(&done).to_owned() };
    let key = (done.found.id(), done.found.run);
    let words = Asked::Policies(one.clone(), other.clone()).words();
    let question = analysis::question_like(&app.db, key, QuestionKind::Comparison, &words).await?;
    let mut progress = None;
    let (mut rows, mut same, mut only, mut failure) =
        (Vec::new(), 0, [String::new(), String::new()], String::new());
    if let Some(question) = &question {
        let at = question_progress(&app, lang, question).await?;
        failure =
            super::overview::Failure::of(lang, question.failure.as_deref()).map_or(String::new(), |f| f.text);
        if at.state == "done" {
            let (house, question) = (house(&app), question.clone());
            let answer = aside(move || question::answer(&house, &question).map_err(refused)).await?;
            let answer = answer.unwrap_or_default();
            (rows, same) = differing(lang, &answer, &done);
            only = [0, 1].map(|side| {
                let n = answer["accounts_of_persons_meeting_floor_only_in"][side].as_u64().unwrap_or(0);
                say::count(n)
            });
        } else {
            progress = Some(at);
        }
    }
    let asked = analysis::questions(&app.db, key, QuestionKind::Comparison).await?;
    let side = |id: &str| all(lang).into_iter().find(|policy| policy.id == id);
    let unknown = |id: &str| Named { id: id.to_owned(), name: id.to_owned(), question: String::new() };
    page(&Page {
        shell: shell(&app, &signed, &done.found, "policies").await,
        head: head(&app, lang, &done.found, "/policies", Some(&done.summary)),
        id,
        policies: all(lang),
        sides: [&one, &other].map(|id| side(id).unwrap_or_else(|| unknown(id))),
        may_ask: signed.check(&app, Action::Run, &super::frame::resource(&done.found)).is_ok(),
        state_href: question
            .as_ref()
            .map_or_else(String::new, |q| format!("/analyses/{id}/questions/{}/state", q.id)),
        progress,
        failure,
        finding: lang.f("network.policies.finding", &[("n", &rows.len()), ("same", &same)]),
        only: lang.f(
            "network.policies.only",
            &[("one", &one), ("a", &only[0]), ("other", &other), ("b", &only[1])],
        ),
        rows,
        same,
        asked: asked.iter().filter_map(|question| AskedRow::of(lang, question)).collect(),
        chooses: [("one", one), ("other", other)].map(|(name, chosen)| Choose {
            name,
            word: lang.t(&format!("network.policies.{name}")),
            chosen,
        }),
    })
}

/// The figures that differ, in the order of telling; how many do not.
fn differing(lang: Lang, answer: &Value, done: &Done) -> (Vec<Row>, usize) {
    let sides = [0, 1].map(|side| answer["figures"][side].as_object().cloned().unwrap_or_default());
    let keys: BTreeSet<&String> = sides.iter().flat_map(|side| side.keys()).collect();
    let (mut rows, mut same) = (Vec::new(), 0);
    for key in keys {
        let values = [0, 1].map(|side| sides[side].get(key).cloned().unwrap_or_default());
        if values[0] == values[1] {
            same += 1;
            continue;
        }
        let [left, right] = [0, 1].map(|side| shown(key, &values[side]));
        rows.push((
            law::place(key),
            Row {
                name: law::figure(lang, key, &done.summary.thresholds),
                change: change(&values),
                left,
                right,
            },
        ));
    }
    rows.sort_by_key(|(place, _)| *place);
    (rows.into_iter().map(|(_, row)| row).collect(), same)
}

/// A value of a figure: counts with their thousands apart, sums as yuan, shares as percent.
fn shown(key: &str, value: &Value) -> String {
    match value {
        Value::Null => say::NOTHING.to_owned(),
        Value::Number(number) => number.as_i64().map_or_else(|| number.to_string(), write::number),
        Value::String(text) if key.ends_with("_share") || key == "bonus_gini" => {
            let millionths = text.replace('.', "").parse::<i64>();
            millionths.map_or_else(|_| text.clone(), say::percent)
        }
        Value::String(text) => grouped(text),
        other => other.to_string(),
    }
}

/// A decimal text with its thousands apart; other texts stay.
fn grouped(text: &str) -> String {
    match text.split_once('.') {
        Some((whole, part)) if part.len() == 2 => match whole.parse::<i64>() {
            Ok(whole_number) => {
                let sign = if whole_number == 0 && whole.starts_with('-') { "-" } else { "" };
                format!("{sign}{}.{part}", write::number(whole_number))
            }
            Err(_) => text.to_owned(),
        },
        _ => text.to_owned(),
    }
}

/// How much the right side differs from the left, for counts.
fn change(values: &[Value; 2]) -> String {
    let (Some(left), Some(right)) = (values[0].as_i64(), values[1].as_i64()) else { return String::new() };
    let sign = if right > left { "+" } else { "" };
    format!("{sign}{}", write::number(right - left))
}

/// `POST /analyses/{id}/policies`.
pub async fn ask(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
    Form(two): Form<Two>,
) -> Result<Response, Fault> {
    let done = done(&app, &signed, id, Action::Run).await?;
    let known = |id: &str| ALL.iter().any(|entry| entry.id == id);
    if !known(&two.one) || !known(&two.other) || two.one == two.other {
        return Err(Fault::field("other", "same_policy", "network.refused.same_policy"));
    }
    let title = signed.lang.f("network.policies.job", &[("name", &done.found.name)]);
    let asked = Asked::Policies(two.one.clone(), two.other.clone());
    let entry = entry(&signed, "analysis.compared", &done.found);
    question::ask(&app.db, &done.found, &asked, &title, entry).await.map_err(refused)?;
    let path =
        format!("/analyses/{id}/policies?one={}&other={}", say::encoded(&two.one), say::encoded(&two.other));
    Ok(Redirect::to(&path).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_policies_have_names_in_both_languages_and_the_main_one_is_first() {
        assert_eq!(all(Lang::Zh)[0].id, "main");
        assert!(all(Lang::En).iter().all(|policy| policy.name.is_ascii()));
        assert_eq!(name(Lang::En, "later"), "later");
    }

    #[test]
    fn values_are_written_by_what_they_are() {
        assert_eq!(shown("persons", &json!(12345)), "12,345");
        assert_eq!(shown("paid_in", &json!("-1234567.50")), "-1,234,567.50");
        assert_eq!(shown("paid_in", &json!("-0.50")), "-0.50");
        assert_eq!(shown("bonus_top_percent_share", &json!("0.123456")), "12.3 %");
        assert_eq!(shown("first_floor_met_on", &json!("2020-06-30")), "2020-06-30");
        assert_eq!(shown("spread", &Value::Null), say::NOTHING);
        assert_eq!(change(&[json!(7), json!(10)]), "+3");
    }
}
