//! Network analyses: from the grounds over files, mapping and run to the pages of the results.
//!
//! Every page reads the result directory and holds a page of it, never all. What takes a count (a run, an
//! explanation, a comparison) is a job; its page says how far it is. Whoever sees data of persons is entered in the
//! audit log before anything is shown. Rules about analyses are `casework::analysis`'s.

mod branches;
mod downloads;
mod explain;
mod figures;
mod files;
mod findings;
mod frame;
mod grounds;
mod keep;
mod law;
mod list;
mod mapping;
mod overview;
mod persons;
mod policies;
mod run;
mod say;
mod unmask;

use crate::routes::Routes;
use axum::http::Method;
use mingjing_casework::permission::{Action, Kind};

/// Routes of analyses.
pub fn routes() -> Routes {
    let kind = Kind::Analysis;
    Routes::new()
        .page(Method::GET, "/analyses", Action::List, kind, list::show)
        .page(Method::GET, "/analyses/new", Action::Create, kind, grounds::new)
        .page(Method::POST, "/analyses/new", Action::Create, kind, grounds::create)
        .page(Method::GET, "/analyses/{id}", Action::Read, kind, overview::show)
        .page(Method::GET, "/analyses/{id}/grounds", Action::Change, kind, grounds::edit)
        .page(Method::POST, "/analyses/{id}/grounds", Action::Change, kind, grounds::save)
        .page(Method::GET, "/analyses/{id}/files", Action::Change, kind, files::show)
        .long(Method::POST, "/analyses/{id}/files", Action::Change, kind, files::upload)
        .long(Method::POST, "/analyses/{id}/files/import", Action::Change, kind, files::import)
        .page(Method::POST, "/analyses/{id}/files/{file}/remove", Action::Change, kind, files::remove)
        .page(Method::GET, "/analyses/{id}/mapping", Action::Change, kind, mapping::show)
        .page(Method::POST, "/analyses/{id}/mapping", Action::Change, kind, mapping::save)
        .page(Method::POST, "/analyses/{id}/start", Action::Run, kind, run::start)
        .page(Method::POST, "/analyses/{id}/cancel", Action::Cancel, kind, run::cancel)
        .page(Method::GET, "/analyses/{id}/state", Action::Read, kind, run::state)
        .page(Method::GET, "/analyses/{id}/levels", Action::Read, kind, figures::levels)
        .page(Method::GET, "/analyses/{id}/growth", Action::Read, kind, figures::growth)
        .page(Method::GET, "/analyses/{id}/money", Action::Read, kind, figures::money)
        .page(Method::GET, "/analyses/{id}/branches", Action::Read, kind, branches::show)
        .page(Method::GET, "/analyses/{id}/branches/part", Action::Read, kind, branches::part)
        .page(Method::GET, "/analyses/{id}/persons", Action::Read, kind, persons::list)
        .page(Method::GET, "/analyses/{id}/persons/{person}", Action::Read, kind, persons::one)
        .page(Method::POST, "/analyses/{id}/persons/{person}/unmask", Action::Unmask, kind, unmask::unmask)
        .page(Method::GET, "/analyses/{id}/policies", Action::Read, kind, policies::show)
        .page(Method::POST, "/analyses/{id}/policies", Action::Run, kind, policies::ask)
        .page(Method::GET, "/analyses/{id}/explain", Action::Read, kind, explain::show)
        .page(Method::POST, "/analyses/{id}/explain", Action::Read, kind, explain::ask)
        .page(
            Method::GET,
            "/analyses/{id}/questions/{question}/state",
            Action::Read,
            kind,
            run::question_state,
        )
        .page(
            Method::POST,
            "/analyses/{id}/questions/{question}/cancel",
            Action::Cancel,
            kind,
            run::cancel_question,
        )
        .page(Method::GET, "/analyses/{id}/findings", Action::Read, kind, findings::show)
        .page(Method::GET, "/analyses/{id}/candidates", Action::Read, kind, findings::candidates)
        .page(Method::GET, "/analyses/{id}/downloads", Action::Read, kind, downloads::show)
        .long(Method::GET, "/analyses/{id}/downloads/{file}", Action::Export, kind, downloads::file)
        .page(Method::POST, "/analyses/{id}/delete", Action::Delete, kind, keep::delete)
        .page(Method::POST, "/analyses/{id}/restore", Action::Delete, kind, keep::restore)
        .page(Method::POST, "/analyses/{id}/hold", Action::Change, kind, keep::hold)
}
