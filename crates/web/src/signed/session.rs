//! Sessions of the browser: tower-sessions over `store::session`.
//!
//! The cookie holds 128 random bits, the database their SHA-256. A session ends after an idle term, at latest after
//! an absolute one, and when its holder or an administrator ends it; a request that was under way then does not
//! bring it back. The id changes at every step of the sign-in, so that nobody can plant one beforehand.

use crate::settings::Settings;
use mingjing_casework::clock::Clock;
use mingjing_model::id::AccountId;
use mingjing_model::time::Micros;
use mingjing_store::{Db, session};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use tower_sessions::cookie::SameSite;
use tower_sessions::cookie::time::OffsetDateTime;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};
use tower_sessions::{Expiry, Session, SessionManagerLayer, SessionStore};

use crate::fault::Fault;

/// Under which name [`State`] stands in a session.
const STATE: &str = "state";
/// Under which name the store tells when the session was used last.
const SEEN: &str = "seen";
/// A session of nobody ends after half an hour: long enough to read a sign-in page.
const NOBODY: Micros = 30 * MINUTE;
const MINUTE: Micros = 60_000_000;

/// How far the sign-in is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Nobody yet.
    #[default]
    Nobody,
    /// The password was right; the second factor is due.
    SecondFactor,
    /// A new password is due.
    NewPassword,
    /// Signed in.
    Done,
}

/// What a session knows.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct State {
    /// Whose it is, from the password on.
    pub account: Option<i64>,
    /// How far the sign-in is.
    pub step: Step,
    /// The token of its forms.
    pub csrf: String,
    /// When it began (the present step of the sign-in).
    pub began: Micros,
    /// Network address at the sign-in.
    pub address: Option<String>,
    /// The browser, as it names itself.
    pub agent: Option<String>,
    /// A sign-in by the directory that is under way.
    pub directory: Option<crate::sign_in::directory::Pending>,
}

/// The state of a session; `None` if there is none.
///
/// # Errors
/// The database cannot be read.
pub async fn read(session: &Session) -> std::result::Result<Option<State>, Fault> {
    session.get(STATE).await.map_err(world)
}

/// When the session was used last, as the database had it.
pub(crate) async fn seen(session: &Session) -> Micros {
    session.get(SEEN).await.ok().flatten().unwrap_or(Micros::MAX)
}

/// Changes the state and keeps the id.
///
/// # Errors
/// The state cannot be written.
pub async fn write(session: &Session, state: &State) -> std::result::Result<(), Fault> {
    session.insert(STATE, state).await.map_err(world)
}

/// Changes the state under a new id and a new CSRF token: at every step of the sign-in.
///
/// # Errors
/// The database refused.
pub async fn step(session: &Session, mut state: State, now: Micros) -> std::result::Result<State, Fault> {
    session.cycle_id().await.map_err(world)?;
    state.csrf = token()?;
    state.began = now;
    write(session, &state).await?;
    session.save().await.map_err(world)?;
    Ok(state)
}

/// Ends the session.
///
/// # Errors
/// The database refused.
pub async fn end(session: &Session) -> std::result::Result<(), Fault> {
    session.flush().await.map_err(world)
}

/// The key under which a session stands in the database.
pub fn hash(id: &Id) -> String {
    hex::encode(Sha256::digest(id.to_string()))
}

/// 256 random bits in hex.
///
/// # Errors
/// The system gives no random numbers.
pub fn token() -> std::result::Result<String, Fault> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|e| Fault::World(format!("random numbers: {e}")))?;
    Ok(hex::encode(bytes))
}

fn world(error: impl std::fmt::Display) -> Fault {
    Fault::World(format!("session: {error}"))
}

/// The name of the cookie. Under TLS browsers refuse it from anybody but this very host.
pub fn cookie_name(settings: &Settings) -> &'static str {
    if settings.is_secure() { "__Host-mingjing" } else { "mingjing" }
}

/// The layer that gives each request its session.
pub fn layer(store: Store, settings: &Settings) -> SessionManagerLayer<Store> {
    SessionManagerLayer::new(store)
        .with_name(cookie_name(settings))
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_secure(settings.is_secure())
        .with_path("/")
        .with_expiry(Expiry::OnSessionEnd)
}

/// Sessions in the operational database.
#[derive(Clone, Debug)]
pub struct Store {
    db: Db,
    clock: Arc<dyn Clock>,
    idle: Micros,
    longest: Micros,
}

impl Store {
    /// Over a database, with the terms of the settings.
    pub fn new(db: Db, clock: Arc<dyn Clock>, settings: &Settings) -> Store {
        Store {
            db,
            clock,
            idle: i64::from(settings.session_idle_minutes) * MINUTE,
            longest: i64::from(settings.session_hours) * 60 * MINUTE,
        }
    }

    /// Until when a session holds that is used now.
    fn until(&self, state: &State, now: Micros) -> Micros {
        match state.step {
            Step::Done => now.saturating_add(self.idle).min(state.began.saturating_add(self.longest)),
            _ => state.began.max(now).saturating_add(NOBODY),
        }
    }

    /// The session was used: once a minute that is written down.
    ///
    /// # Errors
    /// The database refused.
    pub async fn used(&self, id: &Id, state: &State, seen: Micros) -> std::result::Result<(), Fault> {
        let now = self.clock.now();
        if now.saturating_sub(seen) < MINUTE {
            return Ok(());
        }
        let mut tx = self.db.begin().await?;
        session::touch(&mut tx, &hash(id), now, self.until(state, now)).await?;
        Ok(tx.commit().await?)
    }

    async fn put(&self, record: &Record, is_new: bool) -> std::result::Result<(), mingjing_store::Error> {
        let now = self.clock.now();
        let state: State = record
            .data
            .get(STATE)
            .and_then(|state| serde_json::from_value(state.clone()).ok())
            .unwrap_or_default();
        let mut data = record.data.clone();
        data.remove(SEEN);
        let session = session::Session {
            token_hash: hash(&record.id),
            account: state.account.map(AccountId),
            data: serde_json::to_string(&data).unwrap_or_default(),
            created_at: now,
            seen_at: now,
            expires_at: self.until(&state, now),
            address: state.address,
            agent: state.agent,
        };
        let mut tx = self.db.begin().await?;
        // One that was ended meanwhile stays ended.
        if is_new || session::touch(&mut tx, &session.token_hash, now, session.expires_at).await? {
            session::put(&mut tx, &session).await?;
        }
        tx.commit().await
    }
}

#[async_trait::async_trait]
impl SessionStore for Store {
    async fn create(&self, record: &mut Record) -> Result<()> {
        self.put(record, true).await.map_err(backend)
    }

    async fn save(&self, record: &Record) -> Result<()> {
        self.put(record, false).await.map_err(backend)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let found = session::read(&self.db, &hash(id), self.clock.now()).await.map_err(backend)?;
        let Some(found) = found else { return Ok(None) };
        let mut data: std::collections::HashMap<String, serde_json::Value> =
            serde_json::from_str(&found.data).map_err(|e| Error::Decode(e.to_string()))?;
        data.insert(SEEN.to_owned(), found.seen_at.into());
        let expiry_date = OffsetDateTime::from_unix_timestamp(found.expires_at / 1_000_000)
            .map_err(|e| Error::Decode(e.to_string()))?;
        Ok(Some(Record { id: *id, data, expiry_date }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        let ended = async {
            let mut tx = self.db.begin().await?;
            session::delete(&mut tx, &hash(id)).await?;
            tx.commit().await
        };
        ended.await.map_err(backend)
    }
}

fn backend(error: mingjing_store::Error) -> Error {
    Error::Backend(error.to_string())
}
