//! Forms as data: what was typed is kept, errors stand beside their fields, and whoever was overtaken by somebody
//! else sees by whom and in what. No database, no rules; a handler fills a form and asks it.

use crate::words::Lang;
use std::collections::BTreeMap;

/// What a browser sent: names and values, each name once.
pub type Sent = BTreeMap<String, String>;

/// One of several things to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
}

/// How a value is put in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A line of at most so many characters.
    Text(usize),
    /// A date as 2020-06-30.
    Day,
    /// One of a list; the empty one is offered where the field is not needed.
    Choice(Vec<Choice>),
    /// Shown, not changed, not sent.
    Fixed,
}

/// One field.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name in the form.
    pub name: &'static str,
    /// What it is called.
    pub label: &'static str,
    /// What to put in, in a sentence; may be empty.
    pub help: &'static str,
    /// How.
    pub input: Input,
    /// What stands in it.
    pub value: String,
    /// Must it be filled in?
    pub is_needed: bool,
    /// What is wrong with it.
    pub error: Option<String>,
}

/// Somebody else was faster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overtaken {
    /// Who and when, as a sentence.
    pub who: String,
    /// Field by field, as sentences.
    pub differences: Vec<String>,
    /// Where what is there now can be seen.
    pub href: String,
}

/// A form.
#[derive(Clone, Debug)]
pub struct Form {
    /// The language of its sentences.
    pub lang: Lang,
    /// Where it is sent.
    pub action: String,
    /// What the button says.
    pub submit: &'static str,
    /// Where the way back leads; empty for none.
    pub back: String,
    /// The version that was seen.
    pub version: Option<i64>,
    /// The fields in their order.
    pub fields: Vec<Field>,
    /// Set when somebody else was faster.
    pub overtaken: Option<Overtaken>,
    /// What stands in the way and belongs to no field.
    pub refused: Option<String>,
}

impl Form {
    /// A form without fields that is sent to `action`.
    pub fn new(lang: Lang, action: impl Into<String>, submit: &str) -> Form {
        Form {
            lang,
            action: action.into(),
            submit: lang.t(submit),
            back: String::new(),
            version: None,
            fields: Vec::new(),
            overtaken: None,
            refused: None,
        }
    }

    /// With a way back.
    #[must_use]
    pub fn back(mut self, href: impl Into<String>) -> Form {
        self.back = href.into();
        self
    }

    /// Of a thing in this version.
    #[must_use]
    pub fn version(mut self, version: i64) -> Form {
        self.version = Some(version);
        self
    }

    /// With a field that must be filled in; `label` is a key of `admin.field`.
    #[must_use]
    pub fn needed(self, name: &'static str, label: &str, input: Input) -> Form {
        self.with(name, label, input, true)
    }

    /// With a field that may stay empty.
    #[must_use]
    pub fn optional(self, name: &'static str, label: &str, input: Input) -> Form {
        self.with(name, label, input, false)
    }

    fn with(mut self, name: &'static str, label: &str, input: Input, is_needed: bool) -> Form {
        let help = if input == Input::Day { self.lang.t("admin.field.days_help") } else { "" };
        let label = self.lang.t(&format!("admin.field.{label}"));
        self.fields.push(Field { name, label, help, input, value: String::new(), is_needed, error: None });
        self
    }

    /// A sentence below the last field.
    #[must_use]
    pub fn help(mut self, key: &str) -> Form {
        let help = self.lang.t(key);
        if let Some(field) = self.fields.last_mut() {
            field.help = help;
        }
        self
    }

    /// What stands in the last field at first.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Form {
        if let Some(field) = self.fields.last_mut() {
            field.value = value.into();
        }
        self
    }

    /// Takes over what was typed and looks whether it can be: needed, short enough, a date, one of the list.
    pub fn take(&mut self, sent: &Sent) {
        let lang = self.lang;
        if let Some(version) = sent.get("version").and_then(|text| text.parse().ok()) {
            self.version = Some(version);
        }
        for field in &mut self.fields {
            if field.input == Input::Fixed {
                continue;
            }
            field.value = sent.get(field.name).map(|text| text.trim().to_owned()).unwrap_or_default();
            field.error = field.fault(lang);
        }
    }

    /// The value of a field; empty for one that there is not.
    pub fn get(&self, name: &str) -> &str {
        self.fields.iter().find(|field| field.name == name).map_or("", |field| field.value.as_str())
    }

    /// The value of a field that may stay empty.
    pub fn some(&self, name: &str) -> Option<&str> {
        Some(self.get(name)).filter(|value| !value.is_empty())
    }

    /// Puts an error beside a field.
    pub fn wrong(&mut self, name: &str, sentence: impl Into<String>) {
        if let Some(field) = self.fields.iter_mut().find(|field| field.name == name) {
            field.error = Some(sentence.into());
        }
    }

    /// How many fields are wrong.
    pub fn faults(&self) -> usize {
        self.fields.iter().filter(|field| field.error.is_some()).count()
    }

    /// Can it be saved as it is?
    pub fn is_well(&self) -> bool {
        self.faults() == 0 && self.refused.is_none()
    }

    /// How many things are to be mended, as a sentence.
    pub fn said(&self) -> String {
        match &self.refused {
            Some(sentence) => sentence.clone(),
            None => self.lang.f("admin.error.check", &[("n", &self.faults())]),
        }
    }

    /// Says that somebody else was faster: who, when, and where the values now differ from what was typed. The form
    /// then carries the version of now, so that saving again is a decision.
    pub fn overtake(&mut self, who: String, now: &BTreeMap<&str, String>, version: i64, href: &str) {
        let lang = self.lang;
        let differences = self.fields.iter().filter_map(|field| {
            let theirs = now.get(field.name)?;
            let (theirs, yours) = (field.shown(theirs), field.shown(&field.value));
            (theirs != yours).then(|| {
                let all: [(&str, &dyn std::fmt::Display); 3] =
                    [("field", &field.label), ("theirs", &theirs), ("yours", &yours)];
                lang.f("admin.conflict.field", &all)
            })
        });
        let differences = differences.collect();
        self.overtaken = Some(Overtaken { who, differences, href: href.to_owned() });
        self.version = Some(version);
    }
}

impl Field {
    fn fault(&self, lang: Lang) -> Option<String> {
        if self.value.is_empty() {
            return self.is_needed.then(|| lang.t("admin.error.needed").to_owned());
        }
        match &self.input {
            Input::Text(most) if self.value.chars().count() > *most => {
                Some(lang.f("admin.error.too_long", &[("n", most)]))
            }
            Input::Day if !is_day(&self.value) => Some(lang.t("admin.error.day").to_owned()),
            Input::Choice(all) if !all.iter().any(|choice| choice.value == self.value) => {
                Some(lang.t("admin.error.choose").to_owned())
            }
            _ => None,
        }
    }

    /// A value as a reader sees it: of a choice its label.
    pub fn shown(&self, value: &str) -> String {
        match &self.input {
            Input::Choice(all) => all
                .iter()
                .find(|choice| choice.value == value)
                .map_or(value, |choice| &choice.label)
                .to_owned(),
            _ => value.to_owned(),
        }
    }

    /// The choices, none for other inputs.
    pub fn choices(&self) -> &[Choice] {
        match &self.input {
            Input::Choice(all) => all,
            _ => &[],
        }
    }

    /// Is it this kind of input: `text`, `day`, `choice`, `fixed`?
    pub fn is(&self, kind: &str) -> bool {
        kind == match self.input {
            Input::Text(_) => "text",
            Input::Day => "day",
            Input::Choice(_) => "choice",
            Input::Fixed => "fixed",
        }
    }

    /// At most so many characters.
    pub fn most(&self) -> usize {
        if let Input::Text(most) = self.input { most } else { 10 }
    }
}

/// Is it a date of the calendar, written 2020-06-30?
fn is_day(text: &str) -> bool {
    text.len() == 10 && text.as_bytes()[4] == b'-' && mingjing_model::time::parse_day(text).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> Form {
        let choices = vec![Choice { value: "1".to_owned(), label: "甲".to_owned() }];
        Form::new(Lang::Zh, "/x", "admin.button.save")
            .needed("name", "name", Input::Text(3))
            .needed("office", "office", Input::Choice(choices))
            .optional("until", "until", Input::Day)
    }

    fn sent(pairs: &[(&str, &str)]) -> Sent {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn what_was_typed_is_kept_and_every_fault_stands_beside_its_field() {
        let mut form = form();
        form.take(&sent(&[("name", "一二三四"), ("office", "2"), ("until", "2020/6/30"), ("version", "4")]));
        assert_eq!(form.get("name"), "一二三四");
        assert_eq!(form.faults(), 3);
        assert_eq!(form.version, Some(4));
        form.take(&sent(&[("name", " 一 "), ("office", "1")]));
        assert!(form.is_well());
        assert_eq!((form.get("name"), form.some("until")), ("一", None));
    }

    #[test]
    fn whoever_was_overtaken_sees_who_and_what() {
        let mut form = form();
        form.take(&sent(&[("name", "乙"), ("office", "1"), ("version", "1")]));
        let now = BTreeMap::from([("name", "丙".to_owned()), ("office", "1".to_owned())]);
        form.overtake("赵甲子".to_owned(), &now, 2, "/x");
        let overtaken = form.overtaken.unwrap();
        assert_eq!(overtaken.differences.len(), 1, "only what differs: {:?}", overtaken.differences);
        assert!(overtaken.differences[0].contains('丙') && overtaken.differences[0].contains('乙'));
        assert_eq!(form.version, Some(2));
    }

    #[test]
    fn a_day_is_one_of_the_calendar() {
        assert!(is_day("2020-02-29"));
        for text in ["2020-02-30", "2020-2-29", "20200229", "29.02.2020"] {
            assert!(!is_day(text), "{text}");
        }
    }
}
