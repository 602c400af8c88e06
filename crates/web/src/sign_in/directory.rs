//! Signing in by the city's directory: OpenID Connect, code flow with PKCE, state and nonce.
//!
//! The directory's description and keys are fetched for every sign-in, so that a change of its keys needs nothing
//! here. Its token is believed only for our client id, from the configured issuer, signed by one of its keys by an
//! asymmetric method, in its time, and with the nonce of this very sign-in.

use crate::fault::Fault;
use crate::settings;
use chrono::{DateTime, Utc};
use mingjing_model::time::Micros;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreGenderClaim, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm, CoreProviderMetadata,
};
use openidconnect::{
    AccessTokenHash, AdditionalClaims, AuthorizationCode, ClientId, ClientSecret, CsrfToken,
    EmptyExtraTokenFields, HttpRequest, HttpResponse, IdTokenFields, IssuerUrl, Nonce, OAuth2TokenResponse,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, TokenResponse,
};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::time::Duration;

/// Where the directory sends people back to.
pub const BACK: &str = "/sign-in/directory/back";
/// How long the directory may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

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

/// Who the directory says it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its subject there.
    pub subject: String,
    /// The login, by the claim of the settings.
    pub login: Option<String>,
    /// The name.
    pub name: Option<String>,
}

/// The directory.
#[derive(Clone, Debug)]
pub struct Directory {
    /// As set up.
    pub settings: settings::Directory,
    issuer: IssuerUrl,
    back: RedirectUrl,
    http: reqwest::Client,
}

/// Claims beyond the standard ones: the login may stand in any.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Others(HashMap<String, serde_json::Value>);
impl AdditionalClaims for Others {}

type Fields = IdTokenFields<
    Others,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;
type Answer = openidconnect::StandardTokenResponse<Fields, openidconnect::core::CoreTokenType>;
type Client = openidconnect::Client<
    Others,
    openidconnect::core::CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    openidconnect::core::CoreAuthPrompt,
    openidconnect::StandardErrorResponse<openidconnect::core::CoreErrorResponseType>,
    Answer,
    openidconnect::core::CoreTokenIntrospectionResponse,
    openidconnect::core::CoreRevocableToken,
    openidconnect::core::CoreRevocationErrorResponse,
    openidconnect::EndpointSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointMaybeSet,
    openidconnect::EndpointMaybeSet,
>;

impl Directory {
    /// Of the settings; asks nothing of the network yet.
    ///
    /// # Errors
    /// An address is none.
    pub fn new(settings: settings::Directory, public_address: Option<&str>) -> Result<Directory, Fault> {
        let world = |e: &dyn std::fmt::Display| Fault::World(format!("directory: {e}"));
        let back = format!("{}{BACK}", public_address.unwrap_or_default());
        Ok(Directory {
            issuer: IssuerUrl::new(settings.issuer.clone()).map_err(|e| world(&e))?,
            back: RedirectUrl::new(back).map_err(|e| world(&e))?,
            // A redirect could lead our secret elsewhere.
            http: reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .timeout(PATIENCE)
                .build()
                .map_err(|e| world(&e))?,
            settings,
        })
    }

    /// Begins: the address to send the browser to, and what to remember in its session.
    ///
    /// # Errors
    /// The directory does not answer, or not by the standard.
    pub async fn begin(&self, next: String) -> Result<(String, Pending), Fault> {
        let client = self.client().await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let (address, state, nonce) = client
            .authorize_url(flow, CsrfToken::new_random, Nonce::new_random)
            .add_scope(Scope::new("profile".to_owned()))
            .set_pkce_challenge(challenge)
            .url();
        let pending = Pending {
            state: state.secret().clone(),
            nonce: nonce.secret().clone(),
            verifier: verifier.secret().clone(),
            next,
        };
        Ok((address.to_string(), pending))
    }

    /// Ends: who the directory says it is, by the code it gave.
    ///
    /// # Errors
    /// [`Fault::User`] for a token that must not be believed; the directory does not answer.
    pub async fn end(&self, pending: &Pending, code: String, now: Micros) -> Result<Found, Fault> {
        let client = self.client().await?;
        let http = |request| fetch(self.http.clone(), request);
        let answer = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|e| Fault::World(format!("directory: {e}")))?
            .set_pkce_verifier(PkceCodeVerifier::new(pending.verifier.clone()))
            .request_async(&http)
            .await
            .map_err(|e| refused(&format!("no token: {e}")))?;
        let token = answer.id_token().ok_or_else(|| refused("no id token"))?;
        let verifier = client
            .id_token_verifier()
            .set_allowed_algs([
                CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
                CoreJwsSigningAlgorithm::RsaSsaPssSha256,
                CoreJwsSigningAlgorithm::EcdsaP256Sha256,
                CoreJwsSigningAlgorithm::EcdsaP384Sha384,
                CoreJwsSigningAlgorithm::EdDsa,
            ])
            .set_time_fn(move || DateTime::<Utc>::from_timestamp_micros(now).unwrap_or_default());
        let nonce = Nonce::new(pending.nonce.clone());
        let claims = token.claims(&verifier, &nonce).map_err(|e| refused(&e.to_string()))?;
        if let Some(expected) = claims.access_token_hash() {
            let of_token = || {
                let algorithm = token.signing_alg().ok()?;
                let key = token.signing_key(&verifier).ok()?;
                AccessTokenHash::from_token(answer.access_token(), algorithm, key).ok()
            };
            if of_token().as_ref() != Some(expected) {
                return Err(refused("the access token is another's"));
            }
        }
        let claim = |name: &str| match name {
            "preferred_username" => claims.preferred_username().map(|name| name.to_string()),
            "email" => claims.email().map(|email| email.to_string()),
            "sub" => Some(claims.subject().to_string()),
            other => claims.additional_claims().0.get(other)?.as_str().map(str::to_owned),
        };
        Ok(Found {
            subject: claims.subject().to_string(),
            login: claim(&self.settings.login_claim),
            name: claims.name().and_then(|name| name.get(None)).map(|name| name.to_string()),
        })
    }

    async fn client(&self) -> Result<Client, Fault> {
        let http = |request| fetch(self.http.clone(), request);
        let described = CoreProviderMetadata::discover_async(self.issuer.clone(), &http).await;
        let described =
            described.map_err(|e| Fault::World(format!("directory: {}: {e}", self.issuer.as_str())))?;
        let id = ClientId::new(self.settings.client_id.clone());
        let secret = ClientSecret::new(self.settings.client_secret.clone());
        Ok(Client::from_provider_metadata(described, id, Some(secret)).set_redirect_uri(self.back.clone()))
    }
}

/// A token that must not be believed: the reason is for the log.
fn refused(why: &str) -> Fault {
    tracing::warn!(why, "a sign-in by the directory was refused");
    Fault::user("directory", "sign_in.directory_refused")
}

async fn fetch(http: reqwest::Client, request: HttpRequest) -> Result<HttpResponse, reqwest::Error> {
    let answer = http.execute(request.try_into()?).await?;
    let mut response = HttpResponse::new(Vec::new());
    *response.status_mut() = answer.status();
    *response.headers_mut() = answer.headers().clone();
    *response.body_mut() = answer.bytes().await?.to_vec();
    Ok(response)
}
