//! A mail server that speaks just enough, says what it is told to, and keeps what it heard.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

use crate::served::acceptor;

/// How it behaves.
#[derive(Debug, Clone)]
pub struct Manners {
    /// What EHLO offers.
    pub offers: Vec<&'static str>,
    /// The answer to a command that begins so, instead of the usual one.
    pub answers: Vec<(&'static str, &'static str)>,
    /// Says nothing after this command.
    pub silent_after: Option<&'static str>,
    /// Speaks TLS from the first byte, or after STARTTLS, under this name.
    pub tls: Option<&'static str>,
    /// From the first byte.
    pub at_once: bool,
}

impl Default for Manners {
    fn default() -> Self {
        Self {
            offers: vec!["8BITMIME"],
            answers: Vec::new(),
            silent_after: None,
            tls: None,
            at_once: false,
        }
    }
}

/// A running server.
pub struct Post {
    pub port: u16,
    pub pem: Vec<u8>,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Post {
    pub async fn start(manners: Manners) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard: Arc<Mutex<Vec<String>>> = Arc::default();
        let (tls, pem) = acceptor(manners.tls.unwrap_or("localhost"));
        let book = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (manners, book, tls) = (manners.clone(), Arc::clone(&book), tls.clone());
                tokio::spawn(async move {
                    if manners.at_once {
                        let Ok(stream) = tls.accept(stream).await else { return };
                        talk(stream, &manners, &book, true).await;
                    } else if let Some(plain) = talk(stream, &manners, &book, true).await {
                        let Ok(stream) = tls.accept(plain).await else { return };
                        book.lock().unwrap().push("(TLS)".to_owned());
                        talk(stream, &manners, &book, false).await;
                    }
                });
            }
        });
        Self { port, pem, heard }
    }

    /// All lines that came, the message among them.
    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    /// Whether a line came that begins so.
    pub fn was_told(&self, start: &str) -> bool {
        self.heard().iter().any(|line| line.starts_with(start))
    }
}

/// Talks until QUIT; gives the stream back after STARTTLS.
async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    manners: &Manners,
    book: &Mutex<Vec<String>>,
    greets: bool,
) -> Option<S> {
    let mut stream = BufReader::new(stream);
    if greets {
        stream.get_mut().write_all(b"220 mail.example ESMTP\r\n").await.ok()?;
    }
    let mut in_message = false;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let line = line.trim_end().to_owned();
        book.lock().unwrap().push(line.clone());
        if in_message && line != "." {
            continue;
        }
        let command = if in_message { "(message)" } else { line.as_str() };
        if manners.silent_after.is_some_and(|start| command.starts_with(start)) {
            std::future::pending::<()>().await;
        }
        let special = manners.answers.iter().find(|(start, _)| command.starts_with(start));
        let reply =
            special.map_or_else(|| usual(command, manners), |(_, reply)| (*reply).to_owned());
        in_message = !in_message && command == "DATA" && reply.starts_with('3');
        stream.get_mut().write_all(format!("{reply}\r\n").as_bytes()).await.ok()?;
        match command {
            "STARTTLS" if reply.starts_with('2') => return Some(stream.into_inner()),
            "QUIT" => return None,
            _ => {}
        }
    }
}

fn usual(command: &str, manners: &Manners) -> String {
    if command.starts_with("EHLO") {
        let mut lines = vec!["250-mail.example".to_owned()];
        lines.extend(manners.offers.iter().map(|offer| format!("250-{offer}")));
        lines.push("250 HELP".to_owned());
        return lines.join("\r\n");
    }
    match command {
        "DATA" => "354 go on".to_owned(),
        "STARTTLS" => "220 go on".to_owned(),
        "QUIT" => "221 bye".to_owned(),
        _ if command.starts_with("AUTH") => "235 welcome".to_owned(),
        _ => "250 yes".to_owned(),
    }
}
