//! user-svc
fn main() {}
