//! A branch for programs that draw graphs: GEXF 1.2 (Gephi) and GraphML (Gephi, yEd, networkx).
//!
//! A node is an account, an edge goes from the referrer to the account. Figures stand as attributes; money is
//! yuan, its text exact, to be read as a double. Nodes are called `n0`, `n1`, …; the account number is the label,
//! because an account number may hold characters that XML cannot.

use crate::branches::{Branch, Shown};
use crate::summary::Yuan;
use std::fmt::Write;

/// (name, GEXF type, GraphML type, value).
type Attribute = (&'static str, &'static str, &'static str, fn(&Shown) -> Option<String>);

const ATTRIBUTES: [Attribute; 9] = [
    ("account", "string", "string", |s| Some(s.node.account.clone())),
    ("person", "string", "string", |s| Some(format!("P{}", s.node.person))),
    ("depth", "long", "long", |s| Some(s.node.depth.to_string())),
    ("directs", "long", "long", |s| Some(s.node.directs.to_string())),
    ("accounts", "long", "long", |s| Some(s.node.accounts.to_string())),
    ("persons", "long", "long", |s| Some(s.node.persons.to_string())),
    ("levels", "long", "long", |s| Some(s.node.levels.to_string())),
    ("team_paid_in", "double", "double", |s| s.node.team_paid_in.map(|fen| Yuan(fen.into()).to_string())),
    ("directs_left_out", "long", "long", |s| Some(s.directs_left_out().to_string())),
];

/// The branch as GEXF.
pub fn gexf(branch: &Branch) -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<gexf xmlns=\"http://www.gexf.net/1.2draft\" version=\"1.2\">\n\
         <graph defaultedgetype=\"directed\" mode=\"static\">\n<attributes class=\"node\" mode=\"static\">\n",
    );
    for (i, (name, kind, _, _)) in ATTRIBUTES.iter().enumerate() {
        put(&mut out, format_args!("<attribute id=\"{i}\" title=\"{name}\" type=\"{kind}\"/>\n"));
    }
    out.push_str("</attributes>\n<nodes>\n");
    for (n, shown) in branch.nodes.iter().enumerate() {
        let label = escaped(&shown.node.account);
        put(&mut out, format_args!("<node id=\"n{n}\" label=\"{label}\"><attvalues>"));
        for (i, (_, _, _, value)) in ATTRIBUTES.iter().enumerate() {
            if let Some(value) = value(shown) {
                put(&mut out, format_args!("<attvalue for=\"{i}\" value=\"{}\"/>", escaped(&value)));
            }
        }
        out.push_str("</attvalues></node>\n");
    }
    out.push_str("</nodes>\n<edges>\n");
    edges(branch).for_each(|(n, above)| {
        put(&mut out, format_args!("<edge id=\"e{n}\" source=\"n{above}\" target=\"n{n}\"/>\n"));
    });
    out.push_str("</edges>\n</graph>\n</gexf>\n");
    out
}

/// The branch as GraphML.
pub fn graphml(branch: &Branch) -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n",
    );
    for (name, _, kind, _) in ATTRIBUTES {
        let key =
            format_args!("<key id=\"{name}\" for=\"node\" attr.name=\"{name}\" attr.type=\"{kind}\"/>\n");
        put(&mut out, key);
    }
    out.push_str("<graph id=\"branch\" edgedefault=\"directed\">\n");
    for (n, shown) in branch.nodes.iter().enumerate() {
        put(&mut out, format_args!("<node id=\"n{n}\">"));
        for (name, _, _, value) in ATTRIBUTES {
            if let Some(value) = value(shown) {
                put(&mut out, format_args!("<data key=\"{name}\">{}</data>", escaped(&value)));
            }
        }
        out.push_str("</node>\n");
    }
    edges(branch).for_each(|(n, above)| {
        put(&mut out, format_args!("<edge id=\"e{n}\" source=\"n{above}\" target=\"n{n}\"/>\n"));
    });
    out.push_str("</graph>\n</graphml>\n");
    out
}

fn edges(branch: &Branch) -> impl Iterator<Item = (usize, usize)> + '_ {
    branch.nodes.iter().enumerate().filter_map(|(n, shown)| shown.above.map(|above| (n, above)))
}

fn put(out: &mut String, text: std::fmt::Arguments) {
    out.write_fmt(text).expect("writing into memory cannot fail");
}

/// A text as it may stand in XML 1.0, in an element or between double quotes; characters that XML cannot hold
/// become U+FFFD.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\t' | '\n' | '\r' => put(&mut out, format_args!("&#{};", c as u32)),
            '\0'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => out.push('\u{FFFD}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn a_text_cannot_break_out_of_its_place() {
        assert_eq!(escaped("<a b=\"c\">&'\n\0会员"), "&lt;a b=&quot;c&quot;&gt;&amp;&apos;&#10;\u{FFFD}会员");
    }
}
