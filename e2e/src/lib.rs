//! A running mesh looked at from outside, and broken from there.

pub mod audit;
pub mod torture;
pub mod upgrade;
