//! What the pages of one analysis share: finding it for who may see it, its head with grounds and parts, reading
//! files aside, faults.

use crate::app::App;
use crate::fault::Fault;
use crate::look::{Mark, Section, Shell, Tone, write};
use crate::signed::Signed;
use crate::words::Lang;
use mingjing_casework::analysis::{House, Refused, change};
use mingjing_casework::permission::{Action, Kind, Resource};
use mingjing_model::id::{AccountId, AnalysisId};
use mingjing_results::summary::Summary;
use mingjing_store::analysis::{self, Analysis};
use mingjing_store::audit::Entry;
use serde_json::Value;
use std::path::PathBuf;

/// The thing the policies are asked about.
pub fn resource(found: &Analysis) -> Resource {
    Resource::new(Kind::Analysis, found.id)
        .held_by(&found.agency, &found.division)
        .owned_by(AccountId(found.account_id))
}

/// Where the files lie.
pub fn house(app: &App) -> House {
    House::new(&app.data)
}

/// The analysis, for who may do `action` to it; who may not even read it is told that there is none.
pub async fn load(app: &App, signed: &Signed, id: i64, action: Action) -> Result<Analysis, Fault> {
    let found = analysis::find(&app.db, AnalysisId(id)).await?.ok_or(Fault::NotFound)?;
    signed.check_seen(app, action, &resource(&found))?;
    Ok(found)
}

/// An analysis whose results stand, with its summary.
pub struct Done {
    /// The analysis.
    pub found: Analysis,
    /// Its result directory.
    pub dir: PathBuf,
    /// The figures of the whole.
    pub summary: Summary,
}

/// The analysis with its results; without results there is no such page.
pub async fn done(app: &App, signed: &Signed, id: i64, action: Action) -> Result<Done, Fault> {
    let found = load(app, signed, id, action).await?;
    if !has_results(app, &found) {
        return Err(Fault::NotFound);
    }
    let dir = house(app).results(found.id());
    let at = dir.clone();
    let summary = aside(move || Summary::read(&at).map_err(fault)).await?;
    Ok(Done { found, dir, summary })
}

/// Are there results to be shown? Those of an earlier run stand while a new one is on.
pub fn has_results(app: &App, found: &Analysis) -> bool {
    let is_kept = found.deleted_at.is_none() && found.state != "destroyed";
    is_kept
        && found.state != "draft"
        && house(app).results(found.id()).join(mingjing_results::SUMMARY).is_file()
}

/// Enters that data of persons are looked at; references alone in `detail`.
pub async fn seen(app: &App, signed: &Signed, found: &Analysis, detail: Value) -> Result<(), Fault> {
    let entry = entry(signed, "analysis.viewed", found);
    change::seen(&app.db, found, detail, entry).await.map_err(refused)
}

/// An entry about the analysis.
pub fn entry(signed: &Signed, action: &str, found: &Analysis) -> Entry {
    signed.entry(action, Kind::Analysis, found.id)
}

/// Work that blocks, on a thread made for it.
pub async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    tokio::task::spawn_blocking(work).await.map_err(|e| Fault::World(e.to_string()))?
}

/// A fault of a result directory: an account that is not there is no page, all else is the world's.
pub fn fault(error: mingjing_results::Error) -> Fault {
    match error {
        mingjing_results::Error::UnknownAccount(_) => Fault::NotFound,
        error => Fault::World(error.to_string()),
    }
}

/// What `casework` refuses, as a fault.
pub fn refused(error: Refused) -> Fault {
    match error {
        Refused::Store(error) => error.into(),
        Refused::Field { field, .. } => Fault::field(field, "missing", "network.refused.missing"),
        Refused::State("busy") => Fault::user("busy", "network.refused.busy"),
        Refused::State("no_members") => Fault::user("no_members", "network.refused.no_members"),
        Refused::State("no_mapping") => Fault::user("no_mapping", "network.refused.no_mapping"),
        Refused::State("not_done") => Fault::user("not_done", "network.refused.not_done"),
        Refused::State("too_large") => Fault::user("too_large", "network.refused.too_large"),
        Refused::State("empty") => Fault::user("empty", "network.refused.empty"),
        Refused::State("outside") => Fault::NotFound,
        other => Fault::World(other.to_string()),
    }
}

/// A part of an analysis, for the row of links.
pub struct Part {
    /// Where it leads.
    pub href: String,
    /// Its word.
    pub word: &'static str,
    /// Is it the page at hand?
    pub is_here: bool,
}

/// The head of every page of one analysis.
pub struct Head {
    /// State in word, shape, colour.
    pub state: Mark,
    /// Office and maker.
    pub by: String,
    /// Grounds in one line.
    pub grounds: String,
    /// The last day of keeping, with its distance; empty for data declared public.
    pub keep: String,
    /// Is that day near or past?
    pub is_due: bool,
    /// The counting policy of the results, and the last day counted.
    pub scope: String,
    /// Links to the parts; none without results.
    pub parts: Vec<Part>,
    /// A hold, in words; empty for none.
    pub hold: String,
}

const PARTS: [(&str, &str); 9] = [
    ("", "network.part.overview"),
    ("/levels", "network.part.levels"),
    ("/growth", "network.part.growth"),
    ("/money", "network.part.money"),
    ("/branches", "network.part.branches"),
    ("/persons", "network.part.persons"),
    ("/policies", "network.part.policies"),
    ("/findings", "network.part.findings"),
    ("/downloads", "network.part.downloads"),
];

/// The head; `here` is the end of the page's address, and `summary` what stands.
pub fn head(app: &App, lang: Lang, found: &Analysis, here: &str, summary: Option<&Summary>) -> Head {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let grounds = match found.is_public {
        true => lang.t("network.head.public").to_owned(),
        false => lang.f(
            "network.head.case",
            &[
                ("case", &text(&found.case_no)),
                ("basis", &text(&found.basis)),
                ("purpose", &text(&found.purpose)),
                ("approver", &text(&found.approver)),
            ],
        ),
    };
    let days = found.retain_until.as_deref().and_then(|due| write::days_until(due, app.now()));
    let keep = match (&found.retain_until, days) {
        (Some(day), Some(days)) => {
            lang.f("network.head.keep", &[("day", day), ("left", &write::distance(lang, days))])
        }
        _ => String::new(),
    };
    let scope = summary.map(|summary| {
        let cutoff = match &summary.terms.cutoff {
            Some(day) => lang.f("network.head.cutoff", &[("day", day)]),
            None => lang.t("network.head.no_cutoff").to_owned(),
        };
        let name = super::policies::name(lang, &summary.policy.id);
        lang.f("network.head.scope", &[("policy", &summary.policy.id), ("name", &name), ("cutoff", &cutoff)])
    });
    let parts = PARTS.iter().map(|(end, key)| Part {
        href: format!("/analyses/{}{end}", found.id),
        word: lang.t(key),
        is_here: *end == here,
    });
    Head {
        state: state(lang, found),
        by: lang.f("network.head.by", &[("office", &found.office_name), ("name", &found.account_name)]),
        grounds,
        is_due: days.is_some_and(|days| days <= 14),
        keep,
        scope: scope.unwrap_or_default(),
        parts: if summary.is_some() { parts.collect() } else { Vec::new() },
        hold: match &found.hold_reason {
            Some(reason) => lang.f("network.head.hold", &[("reason", reason)]),
            None => String::new(),
        },
    }
}

/// The state of an analysis, deletion included.
pub fn state(lang: Lang, found: &Analysis) -> Mark {
    match found.deleted_at {
        Some(_) if found.state != "destroyed" => Mark::new(lang.t("network.deleted"), "trash", Tone::Due),
        _ => Mark::state(lang, &found.state),
    }
}

/// The shell of a page of one analysis, with the three answers of `network.<page>.lead`.
pub async fn shell(app: &App, signed: &Signed, found: &Analysis, page: &str) -> Shell {
    let title = format!("network.{page}.title");
    let shell = Shell::new(app, signed, Section::Network, &title)
        .await
        .crumb(signed.lang.t("network.list.title"), "/analyses");
    let shell = if page == "overview" {
        shell.titled(found.name.clone())
    } else {
        shell.crumb(found.name.clone(), format!("/analyses/{}", found.id))
    };
    leads(shell, page)
}

/// With the three answers of a page.
pub fn leads(shell: Shell, page: &str) -> Shell {
    let say = |end: &str| shell.lang.t(&format!("network.{page}.{end}"));
    let lead = [say("what"), say("do"), say("then")];
    shell.lead_of(lead)
}
