//! mingjing-verify: checks an exported audit log alone, without database or network. Exit codes: 0 good, 1 the file
//! cannot be read, 2 a wrong argument, 3 broken.

use mingjing_verify::{Head, Report, file};
use std::fs::File;
use std::io::{self, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "\
用法 usage: mingjing-verify FILE [--head FILE]
  FILE         mingjing audit export 写出的文件 a file that `mingjing audit export` wrote
  --head FILE  另行留存的链头（一个或多行） heads that were kept elsewhere, one a line";

fn main() -> ExitCode {
    let Some((path, head)) = arguments(std::env::args_os().skip(1).map(PathBuf::from)) else {
        // A closed standard error leaves the exit code.
        let _ = writeln!(io::stderr(), "{USAGE}");
        return ExitCode::from(2);
    };
    match run(&path, head.as_deref(), &mut io::stdout()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(3),
        Err(error) => {
            let _ = writeln!(io::stderr(), "错误 error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The file, and the file of heads.
fn arguments(given: impl Iterator<Item = PathBuf>) -> Option<(PathBuf, Option<PathBuf>)> {
    let (mut path, mut head) = (None, None);
    let mut given = given;
    while let Some(argument) = given.next() {
        if argument.as_os_str() == "--head" && head.is_none() {
            head = Some(given.next()?);
        } else if path.is_none() && !argument.as_os_str().as_encoded_bytes().starts_with(b"-") {
            path = Some(argument);
        } else {
            return None;
        }
    }
    Some((path?, head))
}

fn run(path: &Path, head: Option<&Path>, out: &mut impl Write) -> Result<bool, String> {
    let of = |path: &Path, error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let heads = match head {
        None => Vec::new(),
        Some(head) => {
            let text = std::fs::read_to_string(head).map_err(|error| of(head, &error))?;
            Head::read_lines(&text).map_err(|error| of(head, &error))?
        }
    };
    let opened = File::open(path).map_err(|error| of(path, &error))?;
    let (_, report) = file::check(BufReader::new(opened), &heads).map_err(|error| of(path, &error))?;
    say(&report, out).map_err(|error| format!("standard output: {error}"))?;
    Ok(report.is_good())
}

fn say(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let (links, head) = (report.links, &report.head);
    writeln!(out, "记录 links: {links}\n链头 head: {} {}", head.seq, head.hash)?;
    writeln!(out, "比对的留存链头 kept heads compared: {}", report.heads)?;
    for fault in &report.faults {
        writeln!(out, "异常 fault: {}\n            {}", fault.zh(), fault.en())?;
    }
    match report.faults_total {
        0 => writeln!(out, "完好：链条连续，未见改动。 Good: the chain is whole and unchanged."),
        total => writeln!(out, "有异常：共{total}处。 Broken: {total} in all."),
    }
}
