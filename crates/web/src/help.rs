//! Help: short topics in both languages, the guides of the repository, and what the page one comes from is for.

mod markdown;

use crate::app::{App, show};
use crate::fault::Fault;
use crate::look::{Section, Shell};
use crate::routes::Routes;
use crate::signed::Signed;
use crate::words::Lang;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::Response;
use markdown::{Html, html};
use std::sync::Arc;

/// Topics in their order; `help.topic.<name>.title` and `.text`.
const TOPICS: [&str; 9] =
    ["desk", "lists", "keyboard", "search", "network", "jobs", "audit", "admin", "account"];

/// Guides of `docs/guide`: name in the address, text.
const GUIDES: [(&str, &str); 6] = [
    ("index", include_str!("../../../docs/guide/index.md")),
    ("results", include_str!("../../../docs/guide/results.md")),
    ("law", include_str!("../../../docs/guide/law.md")),
    ("synth", include_str!("../../../docs/guide/synth.md")),
    ("lists", include_str!("../../../docs/guide/lists.md")),
    ("keyboard", include_str!("../../../docs/guide/keyboard.md")),
];

/// Pages of help.
pub fn routes() -> Routes {
    Routes::new()
        .account(Method::GET, "/help", index)
        .account(Method::GET, "/help/{topic}", topic)
        .account(Method::GET, "/help/page/{page}", of_page)
        .account(Method::GET, "/help/guide/{guide}", guide)
}

struct Entry {
    href: String,
    title: String,
    note: String,
}

#[derive(Template)]
#[template(path = "help/index.html")]
struct Index {
    shell: Shell,
    topics: Vec<Entry>,
    guides: Vec<Entry>,
}

#[derive(Template)]
#[template(path = "help/text.html")]
struct Text {
    shell: Shell,
    text: Html,
    lang: &'static str,
}

/// `GET /help`.
///
/// # Errors
/// The page cannot be written.
pub async fn index(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Fault> {
    let lang = signed.lang;
    let topics = TOPICS.iter().map(|name| Entry {
        href: format!("/help/{name}"),
        title: title(lang, name).to_owned(),
        note: lang.t(&format!("help.topic.{name}.about")).to_owned(),
    });
    let guides = GUIDES.iter().map(|(name, text)| Entry {
        href: format!("/help/guide/{name}"),
        title: heading(text).to_owned(),
        note: String::new(),
    });
    let (topics, guides) = (topics.collect(), guides.collect());
    let shell = Shell::new(&app, &signed, Section::Help, "help.title").await.lead("help");
    show(&Index { shell, topics, guides })
}

fn title(lang: Lang, topic: &str) -> &'static str {
    lang.t(&format!("help.topic.{topic}.title"))
}

fn heading(text: &str) -> &str {
    text.lines().next().unwrap_or_default().trim_start_matches('#').trim()
}

async fn below(app: &App, signed: &Signed, title: String) -> Shell {
    let shell = Shell::new(app, signed, Section::Help, "help.title").await;
    shell.crumb(signed.lang.t("help.title"), "/help").titled(title)
}

/// `GET /help/{topic}`.
///
/// # Errors
/// There is no such topic.
pub async fn topic(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(name): Path<String>,
) -> Result<Response, Fault> {
    let name = TOPICS.into_iter().find(|topic| *topic == name).ok_or(Fault::NotFound)?;
    let lang = signed.lang;
    let text = html(lang.t(&format!("help.topic.{name}.text")));
    let shell = below(&app, &signed, title(lang, name).to_owned()).await;
    show(&Text { shell, text, lang: lang.tag() })
}

/// `GET /help/page/{page}`: the page's three answers, then the topic it belongs to. `page` is the prefix of its
/// sentences with `-` for `.`.
///
/// # Errors
/// There is no such page.
pub async fn of_page(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(page): Path<String>,
) -> Result<Response, Fault> {
    let lang = signed.lang;
    let prefix = page.replace('-', ".");
    let say = |end: &str| lang.sentence(&format!("{prefix}.{end}"));
    let (Some(what), Some(act), Some(then)) = (say("what"), say("do"), say("then")) else {
        return Err(Fault::NotFound);
    };
    let mut text = format!(
        "## {}\n\n{what}\n\n## {}\n\n{act}\n\n## {}\n\n{then}\n\n",
        lang.t("look.lead.what"),
        lang.t("look.lead.do"),
        lang.t("look.lead.then")
    );
    let topic = match prefix.split('.').next().unwrap_or_default() {
        "list" => "lists",
        "my" => "account",
        "notice" => "desk",
        other => other,
    };
    if TOPICS.contains(&topic) {
        text.push_str(&format!(
            "## {}\n\n{}",
            title(lang, topic),
            lang.t(&format!("help.topic.{topic}.text"))
        ));
    }
    let name = say("title").unwrap_or_else(|| lang.t("help.this_page"));
    let title = lang.f("help.of_page", &[("page", &name)]);
    let shell = below(&app, &signed, title).await;
    show(&Text { shell, text: html(&text), lang: lang.tag() })
}

/// `GET /help/guide/{guide}`.
///
/// # Errors
/// There is no such guide.
pub async fn guide(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(name): Path<String>,
) -> Result<Response, Fault> {
    let (_, text) = GUIDES.into_iter().find(|(guide, _)| *guide == name).ok_or(Fault::NotFound)?;
    let rest = text.split_once('\n').map_or("", |(_, rest)| rest);
    let shell = below(&app, &signed, heading(text).to_owned()).await;
    show(&Text { shell, text: html(rest), lang: "en" })
}
