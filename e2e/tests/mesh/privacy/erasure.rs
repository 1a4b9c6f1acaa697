//! Erasure: a word that a customer wrote is in no table of any database afterwards.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};

use crate::account::PICTURE;
use crate::bodies::{Order, Tokens, User};
use crate::eventually::becomes;
use crate::market::Ware;
use crate::mesh::Mesh;
use crate::people::{PASSWORD, Person, word};

/// A customer whose every text holds one word that nobody else has.
async fn customer_who_writes(mesh: &Mesh, mark: &str) -> Person {
    let email = format!("{mark}@example.org");
    let body = json!({"email": email, "password": PASSWORD, "first_name": format!("first {mark}"),
                      "last_name": format!("last {mark}"), "phone_number": format!("phone {mark}")});
    let user: User = mesh.anybody().post("/auth/register", body).await.created();
    let agent = mesh.anybody().with("user-agent", &format!("agent-{mark}"));
    let login = json!({"email": email, "password": PASSWORD});
    let tokens: Tokens = agent.post("/auth/login", login).await.ok();
    let client = agent.bearer(&tokens.access_token);
    client
        .post("/users/me/addresses", address(mark))
        .await
        .created::<Value>();
    client.put_bytes("/users/me/avatar", PICTURE).await.ok::<Value>();
    Person {
        id: user.id,
        email,
        tokens,
        client,
    }
}

fn address(mark: &str) -> Value {
    json!({"name": format!("name {mark}"), "line1": format!("line1 {mark}"), "line2": format!("line2 {mark}"),
           "city": format!("city {mark}"), "region": format!("region {mark}"), "postal_code": "AZ1000",
           "country": "AZ", "phone_number": format!("call {mark}")})
}

/// Orders, and cancels with a reason: one item, then the rest.
async fn orders_and_cancels(customer: &Person, wares: [&Ware; 2], mark: &str) {
    for ware in wares {
        let body = json!({"variation_id": ware.variation_id, "quantity": 1});
        let keyed = customer
            .client
            .with("idempotency-key", &format!("cart-{mark}-{}", ware.variation_id));
        keyed.post("/cart/items", body).await.created::<Value>();
    }
    let checkout = json!({"shipping_address": address(mark), "note": format!("note {mark}")});
    let keyed = customer.client.with("idempotency-key", &format!("order-{mark}"));
    let order: Order = keyed.post("/orders", checkout).await.created();
    let item = order.sub_orders[0].items[0].id;
    let why = |what: &str| json!({"reason": format!("{what} {mark}")});
    let path = format!("/order-items/{item}/cancel");
    customer.client.post(&path, why("item")).await.ok::<Value>();
    let path = format!("/orders/{}/cancel", order.id);
    customer.client.post(&path, why("order")).await.ok::<Value>();
}

/// How many rows of which tables hold a word, in all databases.
async fn rows_with(mesh: &Mesh, mark: &str) -> Result<BTreeMap<String, i64>, String> {
    let tables = "select quote_ident(tablename) from pg_tables where schemaname = 'public'
                  and tablename not like '\\_\\_%'";
    // Bytes are shown in hexadecimal.
    let bytes: String = mark.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut found = BTreeMap::new();
    for database in mesh.roles().into_keys() {
        let client = mesh.database(&database).await?;
        for row in client
            .query(tables, &[])
            .await
            .map_err(|error| error.to_string())?
        {
            let table: String = row.get(0);
            let sql = format!(
                "select count(*) from {table} t where strpos(t::text, $1) > 0 or strpos(t::text, $2) > 0"
            );
            let row = client.query_one(&sql, &[&mark, &bytes]).await;
            let count: i64 = row.map_err(|error| error.to_string())?.get(0);
            if count > 0 {
                found.insert(format!("{database}.{table}"), count);
            }
        }
    }
    Ok(found)
}

#[tokio::test]
async fn nothing_that_a_customer_wrote_is_left_in_any_database() {
    let mesh = Mesh::shared().await;
    let (one, other) = (mesh.stall().await, mesh.stall().await);
    let wares = [one.sells(1299, 5).await, other.sells(700, 5).await];
    let (mark, bystander) = (word(), word());
    let customer = customer_who_writes(&mesh, &mark).await;
    let kept = customer_who_writes(&mesh, &bystander).await;
    for (person, mark) in [(&customer, &mark), (&kept, &bystander)] {
        orders_and_cancels(person, [&wares[0], &wares[1]], mark).await;
    }
    // The words have arrived wherever they are kept, or their absence would prove nothing.
    let holders = [
        "analytics_svc.event_log",
        "order_svc.orders",
        "order_svc.outbox",
        "shop_svc.order_items",
        "user_svc.users",
    ];
    for mark in [&mark, &bystander] {
        becomes("the words arrive", Vec::<&str>::new(), async || {
            let rows = rows_with(&mesh, mark).await?;
            Ok(holders
                .into_iter()
                .filter(|table| !rows.contains_key(*table))
                .collect())
        })
        .await;
    }

    let body = json!({"password": PASSWORD});
    customer
        .client
        .send(Method::DELETE, "/users/me", Some(body))
        .await
        .no_content();

    becomes("every word is gone", BTreeMap::new(), async || {
        rows_with(&mesh, &mark).await
    })
    .await;
    let rows = rows_with(&mesh, &bystander).await.unwrap();
    assert!(holders.iter().all(|table| rows.contains_key(*table)), "{rows:?}");
}
