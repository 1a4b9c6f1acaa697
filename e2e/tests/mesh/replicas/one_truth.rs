//! What one replica is told, all know.

use serde_json::json;

use crate::bodies::{Order, User};
use crate::mesh::Mesh;
use crate::people::{PASSWORD, checkout, key};

#[tokio::test]
async fn a_logout_at_one_gateway_is_seen_by_the_other_at_once() {
    let Some((mesh, _)) = Mesh::shared().await.behind_traefik() else {
        return;
    };
    let customer = mesh.customer().await;
    let gateways = mesh.gateways();

    for round in 0..4 {
        let tokens = mesh.login(&customer.email, PASSWORD).await;
        let [here, there] =
            [round % 2, (round + 1) % 2].map(|place| gateways[place].bearer(&tokens.access_token));
        // Both know the token before it ends.
        for gateway in [&here, &there] {
            gateway.get("/users/me").await.ok::<User>();
        }

        here.post("/auth/logout", json!({})).await.no_content();

        there.get("/users/me").await.refused(401, "revoked-token");
    }
}

#[tokio::test]
async fn a_session_that_begins_at_one_gateway_goes_on_at_the_other() {
    let Some((mesh, _)) = Mesh::shared().await.behind_traefik() else {
        return;
    };
    let customer = mesh.customer().await;
    let gateways = mesh.gateways();

    let body = json!({"email": customer.email, "password": PASSWORD});
    let tokens: crate::bodies::Tokens = gateways[0].post("/auth/login", body).await.ok();
    let body = json!({"refresh_token": tokens.refresh_token});
    let fresh: crate::bodies::Tokens = gateways[1].post("/auth/refresh", body).await.ok();

    let user: User = gateways[0]
        .bearer(&fresh.access_token)
        .get("/users/me")
        .await
        .ok();
    assert_eq!(user.id, customer.id);
}

#[tokio::test]
async fn one_refresh_token_at_all_gateways_at_once_has_one_successor() {
    let Some((mesh, _)) = Mesh::shared().await.behind_traefik() else {
        return;
    };
    let customer = mesh.customer().await;
    let gateways = mesh.gateways();
    let body = json!({"refresh_token": customer.tokens.refresh_token});

    let tabs = gateways.iter().cycle().take(6);
    let answers =
        futures_util::future::join_all(tabs.map(|gateway| gateway.post("/auth/refresh", body.clone()))).await;

    let pairs: Vec<crate::bodies::Tokens> = answers.iter().map(|answer| answer.ok()).collect();
    for (pair, gateway) in pairs.iter().zip(gateways.iter().cycle()) {
        assert_eq!(pair.refresh_token, pairs[0].refresh_token);
        let user: User = gateway.bearer(&pair.access_token).get("/users/me").await.ok();
        assert_eq!(user.id, customer.id);
    }
}

#[tokio::test]
async fn one_key_at_all_gateways_at_once_is_one_order() {
    let Some((mesh, _)) = Mesh::shared().await.behind_traefik() else {
        return;
    };
    let stall = mesh.stall().await;
    let ware = stall.sells(900, 10).await;
    let buyer = mesh.customer().await;
    buyer.takes(ware.variation_id, 1).await;
    let key = key();
    let token = &buyer.tokens.access_token;
    let clients: Vec<_> = mesh
        .gateways()
        .iter()
        .map(|gateway| gateway.bearer(token).with("idempotency-key", &key))
        .collect();

    let tries = clients.iter().cycle().take(6);
    let answers =
        futures_util::future::join_all(tries.map(|client| client.post("/orders", checkout()))).await;

    let mut ids: Vec<_> = answers
        .iter()
        .map(|answer| answer.created::<Order>().id)
        .collect();
    ids.dedup();
    assert_eq!(ids.len(), 1, "{ids:?}");
    assert_eq!(buyer.order_history().await.unwrap().len(), 1);
}
