//! What a dashboard shows.

use chrono::TimeDelta;
use serde_json::json;
use souk_contracts::Money;
use souk_contracts::events::OrderItemStatus::{Cancelled, Delivered, Shipped};
use uuid::Uuid;

use crate::harness::TestApp;
use crate::story::{OTHER, OWNER, SHOP, approved, at, item, order, seen, seen_product};

pub fn url(query: &str) -> String {
    format!("/api/v1/analytics/shops/{SHOP}/dashboard?{query}")
}

pub const MARCH: &str = "from=2026-03-01&to=2026-03-03";

#[actix_web::test]
async fn an_owner_sees_summary_previous_top_products_and_days() {
    let app = TestApp::new().await;
    let first = order(
        vec![item(SHOP, 11, 2), item(SHOP, 12, 3), item(OTHER, 13, 9)],
        "2026-03-01T10:00:00Z",
    );
    let second = order(vec![item(SHOP, 11, 1)], "2026-03-03T23:59:59Z");
    let before = order(vec![item(SHOP, 11, 1)], "2026-02-27T10:00:00Z");
    let delivered = first.moved(0, Delivered, "2026-03-02T10:00:00Z");
    let views = ["2026-03-01T09:00:00Z", "2026-03-02T09:00:00Z"].map(|time| seen("ann", time));
    app.take(vec![
        approved(),
        first.created(),
        second.created(),
        before.created(),
        delivered,
    ])
    .await;
    app.take(views.into()).await;
    app.take(vec![
        seen_product("bob", None, "2026-03-02T09:00:00Z"),
        seen("eve", "2026-02-26T00:00:00Z"),
    ])
    .await;

    let response = app.customer(OWNER).get(&url(MARCH)).await;

    assert_eq!(response.status, 200);
    insta::assert_json_snapshot!(response.body);
}

#[actix_web::test]
async fn a_shop_without_sales_has_zeros() {
    let app = TestApp::new().await;
    app.take(vec![approved()]).await;

    let response = app.customer(OWNER).get(&url("days=2")).await;

    assert_eq!(response.status, 200);
    for part in ["summary", "previous"] {
        assert_eq!(
            response.body[part],
            json!({
                "revenue_booked": 0, "revenue_settled": 0, "orders": 0, "units_sold": 0, "average_order_value": 0,
                "visitors": 0, "conversion_rate": 0.0,
                "revenue": [
                    {"currency": "AZN", "booked": 0, "settled": 0, "orders": 0, "average_order_value": 0}
                ],
            })
        );
    }
    assert_eq!(response.body["top_products"], json!([]));
    assert_eq!(response.body["daily"].as_array().unwrap().len(), 2);
    assert_eq!(response.body["daily"][0]["revenue"], 0);
}

#[actix_web::test]
async fn a_cancelled_item_is_subtracted_from_the_day_it_was_ordered_on() {
    let app = TestApp::new().await;
    let story = order(vec![item(SHOP, 11, 2), item(SHOP, 12, 1)], "2026-03-01T10:00:00Z");
    let cancelled = story.moved(0, Cancelled, "2026-03-02T10:00:00Z");
    app.take(vec![approved(), story.created(), cancelled]).await;

    let one = app.customer(OWNER).get(&url(MARCH)).await.body;
    app.take(vec![story.moved(1, Cancelled, "2026-03-03T10:00:00Z")])
        .await;
    let none = app.customer(OWNER).get(&url(MARCH)).await.body;

    assert_eq!(
        one["daily"][0],
        json!({"date": "2026-03-01", "revenue": 500, "orders": 1, "units": 1})
    );
    assert_eq!(one["daily"][1]["revenue"], 0);
    assert_eq!(one["top_products"].as_array().unwrap().len(), 1);
    assert_eq!(
        none["daily"][0],
        json!({"date": "2026-03-01", "revenue": 0, "orders": 0, "units": 0})
    );
    assert_eq!(none["summary"]["average_order_value"], 0);
    assert_eq!(none["top_products"], json!([]));
}

#[actix_web::test]
async fn revenue_is_booked_when_ordered_and_settled_when_delivered() {
    let app = TestApp::new().await;
    let story = order(vec![item(SHOP, 11, 2)], "2026-03-01T10:00:00Z");
    let moves = [
        (Shipped, "2026-03-02T10:00:00Z"),
        (Delivered, "2026-03-04T10:00:00Z"),
    ];
    app.take(vec![approved(), story.created()]).await;
    app.take(moves.map(|(to, time)| story.moved(0, to, time)).into())
        .await;

    let early = app.customer(OWNER).get(&url(MARCH)).await.body;
    let late = app
        .customer(OWNER)
        .get(&url("from=2026-03-04&to=2026-03-04"))
        .await
        .body;

    assert_eq!(
        (
            &early["summary"]["revenue_booked"],
            &early["summary"]["revenue_settled"]
        ),
        (&json!(1000), &json!(0))
    );
    assert_eq!(
        (
            &late["summary"]["revenue_booked"],
            &late["summary"]["revenue_settled"]
        ),
        (&json!(0), &json!(1000))
    );
}

/// Units by what a dashboard says in several places, and by the overview of the same days.
async fn units(app: &TestApp, query: &str) -> [i64; 4] {
    let shop = app.customer(OWNER).get(&url(query)).await.body;
    let market = app
        .admin()
        .get(&format!("/api/v1/analytics/overview?{query}"))
        .await
        .body;
    let days = shop["daily"].as_array().unwrap();
    [
        shop["summary"]["units_sold"].as_i64().unwrap(),
        days.iter().map(|day| day["units"].as_i64().unwrap()).sum(),
        shop["top_products"][0]["units_sold"].as_i64().unwrap(),
        market["quantity_sold"].as_i64().unwrap(),
    ]
}

#[actix_web::test]
async fn a_month_adds_up_in_every_time_zone() {
    let app = TestApp::new().await;
    let begin = at("2026-01-05T00:10:00Z");
    let times: Vec<_> = (0..240).map(|n| begin + TimeDelta::hours(7 * n)).collect();
    let orders = times
        .iter()
        .map(|time| order(vec![item(SHOP, 11, 1)], &time.to_rfc3339()).created());
    app.take(orders.chain([approved()]).collect()).await;

    for (zone, offset) in [
        ("UTC", "+00:00"),
        ("Asia/Baku", "+04:00"),
        ("Asia/Kathmandu", "+05:45"),
        ("America/Caracas", "-04:00"),
    ] {
        let (first, last) = ("2026-01-31", "2026-03-01");
        let from = at(&format!("{first}T00:00:00{offset}"));
        let to = at(&format!("{last}T00:00:00{offset}")) + TimeDelta::days(1);
        let of = |from, to| times.iter().filter(|time| (from..to).contains(*time)).count() as i64;

        let query = format!("from={first}&to={last}&tz={zone}");
        let before = app.customer(OWNER).get(&url(&query)).await.body["previous"]["units_sold"].clone();

        assert_eq!(units(&app, &query).await, [of(from, to); 4], "{zone}");
        assert_eq!(before, of(from - (to - from), from), "{zone}");
    }
}

#[actix_web::test]
async fn an_order_falls_on_the_day_of_the_time_zone() {
    let app = TestApp::new().await;
    // In Nepal, five hours and three quarters ahead, midnight is at 18:15.
    let eve = order(vec![item(SHOP, 11, 1)], "2026-03-01T18:14:59.999Z");
    let midnight = order(vec![item(SHOP, 11, 2)], "2026-03-01T18:15:00Z");
    app.take(vec![approved(), eve.created(), midnight.created()])
        .await;

    for (tz, units) in [
        ("UTC", [3, 0]),
        ("Asia/Kathmandu", [1, 2]),
        ("Asia/Kolkata", [3, 0]),
        ("Pacific%2FChatham", [0, 3]),
        ("America/Los_Angeles", [3, 0]),
    ] {
        let body = app
            .customer(OWNER)
            .get(&url(&format!("from=2026-03-01&to=2026-03-02&tz={tz}")))
            .await
            .body;
        assert_eq!(
            [&body["daily"][0]["units"], &body["daily"][1]["units"]],
            [units[0], units[1]],
            "{tz}"
        );
    }
}

#[actix_web::test]
async fn a_day_of_changing_clocks_has_its_own_length() {
    let app = TestApp::new().await;
    // 29 March 2026 in Berlin begins at 23:00 and ends at 22:00.
    let times = [
        "2026-03-28T23:00:00Z",
        "2026-03-29T21:59:00Z",
        "2026-03-29T22:00:00Z",
    ];
    app.take(
        times
            .map(|time| order(vec![item(SHOP, 11, 1)], time).created())
            .into(),
    )
    .await;
    app.take(vec![approved()]).await;

    let body = app
        .customer(OWNER)
        .get(&url("from=2026-03-28&to=2026-03-30&tz=Europe/Berlin"))
        .await
        .body;

    assert_eq!(
        [0, 1, 2].map(|day| body["daily"][day]["units"].as_i64().unwrap()),
        [0, 2, 1]
    );
}

#[actix_web::test]
async fn money_of_another_currency_stands_by_itself() {
    let app = TestApp::new().await;
    let mut euro = item(SHOP, 12, 1);
    euro.unit_price = Money::new(70, "EUR".parse().unwrap());
    let [azn, eur] = [vec![item(SHOP, 11, 1)], vec![euro]].map(|items| order(items, "2026-03-01T10:00:00Z"));
    app.take(vec![approved(), azn.created(), eur.created()]).await;

    let summary = app.customer(OWNER).get(&url(MARCH)).await.body["summary"].clone();

    assert_eq!(
        (&summary["revenue_booked"], &summary["orders"]),
        (&json!(500), &json!(2))
    );
    assert_eq!(summary["revenue"][1]["currency"], "EUR");
    assert_eq!(summary["revenue"][1]["booked"], 70);
}

#[actix_web::test]
async fn equal_products_stand_in_the_order_of_their_ids() {
    let app = TestApp::new().await;
    let items = vec![item(SHOP, 13, 1), item(SHOP, 11, 1), item(SHOP, 12, 2)];
    app.take(vec![approved(), order(items, "2026-03-01T10:00:00Z").created()])
        .await;

    let body = app.customer(OWNER).get(&url(MARCH)).await.body;

    let ids = [0, 1, 2].map(|n| body["top_products"][n]["product_id"].as_str().unwrap().to_owned());
    assert_eq!(ids, [12, 11, 13].map(|id| Uuid::from_u128(id).to_string()));
}
