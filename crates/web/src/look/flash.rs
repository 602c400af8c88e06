//! What is said once on the page after a change, with the way back where there is one.
//!
//! It travels in a cookie from the answer to the deed to the next page. It holds a key of `data/text` and what fills
//! it; the page escapes it like everything else, and only sentences that exist can be said.

use crate::words::Lang;
use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;

const COOKIE_NAME: &str = "mingjing-said";
/// Bytes of the cookie's value at most: browsers drop larger ones.
const BYTES_MAX: usize = 2048;

tokio::task_local! {
    /// What this request brought; taken by the page that says it.
    static SAID: RefCell<Option<Flash>>;
}

/// A sentence for the next page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    /// Key of the sentence.
    #[serde(rename = "k")]
    key: String,
    /// What fills it.
    #[serde(rename = "a", default)]
    arguments: Vec<(String, String)>,
    /// Where a POST takes it back; empty for nowhere.
    #[serde(rename = "u", default)]
    undo: String,
    /// Is it something that did not go as wanted?
    #[serde(rename = "w", default)]
    is_due: bool,
}

impl Flash {
    /// The sentence of a key.
    pub fn new(key: &str) -> Flash {
        Flash { key: key.to_owned(), ..Flash::default() }
    }

    /// With something filled in.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Flash {
        self.arguments.push((name.to_owned(), value.to_string()));
        self
    }

    /// With 撤销: a POST to this path takes the change back.
    #[must_use]
    pub fn undo(mut self, path: impl Into<String>) -> Flash {
        self.undo = path.into();
        self
    }

    /// Something did not go as wanted.
    #[must_use]
    pub fn due(mut self) -> Flash {
        self.is_due = true;
        self
    }

    /// Leads to a page that says it.
    pub fn to(self, path: &str) -> Response {
        let mut response = Redirect::to(path).into_response();
        self.put(&mut response);
        response
    }

    fn put(&self, response: &mut Response) {
        let json = serde_json::to_vec(self).unwrap_or_default();
        let value = hex::encode(json);
        if value.len() <= BYTES_MAX {
            set_cookie(response, &value, 60);
        }
    }

    fn of_cookie(value: &str) -> Option<Flash> {
        let flash: Flash = serde_json::from_slice(&hex::decode(value).ok()?).ok()?;
        let is_known = Lang::Zh.sentence(&flash.key).is_some();
        let is_ours = flash.undo.is_empty() || is_local(&flash.undo);
        (is_known && is_ours).then_some(flash)
    }

    /// In words.
    pub fn said(&self, lang: Lang) -> Said {
        let arguments: Vec<(&str, &dyn std::fmt::Display)> = self
            .arguments
            .iter()
            .map(|(name, value)| (name.as_str(), value as &dyn std::fmt::Display))
            .collect();
        Said { text: lang.f(&self.key, &arguments), undo: self.undo.clone(), is_due: self.is_due }
    }
}

/// A flash in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The sentence.
    pub text: String,
    /// Where a POST takes it back; empty for nowhere.
    pub undo: String,
    /// Is it something that did not go as wanted?
    pub is_due: bool,
}

/// A path of this server: nothing that a browser could take for another host.
pub fn is_local(path: &str) -> bool {
    path.starts_with('/')
        && !path.starts_with("//")
        && path.chars().all(|c| !c.is_control() && c != '\\' && !c.is_whitespace())
}

/// Around all routes: brings what is to be said to the page, and forgets it when a page has said it.
pub async fn layer(request: Request, next: Next) -> Response {
    let cookies = request.headers().get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let found = cookies.flat_map(|line| line.split(';')).find_map(|cookie| {
        let (name, value) = cookie.trim().split_once('=')?;
        (name == COOKIE_NAME).then(|| Flash::of_cookie(value))
    });
    let Some(flash) = found else { return next.run(request).await };
    let is_there = flash.is_some();
    let (mut response, is_taken) = SAID
        .scope(RefCell::new(flash), async {
            let response = next.run(request).await;
            (response, SAID.with(|said| said.borrow().is_none()))
        })
        .await;
    let sets_another = response
        .headers()
        .get_all(SET_COOKIE)
        .iter()
        .any(|value| value.to_str().is_ok_and(|value| value.starts_with(COOKIE_NAME)));
    if (is_taken || !is_there) && !sets_another {
        set_cookie(&mut response, "", 0);
    }
    response
}

/// What is to be said on this page; the next one no longer says it.
pub(super) fn take() -> Option<Flash> {
    SAID.try_with(|said| said.borrow_mut().take()).ok().flatten()
}

fn set_cookie(response: &mut Response, value: &str, seconds: u32) {
    let cookie = format!("{COOKIE_NAME}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sentences_that_exist_are_said_and_only_our_paths_take_back() {
        let value = |flash: &Flash| hex::encode(serde_json::to_vec(flash).unwrap());
        let known = Flash::new("look.said.done").with("n", 3).undo("/changes/1/undo");
        assert_eq!(Flash::of_cookie(&value(&known)), Some(known));
        assert_eq!(Flash::of_cookie(&value(&Flash::new("nothing.like.this"))), None);
        for undo in ["https://elsewhere/", "//elsewhere", "/\\elsewhere", "/ /x", "javascript:1"] {
            assert_eq!(Flash::of_cookie(&value(&Flash::new("look.said.done").undo(undo))), None, "{undo}");
        }
        assert_eq!(Flash::of_cookie("zz"), None);
    }
}
