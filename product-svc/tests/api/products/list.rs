//! `GET /products`

use product_svc::domain::{Filter, ShopStatus, Sort};
use product_svc::{Error, store};
use serde_json::{Value, json};
use souk_db::Conn;
use souk_testkit::Reads;
use uuid::Uuid;

use crate::app::{Owner, PRODUCTS, TestApp, azn, id, pointers, titles, variation};
use crate::categories;

async fn add(owner: &Owner, title: &str, price: i64, stock: i32) -> Value {
    let variations = json!([variation("42", price, stock)]);
    owner
        .adds(json!({ "title": title, "sku": format!("sku-{title}"), "variations": variations }))
        .await
}

async fn list(app: &TestApp, query: &str) -> Vec<String> {
    let response = app.anyone().get(&format!("{PRODUCTS}?{query}")).await;
    titles(&response).into_iter().map(str::to_owned).collect()
}

#[actix_web::test]
async fn only_what_may_be_bought_is_listed() {
    let app = TestApp::new().await;
    let (owner, closed) = (app.owner().await, app.owner().await);
    add(&owner, "Visible", 100, 1).await;
    let hidden = add(&owner, "Inactive", 100, 1).await;
    add(&closed, "Closed", 100, 1).await;
    owner
        .client
        .patch(
            &format!("{PRODUCTS}/{}", id(&hidden)),
            json!({ "is_active": false }),
        )
        .await;
    app.keep_shop(&closed, ShopStatus::Suspended, 3).await;

    assert_eq!(list(&app, "").await, ["Visible"]);
    app.keep_shop(&closed, ShopStatus::Approved, 4).await;
    assert_eq!(list(&app, "").await, ["Closed", "Visible"]);
    assert_eq!(
        list(&app, &format!("shop_id={}", owner.shop_id)).await,
        ["Visible"]
    );
}

#[actix_web::test]
async fn hidden_products_are_listed_for_those_who_may_see_them() {
    let app = TestApp::new().await;
    let (owner, rival) = (app.owner().await, app.owner().await);
    let hidden = add(&owner, "Inactive", 100, 1).await;
    owner
        .client
        .patch(
            &format!("{PRODUCTS}/{}", id(&hidden)),
            json!({ "is_active": false }),
        )
        .await;
    let url = format!("{PRODUCTS}?shop_id={}&include_hidden=true", owner.shop_id);

    assert_eq!(titles(&owner.client.get(&url).await), ["Inactive"]);
    assert_eq!(titles(&app.server.admin().get(&url).await), ["Inactive"]);
    for client in [app.customer(), rival.client] {
        assert_eq!(client.get(&url).await.problem(), (403, "hidden"));
    }
    let unknown = app.anyone().get(&url).await;
    assert_eq!(unknown.problem(), (401, "authentication-required"));
    let everywhere = owner.client.get(&format!("{PRODUCTS}?include_hidden=true")).await;
    assert_eq!(everywhere.problem(), (403, "hidden"));
}

#[actix_web::test]
async fn a_category_includes_everything_below_it() {
    let app = TestApp::new().await;
    let (admin, owner) = (app.server.admin(), app.owner().await);
    let shoes = categories::add(&admin, "Shoes", None).await;
    let winter = categories::add(&admin, "Winter", Some(shoes)).await;
    let bags = categories::add(&admin, "Bags", None).await;
    for (title, category) in [("Sandals", shoes), ("Boots", winter), ("Backpack", bags)] {
        let body = json!({ "title": title, "sku": title, "category_ids": [category] });
        owner.adds(body).await;
    }

    assert_eq!(
        list(&app, &format!("category={shoes}")).await,
        ["Boots", "Sandals"]
    );
    assert_eq!(list(&app, "category=winter").await, ["Boots"]);
    admin
        .patch(
            &format!("/api/v1/categories/{winter}"),
            json!({ "parent_id": bags }),
        )
        .await;
    assert_eq!(list(&app, "category=bags").await, ["Backpack", "Boots"]);
    assert_eq!(list(&app, "category=shoes").await, ["Sandals"]);
    assert!(list(&app, "category=nothing").await.is_empty());
    assert!(
        list(&app, &format!("category={}", Uuid::now_v7()))
            .await
            .is_empty()
    );
}

#[actix_web::test]
async fn words_must_all_be_in_title_or_sku() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    for title in ["Winter boots", "Summer boots", "100% wool_hat"] {
        add(&owner, title, 100, 1).await;
    }

    assert_eq!(list(&app, "q=BOOTS").await, ["Summer boots", "Winter boots"]);
    assert_eq!(list(&app, "q=boots%20win").await, ["Winter boots"]);
    assert_eq!(list(&app, "q=sku-sum").await, ["Summer boots"]);
    assert_eq!(list(&app, "q=boots%20w").await, ["Winter boots"]);
    assert_eq!(list(&app, "q=").await.len(), 3);
}

#[actix_web::test]
async fn in_words_no_character_stands_for_others() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    for title in ["Winter boots", "100% wool_hat", r"C:\new"] {
        add(&owner, title, 100, 1).await;
    }

    assert_eq!(list(&app, "q=100%25").await, ["100% wool_hat"]);
    assert_eq!(list(&app, "q=wool_hat").await, ["100% wool_hat"]);
    assert_eq!(list(&app, "q=hat%20%25").await, ["100% wool_hat"]);
    assert_eq!(list(&app, "q=%5Cnew").await, [r"C:\new"]);
    for nothing in ["win%25r", "win_er", "boots_", "boots%25", "%5Cboots", "boots%5C"] {
        assert!(list(&app, &format!("q={nothing}")).await.is_empty(), "{nothing}");
    }
}

#[actix_web::test]
async fn words_without_three_letters_in_a_row_are_refused() {
    let app = TestApp::new().await;

    for short in ["bo", "%25", "%25%25%25", "___", "%5C", "o_t", "bo%20ot"] {
        let refused = app.anyone().get(&format!("{PRODUCTS}?q={short}")).await;
        assert_eq!(pointers(&refused), ["/q"], "{short}");
        assert_eq!(refused.body["errors"][0]["code"], "too_short");
    }
}

#[actix_web::test]
async fn a_rare_word_is_found_without_reading_every_product() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let shop = owner.shop_id;
    app.run(&format!(
        "insert into products (id, shop_id, title, sku, price_from)
         select gen_random_uuid(), '{shop}', 'Winter boots ' || md5(n::text), 'sku-' || n, n
         from generate_series(1, 20000) n"
    ))
    .await;
    app.run("insert into product_stats (product_id) select id from products")
        .await;
    add(&owner, "Zeppelin", 100, 1).await;
    for table in ["products", "product_stats", "shops"] {
        app.run(&format!("vacuum analyze {table}")).await;
    }

    for (words, sort) in [
        ("zeppelin", Sort::Newest),
        ("sku zeppelin", Sort::PriceUp),
        ("zeppelin", Sort::Rating),
        ("nowhere", Sort::Newest),
    ] {
        let filter = Filter {
            words: words.split(' ').map(str::to_owned).collect(),
            sort,
            limit: 21,
            ..Filter::default()
        };
        let read = async |tx: &mut Conn| {
            let before = Reads::of(tx, "products_text", "products").await;
            let found = store::search::find(tx, &filter).await?;
            let reads = Reads::of(tx, "products_text", "products").await - before;
            Ok::<_, Error>((found.len(), reads))
        };
        let (found, reads) = app.db.db().plan_by_value(read).await.unwrap();

        assert_eq!(found, usize::from(words != "nowhere"), "{words} {sort:?}");
        assert!(reads.scans > 0, "{words} {sort:?}: {reads:?}");
        assert!(reads.rows <= 100, "{words} {sort:?}: {reads:?}");
    }
}

#[actix_web::test]
async fn price_and_stock_must_fit_one_and_the_same_variation() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    add(&owner, "Cheap", 100, 1).await;
    add(&owner, "Dear", 900, 1).await;
    let two = json!([variation("S", 100, 0), variation("M", 900, 5)]);
    owner
        .adds(json!({ "title": "Both", "sku": "both", "variations": two }))
        .await;

    assert_eq!(list(&app, "max_price=500").await, ["Both", "Cheap"]);
    assert_eq!(list(&app, "min_price=500").await, ["Both", "Dear"]);
    assert_eq!(list(&app, "max_price=500&in_stock=true").await, ["Cheap"]);
    assert_eq!(
        list(&app, "min_price=900&max_price=900&in_stock=true").await,
        ["Both", "Dear"]
    );
    assert!(list(&app, "min_price=101&max_price=899").await.is_empty());
}

#[actix_web::test]
async fn what_is_on_sale_costs_less_than_before() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let product = add(&owner, "Boots", 100, 1).await;
    add(&owner, "Bag", 100, 1).await;
    let url = format!("/api/v1/variations/{}", id(&product["variations"][0]));

    assert!(list(&app, "on_sale=true").await.is_empty());
    owner
        .client
        .patch(&url, json!({ "original_price": azn(150) }))
        .await;
    assert_eq!(list(&app, "on_sale=true").await, ["Boots"]);
    owner.client.patch(&url, json!({ "original_price": null })).await;
    assert!(list(&app, "on_sale=true").await.is_empty());
}

#[actix_web::test]
async fn each_order_is_kept_over_pages_while_products_are_added() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    for (title, price) in [("A", 300), ("B", 100), ("C", 300), ("D", 200), ("E", 100)] {
        let product = add(&owner, title, price, 1).await;
        let (id, rank) = (id(&product), price / 100);
        app.run(&format!(
            "update product_stats set rating_average_x100 = {rank}, popularity = -{rank} where product_id = '{id}'"
        ))
        .await;
    }
    owner.adds(json!({ "title": "No price", "sku": "none" })).await;

    for (sort, expected) in [
        ("newest", vec!["No price", "E", "D", "C", "B", "A"]),
        ("price", vec!["B", "E", "D", "A", "C"]),
        ("-price", vec!["C", "A", "D", "E", "B"]),
        ("rating", vec!["C", "A", "D", "E", "B", "No price"]),
        ("popular", vec!["No price", "E", "B", "D", "C", "A"]),
    ] {
        assert_eq!(pages(&app, sort).await, expected, "{sort}");
    }
}

/// All titles, two at a time.
async fn pages(app: &TestApp, sort: &str) -> Vec<String> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = app
            .anyone()
            .get(&format!("{PRODUCTS}?sort={sort}&limit=2{cursor}"))
            .await;
        found.extend(titles(&page).into_iter().map(str::to_owned));
        match page.body["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

#[actix_web::test]
async fn a_page_does_not_move_when_a_product_is_added() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    for title in ["A", "B", "C"] {
        add(&owner, title, 100, 1).await;
    }

    let first = app.anyone().get(&format!("{PRODUCTS}?limit=2")).await;
    add(&owner, "D", 100, 1).await;
    let cursor = first.body["next_cursor"].as_str().unwrap();
    let second = app
        .anyone()
        .get(&format!("{PRODUCTS}?limit=2&cursor={cursor}"))
        .await;

    assert_eq!((titles(&first), titles(&second)), (vec!["C", "B"], vec!["A"]));
    let elsewhere = app
        .anyone()
        .get(&format!("{PRODUCTS}?limit=2&sort=price&cursor={cursor}"))
        .await;
    assert_eq!(pointers(&elsewhere), ["/cursor"]);
}

#[actix_web::test]
async fn each_wrong_parameter_is_pointed_at() {
    let app = TestApp::new().await;

    for (query, pointer) in [
        ("limit=0", "/limit"),
        ("limit=101", "/limit"),
        ("cursor=x", "/cursor"),
        ("sort=cheapest", "/sort"),
        ("min_price=-1", "/min_price"),
        ("max_price=abc", "/max_price"),
        ("shop_id=1", "/shop_id"),
        ("in_stock=maybe", "/in_stock"),
    ] {
        assert_eq!(
            pointers(&app.anyone().get(&format!("{PRODUCTS}?{query}")).await),
            [pointer]
        );
    }
}
