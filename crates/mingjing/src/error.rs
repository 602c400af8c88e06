//! What a command can fail with, told apart by whose fault it is, and the exit code that goes with it.

use mingjing_model::money::yuan_text;
use mingjing_network::figures::Refusal;
use mingjing_network::run::Stop;
use std::path::Path;

/// Why a command ended without its result.
#[derive(Debug)]
pub enum Error {
    /// The user's to mend: exit code 2.
    User {
        /// Stable code.
        code: &'static str,
        /// What was found, what was expected, what to do.
        message: String,
    },
    /// The world's: exit code 1.
    World(String),
    /// What was checked is broken: exit code 3.
    Broken(String),
    /// Ctrl-C: exit code 130.
    Interrupted,
}

impl Error {
    /// A fault of the user's.
    pub fn user(code: &'static str, message: impl Into<String>) -> Error {
        Error::User { code, message: message.into() }
    }

    /// From the system, about a file.
    pub fn io(path: &Path, source: &std::io::Error) -> Error {
        match source.kind() {
            std::io::ErrorKind::NotFound => Error::user(
                "file_missing",
                format!("找不到文件，请核对路径。\n{}: no such file; check the path", path.display()),
            ),
            _ => {
                Error::World(format!("无法读写文件，请检查文件、权限与磁盘。\n{}: {source}", path.display()))
            }
        }
    }

    /// The exit code.
    pub fn exit_code(&self) -> u8 {
        match self {
            Error::User { .. } => 2,
            Error::World(_) => 1,
            Error::Broken(_) => 3,
            Error::Interrupted => 130,
        }
    }

    /// The code for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Error::User { code, .. } => code,
            Error::World(_) => "world",
            Error::Broken(_) => "broken",
            Error::Interrupted => "interrupted",
        }
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Error::User { message, .. } | Error::World(message) | Error::Broken(message) => {
                f.write_str(message)
            }
            Error::Interrupted => {
                f.write_str("已中断，未留下任何结果。Interrupted; nothing was left behind.")
            }
        }
    }
}

impl From<mingjing_store::Error> for Error {
    fn from(error: mingjing_store::Error) -> Error {
        use mingjing_store::Error as Store;
        let code = match &error {
            Store::Address { .. } => "database_address",
            Store::Refused(_) => "refused",
            Store::Changed { .. } => "changed",
            Store::Missing { .. } => "missing",
            Store::Taken(_) => "taken",
            Store::Newer { .. } => "database_newer",
            Store::Altered(_) => "database_altered",
            _ => return Error::World(error.to_string()),
        };
        Error::user(code, error.to_string())
    }
}

impl From<mingjing_casework::keys::Error> for Error {
    fn from(error: mingjing_casework::keys::Error) -> Error {
        match error.is_users() {
            true => Error::user("key_file", error.to_string()),
            false => Error::World(error.to_string()),
        }
    }
}

impl From<mingjing_intake::Error> for Error {
    fn from(error: mingjing_intake::Error) -> Error {
        match error {
            mingjing_intake::Error::User(fault) => {
                Error::User { code: fault.code, message: fault.to_string() }
            }
            mingjing_intake::Error::Stopped => Error::Interrupted,
            mingjing_intake::Error::World { path, source }
                if source.kind() == std::io::ErrorKind::NotFound =>
            {
                Error::io(&path, &source)
            }
            world => Error::World(world.to_string()),
        }
    }
}

impl From<mingjing_results::Error> for Error {
    fn from(error: mingjing_results::Error) -> Error {
        match error.is_users() {
            true => Error::user("results", error.to_string()),
            false => Error::World(error.to_string()),
        }
    }
}

impl From<mingjing_report::Error> for Error {
    fn from(error: mingjing_report::Error) -> Error {
        Error::World(error.to_string())
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Error {
        let (code, message) = match refusal {
            Refusal::BoundaryNeeded { topup, order } => (
                "boundary_needed",
                format!(
                    "流水中既有充值又有入会订单，须指明计量口径。\n\
                     The ledger holds both top-ups ({} yuan) and orders ({} yuan); adding both would count money twice.\n\
                     Write one of these lines into the mapping file (--mapping):\n\n\
                     boundary: cash    # money in = top-ups\nboundary: order   # money in = orders",
                    yuan_text(topup),
                    yuan_text(order)
                ),
            ),
            Refusal::PaidUnknown => (
                "paid_unknown",
                "政策只计已付费账号，但会员表无付费标志，也没有流水。\n\
                 The policy counts paid accounts only, but there is neither a paid flag nor a ledger; \
                 give --ledger, map the field `paid`, or choose another policy."
                    .to_owned(),
            ),
            Refusal::BonusUnknown => (
                "bonus_unknown",
                "政策剔除纯消费者，但没有流水，无从知道谁领过奖金。\n\
                 The policy drops pure consumers, but without a ledger nobody knows who received a bonus; \
                 give --ledger or choose another policy."
                    .to_owned(),
            ),
            Refusal::AmountsTooLarge => (
                "amounts_too_large",
                "流水金额合计超出 Decimal(18,2)。\nThe amounts of the ledger add up to more than \
                 Decimal(18,2) holds (9,999,999,999,999,999.99 yuan); look for damaged amounts."
                    .to_owned(),
            ),
            Refusal::PlacementMissing => (
                "placement_missing",
                "政策按接点关系计，但会员表没有接点人。\nThe policy counts the placement tree, but no row has a \
                 placement parent; map the field `placement` or choose another policy."
                    .to_owned(),
            ),
            Refusal::NothingLeft => (
                "nothing_left",
                "没有可计的账号。\nNo account is left to count: the member table holds no usable row, or policy and \
                 cut-off drop all; look at the rejected rows and the terms."
                    .to_owned(),
            ),
            Refusal::TooManyRows => {
                ("too_many_rows", "会员表行数过多，无法计数。\nMember tables of more than four billion rows cannot be counted.".to_owned())
            }
        };
        Error::User { code, message }
    }
}

impl From<Stop<Error>> for Error {
    fn from(stop: Stop<Error>) -> Error {
        match stop {
            Stop::Source(error) => error,
            Stop::Refused(refusal) => refusal.into(),
        }
    }
}
