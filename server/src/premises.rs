//! How the server is reached, and the keys that lie beside the data.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Mutex;

use anyhow::Context as _;
use app::actions::demo;
use app::actions::set_up::{INVITATION_MS, link};
use app::{AppState, Door, Installation, Mode, Notary, Provider};
use domain::{Clock as _, Role};
use identity::pace::{Pace, Settings};
use identity::secret::Secret;
use identity::{SealingKey, session::Expiry};
use store::{Bounds, By, NewPerson, Period, Reader, Writer};
use tokio::sync::Semaphore;
use trail::Signer;
use url::Url;

use crate::backup::Plan;
use crate::clock::SystemClock;
use crate::config::{Backups, Data, Front, OpenId, Target};
use crate::headers::{Names, Secure};
use crate::proxy::Proxies;
use crate::runbooks;
use crate::witness;

/// The variable with the token of the demonstration.
pub const DEMO_TOKEN: &str = "WARDROUND_DEMO_TOKEN";

/// Passwords that are hashed at the same time; each takes some twenty megabytes.
const HASHING: usize = 2;

/// How the server is reached and what it keeps besides the data.
#[derive(Debug, Clone)]
pub struct Premises {
    /// What the operator says of the way in.
    pub front: Front,
    /// The socket that was bound.
    pub local: SocketAddr,
    /// Where checkpoints of the audit log are taken to.
    pub anchors: Vec<Target>,
    /// Copies of the data, if they are wanted.
    pub backups: Option<Backups>,
    /// The provider that signs people in, if there is one.
    pub openid: Option<OpenId>,
    /// The folder with runbooks of the operator, if there is one.
    pub runbooks: Option<PathBuf>,
}

impl Premises {
    /// Loopback only, with nothing outside.
    pub fn at(local: SocketAddr) -> Self {
        Self {
            front: Front::at(local),
            local,
            anchors: Vec::new(),
            backups: None,
            openid: None,
            runbooks: None,
        }
    }

    /// The address that browsers use, without a path: `https://wardround.example.org`.
    pub fn address(&self) -> String {
        let scheme = if self.front.tls.is_some() { "https" } else { "http" };
        self.front.address.clone().unwrap_or_else(|| format!("{scheme}://{}", self.local))
    }

    /// Whether browsers come over TLS.
    pub fn secure(&self) -> Secure {
        Secure(self.address().starts_with("https://"))
    }

    /// The names under which browsers ask, besides those of this machine.
    pub fn names(&self) -> Names {
        let host =
            Url::parse(&self.address()).ok().and_then(|url| Some(url.host_str()?.to_owned()));
        Names(host.into_iter().collect())
    }

    /// The proxies in front.
    pub fn proxies(&self) -> Proxies {
        Proxies(self.front.proxies.clone().into())
    }

    /// How the connection is protected, as a sentence.
    fn protection(&self) -> String {
        let proxies = self.front.proxies.iter().map(ToString::to_string).collect::<Vec<_>>();
        match (&self.front.tls, proxies.is_empty()) {
            (Some(tls), true) => format!("TLS here, with {}.", tls.certificate.display()),
            (Some(tls), false) => format!(
                "TLS here, with {}, and only the proxies {} may connect.",
                tls.certificate.display(),
                proxies.join(", ")
            ),
            (None, false) => {
                format!("TLS at the proxies {}; nobody else may connect.", proxies.join(", "))
            }
            (None, true) => "Loopback only: no other machine reaches it.".to_owned(),
        }
    }

    /// What the page about the installation says.
    pub fn installation(
        &self,
        notary: &Notary,
        plan: Option<&Plan>,
        quarter_budget: f64,
    ) -> Installation {
        Installation {
            quarter_budget,
            address: self.address(),
            protection: self.protection(),
            anchors: self.anchors.iter().map(witness::name).collect(),
            signing_key: notary.signer.public_key().key_id(),
            backups: plan.map(|plan| plan.directory.display().to_string()).unwrap_or_default(),
            backup_every_ms: plan.map(|plan| plan.every_ms),
            provider: self.openid.as_ref().map(|openid| openid.issuer.clone()),
            runbooks: runbooks::shelf(self.runbooks.as_deref()),
        }
    }

    /// The provider, ready to be asked.
    fn provider(&self) -> anyhow::Result<Option<Provider>> {
        let Some(openid) = &self.openid else { return Ok(None) };
        let secret = |path: &PathBuf| {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("reading openid.client_secret_file {}", path.display()))?;
            anyhow::Ok(text.trim().to_owned())
        };
        let client_secret = openid.client_secret_file.as_ref().map(secret).transpose()?;
        let client = openid::Client::new(openid::Settings {
            issuer: openid.issuer.clone(),
            client_id: openid.client_id.clone(),
            client_secret,
            redirect: format!("{}/sign-in/provider/back", self.address()),
            groups_claim: openid.groups_claim.clone(),
            groups: openid.groups.clone(),
        })?;
        let origin = Url::parse(&openid.issuer)?.origin().ascii_serialization();
        Ok(Some(Provider {
            client,
            issuer: openid.issuer.clone(),
            second_factor_there: openid.second_factor_there,
            name: openid.name.clone(),
            origin,
        }))
    }
}

/// The name of this installation in what is signed. The key tells installations apart.
pub const ORIGIN: &str = "wardround";

/// The key that signs checkpoints and exports, and the one that seals second factors.
pub const KEYS: [&str; 2] = ["audit.key", "seal.key"];

/// The folder of keys, beside the database.
pub fn keys(data: &Data) -> PathBuf {
    data.directory.join("keys")
}

/// The key that signs, for commands that need nothing else.
pub fn notary(data: &Data, origin: &str) -> anyhow::Result<Notary> {
    let folder = keys(data);
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("making the folder {}", folder.display()))?;
    let signer = Signer::load_or_make(folder.join(KEYS[0]))?;
    Ok(Notary { signer, origin: origin.to_owned() })
}

/// Makes the keys that are not there yet.
pub fn ensure_keys(data: &Data) -> anyhow::Result<(Notary, SealingKey)> {
    let notary = notary(data, ORIGIN)?;
    let seal = SealingKey::load_or_make(&keys(data).join(KEYS[1]))?;
    Ok((notary, seal))
}

/// Reads the keys, or makes them at the first start.
pub async fn open(
    premises: &Premises,
    data: &Data,
    mode: Mode,
    (writer, reader): (&Writer, &Reader),
) -> anyhow::Result<(Door, Notary)> {
    let (notary, key) = ensure_keys(data)?;
    let demo_token = match mode {
        Mode::Demo => std::env::var(DEMO_TOKEN).ok().filter(|token| !token.is_empty()),
        Mode::Serve => None,
    };
    // Sessions of a process that ended long ago.
    let now = SystemClock.now();
    let (idle, begun) =
        (now.plus(-Expiry::DEFAULT.idle_ms), now.plus(-Expiry::DEFAULT.absolute_ms));
    writer.sessions_settle(&[], idle, begun).await.context("tidying sessions")?;
    let mut pace = Pace::new(Settings::DEFAULT);
    for (name, address, at) in reader.sign_ins(now.plus(-Settings::DEFAULT.known_ms)).await? {
        if let Ok(address) = address.parse() {
            pace.remember(&name, address, at.0);
        }
    }
    let door = Door {
        pace: Mutex::new(pace),
        key,
        hashing: Semaphore::new(HASHING),
        provider: premises.provider()?,
        demo_token,
    };
    Ok((door, notary))
}

/// Makes the six accounts of the demonstration.
pub async fn furnish(state: &AppState) -> anyhow::Result<()> {
    let now = state.wall.now();
    for role in Role::ALL {
        let name = demo::account(role);
        if state.reader.person_named(&name).await?.is_some() {
            continue;
        }
        let day = domain::id::DAY_MS;
        let bounds = if role.bound() {
            Bounds {
                ends: Some(now.plus(365 * day)),
                from: Some(now.plus(-365 * day)),
                to: Some(now.plus(365 * day)),
            }
        } else {
            Bounds::default()
        };
        let new = NewPerson { name, role, bounds, external: None, demo: true };
        state.writer.person_add(&By::system(now), &new).await?;
    }
    Ok(())
}

/// The name of the account that the first link is for.
const FIRST: &str = "administrator";

/// Where nobody can sign in yet: a link for the first administrator. `None` where somebody can.
pub async fn first_link(state: &AppState) -> anyhow::Result<Option<String>> {
    let people = state.reader.people().await?;
    if people.iter().any(|person| person.password.is_some() || person.external) {
        return Ok(None);
    }
    let now = state.wall.now();
    let by = By::system(now);
    let first = people
        .iter()
        .find(|person| person.role == Role::Administrator && person.active(now) && !person.demo);
    let id = if let Some(person) = first {
        person.id
    } else {
        let new = NewPerson {
            name: FIRST.to_owned(),
            role: Role::Administrator,
            bounds: Bounds::default(),
            external: None,
            demo: false,
        };
        state.writer.person_add(&by, &new).await?
    };
    let secret = Secret::invitation()?;
    state.writer.invitation_make(&by, id, &secret.digest(), now.plus(INVITATION_MS)).await?;
    Ok(Some(link(&state.installation.address, &secret)))
}

/// The whole log.
pub const WHOLE: Period = Period { from: None, to: None };
