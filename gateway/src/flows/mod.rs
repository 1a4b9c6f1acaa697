//! What spans user-svc, tokens and Redis.

mod account;
mod authenticate;
mod end_as_told;
mod look_at_mesh;
mod parked;
mod remember;
mod sessions;
mod trace;

pub use account::{confirm_reset, end_all_sessions, end_own_session};
pub use authenticate::authenticate;
pub use end_as_told::end_as_told;
pub use look_at_mesh::{Replica, Seen, look_at_mesh};
pub use parked::Parked;
pub use remember::keep_remembering;
pub use sessions::{Pair, begin_session, end_session, refresh_session};
pub use trace::{Missing, Step, StepKind, Trace, Why, trace_order};
