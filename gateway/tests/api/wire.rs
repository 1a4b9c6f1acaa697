//! A service that behaves badly on purpose: it speaks HTTP by hand, and can be killed and brought back.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

/// What the service does with a request.
pub enum Reply {
    /// Answers at once with these bytes.
    Answer(&'static str),
    /// Takes the request and closes.
    HangUp,
    /// Sends each piece after a pause; a client that goes away meanwhile is counted.
    Slowly(Vec<(Duration, &'static str)>),
    /// An answer of so many bytes, in pieces of 64 KiB that are counted as they are taken.
    Bulk(usize),
}

/// An answer with a body of two bytes.
pub const OK: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";

const NO_DOCUMENT: &str = "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n";

type Script = dyn Fn(&str, usize) -> Reply + Send + Sync;

pub struct Wire {
    pub address: SocketAddr,
    shared: Arc<Shared>,
    alive: Mutex<CancellationToken>,
}

struct Shared {
    script: Box<Script>,
    heads: Mutex<Vec<String>>,
    gone: AtomicUsize,
    written: AtomicUsize,
}

impl Wire {
    /// `script` gets the head of a request and how many came before it on the same connection.
    pub async fn start(script: impl Fn(&str, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let wire = Self {
            address: listener.local_addr().unwrap(),
            shared: Arc::new(Shared {
                script: Box::new(script),
                heads: Mutex::default(),
                gone: AtomicUsize::default(),
                written: AtomicUsize::default(),
            }),
            alive: Mutex::default(),
        };
        wire.listen(listener);
        wire
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Closes everything at once.
    pub fn kill(&self) {
        self.alive.lock().unwrap().cancel();
    }

    /// Is there again, at the same address.
    pub async fn revive(&self) {
        let listener = loop {
            if let Ok(listener) = TcpListener::bind(self.address).await {
                break listener;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        };
        *self.alive.lock().unwrap() = CancellationToken::new();
        self.listen(listener);
    }

    /// The heads of all requests that clients made.
    pub fn heads(&self) -> Vec<String> {
        self.shared.heads.lock().unwrap().clone()
    }

    pub fn asked(&self) -> usize {
        self.heads().len()
    }

    /// How many clients went away before they were answered.
    pub fn gone(&self) -> usize {
        self.shared.gone.load(Ordering::SeqCst)
    }

    /// How many bytes of [`Reply::Bulk`] were taken.
    pub fn written(&self) -> usize {
        self.shared.written.load(Ordering::SeqCst)
    }

    fn listen(&self, listener: TcpListener) {
        let (shared, alive) = (self.shared.clone(), self.alive.lock().unwrap().clone());
        tokio::spawn(async move {
            let accept = async {
                loop {
                    let (stream, _) = listener.accept().await.unwrap();
                    let (shared, alive) = (shared.clone(), alive.clone());
                    tokio::spawn(async move {
                        tokio::select! {
                            () = alive.cancelled() => {}
                            _ = shared.serve(stream) => {}
                        }
                    });
                }
            };
            tokio::select! {
                () = alive.cancelled() => {}
                () = accept => {}
            }
        });
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Shared {
    async fn serve(&self, mut stream: TcpStream) -> std::io::Result<()> {
        for before in 0.. {
            let Some(head) = request(&mut stream).await? else {
                return Ok(());
            };
            if head.contains(" /openapi.json ") {
                stream.write_all(NO_DOCUMENT.as_bytes()).await?;
                continue;
            }
            if !head.contains(" /health/") {
                self.heads.lock().unwrap().push(head.clone());
            }
            // An answer to HEAD has no body.
            let cut = |bytes: &'static str| match bytes.split_once("\r\n\r\n") {
                Some((answer, _)) if head.starts_with("head ") => format!("{answer}\r\n\r\n"),
                _ => bytes.to_owned(),
            };
            match (self.script)(&head, before) {
                Reply::Answer(bytes) => stream.write_all(cut(bytes).as_bytes()).await?,
                Reply::HangUp => return Ok(()),
                Reply::Slowly(pieces) => {
                    for (pause, piece) in pieces {
                        tokio::select! {
                            () = tokio::time::sleep(pause) => {}
                            _ = stream.read_u8() => {
                                self.gone.fetch_add(1, Ordering::SeqCst);
                                return Ok(());
                            }
                        }
                        stream.write_all(cut(piece).as_bytes()).await?;
                    }
                }
                Reply::Bulk(bytes) => {
                    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {bytes}\r\n\r\n");
                    stream.write_all(head.as_bytes()).await?;
                    let piece = vec![b'x'; 64 * 1024];
                    let mut left = bytes;
                    while left > 0 {
                        let now = left.min(piece.len());
                        stream.write_all(&piece[..now]).await?;
                        self.written.fetch_add(now, Ordering::SeqCst);
                        left -= now;
                    }
                }
            }
        }
        Ok(())
    }
}

/// Reads a request and its body; gives the head.
async fn request(stream: &mut TcpStream) -> std::io::Result<Option<String>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return Ok(None),
        }
    }
    let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(0, |length| length.parse().unwrap());
    stream.read_exact(&mut vec![0; length]).await?;
    Ok(Some(head))
}
