//! Pieces of markup. Everything that comes from outside passes [`escape`].

use crate::show;
use crate::words::{Both, say};

/// Longest text of a table, a file name or an account number that is shown whole.
const TEXT_MAX: usize = 300;

/// Text as HTML. Control characters and direction marks, which could make one number look like another, show
/// as `�`.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => {
                out.push('\u{fffd}');
            }
            c if c.is_control() && c != '\n' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// A text from the data, cut where it is very long.
pub fn data(text: &str) -> String {
    escape(&show::short(text, TEXT_MAX))
}

/// Escaped, with `` `…` `` as code.
fn rich(text: &str) -> String {
    let text = escape(text);
    let mut out = String::with_capacity(text.len());
    for (i, part) in text.split('`').enumerate() {
        if i % 2 == 1 {
            out = out + "<code>" + part + "</code>";
        } else {
            out += part;
        }
    }
    out
}

/// A text in both languages.
pub fn both(text: &Both) -> String {
    if text.zh == text.en {
        return rich(&text.zh);
    }
    format!("<span lang=zh>{}</span><span lang=en>{}</span>", rich(&text.zh), rich(&text.en))
}

/// The sentence of a key, in both languages.
pub fn t(key: &str) -> String {
    both(&say(key))
}

/// A paragraph.
pub fn p(class: &str, text: &Both) -> String {
    format!("<p class=\"{class}\">{}</p>", both(text))
}

/// A figure that can be asked where it comes from. `value` is markup.
pub fn ask(value: &str, from: &Both) -> String {
    let title = say("page.where");
    format!(
        "<details class=ask><summary title=\"{} {}\">{value}</summary><p>{}</p></details>",
        escape(&title.zh),
        escape(&title.en),
        both(from)
    )
}

/// What opens on a click.
pub fn fold(summary: &str, body: &str) -> String {
    format!("<details class=fold><summary>{summary}</summary>{body}</details>")
}

/// A sentence that is said because somebody must look: a shape, a colour and words.
pub fn due(text: &Both) -> String {
    format!("<p class=due><span aria-hidden=true>▲</span> {}</p>", both(text))
}

/// A column of a table.
pub struct Column {
    /// Heading.
    pub head: Both,
    /// Right-aligned?
    pub is_number: bool,
    /// What it means.
    pub means: Option<Both>,
}

/// A column of text.
pub fn text(key: &str) -> Column {
    Column { head: say(key), is_number: false, means: None }
}

/// A column of numbers.
pub fn number(key: &str) -> Column {
    Column { head: say(key), is_number: true, means: None }
}

impl Column {
    /// With its meaning.
    pub fn means(mut self, text: Both) -> Column {
        self.means = Some(text);
        self
    }
}

/// A table; its cells are markup. With more than four columns its rows become cards on a phone.
pub fn table(columns: &[Column], rows: &[Vec<String>]) -> String {
    let stacks = columns.len() > 4;
    let class = |c: &Column| if c.is_number { " class=n" } else { "" };
    let mut out = format!("<div class=wide><table{}><thead><tr>", if stacks { " class=stack" } else { "" });
    for c in columns {
        out += &format!("<th scope=col{}>{}</th>", class(c), both(&c.head));
    }
    out += "</tr></thead><tbody>";
    for row in rows {
        out += "<tr>";
        for (c, cell) in columns.iter().zip(row) {
            let label = if stacks {
                format!(" data-zh=\"{}\" data-en=\"{}\"", escape(&c.head.zh), escape(&c.head.en))
            } else {
                String::new()
            };
            out += &format!("<td{}{label}>{cell}</td>", class(c));
        }
        out += "</tr>";
    }
    out += "</tbody></table></div>";
    let meanings: String = columns
        .iter()
        .filter_map(|c| Some(format!("<dt>{}</dt><dd>{}</dd>", both(&c.head), both(c.means.as_ref()?))))
        .collect();
    if meanings.is_empty() {
        return out;
    }
    out + &fold(&t("page.columns"), &format!("<dl>{meanings}</dl>"))
}

/// A section with its heading.
pub fn section(id: &str, heading: &Both, body: &str) -> String {
    format!("<section id={id}><h2>{}</h2>{body}</section>", both(heading))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_from_outside_cannot_leave_its_place() {
        assert_eq!(escape("<script>\"'&"), "&lt;script&gt;&quot;&#39;&amp;");
        assert_eq!(escape("a\u{202e}b\0"), "a\u{fffd}b\u{fffd}");
        assert_eq!(rich("run `a <b>` now"), "run <code>a &lt;b&gt;</code> now");
    }

    #[test]
    fn a_very_long_account_number_is_cut() {
        assert!(data(&"9".repeat(1_000_000)).chars().count() == 301);
    }
}
