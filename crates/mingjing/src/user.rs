//! `mingjing user`: accounts and roles from the machine itself, for the first start and for when nobody can sign in.
//!
//! Whoever commands the machine may do everything here; it stands in the audit log as 命令行. First passwords are
//! printed once and must be changed at the first sign-in.

use crate::error::Error;
use crate::place::{Flags, Place, block_on, say};
use mingjing_casework::people::{self, By, NewPerson, People};
use mingjing_casework::permission::{Gate, Role};
use mingjing_casework::sign_in::{Guard, folded};
use mingjing_model::time::{Micros, day_in_shanghai, day_text};
use mingjing_store::Db;
use mingjing_store::account::{self, Account, NewGrant};
use mingjing_store::office::{self, Office};
use std::io::Write;

/// What can be done with accounts.
#[derive(clap::Subcommand, Debug)]
pub enum Command {
    /// Make an account; its first password is printed once.
    Add {
        /// The name to sign in by.
        login: String,
        /// The person's name.
        #[arg(long)]
        name: String,
        /// The kind of agency, a word of data/policy/agency.yaml.
        #[arg(long, default_value = "coordination")]
        agency: String,
        /// The division of the office, such as 520102.
        #[arg(long)]
        division: String,
        /// A role in that office; may be given several times.
        #[arg(long = "role", value_name = "ROLE")]
        roles: Vec<Role>,
        #[command(flatten)]
        place: Flags,
    },
    /// List all accounts with their roles.
    List {
        #[command(flatten)]
        place: Flags,
    },
    /// Disable an account: sessions and tokens end.
    Disable {
        /// Whose.
        login: String,
        /// Why.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        place: Flags,
    },
    /// Let a disabled account sign in again.
    Enable {
        /// Whose.
        login: String,
        #[command(flatten)]
        place: Flags,
    },
    /// Print a new first password once; a lock is over, sessions end.
    ResetPassword {
        /// Whose.
        login: String,
        /// Take away the second factor too.
        #[arg(long)]
        and_second_factor: bool,
        #[command(flatten)]
        place: Flags,
    },
    /// Grant a role.
    Grant {
        /// To whom.
        login: String,
        /// Which.
        role: Role,
        /// The kind of agency of the office; the person's own without it.
        #[arg(long, requires = "division")]
        agency: Option<String>,
        /// The division of the office; the person's own without it.
        #[arg(long, requires = "agency")]
        division: Option<String>,
        /// Last day, such as 2026-12-31; until taken back without it.
        #[arg(long, value_name = "DAY")]
        until: Option<String>,
        #[command(flatten)]
        place: Flags,
    },
}

impl Command {
    /// Where the installation lies.
    pub fn place(&self) -> &Flags {
        match self {
            Command::Add { place, .. }
            | Command::List { place }
            | Command::Disable { place, .. }
            | Command::Enable { place, .. }
            | Command::ResetPassword { place, .. }
            | Command::Grant { place, .. } => place,
        }
    }
}

/// With the code of what was refused, so that a program can tell.
fn told(error: people::Error) -> Error {
    match error {
        people::Error::Refused { code, .. } => Error::user(code, error.to_string()),
        people::Error::Store(error) => error.into(),
        _ if error.is_users() => Error::user("refused", error.to_string()),
        _ => Error::World(error.to_string()),
    }
}

/// Does it.
///
/// # Errors
/// The user's: no such account, office or role, a taken login. The world's: the database.
pub fn run(command: &Command, place: &Place, out: &mut dyn Write) -> Result<(), Error> {
    block_on(async {
        let db = place.open_newest().await?;
        let now = place.clock.now();
        let by = By::command_line(now);
        let gate = Gate::load().map_err(|e| Error::World(e.to_string()))?;
        let people = People { db: &db, gate: &gate, by: &by };
        let done = act(command, &people, now, out).await;
        db.close().await;
        done
    })
}

async fn act(command: &Command, people: &People<'_>, now: Micros, out: &mut dyn Write) -> Result<(), Error> {
    let db = people.db;
    match command {
        Command::Add { login, name, agency, division, roles, .. } => {
            let office = office_of(db, agency, division).await?;
            let new = NewPerson {
                login: login.clone(),
                name: name.clone(),
                office: office.id(),
                telephone: None,
                language: "zh-CN".to_owned(),
            };
            let (id, password) = people.create(&new, &guard()?).await.map_err(told)?;
            for role in roles {
                people.grant(&grant(id, *role, &office, now, None)).await.map_err(told)?;
            }
            say(out, &format!("已设立账号 made: {} {name}，{}", folded(login), office.name))?;
            say_password(&password, out)
        }
        Command::List { .. } => list(db, now, out).await,
        Command::Disable { login, reason, .. } => {
            let account = found(db, login).await?;
            people.disable(account.id(), account.version, reason).await.map_err(told)?;
            say(out, &format!("已停用 disabled: {} {}", account.login, account.name))
        }
        Command::Enable { login, .. } => {
            let account = found(db, login).await?;
            people.enable(account.id(), account.version).await.map_err(told)?;
            say(out, &format!("已启用 enabled: {} {}", account.login, account.name))
        }
        Command::ResetPassword { login, and_second_factor, .. } => {
            let account = found(db, login).await?;
            let password = people.reset_password(account.id(), &guard()?).await.map_err(told)?;
            if *and_second_factor {
                people.reset_factor(account.id()).await.map_err(told)?;
            }
            say(out, &format!("已重置口令 reset: {} {}", account.login, account.name))?;
            say_password(&password, out)
        }
        Command::Grant { login, role, agency, division, until, .. } => {
            let account = found(db, login).await?;
            let office = match (agency, division) {
                (Some(agency), Some(division)) => office_of(db, agency, division).await?,
                _ => office_of(db, &account.agency, &account.division).await?,
            };
            people.grant(&grant(account.id(), *role, &office, now, until.clone())).await.map_err(told)?;
            say(out, &format!("已授予 granted: {} {role}，{}", account.login, office.name))
        }
    }
}

fn guard() -> Result<Guard, Error> {
    Guard::load().map_err(|e| Error::World(e.to_string()))
}

fn today(now: Micros) -> String {
    day_in_shanghai(now).and_then(day_text).unwrap_or_default()
}

fn grant(
    account: mingjing_model::id::AccountId,
    role: Role,
    office: &Office,
    now: Micros,
    until_day: Option<String>,
) -> NewGrant {
    NewGrant { account, role: role.word().to_owned(), office: office.id(), since_day: today(now), until_day }
}

fn say_password(password: &str, out: &mut dyn Write) -> Result<(), Error> {
    say(out, &format!("初始口令（仅显示这一次，首次登录须修改） first password, shown once: {password}"))
}

async fn found(db: &Db, login: &str) -> Result<Account, Error> {
    let account = account::by_login(db, &folded(login)).await?;
    account.ok_or_else(|| {
        let message = format!("没有账号 {login}，请用 mingjing user list 查看。\n{login}: no such account; see mingjing user list");
        Error::user("account_missing", message)
    })
}

async fn office_of(db: &Db, agency: &str, division: &str) -> Result<Office, Error> {
    let all = office::offices(db).await?;
    let own = all.into_iter().find(|one| one.agency == agency && one.division == division);
    own.ok_or_else(|| {
        let message = format!(
            "没有 {division} 的 {agency} 机构，请先在“管理”中设立，或核对部门与区划代码。\n\
             There is no office of {agency} for {division}: enter it on the pages first, or check agency and code"
        );
        Error::user("office_missing", message)
    })
}

/// One line an account: login, name, office, roles, state.
async fn list(db: &Db, now: Micros, out: &mut dyn Write) -> Result<(), Error> {
    let today = today(now);
    for account in account::all(db).await? {
        let posts = account::posts(db, account.id(), &today).await?;
        let roles: Vec<&str> = posts.iter().map(|post| post.role.as_str()).collect();
        let roles = if roles.is_empty() { "-".to_owned() } else { roles.join(",") };
        let state = match (account.disabled_at, account.locked_until) {
            (Some(_), _) => "停用 disabled",
            (None, Some(until)) if until > now => "锁定 locked",
            _ => "在用 active",
        };
        let Account { login, name, office_name, .. } = &account;
        say(out, &format!("{login}\t{name}\t{office_name}\t{roles}\t{state}"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use mingjing_casework::clock::Fixed;
    use mingjing_casework::people::{First, first_administrator};
    use mingjing_store::migrate;
    use std::sync::Arc;

    #[derive(Parser)]
    struct Cli {
        #[command(subcommand)]
        command: Command,
    }

    /// 2026-06-30 08:00 in Shanghai.
    const NOW: Micros = 1_782_777_600_000_000;

    fn said(place: &Place, line: &[&str]) -> Result<String, Error> {
        let cli = Cli::try_parse_from(std::iter::once(&"user").chain(line))
            .map_err(|e| Error::World(e.to_string()))?;
        let mut out = Vec::new();
        run(&cli.command, place, &mut out)?;
        Ok(String::from_utf8(out).unwrap())
    }

    fn code(result: Result<String, Error>) -> &'static str {
        let error = result.unwrap_err();
        assert_eq!(error.exit_code(), 2, "{error}");
        error.code()
    }

    #[test]
    fn accounts_are_made_listed_granted_reset_and_disabled_on_the_machine() {
        let folder = tempfile::tempdir().unwrap();
        let address = format!("sqlite:{}", folder.path().join("mingjing.db").display());
        let flags = Flags { database: Some(address), data: Some(folder.path().to_owned()) };
        let place = flags.place(|_| None, Arc::new(Fixed::at(NOW)));
        block_on(async {
            let db = place.open_or_make().await?;
            migrate::migrate(&db).await?;
            let first = First {
                login: "admin".to_owned(),
                name: "赵甲子".to_owned(),
                password: "mirror-of-guiyang-5201".to_owned(),
                city: "5201".to_owned(),
                city_name: None,
            };
            let (gate, guard) = (Gate::load().unwrap(), Guard::load().unwrap());
            first_administrator(&db, &gate, &guard, &By::command_line(NOW), &first).await.map_err(told)?;
            db.close().await;
            Ok(())
        })
        .unwrap();
        let add = ["add", "Zhang.San", "--name", "张三", "--division", "5201", "--role", "coordinator"];
        let made = said(&place, &add).unwrap();
        assert!(made.contains("zhang.san") && made.contains("shown once: "), "{made}");
        assert_eq!(code(said(&place, &add)), "taken");
        let elsewhere = ["add", "b.b", "--name", "乙", "--division", "520102"];
        assert_eq!(code(said(&place, &elsewhere)), "office_missing");
        said(&place, &["grant", "zhang.san", "reviewer", "--until", "2026-12-31"]).unwrap();
        assert_eq!(code(said(&place, &["grant", "zhang.san", "auditor"])), "auditor_alone");
        let again = said(&place, &["reset-password", "zhang.san", "--and-second-factor"]).unwrap();
        assert_ne!(again.lines().last(), made.lines().last());
        said(&place, &["disable", "zhang.san", "--reason", "调离"]).unwrap();
        let list = said(&place, &["list"]).unwrap();
        let line = list.lines().find(|line| line.starts_with("zhang.san")).unwrap();
        assert!(line.ends_with("coordinator,reviewer\t停用 disabled"), "{line}");
        said(&place, &["enable", "zhang.san"]).unwrap();
        assert_eq!(code(said(&place, &["disable", "nobody", "--reason", "无"])), "account_missing");
        assert_eq!(code(said(&place, &["disable", "admin", "--reason", "无"])), "last_administrator");
    }
}
