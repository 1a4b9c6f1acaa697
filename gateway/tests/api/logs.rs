//! What a real process writes to its log.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use souk_testkit::infra;
use uuid::Uuid;

use crate::stand_in::{PASSWORD, StandIn};

struct Process {
    child: Child,
    url: String,
    lines: BufReader<std::process::ChildStdout>,
    keys: std::path::PathBuf,
    _stand_in: StandIn,
}

impl Process {
    fn start() -> Self {
        let stand_in = StandIn::start();
        let service = stand_in.server.url().to_owned();
        let name = Uuid::now_v7().to_string();
        let keys = std::env::temp_dir().join(format!("souk-gateway-{name}"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_gateway"));
        command
            .env_clear()
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit());
        for service_url in [
            "USER",
            "SHOP",
            "PRODUCT",
            "CART",
            "ORDER",
            "WISHLIST",
            "SEARCH",
            "ANALYTICS",
        ] {
            command.env(format!("{service_url}_SVC_URL"), &service);
        }
        let mut child = command
            .env("LISTEN_ADDR", "127.0.0.1:0")
            .env("REDIS_URL", &infra().redis_url)
            .env("REDIS_PREFIX", format!("test-{name}"))
            .env(
                "MESH_KEYS",
                "test:dGhpcyBrZXkgaXMgZm9yIHRlc3RzIG9ubHksIDMyIGJ5dGVz",
            )
            .env("SIGNING_KEYS_DIR", &keys)
            .env("TRUSTED_PROXIES", "127.0.0.1")
            .env("RATE_LIMITS", "on")
            .env("LIMIT_READ_ADDRESS", "50/1h")
            .env("LIMIT_WRITE_USER", "off")
            .env("CORS_ORIGINS", "https://shop.example.org, http://localhost:3000")
            .env("MAX_BODY_BYTES", "2000000")
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let url = loop {
            let mut line = String::new();
            assert!(lines.read_line(&mut line).unwrap() > 0, "the gateway ended");
            let line: Value = serde_json::from_str(&line).unwrap();
            if let Some(addr) = line["addr"].as_str() {
                break format!("http://{addr}");
            }
        };
        Self {
            child,
            url,
            lines,
            keys,
            _stand_in: stand_in,
        }
    }

    /// Everything it wrote, after it has ended by itself.
    fn log(mut self) -> String {
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &pid])
                .status()
                .unwrap()
                .success()
        );
        let mut log = String::new();
        self.lines.read_to_string(&mut log).unwrap();
        self.child.wait().unwrap();
        let _ = std::fs::remove_dir_all(&self.keys);
        log
    }
}

async fn until_ready(http: &reqwest::Client, url: &str) {
    let begun = Instant::now();
    while http
        .get(format!("{url}/health/ready"))
        .send()
        .await
        .unwrap()
        .status()
        != 200
    {
        assert!(begun.elapsed() < Duration::from_secs(10));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[actix_web::test]
async fn a_log_tells_what_happened_and_no_secrets() {
    let process = Process::start();
    let (http, url) = (
        reqwest::Client::builder().no_proxy().build().unwrap(),
        process.url.clone(),
    );
    until_ready(&http, &url).await;
    let post = |path: &str, body: Value| {
        let request = http.post(format!("{url}{path}")).json(&body);
        request.header("x-forwarded-for", "9.8.7.6").send()
    };
    let email = "very.secret@example.org";

    let login = post(
        "/api/v1/auth/login",
        json!({ "email": email, "password": PASSWORD }),
    )
    .await
    .unwrap();
    assert_eq!(login.headers()["ratelimit-policy"], "\"login-client\";q=10;w=900");
    let login: Value = login.json().await.unwrap();
    let (access, refresh) = (
        login["access_token"].as_str().unwrap(),
        login["refresh_token"].as_str().unwrap(),
    );
    post(
        "/api/v1/auth/login",
        json!({ "email": email, "password": "wrong-secret-password" }),
    )
    .await
    .unwrap();
    post("/api/v1/auth/refresh", json!({ "refresh_token": refresh }))
        .await
        .unwrap();
    post(
        "/api/v1/auth/verify-email?token=secret-token-1",
        json!({ "token": "secret-token-2" }),
    )
    .await
    .unwrap();
    let get = |path: String| {
        http.get(format!("{url}{path}"))
            .header("x-forwarded-for", "9.8.7.6")
    };
    let cart = get("/api/v1/cart?access_token=secret-token-3".to_owned()).bearer_auth(access);
    let cart = cart
        .header("cookie", "session=secret-cookie")
        .header("x-request-id", "request-7");
    let read = get(format!("/api/v1/users/{email}")).header("origin", "http://localhost:3000");
    let read = read.send().await.unwrap();
    get(format!("/api/v1/cart/{access}")).send().await.unwrap();
    get("/api/v1/tracking/AB1?email=very.secret%40example.org".to_owned())
        .send()
        .await
        .unwrap();
    cart.send().await.unwrap().bytes().await.unwrap();
    let large = http
        .post(format!("{url}/api/v1/products/count"))
        .body(vec![1; 2_000_001])
        .send()
        .await;
    assert_eq!(large.unwrap().status(), 413);
    let user = crate::app::claims(access)["sub"].as_str().unwrap().to_owned();
    let signature = access.rsplit('.').next().unwrap().to_owned();

    assert_eq!(
        read.headers()["access-control-allow-origin"],
        "http://localhost:3000"
    );
    assert_eq!(read.headers()["ratelimit-limit"], "50");
    let log = process.log();
    for secret in [
        "very.secret",
        PASSWORD,
        "wrong-secret",
        &signature,
        refresh,
        "secret-token",
        "secret-cookie",
    ] {
        assert!(!log.contains(secret), "{secret} in\n{log}");
    }
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let line = lines
        .iter()
        .find(|line| line["request_id"] == "request-7")
        .unwrap();
    assert_eq!(
        (
            &line["http.method"],
            &line["http.path"],
            &line["http.status"],
            &line["upstream"]
        ),
        (
            &json!("GET"),
            &json!("/api/v1/cart"),
            &json!(200),
            &json!("cart-svc")
        )
    );
    assert_eq!(
        (&line["client.address"], &line["user.id"]),
        (&json!("9.8.7.6"), &json!(user))
    );
    assert!(line["bytes"].as_u64().unwrap() > 100 && line["duration_ms"].is_number());
    assert_eq!(
        lines
            .iter()
            .filter(|line| line["request_id"] == "request-7")
            .count(),
        1
    );
}
