//! Use cases, one per file.

mod apply_facts;
mod rebuild;
mod record_events;

use apply_facts::apply_facts;
pub use rebuild::rebuild;
pub use record_events::record_events;
