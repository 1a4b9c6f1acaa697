//! Who is calling: the mesh signature, and what a handler may know of the caller.
//!
//! A header is not a passport. The gate checks that everything about the caller was signed by a member of
//! the mesh, a moment ago, for this very request; the extractors read what the gate found, never headers.

mod caller;
mod file;
mod gate;
pub mod headers;
mod internal;
mod keys;
pub mod members;
mod ring;
mod role;
mod signed;
mod watch;

pub use caller::{Admin, Caller, Peer, Visitor};
pub use file::{FileError, KeyFile, KeyState, ListedKey, Rotated};
pub use gate::mesh_gate;
pub use internal::InternalRoute;
pub use keys::{MeshKeys, SKEW_MS, SettingError};
pub use members::{GATEWAY, GATEWAY_ITSELF};
pub use ring::KeyError;
pub use role::{Role, UnknownRole};
pub use signed::{Refusal, SignedRequest, now_ms};
