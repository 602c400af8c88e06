//! The frame of every page for somebody signed in: top bar, navigation, breadcrumbs, the three questions.

use super::assets::{Assets, assets};
use super::flash::{self, Said};
use super::mark::{Icon, icon};
use crate::app::App;
use crate::signed::Signed;
use crate::words::Lang;
use mingjing_casework::permission::{Action, Kind};

/// Where in the navigation a page stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// 工作台.
    Desk,
    /// 网络分析.
    Network,
    /// 作业.
    Jobs,
    /// 审计.
    Audit,
    /// 管理.
    Admin,
    /// 帮助.
    Help,
    /// One's own account, notices, search: in the top bar.
    Own,
}

/// One line of the navigation.
#[derive(Clone, Debug)]
pub struct Nav {
    /// Its section.
    pub section: Section,
    /// Where it leads.
    pub href: &'static str,
    /// Its icon.
    pub icon: Icon,
    /// Its word.
    pub label: &'static str,
    /// The key that goes there after `g`.
    pub key: &'static str,
}

/// A step of the way from the desk to the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crumb {
    /// Its name.
    pub text: String,
    /// Where it leads.
    pub href: String,
}

/// What is this, what should I do, what happens then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lead {
    /// What is this?
    pub what: String,
    /// What should I do?
    pub act: String,
    /// What happens then?
    pub then: String,
}

/// What `look/base.html` needs.
#[derive(Clone, Debug)]
pub struct Shell {
    /// The language.
    pub lang: Lang,
    /// `auto`, `light` or `dark`.
    pub theme: String,
    /// The page's name, in the window and as its heading.
    pub title: String,
    /// Where it stands.
    pub section: Section,
    /// The navigation, by what the reader may see.
    pub nav: Vec<Nav>,
    /// The way here, without the page itself.
    pub crumbs: Vec<Crumb>,
    /// The three questions; none on pages whose heading says it all.
    pub lead: Option<Lead>,
    /// Key of the page's help: `help.page.<key>`, where that exists.
    pub help: String,
    /// Notices not read.
    pub unread: i64,
    /// Does the page say that this is a demo?
    pub is_demo: bool,
    /// What the last change said.
    pub flash: Option<Said>,
    /// For every form.
    pub csrf: String,
    /// Who reads.
    pub name: String,
    /// What they sign in by.
    pub login: String,
    /// Their roles, in words.
    pub roles: Vec<String>,
    /// Path and query of this page.
    pub path: String,
    /// What stands in the search field.
    pub search: String,
    /// Style, script, icons.
    pub assets: &'static Assets,
}

/// Section, address, icon, key after `g`, what one must be able to do.
type Place = (Section, &'static str, &'static str, &'static str, Option<(Action, Kind)>);

const NAV: [Place; 6] = [
    (Section::Desk, "/", "home", "d", None),
    (Section::Network, "/analyses", "sitemap", "n", Some((Action::List, Kind::Analysis))),
    (Section::Jobs, "/jobs", "list-check", "j", Some((Action::List, Kind::Job))),
    (Section::Audit, "/audit", "shield-check", "a", Some((Action::List, Kind::Audit))),
    (Section::Admin, "/admin", "settings", "m", Some((Action::List, Kind::Account))),
    (Section::Help, "/help", "help", "h", None),
];

impl Section {
    fn label(self, lang: Lang) -> &'static str {
        lang.t(match self {
            Section::Desk => "look.nav.desk",
            Section::Network => "look.nav.network",
            Section::Jobs => "look.nav.jobs",
            Section::Audit => "look.nav.audit",
            Section::Admin => "look.nav.admin",
            Section::Help => "look.nav.help",
            Section::Own => "look.nav.own",
        })
    }
}

impl Shell {
    /// The frame of a page whose name is the sentence of `title_key`.
    pub async fn new(app: &App, signed: &Signed, section: Section, title_key: &str) -> Shell {
        let lang = signed.lang;
        let may =
            |need: Option<(Action, Kind)>| need.is_none_or(|(action, kind)| signed.could(app, action, kind));
        let nav = NAV
            .into_iter()
            .filter(|(.., need)| may(*need))
            .map(|(section, href, name, key, _)| Nav {
                section,
                href,
                icon: icon(name),
                label: section.label(lang),
                key,
            })
            .collect();
        // A page without the number of notices is better than no page.
        let unread = mingjing_store::notice::unread_count(&app.db, signed.actor.account).await;
        let unread = unread.unwrap_or_else(|error| {
            tracing::warn!(%error, "notices were not counted");
            0
        });
        let mut roles: Vec<String> = signed
            .actor
            .posts
            .iter()
            .map(|post| {
                lang.sentence(&format!("common.role.{}", post.role)).unwrap_or(post.role.word()).to_owned()
            })
            .collect();
        roles.dedup();
        Shell {
            lang,
            theme: signed.theme.clone(),
            title: lang.t(title_key).to_owned(),
            section,
            nav,
            crumbs: Vec::new(),
            lead: None,
            help: String::new(),
            unread,
            is_demo: app.is_demo,
            flash: flash::take().map(|flash| flash.said(lang)),
            csrf: signed.csrf.clone(),
            name: signed.actor.name.clone(),
            login: signed.actor.login.clone(),
            roles,
            path: signed.path.clone(),
            search: String::new(),
            assets: assets(),
        }
    }

    /// With a name that is no sentence of `data/text`: of a thing.
    #[must_use]
    pub fn titled(mut self, title: impl Into<String>) -> Shell {
        self.title = title.into();
        self
    }

    /// With one more step of the way, from the outside in.
    #[must_use]
    pub fn crumb(mut self, text: impl Into<String>, href: impl Into<String>) -> Shell {
        self.crumbs.push(Crumb { text: text.into(), href: href.into() });
        self
    }

    /// With the three questions of `<prefix>.what`, `<prefix>.do`, `<prefix>.then`, and the page's help by that name.
    #[must_use]
    pub fn lead(self, prefix: &str) -> Shell {
        let lang = self.lang;
        let say = |end: &str| lang.t(&format!("{prefix}.{end}"));
        let mut shell = self.lead_of([say("what"), say("do"), say("then")]);
        shell.help = prefix.replace('.', "-");
        shell
    }

    /// With the three answers themselves.
    #[must_use]
    pub fn lead_of(mut self, [what, act, then]: [&str; 3]) -> Shell {
        self.lead = Some(Lead { what: what.to_owned(), act: act.to_owned(), then: then.to_owned() });
        self
    }

    /// A sentence, for templates: `{{ shell.t("audit.title") }}`.
    pub fn t(&self, key: &str) -> &'static str {
        self.lang.t(key)
    }

    /// A sentence with one number in it, written with its thousands apart: `{n}`.
    pub fn n(&self, key: &str, n: &i64) -> String {
        self.lang.f(key, &[("n", &super::write::number(*n))])
    }

    /// The lines of the bar at the foot of a phone; the others are in its menu.
    pub fn tabs(&self) -> &[Nav] {
        &self.nav[..self.nav.len().min(3)]
    }

    /// The number of notices as it stands on the bell.
    pub fn unread_text(&self) -> String {
        match self.unread {
            100.. => "99+".to_owned(),
            n => n.to_string(),
        }
    }
}
