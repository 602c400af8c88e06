//! What the database can answer instead of a result, by whose fault it is.

/// An error of the operational database.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An address that cannot be used: the user's.
    #[error("{address}: no address of a database: {why}. Use sqlite:FILE or postgres://USER@HOST/NAME")]
    Address {
        /// As given, without its password.
        address: String,
        /// What is wrong.
        why: String,
    },
    /// Somebody changed the row in between: the user decides again.
    #[error("{kind} {id} was changed in between")]
    Changed {
        /// Which kind of thing.
        kind: &'static str,
        /// Which one.
        id: String,
    },
    /// There is no such row.
    #[error("{kind} {id} does not exist")]
    Missing {
        /// Which kind of thing.
        kind: &'static str,
        /// Which one.
        id: String,
    },
    /// A unique value is taken.
    #[error("{0} is taken")]
    Taken(String),
    /// Something the caller gave that cannot be: the user's.
    #[error("{0}")]
    Refused(String),
    /// The world's: connection, disk, a broken file.
    #[error("database: {0}")]
    Database(sqlx::Error),
    /// The world's, outside the database: path or place in the text.
    #[error("{0}")]
    World(String),
    /// A migration failed; nothing of it stays.
    #[error("migration: {0}")]
    Migration(sqlx::migrate::MigrateError),
    /// A newer program has already changed the database.
    #[error("the database has shape {found}, this program knows shapes up to {known}: use the newer program")]
    Newer {
        /// Shape of the database.
        found: i64,
        /// Newest shape of the program.
        known: i64,
    },
    /// A migration that ran here is not the one the program has.
    #[error(
        "migration {0} ran here with another text than this program has: use the program that made the database"
    )]
    Altered(i64),
    /// A stored structure that cannot be read.
    #[error("stored {what}: {why}")]
    Stored {
        /// Table and column.
        what: &'static str,
        /// Why not.
        why: String,
    },
}

impl Error {
    pub(crate) fn address(address: &str, why: &str) -> Error {
        Error::Address { address: without_password(address), why: why.to_owned() }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Error {
        if let sqlx::Error::Database(inner) = &error
            && inner.is_unique_violation()
        {
            return Error::Taken(inner.constraint().unwrap_or(inner.message()).to_owned());
        }
        Error::Database(error)
    }
}

/// `postgres://user:secret@host/name` without the secret.
fn without_password(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let Some((user, host)) = rest.rsplit_once('@') else { return address.to_owned() };
    let user = user.split(':').next().unwrap_or_default();
    format!("{scheme}://{user}@{host}")
}
