//! What stands between the broker's bytes and lapin.
//!
//! A sender may put any bytes into the properties of a message, and the broker passes them on. lapin cannot read
//! text that is not UTF-8, a header frame larger than was agreed, or tables nested without limit: the first two end
//! the connection for all who share it, the last overflows the stack and ends the process. It also collects a body
//! of any size in memory. So every frame passes a [`filter::FrameFilter`] first, which rewrites the headers of such a
//! message and says so in [`MALFORMED`]; all other bytes pass unchanged.

mod content;
mod cursor;
mod filter;
mod stream;

pub use stream::connect;

/// The header that names what was wrong with a message's properties or size.
pub(crate) const MALFORMED: &str = "x-malformed";

/// The largest body that is delivered whole, in bytes. Our own events are far smaller, and a reader may hold as many
/// messages as it prefetches.
pub const MAX_BODY: usize = 1024 * 1024;
