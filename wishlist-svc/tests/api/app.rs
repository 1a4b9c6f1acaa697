//! The service in process, the services it asks, and builders.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use souk_clients::cart::CartClient;
use souk_clients::product::{ProductClient, VariationSnapshot};
use souk_clients::shop::{ShopClient, ShopRecord};
use souk_contracts::events::ShopStatus;
use souk_contracts::{Currency, Envelope, Money};
use souk_mirror::OwnerRule;
use souk_outbox::BatchHandler;
use souk_testkit::{Call, Client, Response, StandIn, TestDb, TestServer, problem};
use uuid::Uuid;
use wishlist_svc::{AppState, Error, MIGRATIONS, NAME, app, routes};

pub const WISHLIST: &str = "/api/v1/wishlist";
pub const ITEMS: &str = "/api/v1/wishlist/items";

pub fn azn(amount: i64) -> Money {
    Money::new(amount, Currency::AZN)
}

/// What the other services know.
#[derive(Default)]
struct World {
    products: HashMap<Uuid, VariationSnapshot>,
    shops: HashMap<Uuid, ShopRecord>,
    added: HashSet<Value>,
    refusal: Option<(u16, Value)>,
}

pub struct TestApp {
    pub db: TestDb,
    pub server: TestServer,
    pub products: StandIn,
    pub shops: StandIn,
    pub carts: StandIn,
    world: Arc<Mutex<World>>,
}

impl TestApp {
    pub async fn new() -> Self {
        Self::under(OwnerRule::OwnersOnlySell).await
    }

    pub async fn under(rule: OwnerRule) -> Self {
        let sources = vec![
            souk_db::MIGRATIONS,
            souk_outbox::MIGRATIONS,
            souk_mirror::MIGRATIONS,
            MIGRATIONS,
        ];
        let db = TestDb::with(sources).await;
        let world = Arc::<Mutex<World>>::default();
        let stand_in = |answer: fn(&mut World, &Call) -> (u16, Value)| {
            let world = world.clone();
            StandIn::start(move |call| answer(&mut world.lock().unwrap(), call))
        };
        let (products, shops, carts) = (stand_in(lookup), stand_in(shop), stand_in(add_to_cart));
        let state = AppState {
            db: db.db(),
            products: ProductClient::new(products.client(NAME)),
            shops: ShopClient::new(shops.client(NAME)),
            carts: CartClient::new(carts.client(NAME)),
            rule,
        };
        let server = TestServer::start(app::server(state, souk_testkit::mesh_keys()), routes::configure);
        Self {
            db,
            server,
            products,
            shops,
            carts,
            world,
        }
    }

    /// A variation of a product and shop of its own, for sale.
    pub fn sells(&self, price: i64, available: i32) -> VariationSnapshot {
        let snapshot = VariationSnapshot {
            variation_id: Uuid::now_v7(),
            product_id: Uuid::now_v7(),
            shop_id: Uuid::now_v7(),
            owner_id: Uuid::now_v7(),
            title: "Blue suede shoes".into(),
            sku: "BSS-1".into(),
            options: BTreeMap::from([("size".into(), "42".into())]),
            price: azn(price),
            original_price: None,
            available,
            stock_version: 1,
            product_version: 1,
            sellable: true,
            archived: false,
        };
        self.world
            .lock()
            .unwrap()
            .products
            .insert(snapshot.variation_id, snapshot.clone());
        snapshot
    }

    /// Changes what product-svc answers from now on.
    pub fn edit(&self, variation_id: Uuid, change: impl FnOnce(&mut VariationSnapshot)) {
        change(
            self.world
                .lock()
                .unwrap()
                .products
                .get_mut(&variation_id)
                .unwrap(),
        );
    }

    /// A shop that shop-svc knows.
    pub fn has_shop(&self, id: Uuid, status: ShopStatus, version: i64) -> ShopRecord {
        let shop = ShopRecord {
            id,
            owner_id: Uuid::now_v7(),
            name: "Lamps".into(),
            slug: "lamps".into(),
            logo_url: None,
            is_verified: false,
            status,
            version,
        };
        self.world.lock().unwrap().shops.insert(id, shop.clone());
        shop
    }

    /// From now on the cart refuses so, or does not.
    pub fn cart_refuses(&self, refusal: Option<(u16, &str)>) {
        let refusal = refusal.map(|(status, slug)| {
            let mut body = problem(slug);
            body["available"] = json!(3);
            (status, body)
        });
        self.world.lock().unwrap().refusal = refusal;
    }

    pub fn customer(&self) -> Client {
        self.server.customer(Uuid::now_v7())
    }

    /// Lets a consumer handle an event, as the runner would.
    pub async fn tell<H: BatchHandler<Error = Error>>(&self, handler: &H, event: Envelope<H::Event>) {
        self.db.tell_all(handler, vec![event]).await.unwrap();
    }

    /// The types and subjects of all events told so far.
    pub async fn told(&self) -> Vec<(String, String)> {
        self.db
            .published()
            .await
            .into_iter()
            .map(|event| (event.kind, event.subject))
            .collect()
    }
}

fn lookup(world: &mut World, call: &Call) -> (u16, Value) {
    let ids: Vec<Uuid> = serde_json::from_value(call.body["variation_ids"].clone()).unwrap();
    let items: Vec<_> = ids.iter().filter_map(|id| world.products.get(id)).collect();
    (200, json!({ "items": items }))
}

fn shop(world: &mut World, call: &Call) -> (u16, Value) {
    let id = call.path.rsplit('/').next().unwrap().parse().unwrap();
    (200, json!(world.shops.get::<Uuid>(&id)))
}

fn add_to_cart(world: &mut World, call: &Call) -> (u16, Value) {
    if let Some(refusal) = &world.refusal {
        return refusal.clone();
    }
    world.added.insert(call.body["dedupe_id"].clone());
    (
        200,
        json!({ "line_id": call.body["dedupe_id"], "quantity": call.body["quantity"] }),
    )
}

pub async fn wish(customer: &Client, body: Value) -> Value {
    let response = customer.post(ITEMS, body).await;
    assert!(matches!(response.status, 200 | 201), "{response:?}");
    response.body
}

pub async fn wish_for(customer: &Client, variation_id: Uuid) -> Value {
    wish(customer, json!({ "variation_id": variation_id })).await
}

pub async fn try_wish_for(customer: &Client, variation_id: Uuid) -> Response {
    customer
        .post(ITEMS, json!({ "variation_id": variation_id }))
        .await
}

/// The items of a wishlist, on its first page.
pub async fn items(customer: &Client) -> Vec<Value> {
    let response = customer.get(WISHLIST).await;
    assert_eq!(response.status, 200, "{response:?}");
    let count = customer.get(&format!("{WISHLIST}/count")).await.body["count"]
        .as_u64()
        .unwrap();
    let items = response.body["items"].as_array().unwrap().clone();
    assert_eq!(count as usize, items.len());
    items
}

pub fn url(item: &Value) -> String {
    format!("{ITEMS}/{}", item["id"].as_str().unwrap())
}
