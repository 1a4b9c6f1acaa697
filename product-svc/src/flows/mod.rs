//! What spans services or time.

mod announce;
mod desk;
mod put_back;
mod seller;
mod sweep;
mod views;

pub use announce::announce;
pub use desk::{Asked, Desk, Reserving};
pub use put_back::put_back;
pub use seller::as_seller;
pub use sweep::sweep;
pub use views::{ViewCounter, ViewLog, views};
