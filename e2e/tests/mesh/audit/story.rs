//! What happened in the mesh, and what its rows are called.

use serde_json::json;
use tokio_postgres::Client;

use crate::bodies::Order;
use crate::mesh::Mesh;

/// Names of rows, by what they stand for in statements.
pub struct Story(Vec<(&'static str, String)>);

impl Story {
    /// A customer orders twice from a shop, cancels the first order and waits for the second.
    pub async fn take_place(mesh: &Mesh) -> Self {
        let stall = mesh.stall().await;
        let ware = stall.sells(700, 50).await;
        let customer = mesh.customer().await;
        customer.takes(ware.variation_id, 1).await;
        let cancelled = customer.orders().await;
        let path = format!("/orders/{}/cancel", cancelled.id);
        customer
            .client
            .post(&path, json!({"reason": "Too late"}))
            .await
            .ok::<Order>();
        customer.takes(ware.variation_id, 2).await;
        let order = customer.orders().await;
        mesh.comes_to_rest().await;

        let orders = mesh.database("order_svc").await.unwrap();
        let sales = mesh.database("analytics_svc").await.unwrap();
        let id = order.id;
        let reservation = format!("select reservation_id::text from orders where id = '{id}'");
        let event = format!(
            "select id::text from outbox
             where routing_key = 'order.created' and body::jsonb #>> '{{data,order_id}}' = '{id}'"
        );
        let bucket = format!(
            "select (date_bin('15 minutes', ordered_at, timestamptz 'epoch') at time zone 'UTC')::text || '+00'
             from order_items where order_id = '{id}'"
        );
        Self(vec![
            ("{order}", id.to_string()),
            ("{part}", order.sub_orders[0].id.to_string()),
            ("{item}", order.sub_orders[0].items[0].id.to_string()),
            ("{cancelled}", cancelled.sub_orders[0].items[0].id.to_string()),
            ("{previous}", cancelled.id.to_string()),
            ("{user}", customer.id.to_string()),
            ("{shop}", stall.shop_id.to_string()),
            ("{product}", ware.product_id.to_string()),
            ("{variation}", ware.variation_id.to_string()),
            ("{reservation}", one(&orders, &reservation).await),
            ("{event}", one(&orders, &event).await),
            ("{bucket}", one(&sales, &bucket).await),
        ])
    }

    /// A text with the names put in.
    pub fn fill(&self, text: &str) -> String {
        self.0
            .iter()
            .fold(text.to_owned(), |text, (name, value)| text.replace(name, value))
    }
}

async fn one(database: &Client, sql: &str) -> String {
    database.query_one(sql, &[]).await.unwrap().get(0)
}
