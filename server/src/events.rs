//! `/events`: progress of the running round, and that the on-call queue has changed, as server-sent
//! events.

use std::convert::Infallible;
use std::time::Duration;

use app::Progress;
use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures::{Stream, StreamExt as _};
use tokio::sync::watch;
use tokio_stream::wrappers::WatchStream;

use crate::http::Shared;

/// Long enough to cost nothing, short enough for proxies that close silent connections.
const KEEP_ALIVE: Duration = Duration::from_secs(20);

/// One event now, and one for each change, until the browser leaves or the server stops.
pub async fn events(
    State(shared): State<Shared>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let mut stopping = shared.stopping.clone();
    let stopped = async move {
        // An error means that the server is gone already.
        let _ = stopping.wait_for(|stop| *stop).await;
    };
    let rounds = WatchStream::new(shared.app.collector.subscribe()).map(|it| event(&it));
    let queue = WatchStream::new(shared.app.oncall.changes.subscribe())
        .map(|count| Event::default().event("oncall").data(count.to_string()));
    let changes = futures::stream::select(rounds, queue).map(Ok).take_until(Box::pin(stopped));
    Sse::new(changes).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
}

fn event(progress: &Progress) -> Event {
    let event = Event::default().event("progress").retry(Duration::from_secs(3));
    event.json_data(progress).unwrap_or_else(|error| {
        tracing::error!(%error, "progress could not be written as JSON");
        Event::default().comment("unreadable")
    })
}

/// Whether the server is about to stop.
pub type Stopping = watch::Receiver<bool>;
