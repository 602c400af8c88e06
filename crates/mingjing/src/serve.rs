//! `mingjing serve`: the platform, from the first start to the last request.

mod first;

use crate::config::{self, Place};
use crate::error::Error;
use clap::Args as ClapArgs;
use mingjing_casework::analysis::{self, House, Program};
use mingjing_casework::audit::Linker;
use mingjing_casework::clock::{Clock, System};
use mingjing_casework::demo;
use mingjing_casework::job::{Runner, Work};
use mingjing_casework::keys::{FILE, Keys};
use mingjing_store::Db;
use mingjing_web::app::App;
use mingjing_web::audit::export::Export;
use mingjing_web::serve::Bound;
use mingjing_web::settings::Settings;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Between two times that what is over is swept out.
const SWEEP_EVERY: Duration = Duration::from_secs(600);
/// Answers by idempotency key are kept for a day.
const ANSWERS_KEPT: i64 = 86_400_000_000;
/// Read notices are kept for ninety days.
const NOTICES_KEPT: i64 = 90 * 86_400_000_000;
/// Analyses whose term has passed are looked for every hour.
const RETENTION_EVERY: i64 = 3_600;

/// Arguments of `serve`.
#[derive(ClapArgs, Debug)]
pub struct Args {
    #[command(flatten)]
    place: Place,
    /// Address and port to listen on; by default 127.0.0.1:8080.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
}

/// Runs the platform until it is told to stop.
///
/// # Errors
/// The user's: settings, address, certificate, the first administrator is missing. The world's: the database.
pub fn run(args: &Args, out: &mut dyn Write) -> Result<(), Error> {
    let more: Vec<(&str, String)> =
        args.listen.clone().map(|listen| ("listen", listen)).into_iter().collect();
    let settings = args.place.settings(&more)?;
    run_with(settings, &mut |url| {
        let said = writeln!(out, "明镜 Mingjing: {url}").and_then(|()| out.flush());
        said.map_err(|e| Error::World(format!("standard output: {e}")))
    })
}

/// Runs the platform of these settings until it is told to stop; `say` is given its address when it listens.
///
/// # Errors
/// As [`run`].
pub fn run_with(settings: Settings, say: &mut dyn FnMut(&str) -> Result<(), Error>) -> Result<(), Error> {
    log(&settings)?;
    // The one provider of cryptography for all connections; a second try finds the first, which is the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    config::block_on(serve(settings, say))
}

fn log(settings: &Settings) -> Result<(), Error> {
    let wrong = |e: &dyn std::fmt::Display| Error::user("settings", format!("log_level: {e}"));
    let filter = tracing_subscriber::EnvFilter::try_new(&settings.log_level).map_err(|e| wrong(&e))?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let set = match settings.is_log_json {
        true => log.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init(),
        false => log.try_init(),
    };
    set.map_err(|e| Error::World(format!("log: {e}")))?;
    for variable in &settings.unknown {
        tracing::warn!(variable, "no such setting; see docs/guide/settings.md");
    }
    Ok(())
}

async fn serve(settings: Settings, say: &mut dyn FnMut(&str) -> Result<(), Error>) -> Result<(), Error> {
    let clock: Arc<dyn Clock> = Arc::new(System);
    // Before anything is made: a port that is taken, a certificate that cannot be used.
    let bound = Bound::new(settings.listen, settings.tls.as_ref()).map_err(listening)?;
    let db = config::open(&settings).await?;
    mingjing_store::migrate::migrate(&db).await?;
    let is_new = mingjing_store::account::all(&db).await?.is_empty();
    let is_first_key = is_new && !settings.data.join(FILE).exists();
    let keys = Keys::open(&settings.data, is_first_key)?;
    first::administrator(&db, clock.now()).await?;
    let is_demo = demo::is_filled(&db).await?;
    let data = settings.data.clone();
    let workers = settings.job_workers as usize;
    let app = App::new(db.clone(), keys, Arc::clone(&clock), settings, is_demo);
    let app = Arc::new(app.map_err(|fault| Error::World(format!("{fault:?}")))?);

    let mut works = works(&data)?;
    works.extend(mingjing_web::list::works(&app));
    mingjing_store::job::schedule::put(
        &db,
        "network_retention",
        "network_retention",
        RETENTION_EVERY,
        clock.now(),
    )
    .await?;
    let runner = Runner::new(db.clone(), Arc::clone(&clock), works).with_workers(workers);
    // Only this start sets it.
    let _ = app.nudge.set(runner.nudge());

    let (stop, stopped) = watch::channel(false);
    let runner = tokio::spawn(runner.run(until(stopped.clone())));
    let linker = tokio::spawn(Linker::new(db.clone(), Arc::clone(&clock), &data).run(until(stopped.clone())));
    let sweeper = tokio::spawn(sweep(db.clone(), clock, stopped.clone()));
    let signal = tokio::spawn(async move {
        signalled().await;
        tracing::info!("told to stop");
        // The receivers live until the end.
        let _ = stop.send(true);
    });
    say(&bound.url())?;
    tracing::info!(address = %bound.address, "serving");
    let served = bound.serve(app, until(stopped)).await.map_err(listening);
    // When the listener broke nobody has given the signal.
    signal.abort();
    sweeper.abort();
    // The linker last: what jobs wrote at their end is chained too.
    let _ = runner.await;
    let _ = linker.await;
    db.close().await;
    tracing::info!("stopped");
    served
}

fn listening(error: mingjing_web::serve::Error) -> Error {
    match error {
        mingjing_web::serve::Error::Io(e) => Error::World(e.to_string()),
        users => Error::user("listen", users.to_string()),
    }
}

/// The background work of this program.
fn works(data: &std::path::Path) -> Result<Vec<Arc<dyn Work>>, Error> {
    let path = std::env::current_exe().map_err(|e| Error::World(format!("this program: {e}")))?;
    let mut works = analysis::works(&House::new(data), &Program { path, threads: None });
    works.push(Arc::new(Export { data: data.to_owned() }));
    Ok(works)
}

async fn until(mut stopped: watch::Receiver<bool>) {
    // Without a sender there is nobody left who could want more work.
    let _ = stopped.wait_for(|&is_stopped| is_stopped).await;
}

/// Ctrl-C or SIGTERM.
async fn signalled() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        // Then only Ctrl-C is left.
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

/// Sessions that are over, answers and notices that nobody asks for any more.
async fn sweep(db: Db, clock: Arc<dyn Clock>, stopped: watch::Receiver<bool>) {
    loop {
        if let Err(error) = swept(&db, clock.now()).await {
            tracing::error!(%error, "what is over was not swept out; tried again later");
        }
        tokio::select! {
            () = tokio::time::sleep(SWEEP_EVERY) => {}
            () = until(stopped.clone()) => return,
        }
    }
}

async fn swept(db: &Db, now: i64) -> Result<(), mingjing_store::Error> {
    let mut tx = db.begin().await?;
    mingjing_store::session::delete_expired(&mut tx, now).await?;
    mingjing_store::token::forget_answers(&mut tx, now - ANSWERS_KEPT).await?;
    mingjing_store::notice::delete_read_before(&mut tx, now - NOTICES_KEPT).await?;
    tx.commit().await
}
