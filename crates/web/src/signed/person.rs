//! The person behind a session or a token, with the posts they hold today.

use crate::app::App;
use crate::fault::Fault;
use mingjing_casework::permission::{Actor, Post};
use mingjing_model::id::{AccountId, OfficeId};
use mingjing_model::time::{Micros, day_in_shanghai, day_text};
use mingjing_store::account::{self, Account};

/// Account and actor; `None` if there is no such account or it is disabled.
///
/// # Errors
/// The database cannot be read.
pub async fn find(app: &App, id: AccountId, now: Micros) -> Result<Option<(Account, Actor)>, Fault> {
    let Some(account) = account::find(&app.db, id).await? else { return Ok(None) };
    if account.disabled_at.is_some() {
        return Ok(None);
    }
    let today = day_in_shanghai(now).and_then(day_text).unwrap_or_default();
    let held = account::posts(&app.db, id, &today).await?;
    let posts = held.into_iter().filter_map(|post| {
        // A role that a newer program granted is no role here.
        let role = post.role.parse().ok()?;
        Some(Post { role, office: OfficeId(post.office_id), agency: post.agency, division: post.division })
    });
    let actor = Actor {
        account: id,
        login: account.login.clone(),
        name: account.name.clone(),
        office: account.office(),
        posts: posts.collect(),
    };
    Ok(Some((account, actor)))
}
