//! Mutation fuzzer of the readers: `fuzz csv|xlsx|jsonl|sql [--seconds N] [--seed S] [--folder DIR]`,
//! or `fuzz TARGET --write-seeds DIR`.
//!
//! Needs no nightly compiler. Deterministic: one seed gives one sequence of files. Seeds are made here; a
//! mutation changes, inserts, doubles, drops or swaps pieces, with a liking for the signs that mean something.
//! For workbooks the parts inside the archive are mutated and packed anew, and sometimes the archive itself.
//! A crash is a panic that leaves the reader, or a reading that depends on the number of threads or (for texts)
//! on the chunk size. The file that did it is kept, and the exit code is 1.

use mingjing_intake::{Error, Ledger, Mapping, Members, Pass, Tally, Unwatched};
use std::io::{Read as _, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.roll() % n.max(1) as u64) as usize
    }
}

const SIGNS: [&[u8]; 26] = [
    b"\"",
    b"\"\"",
    b",",
    b"\n",
    b"\r",
    b"\r\n",
    b"\t",
    b";",
    b"|",
    b"'",
    b"\\",
    b"\0",
    b"\x1f",
    b"\xff",
    b"\xe4\xbc",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"-",
    b"0",
    b"99999999999999999999",
    b"2020-02-30",
    b"{",
    b"[",
    b"<c r=\"ZZ9\"/>",
    b" t=\"s\"",
    b"\xe3\x80\x80",
];

fn mutated(seed: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=dice.below(6) {
        let (at, len) = (dice.below(bytes.len() + 1), dice.below(24));
        let end = (at + len).min(bytes.len());
        match dice.below(7) {
            0 if at < bytes.len() => bytes[at] = dice.roll() as u8,
            1 if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
            2 => drop(bytes.splice(at..at, SIGNS[dice.below(SIGNS.len())].iter().copied())),
            3 => drop(bytes.splice(at..end, SIGNS[dice.below(SIGNS.len())].iter().copied())),
            4 => {
                let piece = bytes[at..end].to_vec();
                let to = dice.below(bytes.len() + 1);
                drop(bytes.splice(to..to, piece));
            }
            5 => drop(bytes.drain(at..end)),
            _ if dice.below(8) == 0 => bytes.truncate(at),
            _ => {}
        }
    }
    bytes
}

fn text_seeds() -> Vec<Vec<u8>> {
    let csv = "会员编号,推荐人,身份证号,注册时间,手机号,备注\n001,,11010519491231002X,2020-06-30 10:30:00,13800001234,\"甲, 乙\"\n002,001,,2020/7/1,,\"two\nlines \"\"q\"\"\"\n003,0,,20200701,,\n";
    let ledger = "uid\t类型\t金额\t时间\t流水号\t币种\n1\t充值\t1,234.50\t1593484200\tA1\tCNY\n2\t提现\t-3.5万\t2020-06-30T10:30:00Z\tA2\tUSD\n";
    let utf16 = [0xFF, 0xFE].into_iter().chain(csv.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let gb18030 = encoding_rs::GB18030.encode(csv).0.into_owned();
    vec![csv.into(), csv.replace(',', ";").replace('\n', "\r\n").into(), ledger.into(), utf16, gb18030]
}

fn json_seeds() -> Vec<Vec<u8>> {
    vec!["{\"uid\":\"1\",\"tjr\":null,\"note\":\"\\u4e2d\"}\n{\"uid\":12.0,\"tjr\":1,\"reg_time\":1593484200,\"x\":{\"a\":[1]}}\n".into()]
}

fn dump_seeds() -> Vec<Vec<u8>> {
    vec!["/*!40101 SET NAMES utf8mb4 */;\nCREATE TABLE `users` (`uid` int NOT NULL, tjr varchar(9) DEFAULT 'a)', KEY k (`uid`)) ENGINE=InnoDB;\n-- x\nINSERT INTO `users` VALUES (1,NULL),(2,'it\\'s'),(-3,x'31');\nINSERT IGNORE INTO db.users (tjr, uid) VALUES ('1',0x32);\n".into()]
}

/// A workbook as its parts.
type Parts = Vec<(String, Vec<u8>)>;

fn workbook() -> Result<Parts, String> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let date = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
    let mut fill = || -> Result<(), rust_xlsxwriter::XlsxError> {
        for (i, heading) in ["uid", "tjr", "reg_time", "note"].iter().enumerate() {
            sheet.write_string(0, i as u16, *heading)?;
        }
        for row in 1..6 {
            sheet.write_number(row, 0, f64::from(row))?;
            sheet.write_string(row, 1, "1")?;
            sheet.write_number_with_format(row, 2, 44_012.437_5 + f64::from(row), &date)?;
            sheet.write_formula(row, 3, "=1+1")?;
        }
        Ok(())
    };
    fill().map_err(|e| e.to_string())?;
    let bytes = book.save_to_buffer().map_err(|e| e.to_string())?;
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).map_err(|e| e.to_string())?;
    let mut parts = Vec::new();
    for i in 0..archive.len() {
        let mut part = archive.by_index(i).map_err(|e| e.to_string())?;
        let name = part.name().map_err(|e| e.to_string())?.into_owned();
        let mut content = Vec::new();
        part.read_to_end(&mut content).map_err(|e| e.to_string())?;
        parts.push((name, content));
    }
    Ok(parts)
}

fn packed(parts: &Parts) -> Result<Vec<u8>, String> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer
            .start_file(name.as_str(), zip::write::SimpleFileOptions::default())
            .map_err(|e| e.to_string())?;
        writer.write_all(content).map_err(|e| e.to_string())?;
    }
    Ok(writer.finish().map_err(|e| e.to_string())?.into_inner())
}

enum Seeds {
    Plain(Vec<Vec<u8>>),
    Workbook(Parts),
}

impl Seeds {
    fn of(target: &str) -> Result<Seeds, String> {
        Ok(match target {
            "csv" => Seeds::Plain(text_seeds()),
            "jsonl" => Seeds::Plain(json_seeds()),
            "sql" => Seeds::Plain(dump_seeds()),
            "xlsx" => Seeds::Workbook(workbook()?),
            other => return Err(format!("{other}: csv, xlsx, jsonl or sql?")),
        })
    }

    fn next(&self, dice: &mut Dice) -> Result<Vec<u8>, String> {
        match self {
            Seeds::Plain(seeds) => {
                let seed = &seeds[dice.below(seeds.len())];
                // Now and then many rows, so that chunks and batches have borders.
                let copies = if dice.below(20) == 0 { 30 } else { 1 };
                Ok(mutated(&mutated(seed, dice).repeat(copies), dice))
            }
            Seeds::Workbook(parts) => {
                let mut parts = parts.clone();
                for _ in 0..dice.below(3) {
                    let at = dice.below(parts.len());
                    parts[at].1 = mutated(&parts[at].1, dice);
                }
                let archive = packed(&parts)?;
                Ok(if dice.below(4) == 0 { mutated(&archive, dice) } else { archive })
            }
        }
    }
}

/// Account, time and number of a row.
type Row = (String, Option<i64>, u64);

/// What a reading gives: rows, the tally, or the refusal.
type Seen = Result<(Vec<Row>, Tally), String>;

fn seen(result: Result<Tally, Error>, rows: Vec<Row>) -> Seen {
    result.map(|tally| (rows, tally)).map_err(|e| e.to_string())
}

fn members(path: &Path, mapping: &Mapping, jobs: usize, chunk: usize) -> Seen {
    let mut all = Vec::new();
    let result = Members::open(&[path.to_owned()], mapping).and_then(|table| {
        let prepare = |b: &mingjing_intake::MemberBatch| {
            b.rows().map(|r| (r.account.to_owned(), r.joined, r.row)).collect::<Vec<_>>()
        };
        table.with_chunk_bytes(chunk).read(Pass::Exact, jobs, &Unwatched, prepare, |part| {
            all.extend(part);
            Ok::<(), Error>(())
        })
    });
    seen(result, all)
}

fn ledger(path: &Path, mapping: &Mapping, jobs: usize, chunk: usize) -> Seen {
    let mut all = Vec::new();
    let result = Ledger::open(&[path.to_owned()], mapping).and_then(|table| {
        let prepare = |b: &mingjing_intake::LedgerBatch| {
            b.rows().map(|r| (r.account.to_owned(), r.time, r.row)).collect::<Vec<_>>()
        };
        table.with_chunk_bytes(chunk).read(Pass::Exact, jobs, &Unwatched, prepare, |part| {
            all.extend(part);
            Ok::<(), Error>(())
        })
    });
    seen(result, all)
}

/// Reads the file in several ways; `Err` says how they differ, or that one panicked.
fn tried(path: &Path, mapping: &Mapping, bytes: usize) -> Result<bool, String> {
    // A few bytes for short files; long ones would take too many turns.
    let small_chunk = if bytes < 1_500 { 7 } else { 301 };
    let run = |jobs, chunk| (members(path, mapping, jobs, chunk), ledger(path, mapping, jobs, chunk));
    let all = catch_unwind(AssertUnwindSafe(|| (run(1, 1 << 20), run(2, 1 << 20), run(2, small_chunk))));
    let (one, two, small) = all.map_err(|_| "a panic left the reader".to_owned())?;
    if one != two {
        return Err(format!("one and two threads differ:\n{one:?}\n{two:?}"));
    }
    // Of two faults in one file the chunk size decides which is seen first.
    let is_same = |a: &Seen, b: &Seen| a == b || (a.is_err() && b.is_err());
    if !is_same(&one.0, &small.0) || !is_same(&one.1, &small.1) {
        return Err(format!("chunk sizes differ:\n{one:?}\n{small:?}"));
    }
    Ok(one.0.is_ok() || one.1.is_ok())
}

struct Wish {
    write_seeds: Option<PathBuf>,
    target: String,
    seconds: u64,
    seed: u64,
    folder: PathBuf,
}

fn wish() -> Result<Wish, String> {
    let mut args = std::env::args().skip(1);
    let mut wish = Wish {
        write_seeds: None,
        target: String::new(),
        seconds: 600,
        seed: 1,
        folder: std::env::temp_dir(),
    };
    while let Some(arg) = args.next() {
        let mut number = || args.next().and_then(|n| n.parse().ok()).ok_or(format!("{arg} N"));
        match arg.as_str() {
            "--seconds" => wish.seconds = number()?,
            "--seed" => wish.seed = number()?,
            "--folder" => wish.folder = args.next().ok_or("--folder DIR")?.into(),
            "--write-seeds" => wish.write_seeds = Some(args.next().ok_or("--write-seeds DIR")?.into()),
            target => wish.target = target.to_owned(),
        }
    }
    Ok(wish)
}

/// Writes the seeds as a corpus for another fuzzer.
fn write(seeds: &Seeds, folder: &Path) -> Result<(), String> {
    let files = match seeds {
        Seeds::Plain(files) => files.clone(),
        // The target for libFuzzer adds the first four bytes itself.
        Seeds::Workbook(parts) => vec![packed(parts)?.split_off(4)],
    };
    std::fs::create_dir_all(folder).map_err(|e| e.to_string())?;
    for (i, bytes) in files.iter().enumerate() {
        std::fs::write(folder.join(format!("seed-{i}")), bytes).map_err(|e| e.to_string())?;
    }
    Ok(())
}

fn fuzz(wish: &Wish) -> Result<(), String> {
    let seeds = Seeds::of(&wish.target)?;
    if let Some(folder) = &wish.write_seeds {
        return write(&seeds, folder);
    }
    let mapping =
        Mapping::parse("tables: { members: users, ledger: users }", "fuzz").map_err(|e| e.to_string())?;
    let mut dice = Dice(wish.seed);
    let path = wish.folder.join(format!("mingjing-fuzz-{}-{}", wish.target, std::process::id()));
    let (start, end) = (Instant::now(), Duration::from_secs(wish.seconds));
    let (mut count, mut taken) = (0u64, 0u64);
    // Panics of libraries that the reader guards against are not printed.
    std::panic::set_hook(Box::new(|_| {}));
    while start.elapsed() < end {
        let bytes = seeds.next(&mut dice)?;
        std::fs::write(&path, &bytes).map_err(|e| e.to_string())?;
        match tried(&path, &mapping, bytes.len()) {
            Ok(was_read) => taken += u64::from(was_read),
            Err(what) => {
                return Err(format!(
                    "file {count} of seed {}, kept as {}: {what}",
                    wish.seed,
                    path.display()
                ));
            }
        }
        count += 1;
    }
    let _ = std::fs::remove_file(&path);
    println!("{}: {count} files, {taken} of them read, no crash, seed {}", wish.target, wish.seed);
    Ok(())
}

fn main() {
    if let Err(message) = wish().and_then(|wish| fuzz(&wish)) {
        eprintln!("{message}");
        std::process::exit(1)
    }
}
