//! Passing a request on to the service that it is for, and the answer back.

mod address;
mod answer;
mod body;
mod headers;
mod path;
mod table;
mod upstream;
mod visitor;

pub use address::TrustedProxies;
pub use answer::answer;
pub use body::outbound;
pub use headers::{Sender, request_headers};
pub use path::{Malformed, normalise};
pub use table::Service;
pub use upstream::{Addresses, Failed, Upstreams};
pub use visitor::Visitors;
