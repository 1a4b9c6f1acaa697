//! HTTP written by hand: what no client library would send.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use crate::client::Answer;

/// Longer than anybody needs to say no.
const PATIENCE: Duration = Duration::from_secs(10);

/// All that came back over a connection.
#[derive(Debug)]
pub struct Talk {
    pub answers: Vec<Answer>,
    /// Whether the other side ended it.
    pub closed: bool,
}

/// Sends bytes as they are to a server, and listens until it hangs up.
pub async fn say(url: &str, bytes: impl Into<Vec<u8>>) -> Talk {
    let (address, bytes) = (url.strip_prefix("http://").unwrap().to_owned(), bytes.into());
    tokio::task::spawn_blocking(move || talk(&address, &bytes))
        .await
        .unwrap()
}

fn talk(address: &str, bytes: &[u8]) -> Talk {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    // Whoever has heard enough may hang up before everything is said.
    let _ = stream.write_all(bytes);
    let (mut heard, mut piece) = (Vec::new(), [0; 16 * 1024]);
    let closed = loop {
        match stream.read(&mut piece) {
            Ok(0) => break true,
            Ok(length) => heard.extend_from_slice(&piece[..length]),
            Err(error) => break error.kind() == std::io::ErrorKind::ConnectionReset,
        }
    };
    let told: String = String::from_utf8_lossy(bytes).chars().take(200).collect();
    Talk {
        answers: answers(&told, &String::from_utf8_lossy(&heard)),
        closed,
    }
}

/// One answer after the other. One without a length goes on to the end.
fn answers(request: &str, mut heard: &str) -> Vec<Answer> {
    let mut answers = Vec::new();
    while let Some((head, rest)) = heard.split_once("\r\n\r\n") {
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok());
        let mut headers = HeaderMap::new();
        for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
            headers.append(
                HeaderName::from_bytes(name.as_bytes()).unwrap(),
                HeaderValue::from_str(value).unwrap(),
            );
        }
        let length = headers
            .get("content-length")
            .map_or(rest.len(), |length| length.to_str().unwrap().parse().unwrap());
        let (text, rest) = rest.split_at(length.min(rest.len()));
        answers.push(Answer {
            request: request.to_owned(),
            status: status.unwrap_or_else(|| panic!("no answer: {heard}")),
            headers,
            text: text.to_owned(),
        });
        heard = rest;
    }
    answers
}

impl Talk {
    /// The only answer.
    #[track_caller]
    pub fn one(&self) -> &Answer {
        assert_eq!(self.answers.len(), 1, "{self:?}");
        &self.answers[0]
    }

    /// One refusal, after which nobody listens any more.
    #[track_caller]
    pub fn ends_with(&self, status: u16, slug: &str) {
        self.one().refused(status, slug);
        assert!(self.closed, "the connection stays open: {self:?}");
    }
}
