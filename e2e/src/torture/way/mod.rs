//! The way of a service to its database or to the broker, and what can be done to it there.

mod amqp;
mod frames;
mod postgres;
#[cfg(test)]
mod tests;

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
