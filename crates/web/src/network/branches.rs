//! The tree as an outline with bars, opened branch by branch from the index. Without script every line leads to the
//! page that begins with it; with script its children are put below it. Bars share one logarithmic scale over the
//! whole network, so that two lines can be compared wherever they stand.

use super::frame::{Head, aside, done, fault, head, seen, shell};
use super::say;
use crate::app::{App, show as page};
use crate::fault::Fault;
use crate::look::Shell;
use crate::signed::Signed;
use crate::words::Lang;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use mingjing_casework::permission::Action;
use mingjing_results::branches::{Branches, Node, Steps};
use mingjing_results::summary::Summary;
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

/// Children shown at once.
const CHILDREN: usize = 50;
/// Lines of a page, whatever is opened.
const LINES_MAX: usize = 2_000;
/// Steps of the way up that are shown.
const WAY_MAX: usize = 12;

#[derive(Template)]
#[template(path = "network/branches.html")]
struct Page {
    shell: Shell,
    head: Head,
    id: i64,
    top: Option<Line>,
    way: Vec<(String, String)>,
    way_more: u32,
    lines: Lines,
    sought: String,
    is_missing: bool,
    lines_max: usize,
    accounts: String,
    has_money: bool,
}

#[derive(Template)]
#[template(path = "network/branch_lines.html")]
struct Part {
    lines: Lines,
}

/// Children of one account.
struct Lines {
    lines: Vec<Line>,
    /// What is not shown, in words; empty for nothing.
    more: String,
    /// Where the next ones are, as a page and as a part.
    more_href: String,
    more_part: String,
    open: &'static str,
    depth: &'static str,
    levels: &'static str,
}

/// One account.
struct Line {
    account: String,
    href: String,
    part: String,
    person: u32,
    person_href: String,
    depth: u32,
    levels: u32,
    directs: u32,
    persons: String,
    persons_bar: String,
    persons_why: String,
    money: String,
    money_bar: String,
    /// Accounts passed over above, in words; empty for none.
    passed: String,
}

/// What makes lines of nodes.
struct Scale {
    lang: Lang,
    id: i64,
    persons_most: f64,
    money_most: f64,
}

impl Scale {
    fn new(lang: Lang, id: i64, summary: &Summary) -> Scale {
        let yuan = summary.figures.paid_in.map_or(0, |yuan| yuan.0 / 100);
        Scale { lang, id, persons_most: summary.figures.persons as f64, money_most: yuan as f64 }
    }

    fn line(&self, node: &Node, passed: u32) -> Line {
        let (id, account) = (self.id, say::encoded(&node.account));
        let yuan = node.team_paid_in.map_or(0, |fen| fen / 100);
        let passed = match passed {
            0 => String::new(),
            n => self.lang.f("network.branches.passed", &[("n", &say::count(n.into()))]),
        };
        Line {
            href: format!("/analyses/{id}/branches?account={account}"),
            part: format!("/analyses/{id}/branches/part?account={account}"),
            person_href: format!("/analyses/{id}/persons/{}", node.person),
            persons_why: format!("/analyses/{id}/explain?account={account}&figure=persons"),
            person: node.person,
            depth: node.depth,
            levels: node.levels,
            directs: node.directs,
            persons: say::count(node.persons.into()),
            persons_bar: bar(f64::from(node.persons), self.persons_most),
            money: say::exact_or(node.team_paid_in.map(i128::from)),
            money_bar: bar(yuan as f64, self.money_most),
            account: say::short(&node.account, 60),
            passed,
        }
    }

    fn lines(&self, steps: &Steps, parent: Option<&str>) -> Lines {
        let more = match steps.left {
            0 => String::new(),
            left => self.lang.f("network.branches.more", &[("n", &say::count(left.into()))]),
        };
        let behind = steps.last.as_deref().unwrap_or_default();
        let query =
            format!("account={}&after={}", say::encoded(parent.unwrap_or_default()), say::encoded(behind));
        Lines {
            lines: steps.steps.iter().map(|step| self.line(&step.node, step.passed)).collect(),
            more,
            more_href: format!("/analyses/{}/branches?{query}", self.id),
            more_part: format!("/analyses/{}/branches/part?{query}", self.id),
            open: self.lang.t("network.branches.open"),
            depth: self.lang.t("network.branches.depth"),
            levels: self.lang.t("network.branches.levels"),
        }
    }
}

/// Length of a bar in percent: the logarithm of the value plus one. Something is always to be seen, nothing never.
fn bar(value: f64, most: f64) -> String {
    match value > 0.0 {
        true => format!("{:.1}", (100.0 * value.ln_1p() / most.max(value).ln_1p()).max(1.5)),
        false => "0".to_owned(),
    }
}

/// What the address says.
#[derive(Clone, Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    account: String,
    after: String,
}

impl Asked {
    fn account(&self) -> Option<&str> {
        Some(self.account.trim()).filter(|text| !text.is_empty())
    }

    fn after(&self) -> Option<&str> {
        Some(self.after.as_str()).filter(|text| !text.is_empty())
    }
}

/// `GET /analyses/{id}/branches?account=&after=`.
pub async fn show(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
    Query(asked): Query<Asked>,
) -> Result<Response, Fault> {
    let done = done(&app, &signed, id, Action::Read).await?;
    seen(&app, &signed, &done.found, json!({"page": "branches"})).await?;
    let (lang, dir, summary) = (signed.lang, done.dir.clone(), done.summary.clone());
    let sought = asked.account().unwrap_or_default().to_owned();
    let read = aside(move || {
        let index = Branches::open(&dir).map_err(fault)?;
        let scale = Scale::new(lang, id, &summary);
        let top = match asked.account() {
            Some(account) => index.find(account).map_err(fault)?,
            None => None,
        };
        let is_missing = top.is_none() && asked.account().is_some();
        let parent = top.as_ref().map(|node| node.account.as_str());
        let after = asked.after().filter(|_| !is_missing);
        let steps = index.steps(parent, after, CHILDREN).map_err(fault)?;
        let way = match parent {
            Some(account) => index.way_up(account, WAY_MAX + 1).map_err(fault)?,
            None => Vec::new(),
        };
        let way_more = way.last().map_or(0, |highest| highest.depth.saturating_sub(1));
        let way = way.iter().skip(1).rev();
        let way = way.map(|node| (say::short(&node.account, 30), scale.line(node, 0).href)).collect();
        let lines = scale.lines(&steps, parent);
        let top = top.as_ref().map(|node| scale.line(node, 0));
        Ok((top, way, way_more, lines, is_missing))
    })
    .await?;
    let (top, way, way_more, lines, is_missing) = read;
    page(&Page {
        shell: shell(&app, &signed, &done.found, "branches").await,
        head: head(&app, lang, &done.found, "/branches", Some(&done.summary)),
        id,
        top,
        way,
        way_more,
        lines,
        sought,
        is_missing,
        lines_max: LINES_MAX,
        accounts: say::count(done.summary.figures.accounts),
        has_money: done.summary.figures.paid_in.is_some(),
    })
}

/// `GET /analyses/{id}/branches/part?account=&after=`: the lines alone, for the script.
pub async fn part(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
    Query(asked): Query<Asked>,
) -> Result<Response, Fault> {
    let done = done(&app, &signed, id, Action::Read).await?;
    seen(&app, &signed, &done.found, json!({"page": "branches"})).await?;
    let lang = signed.lang;
    let lines = aside(move || {
        let index = Branches::open(&done.dir).map_err(fault)?;
        let steps = index.steps(asked.account(), asked.after(), CHILDREN).map_err(fault)?;
        Ok(Scale::new(lang, id, &done.summary).lines(&steps, asked.account()))
    })
    .await?;
    page(&Part { lines })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_grow_with_the_logarithm_and_a_value_above_nothing_is_seen() {
        assert_eq!(bar(0.0, 1e6), "0");
        assert_eq!(bar(1e6, 1e6), "100.0");
        assert_eq!(bar(999.0, 999_999.0), "50.0");
        assert_eq!(bar(1e-9, 1e12), "1.5");
        assert_eq!(bar(7.0, 0.0), "100.0", "a whole that is less than its part draws no longer bar");
    }
}
