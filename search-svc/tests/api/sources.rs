//! Rebuilds and comparisons that read the services which own shops and products.

use std::sync::{Arc, Mutex};

use search_svc::consumers::{OnProductUpdated, OnShopUpdated};
use search_svc::flows::Sources;
use serde_json::{Value, json};
use souk_clients::product::ProductClient;
use souk_clients::shop::ShopClient;
use souk_contracts::events::{ProductSnapshot, ProductUpdated, ShopSnapshot, ShopUpdated};
use souk_testkit::{Call, StandIn};
use uuid::Uuid;

use crate::app::TestApp;
use crate::facts::{product, shop};

/// What shop-svc and product-svc have.
#[derive(Default)]
struct Owned {
    shops: Vec<(i64, ShopSnapshot)>,
    products: Vec<(i64, ProductSnapshot)>,
    deleted: Vec<(i64, ProductSnapshot)>,
    are_away: bool,
}

/// The two services, with pages of two products.
struct Services {
    owned: Arc<Mutex<Owned>>,
    shops: StandIn,
    products: StandIn,
}

impl Services {
    fn start() -> Self {
        let owned = Arc::new(Mutex::new(Owned::default()));
        let (of_shops, of_products) = (owned.clone(), owned.clone());
        Self {
            shops: StandIn::start(move |call| of_shops.lock().unwrap().answer(call)),
            products: StandIn::start(move |call| of_products.lock().unwrap().answer(call)),
            owned,
        }
    }

    fn sources(&self) -> Sources {
        Sources {
            products: ProductClient::new(self.products.client("search-svc")),
            shops: ShopClient::new(self.shops.client("search-svc")),
        }
    }

    fn own(&self, change: impl FnOnce(&mut Owned)) {
        change(&mut self.owned.lock().unwrap());
    }
}

impl Owned {
    fn answer(&self, call: &Call) -> (u16, Value) {
        if self.are_away {
            return (503, Value::Null);
        }
        let product =
            |(version, product): &(i64, ProductSnapshot)| json!({"version": version, "product": product});
        let shops: Vec<Value> = self
            .shops
            .iter()
            .map(|(version, shop)| json!({"version": version, "shop": shop}))
            .collect();
        if call.path.starts_with("/internal/shops?") {
            return (200, json!({"items": shops, "gone": [], "next": null}));
        }
        let mut products: Vec<&(i64, ProductSnapshot)> = self.products.iter().collect();
        products.sort_by_key(|(_, product)| product.product_id);
        if call.path.starts_with("/internal/products?") {
            let after = call
                .path
                .split("after=")
                .nth(1)
                .map(|id| id.parse::<Uuid>().unwrap());
            products.retain(|(_, product)| after.is_none_or(|after| product.product_id > after));
            let next = products
                .get(1)
                .filter(|_| products.len() > 2)
                .map(|(_, product)| product.product_id);
            let items: Vec<Value> = products.into_iter().take(2).map(product).collect();
            return (200, json!({"items": items, "next": next}));
        }
        let ids: Vec<Uuid> = serde_json::from_value(call.body["ids"].clone()).unwrap();
        let is_asked = |id: &Uuid| ids.contains(id);
        let items: Vec<Value> = products
            .iter()
            .filter(|p| is_asked(&p.1.product_id))
            .map(|p| product(p))
            .collect();
        let missing: Vec<&Uuid> = ids
            .iter()
            .filter(|id| products.iter().all(|(_, product)| product.product_id != **id))
            .collect();
        let gone: Vec<Value> = self
            .deleted
            .iter()
            .filter(|(_, product)| is_asked(&product.product_id))
            .map(|(version, product)| {
                json!({"product_id": product.product_id, "shop_id": product.shop_id, "version": version})
            })
            .collect();
        (200, json!({"items": items, "missing": missing, "gone": gone}))
    }
}

async fn run(app: &TestApp, kind: &str) -> Value {
    let admin = app.server.admin();
    let path = format!("/api/v1/search/{kind}");
    let begun = admin.post(&path, json!({"source": "services"})).await;
    app.indexed().await;
    let done = admin
        .get(&format!("{path}/{}", begun.body["id"].as_str().unwrap()))
        .await;
    assert_eq!(done.body["status"], "done", "{}", done.body);
    done.body
}

fn counts(drift: &Value) -> [i64; 3] {
    ["missing", "left_over", "outdated"].map(|sort| drift["result"][sort]["count"].as_i64().unwrap())
}

#[actix_web::test]
async fn copies_that_missed_events_are_found_and_mended() {
    let services = Services::start();
    let app = TestApp::with_sources(services.sources()).await;
    let hats = shop("Hat House");
    let products: Vec<ProductSnapshot> = (0..6).map(|n| product(&hats, &format!("Hat {n}"))).collect();
    app.told(OnShopUpdated, ShopUpdated(hats.clone()), 1).await;
    for product in &products[..5] {
        app.told(OnProductUpdated, ProductUpdated(product.clone()), 1)
            .await;
    }
    app.indexed().await;
    services.own(|owned| {
        owned.shops = vec![(1, hats.clone())];
        // One has changed, one is new, one was deleted, and one was never heard of.
        let mut changed = products[1].clone();
        changed.title = "Changed hat".into();
        owned.products = vec![
            (1, products[0].clone()),
            (2, changed),
            (1, products[2].clone()),
            (1, products[5].clone()),
        ];
        owned.deleted = vec![(2, products[3].clone())];
    });

    let before = run(&app, "drift").await;
    assert_eq!(counts(&before), [1, 2, 1]);
    assert_eq!(
        before["result"]["missing"]["items"][0]["id"],
        products[5].product_id.to_string()
    );

    run(&app, "rebuild").await;

    let mut titles = app.titles("hat").await;
    titles.sort();
    assert_eq!(titles, ["Changed hat", "Hat 0", "Hat 2", "Hat 5"]);
    assert_eq!(counts(&run(&app, "drift").await), [0, 0, 0]);
}

#[actix_web::test]
async fn what_its_service_does_not_know_is_dropped_whatever_its_version() {
    let services = Services::start();
    let app = TestApp::with_sources(services.sources()).await;
    let hats = shop("Hat House");
    services.own(|owned| owned.shops = vec![(1, hats.clone())]);
    app.told(OnShopUpdated, ShopUpdated(hats.clone()), 1).await;
    app.told(OnShopUpdated, ShopUpdated(shop("Unknown House")), i64::MAX)
        .await;
    app.told(
        OnProductUpdated,
        ProductUpdated(product(&hats, "Unknown hat")),
        i64::MAX,
    )
    .await;
    app.indexed().await;
    assert_eq!(counts(&run(&app, "drift").await), [0, 2, 0]);

    run(&app, "rebuild").await;

    assert_eq!(app.titles("hat").await, [""; 0]);
    assert_eq!(app.shops("house").await, ["Hat House"]);
    assert_eq!(counts(&run(&app, "drift").await), [0, 0, 0]);
}

#[actix_web::test]
async fn a_newer_event_wins_over_what_a_service_said_before() {
    let services = Services::start();
    let app = TestApp::with_sources(services.sources()).await;
    let hats = shop("Hat House");
    let mut hat = product(&hats, "Old hat");
    services.own(|owned| {
        owned.shops = vec![(1, hats.clone())];
        owned.products = vec![(1, hat.clone())];
    });
    hat.title = "New hat".into();
    app.told(OnProductUpdated, ProductUpdated(hat), 2).await;

    run(&app, "rebuild").await;

    assert_eq!(app.titles("hat").await, ["New hat"]);
}

#[actix_web::test]
async fn a_job_waits_for_its_source_and_indexing_goes_on_meanwhile() {
    let services = Services::start();
    let app = TestApp::with_sources(services.sources()).await;
    let hats = shop("Hat House");
    services.own(|owned| {
        owned.shops = vec![(1, hats.clone())];
        owned.are_away = true;
    });
    let admin = app.server.admin();
    let begun = admin
        .post("/api/v1/search/rebuild", json!({"source": "services"}))
        .await;
    let path = format!("/api/v1/search/rebuild/{}", begun.body["id"].as_str().unwrap());
    let stop = tokio_util::sync::CancellationToken::new();
    let indexer = tokio::spawn(app.indexer().run(stop.clone()));

    app.told(OnShopUpdated, ShopUpdated(hats), 1).await;
    app.becomes(async || app.waiting().await == 0).await;
    app.becomes(async || admin.get(&path).await.body["status"] == "running")
        .await;

    services.own(|owned| owned.are_away = false);
    app.becomes(async || admin.get(&path).await.body["status"] == "done")
        .await;
    stop.cancel();
    indexer.await.unwrap();
}
