//! Out to the provider and back: the authorization code flow with PKCE (OpenID Connect Core 1.0,
//! section 3.1; RFC 7636).

use std::pin::Pin;
use std::time::{Duration, Instant};

use domain::{Role, Timestamp};
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreErrorResponseType,
    CoreGenderClaim, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm,
    CoreProviderMetadata, CoreRevocableToken, CoreRevocationErrorResponse,
    CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AccessTokenHash, AsyncHttpClient, AuthorizationCode, ClientId, ClientSecret, CsrfToken,
    EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest,
    HttpResponse, IdTokenClaims, IdTokenFields, IssuerUrl, Nonce, OAuth2TokenResponse as _,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, StandardErrorResponse,
    StandardTokenResponse, TokenResponse as _, UserInfoClaims,
};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use crate::claims::{Others, Vouched, role, second_factor};
use crate::error::Error;

/// How long the provider's description and keys are kept; it may change its keys at any time, so a
/// token that does not verify makes us read them again.
const KEPT: Duration = Duration::from_mins(5);
/// How long one question may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Nothing that a provider says is larger.
const LARGEST: usize = 1 << 20;
/// Between asking for a fresh sign-in and its answer.
const FRESH: Duration = Duration::from_mins(5);

/// Which provider, and who we are there.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The issuer, letter by letter.
    pub issuer: String,
    /// Our name there.
    pub client_id: String,
    /// Our secret there, if there is one.
    pub client_secret: Option<String>,
    /// Where it sends browsers back to.
    pub redirect: String,
    /// The claim that lists groups.
    pub groups_claim: String,
    /// Groups and their roles; the first that fits counts.
    pub groups: Vec<(String, Role)>,
}

/// A sign-in that was begun: where the browser goes, and what is kept until it is back.
#[derive(Debug)]
pub struct Begun {
    /// The provider's page.
    pub url: String,
    /// To be kept secret in the browser that began.
    pub pending: Pending,
}

/// What ties an answer to the browser that began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    state: String,
    nonce: String,
    verifier: String,
    /// Whether the person was to be asked again, although they may be signed in there.
    pub again: bool,
}

/// The protocol with one provider.
#[derive(Debug)]
pub struct Client {
    settings: Settings,
    http: Http,
    known: Mutex<Option<(Instant, CoreProviderMetadata)>>,
}

type Tokens = StandardTokenResponse<
    IdTokenFields<
        Others,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;

type Protocol = openidconnect::Client<
    Others,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

type Claims = IdTokenClaims<Others, CoreGenderClaim>;

impl Client {
    /// Prepares; the provider is asked when somebody signs in.
    ///
    /// # Errors
    /// When the system's certificates cannot be read.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        // An error means that a provider of cryptography was chosen already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .timeout(PATIENCE)
            // A provider that redirects could send us anywhere.
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| Error::Unreachable(error.to_string()))?;
        Ok(Self { settings, http: Http(http), known: Mutex::new(None) })
    }

    /// Where to send the browser. With `again` the provider is to ask the person afresh.
    ///
    /// # Errors
    /// [`Error::Unreachable`] when the provider does not describe itself.
    pub async fn begin(&self, again: bool) -> Result<Begun, Error> {
        let client = self.protocol(false).await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let mut request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .set_pkce_challenge(challenge);
        for scope in ["profile", "email", "groups"] {
            // Providers ignore scopes that they do not know (OpenID Connect Core, 3.1.2.1).
            request = request.add_scope(Scope::new(scope.to_owned()));
        }
        if again {
            request = request.add_prompt(CoreAuthPrompt::Login).set_max_age(Duration::ZERO);
        }
        let (url, state, nonce) = request.url();
        let pending = Pending {
            state: state.secret().clone(),
            nonce: nonce.secret().clone(),
            verifier: verifier.secret().clone(),
            again,
        };
        Ok(Begun { url: url.to_string(), pending })
    }

    /// Turns the answer into a person.
    ///
    /// # Errors
    /// Each variant of [`Error`]: the answer does not belong to `pending`, the code is not taken,
    /// the token does not verify, or nobody with a role is meant.
    pub async fn finish(
        &self,
        pending: &Pending,
        (state, code): (&str, &str),
        now: Timestamp,
    ) -> Result<Vouched, Error> {
        // Both are random and used once: comparing them tells nothing to whoever measures.
        if pending.state != state {
            return Err(Error::NotBegun);
        }
        let client = self.protocol(false).await?;
        let tokens = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(|error| Error::Unreachable(error.to_string()))?
            .set_pkce_verifier(PkceCodeVerifier::new(pending.verifier.clone()))
            .request_async(&self.http)
            .await
            .map_err(|error| match error {
                openidconnect::RequestTokenError::ServerResponse(said) => {
                    Error::Code(said.to_string())
                }
                openidconnect::RequestTokenError::Request(error) => {
                    Error::Unreachable(error.to_string())
                }
                other => Error::Token(other.to_string()),
            })?;
        let claims = match verified(&client, pending, &tokens) {
            Ok(claims) => claims,
            // The provider may have changed its keys a moment ago.
            Err(_) => verified(&self.protocol(true).await?, pending, &tokens)?,
        };
        if pending.again && !fresh(&claims, now) {
            return Err(Error::NotFresh);
        }
        self.vouched(&client, &tokens, &claims).await
    }

    async fn vouched(
        &self,
        client: &Protocol,
        tokens: &Tokens,
        claims: &Claims,
    ) -> Result<Vouched, Error> {
        let claim = &self.settings.groups_claim;
        let subject = claims.subject().to_string();
        let mut groups = claims.additional_claims().groups(claim);
        let mut name = claims
            .preferred_username()
            .map(|name| name.to_string())
            .or_else(|| claims.email().map(|email| email.to_string()));
        if groups.is_none() || name.is_none() {
            // Many providers keep the token small and tell the rest when asked.
            let about = self.about(client, tokens, claims).await?;
            groups = groups.or_else(|| about.additional_claims().groups(claim));
            name = name
                .or_else(|| about.preferred_username().map(|name| name.to_string()))
                .or_else(|| about.email().map(|email| email.to_string()));
        }
        let role = role(&self.settings.groups, &groups.unwrap_or_default()).ok_or(Error::NoRole)?;
        let methods: Vec<String> =
            claims.auth_method_refs().into_iter().flatten().map(|it| it.to_string()).collect();
        Ok(Vouched {
            issuer: self.settings.issuer.clone(),
            name: name.unwrap_or_else(|| subject.clone()),
            subject,
            role,
            second_factor: second_factor(&methods),
        })
    }

    async fn about(
        &self,
        client: &Protocol,
        tokens: &Tokens,
        claims: &Claims,
    ) -> Result<UserInfoClaims<Others, CoreGenderClaim>, Error> {
        client
            .user_info(tokens.access_token().clone(), Some(claims.subject().clone()))
            .map_err(|error| Error::Token(error.to_string()))?
            .request_async(&self.http)
            .await
            .map_err(|error| Error::Token(chain(&error)))
    }

    /// The provider's description, as of a moment ago or now.
    async fn protocol(&self, anew: bool) -> Result<Protocol, Error> {
        let mut known = self.known.lock().await;
        let kept = known.as_ref().filter(|(at, _)| !anew && at.elapsed() < KEPT);
        let metadata = if let Some((_, metadata)) = kept {
            metadata.clone()
        } else {
            let metadata = self.discover().await?;
            *known = Some((Instant::now(), metadata.clone()));
            metadata
        };
        drop(known);
        let Settings { client_id, client_secret, redirect, .. } = &self.settings;
        let redirect = RedirectUrl::new(redirect.clone())
            .map_err(|error| Error::Unreachable(error.to_string()))?;
        Ok(openidconnect::Client::from_provider_metadata(
            metadata,
            ClientId::new(client_id.clone()),
            client_secret.clone().map(ClientSecret::new),
        )
        .set_redirect_uri(redirect))
    }

    async fn discover(&self) -> Result<CoreProviderMetadata, Error> {
        let issuer = IssuerUrl::new(self.settings.issuer.clone())
            .map_err(|error| Error::Unreachable(error.to_string()))?;
        CoreProviderMetadata::discover_async(issuer, &self.http)
            .await
            .map_err(|error| Error::Unreachable(chain(&error)))
    }
}

/// Issuer, audience, time, signature and nonce (OpenID Connect Core, 3.1.3.7), and that the
/// access token came with this token.
fn verified(client: &Protocol, pending: &Pending, tokens: &Tokens) -> Result<Claims, Error> {
    let unverified = |error: &dyn std::error::Error| Error::Token(chain(error));
    let token = tokens.id_token().ok_or_else(|| Error::Token("there is no ID token".to_owned()))?;
    let verifier = client.id_token_verifier();
    let claims = token
        .claims(&verifier, &Nonce::new(pending.nonce.clone()))
        .map_err(|error| unverified(&error))?;
    if let Some(expected) = claims.access_token_hash() {
        let algorithm = token.signing_alg().map_err(|error| unverified(&error))?;
        let key = token.signing_key(&verifier).map_err(|error| unverified(&error))?;
        let found = AccessTokenHash::from_token(tokens.access_token(), algorithm, key)
            .map_err(|error| unverified(&error))?;
        if found != *expected {
            return Err(Error::Token("the access token belongs to another answer".to_owned()));
        }
    }
    Ok(claims.clone())
}

/// Asks over HTTP.
#[derive(Debug)]
struct Http(reqwest::Client);

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = Trouble;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Trouble>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(ask(&self.0, request))
    }
}

async fn ask(http: &reqwest::Client, request: HttpRequest) -> Result<HttpResponse, Trouble> {
    let mut answer = http.execute(reqwest::Request::try_from(request)?).await?;
    let (status, headers) = (answer.status(), answer.headers().clone());
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > LARGEST {
            return Err(Trouble::TooLarge);
        }
    }
    let mut response = HttpResponse::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response)
}

/// Why a question was not answered.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error("{0}")]
    Http(#[from] reqwest::Error),
    #[error("the answer is larger than a mebibyte")]
    TooLarge,
}

/// Whether the person was asked a moment ago (`auth_time`, OpenID Connect Core, 2). Without the
/// claim nobody knows.
fn fresh(claims: &Claims, now: Timestamp) -> bool {
    let Some(asked) = claims.auth_time() else { return false };
    let since = now.0.saturating_sub(asked.timestamp_millis());
    u64::try_from(since).is_ok_and(|since| since <= FRESH.as_millis() as u64)
}

/// An error with what caused it.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
