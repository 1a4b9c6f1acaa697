//! analytics-svc
fn main() {}
