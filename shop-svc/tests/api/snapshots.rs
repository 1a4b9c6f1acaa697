//! `GET /internal/shops`, `POST /internal/shops/lookup`

use serde_json::json;
use souk_clients::MeshClient;
use souk_clients::shop::ShopClient;
use souk_clients::snapshots::{ClosedShop, ShopSnapshotPage};
use souk_testkit::Published;
use uuid::Uuid;

use crate::app::TestApp;

const PAGE: &str = "/internal/shops";
const LOOKUP: &str = "/internal/shops/lookup";

fn search_svc(app: &TestApp) -> ShopClient {
    ShopClient::new(MeshClient::new(app.server.url(), "search-svc", souk_testkit::mesh_keys()).unwrap())
}

async fn page(app: &TestApp, after: Option<Uuid>, limit: u64) -> ShopSnapshotPage {
    search_svc(app).snapshots(after, limit).await.unwrap()
}

fn ids(page: &ShopSnapshotPage) -> Vec<Uuid> {
    page.items.iter().map(|item| item.shop.shop_id).collect()
}

/// The latest event of a shop.
async fn latest(app: &TestApp, shop: Uuid) -> Published {
    let subject = shop.to_string();
    let mut events = app.db.published().await;
    events.retain(|event| event.subject == subject);
    events.pop().unwrap()
}

#[actix_web::test]
async fn shops_of_every_status_are_what_their_latest_events_carry() {
    let app = TestApp::new().await;
    let open = [
        app.pending().await.id,
        app.approved().await.id,
        app.rejected().await.id,
        app.suspended().await.id,
    ];
    let closed = app.closed().await.id;

    let found = page(&app, None, 500).await;

    assert_eq!((ids(&found), found.next), (open.to_vec(), None));
    for item in &found.items {
        let event = latest(&app, item.shop.shop_id).await;
        let shown = serde_json::to_value(&item.shop).unwrap();
        assert_eq!((Some(item.version), shown), (event.version, event.data));
    }
    let event = latest(&app, closed).await;
    assert_eq!(event.kind, "shop.deleted");
    let gone = ClosedShop {
        shop_id: closed,
        version: event.version.unwrap(),
    };
    assert_eq!(found.gone, [gone]);
}

#[actix_web::test]
async fn pages_show_each_shop_once_while_shops_are_added() {
    let app = TestApp::new().await;
    let mut expected = vec![app.pending().await.id, app.approved().await.id];
    let closed = app.closed().await.id;
    expected.push(app.pending().await.id);

    let first = page(&app, None, 2).await;
    assert_eq!(
        (ids(&first), first.next),
        (expected[..2].to_vec(), Some(expected[1]))
    );
    expected.push(app.pending().await.id);
    assert_eq!(page(&app, None, 2).await, first);

    let (mut found, mut gone, mut after) = (ids(&first), Vec::new(), first.next);
    while after.is_some() {
        let next = page(&app, after, 2).await;
        assert!(next.items.len() + next.gone.len() <= 2);
        found.extend(ids(&next));
        gone.extend(next.gone.iter().map(|shop| shop.shop_id));
        after = next.next;
    }
    assert_eq!((found, gone), (expected, vec![closed]));
}

#[actix_web::test]
async fn a_lookup_tells_what_is_there_what_is_closed_and_what_never_was() {
    let app = TestApp::new().await;
    let (open, closed, unknown) = (app.suspended().await.id, app.closed().await.id, Uuid::now_v7());

    let wanted = [unknown, closed, open, open];
    let found = search_svc(&app).snapshots_of(&wanted).await.unwrap();

    let shown: Vec<_> = found
        .items
        .iter()
        .map(|item| (item.shop.shop_id, item.version))
        .collect();
    assert_eq!(shown, [(open, latest(&app, open).await.version.unwrap())]);
    assert_eq!(found.missing, [closed, unknown]);
    let gone = ClosedShop {
        shop_id: closed,
        version: latest(&app, closed).await.version.unwrap(),
    };
    assert_eq!(found.gone, [gone]);
}

#[actix_web::test]
async fn what_does_not_fit_is_refused_by_name() {
    let app = TestApp::new().await;
    let search_svc = app.server.peer("search-svc");

    for (query, pointer) in [
        ("limit=0", "/limit"),
        ("limit=501", "/limit"),
        ("after=x", "/after"),
    ] {
        let refused = search_svc.get(&format!("{PAGE}?{query}")).await;
        assert_eq!(refused.problem(), (422, "validation-failed"));
        assert_eq!(refused.body["errors"][0]["pointer"], pointer, "{query}");
    }
    let many: Vec<Uuid> = (0..501).map(|_| Uuid::now_v7()).collect();
    let refused = search_svc.post(LOOKUP, json!({ "ids": many })).await;
    assert_eq!(refused.body["errors"][0]["pointer"], "/ids");
}

#[actix_web::test]
async fn only_search_svc_reads_snapshots() {
    let app = TestApp::new().await;

    for client in [app.server.peer("wishlist-svc"), app.server.admin()] {
        assert_eq!(client.get(PAGE).await.problem(), (403, "mesh-only"));
        let refused = client.post(LOOKUP, json!({ "ids": [] })).await;
        assert_eq!(refused.problem(), (403, "mesh-only"));
    }
    let unsigned = app.server.peer("search-svc").unsigned();
    assert_eq!(unsigned.get(PAGE).await.problem(), (401, "mesh-signature"));
}
