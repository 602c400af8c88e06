//! Reads one table and prints how fast: `scan members|ledger FILE… [--jobs N] [--mapping FILE] [--exact]`.

use mingjing_intake::{Error, Ledger, Mapping, Members, Pass, Tally, Unwatched};
use std::path::PathBuf;
use std::time::Instant;

struct Wish {
    table: String,
    paths: Vec<PathBuf>,
    jobs: usize,
    pass: Pass,
    mapping: Mapping,
}

fn wish() -> Result<Wish, String> {
    let mut args = std::env::args().skip(1);
    let table = args.next().filter(|t| t == "members" || t == "ledger").ok_or("members or ledger?")?;
    let mut wish = Wish { table, paths: Vec::new(), jobs: 1, pass: Pass::Quick, mapping: Mapping::default() };
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--exact" => wish.pass = Pass::Exact,
            "--jobs" => wish.jobs = args.next().and_then(|n| n.parse().ok()).ok_or("--jobs N")?,
            "--mapping" => {
                let path = args.next().ok_or("--mapping FILE")?;
                let text = std::fs::read_to_string(&path).map_err(|e| e.to_string())?;
                wish.mapping = Mapping::parse(&text, &path).map_err(|e| e.to_string())?;
            }
            path => wish.paths.push(path.into()),
        }
    }
    Ok(wish)
}

/// Reads all rows; gives the tally and the exclusive-or of all fingerprints, so that nothing is left out.
fn scan(wish: &Wish) -> Result<(Tally, u64), Error> {
    let mut all = 0;
    let absorb = |part: u64| -> Result<(), Error> {
        all ^= part;
        Ok(())
    };
    let tally = if wish.table == "members" {
        let table = Members::open(&wish.paths, &wish.mapping)?;
        table.read(
            wish.pass,
            wish.jobs,
            &Unwatched,
            |b| b.rows().fold(0, |x, r| x ^ r.joined.unwrap_or(0) as u64 ^ r.account.len() as u64),
            absorb,
        )?
    } else {
        let table = Ledger::open(&wish.paths, &wish.mapping)?;
        table.read(
            wish.pass,
            wish.jobs,
            &Unwatched,
            |b| b.rows().fold(0, |x, r| x ^ r.content ^ r.amount as u64),
            absorb,
        )?
    };
    Ok((tally, all))
}

fn main() {
    let wish = wish().unwrap_or_else(|message| {
        eprintln!("{message}");
        std::process::exit(2)
    });
    let bytes: u64 = wish.paths.iter().filter_map(|p| std::fs::metadata(p).ok()).map(|m| m.len()).sum();
    let start = Instant::now();
    match scan(&wish) {
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(i32::from(error.exit_code()))
        }
        Ok((tally, all)) => {
            let seconds = start.elapsed().as_secs_f64();
            println!(
                "{} rows, {} rejected, {} bad times, {seconds:.3} s, {:.2} million rows/s, {:.0} MB/s, {all:016x}",
                tally.read(),
                tally.rejected.len(),
                tally.bad_times.len(),
                tally.read() as f64 / seconds / 1e6,
                bytes as f64 / seconds / 1e6
            );
        }
    }
}
