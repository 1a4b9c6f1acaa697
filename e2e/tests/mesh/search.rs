//! The search for products: what customers find, and that operators can rebuild it while they do.

use serde_json::{Value, json};

use crate::bodies::SearchAnswer;
use crate::eventually::{SOON, becomes, eventually};
use crate::market::Ware;
use crate::mesh::Mesh;
use crate::people::word;

/// Has the index rebuilt from the services, or compared with them.
pub async fn search_job(mesh: &Mesh, kind: &str) -> Value {
    let admin = mesh.admin().await;
    let begun = admin
        .post(&format!("/search/{kind}"), json!({"source": "services"}))
        .await;
    let begun: Value = begun.try_read(202).unwrap();
    let path = format!("/search/{kind}/{}", begun["id"].as_str().unwrap());
    eventually("the job", SOON, async || {
        let job: Value = admin.get(&path).await.try_read(200)?;
        if job["status"] == "done" {
            Ok(job)
        } else {
            Err(job.to_string())
        }
    })
    .await
}

async fn found(mesh: &Mesh, query: &str) -> Result<Value, String> {
    mesh.anybody()
        .get(&format!("/search/products?{query}"))
        .await
        .try_read(200)
}

async fn total(mesh: &Mesh, query: &str) -> Result<u64, String> {
    Ok(found(mesh, query).await?["total"].as_u64().unwrap_or_default())
}

#[tokio::test]
async fn customers_filter_by_what_the_facets_offer() {
    let mesh = Mesh::shared().await;
    let stall = mesh.stall().await;
    let (title, brand) = (word(), word());
    for (color, stock) in [("Red", 3), ("Blue", 0)] {
        let product = json!({
            "title": title, "sku": word(), "attributes": {"Brand": brand},
            "variations": [{"options": {"Color": color}, "price": {"amount": 900, "currency": "AZN"}, "stock": stock}],
        });
        stall
            .owner
            .client
            .post("/products", product)
            .await
            .created::<Value>();
    }
    becomes("both products", 2, async || {
        total(&mesh, &format!("q={title}")).await
    })
    .await;

    let all = found(&mesh, &format!("q={title}&attribute.brand={brand}"))
        .await
        .unwrap();

    assert_eq!(all["facets"]["shop"][0]["id"], stall.shop_id.to_string());
    for color in all["facets"]["options"]["Color"].as_array().unwrap() {
        let chosen = format!("q={title}&option.color={}", color["value"].as_str().unwrap());
        assert_eq!(
            total(&mesh, &chosen).await.unwrap(),
            color["count"].as_u64().unwrap()
        );
    }
    let red = format!("q={title}&option.color=red&in_stock=true");
    let blue = format!("q={title}&option.color=blue&in_stock=true");
    assert_eq!(
        (total(&mesh, &red).await, total(&mesh, &blue).await),
        (Ok(1), Ok(0))
    );
    let list = format!(
        "/search/shops/{}/products?sort=price&in_stock=true",
        stall.shop_id
    );
    let listed: Value = mesh.anybody().get(&list).await.ok();
    assert_eq!(listed["total"], 1);
}

#[tokio::test]
async fn a_rebuild_never_shows_a_partial_answer() {
    let mesh = Mesh::shared().await;
    let stall = mesh.stall().await;
    let wares: Vec<Ware> = {
        let mut wares = Vec::new();
        for _ in 0..5 {
            wares.push(stall.sells(900, 5).await);
        }
        wares
    };
    let query = format!("shop_id={}", stall.shop_id);
    becomes("all products", 5, async || total(&mesh, &query).await).await;

    let searching = async {
        for n in 0.. {
            let answer = found(&mesh, &query).await.unwrap();
            assert_eq!(answer["total"], 5, "answer {n}");
            assert_eq!(answer["items"].as_array().map(Vec::len), Some(5));
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    let rebuilding = async {
        for _ in 0..3 {
            search_job(&mesh, "rebuild").await;
        }
    };
    tokio::select! {
        () = searching => unreachable!("it searches until the rebuilds are done"),
        () = rebuilding => {}
    }

    let found: SearchAnswer = mesh
        .anybody()
        .get(&format!("/search?q={}", wares[0].word))
        .await
        .ok();
    assert_eq!(found.products.len(), 1);
}

#[tokio::test]
async fn what_the_index_lost_is_found_by_a_comparison_and_mended_by_a_rebuild() {
    // A rebuild of another test would mend it too early.
    let mesh = Mesh::alone().await;
    let stall = mesh.stall().await;
    let ware = stall.sells(900, 5).await;
    let query = format!("shop_id={}", stall.shop_id);
    becomes("the product", 1, async || total(&mesh, &query).await).await;

    // As if its events had never come.
    let database = mesh.database("search_svc").await.unwrap();
    let lose = format!(
        "update products set version = 0, snapshot = snapshot || '{{\"title\": \"Outdated\"}}' where product_id = '{}'",
        ware.product_id
    );
    database.execute(&lose, &[]).await.unwrap();

    let outdated = |drift: &Value| {
        let items = drift["result"]["outdated"]["items"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        items.iter().any(|item| item["id"] == ware.product_id.to_string())
    };
    assert!(outdated(&search_job(&mesh, "drift").await));
    search_job(&mesh, "rebuild").await;
    assert!(!outdated(&search_job(&mesh, "drift").await));
}
