//! Accounts from the first mail to the last session.

use reqwest::Method;
use serde_json::{Value, json};

use crate::bodies::Tokens;
use crate::mesh::Mesh;
use crate::people::{PASSWORD, Person};

const NEW: &str = "eleven calm herons";

impl Mesh {
    /// Another device of somebody.
    async fn another(&self, person: &Person) -> Tokens {
        self.login(&person.email, PASSWORD).await
    }

    async fn is_out(&self, tokens: &Tokens) {
        let client = self.anybody().bearer(&tokens.access_token);
        client.get("/cart").await.refused(401, "revoked-token");
        let body = json!({"refresh_token": tokens.refresh_token});
        let refresh = self.anybody().post("/auth/refresh", body).await;
        refresh.refused(401, "invalid-refresh-token");
    }
}

#[tokio::test]
async fn an_address_is_verified_by_the_mailed_link() {
    let mesh = Mesh::shared().await;
    let person = mesh.customer().await;
    let token = mesh.mailed(&person.email, "Confirm your e-mail address").await;

    mesh.anybody()
        .post("/auth/verify-email", json!({"token": token}))
        .await
        .no_content();

    let me: Value = person.client.get("/users/me").await.ok();
    assert_eq!(me["is_verified"], true);
    let again = person.client.post("/auth/verify-email/resend", json!({})).await;
    again.refused(409, "email-verified");
}

#[tokio::test]
async fn a_new_password_throws_every_other_device_out() {
    let mesh = Mesh::shared().await;
    let person = mesh.customer().await;
    let other = mesh.another(&person).await;

    let body = json!({"current_password": PASSWORD, "new_password": NEW});
    let changed = person
        .client
        .send(Method::PUT, "/users/me/password", Some(body))
        .await;
    changed.no_content();

    assert_eq!(changed.header("x-mesh-ended"), None);
    mesh.is_out(&other).await;
    let sessions: Value = person.client.get("/auth/sessions").await.ok();
    assert_eq!(sessions["items"].as_array().unwrap().len(), 1);
    assert_eq!(sessions["items"][0]["current"], true);
    mesh.login(&person.email, NEW).await;
}

#[tokio::test]
async fn a_forgotten_password_is_set_by_the_mailed_link_and_everybody_is_out() {
    let mesh = Mesh::shared().await;
    let person = mesh.customer().await;
    let other = mesh.another(&person).await;

    let asked = mesh
        .anybody()
        .post("/auth/password-reset", json!({"email": person.email}))
        .await;
    assert_eq!(asked.status, 202, "{asked:?}");
    let token = mesh.mailed(&person.email, "Set a new password").await;
    let body = json!({"token": token, "new_password": NEW});
    mesh.anybody()
        .post("/auth/password-reset/confirm", &body)
        .await
        .no_content();

    mesh.is_out(&person.tokens).await;
    mesh.is_out(&other).await;
    let again = mesh.anybody().post("/auth/password-reset/confirm", &body).await;
    again.refused(422, "invalid-reset-token");
    mesh.login(&person.email, NEW).await;
}

#[tokio::test]
async fn sessions_are_ended_one_by_one_or_all() {
    let mesh = Mesh::shared().await;
    let (person, stranger) = (mesh.customer().await, mesh.customer().await);
    let other = mesh.another(&person).await;
    let sessions: Value = person.client.get("/auth/sessions").await.ok();
    let newest = sessions["items"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/auth/sessions/{newest}");

    stranger.client.delete(&path).await.refused(404, "not-found");
    person.client.delete(&path).await.no_content();
    mesh.is_out(&other).await;

    person
        .client
        .post("/auth/logout-everywhere", json!({}))
        .await
        .no_content();
    mesh.is_out(&person.tokens).await;
}

#[tokio::test]
async fn an_operator_shuts_an_account_and_makes_an_operator() {
    let mesh = Mesh::shared().await;
    let (admin, person) = (mesh.admin().await, mesh.customer().await);
    let url = format!("/users/{}", person.id);
    let found: Value = admin.get(&format!("/users?email={}", person.email)).await.ok();
    assert_eq!(found["items"][0]["id"], person.id.to_string());

    let _: Value = admin.patch(&url, json!({"is_active": false})).await.ok();
    mesh.is_out(&person.tokens).await;
    let body = json!({"email": person.email, "password": PASSWORD});
    let login = mesh.anybody().post("/auth/login", body).await;
    login.refused(401, "invalid-credentials");

    let _: Value = admin.patch(&url, json!({"is_active": true})).await.ok();
    let back = mesh.another(&person).await;
    let client = mesh.anybody().bearer(&back.access_token);
    client.get("/users").await.refused(403, "admin-only");
    let _: Value = admin.patch(&url, json!({"role": "admin"})).await.ok();
    client.get("/users").await.refused(401, "revoked-token");
    let body = json!({"refresh_token": back.refresh_token});
    let next: Tokens = mesh.anybody().post("/auth/refresh", body).await.ok();
    let client = mesh.anybody().bearer(&next.access_token);
    let _: Value = client.get("/users").await.ok();
    let _: Value = admin.patch(&url, json!({"role": "customer"})).await.ok();
    client.get("/users").await.refused(401, "revoked-token");
}
