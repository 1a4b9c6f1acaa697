//! What events do here.

mod orders;
mod shops;
