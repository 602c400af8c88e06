//! One thing on a page: facts, what can be done with it and what cannot and why, tables, forms, history with undo.
//! Handlers fill it; the template `thing.html` shows any.

use super::form::Form;
use super::jobs::Progress;
use crate::look::Mark;
use crate::look::write::number;

/// A cell or a fact.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    /// What is read.
    pub text: String,
    /// Where it leads; empty for nowhere.
    pub href: String,
    /// A state instead of a text.
    pub mark: Option<Mark>,
    /// Is it a number, aligned at its end?
    pub is_number: bool,
}

impl Cell {
    /// Plain text.
    pub fn text(text: impl Into<String>) -> Cell {
        Cell { text: text.into(), ..Cell::default() }
    }

    /// A link.
    pub fn link(text: impl Into<String>, href: impl Into<String>) -> Cell {
        Cell { text: text.into(), href: href.into(), ..Cell::default() }
    }

    /// A state.
    pub fn mark(mark: Mark) -> Cell {
        Cell { mark: Some(mark), ..Cell::default() }
    }

    /// A whole number.
    pub fn number(value: i64) -> Cell {
        Cell { text: number(value), is_number: true, ..Cell::default() }
    }
}

/// A label with its value.
#[derive(Clone, Debug)]
pub struct Fact {
    /// What it is.
    pub label: &'static str,
    /// The value.
    pub cell: Cell,
}

/// Something that can be done with a button, or why not.
#[derive(Clone, Debug)]
pub struct Deed {
    /// What the button says.
    pub label: &'static str,
    /// Where it is sent.
    pub action: String,
    /// The version that was seen; none where it does not matter.
    pub version: Option<i64>,
    /// Is it the grave kind?
    pub is_grave: bool,
    /// Why it cannot be done now; none if it can.
    pub why_not: Option<&'static str>,
}

impl Deed {
    /// A button that sends a deed.
    pub fn new(label: &'static str, action: String) -> Deed {
        Deed { label, action, version: None, is_grave: false, why_not: None }
    }

    /// Of the grave kind.
    #[must_use]
    pub fn grave(mut self) -> Deed {
        self.is_grave = true;
        self
    }

    /// On what was seen in this version.
    #[must_use]
    pub fn version(mut self, version: i64) -> Deed {
        self.version = Some(version);
        self
    }
}

/// A line of a table.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// Its cells.
    pub cells: Vec<Cell>,
    /// What can be done with it.
    pub deed: Option<Deed>,
}

/// A table with a heading.
#[derive(Clone, Debug)]
pub struct Table {
    /// The heading; also its anchor.
    pub id: &'static str,
    /// What it says.
    pub title: String,
    /// A sentence below it; may be empty.
    pub note: String,
    /// What stands there while it is empty.
    pub empty: &'static str,
    /// Headings of the columns.
    pub heads: Vec<&'static str>,
    /// The lines.
    pub rows: Vec<Row>,
}

impl Table {
    /// Does any line offer a deed?
    pub fn has_deeds(&self) -> bool {
        self.rows.iter().any(|row| row.deed.is_some())
    }
}

/// A form with its heading.
#[derive(Clone, Debug)]
pub struct Part {
    /// Its anchor.
    pub id: &'static str,
    /// The heading.
    pub title: &'static str,
    /// The form.
    pub form: Form,
}

/// A sentence that must be seen.
#[derive(Clone, Debug)]
pub struct Alert {
    /// What it says.
    pub text: String,
    /// A secret that is shown this once; empty for none.
    pub secret: String,
    /// Does it ask for something?
    pub is_due: bool,
}

/// What was changed, and the way back.
#[derive(Clone, Debug)]
pub struct Past {
    /// When.
    pub at: String,
    /// By whom.
    pub by: String,
    /// What, in words.
    pub what: String,
    /// Before and after, field by field.
    pub differences: Vec<String>,
    /// Where a POST takes it back; empty where that is done or not possible.
    pub undo: String,
    /// Was it taken back?
    pub is_undone: bool,
}

/// All of a page but its shell.
#[derive(Clone, Debug, Default)]
pub struct Thing {
    /// What must be seen first.
    pub alerts: Vec<Alert>,
    /// A job that goes on.
    pub progress: Option<Progress>,
    /// Facts.
    pub facts: Vec<Fact>,
    /// What can be done.
    pub deeds: Vec<Deed>,
    /// Tables above the forms.
    pub tables: Vec<Table>,
    /// Forms.
    pub parts: Vec<Part>,
    /// Changes, the newest first; none where the thing has no history.
    pub past: Option<Vec<Past>>,
}

impl Thing {
    /// Adds a fact.
    pub fn fact(&mut self, label: &'static str, cell: Cell) {
        self.facts.push(Fact { label, cell });
    }

    /// Adds a sentence that must be seen.
    pub fn alert(&mut self, text: impl Into<String>, is_due: bool) {
        self.alerts.push(Alert { text: text.into(), secret: String::new(), is_due });
    }
}
