//! A receiver of notifications: answers each with 204 and notes when it came.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use anyhow::Result;

/// When each incident was first told of, by its number.
type Told = Arc<Mutex<BTreeMap<u64, Instant>>>;

/// A receiver on a loopback port; it listens until this program ends.
#[derive(Debug)]
pub struct Sink {
    /// Port on 127.0.0.1.
    pub port: u16,
    told: Told,
}

impl Sink {
    pub fn start() -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let port = listener.local_addr()?.port();
        let told = Told::default();
        let shared = Arc::clone(&told);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let told = Arc::clone(&shared);
                std::thread::spawn(move || serve(stream, &told));
            }
        });
        Ok(Self { port, told })
    }

    /// When each incident was first told of.
    pub fn told(&self) -> BTreeMap<u64, Instant> {
        self.told.lock().map(|told| told.clone()).unwrap_or_default()
    }
}

/// Requests of one connection, until it ends.
fn serve(mut stream: TcpStream, told: &Told) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            let line = line.trim().to_ascii_lowercase();
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().ok()?;
            }
            if line.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let now = Instant::now();
        stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").ok()?;
        if let Some(incident) = incident(&String::from_utf8_lossy(&body)) {
            told.lock().ok()?.entry(incident).or_insert(now);
        }
    }
}

/// The number of the incident that a notification links to.
fn incident(body: &str) -> Option<u64> {
    let rest = body.split_once("/incidents/")?.1;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::incident;

    #[test]
    fn the_incident_is_the_one_that_is_linked_to() {
        assert_eq!(incident(r#"{"generatorURL":"http://x/incidents/17"}"#), Some(17));
        assert_eq!(incident("{}"), None);
    }
}
