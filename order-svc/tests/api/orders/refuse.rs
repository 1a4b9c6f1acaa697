use serde_json::{Value, json};

use crate::app::{ORDERS, TestApp, accepting, checkout};
use crate::world::{Held, Thing};

fn reprice(app: &TestApp, thing: &Thing, price: i64) {
    app.world.change(thing.id, |thing| thing.price = price);
}

#[actix_web::test]
async fn an_order_needs_a_login_a_key_and_a_signature() {
    let app = TestApp::new().await;
    let buyer = app.buyer();

    let nobody = app
        .server
        .anonymous()
        .with("Idempotency-Key", "one")
        .post(ORDERS, checkout())
        .await;
    let keyless = buyer.client.post(ORDERS, checkout()).await;
    let bare = buyer
        .client
        .clone()
        .unsigned()
        .with("Idempotency-Key", "one")
        .post(ORDERS, checkout())
        .await;

    assert_eq!(nobody.problem(), (401, "authentication-required"));
    assert_eq!(keyless.problem(), (400, "idempotency-key-required"));
    assert_eq!(bare.problem(), (401, "mesh-signature"));
    assert!(app.carts.calls().is_empty());
}

#[actix_web::test]
async fn each_wrong_field_of_an_order_is_pointed_at() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let table = [
        ("/shipping_address/name", json!("  "), "blank"),
        ("/shipping_address/line1", json!("a".repeat(201)), "length"),
        ("/shipping_address/city", json!("Ba\nku"), "control_characters"),
        ("/shipping_address/country", json!("az"), "country"),
        ("/shipping_address/phone_number", json!("1"), "length"),
        ("/shipping_address/zip", json!("AZ1000"), "unknown_field"),
        ("/note", json!("a".repeat(1001)), "length"),
        ("/accept_changes", json!("yes"), "wrong_type"),
    ];
    for (pointer, value, code) in table {
        let mut body = checkout();
        match pointer.strip_prefix("/shipping_address/") {
            Some(field) => body["shipping_address"][field] = value,
            None => body[&pointer[1..]] = value,
        }

        let response = buyer.order_with("one", body).await;

        assert_eq!(response.problem(), (422, "validation-failed"), "{pointer}");
        assert_eq!(response.body["errors"][0]["pointer"], pointer);
        assert_eq!(response.body["errors"][0]["code"], code);
    }
    let response = buyer.order_with("one", json!({})).await;
    assert_eq!(response.body["errors"][0]["pointer"], "/shipping_address");
}

#[actix_web::test]
async fn an_empty_cart_is_not_an_order() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    app.order_by(&buyer).await;

    let response = buyer.order("two").await;

    assert_eq!(response.problem(), (409, "cart-empty"));
    assert_eq!(app.db.count("orders").await, 1);
}

#[actix_web::test]
async fn what_is_short_gone_or_repriced_is_proposed_and_accepted_as_proposed() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    app.world.change(buyer.things[0].id, |thing| thing.available = 1);
    reprice(&app, &buyer.things[1], 700);

    let refused = buyer.order("one").await;
    let accepted = buyer.order_with("one", accepting()).await;

    assert_eq!(refused.problem(), (409, "cart-changed"));
    let kinds: Vec<_> = changes(&refused.body)
        .iter()
        .map(|change| change["kind"].clone())
        .collect();
    assert_eq!(kinds, ["short", "repriced"]);
    let money = |amount| json!({ "amount": amount, "currency": "AZN" });
    assert_eq!(
        changes(&refused.body)[1]["old"],
        json!({ "quantity": 1, "unit_price": money(500) })
    );
    assert_eq!(
        changes(&refused.body)[1]["new"],
        json!({ "quantity": 1, "unit_price": money(700) })
    );
    assert_eq!(accepted.status, 201, "{accepted:?}");
    assert_eq!(accepted.body["totals"]["total"], money(13600));
}

#[actix_web::test]
async fn a_change_after_the_proposal_is_another_refusal() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    reprice(&app, &buyer.things[1], 700);
    buyer.order("one").await;
    reprice(&app, &buyer.things[1], 900);

    let refused = buyer.order_with("one", accepting()).await;
    let accepted = buyer.order_with("one", accepting()).await;

    assert_eq!(refused.problem(), (409, "cart-changed"));
    assert_eq!(changes(&refused.body)[0]["old"]["unit_price"]["amount"], 700);
    assert_eq!(changes(&refused.body)[0]["new"]["unit_price"]["amount"], 900);
    assert_eq!(accepted.status, 201);
}

#[actix_web::test]
async fn an_acceptance_sent_again_accepts_nothing_that_was_proposed_since() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    reprice(&app, &buyer.things[1], 700);
    buyer.order("one").await;
    let accepted = buyer.order_with("two", accepting()).await;
    app.world.put_in_cart(buyer.id(), &buyer.things[1], 1);
    reprice(&app, &buyer.things[1], 900);
    buyer.order("three").await;

    let again = buyer.order_with("two", accepting()).await;

    assert_eq!((accepted.status, again.status), (201, 201));
    assert_eq!(again.body, accepted.body);
    // It stands where it stood: proposed, and not in the cart.
    assert_eq!(buyer.order("three").await.problem(), (409, "cart-changed"));
}

#[actix_web::test]
async fn a_refused_order_holds_no_stock_and_leaves_its_key_free() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    app.world.change(buyer.things[1].id, |thing| thing.available = 0);

    let refused = buyer.order("one").await;
    app.world.change(buyer.things[1].id, |thing| thing.available = 5);
    let accepted = buyer.order("one").await;

    assert_eq!(refused.problem(), (409, "cart-changed"));
    assert_eq!(accepted.status, 201);
    assert_eq!(app.world.available(&buyer.things[0]), 8);
    assert_eq!(app.db.count("verdicts").await, 1);
}

#[actix_web::test]
async fn nobody_buys_from_their_own_shop() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    app.world.change(buyer.things[1].id, |thing| {
        thing.owner_id = buyer.client.user_id()
    });

    let refused = buyer.order("one").await;
    app.world
        .change(buyer.things[1].id, |thing| thing.owner_id = uuid::Uuid::now_v7());
    let accepted = buyer.order("one").await;

    assert_eq!(refused.problem(), (409, "own-product"));
    assert_eq!(accepted.status, 201, "the next try makes another reservation");
    let held: Vec<_> = app
        .world
        .reservations()
        .into_iter()
        .map(|(_, held)| held)
        .collect();
    assert_eq!(held, [Held::Released, Held::Held]);
    assert_eq!(app.db.count("verdicts where verdict = 'abandoned'").await, 1);
}

#[actix_web::test]
async fn a_shop_owner_has_no_cart_to_order() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    app.world.owns_a_shop(buyer.id());

    let response = buyer.order("one").await;

    assert_eq!(response.problem(), (403, "shop-owner-has-no-cart"));
}

#[actix_web::test]
async fn while_a_service_is_away_nothing_is_half_done() {
    let app = TestApp::new().await;
    let buyer = app.buyer();

    app.carts.set_down(true);
    let without_carts = buyer.order("one").await;
    app.carts.set_down(false);
    app.products.set_down(true);
    let without_products = buyer.order("one").await;
    app.products.set_down(false);
    let accepted = buyer.order("one").await;

    for refused in [without_carts, without_products] {
        assert_eq!(refused.problem(), (503, "unavailable"));
        assert!(refused.header("retry-after").is_some());
    }
    assert_eq!(accepted.status, 201);
    assert_eq!(
        (app.db.count("orders").await, app.world.reservations().len()),
        (1, 1)
    );
}

fn changes(body: &Value) -> &Vec<Value> {
    body["changes"].as_array().unwrap()
}
