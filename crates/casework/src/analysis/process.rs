//! The program that counts, run as a process of its own: its progress told on, its words caught, stopped when the
//! job is to stop, and never outliving this one.
//!
//! The process is tethered: it stops when its standard input closes, which the system does when this program dies
//! by whatever. Told to stop it removes what it wrote; if it does not end in time it is killed.

use super::Program;
use crate::job::Ctx;
use serde_json::Value;
use std::ffi::OsString;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{ChildStderr, Command};
use tokio::time::{Instant, timeout};

/// Time to end by itself when told to stop; less than the runner's grace.
const STOP_TIME: Duration = Duration::from_secs(5);
/// The least time between two lines of progress in the database.
const TELL_EVERY: Duration = Duration::from_millis(700);
/// Bytes of an answer.
const ANSWER_BYTES_MAX: u64 = 64 << 20;

/// How the process ended.
#[derive(Debug)]
pub(super) enum Ended {
    /// With its answer.
    Done(Value),
    /// With a complaint: exit code, code, message.
    Said(Said),
    /// It was to stop.
    Stopped,
}

/// A complaint of the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    /// Stable code, such as `kind_without_class`.
    pub code: String,
    /// A line in Chinese, then one in English and what to do.
    pub message: String,
}

impl Said {
    /// As it is stored.
    pub fn json(&self) -> String {
        serde_json::json!({"code": self.code, "message": self.message}).to_string()
    }
}

/// Runs `mingjing --json … arguments` in `folder`.
///
/// # Errors
/// The program cannot be started, or its answer is none.
pub(super) async fn run(
    program: &Program,
    folder: &Path,
    arguments: &[OsString],
    job: &Ctx,
) -> Result<Ended, String> {
    let mut command = Command::new(&program.path);
    command.args(["--json", "--tethered", "--progress", "json"]).args(arguments);
    if let Some(threads) = program.threads {
        command.arg("--jobs").arg(threads.to_string());
    }
    command.current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command
        .kill_on_drop(true)
        .spawn()
        .map_err(|e| format!("{}: cannot be started: {e}", program.path.display()))?;
    let tether = child.stdin.take();
    let (Some(mut out), Some(err)) = (child.stdout.take(), child.stderr.take()) else {
        return Err("the process has no output".to_owned());
    };
    let answer = async move {
        let mut bytes = Vec::new();
        let read = (&mut out).take(ANSWER_BYTES_MAX).read_to_end(&mut bytes).await;
        // What is left must not stop the process.
        let _ = tokio::io::copy(&mut out, &mut tokio::io::sink()).await;
        read.map(|_| bytes)
    };
    let both = async { tokio::join!(answer, listen(err, job)) };
    tokio::pin!(both);
    let heard = tokio::select! {
        heard = &mut both => Some(heard),
        () = job.cancelled() => None,
    };
    let Some((answer, said)) = heard else {
        drop(tether);
        if timeout(STOP_TIME, async { tokio::join!(&mut both, child.wait()) }).await.is_err() {
            child.kill().await.map_err(|e| format!("the process cannot be killed: {e}"))?;
        }
        return Ok(Ended::Stopped);
    };
    let status = child.wait().await.map_err(|e| format!("the process is lost: {e}"))?;
    drop(tether);
    let answer = answer.map_err(|e| format!("the answer of the process: {e}"))?;
    match (status.code(), said) {
        (Some(0), _) => serde_json::from_slice(&answer)
            .map(Ended::Done)
            .map_err(|e| format!("the answer of the process is no JSON: {e}")),
        (Some(_), Some(said)) => Ok(Ended::Said(said)),
        (code, None) => {
            let how = code.map_or_else(|| "by a signal".to_owned(), |code| format!("with code {code}"));
            Ok(Ended::Said(Said {
                code: "process".to_owned(),
                message: format!(
                    "计算进程意外结束，请检查内存与磁盘后重试。\nThe process ended {how}; look at memory and disk."
                ),
            }))
        }
        (None, Some(said)) => Ok(Ended::Said(said)),
    }
}

/// Tells progress on; gives the complaint, if there was one.
async fn listen(err: ChildStderr, job: &Ctx) -> Option<Said> {
    let (mut lines, mut said) = (BufReader::new(err).split(b'\n'), None);
    let (mut told_at, mut phase) = (None::<Instant>, String::new());
    while let Ok(Some(line)) = lines.next_segment().await {
        let Ok(value) = serde_json::from_slice::<Value>(&line) else { continue };
        if let (Some(code), Some(message)) =
            (value["error"]["code"].as_str(), value["error"]["message"].as_str())
        {
            said = Some(Said { code: code.to_owned(), message: message.to_owned() });
        }
        let progress = &value["progress"];
        let Some(says) = progress["says"].as_str() else { continue };
        let is_time = told_at.is_none_or(|at| at.elapsed() >= TELL_EVERY);
        if is_time || phase != says {
            let total = progress["total"].as_i64().filter(|total| *total > 0);
            job.progress(progress["done"].as_i64().unwrap_or(0), total, says).await;
            (told_at, phase) = (Some(Instant::now()), says.to_owned());
        }
    }
    said
}
