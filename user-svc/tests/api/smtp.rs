//! A mail server that writes down what it is told.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What it was told, line by line, over all connections.
pub struct SmtpServer {
    pub url: String,
    pub heard: Arc<Mutex<Vec<String>>>,
}

impl SmtpServer {
    /// A server that answers `RCPT TO` with `verdict`, such as `250 ok`.
    pub async fn start(verdict: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://post:pass%20word@{}", listener.local_addr().unwrap());
        let heard = Arc::new(Mutex::new(Vec::new()));
        let notes = heard.clone();
        actix_web::rt::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                actix_web::rt::spawn(converse(stream, verdict, notes.clone()));
            }
        });
        Self { url, heard }
    }

    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

async fn converse(stream: TcpStream, verdict: &'static str, notes: Arc<Mutex<Vec<String>>>) {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let mut in_data = false;
    write.write_all(b"220 souk.example.org\r\n").await.unwrap();
    while let Ok(Some(line)) = lines.next_line().await {
        notes.lock().unwrap().push(line.clone());
        let answer = match line.split([' ', ':']).next().unwrap() {
            "." if in_data => {
                in_data = false;
                "250 taken"
            }
            _ if in_data => continue,
            "EHLO" => "250-souk.example.org\r\n250 AUTH PLAIN",
            "AUTH" => "235 welcome",
            "RCPT" => verdict,
            "DATA" => {
                in_data = true;
                "354 go on"
            }
            "QUIT" => "221 bye",
            _ => "250 ok",
        };
        if write.write_all(format!("{answer}\r\n").as_bytes()).await.is_err() {
            return;
        }
    }
}
