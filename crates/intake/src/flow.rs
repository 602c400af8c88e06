//! One thread reads, many work, the caller takes the results in the order of the input.
//!
//! Requirements: `next` gives jobs in order; a job gives results in order. Memory: at most `2 × jobs + 3` jobs
//! wait or are worked on, each with at most its own number of waiting results. Determinism: the caller sees the
//! same sequence for any number of workers. An error ends everything at its place in the sequence.

use crate::error::Error;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};

/// How a worker hands on a result; `false` when nobody waits for it any more.
pub(crate) type Emit<'a, R> = &'a mut dyn FnMut(Result<R, Error>) -> bool;

type Waiting<R> = Receiver<Result<R, Error>>;

/// Runs `next` on one thread, `work` on `jobs` threads and `take` here.
pub(crate) fn run<J: Send, R: Send, E: From<Error>>(
    jobs: usize,
    mut next: impl FnMut() -> Result<Option<(J, usize)>, Error> + Send,
    work: impl Fn(J, Emit<'_, R>) + Sync,
    mut take: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    let jobs = jobs.max(1);
    let (order, ordered) = sync_channel::<Waiting<R>>(jobs + 1);
    let (queue, queued) = sync_channel::<(J, SyncSender<Result<R, Error>>)>(1);
    let queued = Mutex::new(queued);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            loop {
                let job = match next() {
                    Ok(None) => return,
                    Ok(Some(job)) => Ok(job),
                    Err(error) => Err(error),
                };
                let (sender, receiver) = sync_channel(job.as_ref().map_or(1, |(_, results)| *results));
                if order.send(receiver).is_err() {
                    return;
                }
                let job = match job {
                    Ok((job, _)) => job,
                    Err(error) => return drop(sender.send(Err(error))),
                };
                if queue.send((job, sender)).is_err() {
                    return;
                }
            }
        });
        for _ in 0..jobs {
            scope.spawn(|| {
                loop {
                    let job = queued.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok((job, sender)) = job else { return };
                    work(job, &mut |result| sender.send(result).is_ok());
                }
            });
        }
        // Moved in here so that an early return hangs up and every thread ends.
        let ordered = ordered;
        for results in ordered.iter() {
            for result in results {
                take(result?)?;
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(jobs: usize, fail_at: Option<u32>, stop_at: Option<u32>) -> (Vec<u32>, bool) {
        let (mut i, mut seen) = (0, Vec::new());
        let next = || {
            i += 1;
            match fail_at == Some(i) {
                true => Err(Error::Stopped),
                false => Ok((i <= 50).then_some((i, 2))),
            }
        };
        let work = |job: u32, emit: Emit<'_, u32>| {
            (0..5).all(|k| emit(Ok(job * 10 + k)));
        };
        let result: Result<(), Error> = run(jobs, next, work, |r| {
            seen.push(r);
            if stop_at == Some(r) { Err(Error::Stopped) } else { Ok(()) }
        });
        (seen, result.is_ok())
    }

    #[test]
    fn results_come_in_input_order_for_any_number_of_workers() {
        let whole: Vec<u32> = (1..=50).flat_map(|j| (0..5).map(move |k| j * 10 + k)).collect();
        for jobs in [1, 2, 7] {
            assert_eq!(sum(jobs, None, None), (whole.clone(), true));
            assert_eq!(sum(jobs, Some(20), None), (whole[..95].to_vec(), false));
            assert_eq!(sum(jobs, None, Some(203)), (whole[..99].to_vec(), false));
        }
    }
}
