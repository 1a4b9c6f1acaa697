//! A customer finds, keeps, buys and leaves.

use serde_json::{Value, json};

use super::opening::Listed;
use crate::bodies::{Order, Page, Product, SearchAnswer, Wishlist, azn};
use crate::eventually::{SOON, eventually};
use crate::mesh::Mesh;
use crate::people::{Person, checkout, key};

pub async fn a_misspelt_search_finds_them(customer: &Person, listed: [&Listed; 2]) {
    for item in listed {
        let path = format!("/search?q={}", misspelt(&item.ware.word));
        eventually("a misspelt word is found", SOON, async || {
            let answer: SearchAnswer = customer.client.get(&path).await.try_read(200)?;
            let hit = answer.products.first().ok_or("nothing is found")?;
            if hit.id == item.ware.product_id && hit.available {
                assert_eq!(
                    (hit.shop_id, &hit.price_from),
                    (item.shop_id, &azn(item.ware.price))
                );
                Ok(())
            } else {
                Err(format!("first hit: {hit:?}"))
            }
        })
        .await;
    }
}

/// One letter is missing.
fn misspelt(word: &str) -> String {
    format!("{}{}", &word[..5], &word[6..])
}

pub async fn the_customer_looks_at_them(customer: &Person, listed: [&Listed; 2]) {
    for item in listed {
        for _ in 0..2 {
            let path = format!("/products/{}", item.ware.product_id);
            let product: Product = customer.client.get(&path).await.ok();
            assert!(product.title.contains(&item.ware.word));
        }
    }
}

pub async fn the_customer_wishes_and_moves_it_to_the_cart(customer: &Person, bag: &Listed) {
    let client = &customer.client;
    let wish = json!({"variation_id": bag.ware.variation_id});
    client.post("/wishlist/items", wish).await.created::<Value>();
    client
        .post("/wishlist/items", json!({"shop_id": bag.shop_id}))
        .await
        .created::<Value>();
    let wishlist: Wishlist = client.get("/wishlist").await.ok();
    assert_eq!(wishlist.items.len(), 2);
    let count: Value = client.get("/wishlist/count").await.ok();
    assert_eq!(count["count"], 2);

    let wished = wishlist
        .items
        .iter()
        .find(|wish| wish.variation_id.is_some())
        .unwrap();
    assert_eq!(wished.variation_id, Some(bag.ware.variation_id));
    let moved = client
        .post(&format!("/wishlist/items/{}/move-to-cart", wished.id), json!({}))
        .await;

    assert!(moved.status < 300, "{moved:?}");
    let left: Wishlist = client.get("/wishlist").await.ok();
    assert_eq!(left.items.len(), 1);
    assert_eq!(left.items[0].shop_id, Some(bag.shop_id));
}

pub async fn the_cart_holds_both(customer: &Person, [bag, jar]: [&Listed; 2]) {
    customer.takes(bag.ware.variation_id, 1).await;
    customer.takes(jar.ware.variation_id, 2).await;
    let cart = customer.cart().await;
    let line = cart
        .lines
        .iter()
        .find(|line| line.variation_id == jar.ware.variation_id)
        .unwrap();
    let path = format!("/cart/items/{}", line.id);
    customer
        .client
        .patch(&path, json!({"quantity": 3}))
        .await
        .ok::<Value>();

    let cart = customer.cart().await;
    let bags = 2 * bag.ware.price;
    let jars = 3 * jar.ware.price;
    assert!(!cart.stale);
    assert_eq!(
        cart.lines.iter().map(|line| line.quantity).collect::<Vec<_>>(),
        [2, 3]
    );
    assert_eq!((cart.totals.quantity, cart.totals.total), (5, azn(bags + jars)));
    let shops: Vec<_> = cart
        .totals
        .shops
        .iter()
        .map(|shop| (shop.shop_id, shop.total.amount))
        .collect();
    assert!(
        shops.contains(&(bag.shop_id, bags)) && shops.contains(&(jar.shop_id, jars)),
        "{shops:?}"
    );
}

pub async fn the_order_is_placed_once(customer: &Person) -> Order {
    customer
        .client
        .post("/orders", checkout())
        .await
        .refused(400, "idempotency-key-required");
    let key = key();
    let first = customer.checks_out(&key).await;
    let order: Order = first.created();
    let again = customer.checks_out(&key).await;

    assert_eq!((again.status, &again.text), (201, &first.text));
    assert_eq!(again.header("location"), first.header("location"));
    assert!(customer.cart().await.lines.is_empty());
    order
}

pub async fn the_customer_sees_the_order(
    mesh: &Mesh,
    customer: &Person,
    order: &Order,
    [bag, jar]: [&Listed; 2],
) {
    let seen: Order = customer
        .client
        .get(&format!("/orders/{}", order.number))
        .await
        .ok();
    let bags = azn(2 * bag.ware.price);
    let jars = azn(3 * jar.ware.price);

    assert_eq!((seen.id, seen.status.as_str()), (order.id, "processing"));
    assert_eq!(seen.totals.total.amount, bags.amount + jars.amount);
    let parts: Vec<_> = seen
        .sub_orders
        .iter()
        .map(|part| (part.shop_id, &part.subtotal))
        .collect();
    assert_eq!(parts.len(), 2);
    assert!(
        parts.contains(&(bag.shop_id, &bags)) && parts.contains(&(jar.shop_id, &jars)),
        "{parts:?}"
    );
    assert_eq!(seen.timeline.len(), 1);
    let listed: Page<Order> = customer.client.get("/orders").await.ok();
    assert_eq!(
        listed.items.iter().map(|order| order.id).collect::<Vec<_>>(),
        [order.id]
    );
    let stranger = mesh.customer().await;
    let path = format!("/orders/{}", order.id);
    stranger.client.get(&path).await.refused(404, "not-found");
}

pub async fn logging_out_ends_both_tokens(mesh: &Mesh, customer: &Person) {
    let client = &customer.client;
    let refresh = json!({"refresh_token": customer.tokens.refresh_token});
    client.get("/users/me").await.ok::<Value>();

    client.post("/auth/logout", &refresh).await.no_content();

    client.get("/users/me").await.refused(401, "revoked-token");
    mesh.anybody()
        .post("/auth/refresh", &refresh)
        .await
        .refused(401, "invalid-refresh-token");
}
