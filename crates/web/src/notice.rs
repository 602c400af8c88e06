//! Notices: what the platform tells a person. Opening one marks it read and leads to what it is about.

use crate::app::{App, show};
use crate::fault::Fault;
use crate::look::flash::is_local;
use crate::look::write::minute;
use crate::look::{Flash, Mark, Section, Shell};
use crate::routes::Routes;
use crate::signed::Signed;
use crate::words::Lang;
use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::Method;
use axum::response::{IntoResponse, Redirect, Response};
use mingjing_store::notice::{self, NewNotice};
use serde::Deserialize;
use std::fmt::Display;
use std::sync::Arc;

/// Notices of a page.
const PAGE: i64 = 50;

/// One's own notices.
pub fn routes() -> Routes {
    Routes::new()
        .account(Method::GET, "/notices", list)
        .account(Method::POST, "/notices/read", read_all)
        .account(Method::GET, "/notices/{id}", open)
        .account(Method::POST, "/notices/{id}/delete", delete)
}

/// A notice in the reader's language. A key that this program does not know is shown as it is.
pub fn said(lang: Lang, notice: &NewNotice) -> String {
    if lang.sentence(&notice.text_key).is_none() {
        return notice.text_key.clone();
    }
    let texts: Vec<(String, String)> = notice
        .arguments
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
        .collect();
    let arguments: Vec<(&str, &dyn Display)> =
        texts.iter().map(|(name, value)| (name.as_str(), value as &dyn Display)).collect();
    lang.f(&notice.text_key, &arguments)
}

struct Line {
    id: i64,
    text: String,
    at: String,
    mark: Option<Mark>,
    is_unread: bool,
}

#[derive(Template)]
#[template(path = "notice/list.html")]
struct List {
    shell: Shell,
    lines: Vec<Line>,
    newest: i64,
    next: Option<i64>,
    has_unread: bool,
}

/// Below which number a page goes on.
#[derive(Debug, Deserialize)]
pub struct Asked {
    below: Option<i64>,
}

/// `GET /notices`.
///
/// # Errors
/// The database cannot be read.
pub async fn list(
    State(app): State<Arc<App>>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Result<Response, Fault> {
    let mut found = notice::of_account(&app.db, signed.actor.account, asked.below, PAGE + 1).await?;
    let has_more = found.len() > 50;
    found.truncate(50);
    let (lang, now) = (signed.lang, app.now());
    let lines: Vec<Line> = found
        .iter()
        .map(|found| Line {
            id: found.id,
            text: said(lang, &found.notice),
            at: minute(found.created_at),
            mark: found.notice.due_day.as_deref().and_then(|day| crate::desk::due(lang, day, now)),
            is_unread: found.read_at.is_none(),
        })
        .collect();
    let shell = Shell::new(&app, &signed, Section::Own, "notice.title").await.lead("notice");
    show(&List {
        has_unread: shell.unread > 0,
        newest: lines.first().map_or(0, |line| line.id),
        next: lines.last().map(|line| line.id).filter(|_| has_more),
        lines,
        shell,
    })
}

/// `GET /notices/{id}`: marks it read and leads on. A second time it only leads on.
///
/// # Errors
/// This person has no such notice; the database refused.
pub async fn open(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
) -> Result<Response, Fault> {
    let found = notice::read(&app.db, id, signed.actor.account).await?;
    if found.read_at.is_none() {
        let mut tx = app.db.begin().await?;
        notice::mark_read(&mut tx, id, signed.actor.account, app.now()).await?;
        tx.commit().await?;
    }
    let href = found.notice.href.as_str();
    Ok(Redirect::to(if is_local(href) { href } else { "/notices" }).into_response())
}

/// Up to which number all is read.
#[derive(Debug, Deserialize)]
pub struct UpTo {
    up_to: i64,
}

/// `POST /notices/read`.
///
/// # Errors
/// The database refused.
pub async fn read_all(
    State(app): State<Arc<App>>,
    signed: Signed,
    Form(form): Form<UpTo>,
) -> Result<Response, Fault> {
    let mut tx = app.db.begin().await?;
    let count = notice::mark_all_read(&mut tx, form.up_to, signed.actor.account, app.now()).await?;
    tx.commit().await?;
    Ok(Flash::new("notice.marked").with("n", count).to("/notices"))
}

/// `POST /notices/{id}/delete`.
///
/// # Errors
/// This person has no such notice; the database refused.
pub async fn delete(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
) -> Result<Response, Fault> {
    let mut tx = app.db.begin().await?;
    if !notice::delete(&mut tx, id, signed.actor.account).await? {
        return Err(Fault::NotFound);
    }
    tx.commit().await?;
    Ok(Flash::new("notice.deleted").to("/notices"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use mingjing_model::id::AccountId;

    #[test]
    fn a_notice_is_read_in_the_language_of_its_reader() {
        let notice = |key: &str| NewNotice {
            account: AccountId(1),
            text_key: key.to_owned(),
            arguments: serde_json::json!({ "n": 3 }),
            href: "/".to_owned(),
            due_day: None,
        };
        assert_eq!(said(Lang::Zh, &notice("notice.marked")), "已将 3 条通知标为已读");
        assert_eq!(said(Lang::En, &notice("notice.marked")), "3 notices marked as read");
        assert_eq!(said(Lang::En, &notice("of.another.program")), "of.another.program");
    }
}
