//! HTTP servers on this machine: what they were asked, and what they answer.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// One request as it came.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: String,
    pub path: String,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Asked {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name}")).to_str().unwrap()
    }
}

/// One answer.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

pub fn status(status: u16) -> Reply {
    // Whatever a server says about what we sent must not come back in our words.
    let body = "you sent topsecret and hunter2 with xoxb-1".to_owned();
    Reply { status, headers: Vec::new(), body }
}

pub fn said(body: &str) -> Reply {
    Reply { status: 200, headers: Vec::new(), body: body.to_owned() }
}

impl Reply {
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}

#[derive(Default)]
struct Book {
    asked: Vec<Asked>,
    replies: VecDeque<Reply>,
}

/// A server that keeps what it was asked.
#[derive(Clone)]
pub struct Server {
    pub port: u16,
    book: Arc<Mutex<Book>>,
}

impl Server {
    /// Answers with these in turn, then 500.
    pub async fn start(replies: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let book = Arc::new(Mutex::new(Book { asked: Vec::new(), replies: replies.into() }));
        let router = Router::new().fallback(answer).with_state(Arc::clone(&book));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { port, book }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.book.lock().unwrap().asked.clone()
    }

    /// The only request that came.
    pub fn one(&self) -> Asked {
        let asked = self.asked();
        assert_eq!(asked.len(), 1, "{asked:?}");
        asked[0].clone()
    }
}

async fn answer(State(book): State<Arc<Mutex<Book>>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap().to_vec();
    let path = parts.uri.path_and_query().unwrap().to_string();
    let method = parts.method.to_string();
    let reply = {
        let mut book = book.lock().unwrap();
        book.asked.push(Asked { method, path, headers: parts.headers, body });
        book.replies.pop_front().unwrap_or_else(|| status(500))
    };
    let mut response = Response::new(Body::from(reply.body));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap();
    for (name, value) in reply.headers {
        response.headers_mut().insert(name, value.parse().unwrap());
    }
    response
}

/// Takes connections and never says a word.
pub async fn silent() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            held.push(stream);
        }
    });
    port
}

/// A port at which nobody listens.
pub async fn nobody() -> u16 {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port()
}

/// Reads a request and writes these bytes, whatever they are, once for each connection.
pub async fn raw(bytes: &'static [u8]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut read = vec![0; 65_536];
                let _ = stream.read(&mut read).await;
                let _ = stream.write_all(bytes).await;
                tokio::time::sleep(std::time::Duration::from_secs(5)).await;
            });
        }
    });
    port
}

/// A certificate for a name, and a server that has it and answers 204 to whatever comes.
pub struct Secure {
    pub port: u16,
    pub pem: Vec<u8>,
}

pub fn acceptor(name: &str) -> (tokio_rustls::TlsAcceptor, Vec<u8>) {
    let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    (tokio_rustls::TlsAcceptor::from(Arc::new(config)), made.cert.pem().into_bytes())
}

impl Secure {
    pub async fn start(name: &str) -> Self {
        let (acceptor, pem) = acceptor(name);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    let Ok(mut stream) = acceptor.accept(stream).await else { return };
                    let mut read = vec![0; 65_536];
                    if stream.read(&mut read).await.unwrap_or(0) > 0 {
                        let answer = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
                        let _ = stream.write_all(answer).await;
                        let _ = stream.shutdown().await;
                    }
                });
            }
        });
        Self { port, pem }
    }
}
