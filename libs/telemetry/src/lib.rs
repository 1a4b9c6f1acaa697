//! Logs, metrics, and the thread that ties one request to everything it causes.

mod deadline;
mod flow;
mod format;
mod logs;
mod meter;
mod writer;

pub use deadline::Deadline;
pub use flow::{Flow, Traceparent, is_request_id};
pub use logs::init;
pub use meter::{init_metrics, metrics_text};
pub use writer::flush_logs;
