//! Shops that sell, and what their owners see.

use serde_json::json;
use uuid::Uuid;

use crate::bodies::{Dashboard, LedgerEntry, OrderItem, Product, Shop, Summary, Variation};
use crate::eventually::becomes;
use crate::mesh::Mesh;
use crate::people::{Person, pages, word};

/// An approved shop with its owner.
pub struct Stall {
    pub owner: Person,
    pub shop_id: Uuid,
}

/// Something to buy.
#[derive(Clone)]
pub struct Ware {
    pub product_id: Uuid,
    pub variation_id: Uuid,
    pub price: i64,
    pub stock: i64,
    /// In its title, and nowhere else.
    pub word: String,
}

/// How a ware has sold, as the books must say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sold {
    pub orders: i64,
    pub units: i64,
}

impl Mesh {
    /// A shop of a new owner, approved.
    pub async fn stall(&self) -> Stall {
        let owner = self.customer().await;
        let shop: Shop = owner
            .client
            .post("/shops", json!({"name": format!("Shop {}", word())}))
            .await
            .created();
        self.admin()
            .await
            .post(&format!("/shops/{}/approve", shop.id), json!({}))
            .await
            .ok::<Shop>();
        Stall {
            owner,
            shop_id: shop.id,
        }
    }
}

impl Stall {
    /// Lists a product with one variation.
    pub async fn sells(&self, price: i64, stock: i64) -> Ware {
        let name = word();
        let product: Product = self
            .owner
            .client
            .post(
                "/products",
                json!({"title": format!("Ware {name}"), "sku": name.to_uppercase()}),
            )
            .await
            .created();
        let variation: Variation = self
            .owner
            .client
            .post(
                &format!("/products/{}/variations", product.id),
                json!({"options": {"size": "M"}, "price": {"amount": price, "currency": "AZN"}, "stock": stock}),
            )
            .await
            .created();
        Ware {
            product_id: product.id,
            variation_id: variation.id,
            price,
            stock,
            word: name,
        }
    }

    /// What was ordered from it, as its owner sees it.
    pub async fn order_items(&self) -> Result<Vec<OrderItem>, String> {
        let path = format!("/shops/{}/order-items?", self.shop_id);
        pages(&self.owner.client, &path).await
    }

    pub async fn dashboard(&self) -> Result<Dashboard, String> {
        let path = format!("/analytics/shops/{}/dashboard?days=7", self.shop_id);
        self.owner.client.get(&path).await.try_read(200)
    }

    pub async fn variation(&self, id: Uuid) -> Result<Variation, String> {
        self.owner
            .client
            .get(&format!("/variations/{id}"))
            .await
            .try_read(200)
    }

    pub async fn ledger(&self, id: Uuid) -> Result<Vec<LedgerEntry>, String> {
        pages(&self.owner.client, &format!("/variations/{id}/stock/ledger?")).await
    }

    /// Waits until every book agrees on what was sold of its only ware: ledger, items, dashboard.
    pub async fn settles(&self, ware: &Ware, sold: Sold) {
        let left = ware.stock - sold.units;
        becomes("stock and ledger", (left, left, -sold.units), async || {
            let ledger = self.ledger(ware.variation_id).await?;
            let sum = |reasons: &[&str]| {
                let chosen = ledger
                    .iter()
                    .filter(|entry| reasons.is_empty() || reasons.contains(&entry.reason.as_str()));
                chosen.map(|entry| entry.delta).sum::<i64>()
            };
            // What is neither sold nor returned is held by nobody: reserve and release are equal.
            let left_by_sales = self.variation(ware.variation_id).await?.available;
            Ok((left_by_sales, sum(&[]), sum(&["sell", "return"])))
        })
        .await;
        becomes("order items of the shop", sold, async || {
            let items = self.order_items().await?;
            let live: Vec<&OrderItem> = items.iter().filter(|item| item.status != "cancelled").collect();
            Ok(Sold {
                orders: live.len() as i64,
                units: live.iter().map(|item| item.quantity).sum(),
            })
        })
        .await;
        becomes(
            "dashboard of the shop",
            (sold, sold.units * ware.price),
            async || {
                let Summary {
                    orders,
                    units_sold: units,
                    revenue_booked,
                    ..
                } = self.dashboard().await?.summary;
                Ok((Sold { orders, units }, revenue_booked))
            },
        )
        .await;
    }
}
