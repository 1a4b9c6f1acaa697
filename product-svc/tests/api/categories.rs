//! `/categories`

use serde_json::{Value, json};
use souk_testkit::{Client, Repeat};
use uuid::Uuid;

use crate::app::{TestApp, boots, id, pointers};

const CATEGORIES: &str = "/api/v1/categories";

fn url(id: Uuid) -> String {
    format!("{CATEGORIES}/{id}")
}

pub async fn add(admin: &Client, name: &str, parent: Option<Uuid>) -> Uuid {
    let response = admin
        .post(CATEGORIES, json!({ "name": name, "parent_id": parent }))
        .await;
    assert_eq!(response.status, 201, "{response:?}");
    id(&response.body)
}

/// Names only: `("Shoes", [("Boots", [])])` as JSON.
fn names(items: &Value) -> Value {
    let items = items.as_array().unwrap().iter();
    items
        .map(|item| json!({ item["name"].as_str().unwrap(): names(&item["children"]) }))
        .collect()
}

#[actix_web::test]
async fn everyone_reads_the_tree() {
    let app = TestApp::new().await;
    let admin = app.server.admin();
    let shoes = add(&admin, "Shoes", None).await;
    let boots = add(&admin, "Boots", Some(shoes)).await;
    add(&admin, "Bags", None).await;
    add(&admin, "Winter boots", Some(boots)).await;

    let tree = app.anyone().get(CATEGORIES).await;
    let by_slug = app.anyone().get("/api/v1/categories/boots").await;
    let by_id = app.anyone().get(&url(boots)).await;

    let expected = json!([{ "Bags": [] }, { "Shoes": [{ "Boots": [{ "Winter boots": [] }] }] }]);
    assert_eq!(names(&tree.body["items"]), expected);
    assert_eq!(tree.body["next_cursor"], json!(null));
    assert_eq!(by_slug.body, by_id.body);
    assert_eq!(
        (by_id.body["parent_id"].as_str(), by_id.body["slug"].as_str()),
        (Some(shoes.to_string().as_str()), Some("boots"))
    );
    assert_eq!(names(&by_id.body["children"]), json!([{ "Winter boots": [] }]));
}

#[actix_web::test]
async fn an_unknown_category_is_not_found() {
    let app = TestApp::new().await;

    for path in [url(Uuid::now_v7()), format!("{CATEGORIES}/nothing")] {
        assert_eq!(app.anyone().get(&path).await.problem(), (404, "not-found"));
    }
    let admin = app.server.admin();
    let path = url(Uuid::now_v7());
    assert_eq!(
        admin.patch(&path, json!({ "name": "x" })).await.problem(),
        (404, "not-found")
    );
    assert_eq!(admin.delete(&path).await.problem(), (404, "not-found"));
}

#[actix_web::test]
async fn only_operators_change_the_tree() {
    let app = TestApp::new().await;
    let path = url(add(&app.server.admin(), "Shoes", None).await);

    for (client, refusal) in [
        (app.anyone(), (401, "authentication-required")),
        (app.customer(), (403, "admin-only")),
    ] {
        assert_eq!(
            client.post(CATEGORIES, json!({ "name": "Bags" })).await.problem(),
            refusal
        );
        assert_eq!(
            client.patch(&path, json!({ "name": "Bags" })).await.problem(),
            refusal
        );
        assert_eq!(client.delete(&path).await.problem(), refusal);
    }
}

#[actix_web::test]
async fn a_new_category_must_make_sense() {
    let app = TestApp::new().await;
    let admin = app.server.admin();
    add(&admin, "Shoes", None).await;

    let cases = [
        (json!({}), "/name"),
        (json!({ "name": "  " }), "/name"),
        (json!({ "name": "a".repeat(101) }), "/name"),
        (json!({ "name": "靴" }), "/slug"),
        (json!({ "name": "Shoes", "slug": "Not A Slug" }), "/slug"),
        (
            json!({ "name": "Shoes", "parent_id": Uuid::now_v7() }),
            "/parent_id",
        ),
        (json!({ "name": "Shoes", "children": [] }), "/children"),
    ];
    for (body, pointer) in cases {
        assert_eq!(pointers(&admin.post(CATEGORIES, body).await), [pointer]);
    }
    let taken = admin
        .post(CATEGORIES, json!({ "name": "Other", "slug": "shoes" }))
        .await;
    assert_eq!(taken.problem(), (409, "slug-taken"));
}

#[actix_web::test]
async fn the_same_key_adds_one_category() {
    let app = TestApp::new().await;
    let admin = app.server.admin().with("Idempotency-Key", "k1");

    let first = admin.post(CATEGORIES, json!({ "name": "Shoes" })).await;
    let again = admin.post(CATEGORIES, json!({ "name": "Shoes" })).await;
    let other = admin.post(CATEGORIES, json!({ "name": "Bags" })).await;

    assert_eq!((first.status, first.body), (again.status, again.body));
    assert_eq!(
        first.headers.iter().find(|(name, _)| name == "location"),
        again.headers.iter().find(|(name, _)| name == "location")
    );
    assert_eq!(other.problem(), (422, "idempotency-key-reused"));
}

#[actix_web::test]
async fn moving_a_category_takes_everything_below_along() {
    let app = TestApp::new().await;
    let admin = app.server.admin();
    let shoes = add(&admin, "Shoes", None).await;
    let boots = add(&admin, "Boots", Some(shoes)).await;
    add(&admin, "Winter boots", Some(boots)).await;
    let sale = add(&admin, "Sale", None).await;

    let moved = admin.patch(&url(boots), json!({ "parent_id": sale })).await;
    let tree = app.anyone().get(CATEGORIES).await;
    let root = admin.patch(&url(boots), json!({ "parent_id": null })).await;

    assert_eq!(names(&moved.body["children"]), json!([{ "Winter boots": [] }]));
    assert_eq!(
        names(&tree.body["items"]),
        json!([{ "Sale": [{ "Boots": [{ "Winter boots": [] }] }] }, { "Shoes": [] }])
    );
    assert_eq!((root.status, &root.body["parent_id"]), (200, &json!(null)));
    assert_eq!(names(&root.body["children"]), json!([{ "Winter boots": [] }]));
}

#[actix_web::test]
async fn a_category_cannot_lie_below_itself() {
    let app = TestApp::new().await;
    let admin = app.server.admin();
    let shoes = add(&admin, "Shoes", None).await;
    let boots = add(&admin, "Boots", Some(shoes)).await;

    for parent in [shoes, boots] {
        let refused = admin.patch(&url(shoes), json!({ "parent_id": parent })).await;
        assert_eq!(refused.problem(), (409, "category-cycle"));
    }
}

#[actix_web::test]
async fn the_tree_does_not_grow_too_deep() {
    let app = TestApp::new().await;
    let admin = app.server.admin();
    let top = add(&admin, "Level 1", None).await;
    let mut deepest = top;
    for level in 2..=8 {
        deepest = add(&admin, &format!("Level {level}"), Some(deepest)).await;
    }
    let other = add(&admin, "Other", None).await;

    let deeper = admin
        .post(CATEGORIES, json!({ "name": "Level 9", "parent_id": deepest }))
        .await;
    let pushed_down = admin.patch(&url(top), json!({ "parent_id": other })).await;

    assert_eq!(deeper.problem(), (409, "category-too-deep"));
    assert_eq!(pushed_down.problem(), (409, "category-too-deep"));
}

#[actix_web::test]
async fn renaming_to_a_taken_slug_is_refused() {
    let app = TestApp::new().await;
    let admin = app.server.admin();
    let shoes = add(&admin, "Shoes", None).await;
    add(&admin, "Bags", None).await;

    let taken = admin.patch(&url(shoes), json!({ "slug": "bags" })).await;
    let own = admin
        .patch(&url(shoes), json!({ "slug": "shoes", "name": "All shoes" }))
        .await;

    assert_eq!(taken.problem(), (409, "slug-taken"));
    assert_eq!((own.status, own.body["name"].as_str()), (200, Some("All shoes")));
}

#[actix_web::test]
async fn a_category_is_removed_only_when_nothing_lies_in_it() {
    let app = TestApp::new().await;
    let (admin, owner) = (app.server.admin(), app.owner().await);
    let shoes = add(&admin, "Shoes", None).await;
    let winter = add(&admin, "Winter", Some(shoes)).await;
    let mut body = boots(json!([]));
    body["category_ids"] = json!([winter]);
    let product = id(&owner.adds(body).await);

    assert_eq!(
        admin.delete(&url(shoes)).await.problem(),
        (409, "category-not-empty")
    );
    assert_eq!(
        admin.delete(&url(winter)).await.problem(),
        (409, "category-not-empty")
    );
    assert_eq!(
        owner
            .client
            .delete(&format!("/api/v1/products/{product}"))
            .await
            .status,
        204
    );
    assert_eq!(admin.delete(&url(winter)).await.status, 204);
    assert_eq!(admin.delete(&url(winter)).await.problem(), (404, "not-found"));
    assert_eq!(admin.delete(&url(shoes)).await.status, 204);
}

#[actix_web::test]
async fn a_repeat_is_known_in_any_spelling_and_across_builds() {
    let app = TestApp::new().await;

    let repeat = Repeat {
        path: CATEGORIES.to_owned(),
        body: json!({ "name": "Shoes" }),
        spelled: r#"{"parent_id": null, "slug": null, "name": "Shoes"}"#.to_owned(),
        others: vec![
            json!({ "name": "Shoes", "slug": "shoes" }),
            json!({ "name": "Shoes", "parent_id": Uuid::now_v7() }),
            json!({ "name": "shoes" }),
        ],
        operation: "create_category".to_owned(),
        hashed: r#"{"name":"Shoes","slug":null,"parent_id":null}"#.to_owned(),
    };

    repeat
        .check(&app.db, &app.server.admin().with("Idempotency-Key", "k1"))
        .await;
}
