//! What Traefik adds before the gateways, and what it keeps to itself.

use std::fs;
use std::net::{IpAddr, Ipv4Addr};

use serde_json::{Value, json};
use uuid::Uuid;

use super::trusting;
use crate::client::Client;
use crate::eventually::{SOON, eventually};
use crate::mesh::{Mesh, Traefik, http};
use crate::people::{PASSWORD, word};

/// An address of this machine that is not the one of Traefik.
const ELSEWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 9));

#[tokio::test]
async fn http_leads_to_https() {
    let Some((mesh, traefik)) = Mesh::shared().await.behind_traefik() else {
        return;
    };
    let plain = Client::new(mesh.http.clone(), &traefik.http_url);

    let read = plain.get("/api/v1/products?limit=1").await;
    let write = plain.post("/api/v1/auth/login", json!({})).await;

    // 308 keeps the method of what is not a GET.
    assert_eq!((read.status, write.status), (301, 308));
    let target = format!("{}/api/v1/products?limit=1", traefik.https_url);
    assert_eq!(read.header("location"), Some(target.as_str()));
}

#[tokio::test]
async fn nobody_forges_an_address() {
    let Some((mesh, traefik)) = Mesh::shared().await.behind_traefik() else {
        return;
    };
    let customer = mesh.customer().await;
    let honest = from_elsewhere(&traefik);
    let forger = honest
        .with("x-forwarded-for", "6.6.6.6")
        .with("x_forwarded_for", "6.6.6.6")
        .with("x-real-ip", "6.6.6.6")
        .with("forwarded", "for=6.6.6.6")
        .with("connection", "x-forwarded-for");

    for client in [honest, forger] {
        let body = json!({"email": customer.email, "password": PASSWORD});
        let answer = client.post("/auth/login", body).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    let seen = mesh.addresses_of(customer.id).await;
    assert_eq!(seen.len(), 3, "{seen:?}");
    // The first login came from where everybody comes from.
    assert_eq!(seen[1..], [ELSEWHERE.to_string(), ELSEWHERE.to_string()]);
}

#[tokio::test]
async fn metrics_are_for_the_inside() {
    let Some((mesh, traefik)) = Mesh::shared().await.behind_traefik() else {
        return;
    };

    for path in ["/metrics", "/metrics/", "/%6Detrics", "/metrics?x=1", "//metrics"] {
        let answer = mesh.root().get(path).await;
        assert!(matches!(answer.status, 400 | 404), "{path}: {answer:?}");
    }
    let internal = Client::new(mesh.http.clone(), &traefik.internal_url);
    let own = internal.get("/metrics").await;
    assert!(own.text.contains("traefik_entrypoint_requests_total"), "{own:?}");
}

#[tokio::test]
async fn the_access_log_tells_no_secrets() {
    let Some((mesh, _)) = Mesh::shared().await.behind_traefik() else {
        return;
    };
    let (secret, id) = (word(), Uuid::new_v4().to_string());
    let client = mesh.anybody().with("x-request-id", &id);
    let client = client
        .bearer(&secret)
        .with("cookie", &format!("session={secret}"));

    let answer = client.get(&format!("/products?token={secret}")).await;

    answer.refused(401, "invalid-token");
    let log = mesh.dir.join("logs/traefik-access.log");
    let line = eventually("the request is in the access log", SOON, async || {
        let text = fs::read_to_string(&log).map_err(|error| error.to_string())?;
        let line = text.lines().find(|line| line.contains(&id)).map(str::to_owned);
        line.ok_or_else(|| format!("no line has {id}"))
    })
    .await;
    assert!(!line.contains(&secret), "{line}");
    let told: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(
        (&told["RequestPath"], &told["DownstreamStatus"]),
        (&json!("/api/v1/products"), &json!(401))
    );
}

/// Somebody at another address than everybody else.
fn from_elsewhere(traefik: &Traefik) -> Client {
    let http = trusting(traefik, http().local_address(ELSEWHERE))
        .build()
        .unwrap();
    Client::new(http, format!("{}/api/v1", traefik.https_url))
}

impl Mesh {
    /// Where the sessions of a user began, as the gateway saw it, in their order.
    async fn addresses_of(&self, user: Uuid) -> Vec<String> {
        let password = &self.roles()["user_svc"];
        let database = self.enter("user_svc", password, "user_svc").await.unwrap();
        // The driver knows no UUIDs here.
        let query = "select address from sessions where user_id = $1::text::uuid order by created_at";
        let rows = database.query(query, &[&user.to_string()]).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }
}
