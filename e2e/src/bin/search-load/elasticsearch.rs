//! What Elasticsearch does with the requests of search-svc when nothing else is in between.
//!
//! The requests are written down on their way, so that they are the very ones that search-svc sends, whatever it makes
//! of a query.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::http::{Connection, Message, connect, request};
use crate::service::SearchService;

const READY: Duration = Duration::from_secs(60);

/// A request of search-svc.
#[derive(Clone, Serialize, Deserialize)]
struct Recorded {
    target: String,
    content_type: String,
    body: String,
}

/// What was written down.
#[derive(Serialize)]
pub struct Written {
    searches: usize,
    requests: usize,
}

/// Sends each query through search-svc and keeps what it asks Elasticsearch for.
pub fn record(
    service: &SearchService,
    pool: &[String],
    upstream: SocketAddr,
    port: u16,
    to: &Path,
) -> Result<Written> {
    let listener = TcpListener::bind(("127.0.0.1", port)).context("Nothing can listen for search-svc")?;
    let (sender, received) = channel();
    thread::spawn(move || accept(&listener, upstream, &sender));
    let mut connection = Connection::to(service.address);
    wait_until_ready(&mut connection)?;
    let file = File::create(to).with_context(|| format!("Cannot write {}", to.display()))?;
    let mut file = BufWriter::new(file);
    let mut requests = 0;
    drain(&received);
    for query in pool {
        service.search(&mut connection, query)?;
        let search = drain(&received);
        ensure!(!search.is_empty(), "search-svc sent no search for {query}");
        requests += search.len();
        writeln!(file, "{}", serde_json::to_string(&search)?)?;
    }
    file.flush()?;
    Ok(Written {
        searches: pool.len(),
        requests,
    })
}

fn wait_until_ready(connection: &mut Connection) -> Result<()> {
    let until = std::time::Instant::now() + READY;
    let probe = request("GET", "/health/ready", &[], None);
    while connection.send(&probe)?.status() != Some(200) {
        ensure!(
            std::time::Instant::now() < until,
            "search-svc does not become ready"
        );
        thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

fn drain(received: &Receiver<Recorded>) -> Vec<Recorded> {
    received.try_iter().collect()
}

fn accept(listener: &TcpListener, upstream: SocketAddr, sender: &Sender<Recorded>) {
    for client in listener.incoming().flatten() {
        let sender = sender.clone();
        // A connection that ends takes nothing with it: search-svc opens another.
        thread::spawn(move || pass_on(client, upstream, &sender));
    }
}

fn pass_on(client: TcpStream, upstream: SocketAddr, sender: &Sender<Recorded>) -> Result<()> {
    client.set_nodelay(true)?;
    let mut client = BufReader::new(client);
    let mut upstream = connect(upstream)?;
    while let Some(message) = Message::read(&mut client, true)? {
        let is_head = message.head.starts_with("HEAD ");
        let search = as_search(&message);
        upstream.get_mut().write_all(&message.raw)?;
        let response =
            Message::read(&mut upstream, !is_head)?.context("Elasticsearch closed a connection")?;
        // Before the answer, so that it is there when the search is over.
        if let Some(search) = search {
            sender.send(search)?;
        }
        client.get_mut().write_all(&response.raw)?;
    }
    Ok(())
}

fn as_search(message: &Message) -> Option<Recorded> {
    let target = message.head.split(' ').nth(1)?;
    let path = target.split('?').next()?;
    (path.ends_with("/_search") || path.ends_with("/_msearch")).then(|| Recorded {
        target: target.to_owned(),
        content_type: crate::http::header(&message.head, "content-type")
            .unwrap_or("application/json")
            .to_owned(),
        body: String::from_utf8_lossy(&message.body).into_owned(),
    })
}

/// Searches to be sent again.
pub struct Recording(Vec<Vec<Recorded>>);

impl Recording {
    /// What [`record`] has written.
    pub fn read(from: &Path) -> Result<Self> {
        let file = File::open(from).with_context(|| format!("Cannot read {}", from.display()))?;
        let searches = BufReader::new(file)
            .lines()
            .map(|line| Ok(serde_json::from_str(&line?)?))
            .collect::<Result<Vec<Vec<Recorded>>>>()?;
        ensure!(!searches.is_empty(), "{} has no searches", from.display());
        Ok(Self(searches))
    }

    /// The requests of a search, from 0 and from the beginning again.
    pub fn search(&self, at: usize) -> Vec<Vec<u8>> {
        let requests = self.0.get(at % self.0.len().max(1)).into_iter().flatten();
        requests
            .map(|recorded| {
                let body = recorded.body.as_bytes();
                let mut bytes = format!(
                    "POST {} HTTP/1.1\r\nhost: localhost\r\ncontent-type: {}\r\ncontent-length: {}\r\n\r\n",
                    recorded.target,
                    recorded.content_type,
                    body.len()
                )
                .into_bytes();
                bytes.extend_from_slice(body);
                bytes
            })
            .collect()
    }
}

/// What was set.
#[derive(Serialize)]
pub struct Settings {
    acknowledged: bool,
}

/// Has Elasticsearch compute each answer, as the embedded index does, and look for changes each second.
pub fn configure(upstream: SocketAddr, prefix: &str) -> Result<Settings> {
    let body = json!({"index": {"requests.cache.enable": false, "refresh_interval": "1s"}}).to_string();
    let target = format!("/{prefix}-search/_settings");
    let settings = request("PUT", &target, &[], Some(body.as_bytes()));
    Connection::to(upstream).succeed(&settings)?;
    Ok(Settings { acknowledged: true })
}
