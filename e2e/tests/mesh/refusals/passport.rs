//! A header is not a passport: past the gateway only what the mesh has signed counts.

use reqwest::Method;
use souk_auth::{MeshKeys, SignedRequest, now_ms};

use crate::attacks::raw::say;
use crate::bodies::User;
use crate::client::Client;
use crate::mesh::Mesh;

/// Something that each service would answer a signed request for.
const DOORS: [(&str, &str); 9] = [
    ("user-svc", "/api/v1/users/me"),
    ("shop-svc", "/api/v1/shops"),
    ("product-svc", "/api/v1/products"),
    ("cart-svc", "/api/v1/cart"),
    ("order-svc", "/api/v1/orders"),
    ("wishlist-svc", "/api/v1/wishlist"),
    ("search-svc", "/api/v1/search?q=x"),
    ("analytics-svc", "/api/v1/analytics/overview"),
    (
        "order-svc",
        "/internal/reservations/0197a3c0-5a3f-7c86-9f0e-6a1dc2b48e37/verdict",
    ),
];

#[tokio::test]
async fn a_service_refuses_what_the_mesh_has_not_signed() {
    let mesh = Mesh::shared().await;
    let customer = mesh.customer().await;
    let id = customer.id.to_string();

    for (service, path) in DOORS {
        let bare = mesh.service(service);
        let named = bare.with("x-user-id", &id).with("x-user-role", "admin");
        let sealed = named
            .with("x-mesh-caller", "gateway")
            .with("x-mesh-timestamp", &now_ms().to_string())
            .with("x-mesh-signature", &format!("k1:{}", "0".repeat(64)));
        let token = bare.bearer(&customer.tokens.access_token);
        for client in [bare, named, sealed, token] {
            client.get(path).await.refused(401, "mesh-signature");
        }
    }
}

#[tokio::test]
async fn health_and_metrics_are_open() {
    let mesh = Mesh::shared().await;

    for service in mesh.run.services.keys() {
        for path in ["/health/live", "/health/ready", "/metrics"] {
            assert_eq!(
                mesh.service(service).get(path).await.status,
                200,
                "{service} {path}"
            );
        }
    }
}

#[tokio::test]
async fn a_signature_is_for_one_request_and_one_minute() {
    let mesh = Mesh::shared().await;
    let customer = mesh.customer().await;
    let path = "/api/v1/users/me";
    let signed = Signed {
        mesh: &mesh,
        user_id: customer.id.to_string(),
    };

    let user: User = signed.by("GET", path, 0).get(path).await.ok();
    assert_eq!(user.id, customer.id);
    for skew in [-61_000, 61_000] {
        signed
            .by("GET", path, skew)
            .get(path)
            .await
            .refused(401, "mesh-signature");
    }
    for (method, target) in [("PATCH", path), ("GET", "/api/v1/users/me?x=1")] {
        signed
            .by(method, target, 0)
            .get(path)
            .await
            .refused(401, "mesh-signature");
    }
    let other = signed
        .by("GET", path, 0)
        .with("x-user-id", &mesh.customer().await.id.to_string());
    other.get(path).await.refused(401, "mesh-signature");
    let risen = signed.by("GET", path, 0).with("x-user-role", "admin");
    risen.get(path).await.refused(401, "mesh-signature");
}

#[tokio::test]
async fn the_gateway_believes_no_header_of_the_mesh() {
    let mesh = Mesh::shared().await;
    let (customer, other) = (mesh.customer().await, mesh.customer().await);
    let dress = |client: &Client| {
        let signed = Signed {
            mesh: &mesh,
            user_id: other.id.to_string(),
        };
        let mut client = client.clone();
        for (name, value) in signed.headers("GET", "/api/v1/users/me", 0) {
            client = client.with(name, &value).with(&name.replace('-', "_"), &value);
        }
        client
            .with("x-user-role", "admin")
            .with("x-forwarded-for", "127.0.0.1")
    };

    dress(&mesh.anybody())
        .get("/users/me")
        .await
        .refused(401, "authentication-required");
    let user: User = dress(&customer.client).get("/users/me").await.ok();
    assert_eq!((user.id, user.role.as_str()), (customer.id, "customer"));
    dress(&customer.client)
        .get("/analytics/overview")
        .await
        .refused(403, "admin-only");
    let inner = dress(&customer.client).get("/internal/carts").await;
    inner.refused(404, "not-found");
}

#[tokio::test]
async fn no_spelling_of_a_name_makes_somebody_else() {
    let mesh = Mesh::shared().await;
    let (customer, other) = (mesh.customer().await, mesh.customer().await);
    let admin = other.id.to_string();
    let signed = Signed {
        mesh: &mesh,
        user_id: customer.id.to_string(),
    };
    let spell = |name: &str| {
        [
            name.to_uppercase(),
            name.replace('-', "_"),
            name.to_uppercase().replace('-', "_"),
            name.replacen('-', "_", 1),
        ]
    };
    let token = format!("Authorization: Bearer {}\r\n", customer.tokens.access_token);
    let own: String = signed
        .headers("GET", "/api/v1/users/me", 0)
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let ask = async |url: &str, lines: &str| {
        let head = "GET /api/v1/users/me HTTP/1.1\r\nHost: souk\r\nConnection: close\r\n";
        say(url, format!("{head}{lines}\r\n")).await.one().clone()
    };

    let (gateway, user_svc) = (&mesh.run.gateway_url, &mesh.run.services["user-svc"].url);
    for (name, value) in [
        ("X-User-ID", admin.as_str()),
        ("X-User-Role", "admin"),
        ("X-Session-ID", &admin),
        ("X-Mesh-Caller", "order-svc"),
    ] {
        for name in spell(name) {
            let forged = format!("{name}: {value}\r\n");
            ask(gateway, &forged)
                .await
                .refused(401, "authentication-required");
            let me: User = ask(gateway, &format!("{forged}{token}")).await.ok();
            assert_eq!((me.id, me.role.as_str()), (customer.id, "customer"), "{forged}");
            ask(user_svc, &forged).await.refused(401, "mesh-signature");
            // Beside what was signed, it is either refused or nobody's name.
            for lines in [format!("{forged}{own}"), format!("{own}{forged}")] {
                let answer = ask(user_svc, &lines).await;
                if answer.status == 200 {
                    assert!(name.contains('_'), "{forged}");
                    assert_eq!(answer.ok::<User>().id, customer.id, "{forged}");
                } else {
                    answer.refused(401, "mesh-signature");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_signature_opens_no_other_door() {
    let mesh = Mesh::shared().await;
    let customer = mesh.customer().await;
    let signed = Signed {
        mesh: &mesh,
        user_id: customer.id.to_string(),
    };
    let held = signed.headers("GET", "/api/v1/users/me", 0);
    let holder = |service: &str| {
        let bare = mesh.service(service);
        held.iter()
            .fold(bare, |client, (name, value)| client.with(name, value))
    };

    for (service, path) in DOORS {
        if path != "/api/v1/users/me" {
            holder(service).get(path).await.refused(401, "mesh-signature");
        }
    }
    let user_svc = holder("user-svc");
    for path in [
        "/api/v1/users/me?",
        "/api/v1/users/me/",
        "/api/v1/users/%6de",
        "/api/v1/users/ME",
        "/api/v1/users/me?role=admin",
    ] {
        user_svc.get(path).await.refused(401, "mesh-signature");
    }
    for method in [
        Method::PATCH,
        Method::PUT,
        Method::DELETE,
        Method::POST,
        Method::HEAD,
    ] {
        let answer = user_svc.send(method, "/api/v1/users/me", None::<()>).await;
        assert_eq!(answer.status, 401, "{answer:?}");
    }
}

#[tokio::test]
async fn a_request_keeps_its_id() {
    let mesh = Mesh::shared().await;
    let id = format!("e2e-{}", crate::people::word());

    let answer = mesh.anybody().with("x-request-id", &id).get("/users/me").await;

    let problem = answer.refused(401, "authentication-required");
    let told = problem["instance"].as_str().unwrap();
    assert_eq!(answer.header("x-request-id"), Some(told));
}

/// Signs as the gateway does.
struct Signed<'a> {
    mesh: &'a Mesh,
    user_id: String,
}

impl Signed<'_> {
    fn by(&self, method: &str, target: &str, skew_ms: i64) -> Client {
        let bare = self.mesh.service("user-svc");
        let headers = self.headers(method, target, skew_ms);
        headers
            .into_iter()
            .fold(bare, |client, (name, value)| client.with(name, &value))
    }

    fn headers(&self, method: &str, target: &str, skew_ms: i64) -> Vec<(&'static str, String)> {
        let keys = MeshKeys::open(&self.mesh.mesh_keys()).unwrap();
        keys.sign(&SignedRequest {
            method,
            target,
            caller: "gateway",
            timestamp: now_ms() + skew_ms,
            user_id: Some(&self.user_id),
            role: Some("customer"),
            ..SignedRequest::default()
        })
    }
}
