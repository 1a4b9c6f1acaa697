//! user-svc
