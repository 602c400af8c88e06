//! Accounts, roles, offices: changed by those who may, with events and inverses.
//!
//! Every change asks the [`Gate`], compares the version it was decided on, keeps what was before and after, and
//! writes its audit entry, all in one transaction. What a single sentence of a policy cannot say stands here:
//! nobody is auditor and something else; one looks after an account only if one could grant every role it holds;
//! one administrator always stays.

mod account;
mod by;
pub mod divisions;
mod first;
mod grant;
mod office;
mod token;
mod undo;

pub(crate) use undo::no_inverse;

pub use account::{NewPerson, actor};
pub use by::By;
pub use first::{First, first_administrator};
pub use grant::resource as grant_resource;
pub use office::{NewAgency, NewOffice};
pub use token::{authenticated, token_hash};

use crate::permission::{Action, Gate, Kind, Resource};
use mingjing_model::time::{Micros, day_in_shanghai, day_text};
use mingjing_store::change::{self, NewChange};
use mingjing_store::{Db, Tx, audit};
use serde_json::Value;

/// What can go wrong in changing people, offices and duty.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No policy permits it.
    #[error("无权执行：{action} {kind}。Not permitted")]
    Forbidden {
        /// What.
        action: Action,
        /// To what.
        kind: Kind,
    },
    /// What was given cannot be: the user's, beside a field.
    #[error("{message}")]
    Refused {
        /// Stable code.
        code: &'static str,
        /// The field, as forms call it.
        field: &'static str,
        /// What was found, what is expected.
        message: String,
    },
    /// Somebody else changed it in between.
    #[error("{kind} {id}：{} 已作更改，请重新核对后再改。Changed in between", .who.as_deref().unwrap_or("他人"))]
    Changed {
        /// Which kind of thing.
        kind: String,
        /// Which one.
        id: String,
        /// Who changed it last, if known.
        who: Option<String>,
        /// When, if known.
        at: Option<Micros>,
    },
    /// There is no such thing.
    #[error("{kind} {id} 不存在。There is no such thing")]
    Missing {
        /// Which kind of thing.
        kind: Kind,
        /// Which one.
        id: String,
    },
    /// The database.
    #[error(transparent)]
    Store(mingjing_store::Error),
    /// The world's: dice, threads.
    #[error("{0}")]
    World(String),
}

impl Error {
    pub(crate) fn refused(code: &'static str, field: &'static str, message: impl Into<String>) -> Error {
        Error::Refused { code, field, message: message.into() }
    }

    pub(crate) fn missing(kind: Kind, id: impl ToString) -> Error {
        Error::Missing { kind, id: id.to_string() }
    }

    /// Is it the user's to mend?
    pub fn is_users(&self) -> bool {
        !matches!(self, Error::Store(_) | Error::World(_))
    }
}

impl From<mingjing_store::Error> for Error {
    fn from(error: mingjing_store::Error) -> Error {
        match error {
            mingjing_store::Error::Changed { kind, id } => {
                Error::Changed { kind: kind.to_owned(), id, who: None, at: None }
            }
            mingjing_store::Error::Missing { kind, id } => match kind.parse() {
                Ok(kind) => Error::Missing { kind, id },
                Err(_) => {
                    Error::refused("missing", "", format!("{kind} {id} 不存在。There is no such thing"))
                }
            },
            mingjing_store::Error::Refused(message) => Error::refused("refused", "", message),
            other => Error::Store(other),
        }
    }
}

impl From<crate::sign_in::Error> for Error {
    fn from(error: crate::sign_in::Error) -> Error {
        match error {
            crate::sign_in::Error::Store(error) => error.into(),
            crate::sign_in::Error::Weak(_) => Error::refused("weak", "password", error.to_string()),
            other => Error::World(other.to_string()),
        }
    }
}

/// A taken unique value as a refusal beside its field.
pub(crate) fn taken(error: mingjing_store::Error, field: &'static str, value: &str) -> Error {
    match error {
        mingjing_store::Error::Taken(_) => {
            Error::refused("taken", field, format!("{value} 已存在，请改用其他。It exists already"))
        }
        other => other.into(),
    }
}

/// Changes of people and offices by somebody.
#[derive(Clone, Copy, Debug)]
pub struct People<'a> {
    /// The database.
    pub db: &'a Db,
    /// The policies.
    pub gate: &'a Gate,
    /// Who, when, from where.
    pub by: &'a By,
}

/// What is kept of a change: an event with its inverse, and an audit entry.
pub(crate) struct Kept<'a> {
    pub kind: Kind,
    pub id: String,
    /// The word of the audit log.
    pub action: &'static str,
    pub division: Option<&'a str>,
    pub before: Option<Value>,
    pub after: Option<Value>,
    /// Names and references for the audit log.
    pub detail: Value,
    /// The event that is taken back by this.
    pub undoes: Option<i64>,
}

impl People<'_> {
    pub(crate) fn allow(&self, action: Action, resource: &Resource) -> Result<(), Error> {
        self.by.allow(self.gate, action, resource)
    }

    /// The day on which this is done.
    pub(crate) fn today(&self) -> String {
        today(self.by.at)
    }

    /// A change by others in between, with who did it and when.
    pub(crate) async fn told(&self, error: Error) -> Error {
        told(self.db, error).await
    }
}

/// The day of an instant in Shanghai.
pub(crate) fn today(at: Micros) -> String {
    day_in_shanghai(at).and_then(day_text).unwrap_or_else(|| "1970-01-01".to_owned())
}

pub(crate) async fn told(db: &Db, error: Error) -> Error {
    let Error::Changed { kind, id, .. } = error else { return error };
    // Without the name the message is poorer, not wrong.
    let last = change::of_subject(db, &kind, &id, 1).await.ok().and_then(|all| all.into_iter().next());
    let (who, at) = last.map_or((None, None), |last| (last.account_name, Some(last.change.at)));
    Error::Changed { kind, id, who, at }
}

/// Writes event and audit entry in the transaction of the change. Gives the number of the event.
pub(crate) async fn keep(tx: &mut Tx, by: &By, kept: Kept<'_>) -> Result<i64, Error> {
    let event = NewChange {
        subject_kind: kept.kind.word().to_owned(),
        subject_id: kept.id.clone(),
        action: kept.action.to_owned(),
        before: kept.before,
        after: kept.after,
        account: by.account(),
        at: by.at,
    };
    let number = match kept.undoes {
        None => change::create(tx, &event).await?,
        Some(undoes) => change::undo(tx, undoes, &event).await?,
    };
    let mut detail = kept.detail;
    detail["change"] = number.into();
    if let Some(undoes) = kept.undoes {
        detail["undoes"] = undoes.into();
    }
    audit::append(tx, &by.entry(kept.action, kept.kind.word(), kept.id, kept.division, detail)).await?;
    Ok(number)
}

/// A text of a form: trimmed, not empty, not longer than this, without control characters.
pub(crate) fn text(field: &'static str, value: &str, most: usize) -> Result<String, Error> {
    let value = value.trim();
    if value.is_empty() {
        return Err(Error::refused("empty", field, "不能为空。Must not be empty"));
    }
    if value.chars().count() > most {
        return Err(Error::refused("long", field, format!("至多{most}个字符。At most {most} characters")));
    }
    if value.chars().any(char::is_control) {
        return Err(Error::refused("control", field, "含有不可见字符。Holds invisible characters"));
    }
    Ok(value.to_owned())
}

/// A day as `2026-06-30`.
pub(crate) fn day(field: &'static str, value: &str) -> Result<String, Error> {
    let day = mingjing_model::time::parse_day(value).and_then(day_text);
    day.ok_or_else(|| Error::refused("day", field, "日期须如 2026-06-30。A day like 2026-06-30 is expected"))
}
