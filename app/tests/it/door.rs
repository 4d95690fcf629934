//! Somebody who is signed in, and everything that a request needs.

use std::sync::{Arc, Mutex};

use app::access::{Activity, Known, Strangers, know};
use app::{
    AppState, Assets, CollectorHandle, Door, Installation, Mode, Notary, Replayed, Tools, Verified,
};
use axum::Router;
use axum::middleware::from_fn_with_state;
use domain::{ManualClock, Role};
use identity::pace::{Pace, Settings};
use identity::{SealingKey, Secret};
use store::{Bounds, By, NewPerson, Proof, Reader, Session, Stage, Writer};
use tokio::sync::{Semaphore, watch};
use trail::Signer;

use crate::samples::NOW;

/// A server on which nobody can sign in but by [`signed_in`].
pub(crate) fn state(writer: Writer, reader: Reader, collector: CollectorHandle) -> AppState {
    AppState {
        reader,
        writer,
        door: Arc::new(Door {
            pace: Mutex::new(Pace::new(Settings::DEFAULT)),
            key: SealingKey::passing().unwrap(),
            hashing: Semaphore::new(2),
            provider: None,
            demo_token: None,
        }),
        activity: Activity::default(),
        known: Known::default(),
        strangers: Strangers::default(),
        clock: Arc::new(ManualClock::at(NOW)),
        wall: Arc::new(ManualClock::at(NOW)),
        collector,
        assets: Arc::new(Assets::default()),
        mode: Mode::Serve,
        version: "0.1.0",
        oncall: app::OnCall::new(store::alert::Setting::bare(
            "America/Chicago",
            domain::Timestamp(0),
        )),
        attack: None,
        backups: None,
        installation: Arc::new(Installation::default()),
        notary: Arc::new(Notary { signer: Signer::from_seed(&[7; 32]), origin: "test".to_owned() }),
        verified: watch::channel(Verified::default()).1,
        tools: Tools {
            sieve: Arc::new(telemetry::Sieve::new(&[], [7; 32]).unwrap()),
            replay: |_, _, _, _, _| Replayed::default(),
        },
    }
}

/// The router as the server puts it up: it finds out who asks.
pub(crate) fn knowing(router: Router, state: AppState) -> Router {
    router.layer(from_fn_with_state(state, know))
}

/// Signs somebody in and returns what their browser holds.
pub(crate) async fn signed_in(writer: &Writer, role: Role) -> String {
    let by = By::system(NOW);
    let name = format!("{}-1", role.as_str());
    let new = NewPerson { name, role, bounds: Bounds::default(), external: None, demo: false };
    let person = writer.person_add(&by, &new).await.unwrap();
    let secret = Secret::session().unwrap();
    let session = Session {
        digest: secret.digest(),
        id: 0,
        person,
        stage: Stage::Full,
        created: NOW,
        last_active: NOW,
        fresh: Some(NOW),
        address: String::new(),
        agent: String::new(),
    };
    writer.session_begin(&by, &session, &Proof::Vouched("test")).await.unwrap();
    secret.reveal().as_str().to_owned()
}
