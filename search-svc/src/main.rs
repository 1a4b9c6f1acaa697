//! search-svc
fn main() {}
