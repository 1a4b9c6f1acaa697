//! Accounts from the first mail to the last session.

use reqwest::Method;
use serde_json::{Value, json};

use crate::bodies::Tokens;
use crate::mesh::Mesh;
use crate::people::{PASSWORD, Person, registration, word};

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
async fn a_reset_asked_for_at_a_look_alike_address_reaches_nobody() {
    let mesh = Mesh::shared().await;
    let name = word();
    let (victim, look_alike) = (
        format!("vic@{name}-mimi.example"),
        format!("vic@{name}-m\u{130}mi.example"),
    );
    let created = mesh.anybody().post("/auth/register", registration(&victim)).await;
    let _: Value = created.created();

    for address in [&look_alike, &victim] {
        let asked = mesh
            .anybody()
            .post("/auth/password-reset", json!({"email": address}))
            .await;
        assert_eq!(asked.status, 202, "{asked:?}");
    }

    // Mails leave in the order in which they were asked for: that of the victim is the later one.
    let token = mesh.mailed(&victim, "Set a new password").await;
    let mails = mesh.mails_about(&name);
    assert_eq!(mails.len(), 2, "{mails:?}");
    for mail in &mails {
        assert!(mail.contains(&format!("To: {victim}")), "{mail}");
    }
    let body = json!({"token": token, "new_password": NEW});
    mesh.anybody()
        .post("/auth/password-reset/confirm", &body)
        .await
        .no_content();
    let login = json!({"email": look_alike, "password": NEW});
    let login = mesh.anybody().post("/auth/login", login).await;
    login.refused(401, "invalid-credentials");
}

#[tokio::test]
async fn one_mailbox_is_one_account_in_every_spelling() {
    let mesh = Mesh::shared().await;
    let name = word();
    let (unicode, ascii) = (
        format!("a@b\u{fc}cher.{name}.example"),
        format!("A@xn--bcher-kva.{name}.Example"),
    );
    let created = mesh
        .anybody()
        .post("/auth/register", registration(&unicode))
        .await;
    let _: Value = created.created();

    let again = mesh.anybody().post("/auth/register", registration(&ascii)).await;
    again.refused(409, "email-taken");
    mesh.login(&ascii, PASSWORD).await;
    mesh.login(&unicode, PASSWORD).await;
    let unreachable = format!("a..b@{name}.example");
    let refused = mesh
        .anybody()
        .post("/auth/register", registration(&unreachable))
        .await;
    let refused = refused.refused(422, "validation-failed");
    assert_eq!(refused["errors"][0]["pointer"], "/email");
}

#[tokio::test]
async fn a_login_that_is_an_array_is_no_login() {
    let mesh = Mesh::shared().await;
    let person = mesh.customer().await;

    let login = mesh
        .anybody()
        .post("/auth/login", json!([person.email, PASSWORD]))
        .await;

    let refused = login.refused(422, "validation-failed");
    assert_eq!(refused["errors"][0]["code"], "wrong_type");
}

#[tokio::test]
async fn an_operator_gives_an_account_another_address() {
    let mesh = Mesh::shared().await;
    let (admin, person, other) = (mesh.admin().await, mesh.customer().await, mesh.customer().await);
    let url = format!("/users/{}", person.id);
    let address = format!("{}@example.org", word());

    let taken = admin.patch(&url, json!({"email": other.email})).await;
    taken.refused(409, "email-taken");
    let changed: Value = admin.patch(&url, json!({"email": address})).await.ok();

    assert_eq!(
        (&changed["email"], &changed["is_verified"]),
        (&json!(address), &json!(false))
    );
    let me: Value = person.client.get("/users/me").await.ok();
    assert_eq!(me["email"], json!(address));
    let token = mesh.mailed(&address, "Confirm your e-mail address").await;
    mesh.anybody()
        .post("/auth/verify-email", json!({"token": token}))
        .await
        .no_content();
    mesh.login(&address, PASSWORD).await;
    let page: Value = admin.get("/users?conflict=true").await.ok();
    assert!(page["items"].is_array());
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
