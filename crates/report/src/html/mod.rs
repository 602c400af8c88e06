//! `report.html`: one file, complete in itself, that asks nothing of the network and works without script but
//! for the switch of language.
//!
//! Bounded: 2,000 lines of tree, 60 of pyramid, 240 points of growth, [`ROWS_MAX`] rows of any table.

mod closing;
mod growth;
mod levels;
mod markup;
mod money;
mod outline;
mod persons;
mod subjects;
mod tests_of_law;
mod top;

use crate::content::law;
use crate::report::Report;
use crate::show;
use crate::words::{Both, say};
use markup::{both, data, p, t};
pub use subjects::{below, own_net};

/// Most rows of a table in the page.
const ROWS_MAX: usize = 50;

/// The page. Its size is bounded whatever the network; the same report gives the same bytes.
pub fn render_html(report: &Report) -> String {
    let sections = [
        ("tests", say("section.tests"), tests_of_law::body(report)),
        ("levels", say("section.levels"), levels::body(report)),
        ("growth", say("section.growth"), growth::body(report)),
        ("money", say("section.money"), money::body(report)),
        ("spread", say(money::spread_heading(report)), money::spread_body(report)),
        ("subjects", say("section.subjects"), subjects::body(report)),
        ("persons", law("section.persons", &report.law), persons::body(report)),
        ("branches", say("section.branches"), outline::body(report)),
        ("findings", say("section.findings"), closing::findings(report)),
        ("contested", say("contested.title"), closing::contested(report)),
        ("method", say("section.method"), closing::method(report)),
        ("inputs", say("section.inputs"), closing::inputs(report)),
        ("limits", say("section.limits"), closing::limits(report)),
        ("verify", say("section.verify"), closing::verify(report)),
    ];
    let shown = || sections.iter().filter(|(.., body)| !body.is_empty());
    let contents: String =
        shown().map(|(id, heading, _)| format!("<li><a href=#{id}>{}</a></li>", both(heading))).collect();
    let bodies: String = shown().map(|(id, heading, body)| markup::section(id, heading, body)).collect();
    page(report, &contents, &bodies)
}

fn page(report: &Report, contents: &str, bodies: &str) -> String {
    let title = |language: fn(&Both) -> &str| {
        markup::escape(&format!("{} · {}", show::short(&report.title, 100), language(&say("page.title"))))
    };
    let (zh, en) = (title(|b| &b.zh), title(|b| &b.en));
    let made = say("page.made_by").with("tool", &report.tool).with("policy", &report.policy.id);
    format!(
        "<!doctype html>\n<html lang=zh-CN data-zh=\"{zh}\" data-en=\"{en}\"><head><meta charset=utf-8>\
         <meta name=viewport content=\"width=device-width,initial-scale=1\">\
         <meta name=color-scheme content=\"light dark\"><meta name=referrer content=no-referrer>\
         <meta http-equiv=Content-Security-Policy content=\"default-src 'none';style-src 'unsafe-inline';\
         script-src 'unsafe-inline'\"><title>{zh}</title><style>{style}</style></head><body>\
         <header><div class=brand>{mark}<span>{name}</span></div>\
         <div class=titles><h1>{heading}</h1><p>{kind}</p></div>\
         <button id=language type=button hidden>{language}</button></header>\
         <nav><details open><summary>{label}</summary><ol>{contents}</ol></details></nav>\
         <main>{top}{bodies}</main><footer>{made}</footer><script>{script}</script></body></html>\n",
        style = include_str!("style.css"),
        script = include_str!("script.js"),
        mark = "<svg viewBox=\"0 0 32 32\" width=28 height=28 aria-hidden=true><circle cx=16 cy=16 r=14 \
                fill=none stroke=currentColor stroke-width=2 /><circle cx=16 cy=16 r=9 fill=none \
                stroke=currentColor /><circle cx=16 cy=16 r=2.5 fill=currentColor /></svg>",
        name = t("page.name"),
        heading = data(&report.title),
        kind = t("page.title"),
        language = t("page.language"),
        label = t("page.contents"),
        top = top::body(report),
        made = p("", &made),
    )
}
