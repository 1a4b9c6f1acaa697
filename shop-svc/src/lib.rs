//! shop-svc
