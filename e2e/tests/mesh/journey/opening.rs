//! Shops apply, are decided on, and fill their shelves.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::bodies::{Category, Page, Product, Shop, User, Variation, azn};
use crate::client::Client;
use crate::eventually::becomes;
use crate::market::{Stall, Ware};
use crate::mesh::Mesh;
use crate::people::word;

/// A ware as it is listed, with what a customer would search for.
pub struct Listed {
    pub ware: Ware,
    pub shop_id: Uuid,
}

pub async fn an_admin_makes_a_category(mesh: &Mesh, admin: &Client) -> Category {
    let name = format!("Goods {}", word());
    let category: Category = admin.post("/categories", json!({"name": name})).await.created();

    let found: Category = mesh
        .anybody()
        .get(&format!("/categories/{}", category.slug))
        .await
        .ok();
    assert_eq!((found.id, found.name), (category.id, name));
    category
}

pub async fn two_users_apply_for_shops(mesh: &Mesh, admin: &Client) -> (Stall, Stall) {
    let stalls = (applies(mesh, "Leather").await, applies(mesh, "Honey").await);

    let waiting: Page<Shop> = admin.get("/shops?status=pending&limit=100").await.ok();
    let ids: Vec<Uuid> = waiting.items.iter().map(|shop| shop.id).collect();
    assert!(ids.contains(&stalls.0.shop_id) && ids.contains(&stalls.1.shop_id));
    stalls
}

async fn applies(mesh: &Mesh, name: &str) -> Stall {
    let owner = mesh.customer().await;
    let body = json!({"name": format!("{name} {}", word()), "about": "Made in Baku."});
    let shop: Shop = owner.client.post("/shops", body).await.created();

    assert_eq!((shop.status.as_str(), shop.owner_id), ("pending", owner.id));
    mesh.anybody()
        .get(&format!("/shops/{}", shop.id))
        .await
        .refused(404, "not-found");
    Stall {
        owner,
        shop_id: shop.id,
    }
}

pub async fn one_is_approved_at_once(mesh: &Mesh, admin: &Client, stall: &Stall) {
    approve(admin, stall).await;

    let seen: Shop = mesh
        .anybody()
        .get(&format!("/shops/{}", stall.shop_id))
        .await
        .ok();
    assert_eq!(seen.status, "approved");
    becomes("the owner's flag", true, async || {
        let user: User = stall.owner.client.get("/users/me").await.try_read(200)?;
        Ok(user.is_shop_owner)
    })
    .await;
}

pub async fn one_is_rejected_edits_and_is_approved(mesh: &Mesh, admin: &Client, stall: &Stall) {
    let path = format!("/shops/{}", stall.shop_id);
    let owner = &stall.owner.client;
    let reason = "Say where the honey is from.";
    let rejected: Shop = admin
        .post(&format!("{path}/reject"), json!({"reason": reason}))
        .await
        .ok();
    assert_eq!(
        (rejected.status.as_str(), rejected.status_reason.as_deref()),
        ("rejected", Some(reason))
    );
    let mine: Shop = owner.get("/shops/mine").await.ok();
    assert_eq!(mine.status_reason.as_deref(), Some(reason));

    owner
        .patch(&path, json!({"about": "Honey from Sheki."}))
        .await
        .ok::<Shop>();
    let again: Shop = owner.post(&format!("{path}/resubmit"), json!({})).await.ok();
    assert_eq!((again.status.as_str(), again.status_reason), ("pending", None));
    approve(admin, stall).await;

    let history: Page<Value> = owner.get(&format!("{path}/history")).await.ok();
    assert_eq!(history.items.len(), 4, "{history:?}");
    assert!(
        history.items.iter().any(|step| step["reason"] == reason),
        "{history:?}"
    );
    let slug = mine.slug;
    let seen: Shop = mesh.anybody().get(&format!("/shops/{slug}")).await.ok();
    assert_eq!((seen.id, seen.status.as_str()), (stall.shop_id, "approved"));
}

async fn approve(admin: &Client, stall: &Stall) {
    let path = format!("/shops/{}/approve", stall.shop_id);
    let shop: Shop = admin.post(&path, json!({})).await.ok();
    assert_eq!(shop.status, "approved");
}

pub async fn leather_lists_a_bag(stall: &Stall, category: &Category) -> Listed {
    let word = word();
    let product = list(stall, category, &format!("Weekend bag {word}")).await;
    let brown = vary(
        stall,
        product.id,
        json!({"options": {"size": "L", "color": "brown"}, "price": azn(12_999),
            "original_price": azn(19_999), "stock": 10}),
    )
    .await;
    vary(
        stall,
        product.id,
        json!({"options": {"size": "L", "color": "black"}, "price": azn(13_999), "stock": 4}),
    )
    .await;

    assert_eq!((brown.discount_percent, brown.available), (Some(35), 10));
    let listed: Product = stall
        .owner
        .client
        .get(&format!("/products/{}", product.id))
        .await
        .ok();
    assert_eq!((listed.variations.len(), listed.on_sale), (2, true));
    Listed {
        ware: ware(&brown, 10, word),
        shop_id: stall.shop_id,
    }
}

pub async fn honey_lists_a_jar(stall: &Stall, category: &Category) -> Listed {
    let word = word();
    let product = list(stall, category, &format!("Forest honey {word}")).await;
    let jar = vary(
        stall,
        product.id,
        json!({"options": {"size": "500 g"}, "price": azn(1_850), "stock": 20}),
    )
    .await;
    let more = json!({"delta": 30, "reason": "restock", "note": "A new barrel."});
    let answer = stall
        .owner
        .client
        .post(&format!("/variations/{}/stock", jar.id), more)
        .await;

    assert!(answer.status < 300, "{answer:?}");
    assert_eq!(stall.variation(jar.id).await.unwrap().available, 50);
    Listed {
        ware: ware(&jar, 50, word),
        shop_id: stall.shop_id,
    }
}

async fn list(stall: &Stall, category: &Category, title: &str) -> Product {
    let body = json!({
        "title": title, "about": "Made by hand.", "sku": word(), "category_ids": [category.id],
        "attributes": {"origin": "Azerbaijan"},
    });
    let product: Product = stall.owner.client.post("/products", body).await.created();
    assert_eq!((product.shop_id, product.title.as_str()), (stall.shop_id, title));
    product
}

async fn vary(stall: &Stall, product_id: Uuid, body: Value) -> Variation {
    let path = format!("/products/{product_id}/variations");
    let variation: Variation = stall.owner.client.post(&path, body).await.created();
    assert_eq!(variation.product_id, product_id);
    variation
}

fn ware(variation: &Variation, stock: i64, word: String) -> Ware {
    Ware {
        product_id: variation.product_id,
        variation_id: variation.id,
        price: variation.price.amount,
        stock,
        word,
    }
}

pub async fn the_catalogue_shows_both(mesh: &Mesh, category: &Category, listed: [&Listed; 2]) {
    let path = format!("/products?category={}&sort=price", category.slug);
    let page: Page<Product> = mesh.anybody().get(&path).await.ok();

    let ids: Vec<Uuid> = page.items.iter().map(|product| product.id).collect();
    assert_eq!(ids, [listed[1].ware.product_id, listed[0].ware.product_id]);
}
