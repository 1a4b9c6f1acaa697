//! A category changes while a product is put into it.

use std::sync::Arc;

use actix_web::rt;
use chrono::Utc;
use product_svc::domain::{Actor, CategoryChange, CategoryId, ProductChange, ProductId, UserId};
use product_svc::ops::{self, NewProduct};
use product_svc::{Error, flows};
use serde_json::json;
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::app::{Owner, TestApp, boots, id};
use crate::categories;

/// How a product comes into a category.
#[derive(Clone, Copy, Debug)]
enum Put {
    New,
    Moved(ProductId),
}

/// A transaction that is held open before its commit.
#[derive(Clone)]
struct Held {
    reached: Arc<Semaphore>,
    commit: Arc<Semaphore>,
}

impl Held {
    fn new() -> Self {
        let closed = || Arc::new(Semaphore::new(0));
        Self {
            reached: closed(),
            commit: closed(),
        }
    }

    /// At the end of the transaction.
    async fn wait(&self) {
        self.reached.add_permits(1);
        self.commit.acquire().await.unwrap().forget();
    }

    async fn is_reached(&self) {
        self.reached.acquire().await.unwrap().forget();
    }

    fn let_go(&self) {
        self.commit.add_permits(1);
    }
}

/// Until the task is done, or somebody waits for a lock.
async fn done_or_waiting<T>(app: &TestApp, task: &rt::task::JoinHandle<T>) {
    let waiting = "(select 1 from pg_stat_activity
        where application_name = current_setting('application_name') and wait_event_type = 'Lock') w";
    while !task.is_finished() && app.db.count(waiting).await == 0 {
        tokio::task::yield_now().await;
    }
}

/// The names of the categories with which a product was told last.
async fn told_last(app: &TestApp, product: ProductId) -> Vec<String> {
    flows::announce(app.db.db()).await.unwrap();
    let told = app.db.published().await;
    let last = told
        .iter()
        .rfind(|event| event.subject == product.to_string())
        .unwrap();
    let categories = last.data["categories"].as_array().unwrap();
    let name = |category: &serde_json::Value| category["name"].as_str().unwrap().to_owned();
    categories.iter().map(name).collect()
}

async fn put(app: &TestApp, owner: &Owner, how: Put, category: Uuid, held: Held) -> ProductId {
    let by = Actor {
        user_id: UserId(owner.client.user_id()),
        is_admin: false,
    };
    let categories = vec![CategoryId(category)];
    let placed: Result<ProductId, Error> = app
        .db
        .db()
        .transaction(async |tx| {
            let now = Utc::now();
            let listing = match how {
                Put::New => {
                    let new = NewProduct {
                        title: "Winter boots".into(),
                        about: None,
                        sku: "WB-1".into(),
                        category_ids: categories.clone(),
                        attributes: [].into(),
                        is_active: true,
                        variations: vec![],
                    };
                    ops::create_product(tx, by, new, now).await?
                }
                Put::Moved(product) => {
                    let change = ProductChange {
                        category_ids: Some(categories.clone()),
                        ..ProductChange::default()
                    };
                    ops::edit_product(tx, by, product, None, change, now).await?
                }
            };
            held.wait().await;
            Ok(listing.product.id)
        })
        .await;
    placed.unwrap()
}

/// A product outside of every category, and how it or another comes into one.
async fn ways(owner: &Owner) -> [Put; 2] {
    let product = owner.adds(boots(json!([]))).await;
    [Put::New, Put::Moved(ProductId(id(&product)))]
}

#[actix_web::test]
async fn a_category_that_is_renamed_while_a_product_enters_it_is_told_by_its_new_name() {
    let app = Arc::new(TestApp::new().await);
    let (admin, owner) = (app.server.admin(), Arc::new(app.owner().await));
    for how in ways(&owner).await {
        let parent = categories::add(&admin, &format!("Shoes {how:?}"), None).await;
        let child = categories::add(&admin, &format!("Winter {how:?}"), Some(parent)).await;
        let held = Held::new();
        let placing = rt::spawn({
            let (app, owner, held) = (app.clone(), owner.clone(), held.clone());
            async move { put(&app, &owner, how, child, held).await }
        });
        held.is_reached().await;

        let renaming = rt::spawn({
            let (admin, url) = (admin.clone(), format!("/api/v1/categories/{parent}"));
            async move { admin.patch(&url, json!({ "name": "Footwear" })).await }
        });
        done_or_waiting(&app, &renaming).await;
        held.let_go();

        let product = placing.await.unwrap();
        assert_eq!(renaming.await.unwrap().status, 200);
        assert_eq!(told_last(&app, product).await[0], "Footwear", "{how:?}");
    }
}

#[actix_web::test]
async fn a_product_that_enters_a_category_while_that_is_renamed_is_told_with_its_new_name() {
    let app = Arc::new(TestApp::new().await);
    let (admin, owner) = (app.server.admin(), Arc::new(app.owner().await));
    for how in ways(&owner).await {
        let parent = categories::add(&admin, &format!("Shoes {how:?}"), None).await;
        let child = categories::add(&admin, &format!("Winter {how:?}"), Some(parent)).await;
        let held = Held::new();
        let renaming = rt::spawn({
            let (app, held) = (app.clone(), held.clone());
            async move {
                let change = CategoryChange {
                    name: Some("Footwear".into()),
                    slug: None,
                    parent_id: None,
                };
                let renamed: Result<(), Error> = app
                    .db
                    .db()
                    .transaction(async |tx| {
                        ops::edit_category(tx, CategoryId(parent), change.clone()).await?;
                        held.wait().await;
                        Ok(())
                    })
                    .await;
                renamed.unwrap();
            }
        });
        held.is_reached().await;

        let entered = Held::new();
        entered.let_go();
        let placing = rt::spawn({
            let (app, owner) = (app.clone(), owner.clone());
            async move { put(&app, &owner, how, child, entered).await }
        });
        done_or_waiting(&app, &placing).await;
        held.let_go();

        renaming.await.unwrap();
        let product = placing.await.unwrap();
        assert_eq!(told_last(&app, product).await[0], "Footwear", "{how:?}");
    }
}

#[actix_web::test]
async fn a_category_is_not_deleted_under_a_product_that_enters_it() {
    let app = Arc::new(TestApp::new().await);
    let (admin, owner) = (app.server.admin(), Arc::new(app.owner().await));
    let category = categories::add(&admin, "Shoes", None).await;
    let held = Held::new();
    let placing = rt::spawn({
        let (app, owner, held) = (app.clone(), owner.clone(), held.clone());
        async move { put(&app, &owner, Put::New, category, held).await }
    });
    held.is_reached().await;

    let deleting = rt::spawn({
        let (admin, url) = (admin.clone(), format!("/api/v1/categories/{category}"));
        async move { admin.delete(&url).await }
    });
    done_or_waiting(&app, &deleting).await;
    held.let_go();

    let product = placing.await.unwrap();
    let refused = deleting.await.unwrap();
    assert_eq!(refused.problem(), (409, "category-not-empty"), "{refused:?}");
    assert_eq!(told_last(&app, product).await, ["Shoes"]);
}
