//! Runs that do not come to their end: killed, interrupted, out of space. A result directory stands whole or not at
//! all.
//!
//! The waiting is what is tested here: the moments at which a run is ended are random, by a printed seed.

use crate::program::{ANALYZE, assert_same, command, files, is_soak, line, names, scheme};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

type Files = BTreeMap<String, Vec<u8>>;

/// Random moments.
struct Dice(u64);

impl Dice {
    fn new() -> Dice {
        let seed = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_nanos() as u64;
        let seed = std::env::var("MINGJING_SEED").map_or(seed, |text| text.parse().unwrap());
        eprintln!("MINGJING_SEED={seed}");
        Dice(seed | 1)
    }

    /// From nothing to `most`.
    fn moment(&mut self, most: Duration) -> Duration {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        most.mul_f64((self.0 >> 11) as f64 / (1u64 << 53) as f64)
    }
}

fn start(cwd: &Path, words: &str) -> Child {
    let words: Vec<&str> = words.split(' ').collect();
    command(cwd, &words).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Whole results of the two policies that the runs use, and how long one takes.
fn references(dir: &Path) -> ([Files; 2], Duration) {
    let since = Instant::now();
    line(dir, ANALYZE).well();
    let took = since.elapsed();
    let main = files(&dir.join("r"));
    line(dir, &format!("{ANALYZE} --replace --policy paid")).well();
    ([main, files(&dir.join("r"))], took)
}

/// What a killed run may leave under the name `x`: a whole result there, or (between the two renames of a replace)
/// the old one aside; and an unfinished directory.
fn stands_whole(dir: &Path, wholes: &[Files; 2], had_one: bool) {
    let left = names(dir);
    let known = [".x.old", ".x.partial", "r", "s", "x"];
    assert!(left.iter().all(|name| known.contains(&name.as_str())), "{left:?}");
    let at = |name: &str| left.iter().any(|own| own == name).then(|| files(&dir.join(name)));
    let is_whole = |result: &Files| wholes.contains(result);
    let (x, old) = (at("x"), at(".x.old"));
    assert!(x.as_ref().is_none_or(is_whole), "x is not whole: {:?}", x.unwrap().keys());
    // The old one may be on its way out when the new one stands.
    assert!(x.is_some() || old.as_ref().is_none_or(is_whole), "the old result is not whole");
    assert!(!had_one || x.is_some() || old.is_some(), "the earlier result is gone");
}

#[test]
fn a_killed_run_leaves_whole_results_or_none_and_the_next_run_tidies_up() {
    let dir = scheme("--accounts 200000 --seed 31 --dirty 0.02");
    let dir = dir.path();
    let (wholes, took) = references(dir);
    let analyze = ANALYZE.replace("--out r", "--out x");
    let mut dice = Dice::new();
    let kills = if is_soak() { 50 } else { 5 };
    let mut unfinished = 0;
    for _ in 0..kills {
        let mut run = start(dir, &analyze);
        std::thread::sleep(dice.moment(took.mul_f64(1.05)));
        run.kill().unwrap();
        run.wait().unwrap();
        unfinished += u32::from(dir.join(".x.partial").exists());
        stands_whole(dir, &wholes, false);
        if dir.join("x").exists() {
            std::fs::remove_dir_all(dir.join("x")).unwrap();
        }
    }
    assert!(unfinished > 0, "no run was killed while it wrote");
    line(dir, &analyze).well();
    assert_same(&files(&dir.join("x")), &wholes[0]);
    assert_eq!(names(dir), ["r", "s", "x"]);

    eprintln!(
        "soak: {kills} kills of a run into a new directory, {unfinished} of them while it wrote; none left a part"
    );

    // The same over an earlier result.
    let mut replaced = 0;
    for i in 0..kills {
        let mut run = start(dir, &format!("{analyze} --replace --policy {}", ["paid", "main"][i % 2]));
        std::thread::sleep(dice.moment(took.mul_f64(1.05)));
        run.kill().unwrap();
        run.wait().unwrap();
        stands_whole(dir, &wholes, true);
        replaced += u32::from(dir.join("x").exists() && !dir.join(".x.partial").exists());
    }
    eprintln!(
        "soak: {kills} kills over an earlier result, {replaced} of them before the writing or after the end"
    );
    line(dir, &format!("{analyze} --replace")).well();
    assert_same(&files(&dir.join("x")), &wholes[0]);
    assert_eq!(names(dir), ["r", "s", "x"]);
}

#[test]
fn an_interrupted_run_says_so_and_leaves_nothing() {
    let dir = scheme("--accounts 100000 --seed 32 --dirty 0.02");
    let dir = dir.path();
    let (wholes, took) = references(dir);
    let mut dice = Dice::new();
    let mut interrupted = 0;
    for (i, signal) in ["INT", "TERM", "INT", "INT"].into_iter().enumerate() {
        let run = start(dir, &ANALYZE.replace("--out r", "--out x"));
        while !dir.join(".x.partial").exists() {
            std::thread::yield_now();
        }
        // The first one at once: it is interrupted for certain.
        std::thread::sleep(dice.moment(took * u32::from(i > 0)));
        let sent = Command::new("kill").args([format!("-{signal}"), run.id().to_string()]).status().unwrap();
        assert!(sent.success(), "{signal}");
        let done = run.wait_with_output().unwrap();
        let err = String::from_utf8_lossy(&done.stderr);
        match done.status.code() {
            Some(130) => {
                assert!(err.contains("Interrupted"), "{err}");
                assert_eq!(names(dir), ["r", "s"]);
                interrupted += 1;
            }
            // It had come to its end.
            code => {
                assert_eq!(code, Some(0), "{err}");
                assert_same(&files(&dir.join("x")), &wholes[0]);
                std::fs::remove_dir_all(dir.join("x")).unwrap();
            }
        }
    }
    assert!(interrupted > 0);
}

#[test]
fn a_command_that_has_nothing_to_tidy_ends_at_once_when_interrupted() {
    let dir = tempfile::tempdir().unwrap();
    let mut run = start(dir.path(), "synth network --accounts 1000000 --out s");
    while !dir.path().join(".s.partial/members.csv").exists() {
        std::thread::yield_now();
    }
    let sent = Command::new("kill").args(["-INT", &run.id().to_string()]).status().unwrap();
    assert!(sent.success());
    assert_eq!(run.wait().unwrap().code(), Some(130));
    assert_eq!(names(dir.path()), [".s.partial"], "tables without their truth never stand in their place");
    line(dir.path(), "synth network --accounts 10 --out s").well();
    assert_eq!(names(dir.path()), ["s"], "the next run removes what was left");
}

/// Runs the program where `disk` is a file system of some bytes; `None` where mounting is refused. Returns exit code,
/// standard error, and what is left on that disk.
fn on_a_small_disk(dir: &Path, bytes: u32, words: &str) -> Option<(i32, String, String)> {
    let script = format!(
        "mount -t tmpfs -o size={bytes} tmpfs disk || exit 99; '{}' {words}; code=$?; ls -A disk; exit $code",
        env!("CARGO_BIN_EXE_mingjing")
    );
    // A mount of one's own, as root or as root of a name space of one's own.
    for spaces in [&["--mount"][..], &["--user", "--map-root-user", "--mount"]] {
        let done = Command::new("unshare").args(spaces).args(["sh", "-c", &script]).current_dir(dir).output();
        let Ok(done) = done else { continue };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        match done.status.code() {
            Some(code) if code != 99 && !text(&done.stderr).starts_with("unshare:") => {
                return Some((code, text(&done.stderr), text(&done.stdout)));
            }
            _ => {}
        }
    }
    eprintln!("skipped: this machine lets nobody mount a small file system");
    None
}

#[test]
fn a_full_disk_is_named_and_nothing_is_left_on_it() {
    let dir = scheme("--accounts 20000 --seed 33 --dirty 0.02");
    let dir = dir.path();
    std::fs::create_dir(dir.join("disk")).unwrap();
    // One thread: side by side, time would decide which file meets the full disk.
    let analyze = format!("{} --jobs 1", ANALYZE.replace("--out r", "--out disk/r"));
    let mut named = std::collections::BTreeSet::new();
    // The result takes some three megabytes: each of these ends in another file.
    for kilobytes in [40, 300, 700, 1200, 1800, 2300, 2500, 2700, 2900, 3000, 3100] {
        let Some((code, err, left)) = on_a_small_disk(dir, kilobytes << 10, &analyze) else { return };
        if code == 0 {
            continue;
        }
        assert_eq!(code, 1, "{kilobytes}: {err}");
        assert!(err.contains("No space left") && !err.contains("panicked"), "{kilobytes}: {err}");
        let file = err.split("disk/.r.partial/").nth(1).unwrap_or_else(|| panic!("no file is named: {err}"));
        named.insert(file.split([':', ' ']).next().unwrap().to_owned());
        assert_eq!(left, "", "{kilobytes}");
    }
    assert!(named.len() >= 4, "{named:?}");
    // With room enough it works there.
    let (code, err, _) = on_a_small_disk(dir, 64 << 20, &analyze).unwrap();
    assert_eq!(code, 0, "{err}");
}
