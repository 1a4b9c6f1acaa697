//! The headers that carry identity through the mesh.

/// The logged-in user.
pub const USER_ID: &str = "x-user-id";
/// The role in the user's token.
pub const USER_ROLE: &str = "x-user-role";
/// The session the token belongs to.
pub const SESSION_ID: &str = "x-session-id";
/// Who is looking, logged in or not; an opaque text.
pub const VISITOR_ID: &str = "x-visitor-id";
/// The request that began it all.
pub const REQUEST_ID: &str = "x-request-id";
/// W3C trace context.
pub const TRACEPARENT: &str = "traceparent";
/// The member of the mesh that sends this request.
pub const MESH_CALLER: &str = "x-mesh-caller";
/// When it was signed, in unix milliseconds.
pub const MESH_TIMESTAMP: &str = "x-mesh-timestamp";
/// How many milliseconds the sender waits for the answer.
pub const MESH_TIMEOUT: &str = "x-mesh-timeout-ms";
/// `<kid>:<hex of the HMAC>`.
pub const MESH_SIGNATURE: &str = "x-mesh-signature";
/// On answers of user-svc to the gateway: what the call has ended.
pub const MESH_ENDED: &str = "x-mesh-ended";
