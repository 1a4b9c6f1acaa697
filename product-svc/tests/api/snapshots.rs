//! `GET /internal/products`, `POST /internal/products/lookup`

use product_svc::domain::ProductId;
use product_svc::{Error, ops, store};
use serde_json::{Value, json};
use souk_clients::product::ProductClient;
use souk_clients::snapshots::{DeletedProduct, ProductSnapshotPage, VersionedProduct};
use souk_clients::{ClientError, MeshClient};
use souk_testkit::{Published, Reads};
use uuid::Uuid;

use crate::app::{Owner, PRODUCTS, TestApp, boots, id, pointers, variation};
use crate::categories;

const PAGE: &str = "/internal/products";
const LOOKUP: &str = "/internal/products/lookup";

fn search_svc(app: &TestApp) -> ProductClient {
    ProductClient::new(MeshClient::new(app.server.url(), "search-svc", souk_testkit::mesh_keys()).unwrap())
}

async fn page(app: &TestApp, after: Option<Uuid>, limit: u64) -> ProductSnapshotPage {
    search_svc(app).snapshots(after, limit).await.unwrap()
}

fn ids(page: &ProductSnapshotPage) -> Vec<Uuid> {
    page.items.iter().map(|item| item.product.product_id).collect()
}

async fn adds(owner: &Owner) -> Uuid {
    id(&owner.adds(boots(json!([variation("42", 1000, 5)]))).await)
}

/// The latest event of a product.
async fn latest(app: &TestApp, product: Uuid) -> Published {
    let subject = product.to_string();
    let mut events = app.db.published().await;
    events.retain(|event| event.subject == subject);
    events.pop().unwrap()
}

fn as_event(item: &VersionedProduct) -> (Option<i64>, Value) {
    (Some(item.version), serde_json::to_value(&item.product).unwrap())
}

#[actix_web::test]
async fn an_item_is_what_the_latest_event_of_its_product_carries() {
    let app = TestApp::new().await;
    let (admin, owner) = (app.server.admin(), app.owner().await);
    let shoes = categories::add(&admin, "Shoes", None).await;
    let winter = categories::add(&admin, "Winter", Some(shoes)).await;
    let bags = categories::add(&admin, "Bags", None).await;
    let mut products = Vec::new();
    for category_ids in [json!([winter, bags]), json!([bags]), json!([])] {
        let mut body = boots(json!([variation("42", 1000, 5), variation("43", 900, 0)]));
        body["category_ids"] = category_ids;
        body["attributes"] = json!({ "brand": "Araz" });
        products.push(id(&owner.adds(body).await));
    }
    // Hidden ones too.
    let hidden = format!("{PRODUCTS}/{}", products[0]);
    owner.client.patch(&hidden, json!({ "is_active": false })).await;

    let found = page(&app, None, 500).await;

    assert_eq!((ids(&found), found.next), (products.clone(), None));
    for item in &found.items {
        let event = latest(&app, item.product.product_id).await;
        assert_eq!(as_event(item), (event.version, event.data));
    }
    assert_eq!(
        (found.items[0].version, found.items[0].product.is_active),
        (2, false)
    );
    assert_eq!(found.items[0].product.categories.len(), 3);
}

#[actix_web::test]
async fn an_item_carries_the_stock_of_its_variations() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let variation = owner.sells(5).await;
    assert_eq!(owner.changes_stock(variation, 3, "restock").await.status, 201);

    let found = page(&app, None, 500).await;

    let told = app.db.published_of("stock.changed").await.pop().unwrap();
    let shown = &found.items[0].product.variations[0];
    assert_eq!(told.data["available"], json!(8));
    assert_eq!(
        (shown.available, Some(shown.stock_version)),
        (8, told.data["stock_version"].as_i64())
    );
    assert_eq!(found.items[0].version, 1);
}

#[actix_web::test]
async fn pages_show_each_product_once_while_products_are_added() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let mut expected = Vec::new();
    for _ in 0..5 {
        expected.push(adds(&owner).await);
    }
    let deleted = expected.remove(1);
    owner.client.delete(&format!("{PRODUCTS}/{deleted}")).await;

    let first = page(&app, None, 2).await;
    assert_eq!(
        (ids(&first), first.next),
        (expected[..2].to_vec(), Some(expected[1]))
    );
    expected.push(adds(&owner).await);
    assert_eq!(page(&app, None, 2).await, first);

    let (mut found, mut after) = (ids(&first), first.next);
    while after.is_some() {
        let next = page(&app, after, 2).await;
        assert!(next.items.len() <= 2);
        found.extend(ids(&next));
        after = next.next;
    }
    assert_eq!(found, expected);
}

#[actix_web::test]
async fn a_page_is_read_from_one_state_of_the_catalogue() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let product = owner.adds(boots(json!([variation("42", 1000, 5)]))).await;
    let (product, variation) = (id(&product), id(&product["variations"][0]));
    let products = [ProductId(product)];

    let (before, after) = app
        .db
        .db()
        .read_consistent(async |tx| {
            let before = ops::read_snapshots(tx, &products).await?;
            let url = format!("{PRODUCTS}/{product}");
            let renamed = owner.client.patch(&url, json!({ "title": "Felt boots" })).await;
            assert_eq!(renamed.status, 200, "{renamed:?}");
            assert_eq!(owner.changes_stock(variation, 3, "restock").await.status, 201);
            Ok::<_, Error>((before, ops::read_snapshots(tx, &products).await?))
        })
        .await
        .unwrap();

    assert_eq!((before.items[0].0, &before), (1, &after));
    let now = page(&app, None, 1).await;
    assert_eq!(
        (now.items[0].version, now.items[0].product.title.as_str()),
        (2, "Felt boots")
    );
}

#[actix_web::test]
async fn a_lookup_tells_what_is_there_what_is_deleted_and_what_never_was() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let (kept, deleted, unknown) = (adds(&owner).await, adds(&owner).await, Uuid::now_v7());
    owner.client.delete(&format!("{PRODUCTS}/{deleted}")).await;

    let wanted = [unknown, deleted, kept, kept];
    let found = search_svc(&app).snapshots_of(&wanted).await.unwrap();

    let event = latest(&app, kept).await;
    let items: Vec<_> = found.items.iter().map(as_event).collect();
    assert_eq!(items, [(event.version, event.data)]);
    assert_eq!(found.missing, [deleted, unknown]);
    let event = latest(&app, deleted).await;
    assert_eq!(event.kind, "product.deleted");
    let gone = DeletedProduct {
        product_id: deleted,
        shop_id: owner.shop_id,
        version: event.version.unwrap(),
    };
    assert_eq!((found.gone, found.unreadable), (vec![gone], vec![]));
}

#[actix_web::test]
async fn a_product_that_this_build_cannot_read_hides_no_other() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let (unreadable, readable) = (adds(&owner).await, adds(&owner).await);
    app.run(&format!(
        "update products set attributes = '[]' where id = '{unreadable}'"
    ))
    .await;

    let found = page(&app, None, 500).await;
    let looked_up = search_svc(&app)
        .snapshots_of(&[unreadable, readable])
        .await
        .unwrap();

    assert_eq!(
        (ids(&found), found.unreadable),
        (vec![readable], vec![unreadable])
    );
    assert_eq!(
        (looked_up.unreadable, looked_up.missing),
        (vec![unreadable], vec![])
    );
}

#[actix_web::test]
async fn what_does_not_fit_is_refused_by_name() {
    let app = TestApp::new().await;
    let search_svc = app.server.peer("search-svc");

    for (query, pointer) in [
        ("limit=0", "/limit"),
        ("limit=501", "/limit"),
        ("limit=-1", "/limit"),
        ("limit=x", "/limit"),
        ("after=x", "/after"),
    ] {
        let refused = search_svc.get(&format!("{PAGE}?{query}")).await;
        assert_eq!(pointers(&refused), [pointer], "{query}");
    }
    let many: Vec<Uuid> = (0..501).map(|_| Uuid::now_v7()).collect();
    assert_eq!(
        pointers(&search_svc.post(LOOKUP, json!({ "ids": many })).await),
        ["/ids"]
    );
    assert_eq!(
        search_svc.post(LOOKUP, json!({ "ids": &many[1..] })).await.status,
        200
    );
}

#[actix_web::test]
async fn only_search_svc_reads_snapshots() {
    let app = TestApp::new().await;

    for client in [app.server.peer("cart-svc"), app.server.admin(), app.anyone()] {
        assert_eq!(client.get(PAGE).await.problem(), (403, "mesh-only"));
        let refused = client.post(LOOKUP, json!({ "ids": [] })).await;
        assert_eq!(refused.problem(), (403, "mesh-only"));
    }
    let unsigned = app.server.peer("search-svc").unsigned();
    assert_eq!(unsigned.get(PAGE).await.problem(), (401, "mesh-signature"));
    let away = ProductClient::new(
        MeshClient::new("http://127.0.0.1:1", "search-svc", souk_testkit::mesh_keys()).unwrap(),
    );
    let refused = away.snapshots(None, 1).await.unwrap_err();
    assert!(matches!(refused, ClientError::Unavailable { .. }), "{refused}");
}

#[actix_web::test]
async fn a_page_reads_no_more_products_than_it_shows() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let shop = owner.shop_id;
    app.run(&format!(
        "insert into products (id, shop_id, title, sku, archived_at)
         select gen_random_uuid(), '{shop}', 'Boots', n::text, case when n % 100 > 0 then now() end
         from generate_series(1, 20000) n"
    ))
    .await;
    app.run("analyze products").await;

    let (found, reads) = app
        .db
        .db()
        .transaction(async |tx| {
            let before = Reads::of(tx, "products_by_id", "products").await;
            let found = store::products::ids_after(tx, None, 50).await?;
            let reads = Reads::of(tx, "products_by_id", "products").await - before;
            Ok::<_, Error>((found, reads))
        })
        .await
        .unwrap();

    assert_eq!((found.len(), reads.scans), (50, 1));
    assert!(reads.rows <= 51 && reads.entries <= 51, "{reads:?}");
}
