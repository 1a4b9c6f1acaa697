//! product-svc
