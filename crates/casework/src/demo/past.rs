//! What happened in the demo city before today, as audit entries, and the searches its people keep.

use super::City;
use crate::permission::Kind;
use mingjing_model::id::{AccountId, OfficeId};
use mingjing_model::time::Micros;
use mingjing_store::audit::Entry;
use serde_json::json;
use std::collections::BTreeMap;

const DAY: Micros = 86_400_000_000;
const MINUTE: Micros = 60_000_000;
/// Asia/Shanghai is eight hours ahead.
const EAST: Micros = 8 * 60 * MINUTE;

/// Shared searches: whose, of which list, what they are called, the query part of the list's address.
pub(super) const SEARCHES: [(&str, &str, &str, &str); 3] = [
    ("coordinator", "duty", "无人负责的事项", "state=gap"),
    ("admin", "people", "已停用的账户", "state=disabled"),
    ("auditor", "audit", "导出记录", "action=export"),
];

/// The entries of `history.yaml` and, as the last, that the city was filled.
pub(super) fn entries(
    city: &City,
    people: &BTreeMap<&str, (AccountId, OfficeId)>,
    now: Micros,
) -> Vec<Entry> {
    let midnight = (now + EAST).div_euclid(DAY) * DAY - EAST;
    let mut all: Vec<Entry> = city
        .past
        .iter()
        .enumerate()
        .map(|(number, past)| {
            let (account, office) = people[past.login.as_str()];
            let person = city.people.iter().find(|person| person.login == past.login);
            let (hours, minutes) = past.clock.split_once(':').unwrap_or(("0", "0"));
            let minutes =
                60 * hours.parse::<i64>().unwrap_or_default() + minutes.parse::<i64>().unwrap_or_default();
            // A login becomes the account's number where the thing is an account.
            let is_person = past.kind == Kind::Account.word() || past.kind == Kind::Session.word();
            let id = people.get(past.id.as_str()).filter(|_| is_person).map(|(id, _)| id.to_string());
            Entry {
                at: midnight - past.days * DAY + minutes * MINUTE,
                account: Some(account),
                account_name: person.map(|person| person.name.clone()).unwrap_or_default(),
                office: Some(office),
                action: past.action.clone(),
                subject_kind: past.kind.clone(),
                subject_id: id.unwrap_or_else(|| past.id.clone()),
                division: person.map(|person| person.division.clone()),
                detail: json!({ "demo": true }),
                request: format!("demo-{number}"),
                address: Some("192.0.2.1".to_owned()),
            }
        })
        .collect();
    all.push(Entry {
        at: now,
        account: None,
        account_name: "mingjing demo".to_owned(),
        office: None,
        action: "create".to_owned(),
        subject_kind: Kind::Setting.word().to_owned(),
        subject_id: super::MARK.to_owned(),
        division: None,
        detail: json!({ "people": city.people.len(), "offices": city.offices.len() }),
        request: "demo".to_owned(),
        address: None,
    });
    all
}
