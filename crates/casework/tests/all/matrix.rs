//! The complete matrix of roles, kinds and actions, as a text that a lawyer can read: `golden/policy/matrix.txt`.

use mingjing_casework::permission::{Action, Actor, Gate, Kind, Post, Resource, Role, agencies, roles};
use mingjing_model::id::{AccountId, OfficeId};
use std::fmt::Write;
use std::path::Path;

/// Letters of the actions, in their order.
const LETTERS: [(Action, char); 11] = [
    (Action::List, 'L'),
    (Action::Read, 'R'),
    (Action::Create, 'C'),
    (Action::Change, 'H'),
    (Action::Delete, 'D'),
    (Action::Run, 'S'),
    (Action::Cancel, 'K'),
    (Action::Unmask, 'U'),
    (Action::Export, 'E'),
    (Action::Verify, 'V'),
    (Action::Manage, 'M'),
];
const ME: AccountId = AccountId(1);

const HEAD: &str = "\
# Who may do what: every role, kind, action and relation, as the policies of data/policy answer.
# Written by `UPDATE_GOLDEN=1 cargo test -p mingjing-casework --test all matrix`; a difference is a change of rights.
#
# L list  R read  C create  H change  D delete  S run  K cancel  U unmask  E export  V verify  M manage  . forbidden
#
# office     held by the post's own office (agency and division)      mine       one's own (of the own office where
# below      same agency, a division below                                       the kind has an office)
# above      same agency, the division above                          platform   of no agency and no division
# elsewhere  same agency, another division
# other      another agency, the post's division
# other-low  another agency, a division below
#
# role_grant: of the role case_officer; the last table has all roles.
";

fn post(role: Role, agency: &str, division: &str) -> Post {
    Post { role, office: OfficeId(1), agency: agency.to_owned(), division: division.to_owned() }
}

fn actor(post: Post) -> Actor {
    let (login, name) = (String::new(), String::new());
    Actor { account: ME, login, name, office: OfficeId(1), posts: vec![post] }
}

/// The relations a thing can have to a post, by the name of the column.
fn things(kind: Kind, post: &Post) -> Vec<(&'static str, Option<Resource>)> {
    let id = if kind == Kind::RoleGrant { "case_officer" } else { "x" };
    let of = |agency: &str, division: &str| {
        Resource::new(kind, id).held_by(agency, division).owned_by(AccountId(2))
    };
    let other = if post.agency == "police" { "tax" } else { "police" };
    let (below, above, elsewhere) = match post.division.as_str() {
        "5201" => ("520102", None, "5202"),
        "520102" => ("520102031", Some("5201"), "520103"),
        _ => ("520102031901", Some("520102"), "520102025"),
    };
    let has_office = !matches!(kind, Kind::SavedSearch | Kind::Notice | Kind::ApiToken | Kind::Session);
    let mine = Resource::new(kind, id).owned_by(ME);
    let mine = if has_office { mine.held_by(&post.agency, &post.division) } else { mine };
    vec![
        ("office", Some(of(&post.agency, &post.division))),
        ("below", Some(of(&post.agency, below))),
        ("above", above.map(|above| of(&post.agency, above))),
        ("elsewhere", Some(of(&post.agency, elsewhere))),
        ("other", Some(of(other, &post.division))),
        ("other-low", Some(of(other, below))),
        ("platform", Some(Resource::new(kind, id))),
        ("mine", Some(mine)),
    ]
}

fn section(gate: &Gate, text: &mut String, post: Post, title: &str) {
    writeln!(text, "\n## {title}\n").unwrap();
    let names: Vec<&str> = things(Kind::Job, &post).into_iter().map(|(name, _)| name).collect();
    let heads: Vec<String> = names.iter().map(|name| format!("{name:<12}")).collect();
    writeln!(text, "{:<13}{}", "", heads.concat().trim_end()).unwrap();
    let someone = actor(post.clone());
    for &kind in Kind::ALL {
        let mut line = format!("{:<13}", kind.word());
        for (_, thing) in things(kind, &post) {
            let Some(thing) = thing else {
                line.push_str("            ");
                continue;
            };
            for (action, letter) in LETTERS {
                line.push(if gate.may(&someone, action, &thing) { letter } else { '.' });
            }
            line.push(' ');
        }
        writeln!(text, "{}", line.trim_end()).unwrap();
    }
}

/// Who may grant which role to whom: the same letter everywhere would hide it in the tables above.
fn grants(gate: &Gate, text: &mut String) {
    text.push_str(
        "\n## Granting and taking back roles\n\n# In the own office and below, only to others; nobody to himself.\n\n",
    );
    let short: Vec<String> = Role::ALL.iter().map(|role| format!("{:<19}", role.word())).collect();
    writeln!(text, "{:<46}{}", "", short.concat().trim_end()).unwrap();
    for &role in Role::ALL {
        for (agency, division) in
            [("coordination", "5201"), ("coordination", "520102"), ("market_regulation", "5201")]
        {
            let someone = actor(post(role, agency, division));
            let mut line = format!("{:<46}", format!("{role} of {agency} {division}"));
            for &granted in Role::ALL {
                let grant = |agency: &str, owner| {
                    let grant = Resource::new(Kind::RoleGrant, granted).held_by(agency, "520102031");
                    gate.may(&someone, Action::Create, &grant.owned_by(owner))
                };
                assert!(!grant(agency, ME), "{role} grants {granted} to himself");
                let word = match (grant(agency, AccountId(2)), grant("police", AccountId(2))) {
                    (true, true) => "all agencies",
                    (true, false) => "own agency",
                    (false, false) => ".",
                    (false, true) => "others only",
                };
                write!(line, "{word:<19}").unwrap();
            }
            writeln!(text, "{}", line.trim_end()).unwrap();
        }
    }
}

fn matrix() -> String {
    let gate = Gate::load().unwrap();
    let mut text = HEAD.to_owned();
    let places = [
        ("coordination", "5201", "city"),
        ("coordination", "520102", "district"),
        ("market_regulation", "5201", "city"),
        ("market_regulation", "520102", "district"),
    ];
    for role in roles() {
        writeln!(text, "\n# {} {} ({})\n# {}", role.name.zh, role.role, role.name.en, role.purpose.zh)
            .unwrap();
        for (agency, division, level) in places {
            let short = &agencies().iter().find(|one| one.kind == agency).unwrap().short.en;
            let title = format!("{} of {short}, {level}", role.role);
            section(&gate, &mut text, post(role.role, agency, division), &title);
        }
        if role.role == Role::CommunityReporter {
            let title = "community_reporter of a street";
            section(&gate, &mut text, post(role.role, "street", "520102031"), title);
        }
    }
    grants(&gate, &mut text);
    text
}

#[test]
fn the_matrix_is_the_one_that_was_agreed() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../golden/policy/matrix.txt");
    let now = matrix();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = kept.lines().zip(now.lines()).enumerate().find(|(_, (kept, now))| kept != now);
    assert!(kept == now, "golden/policy/matrix.txt: rights differ, first at {differs:#?}");
}

fn may(role: Role, agency: &str, division: &str, action: Action, thing: &Resource) -> bool {
    Gate::load().unwrap().may(&actor(post(role, agency, division)), action, thing)
}

#[test]
fn nobody_but_a_case_officer_of_the_office_that_holds_it_unmasks() {
    let held = Resource::new(Kind::Analysis, 1).held_by("police", "520102").owned_by(ME);
    for &role in Role::ALL {
        for agency in ["coordination", "police", "market_regulation"] {
            for division in ["5201", "520102", "520102031"] {
                let is_theirs = role == Role::CaseOfficer && agency == "police" && division == "520102";
                let may = may(role, agency, division, Action::Unmask, &held);
                assert_eq!(may, is_theirs, "{role} of {agency} {division}");
            }
        }
    }
}

#[test]
fn administrators_auditors_reporters_and_field_officers_never_open_case_data_even_their_own() {
    let own = Resource::new(Kind::Analysis, 1).held_by("coordination", "5201").owned_by(ME);
    for role in [Role::Administrator, Role::Auditor, Role::CommunityReporter, Role::FieldOfficer] {
        for &action in Action::ALL {
            assert!(!may(role, "coordination", "5201", action, &own), "{role} {action}");
        }
    }
}

#[test]
fn an_auditor_changes_nothing_but_what_is_his_own() {
    let own_things = [Kind::SavedSearch, Kind::Notice, Kind::ApiToken, Kind::Session, Kind::Job];
    let changes =
        [Action::Create, Action::Change, Action::Delete, Action::Run, Action::Cancel, Action::Manage];
    for kind in Kind::ALL.iter().filter(|kind| !own_things.contains(kind)) {
        for action in changes {
            let thing = Resource::new(*kind, "x").held_by("coordination", "520102").owned_by(AccountId(2));
            assert!(!may(Role::Auditor, "coordination", "5201", action, &thing), "{action} {kind}");
        }
    }
}

#[test]
fn the_audit_log_is_written_by_no_role() {
    for &role in Role::ALL {
        for action in [Action::Create, Action::Change, Action::Delete, Action::Manage] {
            let entry = Resource::new(Kind::Audit, 1).held_by("coordination", "5201").owned_by(ME);
            assert!(!may(role, "coordination", "5201", action, &entry), "{role} {action}");
        }
    }
}

#[test]
fn a_district_sees_nothing_of_its_neighbour_and_no_office_another_agencys_analyses() {
    for &role in Role::ALL {
        let neighbour = Resource::new(Kind::Analysis, 1).held_by("market_regulation", "520103");
        let police = Resource::new(Kind::Analysis, 1).held_by("police", "520102");
        for &action in Action::ALL {
            assert!(!may(role, "market_regulation", "520102", action, &neighbour), "{role} {action}");
            assert!(!may(role, "market_regulation", "520102", action, &police), "{role} {action}");
        }
    }
}
