//! Passing a request on to the service that it is for, and the answer back.

mod address;
mod answer;
mod balance;
mod body;
mod breaker;
mod endpoint;
mod headers;
mod path;
mod pool;
mod probe;
mod quiet;
mod repeat;
mod table;
mod tunnel;
mod upstream;
mod visitor;

pub use address::TrustedProxies;
pub use answer::answer;
pub use body::Outbound;
pub use endpoint::Endpoints;
pub use headers::{Sender, Sent, request_headers};
pub use path::{Malformed, normalise};
pub use probe::Probes;
pub use quiet::Limits;
pub use repeat::is_repeatable;
pub use table::Service;
pub use tunnel::{ask_for_websocket, is_switched, is_websocket, tunnel};
pub use upstream::{Asked, Failed, Upstreams};
pub use visitor::Visitors;
