//! What a handler may reach.

use std::rc::Rc;

use chrono::{DateTime, Utc};
use souk_auth::MeshKeys;
use souk_clients::MeshClient;
use souk_clients::user::UserClient;

use crate::documents::Documents;
use crate::edge::Cors;
use crate::limits::Quotas;
use crate::proxy::{Limits, Service, TrustedProxies, Upstreams, Visitors};
use crate::revocation::{Checks, Revocations};
use crate::tokens::Tokens;

/// Shared by all workers.
pub struct AppState {
    pub(crate) tokens: Tokens,
    pub(crate) users: UserClient,
    /// Every service, for what operators ask of all of them.
    pub(crate) services: Vec<(Service, MeshClient)>,
    pub(crate) keys: MeshKeys,
    pub(crate) visitors: Visitors,
    pub(crate) trusted: TrustedProxies,
    pub(crate) documents: Documents,
    pub(crate) cors: Cors,
    pub(crate) max_url_bytes: usize,
    pub(crate) max_body_bytes: u64,
    pub(crate) started_at: DateTime<Utc>,
}

/// One worker's own connections, driven by its own thread: no request waits for another thread to wake up.
pub struct Worker {
    pub(crate) upstreams: Upstreams,
    pub(crate) limits: Limits,
    pub(crate) revocations: Rc<Revocations>,
    pub(crate) checks: Rc<Checks>,
    pub(crate) quotas: Rc<Quotas>,
}
