//! Signing in by the city's directory: OpenID Connect, code flow with PKCE, state and nonce.

use serde::{Deserialize, Serialize};

/// A sign-in that was sent to the directory and has not come back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Pending {
    /// What the directory must give back.
    pub state: String,
    /// What its token must hold.
    pub nonce: String,
    /// What proves that the code was asked for by us.
    pub verifier: String,
    /// Where to go afterwards.
    pub next: String,
}
