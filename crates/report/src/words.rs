//! Every sentence a reader sees, in both languages, from `data/text`. A key names one sentence; `{name}` in it
//! is filled in, `` `command` `` is set as code.

use std::collections::BTreeMap;
use std::sync::OnceLock;

const FILES: [&str; 2] =
    [include_str!("../../../data/text/zh-CN.yaml"), include_str!("../../../data/text/en.yaml")];

/// One text in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Both {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Both {
    /// The same text in both.
    pub fn same(text: impl Into<String>) -> Both {
        let zh = text.into();
        Both { en: zh.clone(), zh }
    }

    /// One text for each.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Both {
        Both { zh: zh.into(), en: en.into() }
    }

    /// Fills `{name}` in both.
    pub fn with(self, name: &str, value: impl Into<Both>) -> Both {
        let (mark, value) = (format!("{{{name}}}"), value.into());
        Both { zh: self.zh.replace(&mark, &value.zh), en: self.en.replace(&mark, &value.en) }
    }

    /// This text with another right behind it.
    pub fn and_close(self, more: Both) -> Both {
        Both { zh: self.zh + &more.zh, en: self.en + &more.en }
    }

    /// This text and another, as two sentences.
    pub fn and(self, more: Both) -> Both {
        Both { zh: self.zh + &more.zh, en: self.en + " " + &more.en }
    }
}

impl<T: Into<String>> From<T> for Both {
    fn from(text: T) -> Both {
        Both::same(text)
    }
}

type Texts = BTreeMap<String, BTreeMap<String, String>>;

fn texts() -> &'static [Texts; 2] {
    static TEXTS: OnceLock<[Texts; 2]> = OnceLock::new();
    TEXTS.get_or_init(|| {
        FILES.map(|file| serde_yaml_ng::from_str(file).expect("the texts are part of the program and tested"))
    })
}

/// The sentence of a key such as `top.what`; `None` if there is none.
pub fn find(key: &str) -> Option<Both> {
    let (group, name) = key.split_once('.')?;
    let [zh, en] = texts();
    Some(Both::new(zh.get(group)?.get(name)?, en.get(group)?.get(name)?))
}

/// The sentence of a key; the key itself if there is none (a test looks for that).
pub fn say(key: &str) -> Both {
    find(key).unwrap_or_else(|| Both::same(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn keys(texts: &Texts) -> BTreeSet<String> {
        texts.iter().flat_map(|(group, list)| list.keys().map(move |key| format!("{group}.{key}"))).collect()
    }

    #[test]
    fn both_languages_have_the_same_keys_with_the_same_blanks() {
        let [zh, en] = texts();
        assert_eq!(keys(zh), keys(en));
        let blanks = |text: &str| -> BTreeSet<String> {
            text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0.to_owned())).collect()
        };
        for key in keys(zh) {
            let both = find(&key).unwrap();
            assert!(!both.zh.trim().is_empty() && !both.en.trim().is_empty(), "{key}");
            assert_eq!(blanks(&both.zh), blanks(&both.en), "{key}");
            assert_eq!(both.zh.matches('`').count() % 2, 0, "{key}");
            assert_eq!(both.zh.matches('`').count(), both.en.matches('`').count(), "{key}");
        }
    }

    #[test]
    fn english_texts_hold_no_chinese_but_terms_in_brackets() {
        for (group, list) in &texts()[1] {
            // The button that switches bears the name of the other language.
            for (key, text) in list.iter().filter(|(key, _)| *key != "language") {
                let mut depth = 0;
                let bare = text.chars().any(|c| {
                    depth += i32::from(c == '(') - i32::from(c == ')');
                    depth == 0 && ('\u{4e00}'..='\u{9fff}').contains(&c)
                });
                assert!(!bare, "{group}.{key}: {text}");
            }
        }
    }

    #[test]
    fn nobody_is_called_a_leader_or_an_offender() {
        for list in texts()[0].values() {
            for text in list.values() {
                for word in ["罪犯", "传销头目", "骗子", "高风险人员", "嫌疑人"] {
                    assert!(!text.contains(word), "{text}");
                }
            }
        }
    }
}
