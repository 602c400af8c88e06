//! How the program is set up: one table of settings, read from a YAML file, the environment and the command line.
//!
//! What later wins over what came before: default, file, environment (`MINGJING_…`), command line. The reference
//! page `docs/guide/settings.md` is written from the same table ([`reference`]); a test compares them.

mod network;
mod table;

pub use network::Network;
pub use table::{ALL, Setting, reference};

use crate::words::Lang;
use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

/// Environment variables that are no settings but are ours.
const BESIDE: [&str; 6] = [
    "MINGJING_SETTINGS",
    "MINGJING_ADMIN_LOGIN",
    "MINGJING_ADMIN_PASSWORD",
    "MINGJING_ADMIN_NAME",
    "MINGJING_ADMIN_CITY",
    "MINGJING_ADMIN_CITY_NAME",
];

/// All settings, checked.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `sqlite:FILE` or `postgres://…`.
    pub database: String,
    /// Where files are kept: uploads, results, keys, exports.
    pub data: PathBuf,
    /// Where to listen.
    pub listen: SocketAddr,
    /// How browsers reach it, such as `https://mingjing.example.gov.cn`, without a final slash.
    pub public_address: Option<String>,
    /// Certificate chain and key, as PEM files.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    /// Who may read `/metrics`.
    pub metrics_from: Vec<Network>,
    /// The language of who names none.
    pub language: Lang,
    /// Minutes without a request after which a session ends.
    pub session_idle_minutes: u32,
    /// Hours after which a session ends in any case.
    pub session_hours: u32,
    /// Attempts to sign in from one address in a minute.
    pub sign_in_per_minute: u32,
    /// Requests to the API with one token in a minute.
    pub api_per_minute: u32,
    /// Bytes of a body that is no upload.
    pub body_bytes_max: u64,
    /// Bytes of an upload.
    pub upload_bytes_max: u64,
    /// Bytes that an uploaded packed file may unpack to.
    pub unpacked_bytes_max: u64,
    /// Folder of this machine from which tables can be chosen.
    pub import_dir: Option<PathBuf>,
    /// Seconds a request may take that is neither upload nor download.
    pub request_seconds: u32,
    /// Jobs at once.
    pub job_workers: u32,
    /// `json` or `text`.
    pub is_log_json: bool,
    /// As for `RUST_LOG`: `info`, `mingjing_web=debug`.
    pub log_level: String,
    /// The city's directory, if people sign in by it.
    pub directory: Option<Directory>,
    /// Variables of the environment that look like ours and are unknown: worth a warning.
    pub unknown: Vec<String>,
}

/// How to sign in by a directory (OpenID Connect).
#[derive(Clone)]
pub struct Directory {
    /// The issuer's address; its discovery document lies below.
    pub issuer: String,
    /// What the directory knows us as.
    pub client_id: String,
    /// Our password there.
    pub client_secret: String,
    /// The name on the button.
    pub name: String,
    /// By what an account is found.
    pub found_by: FoundBy,
    /// The claim that holds the login.
    pub login_claim: String,
    /// May an account be made on the first sign-in, in this office?
    pub create_in_office: Option<i64>,
}

impl fmt::Debug for Directory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Directory").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

/// By what the account of somebody from the directory is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoundBy {
    /// The subject written into the account.
    Subject,
    /// The login, once; then the subject is written into the account.
    Login,
}

/// A setting that cannot be used: the user's fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("设置 {name}（来自{origin}）有误：{why}\nsetting {name} (from {origin}): {why}")]
pub struct Unusable {
    /// Name of the setting.
    pub name: String,
    /// File, environment variable or flag.
    pub origin: String,
    /// What was found, what was expected, what to do.
    pub why: String,
}

impl Settings {
    /// Reads settings: `file` is its name and YAML text, `environment` all variables, `flags` names and values
    /// from the command line.
    ///
    /// # Errors
    /// The first setting that cannot be used.
    pub fn read(
        file: Option<(&str, &str)>,
        environment: impl IntoIterator<Item = (String, String)>,
        flags: &[(&str, String)],
    ) -> Result<Settings, Unusable> {
        let mut given = Given::default();
        if let Some((name, text)) = file {
            given.file(name, text)?;
        }
        given.environment(environment);
        for (name, value) in flags {
            given.values.insert((*name).to_owned(), (value.clone(), format!("--{}", name.replace('_', "-"))));
        }
        given.settings()
    }

    /// How long a request may take.
    pub fn request_time(&self) -> Duration {
        Duration::from_secs(u64::from(self.request_seconds))
    }

    /// Do browsers speak TLS with us or with a proxy before us?
    pub fn is_secure(&self) -> bool {
        self.tls.is_some() || self.public_address.as_deref().is_some_and(|at| at.starts_with("https://"))
    }
}

/// Values with where they come from.
#[derive(Default)]
struct Given {
    values: BTreeMap<String, (String, String)>,
    unknown: Vec<String>,
}

impl Given {
    fn file(&mut self, name: &str, text: &str) -> Result<(), Unusable> {
        let origin = format!(" {name}");
        let wrong =
            |setting: &str, why: String| Unusable { name: setting.to_owned(), origin: origin.clone(), why };
        let values: Option<BTreeMap<String, serde_yaml_ng::Value>> = serde_yaml_ng::from_str(text)
            .map_err(|e| wrong("*", format!("{e}; write `name: value` lines")))?;
        for (setting, value) in values.unwrap_or_default() {
            if !ALL.iter().any(|known| known.name == setting) {
                return Err(wrong(
                    &setting,
                    "there is no such setting; see docs/guide/settings.md".to_owned(),
                ));
            }
            use serde_yaml_ng::Value;
            let value = match value {
                Value::String(text) => text,
                Value::Bool(is) => is.to_string(),
                Value::Number(number) => number.to_string(),
                Value::Null => continue,
                _ => return Err(wrong(&setting, "a single value is expected, lists with commas".to_owned())),
            };
            self.values.insert(setting, (value, origin.clone()));
        }
        Ok(())
    }

    fn environment(&mut self, environment: impl IntoIterator<Item = (String, String)>) {
        for (variable, value) in environment {
            let Some(name) = variable.strip_prefix("MINGJING_") else { continue };
            let name = name.to_ascii_lowercase();
            if ALL.iter().any(|known| known.name == name) {
                self.values.insert(name, (value, format!("environment {variable}")));
            } else if !BESIDE.contains(&variable.as_str()) {
                self.unknown.push(variable);
            }
        }
    }

    /// The text of a setting: as given, else its default; empty counts as not given.
    fn text(&self, name: &str) -> String {
        let given = self.values.get(name).map(|(value, _)| value.trim()).filter(|value| !value.is_empty());
        let default = || ALL.iter().find(|known| known.name == name).map_or("", |known| known.default);
        given.unwrap_or_else(default).to_owned()
    }

    fn optional(&self, name: &str) -> Option<String> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }

    fn wrong(&self, name: &str, why: impl Into<String>) -> Unusable {
        let origin = self.values.get(name).map_or("default", |(_, origin)| origin.as_str());
        Unusable { name: name.to_owned(), origin: origin.to_owned(), why: why.into() }
    }

    fn parse<T: FromStr>(&self, name: &str, expected: &str) -> Result<T, Unusable> {
        let text = self.text(name);
        text.parse().map_err(|_| self.wrong(name, format!("{text:?} is not {expected}")))
    }

    fn number(&self, name: &str, least: u32) -> Result<u32, Unusable> {
        let number = self.parse(name, "a whole number")?;
        match number >= least {
            true => Ok(number),
            false => Err(self.wrong(name, format!("{number} is too small; at least {least}"))),
        }
    }

    fn networks(&self, name: &str) -> Result<Vec<Network>, Unusable> {
        let text = self.text(name);
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts
            .map(|part| {
                let expected = "an address or a network like 10.0.0.0/8";
                part.parse().map_err(|_| self.wrong(name, format!("{part:?} is not {expected}")))
            })
            .collect()
    }

    fn one_of<'a>(&self, name: &str, words: &[&'a str]) -> Result<&'a str, Unusable> {
        let text = self.text(name);
        let found = words.iter().find(|word| **word == text);
        found.copied().ok_or_else(|| self.wrong(name, format!("{text:?} is none of {}", words.join(", "))))
    }

    fn settings(mut self) -> Result<Settings, Unusable> {
        let unknown = std::mem::take(&mut self.unknown);
        let data = PathBuf::from(self.text("data"));
        let inside = || format!("sqlite:{}", data.join("mingjing.db").display());
        Ok(Settings {
            database: self.database(inside)?,
            listen: self.parse("listen", "an address with port like 127.0.0.1:8080")?,
            public_address: self.public_address()?,
            tls: self.tls()?,
            trusted_proxies: self.networks("trusted_proxies")?,
            metrics_from: self.networks("metrics_from")?,
            language: Lang::of_tag(self.one_of("language", &["zh-CN", "en"])?).unwrap_or_default(),
            session_idle_minutes: self.number("session_idle_minutes", 1)?,
            session_hours: self.number("session_hours", 1)?,
            sign_in_per_minute: self.number("sign_in_per_minute", 1)?,
            api_per_minute: self.number("api_per_minute", 1)?,
            body_bytes_max: u64::from(self.number("body_kilobytes_max", 16)?) * 1024,
            upload_bytes_max: u64::from(self.number("upload_megabytes_max", 1)?) * 1024 * 1024,
            unpacked_bytes_max: u64::from(self.number("unpacked_megabytes_max", 1)?) * 1024 * 1024,
            import_dir: self.optional("import_dir").map(PathBuf::from),
            request_seconds: self.number("request_seconds", 1)?,
            job_workers: self.number("job_workers", 1)?,
            is_log_json: self.one_of("log_format", &["json", "text"])? == "json",
            log_level: self.text("log_level"),
            directory: self.directory()?,
            data,
            unknown,
        })
    }

    fn database(&self, inside: impl Fn() -> String) -> Result<String, Unusable> {
        let Some(address) = self.optional("database") else { return Ok(inside()) };
        let is_known =
            ["sqlite:", "postgres://", "postgresql://"].iter().any(|kind| address.starts_with(kind));
        match is_known {
            true => Ok(address),
            false => Err(self.wrong("database", "expected sqlite:FILE or postgres://USER@HOST/NAME")),
        }
    }

    fn public_address(&self) -> Result<Option<String>, Unusable> {
        let Some(address) = self.optional("public_address") else { return Ok(None) };
        let address = address.trim_end_matches('/').to_owned();
        let host = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
        match host {
            Some(host) if !host.is_empty() && !host.contains(['/', '?', '#', '@']) => Ok(Some(address)),
            _ => Err(self
                .wrong("public_address", "expected http(s)://HOST or http(s)://HOST:PORT, nothing behind")),
        }
    }

    fn tls(&self) -> Result<Option<(PathBuf, PathBuf)>, Unusable> {
        match (self.optional("tls_certificate"), self.optional("tls_key")) {
            (None, None) => Ok(None),
            (Some(certificate), Some(key)) => Ok(Some((certificate.into(), key.into()))),
            (None, Some(_)) => {
                Err(self.wrong("tls_certificate", "is missing beside tls_key; give both or none"))
            }
            (Some(_), None) => {
                Err(self.wrong("tls_key", "is missing beside tls_certificate; give both or none"))
            }
        }
    }

    fn directory(&self) -> Result<Option<Directory>, Unusable> {
        let Some(issuer) = self.optional("directory_issuer") else { return Ok(None) };
        let needed = |name: &str| {
            self.optional(name).ok_or_else(|| self.wrong(name, "is missing beside directory_issuer"))
        };
        if self.optional("public_address").is_none() {
            return Err(self.wrong(
                "public_address",
                "is missing beside directory_issuer: the directory must know the way back",
            ));
        }
        let create_in_office = match self.optional("directory_create_in_office") {
            None => None,
            Some(_) => Some(self.parse("directory_create_in_office", "the number of an office")?),
        };
        Ok(Some(Directory {
            issuer,
            client_id: needed("directory_client_id")?,
            client_secret: needed("directory_client_secret")?,
            name: self.text("directory_name"),
            found_by: match self.one_of("directory_found_by", &["subject", "login"])? {
                "login" => FoundBy::Login,
                _ => FoundBy::Subject,
            },
            login_claim: self.text("directory_login_claim"),
            create_in_office,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn none() -> Vec<(String, String)> {
        Vec::new()
    }

    #[test]
    fn without_anything_it_listens_here_and_keeps_all_in_one_directory() {
        let settings = Settings::read(None, none(), &[]).unwrap();
        assert_eq!(settings.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(settings.database, "sqlite:./mingjing-data/mingjing.db");
        assert!(!settings.is_secure());
    }

    #[test]
    fn the_command_line_wins_over_the_environment_and_that_over_the_file() {
        let environment =
            [("MINGJING_LISTEN", "127.0.0.1:2"), ("MINGJING_DATA", "/e"), ("MINGJING_LISTNE", "x")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let file = "listen: 127.0.0.1:1\ndata: /f\nrequest_seconds: 5\n";
        let flags = [("listen", "127.0.0.1:3".to_owned())];
        let settings = Settings::read(Some(("a.yaml", file)), environment, &flags).unwrap();
        assert_eq!(settings.listen.port(), 3);
        assert_eq!(settings.data, PathBuf::from("/e"));
        assert_eq!(settings.request_seconds, 5);
        assert_eq!(settings.unknown, ["MINGJING_LISTNE"]);
    }

    #[test]
    fn what_cannot_be_used_is_named_with_where_it_comes_from() {
        for (text, name) in [
            ("listen: nowhere", "listen"),
            ("lsten: 1", "lsten"),
            ("tls_key: a.pem", "tls_certificate"),
            ("database: mysql://x", "database"),
            ("trusted_proxies: 10.0.0.0/64", "trusted_proxies"),
            ("public_address: https://a/b", "public_address"),
            ("directory_issuer: https://a", "public_address"),
            ("session_hours: 0", "session_hours"),
            ("language: fr", "language"),
        ] {
            let refused = Settings::read(Some(("a.yaml", text)), none(), &[]).unwrap_err();
            assert_eq!(refused.name, name, "{text}");
        }
    }
}
