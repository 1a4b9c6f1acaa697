//! wishlist-svc
fn main() {}
