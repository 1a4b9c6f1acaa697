//! `POST /cart/items`

use serde_json::json;
use souk_mirror::OwnerRule;
use souk_testkit::Repeat;
use uuid::Uuid;

use crate::app::{ITEMS, TestApp, add, azn, cart, only_line, try_add, url};

#[actix_web::test]
async fn what_is_added_becomes_a_line() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let shoes = app.sells(1299, 10);

    let response = try_add(&customer, shoes.variation_id, 2).await;

    assert_eq!(response.status, 201);
    assert_eq!(response.header("location"), Some(url(&response.body).as_str()));
    assert_eq!(response.header("etag"), Some("\"2\""));
    assert_eq!(
        (&response.body["quantity"], &response.body["line_total"]),
        (&json!(2), &json!(azn(2598)))
    );
    assert_eq!(only_line(&customer).await, response.body);
}

#[actix_web::test]
async fn adding_again_adds_to_the_line() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let shoes = app.sells(1299, 10);
    let first = add(&customer, shoes.variation_id, 2).await;

    let again = try_add(&customer, shoes.variation_id, 3).await;

    assert_eq!((again.status, &again.body["quantity"]), (200, &json!(5)));
    assert_eq!(again.body["id"], first["id"]);
}

#[actix_web::test]
async fn additions_at_once_all_count() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let shoes = app.sells(1299, 100);

    let (a, b, c, d) = tokio::join!(
        add(&customer, shoes.variation_id, 1),
        add(&customer, shoes.variation_id, 2),
        add(&customer, shoes.variation_id, 3),
        add(&customer, shoes.variation_id, 4),
    );

    assert_eq!(only_line(&customer).await["quantity"], 10);
    assert!([b, c, d].iter().all(|line| line["id"] == a["id"]));
}

#[actix_web::test]
async fn the_same_key_adds_once() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let shoes = app.sells(1299, 10);
    let keyed = customer.clone().with("Idempotency-Key", "k-1");

    let (one, two) = tokio::join!(
        try_add(&keyed, shoes.variation_id, 2),
        try_add(&keyed, shoes.variation_id, 2)
    );
    let other = try_add(&keyed, shoes.variation_id, 3).await;

    assert_eq!((one.status, two.status), (201, 201));
    assert_eq!(one.body, two.body);
    assert_eq!(other.problem(), (422, "idempotency-key-reused"));
    assert_eq!(only_line(&customer).await["quantity"], 2);
}

#[actix_web::test]
async fn a_key_answers_again_when_the_thing_is_sold_out_or_unreachable() {
    let app = TestApp::new().await;
    let keyed = app.customer().with("Idempotency-Key", "k-1");
    let shoes = app.sells(1299, 2);
    let first = try_add(&keyed, shoes.variation_id, 2).await;

    app.edit(shoes.variation_id, |shoes| shoes.available = 0);
    let sold_out = try_add(&keyed, shoes.variation_id, 2).await;
    app.products.set_down(true);
    let unreachable = try_add(&keyed, shoes.variation_id, 2).await;

    assert_eq!((sold_out.status, &sold_out.body), (201, &first.body));
    assert_eq!((unreachable.status, &unreachable.body), (201, &first.body));
}

#[actix_web::test]
async fn more_than_there_is_cannot_be_added() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let shoes = app.sells(1299, 5);
    add(&customer, shoes.variation_id, 3).await;

    let response = try_add(&customer, shoes.variation_id, 3).await;

    assert_eq!(response.problem(), (409, "out-of-stock"));
    assert_eq!(response.body["available"], 5);
    assert_eq!(only_line(&customer).await["quantity"], 3);
}

#[actix_web::test]
async fn only_what_is_for_sale_can_be_added() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let (hidden, archived) = (app.sells(1, 5), app.sells(1, 5));
    app.edit(hidden.variation_id, |thing| thing.sellable = false);
    app.edit(archived.variation_id, |thing| thing.archived = true);

    let refusals = [
        try_add(&customer, hidden.variation_id, 1).await,
        try_add(&customer, archived.variation_id, 1).await,
        try_add(&customer, Uuid::now_v7(), 1).await,
    ];

    assert_eq!(refusals[0].problem(), (409, "not-for-sale"));
    assert_eq!(refusals[1].problem(), (422, "unknown-variation"));
    assert_eq!(refusals[2].problem(), (422, "unknown-variation"));
    assert_eq!(refusals[2].body["errors"][0]["pointer"], "/variation_id");
    assert_eq!(cart(&customer).await["lines"], json!([]));
}

#[actix_web::test]
async fn a_line_holds_at_most_999_pieces_and_a_cart_100_lines() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let pins = app.sells(1, 5000);
    add(&customer, pins.variation_id, 999).await;

    let too_many = try_add(&customer, pins.variation_id, 1).await;
    for _ in 1..100 {
        add(&customer, app.sells(1, 1).variation_id, 1).await;
    }
    let too_long = try_add(&customer, app.sells(1, 1).variation_id, 1).await;

    assert_eq!(too_many.problem(), (409, "quantity-limit"));
    assert_eq!(too_long.problem(), (409, "cart-full"));
}

#[actix_web::test]
async fn quantities_and_fields_are_bounded() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let id = app.sells(1, 5000).variation_id;

    for (body, pointer) in [
        (json!({ "variation_id": id, "quantity": 0 }), "/quantity"),
        (json!({ "variation_id": id, "quantity": 1000 }), "/quantity"),
        (json!({ "variation_id": id, "quantity": "2" }), "/quantity"),
        (json!({ "variation_id": id }), "/quantity"),
        (json!({ "variation_id": "shoes", "quantity": 1 }), "/variation_id"),
        (json!({ "variation_id": id, "quantity": 1, "price": 1 }), "/price"),
    ] {
        let response = customer.post(ITEMS, body).await;
        assert_eq!(response.problem(), (422, "validation-failed"));
        assert_eq!(response.body["errors"][0]["pointer"], pointer);
    }
}

#[actix_web::test]
async fn nothing_is_added_without_asking_products() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let shoes = app.sells(1299, 10);
    app.products.set_down(true);

    let response = try_add(&customer, shoes.variation_id, 1).await;

    assert_eq!(response.problem(), (503, "unavailable"));
    assert!(response.header("retry-after").is_some());
}

#[actix_web::test]
async fn ones_own_product_cannot_be_added() {
    let app = TestApp::under(OwnerRule::OwnersMayBuy).await;
    let owner = app.customer();
    let shoes = app.sells(1299, 10);
    app.edit(shoes.variation_id, |shoes| shoes.owner_id = owner.user_id());

    let response = try_add(&owner, shoes.variation_id, 1).await;

    assert_eq!(response.problem(), (409, "own-product"));
}

#[actix_web::test]
async fn nobody_adds_nothing() {
    let app = TestApp::new().await;
    let id = app.sells(1, 1).variation_id;

    assert_eq!(
        try_add(&app.server.anonymous(), id, 1).await.problem(),
        (401, "authentication-required")
    );
    assert_eq!(
        try_add(&app.customer().unsigned(), id, 1).await.problem(),
        (401, "mesh-signature")
    );
}

#[actix_web::test]
async fn a_repeat_is_known_in_any_spelling_and_across_builds() {
    let app = TestApp::new().await;
    let (shoes, hat) = (app.sells(1299, 10).variation_id, app.sells(500, 10).variation_id);

    let repeat = Repeat {
        path: ITEMS.to_owned(),
        body: json!({ "variation_id": shoes, "quantity": 2 }),
        spelled: format!(
            "{{\"quantity\": 2, \"variation_id\": \"{}\"}}",
            shoes.to_string().to_uppercase()
        ),
        others: vec![
            json!({ "variation_id": shoes, "quantity": 3 }),
            json!({ "variation_id": hat, "quantity": 2 }),
        ],
        operation: "add_item".to_owned(),
        hashed: format!(r#"{{"variation_id":"{shoes}","quantity":2}}"#),
    };

    let customer = app.customer();
    let first = repeat
        .check(&app.db, &customer.clone().with("Idempotency-Key", "k1"))
        .await;
    assert!(first.status == 201 && first.header("etag").is_some() && first.header("location").is_some());
    // More of a line that is there is answered otherwise, also the second time.
    app.db.run_sql("delete from idempotency_keys").await;
    let more = repeat
        .check(&app.db, &customer.with("Idempotency-Key", "k2"))
        .await;
    assert!(more.status == 200 && more.header("etag").is_some() && more.header("location").is_none());
}
