//! One of two is killed under load.

use std::time::Duration;

use crate::client::Client;
use crate::eventually::becomes;
use crate::faults::outage::Outage;
use crate::faults::stream::Fair;
use crate::mesh::{Mesh, Traefik};
use crate::replicas::load::Load;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_gateway_and_one_order_svc_may_be_killed_under_load() {
    let Some((mesh, traefik)) = Mesh::alone().await.behind_traefik() else {
        return;
    };
    let fair = Fair::open(&mesh, 2).await;
    let load = Load::of(readers(&mesh).await);
    let stream = fair.stream(Duration::from_millis(50));
    stream.accepts_more(4).await;
    load.goes_on(100).await;

    // The first order-svc, which most likely is the one that publishes events.
    for (replica, service, place) in [("gateway#2", "gateway", 1), ("order-svc#1", "order-svc", 0)] {
        let url = &mesh.run.services[service].replicas[place].url;
        let outage = Outage::of_service(&mesh, replica).await;
        load.goes_on(200).await;
        stream.accepts_more(4).await;
        outage.ends().await;
        println!("{replica} killed: {:?}", stream.tries());
        takes_part(&mesh, &load, url).await;
    }

    let (answered, failures) = load.ends().await;
    assert!(failures.is_empty(), "beside {answered}: {failures:#?}");
    for replica in &mesh.run.services["gateway"].replicas {
        becomes("both gateways are up for Traefik", true, async || {
            is_up(&mesh, &traefik, &replica.url).await
        })
        .await;
    }
    fair.agrees_with(stream.ends().await).await;
}

/// Everybody, and a customer: what is read by many, and what is read from a service that dies.
async fn readers(mesh: &Mesh) -> Vec<(Client, String)> {
    let stall = mesh.stall().await;
    let ware = stall.sells(500, 10).await;
    let customer = mesh.customer().await;
    customer.takes(ware.variation_id, 1).await;
    let order = customer.orders().await;
    vec![
        (mesh.anybody(), format!("/products/{}", ware.product_id)),
        (mesh.anybody(), format!("/shops/{}", stall.shop_id)),
        (customer.client.clone(), "/users/me".to_owned()),
        (customer.client.clone(), "/orders".to_owned()),
        (customer.client, format!("/orders/{}", order.id)),
    ]
}

/// Waits until a replica that was started again has its share of the load.
async fn takes_part(mesh: &Mesh, load: &Load, url: &str) {
    let before = served(mesh, url).await;
    load.goes_on(50).await;
    becomes("the replica is asked again", true, async || {
        Ok(served(mesh, url).await > before)
    })
    .await;
}

/// How many requests for orders a gateway or order-svc has answered since its start.
async fn served(mesh: &Mesh, url: &str) -> u64 {
    let metrics = Client::new(mesh.http.clone(), url).get("/metrics").await;
    assert_eq!(metrics.status, 200, "{metrics:?}");
    let counts = metrics.text.lines().filter(|line| {
        line.starts_with("http_request_duration_seconds_count")
            && line.contains("order")
            && line.contains("GET")
    });
    counts
        .filter_map(|line| line.rsplit_once(' ')?.1.parse::<u64>().ok())
        .sum()
}

/// Whether Traefik counts this gateway among those that are ready.
async fn is_up(mesh: &Mesh, traefik: &Traefik, url: &str) -> Result<bool, String> {
    let internal = Client::new(mesh.http.clone(), &traefik.internal_url);
    let port = url.rsplit_once(':').unwrap().1;
    let metrics = internal.get("/metrics").await.text;
    let up = metrics.lines().find(|line| {
        line.starts_with("traefik_service_server_up")
            && line.contains("ready-gateways")
            && line.contains(&format!(":{port}\""))
    });
    Ok(up
        .ok_or_else(|| format!("Traefik does not know {url}"))?
        .ends_with(" 1"))
}
