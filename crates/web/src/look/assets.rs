//! Static files: what npm built into `dist`, packed into the program. Names with a hash are kept by browsers for ever.

use crate::fault::Fault;
use axum::body::Body;
use axum::extract::Path;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::OnceLock;

#[derive(RustEmbed)]
#[folder = "dist"]
struct Dist;

/// Where the pages find their files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assets {
    /// Style.
    pub style: String,
    /// Script.
    pub script: String,
    /// Icons.
    pub icons: String,
}

#[derive(Deserialize)]
struct Made {
    file: String,
    #[serde(default)]
    css: Vec<String>,
}

/// The files of this build; empty addresses where npm has not built them.
pub fn assets() -> &'static Assets {
    static ASSETS: OnceLock<Assets> = OnceLock::new();
    ASSETS.get_or_init(|| read().unwrap_or_default())
}

fn read() -> Option<Assets> {
    let manifest = Dist::get("manifest.json")?;
    let made: HashMap<String, Made> = serde_json::from_slice(&manifest.data).ok()?;
    let main = made.get("src/main.ts")?;
    Some(Assets {
        style: format!("/static/{}", main.css.first()?),
        script: format!("/static/{}", main.file),
        icons: format!("/static/{}", made.get("made/icons.svg")?.file),
    })
}

/// `GET /static/{path}`. `app.css` and `app.js` lead to the present files under a name that does not change.
///
/// # Errors
/// There is no such file.
pub async fn file(Path(path): Path<String>) -> Result<Response, Fault> {
    let aliased = match path.as_str() {
        "app.css" => assets().style.strip_prefix("/static/").unwrap_or_default(),
        "app.js" => assets().script.strip_prefix("/static/").unwrap_or_default(),
        other => other,
    };
    // The manifest says what is inside; nobody outside needs it.
    if aliased == "manifest.json" {
        return Err(Fault::NotFound);
    }
    let file = Dist::get(aliased).ok_or(Fault::NotFound)?;
    let keep = match aliased.starts_with("assets/") && aliased == path {
        true => "public, max-age=31536000, immutable",
        false => "no-cache",
    };
    let mut response = Body::from(file.data.into_owned()).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind(aliased)));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(keep));
    Ok(response)
}

fn kind(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("json" | "map") => "application/json",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}
