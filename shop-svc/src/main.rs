//! shop-svc
fn main() {}
