//! The things that are called on, each made by whose it is.

use serde_json::{Value, json};

use super::access::Caller;
use super::cast::Cast;
use crate::account::PICTURE;
use crate::bodies::Order;
use crate::market::Ware;
use crate::people::{checkout, key, word};

/// Makes what stands under a path: the shop's things are the owner's, all else is the buyer's.
pub async fn make(cast: &mut Cast<'_>, kind: &str) -> String {
    match kind {
        "shops" | "analytics/shops" | "search/shops" => cast.stall.shop_id.to_string(),
        "users/me/addresses" => {
            let body = json!({"name": "Aygun", "line1": "Nizami 12", "city": "Baku", "country": "AZ"});
            id(cast, Caller::Buyer, "/users/me/addresses", body).await
        }
        "search/rebuild" | "search/drift" => {
            let begun = cast.people[&Caller::Admin]
                .client
                .post(&format!("/{kind}"), json!({"source": "services"}))
                .await;
            let job: Value = begun.try_read(202).unwrap();
            job["id"].as_str().unwrap().to_owned()
        }
        "users" => cast.mesh.customer().await.id.to_string(),
        "auth/sessions" => another_session(cast).await,
        "avatars" => {
            let me = &cast.people[&Caller::Buyer].client;
            let user: Value = me.put_bytes("/users/me/avatar", PICTURE).await.ok();
            let url = user["avatar_url"].as_str().unwrap();
            url.rsplit('/').next().unwrap().to_owned()
        }
        "categories" => {
            let body = json!({"name": format!("Category {}", word())});
            id(cast, Caller::Admin, "/categories", body).await
        }
        "products" => ware(cast).await.product_id.to_string(),
        "variations" => ware(cast).await.variation_id.to_string(),
        "cart/items" => {
            let body = json!({"variation_id": ware(cast).await.variation_id, "quantity": 1});
            id(cast, Caller::Buyer, "/cart/items", body).await
        }
        "wishlist/items" => {
            let body = json!({"variation_id": ware(cast).await.variation_id});
            id(cast, Caller::Buyer, "/wishlist/items", body).await
        }
        "orders" | "ops/trace" => order(cast).await.id.to_string(),
        "order-items" => order(cast).await.items().next().unwrap().id.to_string(),
        "tracking" => tracking_number(cast).await,
        "ops/parked" => cast.mesh.parked_message().await.0,
        _ => panic!("Nothing is known of /{kind}/{{..}}: say in authorisation/props.rs how one is made"),
    }
}

/// A session of the buyer's, but not the one that calls.
async fn another_session(cast: &Cast<'_>) -> String {
    let buyer = &cast.people[&Caller::Buyer];
    cast.mesh.login(&buyer.email, &buyer.password).await;
    let newest: Value = buyer.client.get("/auth/sessions?limit=1").await.ok();
    newest["items"][0]["id"].as_str().unwrap().to_owned()
}

async fn ware(cast: &Cast<'_>) -> Ware {
    cast.stall.sells(900, 5).await
}

/// An order of one new ware.
async fn order(cast: &mut Cast<'_>) -> Order {
    let ware = ware(cast).await;
    let client = cast.people[&Caller::Buyer].client.with("idempotency-key", &key());
    client.delete("/cart/items").await.no_content();
    let line = json!({"variation_id": ware.variation_id, "quantity": 1});
    client.post("/cart/items", line).await.created::<Value>();
    let order = client.post("/orders", checkout()).await.created();
    cast.forget("cart/items").await;
    order
}

/// The number of an item that has left.
async fn tracking_number(cast: &mut Cast<'_>) -> String {
    let item = order(cast).await.items().next().unwrap().id;
    let number = word();
    let body = json!({"status": "shipped", "carrier": "Azerpost", "tracking_number": number});
    let path = format!("/order-items/{item}/status");
    cast.people[&Caller::Owner]
        .client
        .patch(&path, body)
        .await
        .ok::<Value>();
    number
}

async fn id(cast: &Cast<'_>, caller: Caller, path: &str, body: Value) -> String {
    let answer = cast.people[&caller].client.post(path, body).await;
    let made: Value = answer.created();
    made["id"].as_str().unwrap().to_owned()
}

/// What an operation on this path may change, as whose it is sees it.
pub async fn look(cast: &mut Cast<'_>, path: &str) -> Value {
    let kind = path.split(['/', '?']).nth(1).unwrap_or_default();
    let (caller, path) = match kind {
        "shops" | "products" | "variations" => {
            let id = cast.thing(kind).await;
            (Caller::Owner, format!("/{kind}/{id}"))
        }
        "cart" | "wishlist" | "orders" => (Caller::Buyer, format!("/{kind}")),
        "order-items" => (Caller::Buyer, "/orders".to_owned()),
        "users" => (Caller::Buyer, "/users/me/addresses".to_owned()),
        _ => (Caller::Buyer, "/users/me".to_owned()),
    };
    cast.people[&caller].client.get(&path).await.ok()
}
