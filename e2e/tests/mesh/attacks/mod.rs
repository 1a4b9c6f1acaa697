//! Requests made to deceive, to smuggle or to exhaust: each is refused, and nobody notices anything of it.

mod bombs;
mod framing;
pub mod raw;
mod targets;

use crate::bodies::User;
use crate::mesh::Mesh;

impl Mesh {
    /// Every process is ready, and somebody who is logged in is served.
    pub async fn is_well(&self) {
        for service in self.run.services.keys() {
            let ready = self.service(service).get("/health/ready").await;
            assert_eq!(ready.status, 200, "{service}: {}", ready.text);
        }
        self.customer().await.client.get("/users/me").await.ok::<User>();
    }
}
