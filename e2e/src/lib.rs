//! A running mesh looked at from outside.

pub mod audit;
