//! A way to a server that can go silent.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Passes bytes on until it is told to go silent. From then on, the connections there are stay open, are acknowledged and
/// carry nothing: what a dead peer behind a proxy, or a dropped route, looks like. Connections that come later work.
pub struct SilentProxy {
    address: SocketAddr,
    silent: watch::Sender<u64>,
    _running: JoinSet<()>,
}

impl SilentProxy {
    /// A proxy in front of `target` (`host:port`).
    pub async fn before(target: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (silent, silences) = watch::channel(0);
        let mut running = JoinSet::new();
        running.spawn(serve(listener, target.to_owned(), silences));
        Self {
            address,
            silent,
            _running: running,
        }
    }

    /// `url`, through this proxy.
    pub fn through(&self, url: &str) -> String {
        let (start, host) = (url.find('@').map_or(0, |at| at + 1), host_of(url));
        let mut through = url.to_owned();
        through.replace_range(start..start + host.len(), &self.address.to_string());
        through
    }

    /// Silences the connections there are.
    pub fn go_silent(&self) {
        self.silent.send_modify(|times| *times += 1);
    }
}

/// `host:port` of a URL with a user.
pub fn host_of(url: &str) -> &str {
    let rest = url.split_once('@').map_or(url, |(_, rest)| rest);
    rest.split(['/', '?']).next().unwrap_or(rest)
}

async fn serve(listener: TcpListener, target: String, silences: watch::Receiver<u64>) {
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        let (target, mut silences) = (target.clone(), silences.clone());
        silences.mark_unchanged();
        connections.spawn(async move {
            let Ok(server) = TcpStream::connect(target).await else {
                return;
            };
            let (from_client, to_client) = client.into_split();
            let (from_server, to_server) = server.into_split();
            tokio::join!(
                pass(from_client, to_server, silences.clone()),
                pass(from_server, to_client, silences)
            );
        });
    }
}

/// Once silent it still takes what comes, and holds both ends open.
async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut silences: watch::Receiver<u64>) {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        tokio::select! {
            biased;
            _ = silences.changed() => break,
            read = from.read(&mut buffer) => match read {
                Ok(count) if count > 0 => {
                    if to.write_all(&buffer[..count]).await.is_err() {
                        return;
                    }
                }
                _ => return,
            },
        }
    }
    while from.read(&mut buffer).await.is_ok_and(|count| count > 0) {}
    // Not even a farewell is passed on.
    std::future::pending::<()>().await;
}
