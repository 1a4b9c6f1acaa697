//! What looks at a whole mesh from outside, and what breaks it.

pub mod torture;
