//! Jobs: put in once, claimed by one, taken up again, ended by whoever has them.

use crate::world::{LI, NOW, OFFICE, SECOND, WANG, World, worlds};
use mingjing_model::id::JobId;
use mingjing_store::job::work::{self, Answer, End, Progress};
use mingjing_store::job::{self, NewJob, State, TAKEOVERS_MAX, schedule};
use mingjing_store::{Db, Error};
use serde_json::json;
use std::collections::BTreeSet;

const KINDS: [&str; 2] = ["count", "export"];

fn new(title: &str) -> NewJob {
    NewJob {
        kind: "count",
        title: title.to_owned(),
        input: json!({"analysis": 7}),
        idempotency_key: None,
        account: Some(WANG),
        office: Some(OFFICE),
        division: Some("5201".to_owned()),
        subject: Some(("analysis".to_owned(), "7".to_owned())),
        not_before: NOW,
    }
}

async fn put(world: &World, new: &NewJob) -> JobId {
    let mut tx = world.begin().await;
    let id = job::enqueue(&mut tx, new, NOW).await.unwrap();
    tx.commit().await.unwrap();
    id
}

/// Claims at an instant; a heartbeat 20 seconds before it has stopped.
async fn claim(db: &Db, worker: &str, now: i64) -> Option<job::Job> {
    work::claim(db, &KINDS, worker, now, now - 20 * SECOND).await.unwrap()
}

async fn end(world: &World, id: JobId, worker: &str, how: End) -> bool {
    let mut tx = world.begin().await;
    let is_mine = work::end(&mut tx, id, worker, NOW + SECOND, &how).await.unwrap();
    tx.commit().await.unwrap();
    is_mine
}

#[tokio::test]
async fn a_job_goes_from_waiting_over_progress_to_its_result() {
    for world in worlds().await {
        let id = put(&world, &new("计数")).await;
        let waiting = job::read(&world.db, id).await.unwrap();
        assert_eq!(
            (waiting.state, waiting.attempts, waiting.subject.clone()),
            (State::Waiting, 0, new("").subject)
        );
        let claimed = claim(&world.db, "w", NOW + 1).await.unwrap();
        assert_eq!(
            (claimed.id, claimed.state, claimed.attempts),
            (id, State::Running, 1),
            "{}",
            world.name()
        );
        assert_eq!(claimed.input, json!({"analysis": 7}));
        assert_eq!(claim(&world.db, "v", NOW + 1).await, None);
        let at = Progress { done: 3, all: Some(9), message: "读取".to_owned() };
        assert!(work::progress(&world.db, id, "w", NOW + 2, &at).await.unwrap());
        let read = job::read(&world.db, id).await.unwrap();
        assert_eq!((read.done_steps, read.all_steps, read.message.as_str()), (3, Some(9), "读取"));
        assert!(end(&world, id, "w", End::Done(json!({"persons": 30}))).await);
        let done = job::read(&world.db, id).await.unwrap();
        assert_eq!(
            (done.state, done.result),
            (State::Done, Some(json!({"persons": 30}))),
            "{}",
            world.name()
        );
        assert_eq!((done.started_at, done.finished_at), (Some(NOW + 1), Some(NOW + SECOND)));
        assert!(matches!(job::read(&world.db, JobId(99)).await, Err(Error::Missing { .. })));
    }
}

#[tokio::test]
async fn the_same_key_is_the_same_job_also_when_put_in_at_once() {
    for world in worlds().await {
        let keyed = NewJob { idempotency_key: Some("k".to_owned()), ..new("a") };
        let ids = (0..8).map(|_| put(&world, &keyed));
        let ids: BTreeSet<JobId> = futures::future::join_all(ids).await.into_iter().collect();
        assert_eq!(ids.len(), 1, "{}", world.name());
        assert_ne!(
            put(&world, &new("b")).await,
            put(&world, &new("b")).await,
            "without a key each is its own"
        );
        assert_eq!(world.number("select count(*) from job").await, 3);
    }
}

#[tokio::test]
async fn each_job_is_claimed_by_one_of_many_workers() {
    for world in worlds().await {
        for number in 0..30 {
            put(&world, &new(&number.to_string())).await;
        }
        let other = world.other().await;
        let workers = (0..6).map(|number| {
            let db = if number % 2 == 0 { world.db.clone() } else { other.clone() };
            tokio::spawn(async move {
                let mut mine = Vec::new();
                while let Some(job) = claim(&db, &format!("w{number}"), NOW + 1).await {
                    mine.push(job.id);
                }
                mine
            })
        });
        let mut all = Vec::new();
        for worker in futures::future::join_all(workers).await {
            all.extend(worker.unwrap());
        }
        let distinct: BTreeSet<_> = all.iter().collect();
        assert_eq!((all.len(), distinct.len()), (30, 30), "{}", world.name());
    }
}

#[tokio::test]
async fn jobs_run_in_the_order_of_their_times_and_not_before_and_of_known_kinds_only() {
    for world in worlds().await {
        let late = put(&world, &NewJob { not_before: NOW + 5 * SECOND, ..new("late") }).await;
        let early = put(&world, &NewJob { not_before: NOW - SECOND, ..new("early") }).await;
        let unknown = put(&world, &NewJob { kind: "other", not_before: NOW - 9 * SECOND, ..new("x") }).await;
        assert_eq!(claim(&world.db, "w", NOW).await.unwrap().id, early, "{}", world.name());
        assert_eq!(claim(&world.db, "w", NOW).await, None);
        assert_eq!(claim(&world.db, "w", NOW + 5 * SECOND).await.unwrap().id, late);
        assert_eq!(job::read(&world.db, unknown).await.unwrap().state, State::Waiting);
    }
}

#[tokio::test]
async fn a_job_whose_heartbeat_stopped_is_taken_up_and_its_old_worker_can_do_nothing_more() {
    for world in worlds().await {
        let id = put(&world, &new("a")).await;
        claim(&world.db, "old", NOW).await.unwrap();
        let beat = async |worker, now| work::heartbeat(&world.db, id, worker, now).await.unwrap();
        assert_eq!(beat("old", NOW + 10 * SECOND).await, Answer::Yours);
        assert_eq!(claim(&world.db, "new", NOW + 30 * SECOND).await, None, "{}", world.name());
        let taken = claim(&world.db, "new", NOW + 31 * SECOND).await.unwrap();
        assert_eq!((taken.id, taken.attempts, taken.takeovers), (id, 1, 1), "{}", world.name());
        assert_eq!(beat("old", NOW + 32 * SECOND).await, Answer::Lost);
        let at = Progress { done: 1, all: None, message: String::new() };
        assert!(!work::progress(&world.db, id, "old", NOW, &at).await.unwrap());
        assert!(!work::again(&world.db, id, "old", NOW, "x").await.unwrap());
        assert!(!work::give_back(&world.db, id, "old", NOW).await.unwrap());
        assert!(!end(&world, id, "old", End::Done(json!(1))).await);
        assert!(end(&world, id, "new", End::Done(json!(2))).await);
        assert_eq!(job::read(&world.db, id).await.unwrap().result, Some(json!(2)), "{}", world.name());
    }
}

#[tokio::test]
async fn a_job_that_always_loses_its_worker_is_given_up() {
    for world in worlds().await {
        let id = put(&world, &new("a")).await;
        let mut now = NOW;
        for takeover in 0..=TAKEOVERS_MAX {
            let taken = claim(&world.db, "w", now).await.unwrap();
            assert_eq!(taken.takeovers, takeover);
            assert_eq!(work::abandon(&world.db, now, now - 20 * SECOND, "why").await.unwrap(), 0);
            now += 60 * SECOND;
        }
        assert_eq!(claim(&world.db, "w", now).await, None, "{}", world.name());
        assert_eq!(work::abandon(&world.db, now, now - 20 * SECOND, "why").await.unwrap(), 1);
        let given_up = job::read(&world.db, id).await.unwrap();
        assert_eq!(
            (given_up.state, given_up.error.as_deref()),
            (State::Failed, Some("why")),
            "{}",
            world.name()
        );
    }
}

#[tokio::test]
async fn cancelling_ends_a_waiting_job_and_tells_a_running_one() {
    for world in worlds().await {
        let cancel = async |id, who| {
            let mut tx = world.begin().await;
            let is_done = job::cancel(&mut tx, id, Some(who), NOW).await.unwrap();
            tx.commit().await.unwrap();
            is_done
        };
        let waiting = put(&world, &new("a")).await;
        assert!(cancel(waiting, WANG).await);
        assert!(!cancel(waiting, WANG).await);
        assert_eq!(job::read(&world.db, waiting).await.unwrap().state, State::Cancelled);
        assert_eq!(claim(&world.db, "w", NOW).await, None, "{}", world.name());

        let running = put(&world, &new("b")).await;
        claim(&world.db, "w", NOW).await.unwrap();
        assert!(cancel(running, WANG).await && cancel(running, LI).await);
        assert_eq!(work::heartbeat(&world.db, running, "w", NOW).await.unwrap(), Answer::Cancel);
        let by = format!("select cancel_requested_by from job where id = {running}");
        assert_eq!(world.number(&by).await, WANG.0, "{}", world.name());
        assert!(end(&world, running, "w", End::Cancelled).await);
        assert!(!cancel(running, WANG).await);
    }
}

#[tokio::test]
async fn a_failed_job_runs_again_from_the_beginning_when_somebody_says_so() {
    for world in worlds().await {
        let id = put(&world, &new("a")).await;
        let retry = async || {
            let mut tx = world.begin().await;
            let is_done = job::retry(&mut tx, id, NOW + 9).await.unwrap();
            tx.commit().await.unwrap();
            is_done
        };
        assert!(!retry().await);
        claim(&world.db, "w", NOW).await.unwrap();
        assert!(end(&world, id, "w", End::Failed("文件损坏".to_owned())).await);
        assert!(retry().await, "{}", world.name());
        let again = claim(&world.db, "v", NOW + 9).await.unwrap();
        assert_eq!((again.attempts, again.error, again.finished_at), (1, None, None), "{}", world.name());
    }
}

#[tokio::test]
async fn an_attempt_that_failed_counts_and_one_that_was_given_back_does_not() {
    for world in worlds().await {
        let id = put(&world, &new("a")).await;
        claim(&world.db, "w", NOW).await.unwrap();
        assert!(work::again(&world.db, id, "w", NOW + SECOND, "断开").await.unwrap());
        assert_eq!(claim(&world.db, "w", NOW).await, None);
        let second = claim(&world.db, "w", NOW + SECOND).await.unwrap();
        assert_eq!((second.attempts, second.error.as_deref()), (2, Some("断开")), "{}", world.name());
        assert!(work::give_back(&world.db, id, "w", NOW + SECOND).await.unwrap());
        assert_eq!(claim(&world.db, "w", NOW + SECOND).await.unwrap().attempts, 2, "{}", world.name());
    }
}

#[tokio::test]
async fn a_due_time_puts_in_one_job_however_many_servers_look() {
    for world in worlds().await {
        schedule::put(&world.db, "nightly", "count", 60, NOW).await.unwrap();
        schedule::put(&world.db, "unknown", "other", 60, NOW).await.unwrap();
        assert_eq!(schedule::tick(&world.db, &KINDS, NOW - 1).await.unwrap(), []);
        let others = [world.db.clone(), world.other().await, world.other().await];
        let ticks = others.iter().map(|db| schedule::tick(db, &KINDS, NOW));
        let ids: BTreeSet<JobId> =
            futures::future::join_all(ticks).await.into_iter().flat_map(Result::unwrap).collect();
        assert_eq!(ids.len(), 1, "{}", world.name());
        assert_eq!(schedule::tick(&world.db, &KINDS, NOW + 59 * SECOND).await.unwrap(), []);
        // Missed rounds are not made up, and the rhythm stays.
        assert_eq!(schedule::tick(&world.db, &KINDS, NOW + 200 * SECOND).await.unwrap().len(), 1);
        let all = schedule::all(&world.db).await.unwrap();
        assert_eq!(
            (all[0].name.as_str(), all[0].next_at),
            ("nightly", NOW + 240 * SECOND),
            "{}",
            world.name()
        );
        assert_eq!(all[1].next_at, NOW, "a kind nobody here knows is left to others");
        // Known already: next time stays, rhythm is taken over.
        schedule::put(&world.db, "nightly", "count", 30, NOW).await.unwrap();
        let mut tx = world.begin().await;
        assert!(schedule::pause(&mut tx, "nightly", true).await.unwrap());
        assert!(!schedule::pause(&mut tx, "none", true).await.unwrap());
        tx.commit().await.unwrap();
        let all = schedule::all(&world.db).await.unwrap();
        assert_eq!((all[0].next_at, all[0].every_seconds, all[0].is_paused), (NOW + 240 * SECOND, 30, true));
        assert_eq!(schedule::tick(&world.db, &KINDS, NOW + 900 * SECOND).await.unwrap(), []);
    }
}

#[tokio::test]
async fn pages_read_how_the_queue_stands_and_whose_jobs_there_are() {
    for world in worlds().await {
        let first = put(&world, &new("a")).await;
        let second = put(&world, &NewJob { account: Some(LI), ..new("b") }).await;
        let third = put(&world, &NewJob { subject: None, ..new("c") }).await;
        claim(&world.db, "w", NOW).await.unwrap();
        let ids = |jobs: Vec<job::Job>| jobs.into_iter().map(|job| job.id).collect::<Vec<_>>();
        let of_subject = job::of_subject(&world.db, "analysis", "7", 10).await.unwrap();
        assert_eq!(ids(of_subject), [second, first], "{}", world.name());
        assert_eq!(ids(job::of_account(&world.db, WANG, 10).await.unwrap()), [third, first]);
        let counts = job::counts(&world.db, NOW + SECOND, NOW).await.unwrap();
        let expected = (2, Some(NOW), 1, 0, 0);
        assert_eq!(
            (counts.due, counts.due_since, counts.running, counts.stuck, counts.failed),
            expected,
            "{}",
            world.name()
        );
        assert_eq!(job::counts(&world.db, NOW + SECOND, NOW + 1).await.unwrap().stuck, 1);
    }
}
