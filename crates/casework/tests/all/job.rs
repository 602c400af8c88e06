//! Runners: jobs done once by many, taken up when a server dies, cancelled, tried again, on schedule.

use crate::worlds::{World, until, worlds};
use futures::future::BoxFuture;
use mingjing_casework::clock::Fixed;
use mingjing_casework::job::{Ctx, Failure, Pace, Runner, Work};
use mingjing_model::id::JobId;
use mingjing_store::job::{self, Job, NewJob, State, schedule};
use mingjing_store::{Db, on};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

const SECOND: i64 = 1_000_000;
const NOW: i64 = 1_782_000_000 * SECOND;

/// Work that is a closure.
struct Act<F>(&'static str, F);

impl<F> Work for Act<F>
where
    F: for<'a> Fn(&'a Ctx) -> BoxFuture<'a, Result<Value, Failure>> + Send + Sync,
{
    fn kind(&self) -> &'static str {
        self.0
    }

    fn run<'a>(&'a self, job: &'a Ctx) -> BoxFuture<'a, Result<Value, Failure>> {
        (self.1)(job)
    }
}

fn act<F>(kind: &'static str, act: F) -> Arc<dyn Work>
where
    F: for<'a> Fn(&'a Ctx) -> BoxFuture<'a, Result<Value, Failure>> + Send + Sync + 'static,
{
    Arc::new(Act(kind, act))
}

/// Quick looks; a heartbeat stops only when the clock of the test is moved.
fn pace() -> Pace {
    Pace {
        poll: Duration::from_millis(3),
        beat: Duration::from_millis(5),
        stopped: Duration::from_secs(20),
        grace: Duration::from_millis(100),
        backoff: Duration::from_secs(10),
    }
}

struct Server {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Server {
    fn start(db: &Db, clock: &Arc<Fixed>, works: Vec<Arc<dyn Work>>) -> Server {
        let (stop, stopped) = oneshot::channel();
        let runner = Runner::new(db.clone(), clock.clone(), works).with_pace(pace()).with_workers(3);
        let task = tokio::spawn(runner.run(async {
            let _ = stopped.await;
        }));
        Server { stop, task }
    }

    async fn stop(self) {
        self.stop.send(()).unwrap();
        self.task.await.unwrap();
    }
}

async fn put(world: &World, kind: &'static str) -> JobId {
    let new = NewJob {
        kind,
        title: "计数".to_owned(),
        input: json!({"n": 1}),
        idempotency_key: None,
        account: None,
        office: None,
        division: None,
        subject: None,
        not_before: NOW,
    };
    let mut tx = world.db.begin().await.unwrap();
    let id = job::enqueue(&mut tx, &new, NOW).await.unwrap();
    tx.commit().await.unwrap();
    id
}

async fn is(world: &World, id: JobId, state: State) -> bool {
    read(world, id).await.state == state
}

async fn read(world: &World, id: JobId) -> Job {
    job::read(&world.db, id).await.unwrap()
}

async fn cancel(world: &World, id: JobId) {
    let mut tx = world.db.begin().await.unwrap();
    assert!(job::cancel(&mut tx, id, None, NOW).await.unwrap());
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn two_servers_do_each_job_once() {
    for world in worlds().await {
        let clock = Arc::new(Fixed::at(NOW));
        let done = Arc::new(Mutex::new(Vec::new()));
        let works = || {
            let done = done.clone();
            let work = act("count", move |job| {
                let done = done.clone();
                Box::pin(async move {
                    job.progress(1, Some(1), "完成").await;
                    done.lock().unwrap().push(job.id());
                    Ok(job.input().clone())
                })
            });
            vec![work]
        };
        let mut ids = Vec::new();
        for _ in 0..20 {
            ids.push(put(&world, "count").await);
        }
        let other = world.other().await;
        let servers = [Server::start(&world.db, &clock, works()), Server::start(&other, &clock, works())];
        for &id in &ids {
            until("the job is done", || is(&world, id, State::Done)).await;
        }
        for server in servers {
            server.stop().await;
        }
        let mut done = done.lock().unwrap().clone();
        done.sort();
        assert_eq!(done, ids, "{}", world.base.name);
        let first = read(&world, ids[0]).await;
        assert_eq!(
            (first.result, first.done_steps, first.message.as_str()),
            (Some(json!({"n": 1})), 1, "完成")
        );
    }
}

/// Says that it was dropped.
struct Dropped(Arc<AtomicBool>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.store(true, SeqCst);
    }
}

/// Work that never ends by itself and does not look whether it should.
fn endless(begun: &Arc<AtomicI64>, dropped: &Arc<AtomicBool>) -> Vec<Arc<dyn Work>> {
    let (begun, dropped) = (begun.clone(), dropped.clone());
    vec![act("endless", move |_| {
        let (begun, dropped) = (begun.clone(), dropped.clone());
        Box::pin(async move {
            let _dropped = Dropped(dropped);
            begun.fetch_add(1, SeqCst);
            std::future::pending().await
        })
    })]
}

#[test]
fn a_job_of_a_server_that_died_is_taken_up_by_another() {
    let here = tokio::runtime::Runtime::new().unwrap();
    for world in here.block_on(worlds()) {
        let clock = Arc::new(Fixed::at(NOW));
        let (begun, dropped) = (Arc::new(AtomicI64::new(0)), Arc::new(AtomicBool::new(false)));
        let dying = tokio::runtime::Runtime::new().unwrap();
        let id = here.block_on(put(&world, "endless"));
        {
            let _in = dying.enter();
            let db = dying.block_on(world.other());
            std::mem::forget(Server::start(&db, &clock, endless(&begun, &dropped)));
        }
        here.block_on(until("the job runs", || async { begun.load(SeqCst) == 1 }));
        // Its threads end in the middle of whatever they do; nothing tidies up.
        dying.shutdown_background();
        here.block_on(async {
            let work =
                act("endless", |job| Box::pin(async move { Ok(json!({"takeovers": job.job().takeovers})) }));
            let server = Server::start(&world.db, &clock, vec![work]);
            clock.pass(19 * SECOND);
            assert!(is(&world, id, State::Running).await, "{}", world.base.name);
            clock.pass(2 * SECOND);
            until("the job is done", || is(&world, id, State::Done)).await;
            assert_eq!(read(&world, id).await.result, Some(json!({"takeovers": 1})), "{}", world.base.name);
            server.stop().await;
        });
    }
}

#[tokio::test]
async fn a_server_that_lost_its_job_stops_working_on_it_and_writes_nothing() {
    for world in worlds().await {
        let clock = Arc::new(Fixed::at(NOW));
        let (begun, dropped) = (Arc::new(AtomicI64::new(0)), Arc::new(AtomicBool::new(false)));
        let id = put(&world, "endless").await;
        let server = Server::start(&world.db, &clock, endless(&begun, &dropped));
        until("the job runs", || async { begun.load(SeqCst) == 1 }).await;
        // Another took it, as after a pause of the whole machine.
        let mut tx = world.db.begin().await.unwrap();
        mingjing_store::written!(&mut tx, "update job set worker = 'another'").unwrap();
        tx.commit().await.unwrap();
        until("the work is dropped", || async { dropped.load(SeqCst) }).await;
        server.stop().await;
        let job = read(&world, id).await;
        assert_eq!(
            (job.state, job.worker.as_deref()),
            (State::Running, Some("another")),
            "{}",
            world.base.name
        );
    }
}

#[tokio::test]
async fn a_cancelled_job_ends_whether_its_work_looks_or_not() {
    for world in worlds().await {
        let clock = Arc::new(Fixed::at(NOW));
        let (begun, dropped) = (Arc::new(AtomicI64::new(0)), Arc::new(AtomicBool::new(false)));
        let mut works = endless(&begun, &dropped);
        let ends = Arc::new(AtomicBool::new(false));
        let ended = ends.clone();
        works.push(act("looks", move |job| {
            let ended = ended.clone();
            Box::pin(async move {
                job.cancelled().await;
                ended.store(job.is_cancelled().await, SeqCst);
                Err(Failure::Cancelled)
            })
        }));
        let server = Server::start(&world.db, &clock, works);
        for kind in ["endless", "looks"] {
            let id = put(&world, kind).await;
            until("the job runs", || is(&world, id, State::Running)).await;
            cancel(&world, id).await;
            until("the job is cancelled", || is(&world, id, State::Cancelled)).await;
        }
        assert!(dropped.load(SeqCst) && ends.load(SeqCst), "{}", world.base.name);
        server.stop().await;
    }
}

#[tokio::test]
async fn work_that_ends_although_it_was_cancelled_is_done() {
    for world in worlds().await {
        let clock = Arc::new(Fixed::at(NOW));
        let work = act("late", |job| {
            Box::pin(async move {
                job.cancelled().await;
                Ok(json!("too late to cancel"))
            })
        });
        let server = Server::start(&world.db, &clock, vec![work]);
        let id = put(&world, "late").await;
        until("the job runs", || is(&world, id, State::Running)).await;
        cancel(&world, id).await;
        until("the job is done", || is(&world, id, State::Done)).await;
        server.stop().await;
    }
}

#[tokio::test]
async fn a_failed_attempt_is_tried_again_later_and_not_for_ever() {
    for world in worlds().await {
        let clock = Arc::new(Fixed::at(NOW));
        let work = act("fails", |_| Box::pin(async { Err(Failure::Retry("断开".to_owned())) }));
        let server = Server::start(&world.db, &clock, vec![work]);
        let id = put(&world, "fails").await;
        for (attempt, pause) in [(1, 10), (2, 20)] {
            until("the attempt failed", || async {
                let job = read(&world, id).await;
                job.attempts == attempt && job.state == State::Waiting
            })
            .await;
            let job = read(&world, id).await;
            assert_eq!(job.error.as_deref(), Some("断开"), "{}", world.base.name);
            let now = mingjing_casework::clock::Clock::now(&*clock);
            assert_eq!(job.not_before, now + pause * SECOND, "{}", world.base.name);
            clock.pass(pause * SECOND);
        }
        until("the job failed", || is(&world, id, State::Failed)).await;
        assert_eq!(read(&world, id).await.attempts, 3, "{}", world.base.name);
        server.stop().await;
    }
}

#[tokio::test]
async fn what_is_final_and_what_breaks_is_not_tried_again() {
    for world in worlds().await {
        let clock = Arc::new(Fixed::at(NOW));
        let works = vec![
            act("final", |_| Box::pin(async { Err(Failure::Final("文件损坏".to_owned())) })),
            act("breaks", |_| Box::pin(async { panic!("index out of bounds") })),
        ];
        let server = Server::start(&world.db, &clock, works);
        for (kind, says) in [("final", "文件损坏"), ("breaks", "程序内部错误")] {
            let id = put(&world, kind).await;
            until("the job failed", || is(&world, id, State::Failed)).await;
            let job = read(&world, id).await;
            assert!(job.error.unwrap().contains(says) && job.attempts == 1, "{} {kind}", world.base.name);
        }
        server.stop().await;
    }
}

#[tokio::test]
async fn a_server_that_stops_gives_its_jobs_back() {
    for world in worlds().await {
        let clock = Arc::new(Fixed::at(NOW));
        let (begun, dropped) = (Arc::new(AtomicI64::new(0)), Arc::new(AtomicBool::new(false)));
        let server = Server::start(&world.db, &clock, endless(&begun, &dropped));
        let id = put(&world, "endless").await;
        until("the job runs", || async { begun.load(SeqCst) == 1 }).await;
        server.stop().await;
        let job = read(&world, id).await;
        assert_eq!((job.state, job.attempts, job.takeovers), (State::Waiting, 0, 0), "{}", world.base.name);
        // The next server goes on at once.
        let server = Server::start(&world.db, &clock, endless(&begun, &dropped));
        until("the job runs again", || async { begun.load(SeqCst) == 2 }).await;
        server.stop().await;
    }
}

#[tokio::test]
async fn a_schedule_runs_once_at_each_time_with_two_servers() {
    for world in worlds().await {
        let clock = Arc::new(Fixed::at(NOW - SECOND));
        let runs = Arc::new(AtomicI64::new(0));
        let works = || {
            let runs = runs.clone();
            vec![act("nightly", move |_| {
                runs.fetch_add(1, SeqCst);
                Box::pin(async { Ok(Value::Null) })
            })]
        };
        schedule::put(&world.db, "sweep", "nightly", 3_600, NOW).await.unwrap();
        let other = world.other().await;
        let servers = [Server::start(&world.db, &clock, works()), Server::start(&other, &clock, works())];
        let moved = |to: i64| {
            let db = &world.db;
            async move { schedule::all(db).await.unwrap()[0].next_at == to }
        };
        for round in 0..3 {
            assert_eq!(runs.load(SeqCst), round, "{}", world.base.name);
            clock.pass(if round == 0 { SECOND } else { 3_600 * SECOND });
            until("the schedule moved", || moved(NOW + (round + 1) * 3_600 * SECOND)).await;
            // Done, not only begun: a job that runs while the clock jumps has lost its heartbeat.
            until("it ran", || async { done(&world.db).await == round + 1 }).await;
        }
        for server in servers {
            server.stop().await;
        }
        assert_eq!(runs.load(SeqCst), 3, "{}", world.base.name);
        assert_eq!(done(&world.db).await, 3, "{}", world.base.name);
    }
}

async fn done(db: &Db) -> i64 {
    let sql = "select count(*) from job where state = 'done'";
    on!(db, p => sqlx::query_scalar(sql).fetch_one(p).await).unwrap()
}
