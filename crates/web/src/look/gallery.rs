//! All components on one page, with made-up content: for the eye, in the demo only.

use super::chart::{Area, Bar, Chart, Limit, Point, Scale, bars, line, map};
use super::{Figure, Flash, Mark, Section, Shell};
use crate::app::{App, show};
use crate::fault::Fault;
use crate::signed::Signed;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "look/gallery.html")]
struct Gallery {
    shell: Shell,
    marks: Vec<Mark>,
    figures: Vec<Figure>,
    charts: Vec<Chart>,
}

/// `GET /look`.
///
/// # Errors
/// It is not the demo.
pub async fn page(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Fault> {
    if !app.is_demo {
        return Err(Fault::NotFound);
    }
    let shell = Shell::new(&app, &signed, Section::Help, "look.gallery.title").await.lead("look.gallery");
    show(&gallery(shell))
}

fn gallery(mut shell: Shell) -> Gallery {
    let lang = shell.lang;
    if shell.flash.is_none() {
        shell.flash = Some(Flash::new("look.said.done").undo("/look").said(lang));
    }
    let marks = ["draft", "waiting", "running", "done", "failed", "cancelled", "destroyed"];
    let t = |key: &str| lang.t(key);
    let figure =
        |label: &str, value: &str, unit: &str| {
            Figure::new(t(label), value, t(unit))
                .from(t("look.gallery.rule"), "count.persons v1", "/help")
                .from(t("look.gallery.rows"), "members.csv 2–20,001", "")
        };
    let names = ["第一层", "第二层", "第三层", "第四层", "第五层"];
    let counts = [1, 18, 240, 1_730, 9_604];
    let levels: Vec<Bar> = names
        .iter()
        .zip(counts)
        .map(|(name, count)| Bar::new(*name, count, super::write::number(count)).href("/look"))
        .collect();
    let days = (0..120)
        .map(|day| Point { day: 18_262 + day * 3, value: i64::from(day * day) / 40 })
        .collect::<Vec<_>>();
    let limit = |name: &str, at| Limit { name: name.to_owned(), at };
    let areas = [("520102", 47), ("520103", 31), ("520115", 12), ("520181", 3), ("520111", 22)];
    let areas: Vec<Area> =
        areas.iter().map(|(code, n)| Area::new(*code, *n, n.to_string()).href("/look")).collect();
    let heads = [t("look.gallery.head"), t("look.gallery.count")];
    Gallery {
        marks: marks.iter().map(|word| Mark::state(lang, word)).collect(),
        figures: vec![
            figure("look.gallery.persons", "11,593", "look.gallery.person").note(t("look.gallery.note")),
            figure("look.gallery.levels", "7", "look.gallery.level").note(t("look.gallery.note")),
            figure("look.gallery.money", "2,500,000.00", "look.gallery.yuan").note(t("look.gallery.note")),
        ],
        charts: vec![
            bars(t("look.gallery.bars"), heads, &levels, &[], Scale::Log),
            line(
                t("look.gallery.line"),
                heads,
                &days,
                &[limit("30", 30), limit("120", 120), limit("5,000", 5_000)],
            ),
            map(t("look.gallery.map"), heads, &areas),
        ],
        shell,
    }
}
