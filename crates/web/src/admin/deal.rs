//! Between forms and `casework::people`: who does it, what stood in the way and beside which field, what was done
//! before and can be taken back.

use super::form::Form;
use super::thing::Past;
use crate::app::App;
use crate::fault::Fault;
use crate::look::Flash;
use crate::look::write::minute;
use crate::signed::Signed;
use crate::words::Lang;
use axum::Form as Body;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use mingjing_casework::people::{By, Error, People};
use mingjing_model::id::{AccountId, OfficeId};
use mingjing_store::change::{self, Change};
use mingjing_store::{account, office};
use serde_json::Value;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

/// The doer of what this request asks for.
pub fn by(app: &App, signed: &Signed) -> By {
    By::actor(signed.actor.clone(), app.now(), &signed.request, signed.address.as_deref())
}

/// Changes of people and offices in their name.
pub fn people<'a>(app: &'a App, by: &'a By) -> People<'a> {
    People { db: &app.db, gate: &app.gate, by }
}

/// What stood in the way, where no form can show it.
pub fn fault(lang: Lang, error: Error) -> Fault {
    match error {
        Error::Forbidden { action, kind } => Fault::Forbidden { action, kind, roles: Vec::new() },
        Error::Refused { code, message, .. } => Fault::User {
            code,
            key: "admin.refused.other",
            arguments: vec![("what", said(lang, code, &message))],
            field: None,
        },
        Error::Changed { kind, id, who, at } => Fault::Conflict {
            who: who.unwrap_or_default(),
            when: at.unwrap_or_default(),
            what: format!("{kind} {id}"),
        },
        Error::Missing { .. } => Fault::NotFound,
        Error::Store(error) => error.into(),
        Error::World(why) => Fault::World(why),
    }
}

/// A refusal in one language: the sentence of its code, else the half of the message that is in it.
fn said(lang: Lang, code: &str, message: &str) -> String {
    if let Some(sentence) = lang.sentence(&format!("admin.refused.{code}")) {
        return sentence.to_owned();
    }
    match (lang, message.split_once('。')) {
        (Lang::Zh, Some((chinese, _))) => format!("{chinese}。"),
        (Lang::En, Some((_, english))) if !english.trim().is_empty() => english.trim().to_owned(),
        _ => message.to_owned(),
    }
}

/// Puts what stood in the way into the form, beside its field. Gives the status of the answer.
///
/// # Errors
/// What no form can show; and [`Error::Changed`], which the caller first completes by [`overtaken`].
pub fn into_form(form: &mut Form, error: Error) -> Result<StatusCode, Fault> {
    match error {
        Error::Refused { code, field, message } => {
            let sentence = said(form.lang, code, &message);
            match form.fields.iter().any(|own| own.name == field) {
                true => form.wrong(field, sentence),
                false => form.refused = Some(sentence),
            }
            Ok(StatusCode::UNPROCESSABLE_ENTITY)
        }
        other => Err(fault(form.lang, other)),
    }
}

/// Says in the form that somebody else was faster.
pub fn overtaken(
    form: &mut Form,
    who: Option<String>,
    at: Option<i64>,
    now: &BTreeMap<&str, String>,
    version: i64,
    href: &str,
) -> StatusCode {
    let (name, at) = (who.unwrap_or_else(|| "？".to_owned()), at.map(minute).unwrap_or_default());
    let sentence = form.lang.f("admin.conflict.who", &[("name", &name), ("at", &at)]);
    form.overtake(sentence, now, version, href);
    StatusCode::CONFLICT
}

/// `POST /changes/{id}/undo`: takes a change back, then back to the page.
///
/// # Errors
/// They may not, the thing was changed since, or it was taken back before.
pub async fn undo(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
    Body(sent): Body<super::form::Sent>,
) -> Result<Response, Fault> {
    let by = by(&app, &signed);
    people(&app, &by).undo(id).await.map_err(|error| fault(signed.lang, error))?;
    let back = sent.get("back").filter(|back| crate::look::flash::is_local(back));
    Ok(Flash::new("admin.done.undone").to(back.map_or("/admin", String::as_str)))
}

/// A deed is done: says so on the page, with the way back to before it.
///
/// # Errors
/// The database cannot be read.
pub async fn done(app: &App, said: &str, kind: &str, id: impl ToString, to: &str) -> Result<Response, Fault> {
    let last = change::of_subject(&app.db, kind, &id.to_string(), 1).await?;
    let flash = Flash::new(said);
    Ok(match last.first() {
        Some(last) => flash.undo(format!("/changes/{}/undo", last.id)).to(to),
        None => flash.to(to),
    })
}

/// Names behind the numbers that changes hold.
pub struct Names {
    offices: BTreeMap<i64, String>,
    people: BTreeMap<i64, String>,
}

/// The history of one or several subjects, the newest first. `may_undo`: is taking back offered?
///
/// # Errors
/// The database cannot be read.
pub async fn past(
    app: &App,
    lang: Lang,
    subjects: &[(&str, String)],
    may_undo: bool,
) -> Result<Vec<Past>, Fault> {
    let mut changes = Vec::new();
    for (kind, id) in subjects {
        let own = change::of_subject(&app.db, kind, id, 50).await?;
        // Only the newest that stands can be taken back: what came before was built upon.
        let newest = own.iter().find(|change| change.undone_by.is_none()).map(|change| change.id);
        changes.extend(own.into_iter().map(|change| (newest == Some(change.id), change)));
    }
    changes.sort_by_key(|(_, change)| std::cmp::Reverse(change.id));
    let names = names(app, &changes).await?;
    let lines =
        changes.into_iter().map(|(is_newest, change)| line(lang, &change, &names, may_undo && is_newest));
    Ok(lines.collect())
}

async fn names(app: &App, changes: &[(bool, Change)]) -> Result<Names, Fault> {
    let mut names = Names { offices: BTreeMap::new(), people: BTreeMap::new() };
    let states = changes.iter().flat_map(|(_, change)| [&change.change.before, &change.change.after]);
    let states: Vec<&Value> = states.flatten().collect();
    for state in states {
        if let Some(id) = state["office"].as_i64()
            && !names.offices.contains_key(&id)
        {
            let office = office::office(&app.db, OfficeId(id)).await?;
            names.offices.insert(id, office.map_or_else(|| id.to_string(), |office| office.name));
        }
        let ids: Vec<i64> =
            [&state["account"], &state["stands_in_for"]].into_iter().filter_map(Value::as_i64).collect();
        for id in ids {
            if let Entry::Vacant(place) = names.people.entry(id) {
                let account = account::find(&app.db, AccountId(id)).await?;
                place.insert(account.map_or_else(|| id.to_string(), |account| account.name));
            }
        }
    }
    Ok(names)
}

fn line(lang: Lang, change: &Change, names: &Names, may_undo: bool) -> Past {
    let action = &change.change.action;
    let undo = if may_undo { format!("/changes/{}/undo", change.id) } else { String::new() };
    Past {
        at: minute(change.change.at),
        by: change.account_name.clone().unwrap_or_else(|| "—".to_owned()),
        what: lang.sentence(&format!("admin.history.{action}")).unwrap_or(action).to_owned(),
        differences: differences(lang, change, names),
        is_undone: change.undone_by.is_some(),
        undo,
    }
}

/// Fields that histories show: the key of the state and the key of its word.
const SHOWN: [(&str, &str); 11] = [
    ("name", "name"),
    ("short_name", "short_name"),
    ("office", "office"),
    ("telephone", "telephone"),
    ("disabled_reason", "reason"),
    ("role", "role"),
    ("task", "task"),
    ("account", "person"),
    ("stands_in_for", "stands_in"),
    ("since", "since"),
    ("until", "until"),
];

fn differences(lang: Lang, change: &Change, names: &Names) -> Vec<String> {
    let show = |field: &str, value: &Value| match (field, value.as_i64()) {
        ("office", Some(id)) => names.offices.get(&id).cloned().unwrap_or_default(),
        ("account" | "stands_in_for", Some(id)) => names.people.get(&id).cloned().unwrap_or_default(),
        ("role", _) => {
            let word = value.as_str().unwrap_or_default();
            lang.sentence(&format!("common.role.{word}")).unwrap_or(word).to_owned()
        }
        _ => value
            .as_str()
            .map_or_else(|| if value.is_null() { String::new() } else { value.to_string() }, str::to_owned),
    };
    let (before, after) = (&change.change.before, &change.change.after);
    let mut lines = Vec::new();
    for (field, word) in SHOWN {
        let at = |state: &Option<Value>| {
            state.as_ref().map(|state| show(field, &state[field])).unwrap_or_default()
        };
        let (was, is) = (at(before), at(after));
        let label = lang.t(&format!("admin.field.{word}"));
        // Of a role taken back, which one it was is what matters.
        if was != is || (field == "role" && !is.is_empty()) {
            let none = lang.t("admin.field.none");
            let or_none = |text: &String| if text.is_empty() { none.to_owned() } else { text.clone() };
            lines.push(match before.is_none() || was == is {
                true => format!("{label}：{is}"),
                false => lang.f(
                    "admin.history.was",
                    &[("field", &label), ("before", &or_none(&was)), ("after", &or_none(&is))],
                ),
            });
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use mingjing_store::change::NewChange;
    use serde_json::json;

    fn change(before: Option<Value>, after: Option<Value>) -> Change {
        let change = NewChange {
            subject_kind: "account".to_owned(),
            subject_id: "1".to_owned(),
            action: "account_changed".to_owned(),
            before,
            after,
            account: None,
            at: 0,
        };
        Change { id: 7, change, account_name: None, undone_by: None, undoes: None }
    }

    #[test]
    fn a_history_says_what_differs_and_names_instead_of_numbers() {
        let names = Names {
            offices: BTreeMap::from([(1, "甲局".to_owned()), (2, "乙局".to_owned())]),
            people: BTreeMap::new(),
        };
        let changed = change(
            Some(json!({"name": "赵甲子", "office": 1, "telephone": null})),
            Some(json!({"name": "赵甲子", "office": 2, "telephone": "0851"})),
        );
        let said = differences(Lang::Zh, &changed, &names);
        assert_eq!(said, ["机构：“甲局”→“乙局”", "电话：“（无）”→“0851”"]);
    }

    #[test]
    fn a_refusal_is_said_in_the_readers_language() {
        let message = "电话为数字。Digits only";
        assert_eq!(said(Lang::Zh, "no_such_code", message), "电话为数字。");
        assert_eq!(said(Lang::En, "no_such_code", message), "Digits only");
    }
}
