//! Where a request comes from: the client's network address, and whether a browser sent it from our own page.

use crate::settings::{Network, Settings};
use axum::extract::ConnectInfo;
use axum::http::{Extensions, HeaderMap};
use std::net::{IpAddr, SocketAddr};

/// The client's address: the peer's, or what a trusted proxy says in `X-Forwarded-For` (the last address there that
/// is no trusted proxy itself; what stands before it anybody can write).
pub fn address(extensions: &Extensions, headers: &HeaderMap, settings: &Settings) -> Option<IpAddr> {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>()?.0.ip().to_canonical();
    let is_trusted =
        |address: IpAddr| settings.trusted_proxies.iter().any(|known: &Network| known.holds(address));
    if !is_trusted(peer) {
        return Some(peer);
    }
    let mut nearest = peer;
    let hops = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = hops.flat_map(|line| line.split(',')).map(str::trim).collect();
    for hop in hops.iter().rev() {
        let Ok(address) = hop.parse::<IpAddr>() else { break };
        nearest = address.to_canonical();
        if !is_trusted(nearest) {
            break;
        }
    }
    Some(nearest)
}

/// Does a browser say that another site sent this request? Silence is no statement: the token decides then.
pub fn is_foreign(headers: &HeaderMap, settings: &Settings) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return !matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text("origin") else { return false };
    if settings.public_address.as_deref() == Some(origin) {
        return false;
    }
    let host = text("host").or_else(|| text(":authority"));
    let own = origin.split_once("://").map(|(_, host)| host);
    own.is_none() || own != host
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(peer: &str, forwarded: &[&str], trusted: &str) -> String {
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 1)));
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", line.parse().unwrap());
        }
        let flags = [("trusted_proxies", trusted.to_owned())];
        let settings = Settings::read(None, Vec::new(), &flags).unwrap();
        address(&extensions, &headers, &settings).unwrap().to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_its_own_word() {
        assert_eq!(asked("192.0.2.1", &["198.51.100.7"], ""), "192.0.2.1");
        assert_eq!(asked("10.0.0.1", &["198.51.100.7"], "10.0.0.0/8"), "198.51.100.7");
        assert_eq!(asked("10.0.0.1", &["1.1.1.1, 198.51.100.7", "10.0.0.2"], "10.0.0.0/8"), "198.51.100.7");
        assert_eq!(asked("10.0.0.1", &["nonsense"], "10.0.0.0/8"), "10.0.0.1");
        assert_eq!(asked("::ffff:10.0.0.1", &["198.51.100.7"], "10.0.0.0/8"), "198.51.100.7");
    }

    #[test]
    fn a_request_from_another_site_is_foreign() {
        let settings = Settings::read(None, Vec::new(), &[]).unwrap();
        let foreign = |pairs: &[(&'static str, &str)]| {
            let headers = pairs
                .iter()
                .map(|(name, value)| (axum::http::HeaderName::from_static(name), value.parse().unwrap()));
            is_foreign(&headers.collect(), &settings)
        };
        assert!(foreign(&[("sec-fetch-site", "cross-site")]));
        assert!(foreign(&[("sec-fetch-site", "same-site")]));
        assert!(!foreign(&[("sec-fetch-site", "same-origin")]));
        assert!(foreign(&[("origin", "https://evil.example"), ("host", "here.example")]));
        assert!(foreign(&[("origin", "null"), ("host", "here.example")]));
        assert!(!foreign(&[("origin", "https://here.example"), ("host", "here.example")]));
        assert!(!foreign(&[]));
    }
}
