//! What every HTTP face of the mesh has in common: start and stop, problems, extractors, paging, health.

mod access;
mod around;
mod body;
mod connection;
mod created;
mod csv;
mod document;
mod durations;
mod etag;
mod health;
mod idempotency;
mod image;
mod incoming;
mod methods;
mod nul;
mod observe;
mod page;
mod params;
mod patch;
mod problem;
mod reasons;
mod server;
mod signal;
mod stored;
mod strict;

pub use access::Logged;
pub use around::Around;
pub use body::{Json, MaybeJson};
pub use connection::ConnectionLimits;
pub use created::Created;
pub use csv::{Cell, csv_download};
pub use document::{Refusals, openapi};
pub use etag::{ETag, IfMatch, Tagged};
pub use health::{Check, Readiness};
pub use idempotency::IdempotencyKey;
pub use image::{Image, MAX_IMAGE};
pub use methods::{Methods, unmatched};
pub use observe::{CallerTimeout, Gate, Quiet, RouteLabel};
pub use page::{Cursor, Page, PageQuery};
pub use params::{Path, Query, QueryPair, query_pairs, typed_query};
pub use patch::nullable;
pub use problem::{FieldError, Problem, ProblemBody};
pub use server::{Running, Server};
pub use signal::stop_signal;
pub use stored::StoredResponse;

/// JSON bodies may be this large; a larger one is answered 413.
pub const MAX_JSON: usize = 256 * 1024;
