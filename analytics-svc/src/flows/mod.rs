//! What spans services.

mod authorise;

pub use authorise::authorise;
