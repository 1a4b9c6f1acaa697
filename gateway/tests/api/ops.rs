//! What operators see of the mesh.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{NOBODY, TestApp, problem, refused};

const PATH: &str = "/api/v1/ops/mesh";

fn service<'a>(mesh: &'a Value, name: &str) -> &'a Value {
    let services = mesh["services"].as_array().unwrap();
    services.iter().find(|service| service["name"] == name).unwrap()
}

#[actix_web::test]
async fn an_operator_sees_every_service_and_which_one_is_away() {
    let app = TestApp::new().await;

    let response = app.get_as(PATH, &app.admin().await).await;

    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["cache-control"], "no-store");
    let mesh: Value = response.json().await.unwrap();
    assert_eq!(mesh["status"], "degraded");
    assert_eq!(
        (&mesh["gateway"]["status"], &mesh["gateway"]["dependencies"]),
        (&json!("ready"), &json!({ "redis": "up" }))
    );
    assert_eq!(mesh["services"].as_array().unwrap().len(), 8);
    let order_svc = service(&mesh, "order-svc");
    assert_eq!(order_svc["status"], "ready");
    assert_eq!(
        order_svc["outbox"],
        json!({ "pending": 3, "oldest_seconds": 1.5 })
    );
    assert_eq!(order_svc["queues"][0]["parked"], 2);
    let replica = &order_svc["replicas"][0];
    assert_eq!(
        (&replica["status"], &replica["version"]),
        (&json!("ready"), &json!("9.9.9"))
    );
    assert_eq!(replica["dependencies"], json!({ "postgres": "up" }));
    let analytics_svc = service(&mesh, "analytics-svc");
    assert_eq!(
        (&analytics_svc["status"], &analytics_svc["outbox"]),
        (&json!("away"), &Value::Null)
    );
    assert_eq!(analytics_svc["replicas"][0]["address"], NOBODY);
    assert!(analytics_svc["replicas"][0]["reason"].is_string());
}

#[actix_web::test]
async fn replicas_are_asked_one_by_one_and_all_at_once() {
    // Nobody answers there; a port that refuses would be too easy.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = format!("http://{}", silent.local_addr().unwrap());
    let app = TestApp::with(|config| {
        config.order_svc_url = format!("{},{silent}", config.order_svc_url);
        config.cart_svc_url = format!("{silent},{NOBODY}");
        config.wishlist_svc_url.clone_from(&silent);
    });
    app.until_ready().await;
    let admin = app.admin().await;

    let begun = Instant::now();
    let mesh: Value = app.get_as(PATH, &admin).await.json().await.unwrap();

    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    let states = |name| {
        let service = service(&mesh, name);
        let replicas = service["replicas"].as_array().unwrap();
        let states: Vec<&str> = replicas
            .iter()
            .map(|one| one["status"].as_str().unwrap())
            .collect();
        (service["status"].as_str().unwrap().to_owned(), states.join(" "))
    };
    assert_eq!(
        states("order-svc"),
        ("degraded".to_owned(), "ready away".to_owned())
    );
    assert_eq!(states("cart-svc"), ("away".to_owned(), "away away".to_owned()));
    assert_eq!(states("wishlist-svc"), ("away".to_owned(), "away".to_owned()));
    assert_eq!(service(&mesh, "order-svc")["outbox"]["pending"], 3);
}

#[actix_web::test]
async fn nobody_else_sees_it() {
    let app = TestApp::new().await;
    let customer = app.login().await;

    assert_eq!(
        problem(app.get(PATH).await).await,
        refused(401, "authentication-required")
    );
    assert_eq!(
        problem(app.get_as(PATH, "nonsense").await).await,
        refused(401, "invalid-token")
    );
    assert_eq!(
        problem(app.get_as(PATH, &customer.access).await).await,
        refused(403, "admin-only")
    );
    let mut owner = customer.claims.clone();
    owner["jti"] = json!(Uuid::now_v7());
    owner["role"] = json!("shop_owner");
    let keys: Value = app.get("/.well-known/jwks.json").await.json().await.unwrap();
    let owner = app.sign(keys["keys"][0]["kid"].as_str(), &owner);
    assert_eq!(
        problem(app.get_as(PATH, &owner).await).await,
        refused(403, "admin-only")
    );
}
