//! wishlist-svc
