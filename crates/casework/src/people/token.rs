//! Tokens of the API: made and revoked by their holder, shown once, kept as a hash.

use super::{Error, People, text};
use crate::permission::{Action, Kind, Resource};
use mingjing_model::time::Micros;
use mingjing_store::token::{self, NewToken, Token};
use mingjing_store::{Db, audit};
use serde_json::json;
use sha2::{Digest, Sha256};

/// How every token begins, so that scanners of leaked secrets know it.
const PREFIX: &str = "mj_";
const DAY: Micros = 86_400_000_000;
/// Longest term of a token, in days.
const DAYS_MAX: u32 = 366;

/// What is kept of a token.
pub fn token_hash(text: &str) -> String {
    hex::encode(Sha256::digest(text.trim()))
}

/// The token that was shown, if it holds and its holder may sign in.
///
/// # Errors
/// The database cannot be read.
pub async fn authenticated(db: &Db, text: &str, now: Micros) -> Result<Option<Token>, mingjing_store::Error> {
    if !text.trim().starts_with(PREFIX) {
        return Ok(None);
    }
    token::by_hash(db, &token_hash(text), now).await
}

impl People<'_> {
    /// Makes a token for oneself with some of the scopes there are. Gives its number and its text, to be shown once.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`]; the database.
    pub async fn create_token(
        &self,
        name: &str,
        scopes: &[String],
        known: &[String],
        days: u32,
    ) -> Result<(i64, String), Error> {
        let owner =
            self.by.account().ok_or(Error::Forbidden { action: Action::Create, kind: Kind::ApiToken })?;
        self.allow(Action::Create, &Resource::new(Kind::ApiToken, "").owned_by(owner))?;
        let name = text("name", name, 64)?;
        if scopes.is_empty() {
            return Err(Error::refused("scopes", "scopes", "请至少选择一项权限。Choose at least one scope"));
        }
        if let Some(other) = scopes.iter().find(|scope| !known.contains(scope)) {
            return Err(Error::refused(
                "scopes",
                "scopes",
                format!("没有权限 {other}。There is no such scope"),
            ));
        }
        if !(1..=DAYS_MAX).contains(&days) {
            let message = format!("有效期为1至{DAYS_MAX}天。One to {DAYS_MAX} days");
            return Err(Error::refused("days", "days", message));
        }
        let mut secret = [0; 32];
        getrandom::fill(&mut secret)
            .map_err(|e| Error::World(format!("the system's random numbers: {e}")))?;
        let shown = format!("{PREFIX}{}", hex::encode(secret));
        let new = NewToken {
            account: owner,
            name,
            token_hash: token_hash(&shown),
            scopes: scopes.to_vec(),
            expires_at: self.by.at + Micros::from(days) * DAY,
        };
        let division = self.account(owner).await?.division;
        let mut tx = self.db.begin().await?;
        let id = token::insert(&mut tx, &new, self.by.at).await?;
        let detail = json!({"name": new.name, "scopes": scopes, "days": days});
        let entry = self.by.entry("token_created", Kind::ApiToken.word(), id, Some(&division), detail);
        audit::append(&mut tx, &entry).await?;
        tx.commit().await?;
        Ok((id, shown))
    }

    /// Revokes one of one's own tokens.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for another's, [`Error::Missing`]; the database.
    pub async fn revoke_token(&self, id: i64) -> Result<(), Error> {
        let token = token::find(self.db, id).await?.ok_or_else(|| Error::missing(Kind::ApiToken, id))?;
        self.allow(Action::Delete, &Resource::new(Kind::ApiToken, id).owned_by(token.account))?;
        let division = self.account(token.account).await?.division;
        let mut tx = self.db.begin().await?;
        if token::revoke(&mut tx, id, self.by.at).await? {
            let detail = json!({"name": token.name});
            let entry = self.by.entry("token_revoked", Kind::ApiToken.word(), id, Some(&division), detail);
            audit::append(&mut tx, &entry).await?;
        }
        Ok(tx.commit().await?)
    }
}
