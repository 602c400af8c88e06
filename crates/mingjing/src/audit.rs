//! `mingjing audit`: checks the audit log in the database, exports it for `mingjing-verify`, exports its head.

use crate::error::Error;
use crate::place::{Flags, Place, block_on, instant, say};
use mingjing_casework::audit::{HEAD_LOG, export, kept_heads};
use mingjing_store::audit::check::{Checked, verify};
use mingjing_store::audit::read;
use mingjing_verify::Head;
use std::io::Write;
use std::path::PathBuf;

/// What can be done with the log.
#[derive(clap::Subcommand, Debug)]
pub enum Args {
    /// Check the whole log: against itself, against the heads in the data directory, against heads kept elsewhere.
    Verify {
        /// A file of heads that were kept elsewhere, one a line.
        #[arg(long, value_name = "FILE")]
        head: Option<PathBuf>,
        #[command(flatten)]
        place: Flags,
    },
    /// Write the whole log into a file that mingjing-verify checks alone.
    Export {
        /// The file; it must not be there.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        #[command(flatten)]
        place: Flags,
    },
    /// Print the head, to be kept or time-stamped elsewhere.
    Head {
        #[command(flatten)]
        place: Flags,
    },
}

impl Args {
    /// Where the installation lies.
    pub fn place(&self) -> &Flags {
        match self {
            Args::Verify { place, .. } | Args::Export { place, .. } | Args::Head { place } => place,
        }
    }
}

/// Does it.
///
/// # Errors
/// [`Error::Broken`] when the log is; the database cannot be read, a file not be read or written.
pub fn run(args: &Args, place: &Place, out: &mut dyn Write) -> Result<(), Error> {
    match args {
        Args::Verify { head, .. } => {
            let mut heads = kept_heads(&place.data.join(HEAD_LOG))?.unwrap_or_default();
            if let Some(path) = head {
                let missing = || Error::io(path, &std::io::ErrorKind::NotFound.into());
                heads.extend(kept_heads(path)?.ok_or_else(missing)?);
            }
            let checked = block_on(async { Ok(verify(&place.open_newest().await?, &heads).await?) })?;
            told(&checked, place, out)
        }
        Args::Export { out: to, .. } => {
            let now = place.clock.now();
            let header = block_on(async { Ok(export(&place.open_newest().await?, to, now).await?) })?;
            let (links, waiting) = (header.links, header.waiting);
            say(out, &format!("已导出 exported: {links} → {}", to.display()))?;
            if waiting > 0 {
                say(out, &format!("另有待入链、未导出 waiting for the chain and not exported: {waiting}"))?;
            }
            tell_head(&header.head, out)?;
            say(out, &format!("核验 check: mingjing-verify {}", to.display()))
        }
        Args::Head { .. } => {
            let head = block_on(async { Ok(read::head(&place.open_newest().await?).await?) })?;
            say(out, &head.line())
        }
    }
}

fn tell_head(head: &Head, out: &mut dyn Write) -> Result<(), Error> {
    say(
        out,
        format!(
            "链头 head: {} {} {}",
            head.seq,
            head.hash,
            if head.seq > 0 { instant(head.at) } else { String::new() }
        )
        .trim_end(),
    )
}

/// Says what a check found.
fn told(checked: &Checked, place: &Place, out: &mut dyn Write) -> Result<(), Error> {
    let report = &checked.report;
    say(out, &format!("记录 links: {}", report.links))?;
    tell_head(&report.head, out)?;
    say(out, &format!("比对的留存链头 kept heads compared: {}", report.heads))?;
    if let Some(since) = checked.queue.since {
        let seconds = (place.clock.now() - since).max(0) / 1_000_000;
        let waiting = checked.queue.waiting;
        say(out, &format!("待入链 waiting for the chain: {waiting}，最久 oldest {seconds} s"))?;
    }
    for fault in &report.faults {
        say(out, &format!("异常 fault: {}\n            {}", fault.zh(), fault.en()))?;
    }
    match report.faults_total {
        0 => say(out, "完好：链条连续，未见改动。 Good: the chain is whole and unchanged."),
        total => Err(Error::Broken(format!(
            "审计日志有异常，共{total}处。 The audit log is broken: {total} in all."
        ))),
    }
}
