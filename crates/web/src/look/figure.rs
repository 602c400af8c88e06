//! A number with its unit that opens where it comes from.

/// One line of where a figure comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Rule, version, rows, file, period …
    pub label: String,
    /// What.
    pub text: String,
    /// The page that shows it; empty for none.
    pub href: String,
}

/// A figure. In a template: `{% call parts::figure(shell, figure) %}{% endcall %}`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figure {
    /// What it counts.
    pub label: String,
    /// As written: `1,234`.
    pub value: String,
    /// Of what: 人, 元.
    pub unit: String,
    /// Comparison or period, in words; empty for none.
    pub note: String,
    /// Where it comes from.
    pub sources: Vec<Source>,
}

impl Figure {
    /// A figure of its label, value and unit.
    pub fn new(label: impl Into<String>, value: impl Into<String>, unit: impl Into<String>) -> Figure {
        Figure { label: label.into(), value: value.into(), unit: unit.into(), ..Figure::default() }
    }

    /// With a comparison or period.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Figure {
        self.note = note.into();
        self
    }

    /// With one more line of where it comes from.
    #[must_use]
    pub fn from(
        mut self,
        label: impl Into<String>,
        text: impl Into<String>,
        href: impl Into<String>,
    ) -> Figure {
        self.sources.push(Source { label: label.into(), text: text.into(), href: href.into() });
        self
    }
}
