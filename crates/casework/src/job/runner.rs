//! The runner: workers that claim jobs, a heartbeat beside each running job, schedules.

use super::{Ctx, Failure, Work};
use crate::clock::Clock;
use futures::FutureExt;
use mingjing_model::time::Micros;
use mingjing_store::job::work::{self, Answer, End};
use mingjing_store::job::{Job, schedule};
use mingjing_store::{Db, Error};
use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

/// How often a runner does what.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Looks for jobs and due schedules when it has none.
    pub poll: Duration,
    /// Heartbeat of a running job; a wish to cancel is seen with it.
    pub beat: Duration,
    /// A heartbeat older than this has stopped.
    pub stopped: Duration,
    /// Time that work has to end by itself after it was told to stop.
    pub grace: Duration,
    /// Pause after the first failed attempt; doubled after each further one, an hour at most.
    pub backoff: Duration,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace {
            poll: Duration::from_millis(500),
            beat: Duration::from_secs(2),
            stopped: Duration::from_secs(20),
            grace: Duration::from_secs(8),
            backoff: Duration::from_secs(10),
        }
    }
}

/// Runs jobs until told to stop.
pub struct Runner {
    shared: Arc<Shared>,
    workers: usize,
}

struct Shared {
    db: Db,
    clock: Arc<dyn Clock>,
    works: BTreeMap<&'static str, Arc<dyn Work>>,
    kinds: Vec<&'static str>,
    pace: Pace,
    name: String,
    nudge: Arc<Notify>,
}

impl Runner {
    /// A runner with two workers. Its name, of process and dice, tells its jobs from those of others.
    pub fn new(db: Db, clock: Arc<dyn Clock>, works: Vec<Arc<dyn Work>>) -> Runner {
        let works: BTreeMap<_, _> = works.into_iter().map(|work| (work.kind(), work)).collect();
        let mut random = [0; 6];
        // Without dice the clock tells runners apart.
        if getrandom::fill(&mut random).is_err() {
            random.copy_from_slice(&clock.now().to_be_bytes()[2..]);
        }
        let name = format!("{}-{}", std::process::id(), hex::encode(random));
        let kinds = works.keys().copied().collect();
        let shared =
            Shared { db, clock, works, kinds, pace: Pace::default(), name, nudge: Arc::new(Notify::new()) };
        Runner { shared: Arc::new(shared), workers: 2 }
    }

    /// With so many workers.
    pub fn with_workers(mut self, workers: usize) -> Runner {
        self.workers = workers.max(1);
        self
    }

    /// At another pace.
    pub fn with_pace(mut self, pace: Pace) -> Runner {
        let shared = Arc::get_mut(&mut self.shared).expect("a runner that does not run yet shares nothing");
        shared.pace = pace;
        self
    }

    /// Whoever put in a job may call `notify_one` on this, so that it begins at once.
    pub fn nudge(&self) -> Arc<Notify> {
        self.shared.nudge.clone()
    }

    /// Runs until `shutdown` ends; then running jobs get the grace, and those that do not end are given back.
    pub async fn run(self, shutdown: impl Future<Output = ()> + Send) {
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        for number in 0..self.workers {
            tasks.spawn(worker(self.shared.clone(), number, stopped.clone()));
        }
        tasks.spawn(keeper(self.shared.clone(), stopped));
        shutdown.await;
        // The receivers live in the tasks; when all have ended there is nobody to tell.
        let _ = stop.send(true);
        while let Some(ended) = tasks.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "a worker of the job runner broke");
            }
        }
    }
}

impl Shared {
    fn stopped_before(&self, now: Micros) -> Micros {
        now - micros(self.pace.stopped)
    }

    /// Waits for the next look, a nudge, or the end.
    async fn rest(&self, stopped: &mut watch::Receiver<bool>) {
        tokio::select! {
            () = tokio::time::sleep(self.pace.poll) => {}
            () = self.nudge.notified() => {}
            _ = stopped.changed() => {}
        }
    }
}

fn micros(duration: Duration) -> Micros {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// Puts in scheduled jobs, gives up those that kill their workers.
async fn keeper(shared: Arc<Shared>, mut stopped: watch::Receiver<bool>) {
    const GIVEN_UP: &str =
        "其服务进程多次中断，不再自动重试。 The server went down with it too often; not tried again.";
    while !*stopped.borrow() {
        let now = shared.clock.now();
        match schedule::tick(&shared.db, &shared.kinds, now).await {
            Ok(jobs) if !jobs.is_empty() => shared.nudge.notify_one(),
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "schedules could not be looked at"),
        }
        if let Err(error) = work::abandon(&shared.db, now, shared.stopped_before(now), GIVEN_UP).await {
            tracing::error!(%error, "jobs without a worker could not be looked at");
        }
        tokio::select! {
            () = tokio::time::sleep(shared.pace.poll.max(shared.pace.beat)) => {}
            _ = stopped.changed() => {}
        }
    }
}

async fn worker(shared: Arc<Shared>, number: usize, mut stopped: watch::Receiver<bool>) {
    let name = format!("{}-{number}", shared.name);
    while !*stopped.borrow() {
        let now = shared.clock.now();
        match work::claim(&shared.db, &shared.kinds, &name, now, shared.stopped_before(now)).await {
            Ok(Some(job)) => {
                let id = job.id;
                if let Err(error) = perform(&shared, &name, job, &stopped).await {
                    tracing::error!(job = id.0, %error, "the end of a job was not written; another takes it up");
                }
            }
            Ok(None) => shared.rest(&mut stopped).await,
            Err(error) => {
                tracing::error!(%error, "no job could be claimed");
                shared.rest(&mut stopped).await;
            }
        }
    }
}

/// Why work was ended before it ended itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cut {
    Cancelled,
    Lost,
    Shutdown,
}

/// Runs one job to its end.
async fn perform(
    shared: &Shared,
    worker: &str,
    job: Job,
    stopped: &watch::Receiver<bool>,
) -> Result<(), Error> {
    let (stop, told) = watch::channel(false);
    let (db, clock) = (shared.db.clone(), shared.clock.clone());
    let context = Ctx { db, clock, job, worker: worker.to_owned(), stop: told };
    let job = &context.job;
    let Some(work) = shared.works.get(job.kind.as_str()).cloned() else {
        // The claim names our kinds only.
        return work::give_back(&shared.db, job.id, worker, shared.clock.now()).await.map(drop);
    };
    let running = AssertUnwindSafe(work.run(&context)).catch_unwind();
    tokio::pin!(running);
    let mut cut = None;
    let done = {
        let watched = watch_over(shared, worker, job, stopped.clone());
        tokio::pin!(watched);
        tokio::select! {
            done = &mut running => Some(done),
            why = &mut watched => {
                cut = Some(why);
                stop.send_replace(true);
                None
            }
        }
    };
    let done = match (done, cut) {
        (None, Some(Cut::Lost)) => return Ok(()),
        (None, _) => tokio::time::timeout(shared.pace.grace, &mut running).await.ok(),
        (done, _) => done,
    };
    let outcome = match done {
        Some(Ok(outcome)) => outcome,
        Some(Err(panic)) => Err(Failure::Final(broke(job, &*panic))),
        None => Err(Failure::Cancelled),
    };
    settle(shared, worker, job, outcome, cut).await
}

/// Keeps the heartbeat; ends when the job is to stop.
async fn watch_over(shared: &Shared, worker: &str, job: &Job, mut stopped: watch::Receiver<bool>) -> Cut {
    let mut seen = tokio::time::Instant::now();
    loop {
        tokio::select! {
            () = tokio::time::sleep(shared.pace.beat) => {}
            _ = stopped.wait_for(|&is_stopped| is_stopped) => return Cut::Shutdown,
        }
        match work::heartbeat(&shared.db, job.id, worker, shared.clock.now()).await {
            Ok(Answer::Yours) => seen = tokio::time::Instant::now(),
            Ok(Answer::Cancel) => return Cut::Cancelled,
            Ok(Answer::Lost) => return Cut::Lost,
            // Without a database for so long, another worker may have it.
            Err(error) if seen.elapsed() > shared.pace.stopped => {
                tracing::error!(job = job.id.0, %error, "a job lost its heartbeat");
                return Cut::Lost;
            }
            Err(error) => tracing::warn!(job = job.id.0, %error, "a heartbeat was not written"),
        }
    }
}

/// Writes how it went.
async fn settle(
    shared: &Shared,
    worker: &str,
    job: &Job,
    outcome: Result<serde_json::Value, Failure>,
    cut: Option<Cut>,
) -> Result<(), Error> {
    let now = shared.clock.now();
    let end = match outcome {
        Ok(value) => End::Done(value),
        Err(Failure::Cancelled) if cut == Some(Cut::Shutdown) => {
            return work::give_back(&shared.db, job.id, worker, now).await.map(drop);
        }
        Err(Failure::Cancelled) => End::Cancelled,
        Err(Failure::Retry(_)) if cut == Some(Cut::Cancelled) => End::Cancelled,
        Err(Failure::Retry(why)) if job.attempts < job.attempts_max => {
            tracing::warn!(job = job.id.0, kind = job.kind, why, "a job is tried again later");
            let doubled =
                shared.pace.backoff * 2_u32.pow(u32::try_from(job.attempts - 1).unwrap_or(0).min(12));
            let pause = doubled.min(Duration::from_secs(3600));
            return work::again(&shared.db, job.id, worker, now + micros(pause), &why).await.map(drop);
        }
        Err(Failure::Retry(why) | Failure::Final(why)) => {
            tracing::warn!(job = job.id.0, kind = job.kind, why, "a job failed");
            End::Failed(why)
        }
    };
    let mut tx = shared.db.begin().await?;
    if work::end(&mut tx, job.id, worker, now, &end).await? {
        tx.commit().await?;
    }
    Ok(())
}

/// A panic is our fault: the person reads that, the log says what.
fn broke(job: &Job, panic: &(dyn std::any::Any + Send)) -> String {
    let what = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_default();
    tracing::error!(job = job.id.0, kind = job.kind, what, "work broke");
    "程序内部错误，已记入日志。 A fault of the program; the log has it.".to_owned()
}
