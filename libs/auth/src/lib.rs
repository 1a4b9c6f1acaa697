//! Who is calling: the mesh signature, and what a handler may know of the caller.
//!
//! A header is not a passport. The gate checks that everything about the caller was signed by a member of
//! the mesh, a moment ago, for this very request; the extractors read what the gate found, never headers.

mod caller;
mod file;
mod gate;
pub mod headers;
mod keys;
mod ring;
mod role;
mod signed;
mod watch;

pub use caller::{Admin, Caller, Peer, Visitor};
pub use file::{FileError, KeyFile, KeyState, ListedKey, Rotated};
pub use gate::mesh_gate;
pub use keys::{MeshKeys, SKEW_MS, SettingError};
pub use ring::KeyError;
pub use role::{Role, UnknownRole};
pub use signed::{Refusal, SignedRequest, now_ms};

/// The name under which the gateway forwards what clients ask.
pub const GATEWAY: &str = "gateway";

/// The name under which the gateway asks something of its own accord, as a service.
pub const GATEWAY_ITSELF: &str = "gateway-itself";
