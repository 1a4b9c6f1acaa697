//! product-svc
fn main() {}
