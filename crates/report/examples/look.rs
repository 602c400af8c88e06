//! Writes the documents of the made-up scheme into a folder, to be looked at: `cargo run --example look -- DIR`.

#[path = "../tests/all/scheme.rs"]
#[allow(dead_code)]
mod scheme;

use mingjing_report::report::{Facts, Grounds, Report};
use mingjing_report::{render_html, write_xlsx};
use scheme::{Money, bare, facts, scheme};
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("name a folder")?);
    for (name, money) in [("out", Money::Out), ("bonus", Money::Bonus), ("none", Money::None)] {
        let report = Report::from_count(&scheme(money), facts());
        std::fs::write(folder.join(format!("{name}.html")), render_html(&report))?;
        write_xlsx(&report, &folder.join(format!("{name}.xlsx")))?;
    }
    // A deep tree without money, declared public.
    let parent = (0..20_000u32).map(|i| if i % 4_000 == 0 { u32::MAX } else { i - 1 - i % 7 % (i % 4_000) });
    let plain = Facts { grounds: Grounds::Public, subjects: vec![], ..facts() };
    let report = Report::from_count(&bare(parent.collect(), |i| format!("A{i:05}")), plain);
    std::fs::write(folder.join("deep.html"), render_html(&report))?;
    Ok(())
}
