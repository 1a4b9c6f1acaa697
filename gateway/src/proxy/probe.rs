//! Looks after addresses that were taken out, so that they come back soon.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::Value;
use souk_clients::MeshClient;
use tokio_util::sync::CancellationToken;

use super::breaker::Standing;
use super::endpoint::{Endpoint, Endpoints};
use super::table::Service;

const INTERVAL: Duration = Duration::from_millis(250);
const PATIENCE: Duration = Duration::from_secs(1);

/// Asks the addresses that are out whether they are ready.
pub struct Probes(Vec<(Arc<Endpoint>, MeshClient)>);

impl Probes {
    /// `clients` reach the same addresses, in the same order.
    pub fn new(endpoints: &Endpoints, clients: &[(Service, MeshClient)]) -> Self {
        let mut probes = Vec::new();
        for (service, addresses) in endpoints.services() {
            let client = clients.iter().find(|(known, _)| *known == service);
            let each = client.iter().flat_map(|(_, client)| client.each());
            let each = each.map(|client| client.timeout(PATIENCE));
            probes.extend(addresses.iter().cloned().zip(each));
        }
        Self(probes)
    }

    /// Goes on until `stop`.
    pub async fn keep_asking(self, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(INTERVAL) => {}
            }
            let now = Instant::now();
            let out = self.0.iter().filter(|(endpoint, _)| {
                matches!(endpoint.standing(now), Standing::Refusing | Standing::Resting(_))
            });
            join_all(out.map(|(endpoint, client)| ask(endpoint, client))).await;
        }
    }
}

async fn ask(endpoint: &Endpoint, client: &MeshClient) {
    if client.get::<Value>("/health/ready").await.is_ok() {
        endpoint.is_ready();
    }
}
