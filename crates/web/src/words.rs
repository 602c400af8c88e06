//! What users read: every sentence of `data/text/<language>/<noun>.yaml`, compiled in.
//!
//! A key begins with the name of its file: `sign_in.title`. Both languages have the same keys; a test says so.

use std::fmt::Display;

mod sentences {
    include!(concat!(env!("OUT_DIR"), "/sentences.rs"));
}

/// A language of the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// 简体中文.
    #[default]
    Zh,
    /// English.
    En,
}

impl Lang {
    /// All, the first one first.
    pub const ALL: [Lang; 2] = [Lang::Zh, Lang::En];

    /// The tag that is stored and stands in `<html lang>`.
    pub fn tag(self) -> &'static str {
        match self {
            Lang::Zh => "zh-CN",
            Lang::En => "en",
        }
    }

    /// Its own name.
    pub fn name(self) -> &'static str {
        match self {
            Lang::Zh => "简体中文",
            Lang::En => "English",
        }
    }

    /// Of a stored tag.
    pub fn of_tag(tag: &str) -> Option<Lang> {
        Lang::ALL.into_iter().find(|lang| lang.tag() == tag)
    }

    /// The one a browser prefers by its `Accept-Language`; `None` if it names neither.
    pub fn of_header(header: &str) -> Option<Lang> {
        header.split(',').find_map(|part| {
            let tag = part.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
            match tag.split('-').next() {
                Some("zh") => Some(Lang::Zh),
                Some("en") => Some(Lang::En),
                _ => None,
            }
        })
    }

    /// The sentence of a key. A key without a sentence is a fault of ours: it is logged and shown as `〈?〉`.
    pub fn t(self, key: &str) -> &'static str {
        self.sentence(key).unwrap_or_else(|| {
            tracing::error!(key, "no such sentence");
            "〈?〉"
        })
    }

    /// The sentence of a key, if there is one.
    pub fn sentence(self, key: &str) -> Option<&'static str> {
        let all = self.all();
        all.binary_search_by(|(name, _)| (*name).cmp(key)).ok().map(|at| all[at].1)
    }

    /// The sentence of a key with `{name}` filled in.
    pub fn f(self, key: &str, arguments: &[(&str, &dyn Display)]) -> String {
        fill(self.t(key), arguments)
    }

    /// A sentence with one name filled in, for templates: `{{ lang.f1("my.factor.since", "when", since) }}`.
    pub fn f1(self, key: &str, name: &str, value: impl Display) -> String {
        self.f(key, &[(name, &value)])
    }

    /// All keys with their sentences.
    pub fn all(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Lang::Zh => sentences::ZH,
            Lang::En => sentences::EN,
        }
    }
}

/// `{name}` replaced by what stands for it; what is not given stays.
fn fill(sentence: &str, arguments: &[(&str, &dyn Display)]) -> String {
    let mut filled = String::with_capacity(sentence.len() + 16);
    let mut rest = sentence;
    while let Some(open) = rest.find('{') {
        filled.push_str(&rest[..open]);
        let after = &rest[open + 1..];
        let value = after.find('}').and_then(|close| {
            let (_, value) = arguments.iter().find(|(name, _)| *name == &after[..close])?;
            Some((close, value))
        });
        match value {
            Some((close, value)) => {
                filled.push_str(&value.to_string());
                rest = &after[close + 1..];
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_is_not_filled_again() {
        assert_eq!(fill("{a} und {b}{c", &[("a", &"{b}"), ("b", &2)]), "{b} und 2{c");
    }

    #[test]
    fn the_browser_chooses_among_the_two_languages() {
        assert_eq!(Lang::of_header("fr-FR,en-GB;q=0.8,zh;q=0.5"), Some(Lang::En));
        assert_eq!(Lang::of_header("zh-Hans-CN"), Some(Lang::Zh));
        assert_eq!(Lang::of_header("fr"), None);
    }

    #[test]
    fn both_languages_have_the_same_keys_and_the_same_names_to_fill_in() {
        let names = |sentence: &str| {
            let mut names: Vec<String> = sentence
                .split('{')
                .skip(1)
                .filter_map(|part| part.split_once('}'))
                .map(|(name, _)| name.to_owned())
                .collect();
            names.sort();
            names.dedup();
            names
        };
        for (key, zh) in Lang::Zh.all() {
            let en = Lang::En.sentence(key).unwrap_or_else(|| panic!("{key} is missing in en"));
            assert_eq!(names(zh), names(en), "{key}");
        }
        for (key, _) in Lang::En.all() {
            assert!(Lang::Zh.sentence(key).is_some(), "{key} is missing in zh-CN");
        }
    }
}
