//! The search for products, as a front end uses it.

use search_svc::consumers::{OnProductUpdated, OnRatingUpdated};
use serde_json::{Value, json};
use souk_contracts::events::{ProductUpdated, RatingKind, RatingUpdated, ShopSnapshot};

use crate::app::{TestApp, texts};
use crate::facts::{category, options, product, variation};

/// A shop with a shirt in two colors and sizes, and shoes.
async fn clothes(app: &TestApp) -> ShopSnapshot {
    let shop = app.shop("Ali Baba").await;
    let mut shirt = product(&shop, "Linen shirt");
    shirt.categories = vec![category("Shirts")];
    shirt.attributes = options(&[("Brand", "Araz")]);
    shirt.variations = vec![variation(2000, 0), variation(3000, 4)];
    shirt.variations[0].options = options(&[("Color", "Red"), ("Size", "S")]);
    shirt.variations[1].options = options(&[("Color", "Blue"), ("Size", "M")]);
    shirt.variations[1].original_price = Some(variation(4500, 0).price);
    let mut shoes = product(&shop, "Linen shoes");
    shoes.attributes = options(&[("brand", "ARAZ")]);
    shoes.variations[0].options = options(&[("color", "red")]);
    for product in [shirt, shoes] {
        app.told(OnProductUpdated, ProductUpdated(product), 1).await;
    }
    app.indexed().await;
    shop
}

#[actix_web::test]
async fn an_answer_has_hits_counts_and_facets() {
    let app = TestApp::new().await;
    let shop = clothes(&app).await;

    let answer = app.products("q=linnen&option.color=blue").await;

    assert_eq!(answer.status, 200, "{}", answer.body);
    let hit = &answer.body["items"][0];
    assert_eq!(
        (
            &answer.body["total"],
            &answer.body["next_cursor"],
            &answer.body["backend"]
        ),
        (&json!(1), &json!(null), &json!("embedded"))
    );
    assert_eq!(hit["highlights"]["title"], "<em>Linen</em> shirt");
    assert_eq!(
        (
            &hit["price_from"]["amount"],
            &hit["original_price"]["amount"],
            &hit["on_sale"]
        ),
        (&json!(3000), &json!(4500), &json!(true))
    );
    let facets = &answer.body["facets"];
    assert_eq!(
        facets["shop"],
        json!([{"id": shop.shop_id, "name": "Ali Baba", "count": 1}])
    );
    assert_eq!(facets["category"][0]["name"], "Shirts");
    assert_eq!(
        facets["options"]["Color"],
        json!([{"value": "Red", "count": 2}, {"value": "Blue", "count": 1}])
    );
    assert_eq!(facets["options"]["Size"], json!([{"value": "M", "count": 1}]));
    assert_eq!(
        facets["attributes"],
        json!({"Brand": [{"value": "Araz", "count": 1}]})
    );
    assert_eq!(facets["price"], json!([{"from": 2000, "to": 4999, "count": 1}]));
    assert_eq!(facets["available"], json!([{"value": true, "count": 1}]));
    assert_eq!((&facets["rating"], &facets["more"]), (&json!([]), &json!({})));
}

#[actix_web::test]
async fn without_words_everything_is_listed_the_newest_first() {
    let app = TestApp::new().await;
    clothes(&app).await;

    let listed = app.products("").await;
    let cheap = app.products("sort=price&in_stock=true").await;

    assert_eq!(
        texts(&listed.body["items"], "title"),
        ["Linen shoes", "Linen shirt"]
    );
    assert_eq!(listed.body["items"][0]["highlights"], json!({}));
    assert_eq!(
        texts(&cheap.body["items"], "title"),
        ["Linen shoes", "Linen shirt"]
    );
    assert_eq!(cheap.body["items"][1]["price_from"]["amount"], 3000);
}

#[actix_web::test]
async fn a_chosen_value_is_shown_even_if_nothing_has_it() {
    let app = TestApp::new().await;
    clothes(&app).await;

    let answer = app.products("option.color=Violet&attribute.Origin=Lerik").await;

    let facets = &answer.body["facets"];
    assert_eq!(answer.body["total"], 0);
    let colors = facets["options"]["color"].as_array().unwrap();
    assert_eq!(colors, &[json!({"value": "Violet", "count": 0})]);
    assert_eq!(
        facets["attributes"]["Origin"],
        json!([{"value": "Lerik", "count": 0}])
    );
}

#[actix_web::test]
async fn a_rating_filters_sorts_and_is_counted() {
    let app = TestApp::new().await;
    clothes(&app).await;
    let listed = app.products("").await.body;
    let shirt = listed["items"][1]["id"].as_str().unwrap().parse().unwrap();
    let told = RatingUpdated {
        kind: RatingKind::Product,
        id: shirt,
        average_x100: 430,
        count: 3,
    };
    app.told(OnRatingUpdated, told, 1).await;
    app.indexed().await;

    let good = app.products("min_rating=4").await.body;
    let sorted = app.products("sort=rating").await.body;

    assert_eq!(texts(&good["items"], "title"), ["Linen shirt"]);
    assert_eq!(good["items"][0]["rating"], json!({"average": 4.3, "count": 3}));
    assert_eq!(texts(&sorted["items"], "title"), ["Linen shirt", "Linen shoes"]);
    assert_eq!(sorted["facets"]["rating"][0], json!({"from": 4, "count": 1}));
}

async fn page(app: &TestApp, query: &str) -> (Vec<String>, Option<String>) {
    let answer = app.products(query).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let cursor = answer.body["next_cursor"].as_str().map(str::to_owned);
    (texts(&answer.body["items"], "title"), cursor)
}

#[actix_web::test]
async fn pages_join_and_a_cursor_is_bound_to_its_search() {
    let app = TestApp::new().await;
    let shop = app.shop("Ali Baba").await;
    for n in 0..7 {
        app.product(&shop, &format!("Hat {n}")).await;
    }
    app.indexed().await;

    for query in [
        "q=hat",
        "sort=newest",
        "sort=price",
        "q=hat&sort=-price",
        "sort=rating",
    ] {
        let (mut shown, mut cursor) = page(&app, &format!("{query}&limit=3")).await;
        while let Some(next) = cursor {
            let (more, following) = page(&app, &format!("{query}&limit=3&cursor={next}")).await;
            shown.extend(more);
            cursor = following;
        }
        shown.sort();
        let all: Vec<String> = (0..7).map(|n| format!("Hat {n}")).collect();
        assert_eq!(shown, all, "{query}");
    }

    let (_, cursor) = page(&app, "q=hat&limit=3").await;
    let cursor = cursor.unwrap();
    for other in [
        format!("q=cap&cursor={cursor}"),
        format!("q=hat&in_stock=true&cursor={cursor}"),
        format!("q=hat&sort=price&cursor={cursor}"),
        format!("q=hat&cursor={}A", &cursor[..cursor.len() - 1]),
        "q=hat&cursor=".to_owned(),
        "q=hat&cursor=nonsense".to_owned(),
        "q=hat&cursor=%00".to_owned(),
    ] {
        let refused = app.products(&other).await;
        assert_eq!(refused.problem().0, 422, "{other}");
    }
    assert_eq!(
        app.products(&format!("q=hat&limit=5&cursor={cursor}"))
            .await
            .status,
        200
    );
}

#[actix_web::test]
async fn by_relevance_a_thousand_hits_can_be_paged_through() {
    let app = TestApp::new().await;
    let shop = app.shop("Ali Baba").await;
    app.db
        .db()
        .transaction(async |tx| {
            for n in 0..1010 {
                search_svc::ops::keep_product(tx, &product(&shop, &format!("Hat {n}")), 1).await?;
            }
            Ok::<_, search_svc::Error>(())
        })
        .await
        .unwrap();
    app.indexed().await;

    let (mut shown, mut cursor) = (0, Some(String::new()));
    while let Some(next) = cursor {
        let query = format!(
            "q=hat&limit=90{}",
            if next.is_empty() {
                next
            } else {
                format!("&cursor={next}")
            }
        );
        let (more, following) = page(&app, &query).await;
        shown += more.len();
        cursor = following;
    }

    assert_eq!(shown, 1000);
    assert_eq!(app.products("q=hat").await.body["total"], 1010);
}

#[actix_web::test]
async fn what_does_not_fit_is_refused_by_name() {
    let app = TestApp::new().await;
    let long = format!("q={}", "a".repeat(201));
    let many: String = (0..11).map(|n| format!("option.n{n}=x&")).collect();
    let values: String = (0..51).map(|n| format!("option.n=x{n}&")).collect();

    for (query, pointer) in [
        ("brand=x", "/brand"),
        ("Q=x", "/Q"),
        ("category=shoes", "/category"),
        ("shop_id=1", "/shop_id"),
        ("min_price=x", "/min_price"),
        ("max_price=-1", "/max_price"),
        ("min_price=2&max_price=1", "/min_price"),
        ("in_stock=maybe", "/in_stock"),
        ("min_rating=5.1", "/min_rating"),
        ("min_rating=NaN", "/min_rating"),
        ("sort=popular", "/sort"),
        ("limit=101", "/limit"),
        ("q=a&q=b", "/q"),
        ("option.=x", "/option."),
        ("attribute.color=", "/attribute.color"),
        (long.as_str(), "/q"),
        (many.as_str(), "/option.n10"),
        (values.as_str(), "/option.n"),
    ] {
        let refused = app.products(query).await;
        assert_eq!(refused.problem(), (422, "validation-failed"), "{query}");
        assert_eq!(refused.body["errors"][0]["pointer"], pointer, "{query}");
    }
    let unknown = app.products("brand=x").await;
    let detail = unknown.body["errors"][0]["detail"].as_str().unwrap();
    assert!(detail.contains("min_rating") && detail.contains("option.<name>"));
}

#[actix_web::test]
async fn a_shop_in_the_path_is_not_asked_for_twice() {
    let app = TestApp::new().await;
    let shop = clothes(&app).await;
    let path = format!("/api/v1/search/shops/{}/products", shop.shop_id);

    let listed = app
        .server
        .anonymous()
        .get(&format!("{path}?option.color=blue"))
        .await;
    let refused = app
        .server
        .anonymous()
        .get(&format!("{path}?shop_id={}", shop.shop_id))
        .await;

    assert_eq!(texts(&listed.body["items"], "title"), ["Linen shirt"]);
    assert_eq!(refused.problem(), (422, "validation-failed"));
    assert_eq!(refused.body["errors"][0]["pointer"], "/shop_id");
}

#[actix_web::test]
async fn a_rating_out_of_range_is_brought_into_it() {
    let app = TestApp::new().await;
    clothes(&app).await;
    let listed = app.products("").await.body;
    for (n, average_x100) in [i32::MAX, -5].into_iter().enumerate() {
        let id = listed["items"][n]["id"].as_str().unwrap().parse().unwrap();
        let rating = RatingUpdated {
            kind: RatingKind::Product,
            id,
            average_x100,
            count: -1,
        };
        app.told(OnRatingUpdated, rating, 1).await;
    }
    app.indexed().await;

    let items = app.products("sort=rating").await.body["items"].clone();

    assert_eq!(items[0]["rating"], json!({"average": 5.0, "count": 0}));
    assert_eq!(items[1]["rating"], json!({"average": 0.0, "count": 0}));
}

#[actix_web::test]
async fn searches_before_the_index_is_built_are_asked_to_come_back() {
    let app = TestApp::unbuilt().await;

    for path in ["/api/v1/search?q=hat", "/api/v1/search/products"] {
        let refused = app.server.anonymous().get(path).await;
        assert_eq!(refused.problem(), (503, "search-unavailable"));
        assert_eq!(refused.header("retry-after"), Some("2"));
    }
    app.indexed().await;
    assert_eq!(app.products("").await.status, 200);
}

#[actix_web::test]
async fn a_search_that_was_paged_in_a_snapshot_that_is_gone_is_expired() {
    let app = TestApp::new().await;
    let shop = app.shop("Ali Baba").await;
    for n in 0..9 {
        app.product(&shop, &format!("Hat {n}")).await;
    }
    app.indexed().await;
    let (_, first) = page(&app, "q=hat&limit=3").await;
    let (_, second) = page(&app, &format!("q=hat&limit=3&cursor={}", first.unwrap())).await;

    // Another process of the same mesh keeps other snapshots.
    let other = TestApp::new().await;
    let expired = other
        .products(&format!("q=hat&limit=3&cursor={}", second.unwrap()))
        .await;

    assert_eq!(expired.problem(), (410, "cursor-expired"));
}

#[actix_web::test]
async fn operators_rebuild_and_compare_and_nobody_else() {
    let app = TestApp::new().await;
    let admin = app.server.admin();
    let (customer, anybody) = (app.server.customer(uuid::Uuid::now_v7()), app.server.anonymous());

    for kind in ["rebuild", "drift"] {
        let path = format!("/api/v1/search/{kind}");
        assert_eq!(anybody.post(&path, json!({})).await.status, 401);
        assert_eq!(
            customer.post(&path, json!({})).await.problem(),
            (403, "admin-only")
        );
        let begun = admin.post(&path, json!({"source": "own"})).await;
        assert_eq!(begun.status, 202, "{}", begun.body);
        assert_eq!(
            (&begun.body["kind"], &begun.body["status"]),
            (&json!(kind), &json!("queued"))
        );
        let again = admin.post(&path, json!({})).await;
        assert_eq!(again.body["id"], begun.body["id"]);
        let other = admin.post(&path, json!({"source": "services"})).await;
        assert_eq!(other.problem(), (409, "search-job-running"));
        assert_eq!(other.body["job_id"], begun.body["id"]);
        let wrong = admin.post(&path, json!({"source": "elsewhere"})).await;
        assert_eq!(wrong.problem(), (422, "validation-failed"));

        app.indexed().await;

        let one = format!("{path}/{}", begun.body["id"].as_str().unwrap());
        assert_eq!(anybody.get(&one).await.status, 401);
        assert_eq!(customer.get(&one).await.status, 403);
        let done = admin.get(&one).await;
        assert_eq!(
            (&done.body["status"], &done.body["error"]),
            (&json!("done"), &Value::Null)
        );
        let unknown = admin.get(&format!("{path}/{}", uuid::Uuid::now_v7())).await;
        assert_eq!(unknown.problem(), (404, "not-found"));
        if kind == "drift" {
            let none = json!({"count": 0, "items": []});
            assert_eq!(
                done.body["result"],
                json!({"missing": none, "left_over": none, "outdated": none})
            );
        }
    }
    assert_eq!(anybody.get("/api/v1/search/rejected").await.status, 401);
    assert_eq!(customer.get("/api/v1/search/rejected").await.status, 403);
}
