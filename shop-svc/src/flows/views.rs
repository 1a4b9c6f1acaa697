//! Views are recorded behind the reader's back, so that no read waits for a write.

use souk_db::Db;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::domain::View;
use crate::{Error, ops};

/// Views that may wait; beyond that they are not counted.
const WAITING: usize = 1000;
/// Views in one transaction.
const BATCH: usize = 100;

/// Takes note of views without waiting.
#[derive(Clone)]
pub struct Views(mpsc::Sender<View>);

/// Writes down what [`Views`] took note of.
pub struct Recorder(mpsc::Receiver<View>);

/// A pair of the two.
pub fn views() -> (Views, Recorder) {
    let (sender, receiver) = mpsc::channel(WAITING);
    (Views(sender), Recorder(receiver))
}

impl Views {
    /// Notes a view; when too many wait already it is dropped.
    pub fn note(&self, view: View) {
        if self.0.try_send(view).is_err() {
            metrics::counter!("shop_views_dropped_total").increment(1);
        }
    }
}

impl Recorder {
    /// Records until `stop`, and then what still waits.
    pub async fn run(mut self, db: Db, stop: CancellationToken) {
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            let received = tokio::select! {
                biased;
                received = self.0.recv_many(&mut batch, BATCH) => received,
                () = stop.cancelled() => 0,
            };
            if received == 0 {
                return;
            }
            let views = std::mem::take(&mut batch);
            let recorded: Result<(), Error> = db
                .transaction(async |tx| ops::record_views(tx, views).await)
                .await;
            if let Err(error) = recorded {
                tracing::warn!(error = ?error, "{received} views of shops were not counted");
            }
        }
    }
}
