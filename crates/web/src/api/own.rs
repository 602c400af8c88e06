//! The asker's own things: who they are, their notices.

use super::Problem;
use super::lists::PageOf;
use super::rows::instant;
use crate::app::App;
use crate::fault::Fault;
use crate::signed::Signed;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// Notices that are answered at most.
const NOTICES_MAX: i64 = 200;

/// A post that is held today.
#[derive(Debug, Serialize, ToSchema)]
pub struct Post {
    /// The role's word.
    role: String,
    /// Number of the office.
    office_id: i64,
    /// Word of the agency.
    agency: String,
    /// Code of the division.
    division: String,
}

/// Who asks.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    /// Number of the account.
    id: i64,
    /// Login.
    login: String,
    /// Name.
    name: String,
    /// Number of the office.
    office_id: i64,
    /// Posts held today.
    posts: Vec<Post>,
    /// Scopes of the token; all in a session.
    scopes: Option<Vec<String>>,
}

/// Who asks.
#[utoipa::path(get, path = "/api/v1/me", tag = "own", summary = "Who asks.",
    responses((status = 200, body = Me), (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json")),
    security(("bearer" = ["me"])))]
pub(super) async fn me(signed: Signed) -> Json<Me> {
    let actor = signed.actor;
    let posts = actor.posts.into_iter().map(|post| Post {
        role: post.role.word().to_owned(),
        office_id: post.office.0,
        agency: post.agency,
        division: post.division,
    });
    Json(Me {
        id: actor.account.0,
        login: actor.login,
        name: actor.name,
        office_id: actor.office.0,
        posts: posts.collect(),
        scopes: signed.token.map(|token| token.scopes),
    })
}

/// A notice to the asker.
#[derive(Debug, Serialize, ToSchema)]
pub struct Notice {
    /// Number.
    id: i64,
    /// Key of its sentence.
    text_key: String,
    /// What fills it.
    arguments: serde_json::Value,
    /// Where it leads.
    href: String,
    /// By which day something is due.
    due_day: Option<String>,
    /// When it was made.
    #[schema(value_type = String)]
    created_at: serde_json::Value,
}

/// Notices that were not read.
#[utoipa::path(get, path = "/api/v1/notices", tag = "own", summary = "Notices that were not read.",
    responses((status = 200, body = PageOf<Notice>), (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json")),
    security(("bearer" = ["me"])))]
pub(super) async fn notices(
    State(app): State<Arc<App>>,
    signed: Signed,
) -> Result<Json<PageOf<Notice>>, Fault> {
    let found = mingjing_store::notice::unread(&app.db, signed.actor.account, NOTICES_MAX).await?;
    let items = found.into_iter().map(|notice| Notice {
        id: notice.id,
        text_key: notice.notice.text_key,
        arguments: notice.notice.arguments,
        href: notice.notice.href,
        due_day: notice.notice.due_day,
        created_at: instant(notice.created_at),
    });
    Ok(Json(PageOf::all(items.collect())))
}
