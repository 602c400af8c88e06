//! `mingjing demo`: a made-up city to look around in, filled at the first start and kept from then on.
//!
//! The city is `casework::demo`'s; its two schemes are `synth`'s, brought in like any upload and counted by jobs. What
//! serves it is what serves a real city; only here is there a known password, so it listens to this machine alone
//! unless told otherwise.

use crate::config::{self, Place};
use crate::error::Error;
use crate::{serve, synth};
use mingjing_casework::analysis::{House, change, files};
use mingjing_casework::clock::{Clock, System};
use mingjing_casework::demo::{self, City};
use mingjing_casework::keys::{FILE, Keys};
use mingjing_casework::permission::Kind;
use mingjing_model::id::{AccountId, AnalysisId, OfficeId};
use mingjing_model::time::Micros;
use mingjing_store::analysis::{self, Grounds, Owner, Terms};
use mingjing_store::audit::Entry;
use mingjing_store::{Db, account, migrate};
use mingjing_web::settings::Settings;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Arguments of `mingjing demo`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Where database, key file and results are kept; start again with the same and everything is still there.
    #[arg(long, default_value = "out/demo")]
    pub data: PathBuf,
    /// Another database than a file in the data directory: sqlite:FILE or postgres://…
    #[arg(long)]
    pub database: Option<String>,
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Listen to other machines too, although everybody knows the password.
    #[arg(long)]
    pub open_to_network: bool,
    /// Fill the city and end.
    #[arg(long)]
    pub fill_only: bool,
    /// Without the two analyses.
    #[arg(long)]
    pub no_analyses: bool,
}

/// The schemes: what they are called, whose login, accounts, seed, plan.
const SCHEMES: [(&str, &str, u32, u64, synth::Plan); 2] = [
    ("演示：双轨制样本（合成数据）", "case", 3_000, 7, synth::Plan::Binary),
    ("演示：太阳线样本（合成数据）", "police", 1_200, 11, synth::Plan::Sunline),
];

fn world(error: impl std::fmt::Display) -> Error {
    Error::World(error.to_string())
}

/// Fills the city where it is not yet there, says how to sign in, and serves it until it is told to stop.
///
/// # Errors
/// The user's: an address open to others, a database that people work with. The world's: the database, the disk.
pub fn run(args: &Args, out: &mut dyn Write) -> Result<(), Error> {
    may_listen(args)?;
    let place = Place { database: args.database.clone(), data: Some(args.data.clone()), settings: None };
    let settings = place.settings(&[("listen", args.listen.to_string())])?;
    let city = config::block_on(prepare(args, &settings, &System))?;
    match args.fill_only {
        true => writeln!(out, "明镜演示城市已就绪。The demo city is filled: {}", args.data.display())
            .map_err(|e| Error::World(format!("standard output: {e}"))),
        false => serve::run_with(settings, &mut |url| told(out, url, &city)),
    }
}

/// Refuses to show a city with a known password to everybody, unless that is wanted.
fn may_listen(args: &Args) -> Result<(), Error> {
    match args.listen.ip().is_loopback() || args.open_to_network {
        true => Ok(()),
        false => Err(Error::user(
            "demo_open",
            format!(
                "演示库的口令人人皆知，不宜对外监听 {}。确需如此请加 --open-to-network。\n\
                 everybody knows the demo's password: it does not listen on {} unless --open-to-network is given",
                args.listen, args.listen
            ),
        )),
    }
}

/// Opens and migrates the database, fills city and schemes where they are not yet there.
async fn prepare(args: &Args, settings: &Settings, clock: &dyn Clock) -> Result<City, Error> {
    let city = City::load().map_err(world)?;
    let db = config::open(settings).await?;
    migrate::migrate(&db).await.map_err(of_store)?;
    let is_first = !demo::is_filled(&db).await.map_err(of_store)? && !settings.data.join(FILE).exists();
    let keys = Keys::open(&settings.data, is_first)?;
    demo::fill(&db, &keys, &city, clock.now()).await.map_err(|e| match e {
        demo::Error::InUse => Error::user("database_in_use", e.to_string()),
        demo::Error::Store(e) => of_store(e),
        e => world(e),
    })?;
    if !args.no_analyses {
        schemes(&db, &settings.data, clock.now()).await?;
    }
    db.close().await;
    Ok(city)
}

fn of_store(error: mingjing_store::Error) -> Error {
    error.into()
}

/// Makes the schemes that are not yet there and lets jobs count them.
async fn schemes(db: &Db, data: &Path, now: Micros) -> Result<(), Error> {
    for (name, login, accounts, seed, plan) in SCHEMES {
        let Some(owner) = account::by_login(db, login).await.map_err(of_store)? else { continue };
        let known = mingjing_store::setting::read(db, &mark(seed)).await.map_err(of_store)?;
        if known.is_none() {
            scheme(db, data, now, (name, accounts, seed, plan), &owner).await?;
        }
    }
    Ok(())
}

/// The setting that says that a scheme was brought in, whatever became of it.
fn mark(seed: u64) -> String {
    format!("demo.scheme.{seed}")
}

async fn scheme(
    db: &Db,
    data: &Path,
    now: Micros,
    (name, accounts, seed, plan): (&str, u32, u64, synth::Plan),
    owner: &account::Account,
) -> Result<(), Error> {
    let made = tempfile::tempdir_in(data).map_err(|e| Error::io(data, &e))?;
    let out = made.path().join("scheme");
    let args = synth::Args {
        accounts,
        seed,
        plan,
        dirty: 0.01,
        out: out.clone(),
        format: synth::Format::Csv,
        ledger_rows: 4,
        encoding: synth::Encoding::Utf8,
    };
    synth::run(&args, &mut std::io::sink()).map_err(world)?;
    let mapping = out.join("mapping.yaml");
    let mapping = std::fs::read_to_string(&mapping).map_err(|e| Error::io(&mapping, &e))?;
    let entry = |action: &str| entry(owner, action, now);
    let grounds = Grounds {
        name: name.to_owned(),
        is_public: true,
        case_no: None,
        basis: None,
        purpose: None,
        approver: None,
        retain_until: None,
    };
    let own =
        Owner { account: owner.id(), office: OfficeId(owner.office_id), division: owner.division.clone() };
    let id = change::create(db, &grounds, &own, entry("create")).await.map_err(world)?;
    for table in ["members", "ledger"] {
        bring(db, data, id, (table, &out.join(format!("{table}.csv"))), owner, entry("upload")).await?;
    }
    let found = read(db, id).await?;
    let terms =
        Terms { policy: found.policy.clone(), as_of: None, subjects: Vec::new(), mapping: Some(mapping) };
    change::set_terms(db, &found, found.version, &terms, entry("change")).await.map_err(world)?;
    let found = read(db, id).await?;
    change::start(db, &found, found.version, name, entry("run")).await.map_err(world)?;
    let mut tx = db.begin().await.map_err(of_store)?;
    let value = serde_json::json!({ "analysis": id });
    mingjing_store::setting::put(&mut tx, &mark(seed), &value, None, now, None).await.map_err(of_store)?;
    tx.commit().await.map_err(of_store)
}

async fn read(db: &Db, id: AnalysisId) -> Result<analysis::Analysis, Error> {
    let found = analysis::find(db, id).await.map_err(of_store)?;
    found.ok_or_else(|| Error::World(format!("analysis {id} is gone")))
}

async fn bring(
    db: &Db,
    data: &Path,
    id: AnalysisId,
    (table, path): (&'static str, &Path),
    owner: &account::Account,
    entry: Entry,
) -> Result<(), Error> {
    let file = std::fs::File::open(path).map_err(|e| Error::io(path, &e))?;
    let received = files::copy(&House::new(data).inputs(id), &format!("{table}.csv"), u64::MAX, file);
    let received = received.map_err(world)?;
    let found = read(db, id).await?;
    change::add_file(db, &found, table, received, owner.id(), entry).await.map_err(world)
}

fn entry(owner: &account::Account, action: &str, now: Micros) -> Entry {
    Entry {
        at: now,
        account: Some(AccountId(owner.id)),
        account_name: owner.name.clone(),
        office: Some(OfficeId(owner.office_id)),
        action: action.to_owned(),
        subject_kind: Kind::Analysis.word().to_owned(),
        subject_id: String::new(),
        division: Some(owner.division.clone()),
        detail: serde_json::json!({ "demo": true }),
        request: "demo".to_owned(),
        address: None,
    }
}

/// Address and sign-ins, as they are printed at the start.
fn told(out: &mut dyn Write, url: &str, city: &City) -> Result<(), Error> {
    let mut text = format!(
        "明镜演示城市，数据均为虚构。Mingjing demo city, all of it made up.\n\n    {url}\n\n\
         口令 password: {}   动态口令密钥 authenticator secret: {}\n\n",
        city.password, city.totp_secret
    );
    let mut shown = std::collections::BTreeSet::new();
    for person in city.people.iter().filter(|person| person.disabled.is_none()) {
        // One of each role, and who has a second factor.
        let is_new = person.roles.iter().any(|role| shown.insert(role.word()));
        if is_new || person.has_factor {
            let roles: Vec<&str> = person.roles.iter().map(|role| role.word()).collect();
            let factor = if person.has_factor { " + 动态口令 code" } else { "" };
            text.push_str(&format!(
                "    {:<16} {} {}{factor}\n",
                person.login,
                person.name,
                roles.join(", ")
            ));
        }
    }
    text.push_str("\n全部登录名 all sign-ins: data/demo/people.yaml\n");
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|e| Error::World(format!("standard output: {e}")))
}
