//! cart-svc
