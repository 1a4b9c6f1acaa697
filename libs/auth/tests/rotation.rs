//! Keys rotate under requests: none is refused.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use actix_web::{HttpResponse, web};
use chrono::Utc;
use souk_auth::{InternalRoute, KeyFile, MeshKeys, Peer, Rotated, SignedRequest, headers, mesh_gate, now_ms};
use souk_http::{Running, Server};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use utoipa::openapi::InfoBuilder;
use uuid::Uuid;

const PEER: &str = "/internal/peer";
const OFTEN: Duration = Duration::from_millis(20);
/// As good as never.
const LATE: Duration = Duration::from_secs(3600);

struct Mesh {
    dir: PathBuf,
    stop: CancellationToken,
}

impl Mesh {
    fn new() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mesh = Self {
            dir: std::env::temp_dir().join(format!("souk-rotation-{}", Uuid::now_v7())),
            stop: CancellationToken::new(),
        };
        mesh.file().rotate(Utc::now(), Duration::ZERO).unwrap();
        mesh
    }

    fn file(&self) -> KeyFile {
        KeyFile::at(self.path())
    }

    fn path(&self) -> PathBuf {
        self.dir.join("keys")
    }

    fn keys(&self, every: Duration) -> MeshKeys {
        MeshKeys::open_looking_every(&self.path(), every).unwrap()
    }

    /// A service that looks for new keys so often.
    fn service(&self, every: Duration) -> Running {
        let keys = self.keys(every);
        Server::new("test-svc", InfoBuilder::new().title("t").version("1").build())
            .workers(1)
            .gate(mesh_gate(keys, [InternalRoute::get(PEER, &["cart-svc"])]))
            .setup(|app| {
                app.route(
                    PEER,
                    web::get().to(|_: Peer| async { HttpResponse::NoContent().finish() }),
                );
            })
            .start("127.0.0.1:0", |_| {}, self.stop.clone())
            .unwrap()
    }
}

impl Drop for Mesh {
    fn drop(&mut self) {
        self.stop.cancel();
        let _ = fs::remove_dir_all(&self.dir);
    }
}

/// Sends requests until told to stop; the names of the keys that it signed with, and every status but 204.
fn caller(keys: MeshKeys, url: String, stop: Arc<AtomicBool>) -> JoinHandle<(BTreeSet<String>, Vec<u16>)> {
    tokio::spawn(async move {
        let http = reqwest::Client::new();
        let (mut kids, mut refused) = (BTreeSet::new(), Vec::new());
        while !stop.load(Ordering::SeqCst) {
            let mut request = http.get(format!("{url}{PEER}"));
            for (name, value) in keys.sign(&peer_request()) {
                if name == headers::MESH_SIGNATURE {
                    kids.insert(value.split(':').next().unwrap().to_owned());
                }
                request = request.header(name, value);
            }
            let status = request.send().await.unwrap().status().as_u16();
            if status != 204 {
                refused.push(status);
            }
        }
        (kids, refused)
    })
}

fn peer_request() -> SignedRequest<'static> {
    SignedRequest {
        method: "GET",
        target: PEER,
        caller: "cart-svc",
        timestamp: now_ms(),
        ..SignedRequest::default()
    }
}

fn signs_with(keys: &MeshKeys) -> String {
    keys.signature(&peer_request())
        .split(':')
        .next()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn no_request_is_refused_while_keys_rotate_even_by_who_looks_late() {
    let mesh = Mesh::new();
    let (prompt, late) = (mesh.service(OFTEN), mesh.service(LATE));
    let stop = Arc::new(AtomicBool::new(false));
    let first = signs_with(&mesh.keys(LATE));
    let callers: Vec<_> = [prompt.url(), late.url()]
        .into_iter()
        .flat_map(|url| [OFTEN, LATE].map(|every| caller(mesh.keys(every), url.clone(), stop.clone())))
        .collect();

    let mut last = first.clone();
    for _ in 0..2 {
        tokio::time::sleep(Duration::from_millis(1100)).await;
        let rotated = mesh.file().rotate(Utc::now(), Duration::from_secs(1)).unwrap();
        let Rotated::Made(kid, from) = rotated else {
            panic!("{rotated:?}")
        };
        last = kid;
        let wait = (from - Utc::now()).to_std().unwrap_or_default();
        tokio::time::sleep(wait + Duration::from_millis(200)).await;
    }
    stop.store(true, Ordering::SeqCst);

    for (index, caller) in callers.into_iter().enumerate() {
        let (kids, refused) = caller.await.unwrap();
        assert!(refused.is_empty(), "caller {index}: {refused:?}");
        if index % 2 == 0 {
            assert!(
                kids.len() == 3 && kids.contains(&last),
                "caller {index}: {kids:?}"
            );
        } else {
            assert_eq!(kids, BTreeSet::from([first.clone()]), "caller {index}");
        }
    }
}

#[test]
fn a_file_that_is_damaged_or_gone_leaves_the_keys_as_they_were() {
    let mesh = Mesh::new();
    let keys = mesh.keys(Duration::ZERO);
    let first = signs_with(&keys);
    let good = fs::read_to_string(mesh.path()).unwrap();

    fs::write(mesh.path(), "damaged").unwrap();
    assert_eq!(signs_with(&keys), first);
    fs::remove_file(mesh.path()).unwrap();
    assert_eq!(signs_with(&keys), first);

    fs::write(mesh.path(), good.replace(&first, "renamed")).unwrap();
    let begun = Instant::now();
    while signs_with(&keys) != "renamed" {
        assert!(
            begun.elapsed() < Duration::from_secs(5),
            "the file is not read again"
        );
    }
}

#[test]
fn a_stolen_key_is_out_as_soon_as_its_line_is() {
    let mesh = Mesh::new();
    let stolen = mesh.keys(LATE);
    let signature = stolen.signature(&peer_request());
    let keys = mesh.keys(Duration::ZERO);
    let request = peer_request();
    let signature_now = stolen.signature(&request);
    assert!(keys.verify(&request, &signature_now, now_ms()).is_ok());

    fs::remove_file(mesh.path()).unwrap();
    // A key of another moment has another name.
    let later = Utc::now() + chrono::TimeDelta::seconds(2);
    mesh.file().rotate(later, Duration::ZERO).unwrap();

    assert!(keys.verify(&request, &signature_now, now_ms()).is_err());
    assert!(keys.verify(&request, &signature, now_ms()).is_err());
}
