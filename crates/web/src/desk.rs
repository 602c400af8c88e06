//! 工作台: what waits for whoever reads, by deadline.

use crate::app::{App, show};
use crate::fault::Fault;
use crate::look::write::{days_until, distance, minute, number};
use crate::look::{Mark, Section, Shell, Tone};
use crate::notice::said;
use crate::routes::Routes;
use crate::signed::Signed;
use crate::words::Lang;
use askama::Template;
use axum::extract::State;
use axum::http::Method;
use axum::response::Response;
use mingjing_casework::duty;
use mingjing_casework::permission::{Action, Kind};
use mingjing_model::time::{Micros, day_in_shanghai, day_text};
use mingjing_store::{job, notice};
use std::sync::Arc;

/// Lines of a part at most.
const LINES: usize = 12;

/// The page at `/`.
pub fn routes() -> Routes {
    Routes::new().account(Method::GET, "/", page)
}

/// One thing that waits.
struct Line {
    href: String,
    text: String,
    note: String,
    mark: Option<Mark>,
}

#[derive(Template)]
#[template(path = "desk/desk.html")]
struct Desk {
    shell: Shell,
    due: Vec<Line>,
    unread: Vec<Line>,
    running: Vec<Line>,
    ended: Vec<Line>,
    vacancies: Vec<Line>,
    may_analyse: bool,
    greeting: String,
}

/// `GET /`.
///
/// # Errors
/// The database cannot be read.
pub async fn page(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Fault> {
    let (lang, now) = (signed.lang, app.now());
    let most = i64::try_from(LINES * 2).unwrap_or(i64::MAX);
    let waiting = notice::unread(&app.db, signed.actor.account, most).await?;
    let line = |found: &notice::Notice| Line {
        href: format!("/notices/{}", found.id),
        text: said(lang, &found.notice),
        note: minute(found.created_at),
        mark: found.notice.due_day.as_deref().and_then(|day| due(lang, day, now)),
    };
    let (due, unread): (Vec<_>, Vec<_>) = waiting.iter().partition(|found| found.notice.due_day.is_some());
    let jobs = job::of_account(&app.db, signed.actor.account, most).await?;
    let (running, ended): (Vec<_>, Vec<_>) = jobs.iter().partition(|job| !job.state.is_over());
    let job_line = |job: &job::Job| Line {
        href: format!("/jobs/{}", job.id),
        text: job.title.clone(),
        note: steps(job).unwrap_or_else(|| minute(job.finished_at.unwrap_or(job.created_at))),
        mark: Some(Mark::state(lang, job.state.word())),
    };
    let vacancies = vacancies(&app, &signed, now).await?;
    let greeting = lang.f("desk.title_of", &[("name", &signed.actor.name)]);
    let shell = Shell::new(&app, &signed, Section::Desk, "desk.title").await.lead("desk");
    show(&Desk {
        due: due.into_iter().take(LINES).map(line).collect(),
        unread: unread.into_iter().take(LINES).map(line).collect(),
        running: running.into_iter().take(LINES).map(job_line).collect(),
        ended: ended.into_iter().take(5).map(job_line).collect(),
        vacancies,
        may_analyse: signed.could(&app, Action::Create, Kind::Analysis),
        greeting,
        shell,
    })
}

/// How near a day is, as a state.
pub(crate) fn due(lang: Lang, day: &str, now: Micros) -> Option<Mark> {
    let days = days_until(day, now)?;
    let (icon, tone) = match days {
        ..=-1 => ("alert-circle", Tone::Overdue),
        0..=3 => ("clock-exclamation", Tone::Due),
        _ => ("calendar-due", Tone::Quiet),
    };
    Some(Mark::new(format!("{day} · {}", distance(lang, days)), icon, tone))
}

fn steps(job: &job::Job) -> Option<String> {
    let all = job.all_steps.filter(|all| *all > 0 && !job.state.is_over())?;
    Some(format!("{} / {}", number(job.done_steps), number(all)))
}

/// Posts without anyone among those that the reader may see.
async fn vacancies(app: &App, signed: &Signed, now: Micros) -> Result<Vec<Line>, Fault> {
    let scope = signed.scope(app, Action::List, Kind::Duty);
    if scope.is_nothing() {
        return Ok(Vec::new());
    }
    let lang = signed.lang;
    let today = day_in_shanghai(now).and_then(day_text).unwrap_or_default();
    let faults = duty::faults(&app.db, &today).await?;
    let seen = faults.into_iter().filter(|fault| scope.holds(&duty::resource(&fault.post)));
    let line = |fault: duty::Vacancy| Line {
        href: format!("/admin/duty/{}", fault.post.id),
        text: lang.f("desk.vacancy", &[("office", &fault.post.office_name), ("task", &fault.post.task)]),
        note: match (&fault.since, &fault.until) {
            (_, Some(until)) => lang.f("desk.vacant_until", &[("day", until)]),
            (Some(since), None) => lang.f("desk.vacant_since", &[("day", since)]),
            (None, None) => String::new(),
        },
        mark: Some(Mark::new(lang.t("desk.vacant"), "user-off", Tone::Due)),
    };
    Ok(seen.take(LINES).map(line).collect())
}
