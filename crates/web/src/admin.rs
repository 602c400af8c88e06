//! Administration (管理): agencies, divisions, offices, people, roles, duty, schedules, settings, the system's state;
//! and background jobs.
//!
//! Pages are data ([`thing::Thing`], [`form::Form`]) filled by handlers. What may be done and what then happens is
//! `casework`'s; nothing here decides.

pub mod agencies;
pub mod choices;
pub mod deal;
pub mod divisions;
pub mod duty;
pub mod form;
pub mod jobs;
pub mod lists;
pub mod offices;
pub mod overview;
pub mod people;
pub mod roles;
pub mod schedules;
pub mod settings;
pub mod system;
pub mod thing;

use crate::app::{App, show};
use crate::fault::Fault;
use crate::look::{Section, Shell};
use crate::routes::Routes;
use crate::signed::Signed;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use mingjing_casework::permission::{Action, Kind};
use thing::Thing;

/// One of the parts of administration, as a tab.
#[derive(Clone, Debug)]
pub struct Tab {
    /// Where it leads.
    pub href: &'static str,
    /// Its word.
    pub label: &'static str,
    /// Is it the one that is open?
    pub is_here: bool,
}

/// Address, key of the word, what one must be able to do.
type Part = (&'static str, &'static str, Option<(Action, Kind)>);

/// The parts of administration.
const TABS: [Part; 10] = [
    ("/admin", "admin.nav.overview", None),
    ("/admin/people", "admin.nav.people", Some((Action::List, Kind::Account))),
    ("/admin/offices", "admin.nav.offices", Some((Action::List, Kind::Office))),
    ("/admin/agencies", "admin.nav.agencies", Some((Action::List, Kind::Agency))),
    ("/admin/divisions", "admin.nav.divisions", Some((Action::List, Kind::Division))),
    ("/admin/roles", "admin.nav.roles", None),
    ("/admin/duty", "admin.nav.duty", Some((Action::List, Kind::Duty))),
    ("/admin/schedules", "admin.nav.schedules", Some((Action::List, Kind::Schedule))),
    ("/admin/settings", "admin.nav.settings", Some((Action::List, Kind::Setting))),
    ("/admin/system", "admin.nav.system", Some((Action::List, Kind::Setting))),
];

/// The tabs that somebody may open.
pub fn tabs(app: &App, signed: &Signed, here: &str) -> Vec<Tab> {
    let may =
        |need: Option<(Action, Kind)>| need.is_none_or(|(action, kind)| signed.could(app, action, kind));
    TABS.into_iter()
        .filter(|(.., need)| may(*need))
        .map(|(href, key, _)| Tab { href, label: signed.lang.t(key), is_here: href == here })
        .collect()
}

/// The main thing to do on a page.
#[derive(Clone, Debug)]
pub struct MainAction {
    /// What the button says.
    pub label: &'static str,
    /// Where it leads.
    pub href: &'static str,
}

/// A page of administration under way.
pub struct Page {
    shell: Shell,
    tabs: Vec<Tab>,
    action: Option<MainAction>,
    announcement: Option<String>,
}

#[derive(askama::Template)]
#[template(path = "admin/thing.html")]
struct ThingPage {
    shell: Shell,
    tabs: Vec<Tab>,
    action: Option<MainAction>,
    thing: Thing,
}

impl Page {
    /// A page below the tab `here`; title and the three questions are those of `key`.
    pub async fn new(app: &App, signed: &Signed, here: &str, key: &str) -> Page {
        let section = if here.starts_with("/jobs") { Section::Jobs } else { Section::Admin };
        let shell = Shell::new(app, signed, section, &format!("{key}.title")).await.lead(key);
        let tabs = if section == Section::Jobs { Vec::new() } else { tabs(app, signed, here) };
        Page { shell, tabs, action: None, announcement: settings::announcement(app).await }
    }

    /// With a main thing to do.
    #[must_use]
    pub fn action(mut self, label: &'static str, href: &'static str) -> Page {
        self.action = Some(MainAction { label, href });
        self
    }

    /// The page that says what was done: the questions are those of `<key>_what` and so on.
    #[must_use]
    pub fn said(mut self, key: &str, list: &str, title: &str) -> Page {
        let lang = self.shell.lang;
        let say = |end: &str| lang.t(&format!("{key}_{end}"));
        let above = std::mem::take(&mut self.shell.title);
        self.shell =
            self.shell.titled(title).crumb(above, list).lead_of([say("what"), say("do"), say("then")]);
        self
    }

    /// The page of one thing: its name is the title, the list is the way back; the questions are those of
    /// `<key>.one_what` and so on.
    #[must_use]
    pub fn one(mut self, key: &str, list: &str, name: &str) -> Page {
        let lang = self.shell.lang;
        let say = |end: &str| lang.t(&format!("{key}.one_{end}"));
        let above = std::mem::take(&mut self.shell.title);
        self.shell =
            self.shell.titled(name).crumb(above, list).lead_of([say("what"), say("do"), say("then")]);
        self
    }

    /// The page on which a thing is made; where `<key>.new_what` stands, with its questions.
    #[must_use]
    pub fn making(mut self, key: &str, list: &str) -> Page {
        let lang = self.shell.lang;
        let title = lang.t(&format!("{key}.new"));
        if lang.sentence(&format!("{key}.new_what")).is_some() {
            let say = |end: &str| lang.t(&format!("{key}.new_{end}"));
            self.shell = self.shell.lead_of([say("what"), say("do"), say("then")]);
        }
        let above = std::mem::take(&mut self.shell.title);
        self.shell = self.shell.titled(title).crumb(above, list);
        self
    }

    /// Shows it.
    ///
    /// # Errors
    /// The template cannot be written out.
    pub fn show(self, mut thing: Thing) -> Result<Response, Fault> {
        if let Some(text) = self.announcement {
            thing.alerts.insert(0, thing::Alert { text, secret: String::new(), is_due: false });
        }
        show(&ThingPage { shell: self.shell, tabs: self.tabs, action: self.action, thing })
    }

    /// Shows it with a status: 422 for a form with faults, 409 for one that was overtaken.
    ///
    /// # Errors
    /// The template cannot be written out.
    pub fn show_as(self, status: StatusCode, thing: Thing) -> Result<Response, Fault> {
        let mut response = self.show(thing)?;
        *response.status_mut() = status;
        Ok(response)
    }
}

/// The version of a thing that a deed was decided on; 0 where none was sent, which fits nothing.
fn version(sent: &form::Sent) -> i64 {
    sent.get("version").and_then(|text| text.parse().ok()).unwrap_or_default()
}

/// All routes of administration.
pub fn routes() -> Routes {
    use Action::{Cancel, Change, Create, Delete, List, Manage, Read, Run};
    use Kind::{Account, Agency, Division, Duty, Job, Office, RoleGrant, Schedule, Setting};
    let (get, post) = (|| Method::GET, || Method::POST);
    let registers = Routes::new()
        .page(get(), "/admin/offices", List, Office, lists::offices)
        .page(get(), "/admin/offices/new", Create, Office, offices::new)
        .page(post(), "/admin/offices/new", Create, Office, offices::create)
        .page(get(), "/admin/offices/{id}", Read, Office, offices::one)
        .page(post(), "/admin/offices/{id}", Change, Office, offices::change)
        .page(post(), "/admin/offices/{id}/close", Delete, Office, offices::close)
        .page(post(), "/admin/offices/{id}/reopen", Create, Office, offices::reopen)
        .page(get(), "/admin/agencies", List, Agency, agencies::list)
        .page(post(), "/admin/agencies", Create, Agency, agencies::create)
        .page(get(), "/admin/agencies/{id}", Read, Agency, agencies::one)
        .page(post(), "/admin/agencies/{id}", Change, Agency, agencies::change)
        .page(get(), "/admin/divisions", List, Division, lists::divisions)
        .page(get(), "/admin/divisions/new", Create, Division, divisions::new)
        .page(post(), "/admin/divisions/new", Create, Division, divisions::create)
        .page(get(), "/admin/divisions/{code}", Read, Division, divisions::one)
        .page(post(), "/admin/divisions/{code}", Change, Division, divisions::change);
    let people = Routes::new()
        .page(get(), "/admin/people", List, Account, lists::people)
        .page(get(), "/admin/people/new", Create, Account, people::new)
        .page(post(), "/admin/people/new", Create, Account, people::create)
        .page(get(), "/admin/people/{id}", Read, Account, people::one)
        .page(post(), "/admin/people/{id}", Manage, Account, people::change)
        .page(post(), "/admin/people/{id}/disable", Manage, Account, people::disable)
        .page(post(), "/admin/people/{id}/enable", Manage, Account, people::enable)
        .page(post(), "/admin/people/{id}/password", Manage, Account, people::reset_password)
        .page(post(), "/admin/people/{id}/factor", Manage, Account, people::reset_factor)
        .page(post(), "/admin/people/{id}/unlock", Manage, Account, people::unlock)
        .page(post(), "/admin/people/{id}/sessions", Manage, Account, people::end_sessions)
        .page(post(), "/admin/people/{id}/grants", Create, RoleGrant, people::grant)
        .page(post(), "/admin/people/{id}/grants/{grant}/revoke", Delete, RoleGrant, people::revoke);
    let work = Routes::new()
        .page(get(), "/admin/duty", List, Duty, duty::list)
        .page(get(), "/admin/duty/new", Create, Duty, duty::new)
        .page(post(), "/admin/duty/new", Create, Duty, duty::create)
        .page(get(), "/admin/duty/{id}", Read, Duty, duty::one)
        .page(post(), "/admin/duty/{id}", Change, Duty, duty::change)
        .page(post(), "/admin/duty/{id}/close", Delete, Duty, duty::close)
        .page(post(), "/admin/duty/{id}/holders", Change, Duty, duty::assign)
        .page(post(), "/admin/duty/{id}/holders/{holder}/end", Change, Duty, duty::end)
        .page(get(), "/jobs/{id}", Read, Job, jobs::one)
        .page(get(), "/jobs/{id}/state", Read, Job, jobs::state)
        .page(post(), "/jobs/{id}/cancel", Cancel, Job, jobs::cancel)
        .page(post(), "/jobs/{id}/retry", Run, Job, jobs::retry);
    Routes::new()
        .page(get(), "/admin", List, Account, overview::show)
        .page(get(), "/admin/roles", List, Account, roles::roles)
        .page(get(), "/admin/schedules", List, Schedule, schedules::list)
        .page(post(), "/admin/schedules/{name}/pause", Change, Schedule, schedules::pause)
        .page(post(), "/admin/schedules/{name}/resume", Change, Schedule, schedules::resume)
        .page(get(), "/admin/settings", List, Setting, settings::show)
        .page(post(), "/admin/settings", Change, Setting, settings::change)
        .page(get(), "/admin/system", List, Setting, system::show)
        .account(post(), "/changes/{id}/undo", deal::undo)
        .and(registers)
        .and(people)
        .and(work)
}
