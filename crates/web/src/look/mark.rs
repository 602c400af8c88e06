//! Icons, and states as word, shape and colour.

use super::assets::assets;
use askama::filters::HtmlSafe;
use std::fmt::{Display, Formatter, Result};

/// An icon of `front/icons.txt` as `<svg>`; decoration, the word stands beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Icon(&'static str);

/// The icon of a name.
pub const fn icon(name: &'static str) -> Icon {
    Icon(name)
}

impl Display for Icon {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let file = &assets().icons;
        write!(f, r##"<svg class="icon" aria-hidden="true"><use href="{file}#{}"></use></svg>"##, self.0)
    }
}

/// Icons are made of names that stand in the code.
impl HtmlSafe for Icon {}

/// How much a state asks for attention.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// None.
    #[default]
    Quiet,
    /// It is well.
    Good,
    /// Something is due.
    Due,
    /// It is overdue, failed or cannot be taken back.
    Overdue,
}

impl Tone {
    /// The CSS class.
    pub fn class(self) -> &'static str {
        match self {
            Tone::Quiet => "mark-quiet",
            Tone::Good => "mark-good",
            Tone::Due => "mark-due",
            Tone::Overdue => "mark-overdue",
        }
    }
}

/// A state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// In a word.
    pub word: String,
    /// By its shape.
    pub icon: Icon,
    /// By its colour.
    pub tone: Tone,
}

impl Mark {
    /// Of word, icon, tone.
    pub fn new(word: impl Into<String>, name: &'static str, tone: Tone) -> Mark {
        Mark { word: word.into(), icon: icon(name), tone }
    }

    /// Of the state of a job or an analysis, by its word; the sentence is `look.state.<word>`.
    pub fn state(lang: crate::words::Lang, word: &str) -> Mark {
        let (name, tone) = match word {
            "draft" => ("pencil", Tone::Quiet),
            "waiting" => ("clock", Tone::Quiet),
            "running" => ("player-play", Tone::Good),
            "done" => ("circle-check", Tone::Good),
            "failed" => ("alert-circle", Tone::Overdue),
            "cancelled" => ("circle-minus", Tone::Quiet),
            "destroyed" => ("trash", Tone::Quiet),
            _ => ("circle-dashed", Tone::Quiet),
        };
        let key = format!("look.state.{word}");
        Mark::new(lang.sentence(&key).unwrap_or(word), name, tone)
    }
}
