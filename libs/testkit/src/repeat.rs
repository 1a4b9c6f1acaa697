//! What must hold of every operation that takes an `Idempotency-Key`.

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{Client, Response, TestDb};

/// A request that is sent under an `Idempotency-Key`, and its repeats.
pub struct Repeat {
    /// Where to.
    pub path: String,
    /// The body, without anything that may be left out.
    pub body: Value,
    /// The same body as text of another spelling: everything said that may be left out, in another order.
    pub spelled: String,
    /// Bodies that are other requests.
    pub others: Vec<Value>,
    /// The operation, as the baseline named it when it hashed the request.
    pub operation: String,
    /// The body, as the baseline wrote it when it hashed the request.
    pub hashed: String,
}

impl Repeat {
    /// Sends it as `client`, who has an `Idempotency-Key`, and all its repeats; answers the first response.
    ///
    /// # Panics
    /// When another spelling is taken for another request, or another request for this one; when a repeat is not answered
    /// with the same status, `Location`, `ETag` and bytes, or depends on what the answer's type is by then; when a key that
    /// the baseline recorded is not answered.
    pub async fn check(&self, db: &TestDb, client: &Client) -> Response {
        let first = client.post(&self.path, self.body.clone()).await;
        assert!(matches!(first.status, 200 | 201), "{first:?}");
        assert_same(&first, &client.post_text(&self.path, &self.spelled).await);
        self.refuse_others(client).await;

        if db.count("idempotency_keys where response is not null").await > 0 {
            db.run_sql("alter table idempotency_keys add column if not exists kept jsonb")
                .await;
            db.run_sql("update idempotency_keys set kept = answer, answer = '{}'")
                .await;
            assert_same(&first, &client.post(&self.path, self.body.clone()).await);
            db.run_sql("update idempotency_keys set answer = kept").await;
        }

        let mut hash = Sha256::new();
        hash.update(self.operation.as_bytes());
        hash.update([0]);
        hash.update(self.hashed.as_bytes());
        db.run_sql(&format!(
            "update idempotency_keys set fingerprint = decode('{:x}', 'hex'),
                 request_hash = null, response = null, hashed_at = null",
            hash.finalize()
        ))
        .await;
        assert_same(&first, &client.post(&self.path, self.body.clone()).await);
        self.refuse_others(client).await;
        first
    }

    async fn refuse_others(&self, client: &Client) {
        for other in &self.others {
            let refused = client.post(&self.path, other.clone()).await;
            assert_eq!(refused.problem(), (422, "idempotency-key-reused"), "{other}");
        }
    }
}

fn assert_same(first: &Response, again: &Response) {
    assert_eq!(
        (first.status, &first.bytes),
        (again.status, &again.bytes),
        "{again:?}"
    );
    for name in ["location", "etag", "content-type"] {
        assert_eq!(first.header(name), again.header(name), "{name}");
    }
}
