//! The little of Markdown that our guides use, as HTML: headings, paragraphs, lists, tables, code, `code`,
//! **bold**, *stressed*, links within the guides. Everything else is text; nothing of it becomes markup by itself.

use askama::filters::HtmlSafe;
use std::fmt::{Display, Formatter, Result};

/// Finished HTML. Made only here, from escaped text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Html(String);

impl Display for Html {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(&self.0)
    }
}

/// Every text went through [`escaped`].
impl HtmlSafe for Html {}

/// A text as HTML.
pub fn html(text: &str) -> Html {
    let mut out = String::with_capacity(text.len() * 2);
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let line = line.trim_end();
        if line.trim().is_empty() {
            continue;
        }
        if line.starts_with("```") {
            let code: Vec<&str> = lines.by_ref().take_while(|line| !line.starts_with("```")).collect();
            out.push_str(&format!("<pre><code>{}</code></pre>", escaped(&code.join("\n"))));
        } else if let Some(level) = level(line) {
            let title = inline(line.trim_start_matches('#').trim());
            out.push_str(&format!("<h{level}>{title}</h{level}>"));
        } else if line.starts_with('|') {
            let mut rows = vec![line];
            while let Some(next) = lines.next_if(|next| next.starts_with('|')) {
                rows.push(next);
            }
            table(&mut out, &rows);
        } else if let Some((tag, item)) = item(line) {
            let mut items = vec![item.to_owned()];
            while let Some(next) = lines.next_if(|next| self::item(next).is_some() || next.starts_with("  "))
            {
                match self::item(next) {
                    Some((_, item)) => items.push(item.to_owned()),
                    None => {
                        let last = items.last_mut().expect("there is the first item");
                        join(last, next.trim());
                    }
                }
            }
            let items: String = items.iter().map(|item| format!("<li>{}</li>", inline(item))).collect();
            out.push_str(&format!("<{tag}>{items}</{tag}>"));
        } else {
            let mut paragraph = line.trim().to_owned();
            while let Some(next) = lines.next_if(|next| is_plain(next)) {
                join(&mut paragraph, next.trim());
            }
            out.push_str(&format!("<p>{}</p>", inline(&paragraph)));
        }
    }
    Html(out)
}

fn level(line: &str) -> Option<usize> {
    let level = line.len() - line.trim_start_matches('#').len();
    // The page has its own first heading.
    (1..=5).contains(&level).then(|| level.max(2)).filter(|_| line[level..].starts_with(' '))
}

fn item(line: &str) -> Option<(&'static str, &str)> {
    if let Some(item) = line.strip_prefix("- ").or_else(|| line.strip_prefix("* ")) {
        return Some(("ul", item));
    }
    let (number, item) = line.split_once(". ")?;
    let is_number = !number.is_empty() && number.len() < 3 && number.bytes().all(|b| b.is_ascii_digit());
    is_number.then_some(("ol", item))
}

fn is_plain(line: &str) -> bool {
    !line.trim().is_empty()
        && !line.starts_with("```")
        && !line.starts_with('|')
        && level(line).is_none()
        && item(line).is_none()
}

/// Lines of one paragraph, with a blank between unless both sides are Chinese.
fn join(text: &mut String, next: &str) {
    let is_wide = |c: Option<char>| c.is_some_and(|c| !c.is_ascii());
    if !(is_wide(text.chars().last()) && is_wide(next.chars().next())) {
        text.push(' ');
    }
    text.push_str(next);
}

fn table(out: &mut String, rows: &[&str]) {
    let cells = |row: &str| -> Vec<String> {
        let row = row.trim().trim_start_matches('|').trim_end_matches('|').replace("\\|", "\u{1}");
        row.split('|').map(|cell| inline(cell.trim()).replace('\u{1}', "|")).collect()
    };
    let is_rule = |row: &&&str| row.bytes().all(|b| b"|-: ".contains(&b));
    out.push_str("<div class=\"wide\"><table>");
    for (at, row) in rows.iter().filter(|row| !is_rule(row)).enumerate() {
        let tag = if at == 0 { "th" } else { "td" };
        let cells: String = cells(row).iter().map(|cell| format!("<{tag}>{cell}</{tag}>")).collect();
        out.push_str(&format!("<tr>{cells}</tr>"));
    }
    out.push_str("</table></div>");
}

fn inline(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(at) = rest.find(['`', '*', '[']) {
        out.push_str(&escaped(&rest[..at]));
        rest = &rest[at..];
        let taken = code(rest).or_else(|| bold(rest)).or_else(|| stressed(rest)).or_else(|| link(rest));
        match taken {
            Some((html, behind)) => {
                out.push_str(&html);
                rest = behind;
            }
            None => {
                out.push_str(&escaped(&rest[..1]));
                rest = &rest[1..];
            }
        }
    }
    out.push_str(&escaped(rest));
    out
}

fn code(text: &str) -> Option<(String, &str)> {
    let (inner, behind) = text.strip_prefix('`')?.split_once('`')?;
    Some((format!("<code>{}</code>", escaped(inner)), behind))
}

fn bold(text: &str) -> Option<(String, &str)> {
    let (inner, behind) = text.strip_prefix("**")?.split_once("**")?;
    Some((format!("<strong>{}</strong>", escaped(inner)), behind))
}

fn stressed(text: &str) -> Option<(String, &str)> {
    let (inner, behind) = text.strip_prefix('*')?.split_once('*')?;
    let is_one = !inner.is_empty() && inner.trim() == inner;
    is_one.then(|| (format!("<em>{}</em>", escaped(inner)), behind))
}

/// Links to other guides and to pages of this server lead there; of others only the name is shown.
fn link(text: &str) -> Option<(String, &str)> {
    let (name, rest) = text.strip_prefix('[')?.split_once("](")?;
    let (target, behind) = rest.split_once(')')?;
    let name = inline(name);
    let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
    let html = match file
        .strip_suffix(".md")
        .filter(|guide| super::GUIDES.iter().any(|(known, _)| known == guide))
    {
        Some(guide) => format!("<a href=\"/help/guide/{guide}\">{name}</a>"),
        None if crate::look::flash::is_local(target) => format!("<a href=\"{}\">{name}</a>", escaped(target)),
        None if file.is_empty() && !anchor.is_empty() => name,
        None => name,
    };
    Some((html, behind))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_a_text_stays_text() {
        let Html(page) = html(
            "2 * 3 * 4 *d* a <script>x</script> [b](javascript:alert(1)) [c](//elsewhere) `<i>` **<b>**",
        );
        assert!(!page.contains("<script") && !page.contains("<i>") && !page.contains("<b>"), "{page}");
        assert!(!page.contains("href"), "{page}");
        assert!(page.contains("2 * 3 * 4 <em>d</em>"), "{page}");
    }

    #[test]
    fn the_forms_of_our_guides_are_read() {
        let Html(page) = html(
            "## T\n\none\ntwo\n\n- a\n  b\n- `c`\n\n1. x\n2. y\n\n| h | i |\n| --- | --- |\n| [law](law.md#x) | \\| |\n\n```sh\na < b\n```\n中\n文",
        );
        assert_eq!(
            page,
            "<h2>T</h2><p>one two</p><ul><li>a b</li><li><code>c</code></li></ul><ol><li>x</li><li>y</li></ol>\
             <div class=\"wide\"><table><tr><th>h</th><th>i</th></tr><tr><td><a href=\"/help/guide/law\">law</a></td>\
             <td>|</td></tr></table></div><pre><code>a &lt; b</code></pre><p>中文</p>"
        );
    }
}
