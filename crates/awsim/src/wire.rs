//! The listener: TCP connections that a fault can break in the middle of an answer.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// How many more bytes a connection may write; negative means as many as it likes.
#[derive(Debug, Clone)]
pub(crate) struct Fuse(Arc<AtomicI64>);

impl Fuse {
    fn new() -> Fuse {
        Fuse(Arc::new(AtomicI64::new(-1)))
    }

    /// Lets `bytes` more through, then breaks the connection.
    pub(crate) fn light(&self, bytes: i64) {
        self.0.store(bytes, Ordering::SeqCst);
    }

    /// How much of `wanted` may be written now.
    fn allow(&self, wanted: usize) -> io::Result<usize> {
        match self.0.load(Ordering::SeqCst) {
            left if left < 0 => Ok(wanted),
            0 => Err(io::ErrorKind::ConnectionReset.into()),
            left => Ok(wanted.min(left as usize)),
        }
    }

    fn spend(&self, written: usize) {
        let left = self.0.load(Ordering::SeqCst);
        if left > 0 {
            self.0.store((left - written as i64).max(0), Ordering::SeqCst);
        }
    }
}

impl Connected<IncomingStream<'_, Wire>> for Fuse {
    fn connect_info(stream: IncomingStream<'_, Wire>) -> Fuse {
        stream.io().fuse.clone()
    }
}

/// A TCP listener whose connections carry a [`Fuse`].
#[derive(Debug)]
pub(crate) struct Wire(pub TcpListener);

impl Listener for Wire {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        loop {
            match self.0.accept().await {
                Ok((stream, peer)) => {
                    // Small answers must not wait for the peer's acknowledgement.
                    let _ = stream.set_nodelay(true);
                    return (Connection { stream, fuse: Fuse::new() }, peer);
                }
                Err(error) => {
                    tracing::debug!(%error, "accept failed");
                    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// One connection.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    fuse: Fuse,
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let allowed = match self.fuse.allow(bytes.len()) {
            Ok(allowed) => allowed,
            Err(error) => return Poll::Ready(Err(error)),
        };
        let written = Pin::new(&mut self.stream).poll_write(context, &bytes[..allowed]);
        if let Poll::Ready(Ok(count)) = written {
            self.fuse.spend(count);
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
