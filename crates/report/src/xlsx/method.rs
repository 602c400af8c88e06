//! Sheet 方法与限制: policy, steps, law, contested questions, limits, what an expert opinion has to state.

use super::sheet::{Cell, Formats, Sheet};
use crate::content::{LIMITS, MUST, STEPS, commands, contested_rows, other_policy, policy_rows, source};
use crate::report::Report;
use crate::words::{Both, say};
use rust_xlsxwriter::{Worksheet, XlsxError};

/// Writes the sheet.
pub fn write(sheet: &mut Worksheet, f: &Formats, report: &Report) -> Result<(), XlsxError> {
    let title = say("section.method").and(Both::new("与", "and")).and(say("section.limits"));
    let widths = [44.0, 62.0, 50.0, 14.0];
    let mut s = Sheet::start(sheet, f, &say("sheet.method").zh, &title, &widths)?;
    let none = Both::same("");
    let policy = say("policy.title").with("policy", &report.policy.id);
    s.head(&[policy, say("sheet.value"), none.clone(), none.clone()], false)?;
    for (name, value) in policy_rows(report) {
        s.cells(&[Cell::Words(name), Cell::Words(value)])?;
    }
    s.space();
    s.head(&[say("method.steps"), none.clone(), none.clone(), none.clone()], false)?;
    for key in STEPS {
        s.note(&say(key))?;
    }
    s.space();
    let head = ["method.law", "method.sentence", "method.source", "method.date"];
    s.head(&head.map(say), false)?;
    s.note(&say("method.law_note"))?;
    for r in &report.law.rules {
        let (id, text) = (Cell::Text(r.id.clone()), Cell::Words(Both::new(&r.zh, &r.en)));
        s.cells(&[id, text, Cell::Text(source(&r.source)), Cell::Text(r.date.clone())])?;
    }
    s.space();
    let head = ["contested.title", "contested.practice", "contested.here"].map(say);
    s.head(&[&head[..], std::slice::from_ref(&none)].concat(), false)?;
    s.note(&say("contested.intro"))?;
    for row in contested_rows(report) {
        s.cells(&row.map(Cell::Words))?;
    }
    s.note(&say("contested.other").with("policy", &report.policy.id).with("other", other_policy(report)))?;
    s.space();
    s.head(&[say("limit.intro"), none.clone(), none.clone(), none.clone()], false)?;
    for key in LIMITS {
        s.note(&say(key).with("zone", &report.timezone))?;
    }
    s.space();
    s.head(&[say("method.must"), say("method.must_where"), none.clone(), none.clone()], false)?;
    for key in MUST {
        let words = ["", "_where"].map(|part| Cell::Words(say(&format!("must.{key}{part}"))));
        s.cells(&words)?;
    }
    s.space();
    s.head(&[say("section.verify"), none.clone(), none.clone(), none], false)?;
    s.note(&say("verify.intro"))?;
    for (command, key) in commands(report) {
        s.cells(&[Cell::Text(command), Cell::Words(say(key))])?;
    }
    s.note(&say("verify.hash"))
}
