//! What takes longer than a request.

mod views;

pub use views::{Recorder, Views, views};
