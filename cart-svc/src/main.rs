//! cart-svc
fn main() {}
