//! What is done to one account.

use super::page::{data, disabling, found, grant as granting, show};
use super::{LIST, handed_over};
use crate::admin::deal::{by, done, fault, into_form, overtaken, people};
use crate::admin::form::{Form, Sent};
use crate::admin::version;
use crate::app::App;
use crate::fault::Fault;
use crate::look::Flash;
use crate::signed::Signed;
use axum::Form as Body;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use mingjing_casework::people::Error;
use mingjing_casework::permission::Kind;
use mingjing_model::id::{AccountId, OfficeId};
use mingjing_store::account::{self, Account, NewGrant};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The page again with the form as it was typed and what stood in its way.
async fn again(
    app: &App,
    signed: &Signed,
    account: &Account,
    id: &'static str,
    mut form: Form,
    error: Error,
) -> Result<Response, Fault> {
    let Error::Changed { who, at, .. } = error else {
        let status = into_form(&mut form, error)?;
        return show(app, signed, account, Some((id, form)), status).await;
    };
    let now = account::find(&app.db, account.id()).await?.ok_or(Fault::NotFound)?;
    let values = BTreeMap::from([
        ("name", now.name.clone()),
        ("office", now.office_id.to_string()),
        ("telephone", now.telephone.clone().unwrap_or_default()),
        ("directory_subject", now.directory_subject.clone().unwrap_or_default()),
    ]);
    let status = overtaken(&mut form, who, at, &values, now.version, &format!("{LIST}/{}", now.id));
    show(app, signed, &now, Some((id, form)), status).await
}

/// `POST /admin/people/{id}`.
///
/// # Errors
/// There is none that they may see, they may not; the database refused.
pub async fn change(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
    Body(sent): Body<Sent>,
) -> Result<Response, Fault> {
    let account = found(&app, &signed, id).await?;
    let mut form = data(&app, &signed, &account).await?;
    form.take(&sent);
    if !form.is_well() {
        return show(&app, &signed, &account, Some(("data", form)), StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let office = OfficeId(form.get("office").parse().unwrap_or_default());
    let by = by(&app, &signed);
    let changed = people(&app, &by)
        .change(
            account.id(),
            version(&sent),
            form.get("name"),
            office,
            form.some("telephone"),
            form.some("directory_subject"),
        )
        .await;
    match changed {
        Ok(()) => done(&app, "admin.done.saved", Kind::Account.word(), id, &format!("{LIST}/{id}")).await,
        Err(error) => again(&app, &signed, &account, "data", form, error).await,
    }
}

/// `POST /admin/people/{id}/disable`.
///
/// # Errors
/// There is none that they may see, they may not; the database refused.
pub async fn disable(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
    Body(sent): Body<Sent>,
) -> Result<Response, Fault> {
    let account = found(&app, &signed, id).await?;
    let mut form = disabling(signed.lang, &account);
    form.take(&sent);
    if !form.is_well() {
        return show(&app, &signed, &account, Some(("disable", form)), StatusCode::UNPROCESSABLE_ENTITY)
            .await;
    }
    let by = by(&app, &signed);
    match people(&app, &by).disable(account.id(), version(&sent), form.get("reason")).await {
        Ok(()) => done(&app, "admin.done.disabled", Kind::Account.word(), id, &format!("{LIST}/{id}")).await,
        Err(error) => again(&app, &signed, &account, "disable", form, error).await,
    }
}

/// `POST /admin/people/{id}/enable`.
///
/// # Errors
/// There is none that they may see, they may not, it was changed in between; the database refused.
pub async fn enable(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
    Body(sent): Body<Sent>,
) -> Result<Response, Fault> {
    let account = found(&app, &signed, id).await?;
    let by = by(&app, &signed);
    let enabled = people(&app, &by).enable(account.id(), version(&sent)).await;
    enabled.map_err(|error| fault(signed.lang, error))?;
    done(&app, "admin.done.enabled", Kind::Account.word(), id, &format!("{LIST}/{id}")).await
}

/// `POST /admin/people/{id}/password`: shows the new first password, once.
///
/// # Errors
/// There is none that they may see, they may not; the database refused.
pub async fn reset_password(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
) -> Result<Response, Fault> {
    let account = found(&app, &signed, id).await?;
    let by = by(&app, &signed);
    let reset = people(&app, &by).reset_password(account.id(), &app.guard).await;
    let password = reset.map_err(|error| fault(signed.lang, error))?;
    handed_over(&app, &signed, account.id(), &account.name, password, None).await
}

/// `POST /admin/people/{id}/factor`: takes the second factor away.
///
/// # Errors
/// There is none that they may see, they may not; the database refused.
pub async fn reset_factor(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
) -> Result<Response, Fault> {
    let account = found(&app, &signed, id).await?;
    let by = by(&app, &signed);
    people(&app, &by).reset_factor(account.id()).await.map_err(|error| fault(signed.lang, error))?;
    Ok(Flash::new("admin.done.reset_factor").to(&format!("{LIST}/{id}")))
}

/// `POST /admin/people/{id}/unlock`.
///
/// # Errors
/// There is none that they may see, they may not; the database refused.
pub async fn unlock(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
) -> Result<Response, Fault> {
    let account = found(&app, &signed, id).await?;
    let by = by(&app, &signed);
    people(&app, &by).unlock(account.id()).await.map_err(|error| fault(signed.lang, error))?;
    Ok(Flash::new("admin.done.unlocked").to(&format!("{LIST}/{id}")))
}

/// `POST /admin/people/{id}/sessions`: ends all sessions.
///
/// # Errors
/// There is none that they may see, they may not; the database refused.
pub async fn end_sessions(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
) -> Result<Response, Fault> {
    let account = found(&app, &signed, id).await?;
    let by = by(&app, &signed);
    people(&app, &by).end_sessions(account.id()).await.map_err(|error| fault(signed.lang, error))?;
    Ok(Flash::new("admin.done.sessions").to(&format!("{LIST}/{id}")))
}

/// `POST /admin/people/{id}/grants`.
///
/// # Errors
/// There is none that they may see, they may not; the database refused.
pub async fn grant(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
    Body(sent): Body<Sent>,
) -> Result<Response, Fault> {
    let account = found(&app, &signed, id).await?;
    let forbidden = || {
        fault(
            signed.lang,
            Error::Forbidden { action: mingjing_casework::permission::Action::Create, kind: Kind::RoleGrant },
        )
    };
    let mut form = granting(&app, &signed, &account).await?.ok_or_else(forbidden)?;
    form.take(&sent);
    if !form.is_well() {
        return show(&app, &signed, &account, Some(("grant", form)), StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let new = NewGrant {
        account: AccountId(id),
        role: form.get("role").to_owned(),
        office: OfficeId(form.get("office").parse().unwrap_or_default()),
        since_day: form.get("since").to_owned(),
        until_day: form.some("until").map(str::to_owned),
    };
    let by = by(&app, &signed);
    match people(&app, &by).grant(&new).await {
        Ok(grant) => {
            done(&app, "admin.done.granted", Kind::RoleGrant.word(), grant, &format!("{LIST}/{id}")).await
        }
        Err(error) => again(&app, &signed, &account, "grant", form, error).await,
    }
}

/// `POST /admin/people/{id}/grants/{grant}/revoke`.
///
/// # Errors
/// There is none that they may see, they may not, it was changed in between; the database refused.
pub async fn revoke(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path((id, grant)): Path<(i64, i64)>,
    Body(sent): Body<Sent>,
) -> Result<Response, Fault> {
    found(&app, &signed, id).await?;
    let held = account::grant(&app.db, grant).await?.filter(|held| held.account_id == id);
    if held.is_none() {
        return Err(Fault::NotFound);
    }
    let by = by(&app, &signed);
    let revoked = people(&app, &by).revoke(grant, version(&sent)).await;
    revoked.map_err(|error| fault(signed.lang, error))?;
    done(&app, "admin.done.revoked", Kind::RoleGrant.word(), grant, &format!("{LIST}/{id}")).await
}
