//! What spans user-svc, tokens and Redis.

mod authenticate;
mod remember;
mod sessions;

pub use authenticate::authenticate;
pub use remember::keep_remembering;
pub use sessions::{Pair, begin_session, end_session, refresh_session};
