//! The files of `data/policy`: read, validated against the schema, checked for what the scope of lists needs.

use super::gate::Gate;
use super::{Action, Kind, Post, Role};
use cedar_policy::{Policy, PolicyId, PolicySet, Schema, ValidationMode, Validator};
use mingjing_model::id::OfficeId;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::Path;
use std::str::FromStr;
use std::sync::OnceLock;

/// The files compiled into the program: name and text.
pub const EMBEDDED: [(&str, &str); 10] = [
    ("agency.yaml", include_str!("../../../../data/policy/agency.yaml")),
    ("analysis.cedar", include_str!("../../../../data/policy/analysis.cedar")),
    ("audit.cedar", include_str!("../../../../data/policy/audit.cedar")),
    ("duty.cedar", include_str!("../../../../data/policy/duty.cedar")),
    ("own.cedar", include_str!("../../../../data/policy/own.cedar")),
    ("people.cedar", include_str!("../../../../data/policy/people.cedar")),
    ("registers.cedar", include_str!("../../../../data/policy/registers.cedar")),
    ("roles.yaml", include_str!("../../../../data/policy/roles.yaml")),
    ("schema.cedarschema", include_str!("../../../../data/policy/schema.cedarschema")),
    ("work.cedar", include_str!("../../../../data/policy/work.cedar")),
];

/// A fault in a data file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {key}: {message}")]
pub struct Fault {
    /// The file, below `data`.
    pub file: String,
    /// The key or the policy in it.
    pub key: String,
    /// What was expected.
    pub message: String,
}

impl Fault {
    pub(crate) fn new(file: &str, key: impl Into<String>, message: impl Into<String>) -> Fault {
        Fault { file: file.to_owned(), key: key.into(), message: message.into() }
    }
}

/// One text in the two languages.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Plain {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// A role as people read it.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct RoleText {
    /// Which.
    pub role: Role,
    /// Its name.
    pub name: Plain,
    /// What it is for, in a sentence.
    pub purpose: Plain,
}

/// A kind of agency.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct AgencyText {
    /// The word that is stored in `agency.kind`.
    pub kind: String,
    /// Does it steer the other agencies of its division?
    #[serde(default)]
    pub steers: bool,
    /// Its general name.
    pub name: Plain,
    /// Its short name.
    pub short: Plain,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RoleFile {
    #[serde(rename = "version")]
    _version: u32,
    roles: Vec<RoleText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AgencyFile {
    #[serde(rename = "version")]
    _version: u32,
    agencies: Vec<AgencyText>,
}

/// The content of `data/policy`.
#[derive(Debug)]
pub(crate) struct Policies {
    pub(crate) set: PolicySet,
    pub(crate) roles: Vec<RoleText>,
    pub(crate) agencies: Vec<AgencyText>,
}

impl Policies {
    /// Reads and validates files given by name and text.
    pub(crate) fn parse(files: &[(&str, &str)]) -> Result<Policies, Vec<Fault>> {
        let text = |name: &str| {
            let found = files.iter().find(|(file, _)| *file == name);
            found.map(|(_, text)| *text).ok_or_else(|| vec![Fault::new(name, "file", "is missing")])
        };
        let yaml =
            |name: &str, error: serde_yaml_ng::Error| vec![Fault::new(name, "yaml", error.to_string())];
        let roles: RoleFile =
            serde_yaml_ng::from_str(text("roles.yaml")?).map_err(|e| yaml("roles.yaml", e))?;
        let agencies: AgencyFile =
            serde_yaml_ng::from_str(text("agency.yaml")?).map_err(|e| yaml("agency.yaml", e))?;
        let (schema, _warnings) = Schema::from_cedarschema_str(text("schema.cedarschema")?)
            .map_err(|e| vec![Fault::new("schema.cedarschema", "schema", format!("{:?}", miette(&e)))])?;
        let mut faults = Vec::new();
        check_words(&roles.roles, &agencies.agencies, &mut faults);
        let mut policies = Vec::new();
        let mut ids = BTreeSet::new();
        for (file, text) in files.iter().filter(|(file, _)| file.ends_with(".cedar")) {
            match PolicySet::from_str(text) {
                Ok(set) => policies
                    .extend(set.policies().filter_map(|policy| named(file, policy, &mut ids, &mut faults))),
                Err(error) => faults.push(Fault::new(file, "policies", miette(&error))),
            }
        }
        let set = PolicySet::from_policies(policies)
            .map_err(|e| vec![Fault::new("policy", "policies", e.to_string())])?;
        let result = Validator::new(schema).validate(&set, ValidationMode::Strict);
        let said = result.validation_errors().map(|e| (e.policy_id().to_string(), e.to_string()));
        let warned = result.validation_warnings().map(|w| (w.policy_id().to_string(), w.to_string()));
        faults.extend(said.chain(warned).map(|(id, message)| Fault::new("policy", id, message)));
        match faults.is_empty() {
            true => Ok(Policies { set, roles: roles.roles, agencies: agencies.agencies }),
            false => Err(faults),
        }
    }
}

/// An error with its causes and help in one line.
fn miette(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// The policy under the name it gives itself; it must also say why it is there, and may name no single division.
fn named(file: &str, policy: &Policy, ids: &mut BTreeSet<String>, faults: &mut Vec<Fault>) -> Option<Policy> {
    let Some(id) = policy.annotation("id") else {
        faults.push(Fault::new(file, policy.id().to_string(), "has no @id"));
        return None;
    };
    if !ids.insert(id.to_owned()) {
        faults.push(Fault::new(file, id, "this @id stands twice"));
        return None;
    }
    if policy.annotation("because").is_none_or(|why| why.trim().is_empty()) {
        faults.push(Fault::new(file, id, "has no @because: say in a sentence why this holds"));
    }
    for literal in policy.entity_literals() {
        let kind = literal.type_name().to_string();
        if kind != "Role" && kind != "Action" {
            faults.push(Fault::new(
                file,
                id,
                format!("names {literal}; policies name roles and actions only"),
            ));
        }
    }
    Some(policy.new_id(PolicyId::new(id)))
}

fn check_words(roles: &[RoleText], agencies: &[AgencyText], faults: &mut Vec<Fault>) {
    let given: Vec<Role> = roles.iter().map(|role| role.role).collect();
    if given != Role::ALL {
        let words: Vec<&str> = Role::ALL.iter().map(|role| role.word()).collect();
        faults.push(Fault::new("roles.yaml", "roles", format!("must be {} in this order", words.join(", "))));
    }
    let mut kinds = BTreeSet::new();
    for agency in agencies {
        if !kinds.insert(&agency.kind) {
            faults.push(Fault::new("agency.yaml", &agency.kind, "this kind stands twice"));
        }
    }
    if !agencies.iter().any(|agency| agency.steers) {
        faults.push(Fault::new("agency.yaml", "steers", "one kind must steer, or nobody sees all agencies"));
    }
}

fn embedded() -> &'static Policies {
    static READ: OnceLock<Policies> = OnceLock::new();
    READ.get_or_init(|| Policies::parse(&EMBEDDED).expect("a test parses the files that are compiled in"))
}

/// The roles with names and purposes, in the order of pages.
pub fn roles() -> &'static [RoleText] {
    &embedded().roles
}

/// The kinds of agencies with their names.
pub fn agencies() -> &'static [AgencyText] {
    &embedded().agencies
}

/// Checks `policy` and `divisions` below a data directory, for `mingjing data check`; says what was checked.
///
/// Besides syntax and schema: every policy names itself and says why; roles and agencies are those of the program;
/// and the scope of lists can say exactly what the policies permit.
///
/// # Errors
/// All faults found, each with file and key.
pub fn check(data: &Path) -> Result<Vec<String>, Vec<Fault>> {
    let files = read_dir(&data.join("policy"))?;
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let below = |faults: Vec<Fault>| -> Vec<Fault> {
        faults.into_iter().map(|fault| Fault { file: format!("policy/{}", fault.file), ..fault }).collect()
    };
    let policies = Policies::parse(&files).map_err(below)?;
    let (count, roles, agencies) =
        (policies.set.num_of_policies(), policies.roles.len(), policies.agencies.len());
    let gate = Gate::new(policies);
    let faults = check_scopes(&gate);
    if !faults.is_empty() {
        return Err(below(faults));
    }
    let rules = crate::sign_in::Rules::check(&files).map_err(below)?;
    let divisions = crate::people::divisions::check(&read_dir(&data.join("divisions"))?)?;
    Ok(vec![
        format!(
            "policy: {count} policies, {roles} roles, {agencies} kinds of agencies; scopes say what they permit"
        ),
        rules,
        divisions,
    ])
}

/// The files of a directory by name.
fn read_dir(dir: &Path) -> Result<Vec<(String, String)>, Vec<Fault>> {
    let world = |e: std::io::Error| vec![Fault::new(&dir.display().to_string(), "file", e.to_string())];
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(world)? {
        let path = entry.map_err(world)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        files.push((name, std::fs::read_to_string(&path).map_err(world)?));
    }
    files.sort();
    Ok(files)
}

/// For every role in a steering and another agency at every level: does the scope of listing and reading say
/// exactly what the policies permit?
fn check_scopes(gate: &Gate) -> Vec<Fault> {
    let mut faults = Vec::new();
    for post in sample_posts() {
        for &kind in Kind::ALL {
            for action in [Action::List, Action::Read] {
                if let Some(missed) = gate.missed(&post, action, kind) {
                    let key = format!("{} may {action} {kind} {missed}", post.role);
                    faults.push(Fault::new(
                        "policy",
                        key,
                        "no clause of a scope can say this; put it in other words",
                    ));
                }
            }
        }
    }
    faults
}

/// A post of every role in a steering and in another agency, at every level.
pub(crate) fn sample_posts() -> impl Iterator<Item = Post> {
    let divisions = ["5201", "520102", "520102031", "520102031901"];
    let agencies = ["coordination", "market_regulation"];
    Role::ALL.iter().flat_map(move |&role| {
        agencies.into_iter().flat_map(move |agency| {
            divisions.into_iter().map(move |division| Post {
                role,
                office: OfficeId(1),
                agency: agency.to_owned(),
                division: division.to_owned(),
            })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The embedded files with one text replaced in one of them.
    fn with(name: &str, from: &str, to: &str) -> Vec<Fault> {
        let files: Vec<(&str, String)> = EMBEDDED
            .iter()
            .map(|&(file, text)| {
                assert!(file != name || text.contains(from), "{name} holds no {from}");
                (file, if file == name { text.replacen(from, to, 1) } else { text.to_owned() })
            })
            .collect();
        let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
        match Policies::parse(&files) {
            Ok(policies) => check_scopes(&Gate::new(policies)),
            Err(faults) => faults,
        }
    }

    #[test]
    fn the_files_that_are_compiled_in_are_those_of_the_directory_and_pass_the_check() {
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data");
        let said = check(&data).map_err(|faults| faults.iter().map(ToString::to_string).collect::<Vec<_>>());
        let said = said.unwrap_or_else(|faults| panic!("{}", faults.join("\n")));
        assert!(said[0].contains("8 roles"), "{said:?}");
        let on_disk: Vec<String> = read_dir(&data.join("policy")).unwrap().into_iter().map(|f| f.0).collect();
        let policies = |name: &&String| name.ends_with(".cedar") || name.ends_with("schema");
        let compiled: Vec<&str> = EMBEDDED.iter().map(|f| f.0).filter(|f| !f.ends_with(".yaml")).collect();
        assert_eq!(on_disk.iter().filter(policies).collect::<Vec<_>>(), compiled);
    }

    #[test]
    fn an_attribute_the_schema_does_not_know_is_a_fault() {
        let faults = with("duty.cedar", "principal.steers", "principal.steer");
        assert!(faults[0].to_string().contains("steer"), "{faults:?}");
    }

    #[test]
    fn a_role_that_does_not_exist_is_a_fault() {
        let faults = with("audit.cedar", "Role::\"auditor\"", "Role::\"inspector\"");
        assert!(faults[0].to_string().contains("inspector"), "{faults:?}");
    }

    #[test]
    fn an_attribute_that_may_be_missing_must_be_asked_for_first() {
        let faults = with("own.cedar", "resource has owner && ", "");
        assert!(!faults.is_empty());
    }

    #[test]
    fn a_policy_without_a_reason_or_with_a_name_twice_is_a_fault() {
        let faults = with("duty.cedar", "@because", "@note");
        assert!(faults[0].message.contains("@because"), "{faults:?}");
        let faults = with("duty.cedar", "duty-export", "duty-read");
        assert!(faults[0].message.contains("twice"), "{faults:?}");
    }

    #[test]
    fn a_policy_for_one_division_alone_is_a_fault() {
        let faults = with("duty.cedar", "in principal.division &&", "in Place::\"5201\" &&");
        assert!(faults[0].message.contains("roles and actions only"), "{faults:?}");
    }

    #[test]
    fn what_no_scope_can_say_is_a_fault() {
        // Below, but not the division itself.
        let below = "resource in principal.division && !(resource has division && resource.division == principal.division) &&";
        let faults = with("analysis.cedar", "resource in principal.division &&", below);
        assert!(faults.iter().any(|f| f.message.contains("no clause")), "{faults:?}");
    }
}
