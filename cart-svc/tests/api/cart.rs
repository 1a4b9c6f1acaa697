//! `GET /cart`

use serde_json::json;
use souk_mirror::OwnerRule;
use uuid::Uuid;

use crate::app::{CART, TestApp, add, azn, cart, only_line};

#[actix_web::test]
async fn a_cart_that_nobody_filled_is_empty_and_free() {
    let app = TestApp::new().await;

    let response = app.customer().get(CART).await;

    assert_eq!(response.status, 200);
    assert_eq!(response.header("etag"), Some("\"1\""));
    let nothing = json!({
        "version": 1, "lines": [], "notices": [], "stale": false,
        "totals": { "quantity": 0, "total": azn(0), "shops": [] },
    });
    assert_eq!(response.body, nothing);
    assert!(app.products.calls().is_empty());
}

#[actix_web::test]
async fn a_cart_shows_lines_and_totals_per_shop_with_one_call() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let (shoes, hat, lamp) = (app.sells(1299, 10), app.sells(500, 3), app.sells(70, 1));
    app.edit(hat.variation_id, |hat| hat.shop_id = shoes.shop_id);
    for (thing, quantity) in [(&shoes, 2), (&hat, 3), (&lamp, 1)] {
        add(&customer, thing.variation_id, quantity).await;
    }
    let calls = app.products.calls().len();

    let cart = cart(&customer).await;

    assert_eq!(app.products.calls().len(), calls + 1);
    assert_eq!(cart["totals"]["total"], json!(azn(2 * 1299 + 3 * 500 + 70)));
    assert_eq!(cart["totals"]["quantity"], 6);
    let shops = json!([
        { "shop_id": shoes.shop_id, "quantity": 5, "total": azn(2 * 1299 + 3 * 500) },
        { "shop_id": lamp.shop_id, "quantity": 1, "total": azn(70) },
    ]);
    assert_eq!(cart["totals"]["shops"], shops);
    let line = &cart["lines"][0];
    assert_eq!(line["title"], "Blue suede shoes");
    assert_eq!(line["options"], json!({ "size": "42" }));
    assert_eq!(
        (&line["unit_price"], &line["line_total"]),
        (&json!(azn(1299)), &json!(azn(2598)))
    );
    assert_eq!(
        (&line["quantity"], &line["available"], &line["notice"]),
        (&json!(2), &json!(10), &json!(null))
    );
}

#[actix_web::test]
async fn a_new_price_is_noticed_once_and_counts_from_then_on() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let shoes = app.sells(1000, 10);
    add(&customer, shoes.variation_id, 2).await;
    app.edit(shoes.variation_id, |shoes| shoes.price = azn(1200));

    let first = cart(&customer).await;
    let second = cart(&customer).await;

    assert_eq!(first["lines"][0]["notice"], "price_changed");
    assert_eq!(first["notices"][0]["old"]["unit_price"], json!(azn(1000)));
    assert_eq!(first["notices"][0]["new"]["unit_price"], json!(azn(1200)));
    assert_eq!(first["totals"]["total"], json!(azn(2400)));
    assert_eq!(
        (&second["notices"], &second["totals"]),
        (&json!([]), &first["totals"])
    );
    assert_eq!(second["version"], first["version"]);
}

#[actix_web::test]
async fn a_quantity_that_is_not_there_any_more_is_lowered() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let shoes = app.sells(1000, 10);
    add(&customer, shoes.variation_id, 5).await;
    app.edit(shoes.variation_id, |shoes| shoes.available = 3);

    let cart = cart(&customer).await;

    assert_eq!(cart["lines"][0]["notice"], "quantity_lowered");
    assert_eq!(
        (&cart["lines"][0]["quantity"], &cart["totals"]["quantity"]),
        (&json!(3), &json!(3))
    );
    assert_eq!(
        (
            &cart["notices"][0]["old"]["quantity"],
            &cart["notices"][0]["new"]["quantity"]
        ),
        (&json!(5), &json!(3))
    );
}

#[actix_web::test]
async fn what_cannot_be_sold_stays_as_unavailable_and_does_not_count() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let gone: [fn(&TestApp, Uuid); 4] = [
        |app, id| app.edit(id, |thing| thing.available = 0),
        |app, id| app.edit(id, |thing| thing.sellable = false),
        |app, id| app.edit(id, |thing| thing.archived = true),
        |app, id| app.forget(id),
    ];
    let mut ids = Vec::new();
    for _ in &gone {
        let thing = app.sells(1000, 5);
        add(&customer, thing.variation_id, 2).await;
        ids.push(thing.variation_id);
    }

    for (go, id) in gone.iter().zip(ids) {
        go(&app, id);
    }
    let cart = cart(&customer).await;

    for line in cart["lines"].as_array().unwrap() {
        assert_eq!(
            (&line["notice"], &line["quantity"]),
            (&json!("unavailable"), &json!(2)),
            "{line}"
        );
        assert_eq!(
            (&line["available"], &line["title"]),
            (&json!(0), &json!("Blue suede shoes"))
        );
    }
    assert_eq!(cart["lines"].as_array().unwrap().len(), 4);
    assert_eq!(
        cart["totals"],
        json!({ "quantity": 0, "total": azn(0), "shops": [] })
    );
}

#[actix_web::test]
async fn an_outage_of_products_makes_the_cart_stale_and_changes_nothing() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let shoes = app.sells(1000, 10);
    add(&customer, shoes.variation_id, 2).await;
    let live = cart(&customer).await;

    app.products.set_down(true);
    let stale = cart(&customer).await;
    app.products.set_down(false);

    assert_eq!((&stale["stale"], &live["stale"]), (&json!(true), &json!(false)));
    for field in ["version", "lines", "totals", "notices"] {
        assert_eq!(stale[field], live[field], "{field}");
    }
    assert_eq!(cart(&customer).await, live);
}

#[actix_web::test]
async fn a_cart_is_its_customers_alone() {
    let app = TestApp::new().await;
    let customer = app.customer();
    add(&customer, app.sells(1000, 10).variation_id, 2).await;

    assert_eq!(
        app.server.anonymous().get(CART).await.problem(),
        (401, "authentication-required")
    );
    assert_eq!(
        customer.clone().unsigned().get(CART).await.problem(),
        (401, "mesh-signature")
    );
    assert_eq!(cart(&app.customer()).await["lines"], json!([]));
    only_line(&customer).await;
}

#[actix_web::test]
async fn stock_is_shown_to_a_client_that_has_this_version() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let shoes = app.sells(1000, 10);
    add(&customer, shoes.variation_id, 2).await;
    app.edit(shoes.variation_id, |shoes| shoes.available = 7);

    let response = customer.with("If-None-Match", "\"2\"").get(CART).await;

    assert_eq!((response.status, response.header("etag")), (200, Some("\"2\"")));
    assert_eq!(response.body["lines"][0]["available"], 7);
}

#[actix_web::test]
async fn owners_who_may_buy_have_a_cart() {
    let app = TestApp::under(OwnerRule::OwnersMayBuy).await;
    let owner = app.customer();
    crate::consumers::approve(&app, Uuid::now_v7(), owner.user_id(), 2).await;

    let response = owner.get(CART).await;

    assert_eq!(response.status, 200);
}
