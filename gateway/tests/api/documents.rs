use serde_json::{Value, json};
use souk_testkit::wrong_shapes;

use crate::app::{NOBODY, TestApp};

#[actix_web::test]
async fn one_document_tells_of_all_services_and_of_those_that_are_away() {
    let app = TestApp::with(|config| config.cart_svc_url = NOBODY.into());

    let document: Value = app.get("/openapi.json").await.json().await.unwrap();

    let paths = document["paths"].as_object().unwrap();
    assert!(paths.keys().all(|path| path.starts_with("/api/v1/")), "{paths:?}");
    for path in [
        "/api/v1/auth/register",
        "/api/v1/auth/logout",
        "/api/v1/products/documented",
    ] {
        assert!(paths.contains_key(path), "{path}");
    }
    assert_eq!(document["x-souk-services"]["product-svc"], "up");
    assert_eq!(document["x-souk-services"]["cart-svc"], "unknown");
    assert!(
        document["info"]["description"]
            .as_str()
            .unwrap()
            .contains("cart-svc")
    );
    assert_eq!(
        document["paths"]["/api/v1/auth/logout"]["post"]["security"],
        json!([{ "bearer": [] }])
    );
    assert!(
        document["paths"]["/api/v1/auth/login"]["post"]
            .get("security")
            .is_none()
    );
}

#[actix_web::test]
async fn every_reference_in_the_document_leads_somewhere() {
    let app = TestApp::new().await;
    let document: Value = app.get("/openapi.json").await.json().await.unwrap();

    let mut references = Vec::new();
    collect(&document, &mut references);

    assert!(!references.is_empty());
    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

fn collect(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|field| collect(field, found));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        _ => {}
    }
}

#[actix_web::test]
async fn the_events_are_documented_too() {
    let app = TestApp::new().await;

    let document: Value = app.get("/asyncapi.json").await.json().await.unwrap();

    assert!(document["asyncapi"].as_str().unwrap().starts_with("3."));
    assert!(document["channels"].is_object());
}

#[actix_web::test]
async fn the_pages_ask_nobody_but_the_gateway() {
    let app = TestApp::new().await;

    let short = app.get("/docs").await;
    assert!(short.status().is_redirection());
    assert_eq!(short.headers()["location"], "/docs/");
    for page in ["/docs/", "/docs/swagger-initializer.js", "/redoc"] {
        let response = app.get(page).await;
        assert_eq!(response.status(), 200, "{page}");
        let text = response.text().await.unwrap();
        assert!(
            !text.contains("https://") && !text.contains("//cdn"),
            "{page}: {text}"
        );
    }
    assert!(
        app.get("/docs/swagger-initializer.js")
            .await
            .text()
            .await
            .unwrap()
            .contains("/openapi.json")
    );
    for asset in ["/docs/swagger-ui-bundle.js", "/docs/swagger-ui.css"] {
        assert_eq!(app.get(asset).await.status(), 200, "{asset}");
    }
    let bundle = app.get("/redoc/redoc.standalone.js").await;
    assert_eq!(bundle.headers()["content-encoding"], "gzip");
    assert!(bundle.bytes().await.unwrap().starts_with(&[0x1f, 0x8b]));
}

#[actix_web::test]
async fn a_body_has_the_shape_that_the_document_says_at_every_depth() {
    let app = TestApp::new().await;
    let admin = app.admin().await;
    let document = serde_json::to_value(gateway::openapi()).unwrap();
    let shapes = wrong_shapes(&document);
    assert!(!shapes.is_empty());

    for shape in shapes {
        let request = app.request(&shape.method, &shape.path).bearer_auth(&admin);
        let answer = request.json(&shape.body).send().await.unwrap();

        assert_eq!(answer.status(), 422, "{shape:?}");
        let body: Value = answer.json().await.unwrap();
        let error = (&body["errors"][0]["pointer"], &body["errors"][0]["code"]);
        assert_eq!(error, (&json!(shape.pointer), &json!("wrong_type")), "{shape:?}");
    }
}
