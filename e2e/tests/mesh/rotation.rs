//! All keys are replaced under a stream of orders, and nobody notices.

use std::time::Duration;

use souk_auth::{MeshKeys, SignedRequest, now_ms};

use crate::eventually::{SOON, eventually};
use crate::faults::Fair;
use crate::mesh::Mesh;

/// Seconds until new keys sign.
const AFTER: &str = "4";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_is_refused_while_all_keys_rotate() {
    let mesh = Mesh::alone().await;
    let fair = Fair::open(&mesh, 2).await;
    let before = Signers::of(&mesh).await;
    let stream = fair.stream(Duration::from_millis(20));
    stream.accepts_more(4).await;

    mesh.xtask(&["keys", "rotate", "--after", AFTER]).await;
    stream.accepts_more(4).await;
    eventually("the new keys sign", SOON, async || {
        let now = Signers::of(&mesh).await;
        if now.tokens != before.tokens && now.requests != before.requests {
            Ok(())
        } else {
            Err(format!("{now:?}"))
        }
    })
    .await;
    stream.accepts_more(10).await;

    // A refusal that is no matter of waiting would have ended the stream.
    assert_eq!(stream.tries().failed, 0);
    mesh.xtask(&["keys", "list"]).await;
    fair.agrees_with(stream.ends().await).await;
}

/// The names of the keys that sign at present.
#[derive(Debug)]
struct Signers {
    tokens: String,
    requests: String,
}

impl Signers {
    async fn of(mesh: &Mesh) -> Self {
        let token = mesh.customer().await.tokens.access_token;
        let request = SignedRequest {
            timestamp: now_ms(),
            ..SignedRequest::default()
        };
        let signature = MeshKeys::open(&mesh.mesh_keys()).unwrap().signature(&request);
        Self {
            // The head of a token holds the name of its key and nothing else that changes.
            tokens: token.split('.').next().unwrap().to_owned(),
            requests: signature.split(':').next().unwrap().to_owned(),
        }
    }
}
