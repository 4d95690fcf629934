//! The way to TLS: at once, or by STARTTLS (RFC 3207).
//!
//! We speak STARTTLS ourselves. The mail library keeps what was read before TLS and takes it for
//! answers afterwards, so that somebody in between could write the answers of a whole conversation
//! and have a page count as delivered that no server ever took
//! (<https://nostarttls.secvuln.info>). Here whatever follows the answer ends the attempt.

use std::fmt::Debug;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader,
    ReadBuf,
};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use crate::outcome::Outcome;

/// Bytes in a line and lines in an answer, at most; a line of SMTP has 512 (RFC 5321, 4.5.3.1.5).
const LONGEST_LINE: u64 = 1_000;
const MOST_LINES: usize = 100;
/// After STARTTLS there is no second greeting, and the mail library waits for one.
const GREETING: &[u8] = b"220 encrypted\r\n";

/// An encrypted connection.
#[derive(Debug)]
pub(super) struct Encrypted {
    greeting: &'static [u8],
    peer: SocketAddr,
    stream: TlsStream<TcpStream>,
}

impl Encrypted {
    /// The server will greet.
    pub(super) fn at_once(peer: SocketAddr, stream: TlsStream<TcpStream>) -> Self {
        Self { greeting: b"", peer, stream }
    }

    /// The server has greeted.
    pub(super) fn upgraded(peer: SocketAddr, stream: TlsStream<TcpStream>) -> Self {
        Self { greeting: GREETING, peer, stream }
    }
}

impl AsyncTokioStream for Encrypted {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.peer)
    }
}

impl AsyncRead for Encrypted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.greeting.is_empty() {
            return Pin::new(&mut self.stream).poll_read(cx, buffer);
        }
        let (now, later) = self.greeting.split_at(self.greeting.len().min(buffer.remaining()));
        buffer.put_slice(now);
        self.greeting = later;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Encrypted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// Asks for TLS; the connection that comes back is ready for it.
pub(super) async fn starttls(
    host: &str,
    hello: &str,
    stream: TcpStream,
) -> Result<TcpStream, Outcome> {
    let broken = |_: io::Error| Outcome::retry(format!("the connection to {host} broke off"));
    let mut stream = BufReader::new(stream);
    let greeting = read(&mut stream).await.map_err(broken)?;
    expect(host, &greeting)?;
    stream.write_all(format!("EHLO {hello}\r\n").as_bytes()).await.map_err(broken)?;
    let offers = read(&mut stream).await.map_err(broken)?;
    expect(host, &offers)?;
    if !offers
        .iter()
        .any(|line| line.get(4..).is_some_and(|it| it.eq_ignore_ascii_case("STARTTLS")))
    {
        return Err(Outcome::refused(format!("{host} offers no STARTTLS")));
    }
    stream.write_all(b"STARTTLS\r\n").await.map_err(broken)?;
    let ready = read(&mut stream).await.map_err(broken)?;
    expect(host, &ready)?;
    if !stream.buffer().is_empty() {
        let why = format!("{host}, or somebody in between, said more than it may before TLS");
        return Err(Outcome::retry(why));
    }
    Ok(stream.into_inner())
}

/// One answer: lines with `-` after the code, and one without.
async fn read(stream: &mut BufReader<TcpStream>) -> io::Result<Vec<String>> {
    let mut lines = Vec::new();
    while lines.len() < MOST_LINES {
        let mut line = Vec::new();
        (&mut *stream).take(LONGEST_LINE).read_until(b'\n', &mut line).await?;
        let whole = line.ends_with(b"\n") && line.len() >= 4;
        let text = String::from_utf8_lossy(&line).trim_end().to_owned();
        if !whole || code(&text).is_none() {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let goes_on = text.as_bytes().get(3) == Some(&b'-');
        lines.push(text);
        if !goes_on {
            return Ok(lines);
        }
    }
    Err(io::ErrorKind::InvalidData.into())
}

/// The three digits at the beginning.
fn code(line: &str) -> Option<u16> {
    line.get(..3)?.parse().ok()
}

/// 2yz is a yes; 4yz may be one later (RFC 5321, section 4.2.1).
fn expect(host: &str, lines: &[String]) -> Result<(), Outcome> {
    match lines.last().and_then(|line| code(line)) {
        Some(200..=299) => Ok(()),
        Some(code @ 500..) => Err(Outcome::refused(format!("{host} answered {code}"))),
        Some(code) => Err(Outcome::retry(format!("{host} answered {code}"))),
        None => Err(Outcome::retry(format!("the connection to {host} broke off"))),
    }
}
