//! Bodies with a wrong kind of value at one place.

use serde_json::Value;
use souk_testkit::wrong_shapes;

use crate::mesh::Mesh;

#[tokio::test]
async fn every_body_has_the_shape_that_the_document_says_at_every_depth() {
    let mesh = Mesh::shared().await;
    let document: Value = mesh.root().get("/openapi.json").await.ok();
    let admin = mesh.admin().await;
    let mut wrong = Vec::new();

    let shapes = wrong_shapes(&document);
    assert!(shapes.len() > 200, "{} bodies", shapes.len());
    for shape in shapes {
        let (method, path) = (
            shape.method.parse().unwrap(),
            shape.path.strip_prefix("/api/v1").unwrap(),
        );
        let answer = admin.send(method, path, Some(&shape.body)).await;
        let body: Value = serde_json::from_str(&answer.text).unwrap_or_default();
        let error = &body["errors"][0];
        if answer.status != 422 || error["pointer"] != shape.pointer || error["code"] != "wrong_type" {
            wrong.push(format!("{shape:?} is answered {} {}", answer.status, answer.text));
        }
    }

    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}
