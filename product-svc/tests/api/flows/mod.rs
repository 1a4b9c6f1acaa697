//! What happens beside the requests.

mod announce;
mod sweep;
mod views;
