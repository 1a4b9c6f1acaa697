//! The search service: finds shops and products, forgives typing errors, and can always be rebuilt.

pub mod domain;
pub mod index;
