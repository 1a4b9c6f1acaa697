//! Several of everything behind a real Traefik: one of them may die, and nobody is told anything wrong by another.

mod deaths;
mod front;
mod load;
mod one_truth;

use std::io::Write;

use crate::client::Client;
use crate::mesh::{Mesh, Traefik, http};

impl Mesh {
    /// The mesh as its clients see it: over TLS, through Traefik, with any of the gateways. `None` if it has no Traefik
    /// or one gateway only.
    pub fn behind_traefik(mut self) -> Option<(Self, Traefik)> {
        let many = ["gateway", "order-svc"]
            .iter()
            .all(|name| self.run.services[*name].replicas.len() > 1);
        let Some(traefik) = self.run.traefik.take().filter(|_| many) else {
            assert!(
                std::env::var_os("SOUK_XTASK").is_none(),
                "`cargo xtask test` brings the mesh up with replicas and Traefik"
            );
            // Past the capture of the test harness: whoever runs this should know.
            let _ = writeln!(
                std::io::stderr(),
                "skipped: the mesh runs without replicas; bring it up with \
                 --traefik --replicas gateway=2,order-svc=2"
            );
            return None;
        };
        self.run.gateway_url.clone_from(&traefik.https_url);
        self.http = trusting(&traefik, http()).build().unwrap();
        Some((self, traefik))
    }

    /// Nobody, at the public API of each single gateway.
    pub fn gateways(&self) -> Vec<Client> {
        let replicas = &self.run.services["gateway"].replicas;
        let client = |url: &str| Client::new(self.http.clone(), format!("{url}/api/v1"));
        replicas.iter().map(|replica| client(&replica.url)).collect()
    }
}

/// Believes Traefik's own certificate, and no other.
fn trusting(traefik: &Traefik, builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    let pem = std::fs::read(&traefik.certificate).unwrap();
    builder.tls_certs_only([reqwest::Certificate::from_pem(&pem).unwrap()])
}
