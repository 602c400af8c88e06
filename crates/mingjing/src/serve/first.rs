//! The first administrator: from the environment, or asked for on the terminal; never one that everybody knows.

use crate::error::Error;
use mingjing_casework::people::{By, First, first_administrator};
use mingjing_casework::permission::Gate;
use mingjing_casework::sign_in::Guard;
use mingjing_model::time::{Micros, day_in_shanghai, day_text};
use mingjing_store::{Db, account};
use std::io::{BufRead, IsTerminal, Write};
use std::process::{Command, Stdio};

/// The city when none is named.
const CITY: &str = "5201";

/// Makes sure that there is an administrator.
///
/// # Errors
/// There is none and none can be asked for; login or password are refused.
pub(super) async fn administrator(db: &Db, now: Micros) -> Result<(), Error> {
    let today = day_in_shanghai(now).and_then(day_text).unwrap_or_default();
    if account::holders(db, "administrator", &today).await? > 0 || !account::all(db).await?.is_empty() {
        return Ok(());
    }
    let given = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let first = match (given("MINGJING_ADMIN_LOGIN"), given("MINGJING_ADMIN_PASSWORD")) {
        (Some(login), Some(password)) => First {
            name: given("MINGJING_ADMIN_NAME").unwrap_or_else(|| login.clone()),
            login,
            password,
            city: given("MINGJING_ADMIN_CITY").unwrap_or_else(|| CITY.to_owned()),
            city_name: given("MINGJING_ADMIN_CITY_NAME"),
        },
        _ if std::io::stdin().is_terminal() => asked()?,
        _ => {
            return Err(Error::user(
                "no_administrator",
                "尚无系统管理员。请在终端中启动以便输入，或者设置环境变量 MINGJING_ADMIN_LOGIN 与 MINGJING_ADMIN_PASSWORD。\n\
                 There is no administrator yet. Start on a terminal to be asked, or set MINGJING_ADMIN_LOGIN and \
                 MINGJING_ADMIN_PASSWORD (the password must be changed at the first sign-in).",
            ));
        }
    };
    let world = |e: &dyn std::fmt::Display| Error::World(e.to_string());
    let gate = Gate::load().map_err(|e| world(&e))?;
    let guard = Guard::load().map_err(|e| world(&e))?;
    first_administrator(db, &gate, &guard, &By::command_line(now), &first).await?;
    tracing::info!(login = first.login, "the first administrator was made");
    Ok(())
}

fn asked() -> Result<First, Error> {
    let login = line("系统管理员登录名 login: ")?;
    let name = line("姓名 name: ")?;
    let city = line(&format!("城市代码 code of the city [{CITY}]: "))?;
    let city_name = line("城市名称 name of the city (可空 may be empty): ")?;
    let password = secret("口令 password: ")?;
    if secret("再次输入 once more: ")? != password {
        return Err(Error::user(
            "password",
            "两次输入的口令不一致。\nThe two passwords differ; start again.",
        ));
    }
    Ok(First {
        login,
        name,
        password,
        city: if city.is_empty() { CITY.to_owned() } else { city },
        city_name: Some(city_name).filter(|name| !name.is_empty()),
    })
}

fn line(question: &str) -> Result<String, Error> {
    let world = |e: std::io::Error| Error::World(format!("terminal: {e}"));
    let mut out = std::io::stderr();
    write!(out, "{question}").and_then(|()| out.flush()).map_err(world)?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer).map_err(world)?;
    Ok(answer.trim().to_owned())
}

/// A line that is not shown while it is typed.
fn secret(question: &str) -> Result<String, Error> {
    let echo = |word: &str| Command::new("stty").arg(word).stdin(Stdio::inherit()).status();
    let is_hidden = echo("-echo").is_ok_and(|status| status.success());
    let answer = line(question);
    if is_hidden {
        // The terminal is the user's; if it cannot be set back, the next program does.
        let _ = echo("echo");
        let _ = writeln!(std::io::stderr());
    }
    answer
}
