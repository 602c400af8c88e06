//! The grounds of an analysis, checked: person data enter only with all five of them.

use super::Refused;
use mingjing_model::time::{Micros, day_in_shanghai, day_text, parse_day};
use mingjing_store::analysis::Grounds;

/// Characters of a field.
const CHARACTERS_MAX: usize = 400;

/// What the form holds, as typed.
#[derive(Clone, Debug, Default)]
pub struct Form {
    /// What people call it.
    pub name: String,
    /// `public`, or `case`.
    pub kind: String,
    /// Case number.
    pub case_no: String,
    /// Legal basis.
    pub basis: String,
    /// Purpose.
    pub purpose: String,
    /// Who approved.
    pub approver: String,
    /// Last day of keeping.
    pub retain_until: String,
}

/// Today in Asia/Shanghai, as text.
pub fn today(now: Micros) -> String {
    day_in_shanghai(now).and_then(day_text).unwrap_or_default()
}

/// Every field that is wrong, or the grounds.
///
/// # Errors
/// [`Refused::Field`] for each field that is missing, too long, no date, or in the past.
pub fn check(form: &Form, now: Micros) -> Result<Grounds, Vec<Refused>> {
    let mut wrong = Vec::new();
    let mut text = |field: &'static str, value: &str, needed: bool| -> Option<String> {
        let value: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let value = value.trim().to_owned();
        if value.chars().count() > CHARACTERS_MAX {
            wrong.push(Refused::Field { field, why: "too_long" });
        } else if value.is_empty() && needed {
            wrong.push(Refused::Field { field, why: "missing" });
        }
        Some(value).filter(|value| !value.is_empty())
    };
    let is_public = form.kind == "public";
    let name = text("name", &form.name, true).unwrap_or_default();
    let case_no = text("case_no", &form.case_no, !is_public);
    let basis = text("basis", &form.basis, !is_public);
    let purpose = text("purpose", &form.purpose, !is_public);
    let approver = text("approver", &form.approver, !is_public);
    let until = text("retain_until", &form.retain_until, !is_public);
    let retain_until = until.as_deref().and_then(parse_day).and_then(day_text);
    if form.kind != "public" && form.kind != "case" {
        wrong.push(Refused::Field { field: "kind", why: "missing" });
    }
    match (&until, &retain_until) {
        (Some(_), None) => wrong.push(Refused::Field { field: "retain_until", why: "not_a_date" }),
        (_, Some(day)) if *day < today(now) => {
            wrong.push(Refused::Field { field: "retain_until", why: "past" })
        }
        _ => {}
    }
    if wrong.is_empty() {
        Ok(Grounds { name, is_public, case_no, basis, purpose, approver, retain_until })
    } else {
        Err(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Micros = 1_593_484_200_000_000;

    fn case() -> Form {
        Form {
            name: "某案".into(),
            kind: "case".into(),
            case_no: "筑公(经)立字〔2020〕1号".into(),
            basis: "刑法第二百二十四条之一".into(),
            purpose: "查明层级".into(),
            approver: "王某".into(),
            retain_until: "2020/12/31".into(),
        }
    }

    fn complaints(form: &Form) -> Vec<String> {
        check(form, NOW).unwrap_err().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn person_data_need_all_five_grounds_and_a_day_that_is_not_past() {
        assert_eq!(check(&case(), NOW).unwrap().retain_until.as_deref(), Some("2020-12-31"));
        let empty = Form { name: "x".into(), kind: "case".into(), ..Form::default() };
        let all = [
            "case_no: missing",
            "basis: missing",
            "purpose: missing",
            "approver: missing",
            "retain_until: missing",
        ];
        assert_eq!(complaints(&empty), all);
        assert_eq!(complaints(&Form { retain_until: "明年".into(), ..case() }), ["retain_until: not_a_date"]);
        assert_eq!(complaints(&Form { retain_until: "2020-06-29".into(), ..case() }), ["retain_until: past"]);
        assert_eq!(complaints(&Form { basis: "\u{7}  ".into(), ..case() }), ["basis: missing"]);
    }

    #[test]
    fn declared_public_data_go_without_but_nothing_goes_undeclared() {
        let public = Form { name: "x".into(), kind: "public".into(), ..Form::default() };
        assert!(check(&public, NOW).unwrap().is_public);
        assert_eq!(complaints(&Form { kind: String::new(), ..case() }), ["kind: missing"]);
    }
}
