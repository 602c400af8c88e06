//! Progress on the terminal or for a machine, and the wish to stop: Ctrl-C, or the end of the parent.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use mingjing_intake::Watch;
use std::io::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// Set by Ctrl-C.
pub static STOP: AtomicBool = AtomicBool::new(false);

/// How progress is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Told {
    /// A bar, if standard error is a terminal.
    Bar,
    /// A JSON object a line on standard error, at most five a second: {"progress": {phase, says, done, total}}.
    Json,
}

/// The least time between two lines for a machine.
const LINE_EVERY: Duration = Duration::from_millis(200);

/// Stops the work when standard input ends: a parent that dies, by whatever, closes it.
pub fn stop_with_standard_input() {
    std::thread::spawn(|| {
        let mut input = std::io::stdin().lock();
        // What is read does not matter; an error means that there is nobody either.
        let _ = std::io::copy(&mut input, &mut std::io::sink());
        STOP.store(true, Relaxed);
    });
}

/// What a long command shows while it works. Silent when standard error is no terminal, unless timings are asked.
pub struct Progress {
    bar: ProgressBar,
    timings: bool,
    told: Told,
    phase: Mutex<Option<Phase>>,
}

/// The phase at work.
struct Phase {
    name: String,
    says: String,
    since: Instant,
    line_at: Option<Instant>,
}

impl Progress {
    /// `timings`: print what each phase took.
    pub fn new(timings: bool, told: Told) -> Progress {
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
        let style =
            ProgressStyle::with_template("{msg:<28} {bar:30} {percent:>3} %  {bytes} / {total_bytes}  {eta}");
        if let Ok(style) = style {
            bar.set_style(style);
        }
        Progress { bar, timings, told, phase: Mutex::new(None) }
    }

    /// A phase begins: `name` for timings, `says` for the reader.
    pub fn phase(&self, name: &str, says: &str) {
        self.end_phase();
        self.bar.set_position(0);
        self.bar.set_message(says.to_owned());
        if let Ok(mut phase) = self.phase.lock() {
            let (name, says) = (name.to_owned(), says.to_owned());
            *phase = Some(Phase { name, says, since: Instant::now(), line_at: None });
        }
        self.line(0, 0);
    }

    /// A line for a machine, if it is time for one.
    fn line(&self, done: u64, total: u64) {
        if self.told != Told::Json {
            return;
        }
        let Ok(mut phase) = self.phase.lock() else { return };
        let Some(phase) = phase.as_mut().filter(|p| p.line_at.is_none_or(|at| at.elapsed() >= LINE_EVERY))
        else {
            return;
        };
        phase.line_at = Some(Instant::now());
        let value = serde_json::json!({
            "progress": { "phase": phase.name, "says": phase.says, "done": done, "total": total }
        });
        // A closed standard error is no reason to fail.
        let _ = writeln!(std::io::stderr(), "{value}");
    }

    fn end_phase(&self) {
        let Ok(mut phase) = self.phase.lock() else { return };
        if let Some(Phase { name, since, .. }) = phase.take() {
            self.took(&name, since);
        }
    }

    /// Does a part of the present phase that goes side by side with others; timings name it by itself.
    pub fn part<T>(&self, name: &str, work: impl FnOnce() -> T) -> T {
        let since = Instant::now();
        let done = work();
        self.took(name, since);
        done
    }

    fn took(&self, name: &str, since: Instant) {
        if self.timings {
            let (now, peak) = memory_mb();
            let seconds = since.elapsed().as_secs_f64();
            // A closed standard error is no reason to fail.
            let _ = writeln!(std::io::stderr(), "phase {name} {seconds:.3} s, {now} MB, peak {peak} MB");
        }
    }

    /// All is done.
    pub fn finish(&self) {
        self.end_phase();
        self.bar.finish_and_clear();
    }

    /// Was Ctrl-C pressed?
    pub fn check(&self) -> Result<(), crate::error::Error> {
        match STOP.load(Relaxed) {
            true => Err(crate::error::Error::Interrupted),
            false => Ok(()),
        }
    }
}

/// Resident memory now and at its peak, as Linux tells it; 0 elsewhere.
fn memory_mb() -> (u64, u64) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let value = |key: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(key));
        line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0) / 1_024
    };
    (value("VmRSS:"), value("VmHWM:"))
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

impl Watch for Progress {
    fn progress(&self, bytes_done: u64, bytes_total: u64, _rows: u64) {
        self.bar.set_length(bytes_total);
        self.bar.set_position(bytes_done);
        self.line(bytes_done, bytes_total);
    }

    fn stopped(&self) -> bool {
        STOP.load(Relaxed)
    }
}
