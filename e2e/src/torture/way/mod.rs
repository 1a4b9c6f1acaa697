//! The way of a service to its database or to the broker, and what can be done to it there.

mod amqp;
mod frames;
mod postgres;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::rig::Service;
use super::schedule::{Deed, Moment, Side};

/// A way, open for as long as the program runs.
pub struct Way {
    service: Arc<Service>,
    side: Side,
    traps: Mutex<Vec<Trap>>,
    weather: watch::Sender<Weather>,
    met: AtomicUsize,
}

/// A deed that waits for its moment.
struct Trap {
    moment: Moment,
    left: u32,
    deed: Deed,
}

/// What all connections on a way have to bear.
#[derive(Debug, Clone, Copy, Default)]
struct Weather {
    delay: Duration,
    stalled: bool,
    refused: bool,
    cuts: u64,
}

impl Way {
    /// Opens the way at a port of this machine.
    ///
    /// # Errors
    /// When somebody else has the port.
    pub async fn open(service: Arc<Service>, side: Side, port: u16, end: SocketAddr) -> Result<Arc<Self>> {
        let listener = TcpListener::bind(("127.0.0.1", port))
            .await
            .with_context(|| format!("Port {port}, the way of {} to {side}, is taken", service.name))?;
        let way = Arc::new(Self {
            service,
            side,
            traps: Mutex::default(),
            weather: watch::Sender::default(),
            met: AtomicUsize::new(0),
        });
        tokio::spawn(Arc::clone(&way).listen(listener, end));
        Ok(way)
    }

    /// Waits for the n-th such moment from now on.
    pub fn set_trap(&self, moment: Moment, nth: u32, deed: Deed) {
        self.traps().push(Trap {
            moment,
            left: nth.max(1),
            deed,
        });
    }

    /// How many traps were met so far.
    pub fn met(&self) -> usize {
        self.met.load(Ordering::Relaxed)
    }

    /// Cuts every connection.
    pub fn cut(&self) {
        self.weather.send_modify(|now| now.cuts += 1);
    }

    /// Lets everything arrive so late.
    pub fn delay(&self, delay: Duration) {
        self.weather.send_modify(|now| now.delay = delay);
    }

    /// Lets nothing arrive, or everything again.
    pub fn stall(&self, stalled: bool) {
        self.weather.send_modify(|now| now.stalled = stalled);
    }

    /// Cuts every connection and lets nobody in, or everybody again.
    pub fn refuse(&self, refused: bool) {
        self.weather.send_modify(|now| now.refused = refused);
    }

    /// Nothing is in the way any more.
    pub fn clear(&self) {
        self.traps().clear();
        self.weather.send_modify(|now| {
            *now = Weather {
                cuts: now.cuts,
                ..Weather::default()
            };
        });
    }

    fn traps(&self) -> std::sync::MutexGuard<'_, Vec<Trap>> {
        self.traps.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn listen(self: Arc<Self>, listener: TcpListener, end: SocketAddr) {
        loop {
            let Ok((client, _)) = listener.accept().await else {
                tokio::time::sleep(Duration::from_millis(10)).await;
                continue;
            };
            if !self.weather.borrow().refused {
                tokio::spawn(Arc::clone(&self).carry(client, end));
            }
        }
    }

    /// One connection, until either end or the weather closes it.
    async fn carry(self: Arc<Self>, client: TcpStream, end: SocketAddr) {
        let mut weather = self.weather.subscribe();
        let cuts = weather.borrow().cuts;
        let Ok(server) = TcpStream::connect(end).await else {
            return;
        };
        let _ = (client.set_nodelay(true), server.set_nodelay(true));
        let talk = async {
            match self.side {
                Side::Postgres => postgres::carry(&self, client, server).await,
                Side::Broker => amqp::carry(&self, client, server).await,
            }
        };
        tokio::select! {
            _ = talk => {}
            _ = weather.wait_for(|now| now.cuts != cuts || now.refused) => {}
        }
    }

    /// The deed for this moment, if a trap waits for it.
    fn meets(&self, moment: Moment) -> Option<Deed> {
        let mut traps = self.traps();
        let mut sprung = None;
        for (number, trap) in traps.iter_mut().enumerate() {
            if trap.moment == moment {
                trap.left = trap.left.saturating_sub(1);
                if trap.left == 0 && sprung.is_none() {
                    sprung = Some(number);
                }
            }
        }
        let trap = traps.swap_remove(sprung?);
        self.met.fetch_add(1, Ordering::Relaxed);
        Some(trap.deed)
    }

    /// Does what was planned; `false` when the connection ends here.
    async fn survives(&self, deed: Option<Deed>) -> bool {
        match deed {
            None => true,
            Some(Deed::Cut) => false,
            Some(Deed::Kill { back_ms }) => {
                self.service.kill_for(Duration::from_millis(back_ms.into()));
                false
            }
            Some(Deed::Hold { for_ms }) => {
                tokio::time::sleep(Duration::from_millis(for_ms.into())).await;
                true
            }
        }
    }

    /// Waits as long as the weather wants.
    async fn weathers(&self) {
        let mut weather = self.weather.subscribe();
        let now = *weather.borrow();
        if now.stalled {
            let _ = weather.wait_for(|now| !now.stalled).await;
        }
        if !now.delay.is_zero() {
            tokio::time::sleep(now.delay).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    const GREETING: &[u8] = b"\x00\x00\x00\x08\x00\x03\x00\x00";
    const BEGIN: &[u8] = b"Q\x00\x00\x00\x0aBEGIN\x00";
    const COMMIT: &[u8] = b"Q\x00\x00\x00\x0bCOMMIT\x00";
    const TOUCHED: &[u8] = b"C\x00\x00\x00\x0dUPDATE 1\x00";
    const COMMITTED: &[u8] = b"C\x00\x00\x00\x0bCOMMIT\x00";

    /// A service that does not run, its way, and both ends of one connection on it.
    async fn talk() -> (Arc<Way>, TcpStream, TcpStream) {
        let dir = std::env::temp_dir().join(format!("souk-way-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(dir.join("services")).unwrap();
        let record = r#"{"pid": 0, "binary": "/bin/true", "arguments": [], "env": {}}"#;
        std::fs::write(dir.join("services/order-svc.json"), record).unwrap();
        let service = Arc::new(Service::known(&dir, "order-svc", String::new()).unwrap());
        std::fs::remove_dir_all(dir).unwrap();
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = {
            let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
            free.local_addr().unwrap().port()
        };
        let way = Way::open(service, Side::Postgres, port, server.local_addr().unwrap())
            .await
            .unwrap();
        let client = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        let (server, _) = server.accept().await.unwrap();
        (way, client, server)
    }

    async fn pass(from: &mut TcpStream, to: &mut TcpStream, bytes: &[u8]) {
        from.write_all(bytes).await.unwrap();
        let mut seen = vec![0; bytes.len()];
        to.read_exact(&mut seen).await.unwrap();
        assert_eq!(seen, bytes);
    }

    /// Everything up to the end of a connection.
    async fn rest(of: &mut TcpStream) -> Vec<u8> {
        let mut seen = Vec::new();
        let _ = of.read_to_end(&mut seen).await;
        seen
    }

    async fn touch(client: &mut TcpStream, server: &mut TcpStream) {
        pass(client, server, GREETING).await;
        pass(client, server, BEGIN).await;
        pass(server, client, TOUCHED).await;
    }

    #[tokio::test]
    async fn cut_before_a_commit_the_server_never_hears_of_it() {
        let (way, mut client, mut server) = talk().await;
        way.set_trap(Moment::BeforeCommit, 1, Deed::Cut);
        touch(&mut client, &mut server).await;

        client.write_all(COMMIT).await.unwrap();

        assert!(rest(&mut server).await.is_empty());
        assert!(rest(&mut client).await.is_empty());
        assert_eq!(way.met(), 1);
    }

    #[tokio::test]
    async fn cut_after_a_commit_the_client_never_hears_of_it() {
        let (way, mut client, mut server) = talk().await;
        way.set_trap(Moment::AfterCommit, 1, Deed::Cut);
        touch(&mut client, &mut server).await;

        pass(&mut client, &mut server, COMMIT).await;
        server.write_all(COMMITTED).await.unwrap();

        assert!(rest(&mut client).await.is_empty());
        assert!(rest(&mut server).await.is_empty());
    }

    #[tokio::test]
    async fn a_commit_of_nothing_springs_no_trap() {
        let (way, mut client, mut server) = talk().await;
        way.set_trap(Moment::BeforeCommit, 1, Deed::Cut);
        pass(&mut client, &mut server, GREETING).await;
        pass(&mut client, &mut server, BEGIN).await;

        pass(&mut client, &mut server, COMMIT).await;
        pass(&mut server, &mut client, COMMITTED).await;

        assert_eq!(way.met(), 0);
    }

    #[tokio::test]
    async fn a_trap_waits_for_its_turn_and_is_cleared_with_the_way() {
        let (way, mut client, mut server) = talk().await;
        way.set_trap(Moment::BeforeCommit, 2, Deed::Cut);
        touch(&mut client, &mut server).await;
        pass(&mut client, &mut server, COMMIT).await;
        pass(&mut client, &mut server, BEGIN).await;
        pass(&mut server, &mut client, TOUCHED).await;

        way.clear();

        pass(&mut client, &mut server, COMMIT).await;
        assert_eq!(way.met(), 0);
    }

    #[tokio::test]
    async fn a_way_that_refuses_ends_what_is_under_way() {
        let (way, mut client, mut server) = talk().await;
        pass(&mut client, &mut server, GREETING).await;

        way.refuse(true);

        assert!(rest(&mut client).await.is_empty() && rest(&mut server).await.is_empty());
    }
}
