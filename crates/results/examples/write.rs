//! Measures writing: `write DIR ACCOUNTS JOBS` makes a made-up count of that size and times each file.

use mingjing_network::count::{Count, Identities, Origin, Parts};
use mingjing_network::figures::Thresholds;
use mingjing_network::forest::ROOT;
use mingjing_network::keys::Names;
use mingjing_results::branches::{self, Branches};
use mingjing_results::lookup::Accounts;
use mingjing_results::stage::Stage;
use mingjing_results::tables;
use std::error::Error;
use std::path::Path;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, dir, accounts, jobs] = arguments.as_slice() else {
        return Err("usage: write DIR ACCOUNTS JOBS".into());
    };
    let (dir, n) = (Path::new(dir), accounts.parse::<usize>()?);
    if n == 0 {
        return read(dir);
    }
    rayon::ThreadPoolBuilder::new().num_threads(jobs.parse()?).build_global()?;
    let thresholds =
        Thresholds { floor_persons: 30, floor_levels: 3, grave_persons: 120, grave_amount: 250_000_000 };
    let count = made_up(n, &thresholds);
    let stage = Stage::begin(dir, true)?;
    stage.create("summary.json")?;
    let start = Instant::now();
    tables::write(&stage, &count, &thresholds, "measure")?;
    let seconds = start.elapsed().as_secs_f64();
    println!("tables {seconds:.2} s, {:.1} M rows/s", 2.0 * n as f64 / seconds / 1e6);
    let start = Instant::now();
    branches::write(&stage, &count)?;
    println!("branches {:.2} s", start.elapsed().as_secs_f64());
    for name in ["accounts.parquet", "persons.parquet", "identities.parquet", "branches.idx"] {
        let bytes = std::fs::metadata(stage.path().join(name))?.len();
        println!("{name} {:.1} MB", bytes as f64 / 1e6);
    }
    let start = Instant::now();
    stage.commit()?;
    println!("fsync and rename {:.2} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// Times look-ups in results written before.
fn read(dir: &Path) -> Result<(), Box<dyn Error>> {
    let start = Instant::now();
    let index = Branches::open(dir)?;
    let root = index.roots(1)?.remove(0);
    let branch = index.branch(&root.account, 3, 2_000)?;
    println!("branch of {} nodes {:.1} ms", branch.nodes.len(), start.elapsed().as_secs_f64() * 1e3);
    let start = Instant::now();
    let found = Accounts::open(dir)?.find(&branch.nodes[branch.nodes.len() / 2].node.account)?;
    println!("account {} {:.1} ms", found.is_some(), start.elapsed().as_secs_f64() * 1e3);
    Ok(())
}

fn made_up(n: usize, thresholds: &Thresholds) -> Count {
    let mut dice = 0x9E37_79B9_7F4A_7C15u64;
    let mut roll = |sides: u64| {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        dice % sides
    };
    let texts: Vec<String> = (0..n).map(|i| format!("M{:09}", i * 7)).collect();
    // Later accounts lie below recent ones, now and then below an early one.
    let parent: Vec<u32> = (0..n as u64)
        .map(|i| match i {
            0..5 => ROOT,
            _ if roll(3) == 0 => (roll(i) * roll(i) / i) as u32,
            _ => (i - 1 - roll(i.min(1_000))) as u32,
        })
        .collect();
    let mut directs = vec![0; n];
    parent.iter().filter(|&&p| p != ROOT).for_each(|&p| directs[p as usize] += 1);
    let paid_in: Vec<i64> =
        (0..n).map(|_| [298_000, 698_000, 1_398_000, 6_980_000][roll(4) as usize]).collect();
    let bonus: Vec<i64> = directs.iter().map(|&d| i64::from(d) * (100 + roll(100_000) as i64)).collect();
    let withdrawn: Vec<i64> = bonus.iter().map(|&b| b - b % 10_000).collect();
    let numbers: Vec<String> = (0..n).map(|p| format!("52011519{:010}", p * 37 % 10_000_000_000)).collect();
    let pairs: Vec<(u32, &str)> = numbers.iter().enumerate().map(|(p, t)| (p as u32, t.as_str())).collect();
    let parts = Parts {
        names: Names::from_texts(texts.iter().map(String::as_str)),
        joined: vec![18_000; n],
        origin: Origin { ordinal: vec![0; n], file_start: vec![0] },
        money: Some([paid_in, bonus, withdrawn]),
        identities: Identities::from_pairs(n, &pairs),
        ..Parts::bare(parent, (0..n as u32).collect())
    };
    Count::of(parts, thresholds).expect("parents come before children")
}
