//! What happens beside the requests.

mod announce;
mod categories;
mod sweep;
mod views;
